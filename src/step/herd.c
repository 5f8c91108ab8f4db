#include "step/herd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cluster/application.h"
#include "step/follower.h"

/* Events that one step takes; the followers are looked at in between. */
#define EVENTS_A_STEP 256
/* Polling of many, one by one, must not become a load. */
#define POLL_MS INT64_C(5000)
#define POLL_EACH_MS INT64_C(50)

struct sg_herd_watch {
	struct sg_watch *watch;
	struct sg_herd_app **apps; /* in the order of the watch's names */
	size_t count;
	bool beside;      /* nobody's own: trouble here ends no run */
	bool over;        /* nothing more comes */
	int64_t again_ms; /* unless it is begun anew then; SG_NEVER: it is not */
};

void sg_herd_init(struct sg_herd *herd, struct sg_world *world, struct sg_cluster_client *client)
{
	*herd = (struct sg_herd){.world = world, .client = client};
}

void sg_herd_release(struct sg_herd *herd)
{
	for (size_t i = 0; i < herd->watch_count; i++)
		sg_watch_free(herd->watches[i]->watch);
	for (size_t i = 0; i < herd->count; i++)
		sg_arena_release(&herd->apps[i]->facts);
	sg_herd_release_sides(herd);
	sg_herd_release_refreshes(herd);
	sg_herd_release_unlisted(herd);
	sg_arena_release(&herd->arena);
}

void sg_herd_rest(struct sg_herd *herd)
{
	for (size_t i = 0; i < herd->watch_count; i++) {
		sg_watch_free_ptr(&herd->watches[i]->watch);
		herd->watches[i]->over = true;
		herd->watches[i]->again_ms = SG_NEVER;
	}
}

static int64_t now_of(const struct sg_herd *herd)
{
	return sg_loop_now_ms(herd->client->http->loop);
}

bool sg_herd_list_add(struct sg_arena *arena, struct sg_herd_list *list, struct sg_follower *one)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i] == one)
			return false;
	*(struct sg_follower **)sg_arena_push(
		arena, &list->items, &list->count, sizeof(struct sg_follower *)) = one;
	return true;
}

/* ---- who is known ---- */

static int compare(const struct sg_cluster_app *a, const struct sg_cluster_app *b)
{
	int n = strcmp(a->namespace, b->namespace);

	return n ? n : strcmp(a->name, b->name);
}

