#include "step/live.h"

#include "step/cluster.h"
#include "step/deployment.h"

struct living {
	struct sg_world *world;
	struct sg_stage *stage;
	struct sg_report *report;
	struct sg_reached reached;
	struct sg_await_home home;
	struct sg_deployments deployments;
	struct sg_await_ask *asks;
	size_t count;
	size_t added; /* for the last service */
};

static int add_asks(struct living *l, const struct sg_promotion *p, struct sg_err *err)
{
	struct sg_cluster_app *apps;
	size_t count;

	if (sg_targets_of(l->world, &l->stage->loaded.policy, p->env, p->service,
		    &l->reached.client, &apps, &count, err) < 0)
		return -1;
	l->added = count;
	for (size_t i = 0; i < count; i++) {
		struct sg_await_ask *ask =
			sg_arena_push(l->world->arena, &l->asks, &l->count, sizeof(*ask));

		ask->home = &l->home;
		ask->service = p->service;
		ask->app = apps[i];
		ask->follow = sg_environment_follows(p->env);
		ask->argocd_namespace = p->env->cluster.namespace;
		ask->want = sg_await_want(l->world, &l->stage->loaded, p->env,
			p->landed[0] ? p->landed : p->tip->revision, p->target_image);
	}
	return 0;
}

/* One that is live already needs no watch: its row is written, and it is not asked for. Several of
 * one service are asked for together. */
static int look_first(struct living *l, const struct sg_promotion *p, struct sg_err *err)
{
	const struct sg_look_ask look_ask = {
		.env = p->env, .service = p->service, .image = p->target_image, .tip = p->tip};
	struct sg_await_ask *ask = &l->asks[l->count - 1];
	struct sg_await_done done = {0};
	struct sg_await_end end;
	struct sg_look look;

	if (l->added != 1)
		return 0;
	if (sg_look(l->world, &l->stage->loaded, &l->reached.client, &look_ask, &look, err) < 0)
		return -1;
	if (look.trouble.words || look.verdict.kind != SG_APP_SUCCESS)
		return 0;
	end = (struct sg_await_end){
		.verdict = look.verdict,
		.final = true,
		.sync = look.sync,
		.health = look.health,
		.images = look.images,
		.image_count = look.image_count,
	};
	done.ends = &end;
	ask->want.revision = look.revision;
	(void)sg_await_report(l->world, ask, 1, &done, l->report);
	l->count--;
	return sg_deployments_live(&l->deployments, ask, err);
}

static int await_rest(struct living *l, struct sg_err *err)
{
	size_t first = l->report->verdict_count;
	struct sg_await_done done;

	if (l->count == 0)
		return 0;
	if (sg_deployments_begin(&l->deployments, l->asks, l->count, err) < 0 ||
		sg_await(l->world, l->asks, l->count, false, &done, err) < 0)
		return -1;
	(void)sg_await_report(l->world, l->asks, l->count, &done, l->report);
	return sg_deployments_end(&l->deployments, l->report->verdicts + first, err);
}

static int await_all(struct living *l, struct sg_err *err)
{
	for (size_t i = 0; i < l->stage->count; i++) {
		const struct sg_promotion *p = &l->stage->promotions[i];

		if (!p->step || p->step->action != SG_DO_AWAIT)
			continue;
		if (add_asks(l, p, err) < 0 || look_first(l, p, err) < 0)
			return -1;
	}
	return await_rest(l, err);
}

static void go_home(struct living *l)
{
	l->home.environment = l->stage->env->name;
	l->home.cluster = sg_cluster_name(l->world, l->stage->env, &l->reached);
	l->home.client = &l->reached.client;
	l->home.policy = sg_await_policy(l->world);
	l->home.policy.suspended = SG_APP_SUSPENDED_WAIT;
	sg_await_policy_of(l->stage->env, &l->home.policy);
}

static bool has_any(const struct sg_stage *stage)
{
	for (size_t i = 0; i < stage->count; i++)
		if (stage->promotions[i].step && stage->promotions[i].step->action == SG_DO_AWAIT)
			return true;
	return false;
}

int sg_live_await(struct sg_world *world, struct sg_stage *stage, struct sg_report *report,
	const struct sg_report_verdict **ret_row, struct sg_err *err)
{
	struct living l = {.world = world, .stage = stage, .report = report};
	int rc;

	*ret_row = NULL;
	if (!has_any(stage))
		return 0;
	sg_console_phase(
		world->console, SG_CONSOLE_ROLLOUT, "Waiting until %s runs it", stage->env->name);
	sg_deployments_open(world, &stage->loaded, stage->env, report, &l.deployments);
	if (sg_repo_ancestry(stage->loaded.repo, stage->env->branch, world->arena, &l.home.ancestry,
		    err) < 0 ||
		sg_reach(world, stage->env, &l.reached, err) < 0)
		return -1;
	go_home(&l);
	rc = sg_reach_workloads(world, stage->env, &l.reached, err);
	if (rc == 0)
		rc = await_all(&l, err);
	sg_reached_release(&l.reached);
	if (rc < 0)
		return -1;
	*ret_row = sg_await_worst(report);
	return 0;
}
