#include "step/forge.h"

#include <string.h>

#include "step/job.h"

/* An API that is down must not be asked for twenty minutes. */
#define API_TRIES 8
#define BRIEF_TRIES 2

bool sg_forge_is_there(const struct sg_loaded *loaded, const char **why)
{
	const struct sg_remote *remote = &loaded->remote;

	if (!remote->gitlab)
		*why = "no GitLab is named: set STAGEGATE_GITLAB_URL (inside a job CI_SERVER_URL "
		       "is there)";
	else if (!remote->project)
		*why = "the GitOps repository does not lie on the GitLab that "
		       "STAGEGATE_GITLAB_URL or CI_SERVER_URL names";
	else
		return true;
	return false;
}

bool sg_forge_may_read(const struct sg_loaded *loaded)
{
	const char *why;

	return loaded->remote.cred && !loaded->remote.is_job_token &&
	       sg_forge_is_there(loaded, &why);
}

void sg_forge_client(
	struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *ret_forge)
{
	const struct sg_remote *remote = &loaded->remote;

	*ret_forge = (struct sg_forge){.arena = world->arena};
	if (remote->cred)
		ret_forge->cred = (struct sg_cred){
			.kind = remote->is_job_token ? SG_CRED_JOB_TOKEN : SG_CRED_BEARER,
			.origin = remote->cred->origin,
			.secret = remote->token,
		};
	ret_forge->gitlab = (struct sg_gitlab){
		.http = world->http,
		.log = world->log,
		.api = sg_arena_printf(world->arena, "%s/api/v4", remote->gitlab),
		.project = remote->project,
		.cred = remote->cred ? &ret_forge->cred : NULL,
		.job = remote->job,
		.retry = sg_world_retry(world, API_TRIES),
		.connect_timeout_ms = world->settings->connect_timeout_ms,
		.request_timeout_ms = world->settings->request_timeout_ms,
	};
}

void sg_forge_brief(struct sg_world *world, const struct sg_loaded *loaded, const char *project,
	int64_t until_ms, struct sg_forge *ret_forge)
{
	sg_forge_client(world, loaded, ret_forge);
	ret_forge->gitlab.retry = sg_world_retry(world, BRIEF_TRIES);
	ret_forge->gitlab.retry.deadline_ms = until_ms;
	if (project)
		ret_forge->gitlab.project = project;
}

int sg_forge_open(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_forge *ret_forge, struct sg_err *err)
{
	const struct sg_remote *remote = &loaded->remote;
	const char *why;

	*ret_forge = (struct sg_forge){.arena = world->arena};
	if (!sg_forge_is_there(loaded, &why)) {
		(void)sg_fail(
			err, SG_R_USAGE, "merge requests and gates need GitLab's API: %s", why);
		return sg_hint(err, "GitOps repository: %s", remote->url);
	}
	if (!remote->cred || remote->is_job_token) {
		why = sg_job_missing_why(world->env);
		(void)sg_fail(err, SG_R_CREDENTIAL_MISSING,
			"merge requests and gates need a token with the scope `api`%s",
			remote->is_job_token ? "; a job's own token may not use that part of "
					       "GitLab's API"
					     : "");
		return sg_hint(err,
			"set STAGEGATE_GITLAB_TOKEN or STAGEGATE_GITLAB_TOKEN_FILE to "
			"a project access token of the GitOps project%s%s",
			why ? "; " : "", why ? why : "");
	}
	sg_forge_client(world, loaded, ret_forge);
	return 0;
}

int sg_forge_me(struct sg_forge *forge, struct sg_err *err)
{
	if (forge->me.id)
		return 0;
	return sg_gitlab_whoami(&forge->gitlab, forge->arena, &forge->me, err);
}

bool sg_forge_is_own(const struct sg_forge *forge, const struct sg_policy *policy, int64_t user_id)
{
	if (user_id == 0)
		return false;
	if (user_id == forge->me.id)
		return true;
	for (size_t i = 0; i < policy->former_bot_count; i++)
		if (policy->former_bots[i] == user_id)
			return true;
	return false;
}

/* A job says so itself; a variable that is unset by hand leaves the others. */
static bool inside_a_job(const struct sg_world *world)
{
	return sg_env_nonempty(world->env, "CI_JOB_ID") || sg_env_nonempty(world->env, "GITLAB_CI");
}

int sg_forge_asker(struct sg_world *world, struct sg_forge *forge, struct sg_err *err)
{
	if (forge->asker.id)
		return 0;
	if (forge->gitlab.job)
		return sg_gitlab_job_user(&forge->gitlab, forge->arena, &forge->asker, err);
	if (inside_a_job(world)) {
		(void)sg_fail(err, SG_R_CREDENTIAL_MISSING,
			"this runs in a job, and CI_JOB_TOKEN is not there to say who started it");
		return sg_hint(err, "leave CI_JOB_TOKEN and CI_SERVER_URL in the environment of "
				    "the job");
	}
	if (sg_forge_me(forge, err) < 0)
		return -1;
	forge->asker = forge->me;
	return 0;
}

/* "file@group/project" and addresses are files elsewhere. */
const char *sg_forge_ci_file(const char *ci_path)
{
	if (strchr(ci_path, '@') || strstr(ci_path, "://"))
		return NULL;
	return ci_path[0] ? ci_path : ".gitlab-ci.yml";
}

int sg_forge_project(struct sg_forge *forge, struct sg_err *err)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	struct sg_gitlab_project *project = &forge->project, now;

	if (!project->id)
		return sg_gitlab_project_get(&forge->gitlab, forge->arena, project, err);
	if (!forge->project_is_old)
		return 0;
	if (sg_gitlab_project_get(&forge->gitlab, &scratch, &now, err) < 0)
		return -1;
	forge->project_is_old = false;
	project->pipeline_must_succeed = now.pipeline_must_succeed;
	project->skipped_pipeline_is_success = now.skipped_pipeline_is_success;
	project->has_ci = now.has_ci;
	project->archived = now.archived;
	project->merge_trains = now.merge_trains;
	project->auto_devops = now.auto_devops;
	project->role = now.role;
	return 0;
}
