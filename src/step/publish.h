/*
 * Publishing a change to a branch so that it is there exactly once: compare-and-swap, and after a
 * lost race the EDIT is applied again to the new tip, never the text (pitfalls.md 7.1). A doubtful
 * answer is read back before anything else happens (security.md 5.3).
 */
#ifndef SG_STEP_PUBLISH_H
#define SG_STEP_PUBLISH_H

#include "step/crowd.h"
#include "step/guard.h"

struct sg_publish_ask {
	const struct sg_environment *env;
	const struct sg_bump_wish *wishes;
	size_t count;
	struct sg_guard guard; /* holds at every try; its reason goes into the commit */
	const char *origin;    /* as in struct sg_plan */
	bool dry_run;
	/* Of a change that gates have let through: they are to be asked again before another try.
	 * Whose turn it is among those who push is kept here; NULL: it is tried until it is done.
	 */
	struct sg_crowd *one_try;
};

struct sg_publish_done {
	struct sg_changes changes; /* of the last plan; empty when nothing had to change */
	struct sg_plan plan;       /* the last plan; all zero when nothing had to change */
	bool written;              /* a commit of ours is on the branch */
	bool later_changed;        /* ... and somebody has changed the values again since */
	bool lost;                 /* with one_try: nothing was written, and the tip is new */
	bool went_back;            /* an older version over a newer one, as the guard allows */
	const char *commit;        /* ours; else the tip at which the values already stand */
	const char *kept_by; /* a second commit that put back what ours took away (beside.h) */
	int tries;           /* pushes made */
};

int sg_publish(struct sg_world *world, struct sg_loaded *loaded, const struct sg_publish_ask *ask,
	struct sg_publish_done *ret_done, struct sg_err *err) SG_MUST_CHECK;

#endif
