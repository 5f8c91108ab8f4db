/* What the configuration says of new merge requests (`merge_request:`), with GitLab's ids. */
#ifndef SG_STEP_REQUEST_STYLE_H
#define SG_STEP_REQUEST_STYLE_H

#include "step/forge.h"

/*
 * Asked once in a run, which is about one environment: one read for each user and for the
 * milestone. CONFIG_INVALID with "stagegate.yaml:LINE:COLUMN" for a name that GitLab does not know;
 * to be called before anything is written.
 */
int sg_request_style_find(struct sg_forge *forge, const struct sg_policy *policy,
	const struct sg_environment *env, const struct sg_gitlab_mr_wish **ret_wish,
	struct sg_err *err) SG_MUST_CHECK;

/* TITLE as GitLab takes it, cut where it is too long; that of a draft begins so (gitlab.md 6.1). */
const char *sg_request_style_title(struct sg_arena *arena, const char *title, bool draft);

#endif
