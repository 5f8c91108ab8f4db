#include "tree_world.h"

#include <stdlib.h>
#include <string.h>

#include "model/place.h"

static int not_there(const char *path, struct sg_err *err)
{
	return sg_fail(err, SG_R_FILE_NOT_FOUND, "main has no \"%s\"", path);
}

static void count_path(struct tree_world *world, char kind, const char *path)
{
	const char *name;
	size_t *times;

	if (!world->arena)
		return;
	name = sg_arena_printf(world->arena, "%c%s", kind, path);
	times = sg_names_get(&world->asked, name);
	if (!times) {
		times = sg_arena_calloc(world->arena, 1, sizeof(*times));
		sg_names_put(world->arena, &world->asked, name, times);
	}
	if (++*times > world->most)
		world->most = *times;
}

static int tree_read(
	struct sg_tree_source *source, const char *path, struct sg_buf *buf, struct sg_err *err)
{
	struct tree_world *world = (struct tree_world *)(void *)source;

	world->reads++;
	count_path(world, 'f', path);
	if (sg_repo_path_check(path, err) < 0)
		return -1;
	if (world->broken)
		return sg_fail(err, SG_R_LOCAL_IO, "%s: Input/output error", path);
	for (const struct tree_file *file = world->files; file->path; file++) {
		if (strcmp(file->path, path) != 0)
			continue;
		if (!file->text)
			return sg_fail(err, SG_R_EDIT_REFUSED, "\"%s\" is a symbolic link", path);
		sg_buf_adds(buf, file->text);
		return buf->overflow ? sg_fail(err, SG_R_TOO_LARGE, "\"%s\" is too large", path)
				     : 0;
	}
	return not_there(path, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct sg_tree_entry *)a)->name, ((const struct sg_tree_entry *)b)->name);
}

/* Children of DIR, each once. */
static int tree_list(struct sg_tree_source *source, const char *dir, struct sg_arena *arena,
	struct sg_tree_entry **ret_entries, size_t *ret_count, struct sg_err *err)
{
	struct tree_world *world = (struct tree_world *)(void *)source;
	struct sg_tree_entry *entries = NULL;
	size_t count = 0, len = strlen(dir);

	world->lists++;
	count_path(world, 'd', dir);
	if (len && sg_repo_path_check(dir, err) < 0)
		return -1;
	for (const struct tree_file *file = world->files; file->path; file++) {
		struct sg_str rest = sg_str_of(file->path), name;
		struct sg_tree_entry *entry;
		bool known = false;

		if (len && (strncmp(file->path, dir, len) != 0 || file->path[len] != '/'))
			continue;
		rest = sg_str_sub(rest, len ? len + 1 : 0, rest.len);
		if (!sg_str_cut(&rest, '/', &name))
			continue;
		for (size_t i = 0; i < count; i++)
			known = known || sg_str_is(name, entries[i].name);
		if (known)
			continue;
		entry = sg_arena_push(arena, &entries, &count, sizeof(*entry));
		entry->name = sg_arena_dup(arena, name);
		entry->is_dir = file->path[(size_t)(name.ptr - file->path) + name.len] == '/';
	}
	if (count == 0)
		return not_there(dir, err);
	qsort(entries, count, sizeof(*entries), by_name);
	*ret_entries = entries;
	*ret_count = count;
	return 0;
}

void tree_world_init(struct tree_world *world, const struct tree_file *files)
{
	*world = (struct tree_world){
		.source = {.label = "main", .read = tree_read, .list = tree_list},
		.files = files,
	};
}
