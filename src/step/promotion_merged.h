/* Whether, and how, the merge request of a promotion was merged. */
#ifndef SG_STEP_PROMOTION_MERGED_H
#define SG_STEP_PROMOTION_MERGED_H

#include "step/promotion.h"

/*
 * How the version came to the target that carries it, where our newest merged request is of that
 * version: by which commit (p->landed), and whether past a gate (p->facts.past_gate, p->blocker).
 */
int sg_promotion_look_at_merged(struct sg_world *world, struct sg_loaded *loaded,
	struct sg_forge *forge, struct sg_promotion *p, struct sg_err *err) SG_MUST_CHECK;

/*
 * Was the request that GitLab shows as open merged already, so that what it shows is older than
 * that (gitlab.md 1.3)? Asked where the target carries what its head does. Of a squash only the run
 * that merged it knows.
 */
int sg_promotion_was_merged(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_promotion *p, bool *ret_was, struct sg_err *err) SG_MUST_CHECK;

#endif
