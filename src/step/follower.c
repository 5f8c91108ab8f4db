#include "step/follower.h"

#include <stdio.h>
#include <string.h>

#include "cluster/application.h"
#include "cluster/refresh.h"

/* A read beside the watch must not hold up the others for long. */
#define READ_MAX_MS 30000

static int64_t now_of(const struct sg_follower *follower)
{
	return sg_loop_now_ms(sg_world_loop(follower->world));
}

static int64_t read_deadline_ms(const struct sg_follower *follower)
{
	int64_t limit_ms = now_of(follower) + READ_MAX_MS;

	return limit_ms < follower->world->deadline_ms ? limit_ms : follower->world->deadline_ms;
}

/* Decodes into the arena that the fold does not hold, and hands the facts over. */
static int feed(struct sg_follower *follower, const struct sg_json *object, struct sg_err *err)
{
	int next = !follower->current;
	struct sg_app *app = &follower->apps[next];

	sg_arena_release(&follower->facts[next]);
	if (sg_application_decode(object, &follower->facts[next], app, err) < 0)
		return sg_wrap(err, "application %s", follower->ask->app.name);
	sg_app_fold_feed(follower->fold, app, now_of(follower));
	follower->current = next;
	follower->app = app;
	(void)snprintf(
		follower->version, sizeof(follower->version), "%s", sg_cluster_version_of(object));
	return 0;
}

static const struct sg_app_workloads *workloads_of(void *arg, const struct sg_app *app)
{
	const struct sg_follower *follower = arg;

	return sg_workloads_facts(follower->workloads, app);
}

int sg_follower_begin(struct sg_follower *follower, struct sg_world *world,
	struct sg_cluster_client *client, struct sg_ancestry *ancestry,
	struct sg_app_policy *policy, const struct sg_await_ask *ask, struct sg_err *err)
{
	struct sg_json *doc SG_AUTO(sg_json_free_ptr) = NULL;

	follower->world = world;
	follower->client = client;
	follower->ask = ask;
	follower->policy = policy;
	follower->start_ms = now_of(follower);
	follower->poll_ms = follower->start_ms + world->settings->poll_ms;
	sg_progress_init(&follower->progress, follower->start_ms);
	if (sg_cluster_get_application(client, &ask->app, world->deadline_ms, &doc, err) < 0)
		return -1;
	follower->workloads = sg_workloads_new(world, client);
	follower->beside = (struct sg_app_beside){.workloads = workloads_of, .arg = follower};
	follower->fold = sg_app_fold_new(&ask->want, policy, ancestry, &follower->beside);
	return sg_watch_new(
		client, &ask->app, sg_retry_random(&world->random), &follower->watch, err);
}

void sg_follower_release(struct sg_follower *follower)
{
	if (follower->world)
		sg_console_forget(follower->world->console, &follower->progress);
	sg_watch_free(follower->watch);
	sg_app_fold_free(follower->fold);
	sg_workloads_free(follower->workloads);
	sg_arena_release(&follower->facts[0]);
	sg_arena_release(&follower->facts[1]);
}

bool sg_follower_ended(const struct sg_follower *follower)
{
	switch (sg_app_fold_verdict(follower->fold)->kind) {
	case SG_APP_SUCCESS:
		return follower->confirmed;
	case SG_APP_POLICY:
	case SG_APP_FAIL:
		return true;
	case SG_APP_WAIT:
		break;
	}
	return false;
}

static int take_event(
	struct sg_follower *follower, const struct sg_watch_event *event, struct sg_err *err)
{
	switch (event->kind) {
	case SG_WATCH_NOTHING:
		return 0;
	case SG_WATCH_ADDED:
	case SG_WATCH_MODIFIED:
		return feed(follower, event->object, err);
	case SG_WATCH_DELETED:
		sg_app_fold_gone(follower->fold, now_of(follower));
		return 0;
	case SG_WATCH_POLLING:
		follower->polling = sg_arena_strdup(follower->world->arena, event->why.cause);
		return 0;
	}
	SG_BUG("watch event");
}

