#include <stdlib.h>
#include <string.h>

#include "model/place.h"
#include "repo/internal.h"
#include "repo/partial.h"

struct source {
	struct sg_tree_source base; /* first */
	struct sg_repo *repo;
	git_oid tree;
};

static struct source *source_of(struct sg_tree_source *base)
{
	return (struct source *)(void *)base;
}

static int not_found(const struct sg_tree_source *source, const char *path, struct sg_err *err)
{
	return sg_fail(err, SG_R_FILE_NOT_FOUND, "%s has no \"%s\"", source->label, path);
}

static const char *kind_of(git_filemode_t mode)
{
	switch (mode) {
	case GIT_FILEMODE_TREE:
		return "a folder";
	case GIT_FILEMODE_LINK:
		return "a symbolic link";
	case GIT_FILEMODE_COMMIT:
		return "a submodule";
	case GIT_FILEMODE_BLOB:
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		return "a file";
	case GIT_FILEMODE_UNREADABLE:
		break;
	}
	return "of an unknown kind";
}

static int refuse(const struct sg_tree_source *source, struct sg_str path, git_filemode_t mode,
	struct sg_err *err)
{
	return sg_fail(err, SG_R_EDIT_REFUSED, "%s: \"%.*s\" is %s", source->label,
		SG_STR_ARG(path), kind_of(mode));
}

static int open_tree(
	struct sg_repo *repo, const git_oid *id, git_tree **ret_tree, struct sg_err *err)
{
	int rc;

	if (sg_fill(repo, id, 1, err) < 0)
		return -1;
	git_error_clear();
	rc = git_tree_lookup(ret_tree, repo->git, id);
	return rc < 0 ? sg_git_fail(NULL, rc, "read a folder", err) : 0;
}

/*
 * The entry at PATH (checked, not empty). `*ret_entry` is the caller's. FILE_NOT_FOUND, or
 * EDIT_REFUSED when something on the way is no folder.
 */
static int walk(
	struct source *source, const char *path, git_tree_entry **ret_entry, struct sg_err *err)
{
	git_tree *tree SG_AUTO(sg_git_tree_free_ptr) = NULL;
	struct sg_str whole = sg_str_of(path), rest = whole, part;

	if (open_tree(source->repo, &source->tree, &tree, err) < 0)
		return -1;
	while (sg_str_cut(&rest, '/', &part)) {
		struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
		const git_tree_entry *entry =
			git_tree_entry_byname(tree, sg_arena_dup(&arena, part));
		bool last = part.ptr + part.len == whole.ptr + whole.len;
		git_tree *next = NULL;

		if (!entry)
			return not_found(&source->base, path, err);
		if (last)
			return git_tree_entry_dup(ret_entry, entry) < 0
				       ? sg_git_fail(NULL, -1, "read a folder", err)
				       : 0;
		if (git_tree_entry_filemode(entry) != GIT_FILEMODE_TREE)
			return refuse(&source->base,
				sg_str_sub(whole, 0, (size_t)(part.ptr + part.len - whole.ptr)),
				git_tree_entry_filemode(entry), err);
		if (open_tree(source->repo, git_tree_entry_id(entry), &next, err) < 0)
			return -1;
		git_tree_free(tree);
		tree = next;
	}
	return not_found(&source->base, path, err);
}

static int read_blob(struct source *source, const char *path, const git_oid *id, struct sg_buf *buf,
	struct sg_err *err)
{
	git_blob *blob = NULL;
	git_object_t type;
	git_odb *odb = NULL;
	size_t size = 0;
	int rc;

	if (sg_fill(source->repo, id, 1, err) < 0)
		return -1;
	rc = git_repository_odb(&odb, source->repo->git);
	if (rc == 0)
		rc = git_odb_read_header(&size, &type, odb, id);
	git_odb_free(odb);
	if (rc == 0 && size > buf->max - buf->len)
		return sg_fail(err, SG_R_TOO_LARGE, "%s: \"%s\" has %zu bytes, the limit is %zu",
			source->base.label, path, size, buf->max);
	if (rc == 0)
		rc = git_blob_lookup(&blob, source->repo->git, id);
	if (rc < 0)
		return sg_git_fail(NULL, rc, path, err);
	sg_buf_add(buf, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
	git_blob_free(blob);
	return 0;
}

static int source_read(
	struct sg_tree_source *base, const char *path, struct sg_buf *buf, struct sg_err *err)
{
	git_tree_entry *entry SG_AUTO(sg_git_entry_free_ptr) = NULL;
	struct source *source = source_of(base);
	git_filemode_t mode;

	if (sg_repo_path_check(path, err) < 0 || walk(source, path, &entry, err) < 0)
		return -1;
	mode = git_tree_entry_filemode(entry);
	if (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE)
		return refuse(base, sg_str_of(path), mode, err);
	return read_blob(source, path, git_tree_entry_id(entry), buf, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct sg_tree_entry *)a)->name, ((const struct sg_tree_entry *)b)->name);
}

static int find_folder(struct source *source, const char *dir, git_oid *ret_id, struct sg_err *err)
{
	git_tree_entry *entry SG_AUTO(sg_git_entry_free_ptr) = NULL;

	if (dir[0] == '\0' || strcmp(dir, ".") == 0) {
		*ret_id = source->tree;
		return 0;
	}
	if (sg_repo_path_check(dir, err) < 0 || walk(source, dir, &entry, err) < 0)
		return -1;
	if (git_tree_entry_filemode(entry) != GIT_FILEMODE_TREE)
		return refuse(&source->base, sg_str_of(dir), git_tree_entry_filemode(entry), err);
	*ret_id = *git_tree_entry_id(entry);
	return 0;
}

static int source_list(struct sg_tree_source *base, const char *dir, struct sg_arena *arena,
	struct sg_tree_entry **ret_entries, size_t *ret_count, struct sg_err *err)
{
	git_tree *tree SG_AUTO(sg_git_tree_free_ptr) = NULL;
	struct source *source = source_of(base);
	struct sg_tree_entry *entries;
	git_oid id;
	size_t count;

	if (find_folder(source, dir, &id, err) < 0 || open_tree(source->repo, &id, &tree, err) < 0)
		return -1;
	count = git_tree_entrycount(tree);
	entries = sg_arena_calloc(arena, count + 1, sizeof(*entries));
	for (size_t i = 0; i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);

		entries[i].name = sg_arena_strdup(arena, git_tree_entry_name(entry));
		entries[i].is_dir = git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE;
	}
	qsort(entries, count, sizeof(*entries), by_name);
	*ret_entries = entries;
	*ret_count = count;
	return 0;
}

int sg_repo_source(struct sg_repo *repo, const char *oid, const char *label, struct sg_arena *arena,
	struct sg_tree_source **ret_source, struct sg_err *err)
{
	git_commit *commit SG_AUTO(sg_git_commit_free_ptr) = NULL;
	struct source *source;

	if (sg_git_commit(repo, oid, &commit, err) < 0)
		return -1;
	sg_partial_note(repo, oid);
	source = sg_arena_calloc(arena, 1, sizeof(*source));
	source->base.label = sg_arena_strdup(arena, label);
	source->base.revision = sg_arena_strdup(arena, oid);
	source->base.url = sg_arena_strdup(arena, repo->wire.url);
	source->base.read = source_read;
	source->base.list = source_list;
	source->repo = repo;
	source->tree = *git_commit_tree_id(commit);
	*ret_source = &source->base;
	return 0;
}
