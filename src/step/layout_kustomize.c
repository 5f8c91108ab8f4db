/*
 * A kustomization and what it stands on, by rank: its own images are written last, over its
 * patches, over its resources and components.
 */
#include <string.h>

#include "edit/node.h"
#include "model/place.h"
#include "step/layout.h"

#define LEVELS_MAX 8

struct overlay {
	struct sg_layout *layout;
	const char *folder;
	int level;
	const struct overlay *above;
	struct sg_edit_tree tree;
	size_t root;
};

const char *sg_layout_kustomization(const struct sg_layout_list *list)
{
	static const char *const names[] = {
		"kustomization.yaml", "kustomization.yml", "Kustomization"};

	for (size_t i = 0; i < SG_COUNT(names); i++)
		if (sg_layout_has(list, names[i], false))
			return names[i];
	return NULL;
}

static int read_overlay(struct overlay *overlay, struct sg_err *err);

static int rank_of(const struct overlay *overlay, int below)
{
	return SG_RANK_TOP - 2 * overlay->level - below;
}

static bool is_circle(const struct overlay *overlay, const char *folder)
{
	for (const struct overlay *o = overlay; o; o = o->above)
		if (strcmp(o->folder, folder) == 0)
			return true;
	return false;
}

static int is_folder(
	struct sg_layout *layout, const char *path, bool *ret_folder, struct sg_err *err)
{
	enum sg_shelf_kind kind = sg_shelf_kind(layout->world, layout->source, path);
	struct sg_layout_list list;

	*ret_folder = kind == SG_SHELF_FOLDER;
	if (kind != SG_SHELF_UNKNOWN)
		return 0;
	if (sg_layout_list(layout, path, &list, err) < 0)
		return err->reason == SG_R_EDIT_REFUSED ? 0 : -1;
	*ret_folder = list.there;
	return 0;
}

/* A folder is another kustomization, a file is a manifest; what is neither is elsewhere. */
static int read_resource(struct overlay *overlay, const char *path, struct sg_err *err)
{
	struct sg_layout *layout = overlay->layout;
	struct overlay base = {
		.layout = layout, .folder = path, .level = overlay->level + 1, .above = overlay};
	bool folder;

	if (is_circle(overlay, path))
		return 0;
	if (is_folder(layout, path, &folder, err) < 0)
		return -1;
	if (!folder)
		return sg_layout_manifest(layout, path, rank_of(overlay, 2), false, err);
	return base.level > LEVELS_MAX ? 0 : read_overlay(&base, err);
}

static int read_path(struct overlay *overlay, struct sg_str text, bool is_patch, struct sg_err *err)
{
	struct sg_layout *layout = overlay->layout;
	const char *written = sg_arena_dup(layout->world->arena, text), *path;

	/* https://..., github.com/...?ref=..., or the patch itself */
	if (text.len == 0 || sg_str_search(text, "://") >= 0 || sg_str_find(text, '?') >= 0 ||
		sg_str_find(text, '\n') >= 0)
		return 0;
	if ((is_patch ? sg_repo_path_join : sg_repo_folder_join)(
		    layout->world->arena, overlay->folder, written, &path, err) < 0)
		return sg_wrap(err, "%s", overlay->tree.file);
	if (is_patch)
		return sg_layout_manifest(layout, path, rank_of(overlay, 1), false, err);
	return read_resource(overlay, path, err);
}

/* The paths in a list, as texts or as the `path` of mappings. */
static int read_list(struct overlay *overlay, const char *name, bool is_patch, struct sg_err *err)
{
	size_t list = sg_edit_member(&overlay->tree, overlay->root, name), at = 0;

	while ((at = sg_edit_next_item(&overlay->tree, list, at)) != 0) {
		struct sg_yaml_event event = sg_edit_event(&overlay->tree, at);
		struct sg_str text = event.kind == SG_YAML_SCALAR
					     ? event.value
					     : sg_edit_member_text(&overlay->tree, at, "path");

		if (read_path(overlay, text, is_patch, err) < 0)
			return -1;
	}
	return 0;
}

static int read_lists(struct overlay *overlay, struct sg_err *err)
{
	static const struct {
		const char *name;
		bool is_patch;
	} lists[] = {
		{"resources", false},
		{"bases", false},
		{"components", false},
		{"patches", true},
		{"patchesStrategicMerge", true},
	};

	for (size_t i = 0; i < SG_COUNT(lists); i++)
		if (read_list(overlay, lists[i].name, lists[i].is_patch, err) < 0)
			return -1;
	return 0;
}

static int read_overlay(struct overlay *overlay, struct sg_err *err)
{
	static const struct sg_edit_document only = {.kind = SG_DOCUMENT_ONLY};
	struct sg_layout *layout = overlay->layout;
	SG_AUTO(sg_file_close_ptr) struct sg_file *opened = NULL;
	struct sg_layout_list list;
	const char *name, *file;

	if (sg_layout_list(layout, overlay->folder, &list, err) < 0)
		return -1;
	name = sg_layout_kustomization(&list);
	if (!name)
		return 0;
	file = sg_layout_path(layout, overlay->folder, name);
	if (sg_layout_open(layout, file, &opened, err) < 0)
		return -1;
	if (!opened)
		return 0;
	if (sg_file_tree(opened, &overlay->tree, err) < 0 ||
		sg_edit_document(&overlay->tree, &only, &overlay->root, err) < 0 ||
		read_lists(overlay, err) < 0)
		return -1;
	return sg_layout_manifest(layout, file, rank_of(overlay, 0), false, err);
}

int sg_layout_kustomize(struct sg_layout *layout, const char *folder, struct sg_err *err)
{
	struct overlay overlay = {.layout = layout, .folder = folder};

	return read_overlay(&overlay, err);
}

static int read_generated(struct sg_layout *layout, const char *folder,
	const struct sg_layout_list *list, int levels, struct sg_err *err)
{
	struct sg_layout_list below;

	if (sg_layout_kustomization(list))
		return sg_layout_kustomize(layout, folder, err);
	if (sg_layout_directory(layout, folder, list, 0, err) < 0)
		return -1;
	for (size_t i = 0; i < list->count && levels > 0; i++) {
		const char *path = sg_layout_path(layout, folder, list->items[i].name);

		if (list->items[i].is_dir &&
			(sg_layout_list(layout, path, &below, err) < 0 ||
				read_generated(layout, path, &below, levels - 1, err) < 0))
			return -1;
	}
	return 0;
}

int sg_layout_flux(struct sg_layout *layout, const char *path, struct sg_err *err)
{
	struct sg_layout_list list;
	const char *folder;

	if (sg_repo_folder_join(layout->world->arena, "", path, &folder, err) < 0 ||
		sg_layout_require(layout, folder, &list, err) < 0)
		return -1;
	return read_generated(layout, folder, &list, SG_LAYOUT_LEVELS, err);
}