/* Where NAME is, or would be. */
static size_t place_of(
	const struct sg_herd *herd, const struct sg_cluster_app *name, bool *ret_there)
{
	size_t from = 0, to = herd->count;

	*ret_there = false;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int n = compare(name, &herd->apps[middle]->name);

		if (n == 0) {
			*ret_there = true;
			return middle;
		}
		if (n < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return from;
}

static struct sg_herd_app *known(struct sg_herd *herd, const struct sg_cluster_app *name)
{
	struct sg_arena *arena = &herd->arena;
	struct sg_herd_app *app;
	bool there;
	size_t at = place_of(herd, name, &there);

	if (there)
		return herd->apps[at];
	app = sg_arena_alloc(arena, sizeof(*app));
	app->name.namespace = sg_arena_strdup(arena, name->namespace);
	app->name.name = sg_arena_strdup(arena, name->name);
	app->version = "";
	(void)sg_arena_push(arena, &herd->apps, &herd->count, sizeof(struct sg_herd_app *));
	memmove(&herd->apps[at + 1], &herd->apps[at],
		(herd->count - 1 - at) * sizeof(struct sg_herd_app *));
	herd->apps[at] = app;
	*(struct sg_herd_app **)sg_arena_push(
		arena, &herd->fresh, &herd->fresh_count, sizeof(struct sg_herd_app *)) = app;
	return app;
}

struct sg_herd_app *sg_herd_join(
	struct sg_herd *herd, const struct sg_cluster_app *name, struct sg_follower *owner)
{
	struct sg_herd_app *app = known(herd, name);

	(void)sg_herd_list_add(&herd->arena, &app->owners, owner);
	return app;
}

struct sg_herd_app *sg_herd_child(struct sg_herd *herd, const struct sg_cluster_app *name,
	struct sg_follower *follower, bool *ret_first)
{
	struct sg_herd_app *app = known(herd, name);
	bool first = sg_herd_list_add(&herd->arena, &app->askers, follower);

	if (ret_first)
		*ret_first = first;
	return app;
}

void sg_herd_note(struct sg_herd *herd, const char *what, const struct sg_err *why)
{
	if (!herd->unreadable)
		herd->unreadable = sg_arena_printf(herd->world->arena, "%s: %s", what, why->cause);
}

/* ---- watches ---- */

static int add_watch(struct sg_herd *herd, struct sg_herd_app **apps, size_t count, bool beside,
	int64_t poll_ms, struct sg_err *err)
{
	struct sg_arena *arena = &herd->arena;
	struct sg_herd_watch *watch = sg_arena_alloc(arena, sizeof(*watch));
	const char **names = sg_arena_calloc(arena, count, sizeof(*names));

	watch->apps = sg_arena_calloc(arena, count, sizeof(struct sg_herd_app *));
	watch->count = count;
	watch->beside = beside;
	watch->again_ms = SG_NEVER;
	for (size_t i = 0; i < count; i++) {
		watch->apps[i] = apps[i];
		names[i] = apps[i]->name.name;
		apps[i]->watch = watch;
	}
	*(struct sg_herd_watch **)sg_arena_push(
		arena, &herd->watches, &herd->watch_count, sizeof(struct sg_herd_watch *)) = watch;
	if (sg_watch_new_many(herd->client, apps[0]->name.namespace, names, count,
		    sg_retry_random(&herd->world->random), &watch->watch, err) == 0) {
		sg_watch_pace(watch->watch, poll_ms);
		return 0;
	}
	watch->over = true;
	if (!beside)
		return -1;
	sg_herd_note(herd, apps[0]->name.name, err); /* no name that could be one */
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct sg_herd_app *const *x = a, *const *y = b;

	return compare(&(*x)->name, &(*y)->name);
}

/* One watch for the new ones of each namespace. */
static int open_fresh(struct sg_herd *herd, struct sg_err *err)
{
	struct sg_herd_app **fresh = herd->fresh;
	size_t count = herd->fresh_count, from = 0;

	if (count == 0)
		return 0;
	herd->fresh = NULL;
	herd->fresh_count = 0;
	qsort(fresh, count, sizeof(struct sg_herd_app *), by_name);
	while (from < count) {
		const char *namespace = fresh[from]->name.namespace;
		bool beside = true;
		size_t to = from;

		for (; to < count && strcmp(fresh[to]->name.namespace, namespace) == 0; to++)
			beside = beside && fresh[to]->owners.count == 0;
		if (add_watch(herd, &fresh[from], to - from, beside, POLL_MS, err) < 0)
			return -1;
		from = to;
	}
	return 0;
}

/* The namespace may not be listed, or not be watched: perhaps each by its name. */
static int split(struct sg_herd *herd, struct sg_herd_watch *watch, struct sg_err *err)
{
	int64_t poll_ms = (int64_t)watch->count * POLL_EACH_MS;

	watch->over = true;
	if (poll_ms < POLL_MS)
		poll_ms = POLL_MS;
	for (size_t i = 0; i < watch->count; i++)
		if (add_watch(herd, &watch->apps[i], 1, watch->apps[i]->owners.count == 0, poll_ms,
			    err) < 0)
			return -1;
	return 0;
}

/* ---- events ---- */

static void tell(struct sg_herd *herd, struct sg_herd_app *app)
{
	app->news++;
	for (size_t i = 0; i < app->owners.count; i++)
		sg_follower_take(app->owners.items[i]);
	for (size_t i = 0; i < app->askers.count; i++)
		sg_follower_take_child(app->askers.items[i], app);
	for (size_t i = 0; i < app->owners.count; i++)
		sg_herd_stir(herd, app->owners.items[i]);
	for (size_t i = 0; i < app->askers.count; i++)
		sg_herd_stir(herd, app->askers.items[i]);
}

int sg_herd_renew(struct sg_herd *herd, struct sg_herd_app *app, const struct sg_json *doc,
	struct sg_err *err)
{
	struct sg_arena old = app->facts, facts = {0};
	struct sg_app *seen = sg_arena_alloc(&facts, sizeof(*seen));

	if (sg_application_decode(doc, &facts, seen, err) < 0) {
		sg_arena_release(&facts);
		if (app->owners.count)
			return sg_wrap(err, "application %s", app->name.name);
		sg_herd_note(herd, app->name.name, err);
		return 0;
	}
	app->facts = facts;
	app->app = seen;
	app->version = sg_arena_strdup(&app->facts, sg_cluster_version_of(doc));
	tell(herd, app);
	sg_arena_release(&old); /* nobody holds it any longer */
	return 0;
}

void sg_herd_gone(struct sg_herd *herd, struct sg_herd_app *app)
{
	app->app = NULL;
	app->version = "";
	tell(herd, app);
}

/* An own application that the first answer does not have is an error, so that a wrong name is not
 * waited for. A child may come. */
static int missing(const struct sg_herd *herd, const struct sg_herd_app *app, struct sg_err *err)
{
	static const struct sg_fault fault = {.kind = SG_FAULT_NO_OBJECT, .status = 404};

	if (app->owners.count == 0)
		return 0;
	return sg_cluster_fail(herd->client, &app->name, "get", &fault, err);
}

static int take(struct sg_herd *herd, struct sg_herd_watch *watch,
	const struct sg_watch_event *event, struct sg_err *err)
{
	struct sg_herd_app *app = watch->apps[event->index];

	switch (event->kind) {
	case SG_WATCH_NOTHING:
		return 0;
	case SG_WATCH_ADDED:
	case SG_WATCH_MODIFIED:
		return sg_herd_renew(herd, app, event->object, err);
	case SG_WATCH_DELETED:
		if (event->object)
			sg_herd_gone(herd, app);
		else
			sg_herd_unlisted(herd, app);
		return 0;
	case SG_WATCH_MISSING:
		return missing(herd, app, err);
	case SG_WATCH_POLLING:
		if (!herd->polling)
			herd->polling = sg_arena_strdup(herd->world->arena, event->why.cause);
		return 0;
	case SG_WATCH_REFUSED:
		return split(herd, watch, err);
	}
	SG_BUG("watch event");
}

/* ---- trouble ---- */

static bool ends_the_run(const struct sg_herd *herd, const struct sg_err *why, bool is_own)
{
	return why->reason == SG_R_CANCELLED || (is_own && !herd->keep_going);
}

/* Nothing more is to be had of APP: its owners end with that. Who has it as a child waits on. */
static void lose(struct sg_herd_app *app, const struct sg_err *why)
{
	for (size_t i = 0; i < app->owners.count; i++)
		sg_follower_fail(app->owners.items[i], why);
	for (size_t i = 0; i < app->owners.count; i++)
		sg_herd_stir(app->owners.items[i]->herd, app->owners.items[i]);
}

static const struct sg_err *keep(struct sg_herd *herd, const struct sg_err *why)
{
	struct sg_err *kept = sg_arena_alloc(herd->world->arena, sizeof(*kept));

	*kept = *why;
	return kept;
}

static bool is_child(const struct sg_herd_watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->apps[i]->askers.count)
			return true;
	return false;
}

