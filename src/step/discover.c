#include "step/discover.h"

#include <string.h>

#include "base/attr.h"
#include "model/image.h"
#include "step/seen.h"

/* What came of it. */
struct found {
	struct sg_place *places;
	size_t count;
};

/* ---- which of them ---- */

static const char *last_name(const char *repository)
{
	const char *slash = strrchr(repository, '/');

	return slash ? slash + 1 : repository;
}

static bool has_repository(const struct sg_choosing *c, const struct sg_seen_image *image)
{
	return *image->repository &&
	       (!c->wanted || sg_image_same_repository(
				      sg_str_of(image->repository), sg_str_of(c->wanted)));
}

/* The registry stands elsewhere (a global one): the rest is the same. */
static bool has_end_of_repository(const struct sg_choosing *c, const struct sg_seen_image *image)
{
	struct sg_str wanted = sg_str_of(c->wanted), has = sg_str_of(image->repository);

	return c->wanted && has.len && !image->has_registry &&
	       !image->parts[SG_SEEN_REFERENCE].row && has.len < wanted.len &&
	       sg_str_eq(sg_str_sub(wanted, wanted.len - has.len, wanted.len), has) &&
	       wanted.ptr[wanted.len - has.len - 1] == '/';
}

static bool has_name_of_service(const struct sg_choosing *c, const struct sg_seen_image *image)
{
	return !c->wanted && *image->repository &&
	       strcmp(last_name(image->repository), c->layout->service) == 0;
}

/* Whether a mapping at that path is one for an image: `image`, `webImage`, the root. */
static bool is_image_path(const char *at)
{
	static const char word[] = "image";
	size_t len = strlen(at), tail = sizeof(word) - 1;

	return len == 0 ||
	       (len >= tail && sg_str_ieq((struct sg_str){at + len - tail, tail}, SG_STR("image")));
}

/* No file says its repository (the chart does, which is elsewhere). */
static bool has_no_repository(const struct sg_choosing *c, const struct sg_seen_image *image)
{
	(void)c;
	return !*image->repository && is_image_path(image->at);
}

/* And its path names the service: catalog.image.tag */
static bool has_path_of_service(const struct sg_choosing *c, const struct sg_seen_image *image)
{
	struct sg_str rest = sg_str_of(image->at), part;

	while (has_no_repository(c, image) && sg_str_cut(&rest, '.', &part))
		if (sg_str_is(part, c->layout->service))
			return true;
	return false;
}

/* In this order; the first that any image fits decides. */
static bool (*const rules[])(const struct sg_choosing *, const struct sg_seen_image *) = {
	has_name_of_service,
	has_repository,
	has_end_of_repository,
	has_path_of_service,
	has_no_repository,
};

/* The images that the rule fits, of the highest rank only. */
static size_t fitting(struct sg_choosing *c,
	bool (*rule)(const struct sg_choosing *, const struct sg_seen_image *),
	struct sg_seen_image ***ret)
{
	struct sg_seen_image **found =
		sg_arena_calloc(c->arena, c->count + 1, sizeof(struct sg_seen_image *));
	size_t count = 0, kept = 0;
	int rank = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct sg_seen_image *image = &c->images[i];

		if (sg_seen_is_nothing(image) || !rule(c, image))
			continue;
		found[count++] = image;
		rank = image->rank > rank ? image->rank : rank;
	}
	for (size_t i = 0; i < count; i++)
		if (found[i]->rank == rank)
			found[kept++] = found[i];
	*ret = found;
	return kept;
}

/* ---- what is said about them ---- */

/* Who says the version. */
static const struct sg_said *main_part(const struct sg_seen_image *image)
{
	static const enum sg_image_field order[] = {SG_SEEN_REFERENCE, SG_SEEN_TAG, SG_SEEN_DIGEST,
		SG_SEEN_REPOSITORY, SG_SEEN_REGISTRY};

	for (size_t i = 0; i < SG_COUNT(order); i++)
		if (image->parts[order[i]].row)
			return &image->parts[order[i]];
	return &image->rival;
}

