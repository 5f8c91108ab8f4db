/*
 * The three-way merge of trees: only folders that both sides changed are opened, so it costs what
 * the two changes cost, not what the repository holds.
 */
#include "repo/merge_file.h"
#include "repo/sides.h"

static void builder_free_ptr(git_treebuilder **builder)
{
	git_treebuilder_free(*builder);
}

static int merge_folders(struct sg_repo *repo, const struct sg_side folders[SG_MERGE_SIDES],
	int depth, struct sg_side *ret_merged, bool *ret_conflict, struct sg_err *err);

/*
 * What stands under one name. As a file and as a folder it is merged separately; when both are
 * left, they are in each other's way.
 */
static int merge_name(struct sg_repo *repo, const struct sg_sides *sides, const char *name,
	int depth, struct sg_side *ret_merged, bool *ret_conflict, struct sg_err *err)
{
	struct sg_side files[SG_MERGE_SIDES], folders[SG_MERGE_SIDES], file, folder;

	sg_sides_get(sides, name, files, folders);
	if (sg_merge_file(repo, files, &file, ret_conflict, err) < 0)
		return sg_wrap(err, "merge \"%.200s\"", name);
	if (*ret_conflict)
		return 0;
	if (merge_folders(repo, folders, depth + 1, &folder, ret_conflict, err) < 0)
		return -1;
	if (*ret_conflict)
		return 0;
	*ret_conflict = sg_side_is(&file) && sg_side_is(&folder);
	*ret_merged = sg_side_is(&file) ? file : folder;
	return 0;
}

static int write_folder(git_treebuilder *builder, struct sg_side *ret_merged, struct sg_err *err)
{
	int rc;

	*ret_merged = (struct sg_side){.mode = GIT_FILEMODE_UNREADABLE};
	if (git_treebuilder_entrycount(builder) == 0)
		return 0;
	rc = git_treebuilder_write(&ret_merged->id, builder);
	if (rc < 0)
		return sg_git_fail(NULL, rc, "write a merged folder", err);
	ret_merged->mode = GIT_FILEMODE_TREE;
	return 0;
}

static int merge_names(struct sg_repo *repo, const struct sg_sides *sides, int depth,
	struct sg_side *ret_merged, bool *ret_conflict, struct sg_err *err)
{
	git_treebuilder *builder SG_AUTO(builder_free_ptr) = NULL;
	int rc;

	git_error_clear();
	rc = git_treebuilder_new(&builder, repo->git, NULL);
	if (rc < 0)
		return sg_git_fail(NULL, rc, "merge a folder", err);
	for (size_t i = 0; i < sides->name_count; i++) {
		const char *name = sides->names[i];
		struct sg_side merged;

		if (merge_name(repo, sides, name, depth, &merged, ret_conflict, err) < 0)
			return -1;
		if (*ret_conflict)
			return 0;
		if (!sg_side_is(&merged))
			continue;
		rc = git_treebuilder_insert(NULL, builder, name, &merged.id, merged.mode);
		if (rc < 0)
			return sg_git_fail(NULL, rc, "merge a folder", err);
	}
	return write_folder(builder, ret_merged, err);
}

static int merge_folders(struct sg_repo *repo, const struct sg_side folders[SG_MERGE_SIDES],
	int depth, struct sg_side *ret_merged, bool *ret_conflict, struct sg_err *err)
{
	struct sg_sides sides SG_AUTO(sg_sides_release) = {0};

	if (sg_merge_is_plain(folders, ret_merged))
		return 0;
	if (sg_sides_open(repo, folders, SG_MERGE_SIDES, depth, &sides, err) < 0)
		return -1;
	return merge_names(repo, &sides, depth, ret_merged, ret_conflict, err);
}

/* The tree without entries. */
static int write_empty(struct sg_repo *repo, git_oid *ret_id, struct sg_err *err)
{
	git_treebuilder *builder SG_AUTO(builder_free_ptr) = NULL;
	int rc = git_treebuilder_new(&builder, repo->git, NULL);

	if (rc == 0)
		rc = git_treebuilder_write(ret_id, builder);
	return rc < 0 ? sg_git_fail(NULL, rc, "write an empty folder", err) : 0;
}

int sg_repo_merge_tree(struct sg_repo *repo, const char *base, const char *ours, const char *theirs,
	char ret_tree[SG_OID_SIZE], bool *ret_conflict, struct sg_err *err)
{
	struct sg_side roots[SG_MERGE_SIDES], merged;
	bool conflict = false;

	if (sg_side_root(repo, base, &roots[SG_MERGE_BASE], err) < 0 ||
		sg_side_root(repo, ours, &roots[SG_MERGE_OURS], err) < 0 ||
		sg_side_root(repo, theirs, &roots[SG_MERGE_THEIRS], err) < 0 ||
		merge_folders(repo, roots, 0, &merged, &conflict, err) < 0)
		return sg_wrap(err, "merge %.12s into %.12s", theirs, ours);
	if (!conflict && !sg_side_is(&merged) && write_empty(repo, &merged.id, err) < 0)
		return -1;
	if (!conflict)
		git_oid_tostr(ret_tree, GIT_OID_SHA1_HEXSIZE + 1, &merged.id);
	*ret_conflict = conflict;
	return 0;
}
