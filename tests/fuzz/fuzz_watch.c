/*
 * Any bytes as answers of an API server to a list and to a watch, in pieces of any size: pulling
 * ends, every event is about the application that was asked for, and memory is given back.
 *
 * Input: one byte for the size of the pieces, one for the HTTP status, then the list and the stream
 * with a NUL between them.
 */
#include <string.h>

#include "cluster/watch_impl.h"
#include "script_http.h"

#include "fuzz.h"

#define SERVER "https://k"
#define BASE SERVER "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
#define PULLS_MAX 30
#define PULL_MS 2000

static const int statuses[] = {200, 200, 200, 200, 401, 403, 404, 410, 429, 500, 503, 302};

struct input {
	size_t step;
	int status; /* of the list */
	struct sg_str list, stream;
};

static void split(const uint8_t *data, size_t size, struct input *ret)
{
	struct sg_str rest = {(const char *)data + 2, size - 2};

	ret->step = data[0] ? data[0] : 256;
	ret->status = statuses[data[1] % SG_COUNT(statuses)];
	ret->stream = (struct sg_str){"", 0};
	if (sg_str_cut(&rest, '\0', &ret->list) && rest.ptr)
		ret->stream = rest;
}

static void in_pieces(struct script_answer *a, struct sg_str text, size_t step)
{
	for (size_t i = 0; i < text.len; i += step)
		script_piece(a, (int64_t)i, sg_str_sub(text, i, i + step));
}

/* Every version gets the same stream. */
static void answer(void *arg, const struct script_request *request, struct script_answer *a)
{
	const struct input *in = arg;

	(void)request;
	in_pieces(a, in->stream, in->step);
}

static void pull(struct sg_watch *watch, const struct sg_cluster_app *app, struct script *s)
{
	struct sg_err err = SG_ERR_INIT;
	bool there = false;

	for (int i = 0; i < PULLS_MAX; i++) {
		struct sg_watch_event event = {0};

		if (sg_watch_next(watch, script_now_ms(s) + PULL_MS, &event, &err) < 0) {
			PROMISE(err.reason != SG_R_OK && err.cause[0]);
			return;
		}
		if (event.kind == SG_WATCH_ADDED || event.kind == SG_WATCH_MODIFIED) {
			PROMISE(sg_cluster_is_app(event.object, app));
			PROMISE((event.kind == SG_WATCH_MODIFIED) == there);
			there = true;
		} else if (event.kind == SG_WATCH_DELETED) {
			PROMISE(there);
			there = false;
		}
		sg_watch_event_release(&event);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sg_cluster_app app = {"argocd", "web"};
	struct sg_cluster_access access = {
		.server = SERVER, .origin = SERVER ":443", .source = "x"};
	struct script *s = script_new();
	struct sg_cluster_client client = {
		.http = script_http(s),
		.access = &access,
		.retry = {.base_ms = 500, .max_ms = 30000, .max_after_ms = 120000, .seed = 7},
	};
	struct sg_err err = SG_ERR_INIT;
	struct sg_watch *watch;
	struct script_answer *a;
	struct input in;

	if (size < 2 || sg_watch_new(&client, &app, 1, &watch, &err) < 0) {
		script_free(s);
		return 0;
	}
	split(data, size, &in);
	a = script_expect(s, "GET", BASE "?fieldSelector=metadata.name%3Dweb&limit=500");
	script_status(a, in.status);
	in_pieces(a, in.list, in.step);
	script_always(a);
	a = script_expect(s, "GET",
		sg_arena_printf(&access.arena,
			BASE "?fieldSelector=metadata.name%%3Dweb&watch=1&resourceVersion=1"
			     "&allowWatchBookmarks=true&timeoutSeconds=%u",
			watch->timeout_s));
	script_compute(a, answer, &in);
	script_always(a);
	pull(watch, &app, s);
	sg_watch_free(watch);
	PROMISE(script_open_calls(s) == 0);
	sg_arena_release(&access.arena);
	script_free(s);
	return 0;
}