/* Where it stands, also where that cannot be edited. */
static const char *key_of(const struct sg_said *said)
{
	return said->scalar->key ? said->scalar->key : said->row->at;
}

/* What an error has room for. */
enum { LISTED_BYTES = 520, LINES_BYTES = 260 };

/* Said at the end of a list, as long as there is room. */
static void list_part(const struct sg_said *said, struct sg_buf *out, size_t *left_out)
{
	if (out->len < LISTED_BYTES)
		sg_buf_addf(out, "%s%s:%d %s", out->len ? ", " : "", said->row->file,
			said->scalar->line, key_of(said));
	else
		(*left_out)++;
}

static void list_text(const char *text, struct sg_buf *out, size_t *left_out)
{
	if (out->len < LISTED_BYTES)
		sg_buf_addf(out, "%s%s", out->len ? ", " : "", text);
	else
		(*left_out)++;
}

static void end_list(struct sg_buf *out, size_t left_out)
{
	if (left_out)
		sg_buf_addf(out, " and %zu more", left_out);
}

/* FILE as `update:` names it: from the folder of the service. */
static const char *from_folder(struct sg_choosing *c, const char *file)
{
	struct sg_str folder = sg_str_of(c->layout->folder), path = sg_str_of(file);
	const char *up = "";
	size_t at;

	for (;;) {
		at = folder.len;
		if (sg_str_starts(path, sg_arena_dup(c->arena, folder)) &&
			(at == 0 || path.ptr[at] == '/'))
			break;
		while (at > 0 && folder.ptr[at - 1] != '/')
			at--;
		folder = sg_str_sub(folder, 0, at ? at - 1 : 0);
		up = sg_arena_printf(c->arena, "../%s", up);
	}
	return sg_arena_printf(c->arena, "%s%s", up, file + (at ? at + 1 : 0));
}

static const char *update_line(struct sg_choosing *c, const struct sg_said *said)
{
	const struct sg_edit_shape *shape = said->row->shape;
	const char *part = said->scalar == &shape->reference      ? ", part: reference"
			   : said->scalar == &shape->digest_field ? ", part: digest"
								  : "";

	if (shape->entry)
		return sg_arena_printf(c->arena, "{file: \"%s\", image: \"%s\"%s}",
			from_folder(c, said->row->file), shape->entry, part);
	return sg_arena_printf(c->arena, "{file: \"%s\", key: '%s'%s}",
		from_folder(c, said->row->file), key_of(said), part);
}

static int ambiguous(struct sg_choosing *c, struct sg_seen_image *const *images, size_t count,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf list = {0}, lines = {0};
	size_t places = 0, left_out = 0;

	sg_buf_init(&list, 64u << 10);
	sg_buf_init(&lines, 64u << 10);
	for (size_t i = 0; i < count; i++) {
		const struct sg_said *both[] = {main_part(images[i]), &images[i]->rival};

		for (size_t j = 0; j < SG_COUNT(both) && both[j]->row; j++, places++) {
			list_part(both[j], &list, &left_out);
			if (lines.len < LINES_BYTES)
				sg_buf_addf(&lines, "%s%s", lines.len ? " or " : "",
					update_line(c, both[j]));
		}
	}
	end_list(&list, left_out);
	(void)sg_fail(err, SG_R_PLACE_AMBIGUOUS, "%zu places may carry the image of %s: %s", places,
		c->layout->service, list.ptr);
	return sg_hint(err, "name the right ones: `update:` with %s", lines.ptr);
}

/* The repository stands there, and no file sets a version for it. */
static const struct sg_said *without_version(const struct sg_choosing *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (sg_seen_is_nothing(&c->images[i]) && !c->images[i].is_part &&
			has_repository(c, &c->images[i]))
			return main_part(&c->images[i]);
	return NULL;
}

