#include "step/layout.h"

#include <string.h>

#include "step/applications.h"

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

int sg_layout_list(struct sg_layout *layout, const char *folder, struct sg_layout_list *ret,
	struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*ret = (struct sg_layout_list){0};
	if (sg_shelf_list(layout->world, layout->source, folder, &ret->items, &ret->count, &why) ==
		0) {
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
	layout->sets = NULL;
	layout->row_count = layout->values_count = layout->set_count = 0;
	if (!manifest) {
		layout->found_by = sg_arena_printf(layout->world->arena, "the names of files in %s",
			*layout->folder ? layout->folder : "the root");
		return sg_layout_by_names(layout, err);
	}
	layout->found_by = sg_arena_printf(layout->world->arena, "%s %s (%s:%d)",
		manifest->flux        ? "the Kustomization"
		: manifest->generated ? "the ApplicationSet of"
				      : "the application",
		manifest->name, manifest->file, manifest->line);
	if (manifest->flux ? sg_layout_flux(layout, manifest->sources[0].path, err) < 0
			   : sg_layout_application(layout, manifest, err) < 0)
		return sg_wrap(err, "%s", layout->found_by);
	return 0;
}
