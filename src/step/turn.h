/*
 * The wheel of a run through gates: look at each promotion, say where it stands, do the one thing
 * that the table decides, look again; until whoever turns it calls each of them over.
 */
#ifndef SG_STEP_TURN_H
#define SG_STEP_TURN_H

#include "step/stage.h"

struct sg_turning {
	struct sg_world *world;
	struct sg_stage *stage;
	/* Asked after each look: is this one at its end? Nothing is done for it then. */
	bool (*is_over)(const struct sg_turning *turning, const struct sg_promotion *promotion);
	const void *arg;       /* for is_over */
	bool look_only;        /* each is looked at once; nothing is written */
	int64_t look_every_ms; /* between two looks where nothing was done */
	bool timed_out;        /* found: the world's deadline came before the end */
	struct sg_progress *progress;
};

/* -1 when nothing can be said; that the time ran out in the middle of a look is no error. */
int sg_turn_all(struct sg_turning *turning, struct sg_err *err) SG_MUST_CHECK;

#endif
