/* The commit message and identity of a change: the same change on the same parent says the same. */
#ifndef SG_STEP_MESSAGE_H
#define SG_STEP_MESSAGE_H

#include "model/plan.h"
#include "model/policy.h"
#include "step/change.h"

/*
 * Fills id, message, author and committer of PLAN. Subject by the configured template or
 * "deploy(ENV): SERVICE TAG"; trailers Stagegate-Id, -Service, -Env, -Image and, in a pipeline,
 * -Pipeline. Author date: CI_PIPELINE_CREATED_AT, else PARENT_UNIX_S + 1.
 */
int sg_message_build(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *repository, int64_t parent_unix_s,
	struct sg_plan *plan, struct sg_err *err) SG_MUST_CHECK;

#endif
