/* check: is the configuration sound, and does every place that it names exist? */
#ifndef SG_FLOW_CHECK_H
#define SG_FLOW_CHECK_H

#include "model/report.h"
#include "step/world.h"

struct sg_check_ask {
	const char *folder; /* a clone: no network; NULL: the remote repository */
};

/* Findings go into the report: exit 3 when one is an error. */
int sg_flow_check(struct sg_world *world, const struct sg_check_ask *ask, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

/* The JSON Schema of the configuration becomes the report's document. */
void sg_flow_schema(struct sg_report *report);

#endif
