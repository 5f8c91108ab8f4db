#include "step/discover.h"

#include <string.h>

#include "base/attr.h"
#include "step/discover_words.h"
#include "step/helm_set.h"

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

/* The registry stands elsewhere (a global one): the rest is the same. */
static bool has_end_of_repository(const struct sg_choosing *c, const struct sg_seen_image *image)
{
	struct sg_str wanted = sg_str_of(c->wanted), has = sg_str_of(image->repository);

	return c->wanted && has.len && !image->has_registry &&
	       !image->parts[SG_SEEN_REFERENCE].row && has.len < wanted.len &&
	       sg_str_ends(wanted, image->repository) &&
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
	sg_seen_has_repository,
	has_end_of_repository,
	has_path_of_service,
	has_no_repository,
};

#define RULES_BY_NAME 3 /* the others go by what is missing, so they are for one service alone */

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

/* ---- places ---- */

static int overridden(
	const struct sg_said *said, const struct sg_layout_set *set, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_PLACE_NOT_FOUND,
		"%s:%d sets %s by a parameter, over %s:%d, and it cannot be told what it makes of "
		"it",
		set->file, set->line, set->name, said->row->file, said->scalar->line);
	return sg_hint(err, "take the parameter away, or name the place by `update:`");
}

/* ${web_tag}: Flux fills it in, for each Kustomization that reads the file with what that one says
 * (postBuild). A version in its place would be the same for all of them. */
static bool is_filled_in(const struct sg_said *said)
{
	return said->scalar->value && strstr(said->scalar->value, "${");
}

static bool follows_flux(const struct sg_environment *env)
{
	return env->kustomization || env->helm_release;
}

static int add_place(struct sg_choosing *c, const struct sg_said *said, enum sg_image_part part,
	struct sg_place *places, size_t *count, struct sg_err *err)
{
	struct sg_place *place = &places[(*count)++];
	const char *entry = said->row->shape->entry;
	const struct sg_layout_set *set;

	if (!said->scalar->key) {
		(void)sg_fail(err, SG_R_PLACE_NOT_FOUND,
			"%s:%d sets %s, where it cannot be edited for one service alone",
			said->row->file, said->scalar->line, said->row->at);
		return sg_hint(err, "write it into a values file of its own");
	}
	if (follows_flux(c->layout->env) && is_filled_in(said)) {
		c->layout->filled_in = true;
		(void)sg_fail(err, SG_R_PLACE_NOT_FOUND,
			"%s:%d has \"%.100s\", which Flux fills in from elsewhere", said->row->file,
			said->scalar->line, said->scalar->value);
		return sg_hint(err, "name the place of %s by `update:`", c->layout->service);
	}
	set = sg_helm_set_over(c->layout, said);
	if (set)
		return overridden(said, set, err);
	if (sg_helm_file_over(c, said, err) < 0)
		return -1;
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
	for (size_t i = 0; i < (c->layout->wide ? RULES_BY_NAME : SG_COUNT(rules)) && count == 0;
		i++)
		count = fitting(c, rules[i], &found);
	if (count == 0)
		sg_discover_nothing(c, err);
	else if (count > 1 || found[0]->rival.row)
		sg_discover_ambiguous(c, found, count, err);
	else
		return places_of(c, found[0], ret_places, ret_count, err);
	return -1;
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

/*
 * A release may take its values from a ConfigMap that a kustomization makes of a file, and the
 * like: where what is read shows no place, the names of files are left.
 */
static int discover_flux(struct sg_layout *layout, const char *image,
	const struct sg_manifest *manifest, struct sg_place **ret_places, size_t *ret_count,
	struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	struct found found = {0};

	layout->wide = true;
	if (discover_by(layout, image, manifest, &found, &why) < 0) {
		bool filled_in = layout->filled_in;

		if (why.reason != SG_R_PLACE_NOT_FOUND && why.reason != SG_R_FILE_NOT_FOUND &&
			why.reason != SG_R_TOO_LARGE) {
			*err = why;
			return -1;
		}
		layout->wide = false;
		layout->bytes = layout->steps = 0;
		if (discover_by(layout, image, NULL, &found, err) < 0) {
			if (filled_in)
				*err = why; /* that is the place, and nobody may edit it */
			return -1;
		}
	}
	*ret_places = found.places;
	*ret_count = found.count;
	return 0;
}

/* Several manifests of one application (by hand and by a set) must say the same. */
int sg_discover(struct sg_layout *layout, const char *image, struct sg_place **ret_places,
	size_t *ret_count, struct sg_err *err)
{
	struct sg_manifests manifests;
	struct found first = {0}, other = {0};

	layout->needle = image ? last_name(image) : NULL;
	if (sg_layout_manifests(layout, &manifests, err) < 0)
		return -1;
	if (manifests.count && manifests.items[0].flux)
		return discover_flux(
			layout, image, &manifests.items[0], ret_places, ret_count, err);
	if (discover_by(layout, image, manifests.count ? &manifests.items[0] : NULL, &first, err) <
		0)
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
