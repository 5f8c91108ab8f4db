/* Waiting for the turn to push again to a branch that others push to as well (model/crowd.h). */
#ifndef SG_STEP_CROWD_H
#define SG_STEP_CROWD_H

#include "model/crowd.h"
#include "step/load.h"

/*
 * After a push that lost to somebody else's commit: looks at the branch until it is our turn; the
 * last look is what to build upon. LOOKED_MS: of the loop's clock, when the look before the push
 * began; afterwards when the last one did. BRANCH_MOVED when no time is left for another attempt;
 * BRANCH_NOT_FOUND and what a look can fail with.
 */
int sg_crowd_wait(struct sg_world *world, struct sg_loaded *loaded, const char *branch,
	struct sg_crowd *crowd, int64_t *looked_ms, struct sg_err *err) SG_MUST_CHECK;

#endif
