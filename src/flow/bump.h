/* bump: image tags into the files of an environment, published as one commit. */
#ifndef SG_FLOW_BUMP_H
#define SG_FLOW_BUMP_H

#include "model/report.h"
#include "step/change.h"
#include "step/world.h"

struct sg_bump_ask {
	const char *env; /* NULL: the first environment */
	const struct sg_bump_wish *wishes;
	size_t count;
	const char *expect;       /* as in struct sg_guard */
	const char *older_reason; /* likewise, as it was typed */
	bool dry_run;             /* plan and diff only; nothing is sent but reads */
};

/*
 * Already at the wanted values is a success with nothing written. An environment with gates, or one
 * that is changed by merge requests, is refused (ENVIRONMENT_GATED) with nothing written, as is
 * what the guard does not let pass (step/guard.h).
 */
int sg_flow_bump(struct sg_world *world, const struct sg_bump_ask *ask, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

#endif
