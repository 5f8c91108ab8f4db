#include "step/job.h"

#include <string.h>

static bool is_true(const struct sg_env *env, const char *name)
{
	const char *value = sg_env_nonempty(env, name);

	return value && strcmp(value, "true") == 0;
}

bool sg_job_is_there(const struct sg_env *env)
{
	return is_true(env, "GITLAB_CI");
}

/*
 * The project that a merge request comes from, when it is another one. The pipeline itself runs in
 * either of the two: in the fork, or in the parent for a member who started it there.
 */
static const char *fork_of(const struct sg_env *env)
{
	const char *source = sg_env_nonempty(env, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
	const char *target = sg_env_nonempty(env, "CI_MERGE_REQUEST_PROJECT_ID");
	const char *here = sg_env_nonempty(env, "CI_PROJECT_ID");

	if (!source || (target && here && strcmp(source, target) == 0 && strcmp(source, here) == 0))
		return NULL;
	return source;
}

bool sg_job_ref_is_protected(const struct sg_env *env)
{
	return is_true(env, "CI_COMMIT_REF_PROTECTED") && !fork_of(env);
}

int sg_job_require_protected(const struct sg_world *world, struct sg_err *err)
{
	const char *ref = sg_env_nonempty(world->env, "CI_COMMIT_REF_NAME");
	const char *fork = fork_of(world->env);

	if (!sg_job_is_there(world->env) || sg_job_ref_is_protected(world->env) ||
		world->settings->allow_unprotected)
		return 0;
	if (fork)
		(void)sg_fail(err, SG_R_UNPROTECTED_REF,
			"this job runs for a merge request from another project (%.40s), and "
			"nothing is "
			"written from there",
			fork);
	else
		(void)sg_fail(err, SG_R_UNPROTECTED_REF,
			"GitLab does not protect the ref of this job (%.200s), and nothing is "
			"written "
			"from there",
			ref ? ref : "unnamed");
	return sg_hint(err,
		"run it on a protected branch or tag (Settings > Repository), or with "
		"--allow-unprotected where whoever may push a branch may publish, too; --dry-run "
		"works everywhere");
}

const char *sg_job_missing_why(const struct sg_env *env)
{
	if (!sg_job_is_there(env) || sg_job_ref_is_protected(env))
		return NULL;
	return "the ref of this job is not protected, and protected CI/CD variables are absent "
	       "there";
}
