/* The branches that matter, and who may do what with them. */
#include <string.h>

#include "gitlab/survey.h"
#include "step/survey.h"

#define CI_FILE_MAX_BYTES (1u << 20)

static struct sg_doctor_branch *branch_of(struct sg_survey *survey,
	struct sg_doctor_branch **branches, size_t *count, const char *name)
{
	struct sg_doctor_branch *row;

	for (size_t i = 0; i < *count; i++)
		if (strcmp((*branches)[i].name, name) == 0)
			return &(*branches)[i];
	row = sg_arena_push(survey->world->arena, branches, count, sizeof(*row));
	row->name = name;
	row->ci_file = SG_ANSWER_UNKNOWN;
	return row;
}

static void collect(struct sg_survey *survey, struct sg_doctor_branch **branches, size_t *count)
{
	const struct sg_policy *policy = &survey->loaded.policy;

	if (survey->loaded.config_branch) {
		struct sg_doctor_branch *row =
			branch_of(survey, branches, count, survey->loaded.config_branch);

		row->is_config = true;
		row->rules = survey->facts.has_gates;
	}
	for (size_t i = 0; i < policy->environment_count; i++) {
		const struct sg_environment *env = &policy->environments[i];
		struct sg_doctor_branch *row = branch_of(survey, branches, count, env->branch);
		bool request = env->publish == SG_PUBLISH_MERGE_REQUEST;

		row->gated |= env->gate_count > 0;
		row->takes_commits |= !request;
		row->takes_requests |= request;
		row->takes_merges |= request && env->merge != SG_MERGE_HUMAN;
		row->people_merge |= request && env->merge == SG_MERGE_HUMAN;
		survey->facts.merges_after_gates |=
			request && env->merge == SG_MERGE_AUTO && sg_environment_gates_merge(env);
		if (request && !survey->facts.work_branch)
			survey->facts.work_branch = sg_arena_printf(
				survey->world->arena, SG_WORK_BRANCHES "%s/service", env->name);
	}
}

/* Does the file that pipelines come from exist at the tip? */
static int look_for_ci(
	struct sg_survey *survey, struct sg_doctor_branch *branch, struct sg_err *err)
{
	const char *path = sg_forge_ci_file(survey->facts.project.ci_path);
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	struct sg_err why = SG_ERR_INIT;
	struct sg_tree_source *source;
	struct sg_trouble ignored;

	if (!path)
		return 0;
	sg_buf_init(&text, CI_FILE_MAX_BYTES);
	if (sg_load_branch(survey->world, &survey->loaded, branch->name, &source, &why) < 0)
		return sg_world_trouble(survey->world, &why, &ignored, err);
	if (source->read(source, path, &text, &why) == 0 || why.reason == SG_R_TOO_LARGE)
		branch->ci_file = SG_ANSWER_YES;
	else if (why.reason == SG_R_FILE_NOT_FOUND)
		branch->ci_file = SG_ANSWER_NO;
	return 0;
}

static int look_at_branch(
	struct sg_survey *survey, struct sg_doctor_branch *branch, struct sg_err *err)
{
	const struct sg_doctor_project *project = &survey->facts.project;
	struct sg_err ignored = SG_ERR_INIT;
	char oid[65];

	branch->exists = sg_repo_tip(survey->loaded.repo, branch->name, oid, &ignored) == 0;
	if (!branch->exists || project->seen.state != SG_DOCTOR_KNOWN ||
		!project->pipeline_must_succeed || !branch->takes_requests)
		return 0;
	return look_for_ci(survey, branch, err);
}

static int ask_rules(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_doctor_facts *facts = &survey->facts;
	struct sg_err why = SG_ERR_INIT;
	struct sg_doctor_rule *rules;
	size_t count;
	int rc;

	if (!sg_survey_may_ask(survey, true, &facts->rules_seen))
		return 0;
	rc = sg_gitlab_rules(&survey->forge.gitlab, survey->world->arena, &rules, &count, &why);
	if (rc == 0) {
		facts->rules = rules;
		facts->rule_count = count;
	}
	return sg_survey_answered(survey, rc, &why, &facts->rules_seen, err);
}

static void keep_members(
	struct sg_survey *survey, const struct sg_gitlab_member *members, size_t count)
{
	struct sg_doctor_facts *facts = &survey->facts;
	struct sg_doctor_member *rows =
		sg_arena_calloc(survey->world->arena, count + 1, sizeof(*rows));

	facts->member_count = 0;
	for (size_t i = 0; i < count; i++)
		if (members[i].live)
			rows[facts->member_count++] = (struct sg_doctor_member){
				members[i].id, members[i].username, (int)members[i].role};
	facts->members = rows;
}

static int ask_members(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_doctor_facts *facts = &survey->facts;
	struct sg_gitlab *gitlab = &survey->forge.gitlab;
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_member *members;
	size_t count;
	int rc;

	if (!sg_survey_may_ask(survey, true, &facts->members_seen))
		return 0;
	rc = sg_gitlab_members(gitlab, /* group= */ NULL, gitlab->server_unix_s,
		survey->world->arena, &members, &count, &why);
	if (rc == 0)
		keep_members(survey, members, count);
	return sg_survey_answered(survey, rc, &why, &facts->members_seen, err);
}

int sg_survey_branches(struct sg_survey *survey, struct sg_err *err)
{
	struct sg_doctor_branch *branches = NULL;
	size_t count = 0;

	if (!survey->has_repo)
		return 0;
	collect(survey, &branches, &count);
	for (size_t i = 0; i < count; i++)
		if (look_at_branch(survey, &branches[i], err) < 0)
			return -1;
	survey->facts.branches = branches;
	survey->facts.branch_count = count;
	if (ask_rules(survey, err) < 0)
		return -1;
	return ask_members(survey, err);
}
