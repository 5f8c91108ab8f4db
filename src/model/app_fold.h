/* What a fold keeps between the events of one application. Inside model/ only. */
#ifndef SG_MODEL_APP_FOLD_H
#define SG_MODEL_APP_FOLD_H

#include "model/app_rows.h"

/* The refresh annotation: absent, then present, then absent again is a proof (argocd.md 1.4). */
struct sg_app_proof {
	bool absent_seen;
	bool asked; /* it was seen to appear, and is still there */
	bool present;
	int64_t present_ms; /* since when, as far as was seen */
	uint64_t asked_seq;
	int64_t asked_ms;
};

/* Running or Terminating without .operation, a late write maybe (#28970). */
struct sg_app_late {
	bool seen;
	uint64_t since_seq;
	int64_t started_s;
};

/* The requests that the live loop was told to send. */
struct sg_app_requests {
	size_t in_a_row; /* while the rows say R */
	bool any;
	bool hydration;   /* a forced hydration was asked for */
	bool under_way;   /* the last one is not answered yet */
	int64_t begun_ms; /* when that was made: what it proves may be as old */
	int64_t last_ms;  /* when it was answered, once it was */
};

struct sg_app_child {
	char *namespace;
	char *name;
	struct sg_app_fold *fold; /* NULL while the child cannot be read */
	bool elsewhere;           /* what can be read by its name is another one */
	bool listed;              /* by the object that is judged now */
};

struct sg_app_fold {
	const struct sg_app_want *want;
	const struct sg_app_policy *policy;
	struct sg_ancestry *ancestry;
	const struct sg_app_beside *beside;
	const struct sg_app_fold *parent; /* NULL: the application that is waited for */
	const struct sg_app *app;         /* the last object, NULL before the first */
	bool gone;
	bool quiet;   /* another application is why it is judged: nothing is new of the others */
	char uid[64]; /* of the last object that had one */
	uint64_t seq; /* of the objects that were fed */

	struct sg_app_proof proof;
	bool proven;         /* by this event: a refresh, asked for at ... */
	uint64_t proven_seq; /* ... this object ... */
	int64_t proven_ms;   /* ... and this time */
	struct sg_app_late late;
	struct sg_app_memory memory;
	uint64_t row_seq;         /* since which object memory.row answers */
	int64_t row_reconciled_s; /* reconciledAt then, and, once ... */
	bool row_compared;        /* ... a comparison was seen to move it, that of this one */
	bool confirmed; /* a failure, once it is confirmed, stays one until the row changes */

	struct sg_app_requests requests;
	struct sg_app_child *children;
	size_t child_count;
	struct sg_arena arena; /* of one evaluation, and what it said */
	size_t *used_sources;
	size_t used_count;
	struct sg_app_answer answer;
	struct sg_app_verdict verdict;
};

/* A fold for a child of PARENT, which begins now. */
struct sg_app_fold *sg_app_fold_child(const struct sg_app_fold *parent);

/* Forgets the children: their folds begin anew when row 23 is reached again. */
void sg_app_children_forget(struct sg_app_fold *fold);

/* Passes an event about another application on to the folds of children; false: it is none of
 * theirs. */
bool sg_app_children_feed(struct sg_app_fold *fold, const char *namespace, const char *name,
	const struct sg_app *app, int64_t now_ms);

#endif
