/* gate: may it pass now? Every gate of an environment, for services, with reason and next look. */
#ifndef SG_FLOW_GATE_H
#define SG_FLOW_GATE_H

#include "model/report.h"
#include "step/world.h"

struct sg_gate_ask {
	const char *const *services;
	size_t count;
	const char *to;
};

/* Reads only. The answer is in the report: 0 when all gates are open, 75 when time or a person can
 * open those that are not, 1 when somebody has to change something. */
int sg_flow_gate(struct sg_world *world, const struct sg_gate_ask *ask, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

#endif
