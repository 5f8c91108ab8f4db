#include "step/workloads.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "step/pod_log.h"
#include "step/workload_run.h"

#define SOON_MS 3000 /* most roll-outs are over by then: they cost no request */
#define READ_MAX_MS 10000
#define FRESH_MS 10000 /* what pods run is believed so long */
#define AWAY_MS 60000  /* another cluster that did not answer is left alone so long */

/* The workloads of one application. */
struct of_app {
	char *name;                 /* namespace/name */
	int64_t asked_ms;           /* when somebody wanted to know last */
	bool read;                  /* there are facts */
	struct sg_app_revisions at; /* where it was compared when they were read */
	struct sg_arena arena;
	struct sg_app_workloads facts;
	struct sg_app_workloads aged; /* the same without what must be fresh */
	enum sg_scan_need need;
	int64_t due_ms;
	int64_t read_ms;
	int64_t tried_ms;
	bool tried;                    /* a look was made for the need at hand */
	struct sg_scan_memory *memory; /* NULL while it holds nothing: it is large */
	int64_t grace_ms;              /* of `memory` */
	struct sg_idle_memory idle;
	struct sg_workload_run *run; /* a read of it is under way; NULL: none is */
	bool owed;                   /* one was due, and too many were under way */
};

struct sg_workloads {
	struct sg_world *world;
	struct sg_cluster_client *client;
	bool at_once;
	struct of_app *items[SG_WORKLOADS_APPS_MAX];
	size_t count;
	size_t turn;
	const char *denied;        /* in the world's arena, as all below */
	const char *away;          /* why another cluster did not answer last */
	struct sg_app_strings log; /* of a container that crashes */
};

struct sg_workloads *sg_workloads_new(
	struct sg_world *world, struct sg_cluster_client *client, bool at_once)
{
	struct sg_workloads *workloads = sg_calloc(1, sizeof(*workloads));

	workloads->world = world;
	workloads->client = client;
	workloads->at_once = at_once;
	return workloads;
}

static void drop_run(struct of_app *of)
{
	if (!of->run)
		return;
	sg_workload_run_end(of->run);
	free(of->run);
	of->run = NULL;
}

static void free_of_app(struct of_app *of)
{
	drop_run(of);
	free(of->name);
	free(of->memory);
	sg_arena_release(&of->arena);
	free(of);
}

void sg_workloads_free(struct sg_workloads *workloads)
{
	if (!workloads)
		return;
	for (size_t i = 0; i < workloads->count; i++)
		free_of_app(workloads->items[i]);
	free(workloads);
}

static bool is_about(const struct of_app *of, const struct sg_app *app)
{
	size_t len = strlen(app->namespace);

	return strncmp(of->name, app->namespace, len) == 0 && of->name[len] == '/' &&
	       strcmp(of->name + len + 1, app->name) == 0;
}

static struct of_app *find(const struct sg_workloads *workloads, const struct sg_app *app)
{
	for (size_t i = 0; i < workloads->count; i++)
		if (is_about(workloads->items[i], app))
			return workloads->items[i];
	return NULL;
}

/* Of too many the one that nobody has asked for the longest time is forgotten. */
static struct of_app **free_place(struct sg_workloads *workloads)
{
	struct of_app **oldest = &workloads->items[0];

	if (workloads->count < SG_WORKLOADS_APPS_MAX)
		return &workloads->items[workloads->count++];
	for (size_t i = 1; i < workloads->count; i++)
		if (workloads->items[i]->asked_ms < (*oldest)->asked_ms)
			oldest = &workloads->items[i];
	free_of_app(*oldest);
	return oldest;
}

static struct of_app *add(struct sg_workloads *workloads, const struct sg_app *app)
{
	struct of_app **place = free_place(workloads);
	struct sg_arena scratch = {0};

	*place = sg_calloc(1, sizeof(**place));
	(*place)->name = sg_strdup(sg_arena_printf(&scratch, "%s/%s", app->namespace, app->name));
	sg_arena_release(&scratch);
	return *place;
}

