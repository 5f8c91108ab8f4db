#include "step/workloads.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "step/workload_scan.h"

#define SOON_MS 3000      /* most roll-outs are over by then: they cost no request */
#define READ_MAX_MS 10000 /* nobody else is looked after meanwhile */
#define FRESH_MS 10000    /* what pods run is believed so long */
#define LINE_MAX_BYTES 500

struct sg_workloads {
	struct sg_world *world;
	struct sg_cluster_client *client;
	bool at_once;
	char *of; /* namespace/name of the application that the facts are about; NULL: none */
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
	const char *denied;            /* in the world's arena */
	struct sg_app_strings log;     /* likewise */
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

void sg_workloads_free(struct sg_workloads *workloads)
{
	if (!workloads)
		return;
	free(workloads->of);
	free(workloads->memory);
	sg_arena_release(&workloads->arena);
	free(workloads);
}

static int64_t now_of(const struct sg_workloads *workloads)
{
	return sg_loop_now_ms(sg_world_loop(workloads->world));
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Only the cluster that has the Application can be read with the client that is here. */
static bool is_here(
	const struct sg_workloads *workloads, const struct sg_app_destination *destination)
{
	static const char *const servers[] = {
		"https://kubernetes.default.svc", "https://kubernetes.default.svc/"};

	if (workloads->client->access->speech != SG_SPEAKS_KUBERNETES)
		return false;
	if (destination->name[0])
		return strcmp(destination->name, "in-cluster") == 0;
	return strcmp(destination->server, servers[0]) == 0 ||
	       strcmp(destination->server, servers[1]) == 0;
}

static enum sg_scan_need need_of(const struct sg_app_verdict *verdict)
{
	switch ((int)verdict->row) {
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

static void note_need(struct sg_workloads *workloads, const struct sg_app_verdict *verdict)
{
	enum sg_scan_need need = need_of(verdict);

	if (need == workloads->need)
		return;
	workloads->need = need;
	workloads->tried = false;
	workloads->due_ms = now_of(workloads);
	if (can_wait(verdict) && !workloads->at_once)
		workloads->due_ms += soon_ms(workloads);
	workloads->facts.ripe = workloads->aged.ripe = false;
	if (need != SG_SCAN_PROGRESS)
		return;
	workloads->grace_ms = workloads->world->settings->pod_grace_ms;
	if (workloads->memory)
		workloads->memory->stuck =
			(struct sg_stuck_memory){.grace_ms = workloads->grace_ms};
}

/* One that has many beside it must not take all the time for its reads. */
static int64_t next_ms(const struct sg_workloads *workloads)
{
	int64_t free_ms = workloads->world->scan_free_ms;

	return workloads->due_ms > free_ms ? workloads->due_ms : free_ms;
}

static bool is_due(const struct sg_workloads *workloads, const struct sg_app_verdict *verdict)
{
	int64_t now_ms = now_of(workloads);

	if (workloads->need == SG_SCAN_NOTHING)
		return false;
	if (!can_wait(verdict) && !workloads->tried)
		return true;
	if (verdict->kind == SG_APP_SUCCESS)
		return now_ms - workloads->tried_ms > FRESH_MS;
	return verdict->kind == SG_APP_WAIT && now_ms >= next_ms(workloads);
}

/* The lines of a log, each cut and copied. */
static void keep_log(struct sg_workloads *workloads, const char *text)
{
	struct sg_arena *arena = workloads->world->arena;
	struct sg_str rest = sg_str_of(text), line;

	workloads->log = (struct sg_app_strings){0};
	while (rest.len && sg_str_cut(&rest, '\n', &line)) {
		const char **slot = sg_arena_push(
			arena, &workloads->log.items, &workloads->log.count, sizeof(*slot));

		*slot = sg_arena_dup(arena, sg_str_sub(line, 0, LINE_MAX_BYTES));
	}
}

/* The last words of a container that crashes, once; that they cannot be had is no trouble. */
static int read_log(struct sg_workloads *workloads, const struct sg_workload_call *read,
	const struct sg_scan_more *more, struct sg_err *err)
{
	int64_t lines = workloads->world->settings->pod_log_lines;
	struct sg_err why = SG_ERR_INIT;
	const char *text;

	if (lines <= 0 || !more->crashed || workloads->log.count)
		return 0;
	if (sg_cluster_pod_log(read, more->crashed, more->container, lines, &text, &why) == 0) {
		keep_log(workloads, text);
		return 0;
	}
	if (why.reason == SG_R_CANCELLED) {
		*err = why;
		return -1;
	}
	keep_log(workloads, sg_arena_printf(read->arena, "the log cannot be read: %s", why.cause));
	return 0;
}

static void note_denied(struct sg_workloads *workloads, const struct sg_err *why)
{
	if (why->reason == SG_R_OK || workloads->denied)
		return;
	workloads->denied =
		sg_arena_printf(workloads->world->arena, "%s; %s", why->cause, why->hint);
}

static struct sg_app_revisions copy_of(
	const struct sg_app_revisions *revisions, struct sg_arena *arena)
{
	struct sg_app_revisions copy = {.one = sg_arena_strdup(arena, revisions->one)};

	copy.many.count = revisions->many.count;
	copy.many.items = sg_arena_calloc(arena, copy.many.count + 1, sizeof(*copy.many.items));
	for (size_t i = 0; i < copy.many.count; i++)
		copy.many.items[i] = sg_arena_strdup(arena, revisions->many.items[i]);
	return copy;
}

static bool are_same(const struct sg_app_revisions *a, const struct sg_app_revisions *b)
{
	bool same = strcmp(a->one, b->one) == 0 && a->many.count == b->many.count;

	for (size_t i = 0; same && i < a->many.count; i++)
		same = strcmp(a->many.items[i], b->many.items[i]) == 0;
	return same;
}

static void keep(struct sg_workloads *workloads, const struct sg_app *app, struct sg_arena *arena,
	const struct sg_app_workloads *facts)
{
	struct sg_arena *place = &workloads->arena;

	sg_arena_release(place);
	sg_arena_adopt(place, arena);
	free(workloads->of);
	workloads->of = sg_strdup(sg_arena_printf(place, "%s/%s", app->namespace, app->name));
	workloads->at = copy_of(&app->revision, place);
	workloads->facts = *facts;
	workloads->aged = *facts;
	workloads->aged.complete = false;
	workloads->read_ms = now_of(workloads);
}

static int64_t deadline_of(const struct sg_workloads *workloads)
{
	return sooner(now_of(workloads) + READ_MAX_MS, workloads->world->deadline_ms);
}

static struct sg_scan_memory *memory_of(struct sg_workloads *workloads)
{
	if (!workloads->memory) {
		workloads->memory = sg_calloc(1, sizeof(*workloads->memory));
		workloads->memory->stuck.grace_ms = workloads->grace_ms;
	}
	return workloads->memory;
}

/* Of thousands few have a pod that is stuck. */
static void drop_empty(struct sg_workloads *workloads)
{
	const struct sg_scan_memory *memory = workloads->memory;

	if (!memory || memory->stuck.count || memory->denied)
		return;
	free(workloads->memory);
	workloads->memory = NULL;
}

/* 1: there are new facts. 0: the cluster did not answer well, and is asked again later. */
static int scan(struct sg_workloads *workloads, const struct sg_app *app, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_workload_call read = {workloads->client, &arena, deadline_of(workloads)};
	struct sg_app_workloads facts;
	struct sg_scan_more more;
	struct sg_err why = SG_ERR_INIT;

	if (sg_workload_scan(&read, app, workloads->need, memory_of(workloads), now_of(workloads),
		    &facts, &more, &why) < 0) {
		if (why.reason == SG_R_CANCELLED) {
			*err = why;
			return -1;
		}
		sg_debug(workloads->world->log, "workloads of %s: %s", app->name, why.cause);
		return 0;
	}
	note_denied(workloads, &more.denied);
	if ((facts.ripe || workloads->need == SG_SCAN_CAUSE) &&
		read_log(workloads, &read, &more, err) < 0)
		return -1;
	keep(workloads, app, &arena, &facts);
	return 1;
}

static void plan_next(struct sg_workloads *workloads)
{
	int64_t now_ms = now_of(workloads);
	int64_t due_ms = now_ms + workloads->world->settings->poll_ms;

	if (workloads->need == SG_SCAN_PROGRESS && workloads->memory)
		due_ms = sooner(due_ms, sg_stuck_due_ms(&workloads->memory->stuck));
	if (due_ms <= now_ms)
		due_ms = now_ms + soon_ms(workloads);
	workloads->due_ms = due_ms;
	drop_empty(workloads);
}

int sg_workloads_look(struct sg_workloads *workloads, const struct sg_app *app,
	const struct sg_app_verdict *verdict, bool *ret_read, struct sg_err *err)
{
	int64_t start_ms;
	int found;

	*ret_read = false;
	note_need(workloads, verdict);
	if (!is_here(workloads, &app->destination))
		workloads->need = SG_SCAN_NOTHING;
	if (!is_due(workloads, verdict))
		return 0;
	start_ms = now_of(workloads);
	found = scan(workloads, app, err);
	if (found < 0)
		return -1;
	workloads->tried = true;
	workloads->tried_ms = now_of(workloads);
	workloads->world->scan_free_ms = 2 * now_of(workloads) - start_ms;
	*ret_read = found > 0;
	plan_next(workloads);
	return 0;
}

const struct sg_app_workloads *sg_workloads_facts(
	const struct sg_workloads *workloads, const struct sg_app *app)
{
	size_t len = strlen(app->namespace);

	if (!workloads->of || strncmp(workloads->of, app->namespace, len) != 0 ||
		workloads->of[len] != '/' || strcmp(workloads->of + len + 1, app->name) != 0)
		return NULL;
	if (now_of(workloads) - workloads->read_ms > FRESH_MS ||
		!are_same(&workloads->at, &app->revision))
		return &workloads->aged;
	return &workloads->facts;
}

int64_t sg_workloads_due_ms(
	const struct sg_workloads *workloads, const struct sg_app_verdict *verdict)
{
	if (verdict->kind != SG_APP_WAIT || workloads->need == SG_SCAN_NOTHING)
		return SG_NEVER;
	return next_ms(workloads);
}

bool sg_workloads_wanted(const struct sg_workloads *workloads, const struct sg_app *app,
	const struct sg_app_verdict *verdict)
{
	enum sg_scan_need need = need_of(verdict);

	return need != SG_SCAN_NOTHING && is_here(workloads, &app->destination) &&
	       !(workloads->need == need && workloads->tried);
}

const char *sg_workloads_denied(const struct sg_workloads *workloads)
{
	return workloads->denied;
}

struct sg_app_strings sg_workloads_log(const struct sg_workloads *workloads)
{
	return workloads->log;
}
