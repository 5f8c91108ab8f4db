/* What was waited for, as rows of a report. */
#ifndef SG_STEP_AWAIT_REPORT_H
#define SG_STEP_AWAIT_REPORT_H

#include "model/report.h"
#include "step/await.h"

/*
 * A verdict row for each ask, and the warnings. Returns the row that is the answer of them all: the
 * first of the worst (sg_result_is_worse()).
 */
const struct sg_report_verdict *sg_await_report(struct sg_world *world,
	const struct sg_await_ask *asks, size_t count, const struct sg_await_done *done,
	struct sg_report *report);

/* That row; at least one verdict must be there. */
const struct sg_report_verdict *sg_await_worst(const struct sg_report *report);

#endif