static void say_nothing(struct sg_choosing *c, const char *files, struct sg_err *err)
{
	const struct sg_said *said = without_version(c);

	if (!*files)
		(void)sg_fail(err, SG_R_PLACE_NOT_FOUND, "no file may carry the image of %s, by %s",
			c->layout->service, c->layout->found_by);
	else if (said)
		(void)sg_fail(err, SG_R_PLACE_NOT_FOUND,
			"%s:%d names the image, and no file sets its tag; looked at %s",
			said->row->file, said->scalar->line, files);
	else if (c->wanted)
		(void)sg_fail(err, SG_R_PLACE_NOT_FOUND, "no file names the image %s; looked at %s",
			c->wanted, files);
	else
		(void)sg_fail(
			err, SG_R_PLACE_NOT_FOUND, "no file names an image; looked at %s", files);
	if (said)
		(void)sg_hint(err, "write a first `tag:` into the values file of the environment");
}

static int nothing(struct sg_choosing *c, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf files = {0}, images = {0};
	struct sg_layout *layout = c->layout;
	size_t files_left = 0, images_left = 0;

	sg_buf_init(&files, 64u << 10);
	sg_buf_init(&images, 64u << 10);
	for (size_t i = 0; i < layout->file_count; i++)
		if (!layout->files[i].absent)
			list_text(layout->files[i].path, &files, &files_left);
	end_list(&files, files_left);
	for (size_t i = 0; i < c->count; i++)
		if (*c->images[i].repository && !sg_seen_is_nothing(&c->images[i]) &&
			images.len < LINES_BYTES)
			list_text(c->images[i].repository, &images, &images_left);
	say_nothing(c, files.len ? files.ptr : "", err);
	if (err->hint[0])
		return -1;
	if (images.len)
		return sg_hint(err, "the images there are %s", images.ptr);
	return sg_hint(err, "name the places of %s by `update:`", layout->service);
}

/* ---- places ---- */

static int add_place(struct sg_choosing *c, const struct sg_said *said, enum sg_image_part part,
	struct sg_place *places, size_t *count, struct sg_err *err)
{
	struct sg_place *place = &places[(*count)++];
	const char *entry = said->row->shape->entry;

	if (!said->scalar->key) {
		(void)sg_fail(err, SG_R_PLACE_NOT_FOUND,
			"%s:%d sets %s, where it cannot be edited for one service alone",
			said->row->file, said->scalar->line, said->row->at);
		return sg_hint(err, "write it into a values file of its own");
	}
	*place = (struct sg_place){
		.service = sg_arena_strdup(c->arena, c->layout->service),
		.file = said->row->file,
		.key = entry ? NULL : said->scalar->key,
		.image = entry,
		.part = part,
		.found = c->layout->found_by,
	};
	return 0;
}

static int places_of(struct sg_choosing *c, const struct sg_seen_image *image,
	struct sg_place **ret_places, size_t *ret_count, struct sg_err *err)
{
	struct sg_place *places = sg_arena_calloc(c->arena, 2, sizeof(*places));
	const struct sg_said *parts = image->parts;
	bool has_digest = *sg_seen_value(image, SG_SEEN_DIGEST) != '\0';
	size_t count = 0;

	if (image->fault) {
		*err = *image->fault;
		return -1;
	}
	if (parts[SG_SEEN_REFERENCE].row) {
		if (add_place(c, &parts[SG_SEEN_REFERENCE], SG_PART_REFERENCE, places, &count,
			    err) < 0)
			return -1;
	} else if ((parts[SG_SEEN_TAG].row && add_place(c, &parts[SG_SEEN_TAG], SG_PART_TAG, places,
						      &count, err) < 0) ||
		   (has_digest && add_place(c, &parts[SG_SEEN_DIGEST], SG_PART_DIGEST, places,
					  &count, err) < 0)) {
		return -1;
	}
	*ret_places = places;
	*ret_count = count;
	return 0;
}

/* The highest rank of a file with a marker of the service; -1: none has one. */
static int rank_of_markers(const struct sg_layout *layout)
{
	int rank = -1;

	for (size_t i = 0; i < layout->file_count; i++)
		if (layout->files[i].markers.count && layout->files[i].rank > rank)
			rank = layout->files[i].rank;
	return rank;
}

