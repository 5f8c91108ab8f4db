/* GitLab, the token and the project. */
#include <string.h>

#include "gitlab/survey.h"
#include "io/http_proxy.h"
#include "step/survey.h"

bool sg_survey_may_ask(struct sg_survey *survey, bool of_project, struct sg_doctor_seen *ret)
{
	const struct sg_doctor_facts *facts = &survey->facts;

	*ret = (struct sg_doctor_seen){.state = SG_DOCTOR_UNASKED};
	if (facts->no_gitlab_why)
		ret->why = "there is no GitLab to ask";
	else if (survey->silent_why)
		ret->why = survey->silent_why;
	else if (!facts->token.given || facts->token.is_job_token)
		ret->why = "there is no token that may ask";
	else if (of_project && facts->project.seen.state != SG_DOCTOR_KNOWN)
		ret->why = "the project could not be read";
	if (ret->why)
		return false;
	survey->forge.gitlab.retry.deadline_ms = sg_survey_until_ms(survey);
	return true;
}

int sg_survey_answered(struct sg_survey *survey, int rc, const struct sg_err *why,
	struct sg_doctor_seen *ret, struct sg_err *err)
{
	if (rc == 0) {
		*ret = (struct sg_doctor_seen){.state = SG_DOCTOR_KNOWN};
		return 0;
	}
	if (sg_survey_is_silence(why->reason))
		survey->silent_why = "GitLab did not answer";
	return sg_survey_failed(survey, why, ret, err);
}

/* An answer of 401, 403 or 404 is one of GitLab's, too. */
static bool is_answer(const struct sg_err *why)
{
	return why->http_status >= 400 && why->http_status < 500;
}

static int ask_version(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_doctor_server *server = &survey->facts.gitlab;
	struct sg_gitlab *gitlab = &survey->forge.gitlab;
	struct sg_loop *loop = sg_world_loop(survey->world);
	struct sg_err why = SG_ERR_INIT;
	int rc;

	gitlab->retry.deadline_ms = sg_survey_until_ms(survey);
	rc = sg_gitlab_version(gitlab, survey->world->arena, &server->version, &why);
	server->date_unix_s = gitlab->server_unix_s;
	server->local_unix_s = loop->clock->unix_s(loop->clock);
	if (rc < 0 && is_answer(&why))
		rc = 0;
	if (sg_survey_answered(survey, rc, &why, &server->reached, err) < 0)
		return -1;
	if (server->reached.state != SG_DOCTOR_KNOWN)
		survey->silent_why = "GitLab did not answer";
	return 0;
}

static int ask_job(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_doctor_job *job = &survey->facts.job;
	struct sg_err why = SG_ERR_INIT;
	int rc;

	if (!job->inside)
		return 0;
	if (survey->silent_why) {
		job->asked.why = survey->silent_why;
		return 0;
	}
	survey->forge.gitlab.retry.deadline_ms = sg_survey_until_ms(survey);
	rc = sg_forge_asker(survey->world, &survey->forge, &why);
	if (rc == 0)
		job->asker = survey->forge.asker.username;
	return sg_survey_answered(survey, rc, &why, &job->asked, err);
}

static int ask_user(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_doctor_token *token = &survey->facts.token;
	struct sg_forge *forge = &survey->forge;
	struct sg_err why = SG_ERR_INIT;
	int rc;

	if (!sg_survey_may_ask(survey, false, &token->user_seen))
		return 0;
	rc = sg_forge_me(forge, &why);
	if (rc == 0) {
		token->user_id = forge->me.id;
		token->username = forge->me.username;
		token->email = forge->me.email;
		token->commit_email = forge->me.commit_email;
		token->bot = forge->me.bot;
	}
	return sg_survey_answered(survey, rc, &why, &token->user_seen, err);
}

static int ask_self(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_doctor_token *token = &survey->facts.token;
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_token self;
	int rc;

	if (!sg_survey_may_ask(survey, false, &token->self_seen))
		return 0;
	rc = sg_gitlab_token_self(&survey->forge.gitlab, survey->world->arena, &self, &why);
	if (rc == 0) {
		token->scopes = self.scopes;
		token->scope_count = self.scope_count;
		token->expires_unix_s = self.expires_unix_s;
	}
	if (sg_survey_answered(survey, rc, &why, &token->self_seen, err) < 0)
		return -1;
	if (token->self_seen.reason == SG_R_AUTH_FAILED &&
		token->user_seen.reason == SG_R_AUTH_FAILED)
		survey->silent_why = "GitLab does not accept the token";
	return 0;
}

static void keep_project(struct sg_survey *survey)
{
	const struct sg_gitlab_project *project = &survey->forge.project;
	struct sg_doctor_project *facts = &survey->facts.project;

	facts->path = project->path;
	facts->archived = project->archived;
	facts->role = (int)project->role;
	facts->merge_method = project->merge_method;
	facts->squash_option = project->squash_option;
	facts->merge_trains = project->merge_trains;
	facts->pipeline_must_succeed = project->pipeline_must_succeed;
	facts->has_ci = project->has_ci;
	facts->ci_path = project->ci_path;
	facts->auto_devops = project->auto_devops;
}

static int ask_project(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_doctor_project *facts = &survey->facts.project;
	struct sg_err why = SG_ERR_INIT;
	int rc;

	facts->asked_path = survey->loaded.remote.project;
	if (!sg_survey_may_ask(survey, false, &facts->seen))
		return 0;
	rc = sg_forge_project(&survey->forge, &why);
	if (rc == 0)
		keep_project(survey);
	return sg_survey_answered(survey, rc, &why, &facts->seen, err);
}

static void look_at_token(struct sg_survey *survey)
{
	const struct sg_remote *remote = &survey->loaded.remote;
	struct sg_doctor_token *token = &survey->facts.token;

	token->given = remote->cred != NULL;
	token->is_job_token = remote->cred && remote->is_job_token;
	token->missing_why = remote->no_cred_why;
}

int sg_survey_gitlab(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_world *world = survey->world;
	struct sg_doctor_facts *facts = &survey->facts;
	int rc;

	look_at_token(survey);
	if (!sg_forge_is_there(&survey->loaded, &facts->no_gitlab_why))
		return 0;
	facts->no_gitlab_why = NULL;
	facts->gitlab.url = survey->loaded.remote.gitlab;
	facts->gitlab.proxy = sg_http_proxy_of(world->arena, world->env, facts->gitlab.url, NULL);
	sg_console_phase(world->console, SG_CONSOLE_READ, "Asking %s", facts->gitlab.url);
	sg_forge_client(world, &survey->loaded, &survey->forge);
	rc = ask_version(survey, err);
	if (rc == 0)
		rc = ask_job(survey, err);
	if (rc == 0)
		rc = ask_user(survey, err);
	if (rc == 0)
		rc = ask_self(survey, err);
	return rc == 0 ? ask_project(survey, err) : -1;
}
