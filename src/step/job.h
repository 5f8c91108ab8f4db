/* The GitLab job that a run may be part of: what its predefined variables say about it. */
#ifndef SG_STEP_JOB_H
#define SG_STEP_JOB_H

#include "step/world.h"

/* GITLAB_CI is `true`: a runner started this. */
bool sg_job_is_there(const struct sg_env *env);

/*
 * True when GitLab says that the job's ref is protected. In a merge request's pipeline it says so
 * only where source and target branch are both protected, never for a fork (GitLab 18; older ones
 * never).
 */
bool sg_job_ref_is_protected(const struct sg_env *env);

/*
 * UNPROTECTED_REF inside a job whose pipeline anybody with a branch, or with a fork, can have
 * written: its ref is not protected, or it runs for a merge request of another project. Outside of
 * jobs and with --allow-unprotected all is well. It keeps people from accidents; what binds is that
 * the token is a protected variable (SECURITY.md).
 */
int sg_job_require_protected(const struct sg_world *world, struct sg_err *err) SG_MUST_CHECK;

/* Why a variable may be missing in this job; NULL where nothing speaks for it. */
const char *sg_job_missing_why(const struct sg_env *env);

#endif
