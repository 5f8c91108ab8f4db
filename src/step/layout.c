#include "step/layout.h"

#include <string.h>

#include "step/applications.h"

#define FILE_MAX_BYTES (4u << 20)
#define FILES_MAX 1000
#define TOTAL_MAX_BYTES (16u << 20)
/* A file that stands in many lists is read once and counted each time. */
#define STEPS_MAX 5000

void sg_layout_names(const struct sg_layout *layout, const char *ret_names[3])
{
	const struct sg_environment *env = layout->env;

	ret_names[0] = env->name;
	ret_names[1] =
		env->short_name && strcmp(env->short_name, env->name) != 0 ? env->short_name : NULL;
	ret_names[2] = NULL;
}

const char *sg_layout_path(struct sg_layout *layout, const char *folder, const char *name)
{
	return sg_arena_printf(
		layout->world->arena, "%s%s%s", folder, *folder && *name ? "/" : "", name);
}

static int too_much(const struct sg_layout *layout, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_TOO_LARGE,
		"%s: more than %d files or %u MiB may carry the image of %s", layout->source->label,
		FILES_MAX, TOTAL_MAX_BYTES >> 20, layout->service);
	return sg_hint(err, "name the places by `update:` of the service");
}

int sg_layout_list(struct sg_layout *layout, const char *folder, struct sg_layout_list *ret,
	struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*ret = (struct sg_layout_list){0};
	if (layout->source->list(layout->source, folder, layout->world->arena, &ret->items,
		    &ret->count, &why) == 0) {
		ret->there = true;
		return 0;
	}
	if (why.reason == SG_R_FILE_NOT_FOUND)
		return 0;
	*err = why;
	return sg_wrap(err, "%s", layout->source->label);
}

int sg_layout_require(struct sg_layout *layout, const char *folder, struct sg_layout_list *ret,
	struct sg_err *err)
{
	if (sg_layout_list(layout, folder, ret, err) < 0)
		return -1;
	return ret->there ? 0
			  : sg_fail(err, SG_R_FILE_NOT_FOUND, "%s has no folder \"%s\"",
				    layout->source->label, folder);
}

bool sg_layout_has(const struct sg_layout_list *list, const char *name, bool is_dir)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].is_dir == is_dir && strcmp(list->items[i].name, name) == 0)
			return true;
	return false;
}

int sg_layout_text(struct sg_layout *layout, const char *file, struct sg_buf *text, bool *ret_there,
	struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	sg_buf_init(text, FILE_MAX_BYTES);
	*ret_there = layout->source->read(layout->source, file, text, &why) == 0;
	layout->bytes += text->len;
	if (layout->bytes > TOTAL_MAX_BYTES || ++layout->steps > STEPS_MAX)
		return too_much(layout, err);
	if (*ret_there || why.reason == SG_R_FILE_NOT_FOUND)
		return 0;
	*err = why;
	return sg_wrap(err, "%s", layout->source->label);
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

static int read_markers(struct sg_layout *layout, struct sg_layout_file *file, struct sg_str text,
	struct sg_err *err)
{
	struct sg_edit_markers all;

	if (sg_edit_markers(layout->world->arena, file->path, text, &all, err) < 0)
		return -1;
	file->markers = all;
	file->markers.count = 0;
	for (size_t i = 0; i < all.count; i++)
		if (strcmp(all.items[i].name, layout->service) == 0)
			file->markers.items[file->markers.count++] = all.items[i];
	return 0;
}

static int read_shapes(
	struct sg_layout *layout, struct sg_layout_file *file, bool values, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_release);
	bool there, marked;

	sg_buf_init(&text, 0);
	if (sg_layout_text(layout, file->path, &text, &there, err) < 0)
		return -1;
	file->absent = !there;
	marked = there && sg_str_search(sg_buf_str(&text), "stagegate:") >= 0;
	file->passed_over = there && !values && !marked && layout->needle &&
			    sg_str_search(sg_buf_str(&text), layout->needle) < 0;
	if (!there || file->passed_over)
		return 0;
	if (marked && read_markers(layout, file, sg_buf_str(&text), err) < 0)
		return sg_wrap(err, "%s", layout->source->label);
	if (sg_edit_shapes(
		    layout->world->arena, file->path, sg_buf_str(&text), &file->shapes, err) < 0)
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

static bool is_manifest(const char *name)
{
	struct sg_str text = sg_str_of(name);

	return sg_str_ends(text, ".yaml") || sg_str_ends(text, ".yml") ||
	       sg_str_ends(text, ".json");
}

int sg_layout_directory(struct sg_layout *layout, const char *folder,
	const struct sg_layout_list *list, int levels, struct sg_err *err)
{
	struct sg_layout_list below;

	for (size_t i = 0; i < list->count; i++) {
		const char *path = sg_layout_path(layout, folder, list->items[i].name);

		if (!list->items[i].is_dir) {
			if (is_manifest(path) &&
				sg_layout_manifest(layout, path, SG_RANK_TOP, false, err) < 0)
				return -1;
		} else if (levels > 0) {
			if (sg_layout_list(layout, path, &below, err) < 0 ||
				sg_layout_directory(layout, path, &below, levels - 1, err) < 0)
				return -1;
		}
	}
	return 0;
}

/* The folders that an ApplicationSet may make this application of. */
static void folders_of(struct sg_layout *layout, const char *ret[12])
{
	static const char *const above[] = {"", "overlays", "environments", "envs", "env"};
	const char *names[3];
	size_t count = 0;

	sg_layout_names(layout, names);
	ret[count++] = layout->folder;
	for (size_t i = 0; i < SG_COUNT(above); i++)
		for (size_t j = 0; names[j]; j++)
			ret[count++] = sg_layout_path(
				layout, sg_layout_path(layout, layout->folder, above[i]), names[j]);
	ret[count] = NULL;
}

int sg_layout_manifests(
	struct sg_layout *layout, struct sg_manifests *ret_manifests, struct sg_err *err)
{
	const char *folders[12];
	struct sg_applications_ask ask = {
		.policy = layout->policy,
		.env = layout->env,
		.service = layout->service,
		.folder = layout->folder,
		.folders = folders,
	};

	folders_of(layout, folders);
	return sg_applications_find(layout->world, &ask, layout->source, ret_manifests, err);
}

int sg_layout_read(struct sg_layout *layout, const struct sg_manifest *manifest, struct sg_err *err)
{
	layout->rows = NULL;
	layout->values = NULL;
	layout->row_count = layout->values_count = 0;
	if (!manifest) {
		layout->found_by = sg_arena_printf(layout->world->arena, "the names of files in %s",
			*layout->folder ? layout->folder : "the root");
		return sg_layout_by_names(layout, err);
	}
	layout->found_by = sg_arena_printf(layout->world->arena, "%s %s (%s:%d)",
		manifest->generated ? "the ApplicationSet of" : "the application", manifest->name,
		manifest->file, manifest->line);
	if (sg_layout_application(layout, manifest, err) < 0)
		return sg_wrap(err, "%s", layout->found_by);
	return 0;
}
