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

void sg_watch_event_release(struct sg_watch_event *event)
{
	if (!event)
		return;
	sg_json_free(event->doc);
	*event = (struct sg_watch_event){0};
}

static int set_paths(struct sg_watch *watch, const struct sg_cluster_app *app, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf one, all;

	sg_buf_init(&one, PATH_MAX_BYTES);
	sg_buf_init(&all, PATH_MAX_BYTES);
	if (sg_cluster_path_app(app, &one, err) < 0 || sg_cluster_path_select(app, &all, err) < 0)
		return -1;
	watch->app.namespace = sg_arena_strdup(&watch->arena, app->namespace);
	watch->app.name = sg_arena_strdup(&watch->arena, app->name);
	watch->app_path = sg_arena_dup(&watch->arena, sg_buf_str(&one));
	watch->select_path = sg_arena_dup(&watch->arena, sg_buf_str(&all));
	return 0;
}

int sg_watch_new(struct sg_cluster_client *client, const struct sg_cluster_app *app, uint64_t seed,
	struct sg_watch **ret_watch, struct sg_err *err)
{
	SG_AUTO(sg_watch_free_ptr) struct sg_watch *watch = sg_calloc(1, sizeof(*watch));

	watch->client = client;
	watch->random = seed;
	watch->timeout_s =
		TIMEOUT_MIN_S + (unsigned)(sg_retry_random(&watch->random) % TIMEOUT_SPREAD_S);
	watch->silence_ms =
		SILENCE_MIN_MS + (int64_t)(sg_retry_random(&watch->random) % SILENCE_SPREAD_MS);
	sg_json_lines_init(&watch->lines, SG_CLUSTER_OBJECT_MAX_BYTES);
	sg_json_items_init(&watch->items, SG_CLUSTER_OBJECT_MAX_BYTES, REST_MAX_BYTES);
	sg_buf_init(&watch->body, SG_CLUSTER_OBJECT_MAX_BYTES);
	sg_buf_init(&watch->next_page, PATH_MAX_BYTES);
	if (set_paths(watch, app, err) < 0)
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
		return sg_watch_tell(watch, fed, fed, ret);
	}
	if (!call)
		return sg_watch_now(watch) < watch->not_before_ms ? SG_STEP_IDLE
								  : open_phase(watch, err);
	if (call->status == 0 && call->done && call->failed) {
		struct sg_err why = call->err;

		return sg_watch_retreat(watch, &why, -1, err);
	}
	if (call->status != 0 && !is_success(call->status))
		return sg_watch_step_fault(watch, ret, err);
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

int64_t sg_watch_due_ms(const struct sg_watch *watch)
{
	if (!watch->call)
		return watch->not_before_ms;
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

void sg_watch_restart(struct sg_watch *watch)
{
	sg_watch_hang_up(watch);
	watch->version[0] = '\0';
	watch->not_before_ms = 0;
	if (watch->phase != SG_PHASE_POLL)
		watch->phase = SG_PHASE_LIST;
}
