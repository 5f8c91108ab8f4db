/*
 * A merge request as facts, and what GitLab's words about it mean: one table for every
 * detailed_merge_status (gitlab.md 6.6), one for every pipeline status (gitlab.md 7).
 * Strings may hold untrusted text; they live in the arena of whoever read the request.
 */
#ifndef SG_MODEL_MR_H
#define SG_MODEL_MR_H

#include <stdbool.h>
#include <stdint.h>

/* X(NAME, GitLab's word). OTHER is any word that is not known: never taken as open or merged. */
#define SG_MR_STATES(X)                                                                            \
	X(OPENED, "opened")                                                                        \
	X(CLOSED, "closed")                                                                        \
	X(MERGED, "merged")                                                                        \
	X(LOCKED, "locked") /* a merge is under way */                                             \
	X(OTHER, "")

enum sg_mr_state {
#define SG_X(name, word) SG_MR_##name,
	SG_MR_STATES(SG_X)
#undef SG_X
};

enum sg_mr_state sg_mr_state_of(const char *word);
const char *sg_mr_state_name(enum sg_mr_state state);

struct sg_mr_user {
	int64_t id;           /* 0: nobody */
	const char *username; /* "" when unknown */
};

struct sg_mr_pipeline {
	int64_t id;         /* 0: there is none */
	const char *status; /* GitLab's word */
	const char *sha;
	const char *ref;
	const char *web_url;
};

struct sg_mr {
	int64_t iid; /* the !15 of the project */
	int64_t id;  /* of the whole instance */
	enum sg_mr_state state;
	const char *title;
	const char *description;
	const char *source_branch;
	const char *target_branch;
	int64_t source_project_id;
	int64_t target_project_id;
	struct sg_mr_user author;
	struct sg_mr_user merged_by; /* or who told GitLab to merge it by itself */
	struct sg_mr_user armed_by;  /* of an open one that GitLab is to merge by itself */
	struct sg_mr_user closed_by;
	const char *sha;      /* head of the source branch; "" while it is not known */
	const char *base_sha; /* diff_refs.base_sha; "" in lists */
	const char *merge_commit_sha;
	const char *squash_commit_sha;
	const char *detailed_status; /* detailed_merge_status; "" when absent */
	const char *merge_error;     /* why GitLab's last try to merge it failed; "" */
	const char *web_url;
	int64_t created_unix_s;
	int64_t prepared_unix_s; /* 0: not prepared yet */
	int64_t merged_unix_ms;  /* 0: not merged */
	bool draft;
	bool auto_merge;    /* GitLab merges it by itself, or has it on a merge train, or is to */
	bool may_not_merge; /* GitLab says that the user of this token may not merge it */
	struct sg_mr_pipeline pipeline; /* head_pipeline; absent in lists */
};

/* What is to be done about a detailed_merge_status. */
#define SG_MR_CLASSES(X)                                                                           \
	X(GO, "go")             /* GitLab would merge it */                                        \
	X(WAIT, "wait")         /* a machine of GitLab's is at work */                             \
	X(RECHECK, "recheck")   /* not tested yet: ask for the test */                             \
	X(REAPPLY, "reapply")   /* conflict or behind: the edit goes onto the new tip */           \
	X(PIPELINE, "pipeline") /* the pipeline runs, failed, or is missing: look at it */         \
	X(PERSON, "person")     /* somebody has to do something in GitLab */                       \
	X(BLOCKED, "blocked")   /* nothing that we or time can heal, or a word nobody knows */     \
	X(FINAL, "final")       /* merged or closed: look at the state */

enum sg_mr_class {
#define SG_X(name, word) SG_MR_CLASS_##name,
	SG_MR_CLASSES(SG_X)
#undef SG_X
};

const char *sg_mr_class_name(enum sg_mr_class class);

struct sg_mr_status {
	const char *word; /* detailed_merge_status */
	enum sg_mr_class class;
	const char *code;     /* stable: "MR_DRAFT", "MR_DISCUSSIONS" */
	const char *sentence; /* what it waits for, and whose turn it is */
};

/* Never NULL: an unknown or empty word gives the row "MR_STATUS_UNKNOWN", which is BLOCKED. */
const struct sg_mr_status *sg_mr_status_of(const char *detailed_status);

/* All rows, for tests and documentation. */
const struct sg_mr_status *sg_mr_status_table(int *ret_count);

/* What a pipeline's status means for whoever waits for it. */
#define SG_PIPELINE_CLASSES(X)                                                                     \
	X(NONE, "none")       /* there is none (yet) */                                            \
	X(RUNNING, "running") /* created, pending, running, ..., scheduled, canceling */           \
	X(SUCCESS, "success")                                                                      \
	X(FAILED, "failed") /* failed or canceled */                                               \
	X(SKIPPED, "skipped")                                                                      \
	X(MANUAL, "manual") /* waits for a person to play a job */                                 \
	X(UNKNOWN, "unknown")

enum sg_pipeline_class {
#define SG_X(name, word) SG_PIPELINE_##name,
	SG_PIPELINE_CLASSES(SG_X)
#undef SG_X
};

enum sg_pipeline_class sg_pipeline_class_of(const struct sg_mr_pipeline *pipeline);
const char *sg_pipeline_class_name(enum sg_pipeline_class class);

/*
 * Is head_pipeline about this head? Branch and /head pipelines carry the head's sha; a
 * merged-results pipeline (ref .../merge) and one of a merge train (.../train) run on a synthetic
 * commit and are taken as they are (gitlab.md 6.3).
 */
bool sg_mr_pipeline_is_current(const struct sg_mr *mr);

/* The same of another pipeline of the request; one on a synthetic commit may be of an older head.
 */
bool sg_mr_pipeline_is_of(const struct sg_mr *mr, const struct sg_mr_pipeline *pipeline);

/*
 * The commit by which a MERGED request reached its target: merge commit, else squash commit, else
 * its head (fast-forward) (gitlab.md 6.3); "" when the request says none. To be confirmed on the
 * branch by whoever uses it.
 */
const char *sg_mr_landed(const struct sg_mr *mr);

#endif
