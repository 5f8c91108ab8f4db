#include "step/flux_scan.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "step/pod_log.h"

#define READ_MAX_MS 10000

static void drop_run(struct sg_flux_scan *scan)
{
	if (scan->run)
		sg_workload_run_end(scan->run);
	free(scan->run);
	scan->run = NULL;
}

void sg_flux_scan_release(struct sg_flux_scan *scan)
{
	drop_run(scan);
	sg_arena_release(&scan->arena);
}

void sg_flux_scan_clear(struct sg_flux_scan *scan)
{
	drop_run(scan);
	scan->fed = false;
	scan->app = NULL;
	sg_arena_release(&scan->arena);
	scan->progress = scan->images = (struct sg_app_workloads){0};
}

static const struct sg_flux_inventory *inventory_of(const struct sg_flux_look *look)
{
	return look->release ? &look->release->inventory : &look->kustomization->inventory;
}

/* It is brought into another cluster than that of its object. */
static bool is_elsewhere(const struct sg_flux_look *look)
{
	return look->release ? look->release->elsewhere : look->kustomization->elsewhere;
}

/* The inventory in the words of a scan; objects of Flux are judged for themselves. */
static struct sg_app *as_app(struct sg_arena *arena, const struct sg_flux_inventory *inventory)
{
	struct sg_app *app = sg_arena_calloc(arena, 1, sizeof(*app));
	struct sg_app_resource *rows = sg_arena_calloc(arena, inventory->count + 1, sizeof(*rows));

	app->destination.namespace = "";
	for (size_t i = 0; i < inventory->count; i++) {
		const struct sg_flux_ref *ref = &inventory->refs[i];
		enum sg_workload_kind workload;
		enum sg_flux_kind flux;

		if (sg_flux_kind_parse(ref->group, ref->kind, &flux))
			continue;
		rows[app->resource_count++] = (struct sg_app_resource){.group = ref->group,
			.kind = ref->kind,
			.namespace = ref->namespace,
			.name = ref->name,
			.sync = SG_SYNC_SYNCED};
		if (!app->destination.namespace[0] &&
			sg_workload_kind_parse(ref->group, ref->kind, &workload))
			app->destination.namespace = ref->namespace;
	}
	app->resources = rows;
	return app;
}

static void note_denied(
	struct sg_flux_scan *scan, const struct sg_world *world, const struct sg_err *why)
{
	if (why->reason != SG_R_OK && !scan->denied)
		scan->denied = sg_arena_printf(world->arena, "%s; %s", why->cause, why->hint);
}

static int64_t until_of(const struct sg_flux_scan *scan, const struct sg_world *world)
{
	int64_t until_ms = sg_loop_after(sg_world_loop(world), READ_MAX_MS);
	int64_t deadline_ms = scan->deadline_ms ? scan->deadline_ms : world->deadline_ms;

	return until_ms < deadline_ms ? until_ms : deadline_ms;
}

/* False: too many are under way. */
static bool begin_run(struct sg_flux_scan *scan, struct sg_world *world,
	struct sg_cluster_client *client, enum sg_scan_need need)
{
	const struct sg_app_revisions none = {.one = ""};

	if (scan->run)
		return true;
	scan->run = sg_calloc(1, sizeof(*scan->run));
	scan->run->blocking = !scan->beside;
	if (sg_workload_run_begin(scan->run, world, client, until_of(scan, world), need, &none))
		return true;
	drop_run(scan);
	scan->later_ms = sg_loop_after(sg_world_loop(world), SG_WORKLOAD_RUN_LATER_MS);
	return false;
}

int64_t sg_flux_scan_due_ms(const struct sg_flux_scan *scan)
{
	return scan->run ? sg_workload_run_due_ms(scan->run) : scan->later_ms;
}

/* 1: read. 0: the cluster did not answer well. 2: not yet. -1: a signal. */
static int pass(struct sg_flux_scan *scan, struct sg_world *world, struct sg_cluster_client *client,
	enum sg_scan_need need, struct sg_app_workloads *ret, bool *ret_left_out,
	struct sg_err *err)
{
	struct sg_workload_turn turn = {
		.ask = {.app = scan->app,
			.need = need,
			.idle = &scan->idle,
			.idle_grace_ms = world->settings->pod_grace_ms},
		.memory = &scan->memory,
		.log_lines = scan->log.count ? 0 : world->settings->pod_log_lines,
	};
	struct sg_err why = SG_ERR_INIT;
	int n;

	if (!begin_run(scan, world, client, need))
		return 2;
	n = sg_workload_run_turn(scan->run, &turn, &why);
	if (n == 0)
		return 2;
	if (n > 0) {
		sg_workload_run_adopt(scan->run, &scan->arena);
		note_denied(scan, world, &turn.more.denied);
		if (turn.log)
			sg_pod_log_keep(world->arena, turn.log, &scan->log);
		*ret = turn.facts;
		*ret_left_out = turn.more.left_out;
	}
	drop_run(scan);
	if (n < 0 && why.reason == SG_R_CANCELLED) {
		*err = why;
		return -1;
	}
	if (n < 0)
		sg_debug(world->log, "workloads: %s", why.cause);
	return n > 0;
}

/* What is not done says so; that all is done is believed where all was read. */
static int fill_progress(struct sg_flux_scan *scan, struct sg_world *world,
	struct sg_cluster_client *client, struct sg_flux_look *look, struct sg_err *err)
{
	bool left_out = false;
	int n;

	/* A helm-controller that keeps no inventory; another cluster: nothing is known. */
	if ((look->release && scan->app->resource_count == 0) || is_elsewhere(look))
		return 0;
	n = pass(scan, world, client, SG_SCAN_PROGRESS, &scan->progress, &left_out, err);
	if (n != 1)
		return n;
	if (left_out && !scan->progress.sentence[0])
		return 0;
	look->workloads = &scan->progress;
	return 1;
}

static int fill_images(struct sg_flux_scan *scan, struct sg_world *world,
	struct sg_cluster_client *client, struct sg_flux_look *look, struct sg_err *err)
{
	bool left_out = false;
	int n = 1;

	scan->images = (struct sg_app_workloads){.sentence = ""};
	if (scan->app->destination.namespace[0] && !is_elsewhere(look))
		n = pass(scan, world, client, SG_SCAN_IMAGES, &scan->images, &left_out, err);
	if (n != 1)
		return n;
	look->images = &scan->images;
	return 1;
}

int sg_flux_scan_fill(struct sg_flux_scan *scan, struct sg_world *world,
	struct sg_cluster_client *client, const struct sg_flux_verdict *verdict,
	struct sg_flux_look *look, struct sg_err *err)
{
	if (!look->kustomization)
		return 0;
	if (!(verdict->workloads_wanted && !look->workloads) &&
		!(verdict->images_wanted && !look->images))
		return 0;
	if (!scan->app)
		scan->app = as_app(&scan->arena, inventory_of(look));
	return verdict->workloads_wanted && !look->workloads
		       ? fill_progress(scan, world, client, look, err)
		       : fill_images(scan, world, client, look, err);
}

int sg_flux_scan_judge(struct sg_flux_scan *scan, struct sg_world *world,
	struct sg_cluster_client *client, struct sg_flux_fold *fold, struct sg_flux_look *look,
	struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(world);
	int n;

	do {
		if (!scan->fed)
			sg_flux_fold_feed(fold, look, sg_loop_now_ms(loop));
		n = sg_flux_scan_fill(scan, world, client, sg_flux_fold_verdict(fold), look, err);
		scan->fed = n == 2;
	} while (n == 1);
	return n;
}
