#include "repo/sides.h"

#include <stdlib.h>
#include <string.h>

#include "repo/partial.h"

bool sg_side_is(const struct sg_side *side)
{
	return side->mode != GIT_FILEMODE_UNREADABLE;
}

bool sg_side_eq(const struct sg_side *a, const struct sg_side *b)
{
	return a->mode == b->mode && (!sg_side_is(a) || git_oid_equal(&a->id, &b->id));
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void gather_names(struct sg_sides *sides)
{
	size_t max = 0, count = 0;

	for (size_t i = 0; i < sides->count; i++)
		if (sides->trees[i])
			max += git_tree_entrycount(sides->trees[i]);
	sides->names = sg_arena_calloc(&sides->arena, max + 1, sizeof(*sides->names));
	for (size_t i = 0; i < sides->count; i++)
		for (size_t j = 0; sides->trees[i] && j < git_tree_entrycount(sides->trees[i]); j++)
			sides->names[count++] =
				git_tree_entry_name(git_tree_entry_byindex(sides->trees[i], j));
	qsort(sides->names, count, sizeof(*sides->names), by_bytes);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(sides->names[i], sides->names[i - 1]) != 0)
			sides->names[sides->name_count++] = sides->names[i];
}

static int fill(
	struct sg_repo *repo, const struct sg_side *folders, size_t count, struct sg_err *err)
{
	git_oid ids[SG_SIDES_MAX] = {{.id = {0}}};
	size_t wanted = 0;

	for (size_t i = 0; i < count; i++)
		if (sg_side_is(&folders[i]))
			ids[wanted++] = folders[i].id;
	return sg_fill(repo, ids, wanted, err);
}

int sg_sides_open(struct sg_repo *repo, const struct sg_side *folders, size_t count, int depth,
	struct sg_sides *sides, struct sg_err *err)
{
	*sides = (struct sg_sides){.count = count};
	if (depth > SG_SIDES_DEPTH)
		return sg_fail(err, SG_R_TOO_LARGE, "more than %d folders stand inside each other",
			SG_SIDES_DEPTH);
	if (fill(repo, folders, count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		int rc;

		if (!sg_side_is(&folders[i]))
			continue;
		git_error_clear();
		rc = git_tree_lookup(&sides->trees[i], repo->git, &folders[i].id);
		if (rc < 0)
			return sg_git_fail(NULL, rc, "read a folder", err);
	}
	gather_names(sides);
	return 0;
}

void sg_sides_release(struct sg_sides *sides)
{
	for (size_t i = 0; i < SG_SIDES_MAX; i++)
		git_tree_free(sides->trees[i]);
	sg_arena_release(&sides->arena);
	*sides = (struct sg_sides){0};
}

void sg_sides_get(const struct sg_sides *sides, const char *name, struct sg_side *files,
	struct sg_side *folders)
{
	static const struct sg_side absent = {.mode = GIT_FILEMODE_UNREADABLE};

	for (size_t i = 0; i < sides->count; i++) {
		const git_tree_entry *entry =
			sides->trees[i] ? git_tree_entry_byname(sides->trees[i], name) : NULL;
		struct sg_side *to;

		files[i] = folders[i] = absent;
		if (!entry)
			continue;
		to = git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE ? &folders[i] : &files[i];
		to->mode = git_tree_entry_filemode(entry);
		to->id = *git_tree_entry_id(entry);
	}
}

int sg_side_root(
	struct sg_repo *repo, const char *oid, struct sg_side *ret_root, struct sg_err *err)
{
	git_commit *commit SG_AUTO(sg_git_commit_free_ptr) = NULL;

	if (sg_git_commit(repo, oid, &commit, err) < 0)
		return -1;
	sg_partial_note(repo, oid);
	ret_root->mode = GIT_FILEMODE_TREE;
	ret_root->id = *git_commit_tree_id(commit);
	return 0;
}