static void add_marked(struct sg_choosing *c, const struct sg_layout_file *file,
	const struct sg_edit_marker *marker, struct sg_place **places, size_t *count)
{
	struct sg_place *place = sg_arena_push(c->arena, places, count, sizeof(*place));

	place->service = sg_arena_strdup(c->arena, c->layout->service);
	place->file = file->path;
	place->key = marker->key;
	place->part = marker->part;
	place->found = sg_arena_printf(c->arena, "the marker in %s", file->path);
}

/* Who writes the name of the service behind a value has said that it is one: all that do are. */
static int choose_marked(struct sg_choosing *c, int rank, struct sg_place **ret_places,
	size_t *ret_count, struct sg_err *err)
{
	const struct sg_layout *layout = c->layout;
	struct sg_place *places = NULL;
	size_t count = 0;

	for (size_t i = 0; i < layout->file_count; i++) {
		const struct sg_layout_file *file = &layout->files[i];

		for (size_t j = 0; file->rank == rank && j < file->markers.count; j++) {
			if (file->markers.items[j].fault) {
				*err = *file->markers.items[j].fault;
				return sg_wrap(err, "%s", layout->source->label);
			}
			add_marked(c, file, &file->markers.items[j], &places, &count);
		}
	}
	*ret_places = places;
	*ret_count = count;
	return 0;
}

static int choose(
	struct sg_choosing *c, struct sg_place **ret_places, size_t *ret_count, struct sg_err *err)
{
	int marked = rank_of_markers(c->layout);
	struct sg_seen_image **found;
	size_t count = 0;

	if (marked >= 0)
		return choose_marked(c, marked, ret_places, ret_count, err);
	for (size_t i = 0; i < SG_COUNT(rules) && count == 0; i++)
		count = fitting(c, rules[i], &found);
	if (count == 0)
		return nothing(c, err);
	if (count > 1 || found[0]->rival.row)
		return ambiguous(c, found, count, err);
	return places_of(c, found[0], ret_places, ret_count, err);
}

static int discover_by(struct sg_layout *layout, const char *image,
	const struct sg_manifest *manifest, struct found *ret, struct sg_err *err)
{
	struct sg_choosing c = {.layout = layout, .arena = layout->world->arena, .wanted = image};

	if (sg_layout_read(layout, manifest, err) < 0)
		return -1;
	sg_seen_images(&c);
	return choose(&c, &ret->places, &ret->count, err);
}

static bool same_places(const struct found *a, const struct found *b)
{
	for (size_t i = 0; a->count == b->count && i < a->count; i++)
		if (!sg_place_same(&a->places[i], &b->places[i]))
			return false;
	return a->count == b->count;
}

static int differ(const struct sg_layout *layout, const struct sg_manifests *manifests,
	const struct found *a, const struct found *b, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_PLACE_AMBIGUOUS,
		"the application %s is there %zu times, and they differ: by %s it is %s of %s, by "
		"%s it is %s of %s",
		manifests->items[0].name, manifests->count, a->places[0].found,
		a->places[0].key ? a->places[0].key : a->places[0].image, a->places[0].file,
		b->places[0].found, b->places[0].key ? b->places[0].key : b->places[0].image,
		b->places[0].file);
	return sg_hint(err, "name the places of %s by `update:`", layout->service);
}

/* Several manifests of one application (by hand and by a set) must say the same. */
int sg_discover(struct sg_layout *layout, const char *image, struct sg_place **ret_places,
	size_t *ret_count, struct sg_err *err)
{
	struct sg_manifests manifests;
	struct found first = {0}, other = {0};

	layout->needle = image ? last_name(image) : NULL;
	if (sg_layout_manifests(layout, &manifests, err) < 0 ||
		discover_by(layout, image, manifests.count ? &manifests.items[0] : NULL, &first,
			err) < 0)
		return -1;
	for (size_t i = 1; i < manifests.count; i++) {
		if (discover_by(layout, image, &manifests.items[i], &other, err) < 0)
			return -1;
		if (!same_places(&first, &other))
			return differ(layout, &manifests, &first, &other, err);
	}
	*ret_places = first.places;
	*ret_count = first.count;
	return 0;
}
