/* Merge requests of the project (gitlab.md 6). Results live in the arena. */
#ifndef SG_GITLAB_MR_H
#define SG_GITLAB_MR_H

#include "gitlab/client.h"
#include "model/mr.h"

struct sg_gitlab_mr_list_ask {
	const char *source_branch;
	const char *target_branch; /* NULL: any */
	const char *state;         /* "opened", "all" */
	int64_t author_id;         /* 0: anybody */
};

/*
 * All such merge requests from the project's own branches, newest first, the newest 100 at least.
 * Those from forks are left out, however many they are up to 1,900 or 64 MiB: then TOO_LARGE, which
 * a stranger can bring about; he is no author of ours. One request for each hundred until there are
 * enough. List entries have no pipeline and may be stale: read the one that matters again with
 * sg_gitlab_mr_get().
 */
int sg_gitlab_mr_list(struct sg_gitlab *gitlab, const struct sg_gitlab_mr_list_ask *ask,
	struct sg_arena *arena, struct sg_mr **ret_mrs, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * All open merge requests from own branches of the project that begin with PREFIX, newest first, by
 * AUTHOR_ID (0: anybody). As entries of a list they may be stale. TOO_LARGE when more than 5,000 or
 * 20 MiB are open, wherever they come from.
 */
int sg_gitlab_mr_list_open(struct sg_gitlab *gitlab, const char *prefix, int64_t author_id,
	struct sg_arena *arena, struct sg_mr **ret_mrs, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

/* NOT_FOUND when the project has none of that number. */
int sg_gitlab_mr_get(struct sg_gitlab *gitlab, int64_t iid, struct sg_arena *arena,
	struct sg_mr *ret_mr, struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_mr_text {
	const char *title;
	const char *description;
};

/* What a new one has beside its text. Labels that the project has not are made by GitLab. */
struct sg_gitlab_mr_wish {
	const char *const *labels;
	size_t label_count;
	const int64_t *reviewers, *assignees; /* user ids */
	size_t reviewer_count, assignee_count;
	int64_t milestone; /* its id; 0: none */
	bool squash, squash_given;
	bool keep_branch; /* else its source branch goes when it is merged, by whomever */
};

/*
 * Opens one. REFUSED: another is open for
 * that branch already (read the list), or GitLab's validation said no (`why`). *ret_mr is filled on
 * DONE only.
 */
int sg_gitlab_mr_create(struct sg_gitlab *gitlab, const char *source_branch,
	const char *target_branch, const struct sg_gitlab_mr_text *text,
	const struct sg_gitlab_mr_wish *with, struct sg_arena *arena, struct sg_mr *ret_mr,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

/* Id of the active milestone of that title, of the project or a group above it; 0: there is none.
 */
int sg_gitlab_milestone_find(struct sg_gitlab *gitlab, const char *title, int64_t *ret_id,
	struct sg_err *err) SG_MUST_CHECK;

/* Title and description; members that are NULL stay as they are. */
int sg_gitlab_mr_update(struct sg_gitlab *gitlab, int64_t iid, const struct sg_gitlab_mr_text *text,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

int sg_gitlab_mr_close(struct sg_gitlab *gitlab, int64_t iid, struct sg_gitlab_answer *ret_answer,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Merges the head SHA (full id; it is always sent) with the project's own method, and removes the
 * source branch unless KEEP_BRANCH. DONE: GitLab answers with state merged. REFUSED: 405, 406, 409,
 * 422 - look again and decide from scratch. FORBIDDEN: this token may not merge into the target
 * (GitLab says 401).
 */
int sg_gitlab_mr_merge(struct sg_gitlab *gitlab, int64_t iid, const char *sha, bool keep_branch,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

/*
 * Tells GitLab to merge the head SHA by itself: when its checks pass (auto-merge), or, with TRAIN,
 * on the project's merge train, which it joins when its pipeline has succeeded, WAITS, or at once
 * (gitlab.md 6.5, 6.7). Where all has passed already auto-merge merges at once. DONE: GitLab has
 * taken it; whether it is armed or merged the next read says. REFUSED, FORBIDDEN: as for a merge.
 */
int sg_gitlab_mr_arm(struct sg_gitlab *gitlab, int64_t iid, const char *sha, bool keep_branch,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;
int sg_gitlab_mr_join_train(struct sg_gitlab *gitlab, int64_t iid, const char *sha, bool waits,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

/* Takes that back, the train as well. REFUSED: GitLab was not going to. FORBIDDEN: this token may
 * not. */
int sg_gitlab_mr_disarm(struct sg_gitlab *gitlab, int64_t iid, struct sg_gitlab_answer *ret_answer,
	struct sg_err *err) SG_MUST_CHECK;

/* Starts a pipeline for the head. REFUSED: no job is made for it, and GitLab's words. */
int sg_gitlab_mr_start_pipeline(struct sg_gitlab *gitlab, int64_t iid,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

/* Its pipelines and those of its branch, newest first; created_unix_ms of each in *ret_created. */
int sg_gitlab_mr_pipelines(struct sg_gitlab *gitlab, int64_t iid, struct sg_arena *arena,
	struct sg_mr_pipeline **ret_pipelines, int64_t **ret_created, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

/* Asks GitLab to test mergeability now (the merge_ref read, gitlab.md 6.5). A "no" is no error. */
int sg_gitlab_mr_recheck(struct sg_gitlab *gitlab, int64_t iid, struct sg_err *err) SG_MUST_CHECK;

/* A head the request has had. */
struct sg_gitlab_version {
	const char *head;
	const char *base; /* merge base with the target at that time */
	int64_t created_unix_ms;
};

/* Oldest first, all of them. */
int sg_gitlab_mr_versions(struct sg_gitlab *gitlab, int64_t iid, struct sg_arena *arena,
	struct sg_gitlab_version **ret_versions, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_approval {
	int64_t user_id;
	const char *username;
	int64_t approved_unix_ms; /* 0: not said */
};

/* approved_by, in GitLab's order. */
int sg_gitlab_mr_approvals(struct sg_gitlab *gitlab, int64_t iid, struct sg_arena *arena,
	struct sg_gitlab_approval **ret_approvals, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_note {
	int64_t id;
	int64_t author_id;
	bool system;
	bool edited; /* updated after it was created */
	const char *body;
	int64_t created_unix_ms;
};

/* All notes, oldest first (up to 10,000; TOO_LARGE above: never a part that looks like all). */
int sg_gitlab_mr_notes(struct sg_gitlab *gitlab, int64_t iid, struct sg_arena *arena,
	struct sg_gitlab_note **ret_notes, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

int sg_gitlab_mr_note_add(struct sg_gitlab *gitlab, int64_t iid, const char *body,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

int sg_gitlab_mr_note_edit(struct sg_gitlab *gitlab, int64_t iid, int64_t note_id, const char *body,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

/* A 204 has no body that says so: what came of it is in doubt until the notes are read again. */
int sg_gitlab_mr_note_delete(struct sg_gitlab *gitlab, int64_t iid, int64_t note_id,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

#endif
