#include "step/survey.h"

#include <string.h>

#include "config/load.h"
#include "io/http_proxy.h"
#include "step/job.h"
#include "step/message.h"
#include "step/services.h"

/* The first fetch of a large repository takes a while; a server that hangs takes no longer. */
#define REPOSITORY_MS 60000

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

int64_t sg_survey_until_ms(const struct sg_survey *survey)
{
	return earlier(survey->world->deadline_ms,
		sg_loop_after(sg_world_loop(survey->world), SG_SURVEY_QUESTION_MS));
}

int sg_survey_failed(const struct sg_survey *survey, const struct sg_err *why,
	struct sg_doctor_seen *ret, struct sg_err *err)
{
	struct sg_trouble trouble;

	if (sg_world_trouble(survey->world, why, &trouble, err) < 0)
		return -1;
	*ret = (struct sg_doctor_seen){
		.state = SG_DOCTOR_FAILED,
		.reason = why->reason,
		.why = trouble.words,
		.hint = why->hint[0] ? sg_arena_strdup(survey->world->arena, why->hint) : NULL,
	};
	return 0;
}

bool sg_survey_is_silence(enum sg_reason reason)
{
	return reason == SG_R_UNREACHABLE || reason == SG_R_REMOTE_TIMEOUT ||
	       reason == SG_R_TIMEOUT || reason == SG_R_TLS_FAILED;
}

static void look_at_job(struct sg_survey *survey)
{
	const struct sg_env *env = survey->world->env;
	struct sg_doctor_job *job = &survey->facts.job;

	job->inside = sg_job_is_there(env);
	job->ref = sg_env_nonempty(env, "CI_COMMIT_REF_NAME");
	job->is_protected = sg_job_ref_is_protected(env);
	job->has_token = survey->loaded.remote.job != NULL;
}

static int look_at_signing(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_signer *signer SG_AUTO(sg_signer_free_ptr) = NULL;
	struct sg_doctor_signing *signing = &survey->facts.signing;
	struct sg_arena *arena = survey->world->arena;
	struct sg_err why = SG_ERR_INIT;

	if (sg_signing_open(survey->world, &signer, &why) < 0)
		return sg_survey_failed(survey, &why, &signing->key, err);
	if (!signer)
		return 0;
	signing->key.state = SG_DOCTOR_KNOWN;
	signing->public_line = sg_arena_strdup(arena, sg_signer_public(signer));
	signing->fingerprint = sg_arena_strdup(arena, sg_signer_fingerprint(signer));
	return 0;
}

static void look_at_policy(struct sg_survey *survey)
{
	const struct sg_policy *policy = &survey->loaded.policy;
	struct sg_doctor_facts *facts = &survey->facts;

	facts->signing.required = policy->commit.sign == SG_SIGN_REQUIRED;
	facts->signing.author_email = sg_message_email(policy);
	for (size_t i = 0; i < policy->environment_count; i++) {
		const struct sg_environment *env = &policy->environments[i];

		facts->needs_api |= env->publish == SG_PUBLISH_MERGE_REQUEST;
		facts->needs_gitlab |= env->gate_count || env->publish == SG_PUBLISH_MERGE_REQUEST;
		facts->has_gates |= env->gate_count > 0;
		for (size_t k = 0; k < env->gate_count; k++)
			facts->has_freeze |= env->gates[k].type == SG_GATE_FREEZE;
	}
}

/* Is an error of loading about the configuration, in a repository that could be read? */
static bool is_of_config(const struct sg_survey *survey, enum sg_reason reason)
{
	if (!survey->loaded.repo)
		return false;
	return reason == SG_R_CONFIG_MISSING || reason == SG_R_BRANCH_NOT_FOUND ||
	       (reason == SG_R_LOCAL_IO && survey->world->settings->config);
}

static int read_policy(struct sg_survey *survey, struct sg_str text, struct sg_err *err)
{
	struct sg_loaded *loaded = &survey->loaded;
	struct sg_err why = SG_ERR_INIT;

	if (sg_config_load(survey->world->arena, loaded->config_name, text, &loaded->policy, &why) <
		0)
		return sg_survey_failed(survey, &why, &survey->facts.config, err);
	survey->has_policy = true;
	survey->facts.config.state = SG_DOCTOR_KNOWN;
	look_at_policy(survey);
	return 0;
}

static int read_repository(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_world *world = survey->world;
	struct sg_loaded *loaded = &survey->loaded;
	int64_t whole_ms = world->deadline_ms;
	struct sg_err why = SG_ERR_INIT;
	struct sg_str text = {0};
	int rc;

	world->deadline_ms = earlier(whole_ms, sg_loop_after(sg_world_loop(world), REPOSITORY_MS));
	rc = sg_load_found(world, loaded, &text, &why);
	world->deadline_ms = whole_ms;
	survey->has_repo = rc == 0 || is_of_config(survey, why.reason);
	if (survey->has_repo) {
		survey->facts.repository.state = SG_DOCTOR_KNOWN;
		survey->facts.default_branch =
			sg_arena_strdup(world->arena, sg_repo_head_branch(loaded->repo));
	}
	if (rc < 0)
		return sg_survey_failed(survey, &why,
			survey->has_repo ? &survey->facts.config : &survey->facts.repository, err);
	survey->facts.config_from = loaded->config_from;
	survey->facts.advisory = loaded->advisory;
	return read_policy(survey, text, err);
}

int sg_survey_open(struct sg_world *world, struct sg_survey *survey, struct sg_err *err)
{
	struct sg_doctor_facts *facts = &survey->facts;

	*survey = (struct sg_survey){.world = world};
	if (sg_remote_find(world, &survey->loaded.remote, err) < 0 ||
		look_at_signing(survey, err) < 0)
		return -1;
	facts->ca_from = world->ca_from;
	facts->repository_url = survey->loaded.remote.url;
	facts->repository_proxy =
		sg_http_proxy_of(world->arena, world->env, facts->repository_url, NULL);
	facts->config.why = "the repository could not be read";
	look_at_job(survey);
	return read_repository(survey, err);
}

void sg_survey_release(struct sg_survey *survey)
{
	sg_loaded_release(&survey->loaded);
}

int sg_survey_services(struct sg_survey *survey, const struct sg_environment *env,
	const char *const **ret_names, size_t *ret_count, const char **ret_why, struct sg_err *err)
{
	struct sg_world *world = survey->world;
	struct sg_trouble trouble = {0};
	struct sg_err why = SG_ERR_INIT;
	struct sg_tree_source *source;

	*ret_names = NULL;
	*ret_count = 0;
	*ret_why = NULL;
	if (sg_load_branch(world, &survey->loaded, env->branch, &source, &why) == 0 &&
		sg_service_list(world, &survey->loaded.policy, env, source, ret_names, ret_count,
			&why) == 0)
		return 0;
	if (sg_world_trouble(world, &why, &trouble, err) < 0)
		return -1;
	*ret_why = trouble.words;
	return 0;
}
