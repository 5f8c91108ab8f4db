#include "step/plain_sight.h"

#include <string.h>

#include "model/soak.h"
#include "step/pod_log.h"

#define SCAN_MAX_MS 10000 /* of each question: it only says more */
#define OF_A_JOB "job-name"

void sg_plain_sight_begin(struct sg_plain_sight *sight, struct sg_world *world,
	struct sg_cluster_client *client, const struct sg_cluster_app *app, const char *image)
{
	const struct sg_settings *settings = world->settings;
	const char *label;
	bool known;

	*sight = (struct sg_plain_sight){.world = world, .client = client};
	known = sg_plain_name_parse(
		world->arena, sg_str_of(app->name), app->namespace, &sight->name);
	SG_ASSERT(known); /* step/cluster has made that name */
	label = sg_arena_printf(world->arena, "%s %.63s/%.253s",
		sg_workload_kind_name(sight->name.kind), sight->name.namespace, sight->name.name);
	sg_plain_fold_begin(&sight->fold, label, image, settings->degraded_grace_ms);
	sight->memory.stuck.grace_ms = settings->pod_grace_ms;
}

void sg_plain_sight_release(struct sg_plain_sight *sight)
{
	sg_arena_release(&sight->facts);
}

static int read_workload(
	struct sg_plain_sight *sight, const struct sg_workload_call *read, struct sg_err *err)
{
	struct sg_workload *workload = sg_arena_alloc(&sight->facts, sizeof(*workload));
	struct sg_err why = SG_ERR_INIT;

	if (sg_cluster_get_workload(read, sight->name.kind, sight->name.namespace, sight->name.name,
		    workload, &why) == 0) {
		sight->look.workload = workload;
		sight->seen = true;
		return 0;
	}
	if (why.reason == SG_R_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}

/* ---- why it is not done ---- */

/* 1: read. 0: the cluster did not answer well, and what the workload says has to do. */
static int scan(
	struct sg_plain_sight *sight, const struct sg_workload_call *read, struct sg_err *err)
{
	struct sg_world *world = sight->world;
	struct sg_app_resource row = {.group = sg_workload_kind_group(sight->name.kind),
		.kind = sg_workload_kind_name(sight->name.kind),
		.namespace = sight->name.namespace,
		.name = sight->name.name,
		.sync = SG_SYNC_SYNCED};
	const struct sg_app app = {.resources = &row,
		.resource_count = 1,
		.destination = {.namespace = sight->name.namespace}};
	const struct sg_scan_ask ask = {.app = &app,
		.need = SG_SCAN_PROGRESS,
		.now_ms = sight->start_ms,
		.idle = &sight->idle,
		.idle_grace_ms = world->settings->pod_grace_ms};
	struct sg_app_workloads *facts = sg_arena_calloc(&sight->facts, 1, sizeof(*facts));
	struct sg_scan_more more;
	struct sg_err why = SG_ERR_INIT;

	if (sg_workload_scan(read, &ask, &sight->memory, facts, &more, &why) < 0) {
		if (why.reason == SG_R_CANCELLED) {
			*err = why;
			return -1;
		}
		sg_debug(world->log, "workloads: %s", why.cause);
		return 0;
	}
	sight->look.progress = facts;
	sight->more = more;
	return 1;
}

/* ---- what runs ---- */

/* The controller of CronJobs names its Jobs NAME-DIGITS. */
static bool is_of_cron_job(const struct sg_pod *pod, const char *name)
{
	size_t len = strlen(name);

	return strcmp(pod->owner.kind, "Job") == 0 && strncmp(pod->owner.name, name, len) == 0 &&
	       pod->owner.name[len] == '-' &&
	       sg_str_is_digits(sg_str_of(pod->owner.name + len + 1));
}

static int list_pods(struct sg_plain_sight *sight, const struct sg_workload_call *read,
	struct sg_app_workloads *ret, struct sg_err *err)
{
	const struct sg_workload *workload = sight->look.workload;
	bool cron = workload->kind == SG_WORKLOAD_CRON_JOB;
	const char *selector = cron ? OF_A_JOB : workload->selector;
	struct sg_app_pod *items;
	struct sg_pods pods = {0};

