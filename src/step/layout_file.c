/* The files of a layout: read, counted, and turned into rows. */
#include <string.h>

#include "step/layout.h"

#define FILES_MAX 1000
#define TOTAL_MAX_BYTES (16u << 20)
/* A file that stands in many lists is counted each time. */
#define STEPS_MAX 5000

static int too_much(const struct sg_layout *layout, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_TOO_LARGE,
		"%s: more than %d files or %u MiB may carry the image of %s", layout->source->label,
		FILES_MAX, TOTAL_MAX_BYTES >> 20, layout->service);
	return sg_hint(err, "name the places by `update:` of the service");
}

int sg_layout_open(
	struct sg_layout *layout, const char *path, struct sg_file **ret_file, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*ret_file = NULL;
	if (++layout->steps > STEPS_MAX)
		return too_much(layout, err);
	if (sg_shelf_kind(layout->world, layout->source, path) == SG_SHELF_NOTHING)
		return 0;
	if (sg_file_open(layout->world, layout->source, path, SG_YAML_EDIT_MAX_BYTES, ret_file,
		    &why) < 0) {
		if (why.reason == SG_R_FILE_NOT_FOUND)
			return 0;
		*err = why;
		return sg_wrap(err, "%s", layout->source->label);
	}
	layout->bytes += sg_file_text(*ret_file).len;
	if (layout->bytes <= TOTAL_MAX_BYTES)
		return 0;
	sg_file_close_ptr(ret_file);
	return too_much(layout, err);
}

void sg_layout_add(struct sg_layout *layout, const char *file, const struct sg_edit_shapes *shapes,
	const struct sg_layout_row *like)
{
	struct sg_arena *arena = layout->world->arena;

	for (size_t i = 0; i < shapes->count; i++) {
		const struct sg_edit_shape *shape = &shapes->items[i];
		struct sg_layout_row *row =
			sg_arena_push(arena, &layout->rows, &layout->row_count, sizeof(*row));

		*row = *like;
		row->file = file;
		row->shape = shape;
		row->at = shape->at;
		if (like->at && *like->at)
			row->at = sg_arena_printf(
				arena, "%s%s%s", like->at, *shape->at ? "." : "", shape->at);
	}
}

static struct sg_layout_file *known_file(struct sg_layout *layout, const char *path)
{
	for (size_t i = 0; i < layout->file_count; i++)
		if (strcmp(layout->files[i].path, path) == 0)
			return &layout->files[i];
	return NULL;
}

static int read_markers(struct sg_layout *layout, struct sg_layout_file *file,
	struct sg_file *opened, struct sg_err *err)
{
	struct sg_edit_markers all;

	if (sg_file_markers(opened, &all, err) < 0)
		return -1;
	for (size_t i = 0; i < all.count; i++)
		if (strcmp(all.items[i].name, layout->service) == 0)
			*(struct sg_edit_marker *)sg_arena_push(layout->world->arena,
				&file->markers.items, &file->markers.count,
				sizeof(struct sg_edit_marker)) = all.items[i];
	return 0;
}

static int read_shapes(
	struct sg_layout *layout, struct sg_layout_file *file, bool values, struct sg_err *err)
{
	SG_AUTO(sg_file_close_ptr) struct sg_file *opened = NULL;
	struct sg_str text;
	bool marked;

	if (sg_layout_open(layout, file->path, &opened, err) < 0)
		return -1;
	file->absent = !opened;
	if (!opened)
		return 0;
	text = sg_file_text(opened);
	marked = sg_str_search(text, "stagegate:") >= 0;
	file->passed_over =
		!values && !marked && layout->needle && sg_str_search(text, layout->needle) < 0;
	if (file->passed_over)
		return 0;
	if ((marked && read_markers(layout, file, opened, err) < 0) ||
		sg_file_shapes(opened, &file->shapes, err) < 0)
		return sg_wrap(err, "%s", layout->source->label);
	return 0;
}

/* What the file says, read once. */
static int shapes_of(struct sg_layout *layout, const char *path, bool values,
	struct sg_layout_file **ret_file, struct sg_err *err)
{
	struct sg_arena *arena = layout->world->arena;
	struct sg_layout_file *file = known_file(layout, path);

	if (!file || (file->passed_over && values)) {
		struct sg_layout_file now = {.path = sg_arena_strdup(arena, path)};

		if (layout->file_count >= FILES_MAX)
			return too_much(layout, err);
		if (read_shapes(layout, &now, values, err) < 0)
			return -1;
		if (!file)
			file = sg_arena_push(
				arena, &layout->files, &layout->file_count, sizeof(*file));
		*file = now;
	}
	*ret_file = file;
	return 0;
}

static int add_file(struct sg_layout *layout, const char *file, const struct sg_layout_row *like,
	bool required, struct sg_err *err)
{
	struct sg_layout_file *read = NULL;

	if (++layout->steps > STEPS_MAX)
		return too_much(layout, err);
	if (shapes_of(layout, file, like->values, &read, err) < 0)
		return -1;
	if (read->absent && required)
		return sg_fail(
			err, SG_R_FILE_NOT_FOUND, "%s has no \"%s\"", layout->source->label, file);
	if (like->rank > read->rank)
		read->rank = like->rank;
	sg_layout_add(layout, read->path, &read->shapes, like);
	return 0;
}

int sg_layout_values(struct sg_layout *layout, const char *file, const char *prefix, int rank,
	int group, bool required, struct sg_err *err)
{
	const struct sg_layout_row like = {
		.at = prefix, .rank = rank, .group = group, .values = true};
	struct sg_layout_values *row = sg_arena_push(
		layout->world->arena, &layout->values, &layout->values_count, sizeof(*row));

	*row = (struct sg_layout_values){file, prefix, rank, group};
	return add_file(layout, file, &like, required, err);
}

int sg_layout_manifest(
	struct sg_layout *layout, const char *file, int rank, bool required, struct sg_err *err)
{
	const struct sg_layout_row like = {.rank = rank};

	return add_file(layout, file, &like, required, err);
}
