/* A commit from a plan, without a work tree: only blobs, and the trees on the way to them. */
#include <string.h>

#include "model/place.h"
#include "repo/internal.h"
#include "repo/partial.h"

#define ARMOR_MAX_BYTES 4096

static int parse_ident(const struct sg_ident *ident, git_signature **ret, struct sg_err *err)
{
	git_error_clear();
	if (git_signature_new(ret, ident->name, ident->email, ident->unix_s, 0) == 0)
		return 0;
	return sg_fail(err, SG_R_CONFIG_INVALID,
		"\"%.80s <%.120s>\" cannot be the identity of a commit", ident->name, ident->email);
}

/* The mode to keep, after a check that the file is what the plan was made from. */
static int check_before(const git_tree *tree, const struct sg_file_change *file,
	git_filemode_t *ret_mode, struct sg_err *err)
{
	git_tree_entry *entry SG_AUTO(sg_git_entry_free_ptr) = NULL;
	git_oid before;
	int rc;

	git_error_clear();
	rc = git_tree_entry_bypath(&entry, tree, file->path);
	if (rc == GIT_ENOTFOUND && !file->before.ptr) {
		*ret_mode = GIT_FILEMODE_BLOB;
		return 0;
	}
	if (rc < 0)
		return sg_git_fail(NULL, rc, file->path, err);
	*ret_mode = git_tree_entry_filemode(entry);
	if (*ret_mode != GIT_FILEMODE_BLOB && *ret_mode != GIT_FILEMODE_BLOB_EXECUTABLE)
		return sg_fail(err, SG_R_EDIT_REFUSED, "\"%s\" is no plain file", file->path);
	if (git_odb_hash(&before, file->before.ptr ? file->before.ptr : "", file->before.len,
		    GIT_OBJECT_BLOB) < 0 ||
		!git_oid_equal(&before, git_tree_entry_id(entry)))
		return sg_fail(
			err, SG_R_BUG, "\"%s\" is not what the plan was made from", file->path);
	return 0;
}

static int write_blob(struct sg_repo *repo, const git_tree *tree, const struct sg_file_change *file,
	git_tree_update *ret, struct sg_err *err)
{
	git_tree_update update = {.action = GIT_TREE_UPDATE_UPSERT, .path = file->path};
	int rc;

	if (sg_repo_path_check(file->path, err) < 0 ||
		sg_fill_way(repo, git_tree_id(tree), file->path, err) < 0 ||
		check_before(tree, file, &update.filemode, err) < 0)
		return -1;
	rc = git_blob_create_from_buffer(&update.id, repo->git, file->after.ptr, file->after.len);
	if (rc < 0)
		return sg_git_fail(NULL, rc, file->path, err);
	*ret = update;
	return 0;
}

static int write_tree(struct sg_repo *repo, git_commit *base, const struct sg_file_change *files,
	size_t count, git_oid *ret_oid, struct sg_err *err)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	git_tree *before SG_AUTO(sg_git_tree_free_ptr) = NULL;
	git_tree_update *updates = sg_arena_calloc(&arena, count + 1, sizeof(*updates));
	int rc;

	if (sg_fill(repo, git_commit_tree_id(base), 1, err) < 0)
		return -1;
	git_error_clear();
	rc = git_commit_tree(&before, base);
	if (rc < 0)
		return sg_git_fail(NULL, rc, "read the parent", err);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++)
			SG_ASSERT(strcmp(files[i].path, files[j].path) != 0);
		if (write_blob(repo, before, &files[i], &updates[i], err) < 0)
			return -1;
	}
	rc = git_tree_create_updated(ret_oid, repo->git, before, count, updates);
	return rc < 0 ? sg_git_fail(NULL, rc, "write the changed folders", err) : 0;
}

int sg_repo_plan_tree(struct sg_repo *repo, const struct sg_file_change *files, size_t count,
	const char *base, char ret_tree[SG_OID_SIZE], struct sg_err *err)
{
	git_commit *commit SG_AUTO(sg_git_commit_free_ptr) = NULL;
	git_oid tree;

	if (sg_git_commit(repo, base, &commit, err) < 0)
		return -1;
	tree = *git_commit_tree_id(commit);
	if (count > 0 && write_tree(repo, commit, files, count, &tree, err) < 0)
		return sg_wrap(err, "apply the plan to %.12s", base);
	git_oid_tostr(ret_tree, GIT_OID_SHA1_HEXSIZE + 1, &tree);
	return 0;
}

/* The bytes of a commit, signed by the repository's signer where it has one (security.md 3.1). */
static int write_signed(struct sg_repo *repo, const git_buf *plain, git_oid *ret_oid)
{
	struct sg_buf armor SG_AUTO(sg_buf_release) = {0};

	if (!repo->signer)
		return git_commit_create_with_signature(ret_oid, repo->git, plain->ptr, NULL, NULL);
	sg_buf_init(&armor, ARMOR_MAX_BYTES);
	sg_signer_sign(repo->signer, "git", (struct sg_str){plain->ptr, plain->size}, &armor);
	SG_ASSERT(!armor.overflow);
	return git_commit_create_with_signature(
		ret_oid, repo->git, plain->ptr, armor.ptr, "gpgsig");
}

static int write_commit(struct sg_repo *repo, const struct sg_plan *plan, const git_commit *parent,
	const git_oid *tree_id, git_oid *ret_oid, struct sg_err *err)
{
	git_tree *tree SG_AUTO(sg_git_tree_free_ptr) = NULL;
	const git_commit *parents[] = {parent};
	git_signature *author = NULL, *committer = NULL;
	git_buf plain = GIT_BUF_INIT;
	int rc = git_tree_lookup(&tree, repo->git, tree_id);

	if (rc < 0)
		return sg_git_fail(NULL, rc, "write the commit", err);
	if (parse_ident(&plan->author, &author, err) < 0)
		return -1;
	if (parse_ident(&plan->committer, &committer, err) < 0) {
		git_signature_free(author);
		return -1;
	}
	rc = git_commit_create_buffer(
		&plain, repo->git, author, committer, NULL, plan->message, tree, 1, parents);
	if (rc == 0)
		rc = write_signed(repo, &plain, ret_oid);
	git_buf_dispose(&plain);
	git_signature_free(author);
	git_signature_free(committer);
	return rc < 0 ? sg_git_fail(NULL, rc, "write the commit", err) : 0;
}

int sg_repo_commit(
	struct sg_repo *repo, const struct sg_plan *plan, git_oid *ret_oid, struct sg_err *err)
{
	git_commit *parent SG_AUTO(sg_git_commit_free_ptr) = NULL;
	git_oid tree;

	SG_ASSERT(plan->file_count > 0);
	if (sg_git_commit(repo, plan->parent, &parent, err) < 0 ||
		write_tree(repo, parent, plan->files, plan->file_count, &tree, err) < 0)
		return -1;
	return write_commit(repo, plan, parent, &tree, ret_oid, err);
}

int sg_repo_plan_commit(struct sg_repo *repo, const struct sg_plan *plan, char ret_oid[SG_OID_SIZE],
	struct sg_err *err)
{
	git_oid oid;

	if (sg_repo_commit(repo, plan, &oid, err) < 0)
		return -1;
	git_oid_tostr(ret_oid, 65, &oid);
	return 0;
}
