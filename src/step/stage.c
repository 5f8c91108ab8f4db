#include "step/stage.h"

#include <string.h>

#include "model/place.h"
#include "step/cluster.h"
#include "step/job.h"

/* The project's settings are asked for again at every so-manieth look of a wait. */
#define PROJECT_LOOKS 10

static bool needs_forge(const struct sg_environment *env)
{
	if (env->publish == SG_PUBLISH_MERGE_REQUEST)
		return true;
	for (size_t i = 0; i < env->gate_count; i++)
		if (env->gates[i].type == SG_GATE_APPROVAL || env->gates[i].type == SG_GATE_FREEZE)
			return true;
	return false;
}

static int check_services(const char *const *services, size_t count, struct sg_err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (sg_service_name_check(services[i], err) < 0)
			return -1;
		for (size_t j = 0; j < i; j++)
			if (strcmp(services[i], services[j]) == 0)
				return sg_fail(
					err, SG_R_USAGE, "%.100s is named twice", services[i]);
	}
	return 0;
}

static int check_by_request(const struct sg_environment *env, struct sg_err *err)
{
	if (env->publish == SG_PUBLISH_MERGE_REQUEST)
		return 0;
	(void)sg_fail(err, SG_R_USAGE,
		"%s is changed by commits (publish: commit) and has no merge requests", env->name);
	return sg_hint(err, "stagegate %s brings a version into %s",
		env->after_count ? "promote" : "bump", env->name);
}

static int check_environment(
	const struct sg_stage_ask *ask, const struct sg_stage *stage, struct sg_err *err)
{
	const struct sg_environment *env = stage->env;

	if (ask->by_request)
		return check_by_request(env, err);
	if (env->after_count)
		return 0;
	(void)sg_fail(err, SG_R_USAGE,
		"no environment comes before %s, so nothing can be promoted "
		"to it",
		env->name);
	return sg_hint(err, "use bump to bring a version into %s", env->name);
}

static int check_applications(struct sg_world *world, const struct sg_stage_ask *ask,
	const struct sg_stage *stage, const char *service, struct sg_err *err)
{
	const struct sg_policy *policy = &stage->loaded.policy;

	if (!ask->by_request && sg_application_check(world, policy, stage->env, service, err) < 0)
		return -1;
	for (size_t i = 0; i < stage->env->after_count; i++) {
		const struct sg_environment *before =
			sg_policy_environment(policy, stage->env->after[i]);

		if (sg_application_check(world, policy, before, service, err) < 0)
			return -1;
	}
	return 0;
}

static int open_forge(struct sg_world *world, struct sg_stage *stage, struct sg_err *err)
{
	const char *why;

	if (!needs_forge(stage->env) &&
		(!sg_forge_is_there(&stage->loaded, &why) || !stage->loaded.remote.cred ||
			stage->loaded.remote.is_job_token))
		return 0;
	if (sg_forge_open(world, &stage->loaded, &stage->forge_room, err) < 0)
		return -1;
	stage->forge = &stage->forge_room;
	return 0;
}

static int add_promotions(struct sg_world *world, const struct sg_stage_ask *ask,
	struct sg_stage *stage, struct sg_err *err)
{
	const char *const *services = stage->mr.iid ? &stage->mr_service : ask->services;

	stage->promotions = sg_arena_calloc(world->arena, stage->count, sizeof(*stage->promotions));
	for (size_t i = 0; i < stage->count; i++) {
		stage->promotions[i].service = services[i];
		stage->promotions[i].env = stage->env;
		stage->promotions[i].reads_only = !ask->writes;
		stage->promotions[i].as_open = ask->as_open;
		stage->promotions[i].asked = ask->tags ? ask->tags[i] : NULL;
		if (check_applications(world, ask, stage, services[i], err) < 0)
			return -1;
	}
	return 0;
}

/* The environment by its name, or by the merge request. */
static int find_environment(struct sg_world *world, const struct sg_stage_ask *ask,
	struct sg_stage *stage, struct sg_err *err)
{
	if (!ask->iid)
		return sg_load_environment(&stage->loaded, ask->to, &stage->env, err);
	if (sg_forge_open(world, &stage->loaded, &stage->forge_room, err) < 0 ||
		sg_request_named(world, &stage->loaded, &stage->forge_room, ask->iid, &stage->mr,
			&stage->env, &stage->mr_service, err) < 0)
		return -1;
	stage->forge = &stage->forge_room;
	stage->count = 1;
	if (!ask->to || strcmp(ask->to, stage->env->name) == 0)
		return 0;
	return sg_fail(err, SG_R_USAGE, "merge request !%lld is one of %s, not of %s",
		(long long)ask->iid, stage->env->name, ask->to);
}

