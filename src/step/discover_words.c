#include "step/discover_words.h"

#include "base/attr.h"
#include "base/buf.h"

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
		if (sg_str_eq(sg_str_sub(path, 0, at), folder) && (at == 0 || path.ptr[at] == '/'))
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

void sg_discover_ambiguous(struct sg_choosing *c, struct sg_seen_image *const *images, size_t count,
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
	(void)sg_hint(err, "name the right ones: `update:` with %s", lines.ptr);
}

/* The repository stands there, and no file sets a version for it. */
static const struct sg_said *without_version(const struct sg_choosing *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (sg_seen_is_nothing(&c->images[i]) && !c->images[i].is_part &&
			sg_seen_has_repository(c, &c->images[i]))
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

void sg_discover_nothing(struct sg_choosing *c, struct sg_err *err)
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
		return;
	if (images.len)
		(void)sg_hint(err, "the images there are %s", images.ptr);
	else
		(void)sg_hint(err, "name the places of %s by `update:`", layout->service);
}