/* The watch gives up. What somebody waits for as a child is tried again, as rarely as a look. */
static int give_up(struct sg_herd *herd, struct sg_herd_watch *watch, struct sg_err *err)
{
	const struct sg_err *why;

	if (ends_the_run(herd, err, !watch->beside))
		return -1;
	if (watch->beside)
		sg_herd_note(herd, watch->apps[0]->name.name, err);
	why = watch->beside ? NULL : keep(herd, err);
	for (size_t i = 0; why && i < watch->count; i++)
		lose(watch->apps[i], why);
	watch->over = true;
	if (is_child(watch))
		watch->again_ms =
			sg_loop_after(herd->client->http->loop, herd->world->settings->poll_ms);
	return 0;
}

static void begin_again(const struct sg_herd *herd, struct sg_herd_watch *watch)
{
	if (!watch->over || now_of(herd) < watch->again_ms)
		return;
	watch->over = false;
	watch->again_ms = SG_NEVER;
	sg_watch_resume(watch->watch);
}

int sg_herd_untaken(struct sg_herd *herd, struct sg_herd_app *app, struct sg_err *err)
{
	if (ends_the_run(herd, err, true))
		return -1;
	lose(app, keep(herd, err));
	return 0;
}

/* 1: an event was taken. 0: nothing has arrived. */
static int pull(struct sg_herd *herd, struct sg_herd_watch *watch, struct sg_err *err)
{
	struct sg_watch_event event;
	bool any;
	int rc;

	if (sg_watch_next(watch->watch, now_of(herd), &event, err) < 0)
		return give_up(herd, watch, err);
	any = event.kind != SG_WATCH_NOTHING;
	rc = take(herd, watch, &event, err);
	if (rc < 0)
		rc = sg_herd_untaken(herd, watch->apps[event.index], err);
	sg_watch_event_release(&event);
	return rc < 0 ? -1 : any;
}

