/*
 * A version as a merge request that the push itself opens (Git push options): for whoever may push
 * and may not use GitLab's API. Our branch, our commit and the lease are those of every merge
 * request of ours; what a head carries is proven by content (step/head.h).
 */
#ifndef SG_STEP_PUSH_REQUEST_H
#define SG_STEP_PUSH_REQUEST_H

#include "model/report.h"
#include "step/guard.h"
#include "step/request_seen.h"

struct sg_push_request_ask {
	const struct sg_environment *env; /* without gates */
	struct sg_bump_wish wish;
	struct sg_guard
		guard; /* against the target; an older version gives no way to ours either */
	bool dry_run;
};

enum sg_push_request_state {
	SG_PUSH_REQUEST_CARRIED,  /* the target carries the version: there is nothing to ask for */
	SG_PUSH_REQUEST_REJECTED, /* a person closed the request of this version */
	SG_PUSH_REQUEST_STANDS,   /* our branch carried it, and a request was opened for it */
	SG_PUSH_REQUEST_PLANNED,  /* dry run: it would be pushed */
	SG_PUSH_REQUEST_OPENED    /* it was pushed, and a request is open for it */
};

struct sg_push_request_done {
	enum sg_push_request_state state;
	const char *branch;        /* ours */
	const char *commit;        /* its head; with CARRIED and PLANNED the target's tip */
	struct sg_changes changes; /* that the request asks for, on the target's tip */
	struct sg_plan plan;
	bool went_back;
	int64_t iid;            /* of the request; 0: there is none */
	const char *url;        /* NULL: not known */
	bool seen_open;         /* GitLab said so now */
	const char *unseen_why; /* else: why it could not be asked */
	const char *left_out;   /* as in struct sg_request_options; NULL when nothing was pushed */
	int tries;              /* pushes made */
};

/*
 * BRANCH_BUSY: the branch carries what is not ours, or the request is somebody else's. OLDER: for
 * the version that our branch carries, too. MR_NOT_OPENED: GitLab took the push and opened none, or
 * the server takes no push options (then nothing was pushed). OUTCOME_UNKNOWN: the branch is there,
 * and nothing shows whether a request was opened for it.
 */
int sg_push_request(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_push_request_ask *ask, struct sg_push_request_done *ret_done,
	struct sg_err *err) SG_MUST_CHECK;

/* The rows of one service, its warnings, and what the whole run says of its last commit. */
void sg_push_request_report(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_push_request_ask *ask, const struct sg_push_request_done *done,
	struct sg_report *report);

#endif
