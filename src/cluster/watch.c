#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cluster/watch_impl.h"

#define PATH_MAX_BYTES 2048u
#define REST_MAX_BYTES ((size_t)64 * 1024)
/* Bookmarks come about once a minute (argocd.md 3.2); nothing for longer means a dead connection.
 */
#define SILENCE_MIN_MS INT64_C(75000)
#define SILENCE_SPREAD_MS UINT64_C(15001)
#define TIMEOUT_MIN_S 300u
#define TIMEOUT_SPREAD_S 301u
#define POLL_MS INT64_C(5000)

void sg_watch_event_release(struct sg_watch_event *event)
{
	if (!event)
		return;
	sg_json_free(event->doc);
	*event = (struct sg_watch_event){0};
}

/* Every name is checked, also where only the namespace is asked for. */
static int set_paths(struct sg_watch *watch, const char *const *names, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf one, all;

	sg_buf_init(&one, PATH_MAX_BYTES);
	sg_buf_init(&all, PATH_MAX_BYTES);
	for (size_t i = 0; i < watch->count; i++) {
		const struct sg_cluster_app app = {watch->app.namespace, names[i]};

		sg_buf_reset(&one);
		if (sg_cluster_path_app(&app, &one, err) < 0)
			return -1;
	}
	watch->app_path = sg_arena_dup(&watch->arena, sg_buf_str(&one));
	if (watch->count > 1)
		sg_cluster_path_list(watch->app.namespace, &all);
	else if (sg_cluster_path_select(&watch->app, &all, err) < 0)
		return -1;
	watch->select_path = sg_arena_dup(&watch->arena, sg_buf_str(&all));
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct sg_watch_item *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void set_items(struct sg_watch *watch, const char *namespace, const char *const *names)
{
	struct sg_arena *arena = &watch->arena;

	watch->apps = sg_arena_calloc(arena, watch->count, sizeof(*watch->apps));
	for (size_t i = 0; i < watch->count; i++)
		watch->apps[i] = (struct sg_watch_item){
			.name = sg_arena_strdup(arena, names[i]), .index = i};
	qsort(watch->apps, watch->count, sizeof(*watch->apps), by_name);
	watch->sweep = watch->count;
	watch->app.namespace = sg_arena_strdup(arena, namespace);
	watch->app.name = watch->count > 1 ? "" : watch->apps[0].name;
}

int sg_watch_new(struct sg_cluster_client *client, const struct sg_cluster_app *app, uint64_t seed,
	struct sg_watch **ret_watch, struct sg_err *err)
{
	return sg_watch_new_many(client, app->namespace, &app->name, 1, seed, ret_watch, err);
}

int sg_watch_new_many(struct sg_cluster_client *client, const char *namespace,
	const char *const *names, size_t count, uint64_t seed, struct sg_watch **ret_watch,
	struct sg_err *err)
{
	SG_AUTO(sg_watch_free_ptr) struct sg_watch *watch = sg_calloc(1, sizeof(*watch));

	SG_ASSERT(count);
	watch->client = client;
	watch->random = seed;
	watch->count = count;
	watch->poll_every_ms = POLL_MS;
	for (size_t i = 0; i < SG_COUNT(watch->denied_ms); i++)
		watch->denied_ms[i] = SG_NEVER;
	watch->timeout_s =
		TIMEOUT_MIN_S + (unsigned)(sg_retry_random(&watch->random) % TIMEOUT_SPREAD_S);
	watch->silence_ms =
		SILENCE_MIN_MS + (int64_t)(sg_retry_random(&watch->random) % SILENCE_SPREAD_MS);
	sg_json_lines_init(&watch->lines, SG_CLUSTER_OBJECT_MAX_BYTES);
	sg_json_items_init(&watch->items, SG_CLUSTER_OBJECT_MAX_BYTES, REST_MAX_BYTES);
	sg_buf_init(&watch->body, SG_CLUSTER_OBJECT_MAX_BYTES);
	sg_buf_init(&watch->next_page, PATH_MAX_BYTES);
	set_items(watch, namespace, names);
	if (set_paths(watch, names, err) < 0)
		return -1;
	*ret_watch = watch;
	watch = NULL;
	return 0;
}

void sg_watch_free(struct sg_watch *watch)
{
	if (!watch)
		return;
	sg_http_end(watch->call);
	sg_json_free(watch->fed);
	sg_json_lines_release(&watch->lines);
	sg_json_items_release(&watch->items);
	sg_buf_release(&watch->body);
	sg_buf_release(&watch->next_page);
	for (size_t i = 0; i < watch->count; i++)
		free(watch->apps[i].version);
	sg_arena_release(&watch->arena);
	free(watch);
}

void sg_watch_free_ptr(struct sg_watch **watch)
{
	sg_watch_free(*watch);
	*watch = NULL;
}

int64_t sg_watch_now(const struct sg_watch *watch)
{
	return sg_loop_now_ms(watch->client->http->loop);
}

static enum sg_watch_step open_phase(struct sg_watch *watch, struct sg_err *err)
{
	switch (watch->phase) {
	case SG_PHASE_LIST:
		return sg_watch_open_list(watch, err);
	case SG_PHASE_WATCH:
		return sg_watch_open_stream(watch, err);
	case SG_PHASE_POLL:
		return sg_watch_open_poll(watch, err);
	case SG_PHASE_OVER:
		break;
	}
	return SG_STEP_IDLE;
}

static enum sg_watch_step step_phase(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err)
{
	switch (watch->phase) {
	case SG_PHASE_LIST:
		return sg_watch_step_list(watch, ret, err);
	case SG_PHASE_WATCH:
		return sg_watch_step_stream(watch, ret, err);
	case SG_PHASE_POLL:
		return sg_watch_step_poll(watch, ret, err);
	case SG_PHASE_OVER:
		break;
	}
	return SG_STEP_IDLE;
}

static bool is_success(int status)
{
	return status >= 200 && status < 300;
}

static enum sg_watch_step step(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err)
{
	struct sg_http_call *call = watch->call;

	if (watch->fed) {
		struct sg_json *fed = watch->fed;

		watch->fed = NULL;
		return sg_watch_tell(watch->apps, fed, fed, ret);
	}
	if (watch->sweep < watch->count)
		return sg_watch_sweep(watch, ret);
	if (watch->phase == SG_PHASE_OVER)
		return SG_STEP_IDLE;
	if (!call)
		return sg_watch_now(watch) < watch->not_before_ms ? SG_STEP_IDLE
								  : open_phase(watch, err);
	if (call->status == 0 && call->done && call->failed) {
		struct sg_err why = call->err;

		return sg_watch_retreat(watch, &why, -1, err);
	}
	if (call->status != 0 && !is_success(call->status))
		return sg_watch_step_fault(watch, ret, err);
	if (call->status != 0) {
		watch->allowed |= 1u << watch->phase;
		watch->denied_ms[watch->phase] = SG_NEVER;
	}
	return step_phase(watch, ret, err);
}

int sg_watch_next(struct sg_watch *watch, int64_t until_ms, struct sg_watch_event *ret_event,
	struct sg_err *err)
{
	struct sg_loop *loop = watch->client->http->loop;

	for (;;) {
		struct sg_watch_event event = {0};
		enum sg_watch_step n = step(watch, &event, err);
		int64_t due;

		if (n == SG_STEP_FINAL)
			return -1;
		if (n == SG_STEP_EVENT || (n == SG_STEP_IDLE && sg_watch_now(watch) >= until_ms)) {
			*ret_event = event;
			return 0;
		}
		if (n == SG_STEP_AGAIN)
			continue;
		due = sg_watch_due_ms(watch);
		if (sg_loop_wait(loop, due < until_ms ? due : until_ms, err) < 0)
			return -1;
	}
}

/* Whoever waited for something else meanwhile has not been told of it. */
static bool has_unread(const struct sg_http_call *call, size_t eaten)
{
	return call->done || call->body.len > eaten;
}

int64_t sg_watch_due_ms(const struct sg_watch *watch)
{
	if (!watch->call)
		return watch->not_before_ms;
	if (has_unread(watch->call, watch->eaten))
		return 0;
	if (watch->phase != SG_PHASE_WATCH)
		return SG_NEVER; /* the call has its own limits */
	return watch->byte_ms + watch->silence_ms;
}

enum sg_watch_state sg_watch_state_of(const struct sg_watch *watch)
{
	if (watch->phase == SG_PHASE_LIST)
		return SG_WATCH_LISTING;
	if (watch->phase == SG_PHASE_POLL)
		return watch->troubled || !watch->worked ? SG_WATCH_OPENING : SG_WATCH_STREAMING;
	return watch->call && watch->call->status != 0 ? SG_WATCH_STREAMING : SG_WATCH_OPENING;
}

const struct sg_err *sg_watch_trouble(const struct sg_watch *watch)
{
	return watch->troubled ? &watch->trouble : NULL;
}

void sg_watch_feed(struct sg_watch *watch, struct sg_json *object)
{
	if (!object)
		return;
	if (watch->phase != SG_PHASE_POLL) {
		sg_json_free(object);
		return;
	}
	sg_watch_hang_up(watch); /* a read under way may be older */
	sg_json_free(watch->fed);
	watch->fed = object;
}

void sg_watch_overtake(struct sg_watch *watch, const struct sg_json *object)
{
	struct sg_watch_item *item = sg_watch_item_of(watch, object);
	bool counts;

	if (!item)
		return;
	counts = !item->version || sg_watch_counts(item->version);
	item->there = item->missed = true;
	item->listed = item->overtaken = true; /* a list under way may be from before */
	sg_watch_keep_order(item, object);
	if (watch->phase == SG_PHASE_POLL)
		sg_watch_hang_up(watch); /* so may be a read under way */
	else if (!counts || !item->version || !sg_watch_counts(item->version))
		sg_watch_restart(watch);
}

void sg_watch_pace(struct sg_watch *watch, int64_t poll_ms)
{
	watch->poll_every_ms = poll_ms;
}

bool sg_watch_listed(const struct sg_watch *watch)
{
	return watch->phase != SG_PHASE_LIST && watch->sweep >= watch->count;
}

void sg_watch_resume(struct sg_watch *watch)
{
	watch->troubled = false;
	watch->failures = watch->stream_failures = 0;
	sg_watch_restart(watch);
}

void sg_watch_restart(struct sg_watch *watch)
{
	if (watch->phase == SG_PHASE_OVER)
		return;
	sg_watch_hang_up(watch);
	sg_buf_reset(&watch->next_page);
	watch->sweep = watch->count;
	watch->version[0] = '\0';
	watch->not_before_ms = 0;
	if (watch->phase != SG_PHASE_POLL)
		watch->phase = SG_PHASE_LIST;
}
