/* status: the board, one row for each service and one column for each environment. */
#ifndef SG_FLOW_STATUS_H
#define SG_FLOW_STATUS_H

#include "model/report.h"
#include "step/world.h"

struct sg_status_ask {
	const char *const *services;
	size_t count; /* 0: all services */
};

/* Reads only. Ends with 0 whenever there is a board: what could not be read is said in its cells.
 */
int sg_flow_status(struct sg_world *world, const struct sg_status_ask *ask,
	struct sg_report *report, struct sg_err *err) SG_MUST_CHECK;

#endif
