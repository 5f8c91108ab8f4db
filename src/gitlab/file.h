/*
 * Files of the client's project at one revision, without a clone: the repository files and tree API
 * (gitlab.md 3).
 */
#ifndef SG_GITLAB_FILE_H
#define SG_GITLAB_FILE_H

#include "gitlab/client.h"
#include "model/source.h"

/* What GitLab says beside the bytes of a file. */
struct sg_gitlab_file {
	char commit[SG_OID_SIZE]; /* that the revision stands for */
	const char *ref;          /* GitLab's word for the revision; "" when it says none */
	bool just_changed;        /* that commit changed the file */
};

/*
 * Appends the bytes of PATH at REVISION (full id, "refs/heads/..."; NULL: the default branch) to
 * BUF, whose max is the cap (TOO_LARGE); one request. FILE_NOT_FOUND; BRANCH_NOT_FOUND when the
 * revision is not there; NOT_FOUND when the project is not there or hidden; ANSWER_INVALID when the
 * answer does not name its commit, or its bytes are not those that it names. A symbolic link reads
 * as its target, and a path through one as absent.
 */
int sg_gitlab_file_read(struct sg_gitlab *gitlab, const char *path, const char *revision,
	struct sg_arena *arena, struct sg_buf *buf, struct sg_gitlab_file *ret_file,
	struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_entry {
	const char *name;
	const char *mode; /* Git's: "100644", "120000" for a symbolic link */
	bool is_dir;
};

/*
 * The direct children of the folder DIR ("": the root) at REVISION by name order, at most 5,000
 * (TOO_LARGE); one request for each 100. FILE_NOT_FOUND when there is no such folder.
 */
int sg_gitlab_folder_read(struct sg_gitlab *gitlab, const char *dir, const char *revision,
	struct sg_arena *arena, struct sg_gitlab_entry **ret_entries, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_dates_ask {
	const char *path;
	const char *commit; /* full id */
	int64_t since_s;    /* seconds since 1970 */
	const char *not_of; /* Stagegate-Pipeline whose commits are left out; NULL: none */
};

#define SG_GITLAB_DATES_MAX 20

struct sg_gitlab_dates {
	int64_t unix_s[SG_GITLAB_DATES_MAX]; /* 0: what was there is no time */
	size_t count;
};

/*
 * When the file was changed: the newest commits of it up to that one, by dates that whoever made
 * them chose. One request (gitlab.md 4). ANSWER_INVALID when the answer is no list.
 */
int sg_gitlab_file_dates(struct sg_gitlab *gitlab, const struct sg_gitlab_dates_ask *ask,
	struct sg_gitlab_dates *ret_dates, struct sg_err *err) SG_MUST_CHECK;

/* Full id of the commit that BRANCH is at; one request. BRANCH_NOT_FOUND. */
int sg_gitlab_branch_tip(struct sg_gitlab *gitlab, const char *branch, char ret_oid[SG_OID_SIZE],
	struct sg_err *err) SG_MUST_CHECK;

#endif
