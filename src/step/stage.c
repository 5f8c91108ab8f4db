#include "step/stage.h"

#include <string.h>

#include "model/place.h"
#include "step/cluster.h"
#include "step/job.h"

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

static int check_environment(const struct sg_stage *stage, struct sg_err *err)
{
	const struct sg_environment *env = stage->env;

	if (env->after_count)
		return 0;
	(void)sg_fail(err, SG_R_USAGE,
		"no environment comes before %s, so nothing can be promoted "
		"to it",
		env->name);
	return sg_hint(err, "use bump to bring a version into %s", env->name);
}

static int check_applications(struct sg_world *world, const struct sg_stage *stage,
	const char *service, struct sg_err *err)
{
	const struct sg_policy *policy = &stage->loaded.policy;
	struct sg_cluster_app app;

	if (sg_application_of(world, policy, stage->env, service, &app, err) < 0)
		return -1;
	for (size_t i = 0; i < stage->env->after_count; i++) {
		const struct sg_environment *before =
			sg_policy_environment(policy, stage->env->after[i]);

		if (sg_application_of(world, policy, before, service, &app, err) < 0)
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

int sg_stage_open(struct sg_world *world, const char *to, const char *const *services, size_t count,
	bool writes, struct sg_stage *stage, struct sg_err *err)
{
	*stage = (struct sg_stage){.count = count};
	if (check_services(services, count, err) < 0 ||
		(writes && sg_job_require_protected(world, err) < 0) ||
		sg_load(world, &stage->loaded, err) < 0 ||
		sg_load_environment(&stage->loaded, to, &stage->env, err) < 0 ||
		check_environment(stage, err) < 0)
		return -1;
	stage->promotions = sg_arena_calloc(world->arena, count, sizeof(*stage->promotions));
	for (size_t i = 0; i < count; i++) {
		stage->promotions[i].service = services[i];
		stage->promotions[i].env = stage->env;
		stage->promotions[i].reads_only = !writes;
		if (check_applications(world, stage, services[i], err) < 0)
			return -1;
	}
	if (open_forge(world, stage, err) < 0 ||
		sg_binding_find(world, &stage->loaded, stage->forge, err) < 0)
		return -1;
	return writes ? sg_binding_require(world, &stage->loaded, stage->env, err) : 0;
}

void sg_stage_release(struct sg_world *world, struct sg_stage *stage)
{
	for (size_t i = 0; stage->promotions && i < stage->count; i++)
		sg_promotion_keep(world, &stage->promotions[i]);
	sg_loaded_release(&stage->loaded);
}

void sg_stage_report(const struct sg_stage *stage, struct sg_report *report)
{
	report->repository = stage->loaded.remote.name;
	report->config_from = stage->loaded.config_from;
	report->advisory = stage->loaded.advisory;
	report->environment = stage->env->name;
	report->branch = stage->env->branch;
}

static void report_request(const struct sg_promotion *p, struct sg_report *report)
{
	const struct sg_mr *mr = p->request.open         ? &p->request.mr
				 : p->request.merged.iid ? &p->request.merged
							 : NULL;
	struct sg_report_mr *row;

	if (!mr || p->env->publish != SG_PUBLISH_MERGE_REQUEST)
		return;
	row = sg_report_add_mr(report);
	row->service = p->service;
	row->environment = p->env->name;
	row->iid = mr->iid;
	row->url = mr->web_url;
	row->state = sg_mr_state_name(mr->state);
	row->branch = p->request.branch;
	row->head = mr->sha;
	row->landed = mr->state == SG_MR_MERGED && p->landed[0] ? p->landed : NULL;
	row->code = p->step->code;
	row->sentence = p->step->sentence;
	row->blocker = p->blocker;
	if (p->request.open && !p->facts.pipeline_waits_for_us &&
		sg_mr_status_of(mr->detailed_status)->class != SG_MR_CLASS_GO) {
		row->code = sg_mr_status_of(mr->detailed_status)->code;
		row->sentence = sg_mr_status_of(mr->detailed_status)->sentence;
	}
}

void sg_stage_report_one(const struct sg_promotion *p, struct sg_report *report)
{
	for (size_t i = 0; i < p->publish_gates.count; i++)
		sg_report_add_gate(report, p->service, p->env->name, &p->publish_gates.verdicts[i]);
	for (size_t i = 0; i < p->merge_gates.count; i++)
		sg_report_add_gate(report, p->service, p->env->name, &p->merge_gates.verdicts[i]);
	report_request(p, report);
	sg_report_add_values(
		report, p->env->name, p->changes.values, p->changes.value_count, false);
}
