/* `stagegate explain`: what a code means and what to do about it. Needs nothing but the program. */
#ifndef SG_FLOW_EXPLAIN_H
#define SG_FLOW_EXPLAIN_H

#include "base/err.h"
#include "model/report.h"

/*
 * Fills the report's codes: those of NAMES with advice, or, without names, all of the catalog
 * without. A name may be written in lower case and with '-'; a number is an exit status, and stands
 * for all codes that end a run with it. USAGE with the nearest code when there is none of that
 * name.
 */
int sg_flow_explain(const char *const *names, size_t count, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

#endif
