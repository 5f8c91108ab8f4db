/*
 * Closing our own merge request for good: a note that says why, the close, and our branch deleted
 * where nothing but our change is on it. Each part is looked for before it is done, so a run that
 * was killed anywhere goes on from there.
 */
#ifndef SG_STEP_CLOSE_H
#define SG_STEP_CLOSE_H

#include "step/promotion_words.h"

struct sg_close_ask {
	const struct sg_environment *env;
	const char *service;
	int64_t iid; /* that one and no other; 0: whichever is open */
	const char *why;
	bool look_only;
	int64_t look_every_ms;
};

struct sg_closed {
	struct sg_request request; /* as of the last look */
	int64_t iid;               /* the one that was open at the first look; 0: none was */
	bool wrote;                /* something was done */
	bool pending;              /* with look_only: something would be done */
	bool busy;                 /* another one is open: its branch is not touched */
	bool timed_out;            /* it was open still when the time was up */
	const char *kept;          /* what is on our branch, which stays for it; NULL */
};

int sg_close(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_close_ask *ask, struct sg_closed *ret, struct sg_err *err) SG_MUST_CHECK;

/* The merge request as a row of the report, and a warning for a branch that stays. */
void sg_close_report(
	const struct sg_close_ask *ask, const struct sg_closed *closed, struct sg_report *report);

struct sg_service_answer sg_close_answer(
	struct sg_arena *arena, const struct sg_close_ask *ask, const struct sg_closed *closed);

/* Of one that is merged. */
struct sg_service_answer sg_close_merged(struct sg_arena *arena, const struct sg_mr *mr);

#endif
