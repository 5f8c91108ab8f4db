/* mr list: the open merge requests of ours, and what each waits for. Reads only. */
#ifndef SG_FLOW_MR_LIST_H
#define SG_FLOW_MR_LIST_H

#include "model/report.h"
#include "step/world.h"

/* Those of the environment TO; NULL: of all. */
int sg_flow_mr_list(struct sg_world *world, const char *to, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

#endif
