/* doctor: is everything in place that promotions need, in the live systems? */
#ifndef SG_FLOW_DOCTOR_H
#define SG_FLOW_DOCTOR_H

#include "model/report.h"
#include "step/world.h"

/*
 * Reads only, and goes on past what cannot be read: that is a finding. Ends with FAILED when a
 * finding is an error. -1 when nothing names a repository, and for a signal.
 */
int sg_flow_doctor(
	struct sg_world *world, struct sg_report *report, struct sg_err *err) SG_MUST_CHECK;

#endif
