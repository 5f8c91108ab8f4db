#include "step/flux_scan.h"

#define READ_MAX_MS 10000 /* nobody else is looked after meanwhile */

void sg_flux_scan_release(struct sg_flux_scan *scan)
{
	sg_arena_release(&scan->arena);
}

void sg_flux_scan_clear(struct sg_flux_scan *scan)
{
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

/* 1: read. 0: the cluster did not answer well. -1: a signal. */
static int pass(struct sg_flux_scan *scan, struct sg_world *world,
	const struct sg_workload_call *read, const struct sg_app *app, enum sg_scan_need need,
	struct sg_app_workloads *ret, bool *ret_left_out, struct sg_err *err)
{
	const struct sg_scan_ask ask = {.app = app,
		.need = need,
		.now_ms = sg_loop_now_ms(sg_world_loop(world)),
		.idle = &scan->idle,
		.idle_grace_ms = world->settings->pod_grace_ms};
	struct sg_scan_more more;
	struct sg_err why = SG_ERR_INIT;

	if (sg_workload_scan(read, &ask, &scan->memory, ret, &more, &why) == 0) {
		note_denied(scan, world, &more.denied);
		*ret_left_out = more.left_out;
		return 1;
	}
	if (why.reason == SG_R_CANCELLED) {
		*err = why;
		return -1;
	}
	sg_debug(world->log, "workloads: %s", why.cause);
	return 0;
}

/* What is not done says so; that all is done is believed where all was read. */
static int fill_progress(struct sg_flux_scan *scan, struct sg_world *world,
	const struct sg_workload_call *read, const struct sg_app *app, struct sg_flux_look *look,
	struct sg_err *err)
{
	bool left_out = false;
	int n;

	/* A helm-controller that keeps no inventory; another cluster: nothing is known. */
	if ((look->release && app->resource_count == 0) || is_elsewhere(look))
		return 0;
	n = pass(scan, world, read, app, SG_SCAN_PROGRESS, &scan->progress, &left_out, err);
	if (n <= 0 || (left_out && !scan->progress.sentence[0]))
		return n < 0 ? -1 : 0;
	look->workloads = &scan->progress;
	return 1;
}

static int fill_images(struct sg_flux_scan *scan, struct sg_world *world,
	const struct sg_workload_call *read, const struct sg_app *app, struct sg_flux_look *look,
	struct sg_err *err)
{
	bool left_out = false;
	int n = 1;

	scan->images = (struct sg_app_workloads){.sentence = ""};
	if (app->destination.namespace[0] && !is_elsewhere(look))
		n = pass(scan, world, read, app, SG_SCAN_IMAGES, &scan->images, &left_out, err);
	if (n <= 0)
		return n;
	look->images = &scan->images;
	return 1;
}

static int64_t until_of(const struct sg_flux_scan *scan, const struct sg_world *world)
{
	int64_t until_ms = sg_loop_after(sg_world_loop(world), READ_MAX_MS);
	int64_t deadline_ms = scan->deadline_ms ? scan->deadline_ms : world->deadline_ms;

	return until_ms < deadline_ms ? until_ms : deadline_ms;
}

int sg_flux_scan_fill(struct sg_flux_scan *scan, struct sg_world *world,
	struct sg_cluster_client *client, const struct sg_flux_verdict *verdict,
	struct sg_flux_look *look, struct sg_err *err)
{
	const struct sg_workload_call read = {
		client, &scan->arena, until_of(scan, world), NULL, {NULL, NULL}};
	const struct sg_app *app;

	if (!look->kustomization)
		return 0;
	if (verdict->workloads_wanted && !look->workloads) {
		app = as_app(&scan->arena, inventory_of(look));
		return fill_progress(scan, world, &read, app, look, err);
	}
	if (verdict->images_wanted && !look->images) {
		app = as_app(&scan->arena, inventory_of(look));
		return fill_images(scan, world, &read, app, look, err);
	}
	return 0;
}

int sg_flux_scan_judge(struct sg_flux_scan *scan, struct sg_world *world,
	struct sg_cluster_client *client, struct sg_flux_fold *fold, struct sg_flux_look *look,
	struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(world);
	int n;

	do {
		sg_flux_fold_feed(fold, look, sg_loop_now_ms(loop));
		n = sg_flux_scan_fill(scan, world, client, sg_flux_fold_verdict(fold), look, err);
	} while (n > 0);
	return n;
}
