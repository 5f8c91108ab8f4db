#include "repo/sides.h"

enum { PATH_SHOWN = 1024 };

struct found {
	struct sg_arena *arena;
	const char **paths;
	size_t count;
};

static void add(struct found *found, const char *path)
{
	const char **item =
		sg_arena_push(found->arena, &found->paths, &found->count, sizeof(*found->paths));

	*item = sg_arena_strdup(found->arena, path);
}

static int compare(struct sg_repo *repo, struct found *found, const struct sg_side folders[2],
	const char *prefix, int depth, struct sg_err *err);

static int compare_name(struct sg_repo *repo, struct found *found, struct sg_sides *sides,
	const char *prefix, const char *name, int depth, struct sg_err *err)
{
	struct sg_side files[2], folders[2];
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	char *path;

	sg_sides_get(sides, name, files, folders);
	if (sg_side_eq(&files[0], &files[1]) && sg_side_eq(&folders[0], &folders[1]))
		return 0;
	path = sg_arena_printf(&arena, "%s%s%.*s", prefix, *prefix ? "/" : "", PATH_SHOWN, name);
	path = sg_arena_dup(&arena, sg_str_sub(sg_str_of(path), 0, PATH_SHOWN));
	if (!sg_side_eq(&files[0], &files[1]))
		add(found, path);
	if (sg_side_eq(&folders[0], &folders[1]))
		return 0;
	return compare(repo, found, folders, path, depth + 1, err);
}

static int compare(struct sg_repo *repo, struct found *found, const struct sg_side folders[2],
	const char *prefix, int depth, struct sg_err *err)
{
	struct sg_sides sides SG_AUTO(sg_sides_release) = {0};

	if (sg_sides_open(repo, folders, 2, depth, &sides, err) < 0)
		return -1;
	for (size_t i = 0; i < sides.name_count && found->count < SG_REPO_PATHS_MAX; i++)
		if (compare_name(repo, found, &sides, prefix, sides.names[i], depth, err) < 0)
			return -1;
	return 0;
}

int sg_repo_changed_paths(struct sg_repo *repo, const char *base, const char *head,
	struct sg_arena *arena, const char *const **ret_paths, size_t *ret_count,
	struct sg_err *err)
{
	struct found found = {.arena = arena};
	struct sg_side roots[2];

	if (sg_side_root(repo, base, &roots[0], err) < 0 ||
		sg_side_root(repo, head, &roots[1], err) < 0)
		return -1;
	if (!sg_side_eq(&roots[0], &roots[1]) && compare(repo, &found, roots, "", 0, err) < 0)
		return sg_wrap(err, "compare %.12s and %.12s", base, head);
	*ret_paths = found.paths;
	*ret_count = found.count < SG_REPO_PATHS_MAX ? found.count : SG_REPO_PATHS_MAX;
	return 0;
}
