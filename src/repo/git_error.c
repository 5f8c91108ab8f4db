#include <string.h>

#include "repo/answer.h"
#include "repo/internal.h"
#include "repo/memory.h"

void sg_repo_clear_fail(struct sg_repo *repo)
{
	git_error_clear();
	repo->failed = false;
	sg_buf_reset(&repo->words);
}

int sg_repo_keep_fail(struct sg_repo *repo, const struct sg_err *err)
{
	if (!repo->failed)
		repo->fail = *err;
	repo->failed = true;
	return GIT_EUSER;
}

struct text_row {
	const char *fragment;
	enum sg_reason reason;
	bool transient;
	const char *hint;
};

/* What libgit2 and servers say in words only; first match wins. */
static const struct text_row texts[] = {
	{"not our ref", SG_R_BRANCH_MOVED, true, NULL},
	{"cannot fetch a specific object", SG_R_REVISION_NOT_FOUND, false, NULL},
	{"remote error", SG_R_REMOTE_FAILED, false, NULL},
	{"server doesn't support shallow", SG_R_ANSWER_INVALID, false,
		"fetching without history needs a server that knows \"shallow\""},
	{"too many objects", SG_R_TOO_LARGE, false, NULL},
	{"Out of memory", SG_R_TOO_LARGE, false,
		"the repository holds an object that unfolds to more memory than is allowed for "
		"it"},
};

static int fail_text(struct sg_str text, struct sg_err *err)
{
	char words[512];

	for (size_t i = 0; i < SG_COUNT(texts); i++) {
		if (sg_str_search(text, texts[i].fragment) < 0)
			continue;
		sg_git_words(text, words, sizeof(words));
		sg_fail(err, texts[i].reason, "%s", words);
		err->transient = texts[i].transient;
		return texts[i].hint ? sg_hint(err, "%s", texts[i].hint) : -1;
	}
	return 0;
}

int sg_git_fail_words(struct sg_str words, struct sg_err *err)
{
	char line[512];

	if (fail_text(words, err) != 0)
		return -1;
	sg_git_words(words, line, sizeof(line));
	return sg_fail(err, SG_R_REMOTE_FAILED, "the server says: %s", line);
}

static int fail_early_end(const struct sg_repo *repo, struct sg_err *err)
{
	sg_fail(err, SG_R_REMOTE_FAILED, "the server's answer ends too early, after %zu bytes",
		repo ? repo->received_bytes : (size_t)0);
	return sg_transient(err);
}

static int fail_class(int class, const char *text, struct sg_err *err)
{
	char words[512];

	sg_git_words(sg_str_of(text), words, sizeof(words));
	switch (class) {
	case GIT_ERROR_OS:
	case GIT_ERROR_FILESYSTEM:
	case GIT_ERROR_CONFIG:
	case GIT_ERROR_REPOSITORY:
	case GIT_ERROR_INTERNAL:
		return sg_fail(err, SG_R_LOCAL_IO, "%s", words);
	default:
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "the server's data cannot be used: %s", words);
	}
}

int sg_git_fail(const struct sg_repo *repo, int rc, const char *what, struct sg_err *err)
{
	const git_error *last = git_error_last();
	const char *text = last && last->message ? last->message : "no reason given";

	if (repo && repo->failed) {
		*err = repo->fail; /* says itself what was going on */
		return -1;
	}
	if (rc == GIT_EEOF)
		fail_early_end(repo, err);
	else if (fail_text(sg_str_of(text), err) == 0)
		fail_class(last ? last->klass : GIT_ERROR_INTERNAL, text, err);
	return sg_wrap(err, "%s", what);
}

int sg_git_oid(const char *text, git_oid *ret_oid, struct sg_err *err)
{
	if (!text || strlen(text) != GIT_OID_SHA1_HEXSIZE || !sg_str_is_oid(sg_str_of(text)) ||
		git_oid_fromstr(ret_oid, text) < 0)
		return sg_fail(err, SG_R_REVISION_NOT_FOUND, "\"%.70s\" is no full commit id",
			text ? text : "");
	return 0;
}

int sg_git_commit(
	struct sg_repo *repo, const char *oid, git_commit **ret_commit, struct sg_err *err)
{
	git_commit *commit;
	git_oid id;
	int rc;

	if (sg_git_oid(oid, &id, err) < 0)
		return -1;
	git_error_clear();
	rc = git_commit_lookup(&commit, repo->git, &id);
	if (rc == GIT_ENOTFOUND)
		return sg_fail(err, SG_R_REVISION_NOT_FOUND, "commit %s has not been fetched", oid);
	if (rc < 0)
		return sg_git_fail(NULL, rc, "read a commit", err);
	*ret_commit = commit;
	return 0;
}

void sg_git_commit_free_ptr(git_commit **commit)
{
	git_commit_free(*commit);
}

void sg_git_tree_free_ptr(git_tree **tree)
{
	git_tree_free(*tree);
}

void sg_git_entry_free_ptr(git_tree_entry **entry)
{
	git_tree_entry_free(*entry);
}

void sg_git_remote_free_ptr(git_remote **remote)
{
	git_remote_free(*remote);
}
