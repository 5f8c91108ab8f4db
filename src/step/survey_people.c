/* What gates need of GitLab beside the project: groups, source projects, freeze periods. */
#include <string.h>

#include "gitlab/survey.h"
#include "model/approval.h"
#include "model/place.h"
#include "step/survey.h"

/* One question for each service; a shop of hundreds is not asked about in one go. */
#define SOURCES_MAX 200u
/* Whoever is counted above the quorum shows that one of them may be missing. */
#define SPARE_PEOPLE 2

struct candidates {
	int64_t *ids;
	size_t count;
};

static bool is_own(const struct sg_survey *survey, int64_t id)
{
	return sg_forge_is_own(&survey->forge, &survey->loaded.policy, id);
}

static void add(struct sg_survey *survey, struct candidates *all, int64_t id)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->ids[i] == id)
			return;
	if (!is_own(survey, id))
		*(int64_t *)sg_arena_push(
			survey->world->arena, &all->ids, &all->count, sizeof(id)) = id;
}

/* Everybody behind "@name": the members of a group, or one user. */
static int collect(
	struct sg_survey *survey, const char *at_name, struct candidates *all, struct sg_err *why)
{
	struct sg_gitlab *gitlab = &survey->forge.gitlab;
	const char *name = at_name[0] == '@' ? at_name + 1 : at_name;
	struct sg_gitlab_member *members;
	struct sg_gitlab_user user;
	bool is_user = false;
	size_t count;

	if (sg_gitlab_members(gitlab, name, gitlab->server_unix_s, survey->world->arena, &members,
		    &count, why) == 0) {
		for (size_t i = 0; i < count; i++)
			if (members[i].live)
				add(survey, all, members[i].id);
		return 0;
	}
	if (why->reason == SG_R_NOT_FOUND && !strchr(name, '/')) {
		struct sg_err second = SG_ERR_INIT;

		if (sg_gitlab_user_find(
			    gitlab, name, survey->world->arena, &is_user, &user, &second) == 0 &&
			is_user) {
			add(survey, all, user.id);
			return 0;
		}
	}
	(void)sg_fail(why, why->reason, "%s: %s", at_name,
		sg_arena_strdup(survey->world->arena, why->cause));
	return -1;
}

/* Candidates that are active people, as far as is of interest. */
static int count_people(struct sg_survey *survey, const struct candidates *all,
	struct sg_doctor_approval *approval, struct sg_err *why)
{
	int64_t enough = approval->spec->count + SPARE_PEOPLE;

	for (size_t i = 0; i < all->count; i++) {
		struct sg_gitlab_user user;

		if (approval->people >= enough) {
			approval->more = true;
			return 0;
		}
		if (sg_gitlab_user_get(&survey->forge.gitlab, all->ids[i], survey->world->arena,
			    &user, why) == 0)
			approval->people += user.active && !user.bot;
		else if (why->reason != SG_R_NOT_FOUND)
			return -1;
	}
	return 0;
}

static int ask_approval(
	struct sg_survey *survey, struct sg_doctor_approval *approval, struct sg_err *err)
{
	const struct sg_gate_spec *spec = approval->spec;
	struct candidates all = {0};
	struct sg_err why = SG_ERR_INIT;
	int rc = 0;

	if (!sg_survey_may_ask(survey, false, &approval->seen))
		return 0;
	for (size_t i = 0; rc == 0 && i < spec->from_count; i++)
		rc = collect(survey, spec->from[i], &all, &why);
	if (rc == 0)
		rc = count_people(survey, &all, approval, &why);
	return sg_survey_answered(survey, rc, &why, &approval->seen, err);
}

