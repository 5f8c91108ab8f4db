/* The project and what belongs to it: settings, branches, freeze periods, pipelines, statuses. */
#ifndef SG_GITLAB_PROJECT_H
#define SG_GITLAB_PROJECT_H

#include "gitlab/client.h"
#include "model/freeze.h"
#include "model/mr.h"

struct sg_gitlab_project {
	int64_t id;
	const char *path; /* path_with_namespace */
	const char *web_url;
	const char *default_branch;
	const char *merge_method;  /* "merge", "rebase_merge", "ff" */
	const char *squash_option; /* "never", "always", "default_on", "default_off" */
	bool pipeline_must_succeed;
	bool skipped_pipeline_is_success;
	bool has_ci; /* jobs are enabled (builds_access_level, jobs_enabled) */
	bool archived;
	bool merge_trains;
	bool auto_devops;    /* pipelines come without a file */
	const char *ci_path; /* of the file that pipelines come from; "": .gitlab-ci.yml */
	int64_t role; /* access level of the token's user, direct or by the namespace; -1: not said
		       */
};

/* NOT_FOUND: missing, or hidden from this token (gitlab.md 1.1). */
int sg_gitlab_project_get(struct sg_gitlab *gitlab, struct sg_arena *arena,
	struct sg_gitlab_project *ret, struct sg_err *err) SG_MUST_CHECK;

/* BRANCH_NOT_FOUND when there is none. */
int sg_gitlab_branch_protected(struct sg_gitlab *gitlab, const char *branch, bool *ret_protected,
	struct sg_err *err) SG_MUST_CHECK;

/* Best common ancestor of two commits, full id. REVISION_NOT_FOUND when there is none. */
int sg_gitlab_merge_base(struct sg_gitlab *gitlab, const char *a, const char *b,
	char ret_oid[SG_OID_SIZE], struct sg_err *err) SG_MUST_CHECK;

/*
 * Full id of the commit that an image with TAG was built from in another project (path or number):
 * that whose id ends the tag, else that of the Git tag. Image tags are written with and without the
 * "v" of the Git tag, so the other way is tried, too. NOT_FOUND: project or commit are missing, or
 * hidden from this token.
 */
int sg_gitlab_revision(struct sg_gitlab *gitlab, const char *project, const char *tag,
	struct sg_arena *arena, const char **ret_oid, struct sg_err *err) SG_MUST_CHECK;

/* What REVISION (id, tag, branch) is there: nothing else is tried. */
int sg_gitlab_commit_id(struct sg_gitlab *gitlab, const char *project, const char *revision,
	struct sg_arena *arena, const char **ret_oid, struct sg_err *err) SG_MUST_CHECK;

/* Commits of a file that are looked at. */
#define SG_GITLAB_PAST_MAX 20

/* Commits that may have had the last word on a file, newest first. */
struct sg_gitlab_past {
	char oids[SG_GITLAB_PAST_MAX][SG_OID_SIZE];
	size_t count; /* 0: the branch had no such file */
};

/*
 * The commits by one of which BRANCH had FILE as it was at that time. When a commit came is what
 * GitLab recorded: the merge of a request that brought it, else its first pipeline on the branch.
 * Whoever pushes chooses its date: that makes it one that came later, or one that may have been
 * there or not, as where the records contradict each other: the next older one is named, too
 * (gitlab.md 4, 6.3, 7). TOO_LARGE when that goes beyond the last 20 of the file. One request, and
 * two or three for each commit since.
 */
int sg_gitlab_file_at(struct sg_gitlab *gitlab, const char *branch, const char *file,
	int64_t unix_ms, struct sg_gitlab_past *ret_past, struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_subject {
	const char *id;
	const char *subject; /* anybody can write anything there */
	const char *web_url;
};

struct sg_gitlab_between {
	struct sg_gitlab_subject *commits; /* newest first, the one that was asked for before all */
	size_t count;
	bool more; /* there are, or may be, more than these */
};

/*
 * The newest 100 commits of the client's project that are in TO and not in FROM (full ids), in one
 * request: unlike `compare` no diff is made for it, which has no bound there (gitlab.md 5).
 * NOT_FOUND when the project is not there or hidden; ANSWER_INVALID when it is not such a list.
 */
int sg_gitlab_commits_between(struct sg_gitlab *gitlab, const char *from, const char *to,
	struct sg_arena *arena, struct sg_gitlab_between *ret_between,
	struct sg_err *err) SG_MUST_CHECK;

/* All freeze periods (gitlab.md 8.5). */
int sg_gitlab_freeze_periods(struct sg_gitlab *gitlab, struct sg_arena *arena,
	struct sg_freeze_period **ret_periods, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_job {
	const char *name;
	const char *status;
	const char *web_url;
	const char *failure_reason; /* "" when none is said */
};

/* The job that keeps a pipeline from succeeding: failed and not allowed to, else waiting for a
 * person; *ret_found false when there is none. */
int sg_gitlab_pipeline_blocker(struct sg_gitlab *gitlab, int64_t pipeline_id,
	struct sg_arena *arena, bool *ret_found, struct sg_gitlab_job *ret_job,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Have all jobs of the pipeline ended well, or as they may? Commit statuses of others' are no jobs:
 * a pipeline can still wait for one of those (gitlab.md 7.1).
 */
int sg_gitlab_pipeline_jobs_done(struct sg_gitlab *gitlab, int64_t pipeline_id, bool *ret_done,
	struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_status_ask {
	const char *sha; /* of the commit, full id */
	const char *name;
	const char *state;       /* "pending", "running", "success", "failed" or "canceled" */
	const char *description; /* cut to 255 bytes */
	const char *target_url;  /* NULL: none; one that is too long for GitLab is left away */
	int64_t pipeline_id; /* the pipeline of the commit that it belongs to; 0: GitLab's choice */
};

/* Sets a commit status; what it says already counts as done (gitlab.md 7.1). */
int sg_gitlab_status_set(struct sg_gitlab *gitlab, const struct sg_gitlab_status_ask *ask,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_status {
	const char *name;
	const char *state;
	const char *description; /* "" when there is none */
	int64_t author_id;
	int64_t created_unix_ms;
	int64_t finished_unix_ms; /* when it came to its present end; 0: it has not */
};

/* All statuses named NAME of SHA, oldest first, older records of the same name included. */
int sg_gitlab_statuses(struct sg_gitlab *gitlab, const char *sha, const char *name,
	struct sg_arena *arena, struct sg_gitlab_status **ret_statuses, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

/* An author of commits: as Git says, and the user of GitLab's behind the e-mail. */
struct sg_gitlab_author {
	const char *email;
	const char *name;
	int64_t user_id; /* 0: no user is found */
};

/*
 * Distinct authors of the commits of another project (path or number) that are in TO and not in
 * FROM (tags or commit ids). NOT_FOUND when the project or a revision is not there or is hidden;
 * ANSWER_INVALID when the list is cut.
 */
int sg_gitlab_authors_between(struct sg_gitlab *gitlab, const char *project, const char *from,
	const char *to, struct sg_arena *arena, struct sg_gitlab_author **ret_authors,
	size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

#endif
