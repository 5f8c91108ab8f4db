/*
 * promote: takes exactly what runs in the environment before into the next one, through its gates,
 * until the cluster runs it. Run again at any moment it goes on from what it finds.
 */
#ifndef SG_FLOW_PROMOTE_H
#define SG_FLOW_PROMOTE_H

#include "model/report.h"
#include "step/world.h"

struct sg_promote_ask {
	const char *const *services;
	size_t count;
	const char *to;
	const char *older_reason; /* as in struct sg_guard, as it was typed */
	bool dry_run;             /* plan, diff and gates only; nothing is written anywhere */
	bool wait_for_people;     /* go on where only people are missing */
	int64_t look_every_ms;    /* between two looks at a merge request */
};

/*
 * What came of each service is in the report; -1 when nothing can be said (unknown names, no
 * permission, a server that fails).
 */
int sg_flow_promote(struct sg_world *world, const struct sg_promote_ask *ask,
	struct sg_report *report, struct sg_err *err) SG_MUST_CHECK;

#endif