	if (!selector[0])
		return 0;
	if (sg_cluster_list_pods(read, sight->name.namespace, selector, &pods, err) < 0)
		return -1;
	items = sg_arena_calloc(&sight->facts, pods.count + 1, sizeof(*items));
	for (size_t i = 0; i < pods.count; i++)
		if (!cron || is_of_cron_job(&pods.items[i], sight->name.name))
			items[ret->pod_count++] =
				sg_soak_pod(workload, &pods.items[i], &sight->facts);
	ret->pods = items;
	ret->complete = !pods.cut;
	ret->cut = pods.cut;
	return 0;
}

static int read_pods(
	struct sg_plain_sight *sight, const struct sg_workload_call *read, struct sg_err *err)
{
	struct sg_app_workloads *seen = sg_arena_calloc(&sight->facts, 1, sizeof(*seen));
	const struct sg_workload *workload = sight->look.workload;

	seen->sentence = "";
	if (workload->kind == SG_WORKLOAD_POD) {
		struct sg_app_pod *one = sg_arena_alloc(&sight->facts, sizeof(*one));

		*one = sg_soak_pod(workload, &workload->pod, &sight->facts);
		seen->pods = one;
		seen->pod_count = 1;
		seen->complete = true;
	} else if (list_pods(sight, read, seen, err) < 0) {
		return -1;
	}
	sight->look.pods = seen;
	return 0;
}

int sg_plain_sight_pods(struct sg_plain_sight *sight, int64_t until_ms, struct sg_err *err)
{
	const struct sg_workload_call read = {
		.client = sight->client, .arena = &sight->facts, .deadline_ms = until_ms};

	if (!sight->look.workload || sight->look.pods)
		return 0;
	return read_pods(sight, &read, err);
}

/* ---- a look ---- */

/* 1: there is something new for the fold. */
static int fill(
	struct sg_plain_sight *sight, const struct sg_workload_call *read, struct sg_err *err)
{
	struct sg_workload_call brief = *read;
	int64_t soon_ms = sg_loop_after(sg_world_loop(sight->world), SCAN_MAX_MS);

	if (sight->fold.progress_wanted && !sight->look.progress) {
		if (soon_ms < brief.deadline_ms)
			brief.deadline_ms = soon_ms;
		return scan(sight, &brief, err);
	}
	if (sight->fold.pods_wanted && !sight->look.pods)
		return read_pods(sight, read, err) < 0 ? -1 : 1;
	return 0;
}

static int read_log(
	struct sg_plain_sight *sight, const struct sg_workload_call *read, struct sg_err *err)
{
	const char *text;

	if (sg_pod_log_read(read, &sight->more, sight->world->settings->pod_log_lines, &text, err) <
		0)
		return -1;
	if (text)
		sg_pod_log_keep(sight->world->arena, text, &sight->log);
	return 0;
}

static int look_once(struct sg_plain_sight *sight, int64_t until_ms, struct sg_err *err)
{
	const struct sg_workload_call read = {.client = sight->client,
		.arena = &sight->facts,
		.deadline_ms = until_ms,
		.pass = sight->pass};
	int n;

	sight->look = (struct sg_plain_look){0};
	sight->more = (struct sg_scan_more){.denied = SG_ERR_INIT};
	if (read_workload(sight, &read, err) < 0)
		return -1;
	do {
		sg_plain_fold_feed(
			&sight->fold, &sight->look, sg_loop_now_ms(sg_world_loop(sight->world)));
		n = fill(sight, &read, err);
	} while (n > 0);
	return n == 0 && sight->fold.verdict.kind == SG_APP_FAIL ? read_log(sight, &read, err) : n;
}

int sg_plain_sight_look(struct sg_plain_sight *sight, int64_t until_ms, struct sg_err *err)
{
	struct sg_cluster_pass *pass = sight->pass;
	struct sg_plain_sight before = *sight;
	int rc;

	if (!pass || !pass->count)
		before.start_ms = sg_loop_now_ms(sg_world_loop(sight->world));
	sight->start_ms = before.start_ms;
	sight->facts = (struct sg_arena){0};
	if (pass)
		sg_cluster_pass_turn(pass);
	rc = look_once(sight, until_ms, err);
	if (pass && pass->waiting) {
		sg_arena_release(&sight->facts);
		*sight = before;
		return -1;
	}
	sg_arena_release(&before.facts);
	if (pass) {
		sg_arena_adopt(&sight->facts, &pass->arena);
		sg_cluster_pass_release(pass);
	}
	if (sight->more.denied.reason != SG_R_OK && !sight->denied)
		sight->denied = sg_arena_printf(sight->world->arena, "%s; %s",
			sight->more.denied.cause, sight->more.denied.hint);
	return rc;
}
