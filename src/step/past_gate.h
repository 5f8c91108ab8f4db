/* Was it merged by a person, or by GitLab by itself, while a gate was closed? */
#ifndef SG_STEP_PAST_GATE_H
#define SG_STEP_PAST_GATE_H

#include "step/promotion.h"

/*
 * Is that to be asked of promotion->request.merged? Not when this run, or one before it, merged it:
 * the gates were asked right before. It is when somebody else did, or GitLab in our name: it was
 * told to before there were gates, and merged when the configuration of that moment had some. One
 * request then, two more where GitLab was told.
 */
int sg_past_gate_asks(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_promotion *promotion, bool *ret_asks, struct sg_err *err) SG_MUST_CHECK;

/*
 * About promotion->request.merged, which brought the version that the target carries. Approval and
 * freeze are decided as of merged_at, from what GitLab records; the others by the last status
 * stagegate/ENV that we published for that head before it, none = closed (design: "Gates have a
 * phase"). *ret_why names the gate.
 */
int sg_past_gate(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_promotion *promotion, bool *ret_past, const char **ret_why,
	struct sg_err *err) SG_MUST_CHECK;

#endif
