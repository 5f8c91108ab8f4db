/* The commit message and identity of a change: the same change on the same parent says the same. */
#ifndef SG_STEP_MESSAGE_H
#define SG_STEP_MESSAGE_H

#include "model/plan.h"
#include "model/policy.h"
#include "step/change.h"

/*
 * The reason that somebody gives for a change, as it is kept: secrets masked, one line, the first
 * 500 bytes. The credentials of the run are known by now. NULL for NULL.
 */
const char *sg_message_reason(struct sg_world *world, const char *text);

/* The address that commits carry, as author's and committer's. */
const char *sg_message_email(const struct sg_policy *policy);

/*
 * Fills id, message, author and committer of PLAN. Subject by the configured template or
 * "deploy(ENV): SERVICE TAG"; trailers Stagegate-Id, -Service, -Env, -Image and, in a pipeline,
 * -Pipeline, and -Origin and -Reason where PLAN has one. Author date: CI_PIPELINE_CREATED_AT, else
 * PARENT_UNIX_S + 1.
 */
int sg_message_build(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *repository, int64_t parent_unix_s,
	struct sg_plan *plan, struct sg_err *err) SG_MUST_CHECK;

#endif