/* Whether the gates bind, where that matters. */
static int check_binding(struct sg_world *world, struct sg_stage *stage, struct sg_err *err)
{
	if ((!stage->forge && open_forge(world, stage, err) < 0) ||
		sg_binding_find(world, &stage->loaded, stage->forge, err) < 0)
		return -1;
	return stage->ask.writes ? sg_binding_require(world, &stage->loaded, stage->env, err) : 0;
}

int sg_stage_open(struct sg_world *world, const struct sg_stage_ask *ask, struct sg_stage *stage,
	struct sg_err *err)
{
	*stage = (struct sg_stage){.ask = *ask, .count = ask->count};
	if (check_services(ask->services, ask->count, err) < 0 ||
		(ask->writes && sg_job_require_protected(world, err) < 0) ||
		sg_load(world, &stage->loaded, err) < 0 ||
		find_environment(world, ask, stage, err) < 0 ||
		check_environment(ask, stage, err) < 0 ||
		add_promotions(world, ask, stage, err) < 0)
		return -1;
	return check_binding(world, stage, err);
}

/* Was GitLab told in our name to merge the head by itself, as of the last look or since? */
static bool is_ours(const struct sg_promotion *p)
{
	return (p->facts.armed && p->facts.armed_by_us) ||
	       (p->armed_oid[0] && strcmp(p->armed_oid, p->head_oid) == 0);
}

/* Nobody would ask the new gates before GitLab merges: the run ends, or looks elsewhere now. */
static void take_back(struct sg_world *world, struct sg_stage *stage)
{
	struct sg_gitlab_answer answer;
	struct sg_err why = SG_ERR_INIT;

	for (size_t i = 0; stage->forge && stage->ask.writes && i < stage->count; i++) {
		const struct sg_promotion *p = &stage->promotions[i];

		if (!p->facts.has_mr || !is_ours(p))
			continue;
		if (sg_gitlab_mr_disarm(&stage->forge->gitlab, p->request.mr.iid, &answer, &why) <
			0)
			sg_warn(world->log, "the auto-merge of !%lld stands: %s",
				(long long)p->request.mr.iid, why.cause);
		else if (answer.outcome == SG_GITLAB_DONE)
			sg_console_did(world->console, p->env->name, "AUTO_MERGE_TAKEN_BACK",
				p->request.mr.web_url, "%s: the configuration is another one",
				p->service);
	}
}

/* Another configuration, and the same environment, services and promotions. */
static int take_policy(struct sg_world *world, struct sg_stage *stage, struct sg_err *err)
{
	const struct sg_environment *before = stage->env;

	if (sg_load_environment(&stage->loaded, before->name, &stage->env, err) < 0 ||
		check_environment(&stage->ask, stage, err) < 0)
		return -1;
	if (stage->forge)
		stage->forge->wish = NULL;
	/* no look finds it any more */
	if (stage->env->publish != before->publish ||
		strcmp(stage->env->branch, before->branch) != 0)
		take_back(world, stage);
	for (size_t i = 0; i < stage->count; i++) {
		stage->promotions[i].env = stage->env;
		if (check_applications(
			    world, &stage->ask, stage, stage->promotions[i].service, err) < 0)
			return -1;
	}
	return check_binding(world, stage, err);
}

static int look_at_config(
	struct sg_world *world, struct sg_stage *stage, bool *ret_changed, struct sg_err *err)
{
	if (sg_load_config_again(world, &stage->loaded, ret_changed, err) < 0)
		return -1;
	if (!*ret_changed)
		return 0;
	sg_console_did(world->console, stage->env->name, "CONFIG_CHANGED", NULL,
		"the configuration is that of %s now", stage->loaded.config_from);
	return take_policy(world, stage, err);
}

/* What stands there now is no configuration, whatever it is. */
static bool is_unusable(enum sg_reason reason)
{
	return reason == SG_R_CONFIG_MISSING || reason == SG_R_BRANCH_NOT_FOUND ||
	       reason == SG_R_TOO_LARGE;
}

int sg_stage_config_again(
	struct sg_world *world, struct sg_stage *stage, bool *ret_changed, struct sg_err *err)
{
	if (look_at_config(world, stage, ret_changed, err) == 0)
		return 0;
	if (*ret_changed || is_unusable(err->reason))
		take_back(world, stage);
	return -1;
}

int sg_stage_look_again(struct sg_world *world, struct sg_stage *stage, struct sg_err *err)
{
	bool changed = false;

	if (stage->forge && ++stage->looks % PROJECT_LOOKS == 0)
		stage->forge->project_is_old = true;
	if (sg_load_again(&stage->loaded, err) < 0)
		return -1;
	return sg_stage_config_again(world, stage, &changed, err);
}

void sg_stage_release(struct sg_world *world, struct sg_stage *stage)
{
	for (size_t i = 0; stage->promotions && i < stage->count; i++)
		sg_promotion_keep(world, &stage->promotions[i]);
	sg_loaded_release(&stage->loaded);
}
