/* The folders of a revision. */
#include <stdlib.h>
#include <string.h>

#include "model/place.h"
#include "step/shelf.h"

#define FOLDERS_MAX_BYTES (4u << 20)

struct folder {
	struct sg_tree_entry *entries;
	size_t count;
};

/* The folder that PATH stands in, and its own name there. */
static const char *above(struct sg_arena *arena, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');

	*ret_name = slash ? slash + 1 : path;
	return sg_repo_folder_of(arena, path);
}

static int by_name(const void *name, const void *entry)
{
	return strcmp(name, ((const struct sg_tree_entry *)entry)->name);
}

enum sg_shelf_kind sg_shelf_kind(
	struct sg_world *world, struct sg_tree_source *source, const char *path)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_shelf *shelf = sg_shelf_of(world, source);
	struct sg_err why = SG_ERR_INIT;
	struct sg_tree_entry *entries;
	const struct sg_tree_entry *entry;
	const char *name, *folder;
	size_t count;

	if (!*path)
		return SG_SHELF_FOLDER;
	if (sg_repo_path_check(path, &why) < 0)
		return SG_SHELF_UNKNOWN;
	folder = above(&scratch, path, &name);
	if (world->shelves->folders_bytes > FOLDERS_MAX_BYTES &&
		!sg_names_get(&shelf->folders, folder))
		return SG_SHELF_UNKNOWN;
	if (sg_shelf_list(world, source, folder, &entries, &count, &why) < 0)
		return why.reason == SG_R_FILE_NOT_FOUND ? SG_SHELF_NOTHING : SG_SHELF_UNKNOWN;
	entry = count ? bsearch(name, entries, count, sizeof(*entries), by_name) : NULL;
	if (!entry)
		return SG_SHELF_NOTHING;
	return entry->is_dir ? SG_SHELF_FOLDER : SG_SHELF_FILE;
}

static void keep_folder(
	struct sg_world *world, struct sg_shelf *shelf, const char *path, struct folder found)
{
	struct folder *folder = sg_arena_alloc(&shelf->arena, sizeof(*folder));
	size_t bytes = 0;

	*folder = found;
	bytes += strlen(path) + sizeof(*folder);
	for (size_t i = 0; i < found.count; i++)
		bytes += sizeof(*found.entries) + strlen(found.entries[i].name);
	shelf->folders_bytes += bytes;
	world->shelves->folders_bytes += bytes;
	sg_names_put(&shelf->arena, &shelf->folders, path, folder);
}

int sg_shelf_list(struct sg_world *world, struct sg_tree_source *source, const char *path,
	struct sg_tree_entry **ret_entries, size_t *ret_count, struct sg_err *err)
{
	struct sg_shelf *shelf = sg_shelf_of(world, source);
	const struct folder *known = sg_names_get(&shelf->folders, path);
	struct folder found = {0};

	if (!known) {
		if (sg_shelf_kind(world, source, path) == SG_SHELF_NOTHING)
			return sg_fail(
				err, SG_R_FILE_NOT_FOUND, "%s has no \"%s\"", source->label, path);
		if (source->list(source, path, &shelf->arena, &found.entries, &found.count, err) <
			0)
			return -1;
		if (world->shelves->folders_bytes <= FOLDERS_MAX_BYTES)
			keep_folder(world, shelf, path, found);
		known = &found;
	}
	*ret_entries = known->entries;
	*ret_count = known->count;
	return 0;
}
