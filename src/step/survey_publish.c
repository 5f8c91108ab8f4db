/* Which way commits go, and whether GitLab knows whom and what new merge requests name. */
#include <string.h>

#include "step/survey.h"
#include "step/way.h"

static void look_at_way(struct sg_survey *survey)
{
	struct sg_doctor_publish *publish = &survey->facts.publish;
	const struct sg_policy *policy = &survey->loaded.policy;

	for (size_t i = 0; i < policy->environment_count; i++)
		publish->commits |= policy->environments[i].publish == SG_PUBLISH_COMMIT;
	publish->via = sg_way_asked(survey->world, policy, &publish->from);
	publish->obstacle = sg_way_obstacle(&survey->loaded,
		survey->facts.signing.key.state == SG_DOCTOR_KNOWN, &publish->hint);
}

struct strangers {
	const char **names;
	size_t count;
};

static bool is_among(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* "@name" as a user; who is not active is none who could be asked. */
static int ask_user(struct sg_survey *survey, const char *at_name, struct strangers *strangers,
	struct sg_err *why)
{
	struct sg_arena *arena = survey->world->arena;
	struct sg_gitlab_user user;
	bool found;

	if (sg_gitlab_user_find(&survey->forge.gitlab, at_name + 1, arena, &found, &user, why) < 0)
		return -1;
	if (!found || !user.active)
		*(const char **)sg_arena_push(
			arena, &strangers->names, &strangers->count, sizeof(*strangers->names)) =
			found ? sg_arena_printf(arena, "%s (blocked or not active)", at_name)
			      : at_name;
	return 0;
}

static int ask_people(struct sg_survey *survey, const struct sg_request_style *style,
	struct sg_doctor_request *row, struct sg_err *err)
{
	struct strangers strangers = {0};
	struct sg_err why = SG_ERR_INIT;
	int rc = 0;

	row->people_count = style->reviewer_count;
	for (size_t i = 0; i < style->assignee_count; i++)
		row->people_count +=
			!is_among(style->reviewers, style->reviewer_count, style->assignees[i]);
	if (!row->people_count || !sg_survey_may_ask(survey, false, &row->people_seen))
		return 0;
	for (size_t i = 0; rc == 0 && i < style->reviewer_count; i++)
		rc = ask_user(survey, style->reviewers[i], &strangers, &why);
	for (size_t i = 0; rc == 0 && i < style->assignee_count; i++)
		if (!is_among(style->reviewers, style->reviewer_count, style->assignees[i]))
			rc = ask_user(survey, style->assignees[i], &strangers, &why);
	row->strangers = strangers.names;
	row->stranger_count = strangers.count;
	return sg_survey_answered(survey, rc, &why, &row->people_seen, err);
}

static int ask_milestone(
	struct sg_survey *survey, struct sg_doctor_request *row, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	int64_t id = 0;
	int rc;

	if (!row->milestone || !sg_survey_may_ask(survey, true, &row->milestone_seen))
		return 0;
	rc = sg_gitlab_milestone_find(&survey->forge.gitlab, row->milestone, &id, &why);
	row->milestone_found = id != 0;
	return sg_survey_answered(survey, rc, &why, &row->milestone_seen, err);
}

int sg_survey_publishing(struct sg_survey *survey, struct sg_err *err)
{
	const struct sg_policy *policy = &survey->loaded.policy;
	struct sg_doctor_request *rows = NULL;
	size_t count = 0;

	if (!survey->has_policy)
		return 0;
	look_at_way(survey);
	for (size_t i = 0; i < policy->environment_count; i++) {
		const struct sg_environment *env = &policy->environments[i];
		struct sg_doctor_request *row;

		if (env->publish != SG_PUBLISH_MERGE_REQUEST)
			continue;
		row = sg_arena_push(survey->world->arena, &rows, &count, sizeof(*row));
		row->environment = env->name;
		row->milestone = env->request.milestone;
		if (ask_people(survey, &env->request, row, err) < 0 ||
			ask_milestone(survey, row, err) < 0)
			return -1;
	}
	survey->facts.requests = rows;
	survey->facts.request_count = count;
	return 0;
}
