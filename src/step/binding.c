#include "step/binding.h"

#include <string.h>

#include "step/job.h"

int sg_binding_find(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_err *err)
{
	bool is_protected = false;

	if (world->settings->config) {
		loaded->advisory = true;
		return 0;
	}
	if (!forge)
		return 0;
	if (sg_gitlab_branch_protected(&forge->gitlab, loaded->config_branch, &is_protected, err) <
		0)
		return sg_wrap(err, "is the configuration branch protected");
	loaded->advisory = !is_protected;
	return 0;
}

/* A job of the GitOps project on a protected ref is in the hands of those who may merge there. */
static bool is_own_protected_job(const struct sg_world *world, const struct sg_loaded *loaded)
{
	const char *project = sg_env_nonempty(world->env, "CI_PROJECT_PATH");

	return loaded->remote.job && loaded->remote.project && project &&
	       sg_job_ref_is_protected(world->env) && strcmp(loaded->remote.project, project) == 0;
}

int sg_binding_require(const struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_environment *env, struct sg_err *err)
{
	if (!loaded->advisory || env->gate_count == 0)
		return 0;
	if (world->settings->config) {
		if (is_own_protected_job(world, loaded))
			return 0;
		(void)sg_fail(err, SG_R_ENVIRONMENT_GATED,
			"%s has gates, and --config %s is only advice about them", env->name,
			world->settings->config);
		return sg_hint(err, "leave --config away, or run in a job of the GitOps project on "
				    "a protected branch");
	}
	(void)sg_fail(err, SG_R_ENVIRONMENT_GATED,
		"%s has gates, and the branch %s that they were read from is not protected",
		env->name, loaded->config_branch);
	return sg_hint(err, "protect %s in GitLab (Settings > Repository > Protected branches)",
		loaded->config_branch);
}
