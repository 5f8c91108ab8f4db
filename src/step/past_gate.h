/* Was it merged by a person while a gate was closed? */
#ifndef SG_STEP_PAST_GATE_H
#define SG_STEP_PAST_GATE_H

#include "step/promotion.h"

/*
 * About promotion->request.merged, which somebody else than we merged and which brought the version
 * that the target carries. Approval and freeze are decided as of merged_at, from what GitLab
 * records; the others by the last status stagegate/ENV that we published for that head before it,
 * none = closed (design: "Gates have a phase"). *ret_why names the gate.
 */
int sg_past_gate(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_promotion *promotion, bool *ret_past, const char **ret_why,
	struct sg_err *err) SG_MUST_CHECK;

#endif