static int ask_approvals(struct sg_survey *survey, struct sg_err *err)
{
	const struct sg_policy *policy = &survey->loaded.policy;
	struct sg_doctor_approval *rows = NULL;
	size_t count = 0;

	for (size_t i = 0; i < policy->environment_count; i++) {
		const struct sg_environment *env = &policy->environments[i];

		for (size_t k = 0; k < env->gate_count; k++) {
			struct sg_doctor_approval *row;

			if (env->gates[k].type != SG_GATE_APPROVAL)
				continue;
			row = sg_arena_push(survey->world->arena, &rows, &count, sizeof(*row));
			row->environment = env->name;
			row->spec = &env->gates[k];
			if (ask_approval(survey, row, err) < 0)
				return -1;
		}
	}
	survey->facts.approvals = rows;
	survey->facts.approval_count = count;
	return 0;
}

static bool excludes_authors(const struct sg_environment *env)
{
	for (size_t i = 0; i < env->gate_count; i++)
		for (size_t k = 0; k < env->gates[i].exclude_count; k++)
			if (strcmp(env->gates[i].exclude[k], SG_EXCLUDE_AUTHORS) == 0)
				return true;
	return false;
}

struct sources {
	struct sg_doctor_source *items;
	size_t count;
};

static bool is_there(const struct sources *sources, const char *service)
{
	for (size_t i = 0; i < sources->count; i++)
		if (strcmp(sources->items[i].service, service) == 0)
			return true;
	return false;
}

static int ask_source(struct sg_survey *survey, const struct sg_environment *env,
	const char *service, struct sg_doctor_source *row, struct sg_err *err)
{
	const struct sg_service *entry = sg_policy_service(&survey->loaded.policy, service);
	struct sg_err why = SG_ERR_INIT;
	int rc;

	row->service = service;
	if (!entry || !entry->source)
		return 0;
	if (sg_template_expand(
		    survey->world->arena, entry->source, service, env, &row->project, &why) < 0)
		return sg_survey_failed(survey, &why, &row->seen, err);
	if (!sg_survey_may_ask(survey, false, &row->seen))
		return 0;
	rc = sg_gitlab_sees_project(&survey->forge.gitlab, row->project, &why);
	return sg_survey_answered(survey, rc, &why, &row->seen, err);
}

static int ask_sources(struct sg_survey *survey, const struct sg_environment *env,
	struct sources *sources, struct sg_err *err)
{
	const char *const *names, *why;
	size_t count;

	if (sg_survey_services(survey, env, &names, &count, &why, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct sg_doctor_source *row;

		if (is_there(sources, names[i]))
			continue;
		row = sg_arena_push(
			survey->world->arena, &sources->items, &sources->count, sizeof(*row));
		*row = (struct sg_doctor_source){.service = names[i],
			.project = "",
			.seen.why = "so many services are not asked about"};
		if (sources->count <= SOURCES_MAX &&
			ask_source(survey, env, names[i], row, err) < 0)
			return -1;
	}
	return 0;
}

static int ask_freeze(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_doctor_facts *facts = &survey->facts;
	struct sg_err why = SG_ERR_INIT;
	struct sg_freeze_period *periods;
	int rc;

	if (!facts->has_freeze || !sg_survey_may_ask(survey, true, &facts->freeze_seen))
		return 0;
	rc = sg_gitlab_freeze_periods(
		&survey->forge.gitlab, survey->world->arena, &periods, &facts->freeze_count, &why);
	return sg_survey_answered(survey, rc, &why, &facts->freeze_seen, err);
}

int sg_survey_people(struct sg_survey *survey, struct sg_err *err)
{
	const struct sg_policy *policy = &survey->loaded.policy;
	struct sources sources = {0};

	if (!survey->has_policy)
		return 0;
	if (ask_approvals(survey, err) < 0)
		return -1;
	for (size_t i = 0; i < policy->environment_count; i++)
		if (excludes_authors(&policy->environments[i]) &&
			ask_sources(survey, &policy->environments[i], &sources, err) < 0)
			return -1;
	survey->facts.sources = sources.items;
	survey->facts.source_count = sources.count;
	return ask_freeze(survey, err);
}