static int64_t now_of(const struct sg_workloads *workloads)
{
	return sg_loop_now_ms(sg_world_loop(workloads->world));
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

struct sg_cluster_client *sg_workloads_client(
	const struct sg_workloads *workloads, const struct sg_app *app)
{
	struct sg_cluster_client *client = workloads->client;

	if (client->access->speech == SG_SPEAKS_KUBERNETES && sg_app_is_beside(&app->destination))
		return client;
	if (client->beyond)
		return client->beyond;
	return client->access->speech == SG_SPEAKS_ARGOCD ? client : NULL;
}

/* That it is the application's cluster is proven where it has the address that Argo CD knows. */
static bool is_claimed(const struct sg_workloads *workloads, const struct sg_cluster_client *client,
	const struct sg_app *app)
{
	return client != workloads->client &&
	       strcmp(client->access->server, app->destination.server) != 0;
}

static enum sg_scan_need need_of(const struct sg_app *app, const struct sg_app_verdict *verdict)
{
	switch ((int)verdict->row) {
	case SG_APP_ROW_8:
		return verdict->code == SG_APP_CODE_SYNC_RUNNING && sg_scan_is_waited_for(app)
			       ? SG_SCAN_WAITED
			       : SG_SCAN_NOTHING;
	case SG_APP_ROW_18:
		return SG_SCAN_CAUSE;
	case SG_APP_ROW_19:
		return SG_SCAN_PROGRESS;
	case SG_APP_ROW_20:
		return SG_SCAN_PAUSE;
	case SG_APP_ROW_22:
	case SG_APP_ROW_22A:
		return SG_SCAN_IMAGES;
	case SG_APP_ROW_23:
		return verdict->images_unseen ? SG_SCAN_IMAGES : SG_SCAN_NOTHING;
	}
	return SG_SCAN_NOTHING;
}

/* What lasts a moment only is not worth a request; what ends the run is read before it does. */
static bool can_wait(const struct sg_app_verdict *verdict)
{
	return verdict->kind == SG_APP_WAIT && verdict->row != SG_APP_ROW_18 &&
	       verdict->row != SG_APP_ROW_20;
}

static int64_t soon_ms(const struct sg_workloads *workloads)
{
	int64_t poll_ms = workloads->world->settings->poll_ms;

	return poll_ms > 0 ? sooner(SOON_MS, poll_ms) : SOON_MS;
}

static void note_need(struct sg_workloads *workloads, struct of_app *of, const struct sg_app *app,
	const struct sg_app_verdict *verdict)
{
	enum sg_scan_need need = need_of(app, verdict);

	of->asked_ms = now_of(workloads);
	if (need == of->need)
		return;
	of->need = need;
	of->tried = false;
	of->due_ms = now_of(workloads);
	if (can_wait(verdict) && !workloads->at_once)
		of->due_ms += soon_ms(workloads);
	of->facts.ripe = of->aged.ripe = false;
	if (need != SG_SCAN_PROGRESS)
		return;
	of->grace_ms = workloads->world->settings->pod_grace_ms;
	of->idle = (struct sg_idle_memory){0};
	if (of->memory)
		of->memory->stuck = (struct sg_stuck_memory){.grace_ms = of->grace_ms};
}

static bool is_due(const struct sg_workloads *workloads, const struct of_app *of,
	const struct sg_app_verdict *verdict)
{
	int64_t now_ms = now_of(workloads);

	if (of->need == SG_SCAN_NOTHING)
		return false;
	if (!can_wait(verdict) && !of->tried)
		return true;
	if (verdict->kind == SG_APP_SUCCESS)
		return now_ms - of->tried_ms > FRESH_MS;
	return verdict->kind == SG_APP_WAIT && now_ms >= of->due_ms;
}

static void note_denied(struct sg_workloads *workloads, const struct sg_cluster_client *client,
	const struct sg_err *why)
{
	bool beyond = client != workloads->client;

	if (why->reason == SG_R_OK || workloads->denied)
		return;
	workloads->denied = sg_arena_printf(workloads->world->arena, "%s%s%s; %s",
		beyond ? client->access->source : "", beyond ? ": " : "", why->cause, why->hint);
}

static void keep(struct sg_workloads *workloads, struct of_app *of, const struct sg_app *app,
	const struct sg_app_workloads *facts)
{
	struct sg_arena *place = &of->arena;

	sg_arena_release(place);
	sg_workload_run_adopt(of->run, place);
	of->read = true;
	of->at = sg_app_revisions_copy(&app->revision, place);
	of->facts = *facts;
	of->aged = *facts;
	of->aged.complete = of->aged.at_rest = false;
	of->aged.broken_count = 0;
	of->read_ms = now_of(workloads);
}

static int64_t deadline_of(const struct sg_workloads *workloads)
{
	return sooner(now_of(workloads) + READ_MAX_MS, workloads->world->deadline_ms);
}

static struct sg_scan_memory *memory_of(struct of_app *of)
{
	if (!of->memory) {
		of->memory = sg_calloc(1, sizeof(*of->memory));
		of->memory->stuck.grace_ms = of->grace_ms;
	}
	return of->memory;
}

/* Of thousands few have a pod that is stuck. */
static void drop_empty(struct of_app *of)
{
	const struct sg_scan_memory *memory = of->memory;

	if (!memory || memory->stuck.count || memory->denied)
		return;
	free(of->memory);
	of->memory = NULL;
}

/* Another cluster may be away while the applications can be followed well: that must not cost the
 * time of all of them. */
static void note_trouble(struct sg_workloads *workloads, struct sg_cluster_client *client,
	const struct sg_app *app, const struct sg_err *why)
{
	sg_debug(workloads->world->log, "workloads of %s: %s", app->name, why->cause);
	if (client == workloads->client)
		return;
	client->away_ms = now_of(workloads) + AWAY_MS;
	workloads->away = sg_arena_printf(
		workloads->world->arena, "%s: %s", client->access->source, why->cause);
}

/* 1: there are new facts. 0: the cluster did not answer well, and is asked again later. 2: it has
 * not answered yet. */
static int scan(struct sg_workloads *workloads, struct of_app *of, struct sg_cluster_client *client,
	const struct sg_app *app, struct sg_err *err)
{
	const int64_t lines = workloads->world->settings->pod_log_lines;
	struct sg_workload_turn turn = {
		.ask = {app, of->need, true, is_claimed(workloads, client, app), &of->idle,
			of->grace_ms, 0},
		.memory = memory_of(of),
		.log_lines = workloads->log.count ? 0 : lines,
	};
	struct sg_err why = SG_ERR_INIT;
	int n = sg_workload_run_turn(of->run, &turn, &why);

	if (n == 0)
		return 2;
	if (n < 0 && why.reason == SG_R_CANCELLED) {
		*err = why;
		return -1;
	}
	if (n < 0) {
		note_trouble(workloads, client, app, &why);
		return 0;
	}
	if (client != workloads->client)
		workloads->away = NULL;
	note_denied(workloads, client, &turn.more.denied);
	if (turn.log)
		sg_pod_log_keep(workloads->world->arena, turn.log, &workloads->log);
	keep(workloads, of, app, &turn.facts);
	return 1;
}

static void plan_next(const struct sg_workloads *workloads, struct of_app *of,
	const struct sg_cluster_client *client)
{
	int64_t now_ms = now_of(workloads);
	int64_t due_ms = now_ms + workloads->world->settings->poll_ms;

	if (of->need == SG_SCAN_PROGRESS && of->memory)
		due_ms = sooner(due_ms, sg_stuck_due_ms(&of->memory->stuck));
	if (due_ms <= now_ms)
		due_ms = now_ms + soon_ms(workloads);
	of->due_ms = due_ms > client->away_ms ? due_ms : client->away_ms;
	drop_empty(of);
}

/* False: too many are under way. */
static bool begin_run(struct sg_workloads *workloads, struct of_app *of,
	struct sg_cluster_client *client, const struct sg_app *app)
{
	struct sg_workload_run *run;

	if (of->run && sg_workload_run_is_about(of->run, of->need, &app->revision))
		return true;
	drop_run(of);
	run = sg_calloc(1, sizeof(*run));
	run->blocking = workloads->at_once;
	of->owed = !sg_workload_run_begin(
		run, workloads->world, client, deadline_of(workloads), of->need, &app->revision);
	if (of->owed) {
		free(run);
		of->due_ms = now_of(workloads) + SG_WORKLOAD_RUN_LATER_MS;
		return false;
	}
	of->run = run;
	return true;
}

static int look(struct sg_workloads *workloads, struct of_app *of, const struct sg_app *app,
	bool *ret_read, struct sg_err *err)
{
	struct sg_cluster_client *client = sg_workloads_client(workloads, app);

	if (of->run || now_of(workloads) >= client->away_ms) {
		int found;

		if (!begin_run(workloads, of, client, app))
			return 0;
		of->run->turn = workloads->turn;
		found = scan(workloads, of, client, app, err);
		if (found == 2)
			return 0;
		drop_run(of);
		if (found < 0)
			return -1;
		*ret_read = found > 0;
	}
	of->owed = false; /* also where the cluster is left alone: nobody waits for that */
	of->tried = true;
	of->tried_ms = now_of(workloads);
	plan_next(workloads, of, client);
	return 0;
}

bool sg_workloads_reading(struct sg_workloads *workloads, int64_t *ret_due_ms)
{
	bool any = false;

	*ret_due_ms = SG_NEVER;
	for (size_t i = 0; i < workloads->count; i++) {
		const struct sg_workload_run *run = workloads->items[i]->run;

		if (!run)
			continue;
		any = true;
		*ret_due_ms = sooner(*ret_due_ms, sg_workload_run_due_ms(run));
	}
	return any;
}

void sg_workloads_turn(struct sg_workloads *workloads)
{
	for (size_t i = 0; i < workloads->count; i++) {
		struct of_app *of = workloads->items[i];

		if (of->run && of->run->turn != workloads->turn)
			drop_run(of);
	}
	workloads->turn++;
}

int sg_workloads_look(struct sg_workloads *workloads, const struct sg_app *app,
	const struct sg_app_verdict *verdict, bool *ret_read, struct sg_err *err)
{
	struct of_app *of = find(workloads, app);

	*ret_read = false;
	if (!of &&
		(need_of(app, verdict) == SG_SCAN_NOTHING || !sg_workloads_client(workloads, app)))
		return 0;
	if (!of)
		of = add(workloads, app);
	note_need(workloads, of, app, verdict);
	if (!sg_workloads_client(workloads, app))
		of->need = SG_SCAN_NOTHING;
	return is_due(workloads, of, verdict) ? look(workloads, of, app, ret_read, err) : 0;
}

const struct sg_app_workloads *sg_workloads_facts(
	const struct sg_workloads *workloads, const struct sg_app *app)
{
	const struct of_app *of = find(workloads, app);

	if (!of || !of->read)
		return NULL;
	if (now_of(workloads) - of->read_ms > FRESH_MS ||
		!sg_app_revisions_same(&of->at, &app->revision))
		return &of->aged;
	return &of->facts;
}

int64_t sg_workloads_due_ms(const struct sg_workloads *workloads, const struct sg_app *app,
	const struct sg_app_verdict *verdict)
{
	const struct of_app *of = find(workloads, app);

	if (of && of->run)
		return sg_workload_run_due_ms(of->run);
	if (!of || of->need == SG_SCAN_NOTHING || (verdict->kind != SG_APP_WAIT && !of->owed))
		return SG_NEVER;
	return of->due_ms;
}

void sg_workloads_renew(struct sg_workloads *workloads, const struct sg_app *app)
{
	struct of_app *of = find(workloads, app);

	if (of && !of->run && now_of(workloads) - of->tried_ms > FRESH_MS)
		of->tried = false;
}

bool sg_workloads_wanted(const struct sg_workloads *workloads, const struct sg_app *app,
	const struct sg_app_verdict *verdict)
{
	const struct of_app *of = find(workloads, app);
	enum sg_scan_need need = need_of(app, verdict);

	return need != SG_SCAN_NOTHING && sg_workloads_client(workloads, app) &&
	       !(of && of->need == need && of->tried && !of->run && !of->owed);
}

const char *sg_workloads_denied(const struct sg_workloads *workloads)
{
	return workloads->denied ? workloads->denied : workloads->away;
}

struct sg_app_strings sg_workloads_log(const struct sg_workloads *workloads)
{
	return workloads->log;
}
