#include "step/live.h"

#include <string.h>

#include "step/cluster.h"

struct living {
	struct sg_world *world;
	struct sg_stage *stage;
	struct sg_report *report;
	struct sg_reached reached;
	struct sg_ancestry *ancestry;
	struct sg_await_ask *asks;
	size_t count;
};

static void add_live(struct living *l, const struct sg_promotion *p, const struct sg_look *look)
{
	const char *slash = strchr(look->application, '/');
	struct sg_report_verdict *row = sg_report_add_verdict(l->report);

	row->result = SG_RESULT_DONE;
	row->code = sg_app_code_name(look->verdict.code);
	row->sentence = sg_arena_strdup(l->world->arena, look->verdict.message);
	row->service = p->service;
	row->application = slash + 1;
	row->namespace = sg_arena_dup(l->world->arena,
		(struct sg_str){look->application, (size_t)(slash - look->application)});
	row->revision_wanted = look->revision;
	row->revision_seen = sg_arena_strdup(l->world->arena, look->verdict.revision);
	row->image_wanted = p->target_image;
	for (size_t i = 0; i < look->image_count; i++)
		sg_report_line(l->report, &row->images, "%s", look->images[i]);
	row->sync = look->sync;
	row->health = look->health;
	if (!look->image_seen)
		sg_report_warn(l->report, "IMAGE_NOT_SEEN",
			"no running pod of %s shows the image %s; it may have no pods",
			row->application, p->target_image);
}

/* One that is live already needs no watch. */
static int look_first(
	struct living *l, const struct sg_promotion *p, bool *ret_live, struct sg_err *err)
{
	const struct sg_look_ask ask = {
		.env = p->env, .service = p->service, .image = p->target_image, .tip = p->tip};
	struct sg_look look;

	*ret_live = false;
	if (sg_look(l->world, &l->stage->loaded, &l->reached.client, &ask, &look, err) < 0)
		return -1;
	if (look.trouble || look.verdict.kind != SG_APP_SUCCESS)
		return 0;
	*ret_live = true;
	add_live(l, p, &look);
	return 0;
}

static int add_ask(struct living *l, const struct sg_promotion *p, struct sg_err *err)
{
	const char *head = sg_repo_head_branch(l->stage->loaded.repo);
	const char **images = sg_arena_calloc(l->world->arena, 1, sizeof(*images));
	struct sg_await_ask *ask = &l->asks[l->count];

	images[0] = p->target_image;
	if (sg_application_of(
		    l->world, &l->stage->loaded.policy, p->env, p->service, &ask->app, err) < 0)
		return -1;
	ask->service = p->service;
	ask->want = (struct sg_app_want){
		.revision = p->landed ? p->landed : p->tip->revision,
		.repo_url = l->stage->loaded.remote.url,
		.branch = p->env->branch,
		.branch_is_default = head && strcmp(head, p->env->branch) == 0,
		.images = images,
		.image_count = 1,
	};
	l->count++;
	return 0;
}

static struct sg_app_policy policy_of(const struct sg_world *world)
{
	struct sg_app_policy policy = sg_app_policy_default();

	policy.suspended = SG_APP_SUSPENDED_WAIT;
	policy.confirm_ms = world->settings->confirm_ms;
	policy.degraded_grace_ms = world->settings->degraded_grace_ms;
	policy.image_grace_ms = world->settings->image_grace_ms;
	policy.out_of_sync_grace_ms = world->settings->out_of_sync_grace_ms;
	return policy;
}

static int await_rest(struct living *l, struct sg_err *err)
{
	const struct sg_app_policy policy = policy_of(l->world);
	struct sg_await_done done;

	if (l->count == 0)
		return 0;
	if (sg_await(l->world, &l->reached.client, l->ancestry, &policy, l->asks, l->count, &done,
		    err) < 0)
		return -1;
	(void)sg_await_report(l->world, l->asks, l->count, &done, l->report);
	return 0;
}

static int await_all(struct living *l, struct sg_err *err)
{
	for (size_t i = 0; i < l->stage->count; i++) {
		const struct sg_promotion *p = &l->stage->promotions[i];
		bool live;

		if (!p->step || p->step->action != SG_DO_AWAIT)
			continue;
		if (look_first(l, p, &live, err) < 0)
			return -1;
		if (!live && add_ask(l, p, err) < 0)
			return -1;
	}
	return await_rest(l, err);
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
	l.asks = sg_arena_calloc(world->arena, stage->count, sizeof(*l.asks));
	if (sg_repo_ancestry(
		    stage->loaded.repo, stage->env->branch, world->arena, &l.ancestry, err) < 0 ||
		sg_reach(world, stage->env, &l.reached, err) < 0)
		return -1;
	rc = await_all(&l, err);
	sg_reached_release(&l.reached);
	if (rc < 0)
		return -1;
	*ret_row = sg_await_worst(report);
	return 0;
}