int sg_herd_step(struct sg_herd *herd, struct sg_err *err)
{
	int left = EVENTS_A_STEP;

	if (open_fresh(herd, err) < 0)
		return -1;
	for (size_t i = 0; i < herd->watch_count; i++) {
		int n = 1;

		begin_again(herd, herd->watches[i]);
		while (n > 0 && left > 0 && herd->looking && !herd->watches[i]->over) {
			n = pull(herd, herd->watches[i], err);
			if (n < 0)
				return -1;
			left -= n;
		}
	}
	herd->more = left == 0;
	if (sg_herd_step_refreshes(herd, err) < 0 || sg_herd_step_unlisted(herd, err) < 0)
		return -1;
	return sg_herd_step_sides(herd, err);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t sg_herd_due_ms(const struct sg_herd *herd)
{
	int64_t due_ms = sg_herd_sides_due_ms(herd);

	if (herd->more || herd->fresh_count)
		return 0;
	due_ms = sooner(due_ms, sg_herd_refreshes_due_ms(herd));
	due_ms = sooner(due_ms, sg_herd_unlisted_due_ms(herd));
	for (size_t i = 0; i < herd->watch_count && herd->looking; i++) {
		const struct sg_herd_watch *watch = herd->watches[i];

		due_ms = sooner(
			due_ms, watch->over ? watch->again_ms : sg_watch_due_ms(watch->watch));
	}
	return due_ms;
}

/* ---- followers ---- */

void sg_herd_stir(struct sg_herd *herd, struct sg_follower *follower)
{
	if (follower->stirred)
		return;
	follower->stirred = true;
	follower->next_stirred = NULL;
	if (herd->stirred)
		herd->stirred_last->next_stirred = follower;
	else
		herd->stirred = follower;
	herd->stirred_last = follower;
}

struct sg_follower *sg_herd_next_stirred(struct sg_herd *herd)
{
	struct sg_follower *follower = herd->stirred;

	if (!follower)
		return NULL;
	herd->stirred = follower->next_stirred;
	follower->stirred = false;
	return follower;
}

void sg_herd_restart(struct sg_herd_app *app)
{
	if (app->watch && !app->watch->over)
		sg_watch_restart(app->watch->watch);
}

void sg_herd_overtake(struct sg_herd_app *app, const struct sg_json *object)
{
	if (app->watch && !app->watch->over)
		sg_watch_overtake(app->watch->watch, object);
}

void sg_herd_feed(struct sg_herd_app *app, struct sg_json *object)
{
	if (app->watch && !app->watch->over)
		sg_watch_feed(app->watch->watch, object);
	else
		sg_json_free(object);
}

const struct sg_err *sg_herd_trouble(const struct sg_herd_app *app)
{
	return app->watch && app->watch->watch ? sg_watch_trouble(app->watch->watch) : NULL;
}