/* Everything that has arrived, each event judged on its own: the first final verdict counts. */
static int drain(struct sg_follower *follower, struct sg_err *err)
{
	bool more = true;

	while (more && !sg_follower_ended(follower) &&
		sg_app_fold_verdict(follower->fold)->kind != SG_APP_SUCCESS) {
		struct sg_watch_event event;
		int rc;

		if (sg_watch_next(follower->watch, now_of(follower), &event, err) < 0)
			return -1;
		more = event.kind != SG_WATCH_NOTHING;
		rc = take_event(follower, &event, err);
		sg_watch_event_release(&event);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/*
 * Trouble while asking is not the end: the watch goes on, and the fold asks again with its own
 * back-off. Only a signal ends the run here.
 */
static int ask_refresh(struct sg_follower *follower, struct sg_err *err)
{
	struct sg_app_request request;
	enum sg_refresh_result result;
	struct sg_json *patched = NULL;
	struct sg_cluster_app app; /* a child's refresh goes to the child */
	struct sg_err trouble;
	bool ours;

	if (!follower->policy->may_refresh ||
		!sg_app_fold_request(follower->fold, now_of(follower), &request))
		return 0;
	app = (struct sg_cluster_app){request.namespace, request.name};
	ours = strcmp(app.name, follower->ask->app.name) == 0 &&
	       strcmp(app.namespace, follower->ask->app.namespace) == 0;
	if (sg_cluster_refresh(follower->client, &app, sg_refresh_kind_of(&request),
		    ours && follower->version[0] ? follower->version : NULL,
		    read_deadline_ms(follower), &result, &patched, &trouble) < 0) {
		if (trouble.reason == SG_R_CANCELLED) {
			*err = trouble;
			return -1;
		}
		sg_debug(follower->world->log, "refresh of %s: %s", follower->ask->app.name,
			trouble.cause);
	} else if (result == SG_REFRESH_NOT_PERMITTED) {
		follower->policy->may_refresh = false;
	}
	if (ours)
		sg_watch_feed(follower->watch, patched);
	else
		sg_json_free(patched);
	sg_app_fold_requested(follower->fold, &request, now_of(follower));
	return 0;
}

/* What Argo CD leaves open is asked of the workloads; what they say is judged at once. */
static int look_at_workloads(struct sg_follower *follower, struct sg_err *err)
{
	bool read;

	if (!follower->app)
		return 0;
	if (sg_workloads_look(follower->workloads, follower->app,
		    sg_app_fold_verdict(follower->fold), &read, err) < 0)
		return -1;
	if (read)
		sg_app_fold_tick(follower->fold, now_of(follower));
	return 0;
}

/*
 * The second look. Feeding an object that is newer than the watch is harmless when it confirms the
 * success; when it does not, the stream starts anew, so that no older event follows it.
 */
static int confirm(struct sg_follower *follower, struct sg_err *err)
{
	struct sg_json *doc SG_AUTO(sg_json_free_ptr) = NULL;

	if (sg_app_fold_verdict(follower->fold)->kind != SG_APP_SUCCESS)
		return 0;
	if (sg_cluster_get_application(follower->client, &follower->ask->app,
		    follower->world->deadline_ms, &doc, err) < 0) {
		if (err->reason != SG_R_APPLICATION_NOT_FOUND)
			return -1;
		sg_app_fold_gone(follower->fold, now_of(follower));
		return 0;
	}
	if (feed(follower, doc, err) < 0)
		return -1;
	follower->confirmed = sg_app_fold_verdict(follower->fold)->kind == SG_APP_SUCCESS;
	if (!follower->confirmed)
		sg_watch_restart(follower->watch);
	return 0;
}

/*
 * A watch can be silent because nothing happens, or because it is dead. A read that shows another
 * version than the watch, twice in a row with the watch unmoved, tells.
 */
static int read_beside(struct sg_follower *follower, struct sg_err *err)
{
	struct sg_json *doc SG_AUTO(sg_json_free_ptr) = NULL;
	struct sg_err trouble;

	if (now_of(follower) < follower->poll_ms || sg_follower_ended(follower))
		return 0;
	follower->poll_ms = now_of(follower) + follower->world->settings->poll_ms;
	if (sg_cluster_get_application(follower->client, &follower->ask->app,
		    read_deadline_ms(follower), &doc, &trouble) < 0) {
		if (trouble.reason == SG_R_CANCELLED) {
			*err = trouble;
			return -1;
		}
		sg_watch_restart(follower->watch);
		return 0;
	}
	if (strcmp(sg_cluster_version_of(doc), follower->version) != 0 &&
		strcmp(follower->polled, follower->version) == 0)
		sg_watch_restart(follower->watch);
	memcpy(follower->polled, follower->version, sizeof(follower->polled));
	return 0;
}

static void tell(struct sg_follower *follower)
{
	const struct sg_app_verdict *verdict = sg_app_fold_verdict(follower->fold);
	const struct sg_err *trouble = sg_watch_trouble(follower->watch);
	const struct sg_progress_look look = {
		.now_ms = now_of(follower),
		.deadline_ms = follower->world->deadline_ms,
		.next_look_ms = sg_follower_due_ms(follower),
		.what = follower->ask->app.name,
		.code = sg_app_code_name(verdict->code),
		.sentence = trouble ? trouble->cause : verdict->message,
	};

	if (sg_follower_ended(follower))
		sg_console_forget(follower->world->console, &follower->progress);
	else
		sg_console_progress(follower->world->console, &follower->progress, &look);
}

int sg_follower_step(struct sg_follower *follower, struct sg_err *err)
{
	if (drain(follower, err) < 0)
		return -1;
	if (sg_app_fold_next_look(follower->fold, now_of(follower)) <= now_of(follower))
		sg_app_fold_tick(follower->fold, now_of(follower));
	if (look_at_workloads(follower, err) < 0 || confirm(follower, err) < 0)
		return -1;
	if (sg_follower_ended(follower))
		return 0;
	if (ask_refresh(follower, err) < 0 || read_beside(follower, err) < 0)
		return -1;
	tell(follower);
	return 0;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t sg_follower_due_ms(const struct sg_follower *follower)
{
	int64_t now_ms = now_of(follower);
	int64_t due_ms = sooner(sg_watch_due_ms(follower->watch), follower->poll_ms);

	due_ms = sooner(due_ms,
		sg_workloads_due_ms(follower->workloads, sg_app_fold_verdict(follower->fold)));
	return sooner(due_ms, sg_app_fold_next_look(follower->fold, now_ms));
}

static const char *const *images_of(const struct sg_follower *follower, size_t *ret_count)
{
	struct sg_arena *arena = follower->world->arena;
	const struct sg_app *app = follower->app;
	const char **images;

	*ret_count = app ? app->images.count : 0;
	images = sg_arena_calloc(arena, *ret_count + 1, sizeof(*images));
	for (size_t i = 0; i < *ret_count; i++)
		images[i] = sg_arena_strdup(arena, app->images.items[i]);
	return images;
}

struct sg_await_end sg_follower_end(const struct sg_follower *follower)
{
	const struct sg_err *trouble = sg_watch_trouble(follower->watch);
	struct sg_await_end end = {
		.verdict = *sg_app_fold_verdict(follower->fold),
		.final = sg_follower_ended(follower),
		.sync = follower->app ? sg_app_sync_name(follower->app->sync) : "",
		.health = follower->app ? sg_app_health_name(follower->app->health) : "",
		.elapsed_ms = now_of(follower) - follower->start_ms,
	};

	end.images = images_of(follower, &end.image_count);
	if (trouble && !end.final)
		end.trouble = sg_arena_strdup(follower->world->arena, trouble->cause);
	return end;
}
