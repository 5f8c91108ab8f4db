/* Was it merged by a person while a gate was closed? Inside step/ only. */
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

/* The name of the commit status that carries the gates' answer: "stagegate/production". */
const char *sg_gate_status_name(struct sg_arena *arena, const struct sg_environment *env);

/*
 * Has the running pipeline of MR ended but for our own status of its head, which says that a gate
 * waits? *ret_words is what it says then, as of the run that wrote it.
 */
int sg_gate_holds_pipeline(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_forge *forge, const struct sg_environment *env, const struct sg_mr *mr,
	bool *ret_holds, const char **ret_words, struct sg_err *err) SG_MUST_CHECK;

#endif
