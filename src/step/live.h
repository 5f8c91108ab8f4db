/* Waiting until what was published runs: a look first, and only then following it. */
#ifndef SG_STEP_LIVE_H
#define SG_STEP_LIVE_H

#include "step/await_report.h"
#include "step/stage.h"

/*
 * For all promotions that the table sent to AWAIT (the others are passed over). Rows go to the
 * report; *ret_row is the one that is the answer of them all, NULL when there was none to wait for.
 */
int sg_live_await(struct sg_world *world, struct sg_stage *stage, struct sg_report *report,
	const struct sg_report_verdict **ret_row, struct sg_err *err) SG_MUST_CHECK;

#endif
