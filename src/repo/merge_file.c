#include "repo/merge_file.h"

#include <string.h>

#include "repo/partial.h"

enum { FILE_MAX = 4 * 1024 * 1024 };

struct texts {
	git_blob *blobs[SG_MERGE_SIDES];
	git_merge_file_input inputs[SG_MERGE_SIDES];
};

static void texts_release(struct texts *texts)
{
	for (size_t i = 0; i < SG_MERGE_SIDES; i++)
		git_blob_free(texts->blobs[i]);
}

bool sg_merge_is_plain(const struct sg_side sides[SG_MERGE_SIDES], struct sg_side *ret_merged)
{
	const struct sg_side *base = &sides[SG_MERGE_BASE], *ours = &sides[SG_MERGE_OURS],
			     *theirs = &sides[SG_MERGE_THEIRS];

	if (sg_side_eq(ours, base))
		*ret_merged = *theirs;
	else if (sg_side_eq(theirs, base) || sg_side_eq(ours, theirs))
		*ret_merged = *ours;
	else
		return false;
	return true;
}

static bool is_file(const struct sg_side *side)
{
	return side->mode == GIT_FILEMODE_BLOB || side->mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

static bool are_files(const struct sg_side sides[SG_MERGE_SIDES])
{
	for (size_t i = 0; i < SG_MERGE_SIDES; i++)
		if (!is_file(&sides[i]))
			return false;
	return true;
}

/* With two modes and three sides, at least two are alike. */
static git_filemode_t merge_modes(const struct sg_side sides[SG_MERGE_SIDES])
{
	git_filemode_t ours = sides[SG_MERGE_OURS].mode, theirs = sides[SG_MERGE_THEIRS].mode;

	return ours == sides[SG_MERGE_BASE].mode ? theirs : ours;
}

static int load(struct sg_repo *repo, const struct sg_side sides[SG_MERGE_SIDES],
	struct texts *texts, bool *ret_too_large, struct sg_err *err)
{
	const git_oid ids[] = {
		sides[SG_MERGE_BASE].id, sides[SG_MERGE_OURS].id, sides[SG_MERGE_THEIRS].id};

	if (sg_fill(repo, ids, SG_COUNT(ids), err) < 0)
		return -1;
	for (size_t i = 0; i < SG_MERGE_SIDES; i++) {
		git_merge_file_input *input = &texts->inputs[i];
		int rc;

		git_error_clear();
		rc = git_blob_lookup(&texts->blobs[i], repo->git, &sides[i].id);
		if (rc < 0)
			return sg_git_fail(NULL, rc, "read a file", err);
		(void)git_merge_file_input_init(input, GIT_MERGE_FILE_INPUT_VERSION);
		input->ptr = git_blob_rawcontent(texts->blobs[i]);
		input->size = (size_t)git_blob_rawsize(texts->blobs[i]);
		if (input->size > FILE_MAX)
			*ret_too_large = true;
	}
	return 0;
}

static int merge_once(const struct texts *texts, uint32_t flags, git_merge_file_result *result,
	struct sg_err *err)
{
	git_merge_file_options opts;
	int rc;

	(void)git_merge_file_options_init(&opts, GIT_MERGE_FILE_OPTIONS_VERSION);
	opts.flags = flags;
	git_error_clear();
	rc = git_merge_file(result, &texts->inputs[SG_MERGE_BASE], &texts->inputs[SG_MERGE_OURS],
		&texts->inputs[SG_MERGE_THEIRS], &opts);
	return rc < 0 ? sg_git_fail(NULL, rc, "merge a file", err) : 0;
}

static bool are_same(const git_merge_file_result *a, const git_merge_file_result *b)
{
	return a->automergeable && b->automergeable && a->len == b->len &&
	       (a->len == 0 || memcmp(a->ptr, b->ptr, a->len) == 0);
}

/*
 * Git's "ort" compares lines by the histogram algorithm, which libgit2 does not offer. It is an
 * extension of "patience"; where that and the plain one agree, the result does not hang on how
 * equal lines are paired.
 */
static int merge_both_ways(struct sg_repo *repo, const struct texts *texts, git_oid *ret_id,
	bool *ret_conflict, struct sg_err *err)
{
	git_merge_file_result plain = {0}, patience = {0};
	int rc = 0;

	if (merge_once(texts, GIT_MERGE_FILE_DEFAULT, &plain, err) < 0 ||
		merge_once(texts, GIT_MERGE_FILE_DIFF_PATIENCE, &patience, err) < 0)
		rc = -1;
	else if (!are_same(&plain, &patience))
		*ret_conflict = true;
	else if (git_blob_create_from_buffer(ret_id, repo->git, plain.ptr, plain.len) < 0)
		rc = sg_git_fail(NULL, -1, "write a merged file", err);
	git_merge_file_result_free(&plain);
	git_merge_file_result_free(&patience);
	return rc;
}

static int merge_contents(struct sg_repo *repo, const struct sg_side sides[SG_MERGE_SIDES],
	git_oid *ret_id, bool *ret_conflict, struct sg_err *err)
{
	struct texts texts SG_AUTO(texts_release) = {0};
	const git_oid *base = &sides[SG_MERGE_BASE].id, *ours = &sides[SG_MERGE_OURS].id,
		      *theirs = &sides[SG_MERGE_THEIRS].id;

	if (git_oid_equal(ours, base) || git_oid_equal(ours, theirs)) {
		*ret_id = *theirs;
		return 0;
	}
	if (git_oid_equal(theirs, base)) {
		*ret_id = *ours;
		return 0;
	}
	if (load(repo, sides, &texts, ret_conflict, err) < 0)
		return -1;
	return *ret_conflict ? 0 : merge_both_ways(repo, &texts, ret_id, ret_conflict, err);
}

int sg_merge_file(struct sg_repo *repo, const struct sg_side sides[SG_MERGE_SIDES],
	struct sg_side *ret_merged, bool *ret_conflict, struct sg_err *err)
{
	struct sg_side merged;
	bool conflict = false;

	if (sg_merge_is_plain(sides, &merged)) {
		*ret_merged = merged;
	} else if (!are_files(sides)) {
		conflict = true;
	} else {
		merged.mode = merge_modes(sides);
		if (merge_contents(repo, sides, &merged.id, &conflict, err) < 0)
			return -1;
		if (!conflict)
			*ret_merged = merged;
	}
	*ret_conflict = conflict;
	return 0;
}
