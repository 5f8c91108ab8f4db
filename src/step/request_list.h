/* Our open merge requests as rows of a report: what each waits for, as GitLab says it. */
#ifndef SG_STEP_REQUEST_LIST_H
#define SG_STEP_REQUEST_LIST_H

#include "model/report.h"
#include "step/request.h"

/* The row of one that was read just now. */
int sg_request_row(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_environment *env, const char *service, const struct sg_mr *mr,
	struct sg_report_mr *ret_row, struct sg_err *err) SG_MUST_CHECK;

/*
 * Adds those of ONLY (NULL: of all environments) to the report, newest first: one list, and a fresh
 * read of each that is ours. One that belongs to nothing which is configured is left out. One that
 * cannot be read is a row whose code and sentence say why; *ret_unread is how many are. A GitLab
 * that has fallen silent is not asked about the rest.
 */
int sg_request_list(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_environment *only, struct sg_report *report, size_t *ret_unread,
	struct sg_err *err) SG_MUST_CHECK;

#endif
