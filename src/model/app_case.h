/*
 * One object laid out for the rows of the table: which sources are ours, where their revisions
 * stand to the wanted one, what the operation is about. Inside model/ only.
 */
#ifndef SG_MODEL_APP_CASE_H
#define SG_MODEL_APP_CASE_H

#include "base/arena.h"
#include "model/app_verdict.h"

/* What an application that is judged is asked for. */
enum sg_app_scope {
	SG_SCOPE_WANTED,          /* the application that is waited for */
	SG_SCOPE_CHILD,           /* a child that follows our branch */
	SG_SCOPE_WITHOUT_REVISION /* a child that reads none of our sources (argocd.md 1.11) */
};

enum sg_app_sync_error { SG_SYNC_ERROR_NONE, SG_SYNC_ERROR_FOREIGN, SG_SYNC_ERROR_OURS };

/* Of what was seen before, all that the rows may use. */
struct sg_app_memory {
	enum sg_app_row row; /* that answers, without a break since: */
	int64_t row_since_ms;
	bool examined;             /* row 4: lastComparedDryRevision was seen to be OK ... */
	char examined_started[64]; /* ... and this was startedAt then */
	bool reached;              /* row 6: an object was OK ... */
	int64_t reached_s;         /* ... and this was its reconciledAt */
	bool works;                /* row 13: .operation was there ... */
	int64_t during_s;          /* ... and this was reconciledAt then, ... */
	enum sg_app_sync sync;     /* ... and this ... */
	enum sg_app_health health; /* ... what was said of it; ... */
	bool just_ended;           /* ... it is gone, and nothing newer was said since */
	bool late_ignored;         /* a Running without operation is disproved */
};

struct sg_app_case {
	const struct sg_app *app;
	const struct sg_app_want *want;
	const struct sg_app_policy *policy;
	const struct sg_app_beside *beside;
	struct sg_ancestry *ancestry;
	const struct sg_app_memory *memory;
	struct sg_app_fold *fold; /* for row 23 alone: its children */
	struct sg_arena *arena;
	int64_t now_ms;
	bool gone;

	enum sg_app_scope scope;
	bool reads_repository; /* a source reads from it, on whatever branch */
	size_t *ours;          /* indices of our sources; of all sources without a revision */
	size_t ours_count;
	enum sg_app_rev rev; /* rev(i) */
	const char *rev_text;
	enum sg_app_rev oprev; /* oprev(i) */
	const char *oprev_text;
	bool at_rev; /* the operation was at exactly rev(i) */
	bool late;   /* Running or Terminating without .operation, and believed */
	bool inflight;
	bool op_failed;
	enum sg_app_sync_error sync_error;
	const char *sync_error_text;

	const struct sg_app_workloads *workloads; /* of rows 8, 18 to 23; NULL: cannot be read */

	bool leftovers_only; /* set by row 15: out of sync, but the policy does not mind */
	bool old_pods_fine;  /* set by row 20: suspended is as good as healthy */
};

/* Fills everything but what rows set. The memory is that of before this object. */
void sg_app_case_fill(struct sg_app_case *c, bool is_child);

/* Where the last examined dry commit and the one of the current hydration stand. */
enum sg_app_rev sg_app_case_commit(const struct sg_app_case *c, const char *sha);

/* The user name under which RollingSync of an ApplicationSet starts its operations. */
#define SG_APP_SET_CONTROLLER "applicationset-controller"

/* The first condition of that type, NULL when there is none. */
const struct sg_app_condition *sg_app_condition_find(
	const struct sg_app *app, enum sg_app_condition_type type);

#endif
