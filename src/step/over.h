/* A merge request of ours that is not open any more: what became of it. */
#ifndef SG_STEP_OVER_H
#define SG_STEP_OVER_H

#include "step/promotion_words.h"
#include "step/stage.h"

/* Merged or closed. */
bool sg_over_is(const struct sg_mr *mr);

/*
 * The answer about MR, which is over: MR_NOT_MERGED when it was closed, MERGED_PAST_GATE when
 * somebody else merged it while a gate was closed (step/past_gate.h), else MR_MERGED. PROMOTION is
 * that of its service, after a look; MR becomes its merged one.
 */
int sg_over(struct sg_world *world, struct sg_stage *stage, struct sg_promotion *promotion,
	const struct sg_mr *mr, struct sg_service_answer *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
