#include "repo/wire.h"

#include <string.h>

#include "repo/answer.h"

enum {
	FIRST_BYTES = 16 * 1024, /* of a body that is not Git's */
	FINISH_BYTES = 4096,
	FINISH_MS = 1000,
	WINDOW_BYTES = 256 * 1024
};

static const struct step {
	const char *service;
	const char *label;
	bool post;
	bool replayable;
} steps[] = {
	[SG_WIRE_FETCH_REFS] = {"git-upload-pack", "look at the branches", false, true},
	[SG_WIRE_FETCH] = {"git-upload-pack", "fetch", true, true},
	[SG_WIRE_PUSH_REFS] = {"git-receive-pack", "ask what a push may carry", false, true},
	[SG_WIRE_PUSH] = {"git-receive-pack", "push", true, false},
};

int sg_wire_url(struct sg_arena *arena, const char *url, const char **ret_url, struct sg_err *err)
{
	struct sg_str s = sg_str_of(url);
	const char *origin;
	struct sg_str path;
	long scheme, slash;

	if (sg_http_origin(arena, url, &origin, err) < 0)
		return sg_wrap(err, "address of the GitOps repository");
	if (sg_str_find(s, '?') >= 0 || sg_str_find(s, '#') >= 0) {
		sg_fail(err, SG_R_CONFIG_INVALID,
			"the address of the GitOps repository has a query or a fragment");
		return sg_hint(err, "use the address that `git clone` takes");
	}
	while (sg_str_ends(s, "/"))
		s = sg_str_sub(s, 0, s.len - 1);
	scheme = sg_str_search(s, "://");
	path = sg_str_sub(s, (size_t)scheme + 3, s.len);
	slash = sg_str_find(path, '/');
	if (slash < 0)
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"the address of the GitOps repository names a server but no repository");
	*ret_url = sg_arena_dup(arena, s);
	return 0;
}

int sg_wire_alive(struct sg_wire *wire, struct sg_err *err)
{
	int64_t now = sg_loop_now_ms(wire->http->loop);

	if (sg_loop_wait(wire->http->loop, now, err) < 0)
		return -1;
	if (now >= wire->deadline_ms)
		return sg_fail(
			err, SG_R_TIMEOUT, "the deadline passed while talking to the Git server");
	return 0;
}

static int64_t time_left(const struct sg_wire *wire, int64_t now)
{
	return wire->deadline_ms == SG_NEVER ? SG_NEVER : wire->deadline_ms - now;
}

struct attempt {
	struct sg_wire *wire;
	const struct step *step;
	const char *url;
	struct sg_str body;
	bool *sent;
};

static int start(const struct attempt *a, struct sg_http_call **ret_call, struct sg_err *err)
{
	struct sg_wire *wire = a->wire;
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	const char *service = a->step->service;
	struct sg_http_header headers[] = {
		{"Accept", a->step->post
				   ? sg_arena_printf(&arena, "application/x-%s-result", service)
				   : "*/*"},
		{"Content-Type", sg_arena_printf(&arena, "application/x-%s-request", service)},
	};
	struct sg_http_req req = {
		.method = a->step->post ? "POST" : "GET",
		.url = a->url,
		.headers = headers,
		.header_count = a->step->post ? 2 : 1,
		.body = a->body,
		.cred = wire->cred,
		.tls = wire->tls,
		.max_body_bytes = a->step->post ? wire->max_answer_bytes : wire->max_refs_bytes,
		.window_bytes = WINDOW_BYTES,
		.total_timeout_ms = time_left(wire, sg_loop_now_ms(wire->http->loop)),
		.replayable = a->step->replayable,
		.label = a->step->label,
	};

	if (sg_http_start(wire->http, &req, ret_call, err) < 0)
		return -1;
	if (a->sent)
		*a->sent = true;
	return 0;
}

/* The beginning of a body that is going to be an error text; what comes late is not waited for. */
static struct sg_str first_bytes(struct sg_wire *wire, struct sg_http_call *call)
{
	int64_t until = sg_loop_after(wire->http->loop, FINISH_MS);
	struct sg_err ignored = SG_ERR_INIT;

	while (!call->done && call->body.len < FIRST_BYTES &&
		sg_loop_now_ms(wire->http->loop) < until)
		if (sg_loop_wait(wire->http->loop, until, &ignored) < 0)
			break;
	return sg_str_sub(sg_buf_str(&call->body), 0, FIRST_BYTES);
}

static int check(const struct attempt *a, struct sg_http_call *call, struct sg_err *err)
{
	const struct sg_cred *cred = a->wire->cred;
	struct sg_git_answer answer = {
		.url = a->wire->url,
		.service = a->step->service,
		.post = a->step->post,
		.with_cred = cred != NULL,
		.user = cred && cred->kind == SG_CRED_BASIC ? cred->user : NULL,
		.status = call->status,
		.headers = &call->headers,
	};

	if (call->status == 200 && sg_git_answer_check(&answer, err) == 0)
		return 0;
	answer.body = first_bytes(a->wire, call);
	if (sg_git_answer_check(&answer, err) == 0)
		return 0;
	return sg_wrap(err, "%s: %s", a->step->label, a->wire->url);
}

/* One try. On failure `*ret_call` stays with the caller when there was an answer. */
static int try_once(const struct attempt *a, struct sg_http_call **ret_call, struct sg_err *err)
{
	if (start(a, ret_call, err) < 0)
		return -1;
	if (sg_http_await_headers(a->wire->http, *ret_call, err) < 0)
		return -1;
	return check(a, *ret_call, err);
}

/* Sets how long to wait before the next try; false when there is none (ERR may be replaced). */
static bool again(const struct attempt *a, int tried, const struct sg_http_call *call,
	struct sg_err *err, int64_t *ret_until)
{
	struct sg_loop *loop = a->wire->http->loop;
	struct sg_retry_policy *policy = &a->wire->retry;
	int64_t now = sg_loop_now_ms(loop);
	int status = call ? call->status : 0;
	struct sg_retry_step step;

	if (err->reason == SG_R_CANCELLED || (status == 0 && !err->transient))
		return false;
	step = sg_retry_next(policy, tried, a->step->replayable, status, status == 0,
		call ? sg_retry_after_ms(&call->headers) : -1, now, sg_retry_random(&policy->seed));
	if (step.again) {
		*ret_until = sg_loop_after(loop, step.wait_ms);
		return true;
	}
	if (step.reason == SG_R_THROTTLED || step.reason == SG_R_TIMEOUT)
		err->reason = step.reason;
	return false;
}

static int call_with_retry(
	const struct attempt *a, struct sg_http_call **ret_call, struct sg_err *err)
{
	for (int tried = 1;; tried++) {
		struct sg_http_call *call SG_AUTO(sg_http_end_ptr) = NULL;
		struct sg_err why = SG_ERR_INIT;
		int64_t until = 0;

		if (sg_wire_alive(a->wire, err) < 0)
			return -1;
		if (try_once(a, &call, &why) == 0) {
			*ret_call = call;
			call = NULL;
			return 0;
		}
		if (!again(a, tried, call, &why, &until)) {
			*err = why;
			return -1;
		}
		sg_debug(a->wire->log, "%s: try %d failed (%s), again in %lld ms", a->step->label,
			tried, why.cause, (long long)(until - sg_loop_now_ms(a->wire->http->loop)));
		sg_loop_trouble(a->wire->http->loop, &why);
		if (sg_loop_delay(a->wire->http->loop, until, err) < 0)
			return -1;
	}
}

int sg_wire_call(struct sg_wire *wire, enum sg_wire_step step, struct sg_str body, bool *ret_sent,
	struct sg_http_call **ret_call, struct sg_err *err)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	const struct step *how = &steps[step];
	struct attempt attempt = {
		.wire = wire,
		.step = how,
		.url = sg_arena_printf(&arena, how->post ? "%s/%s" : "%s/info/refs?service=%s",
			wire->url, how->service),
		.body = body,
	};

	attempt.sent = ret_sent;
	wire->answered = call_with_retry(&attempt, ret_call, err) == 0;
	if (wire->answered)
		return 0;
	/* what ended a call at the run's own deadline is the deadline, not the server */
	if (err->reason == SG_R_REMOTE_TIMEOUT &&
		sg_loop_now_ms(wire->http->loop) >= wire->deadline_ms)
		err->reason = SG_R_TIMEOUT;
	return -1;
}

void sg_wire_finish(struct sg_wire *wire, struct sg_http_call *call)
{
	int64_t until = sg_loop_after(wire->http->loop, FINISH_MS);
	struct sg_err ignored = SG_ERR_INIT;

	while (!call->done && call->body.len < FINISH_BYTES &&
		sg_loop_now_ms(wire->http->loop) < until)
		if (sg_loop_wait(wire->http->loop, until, &ignored) < 0)
			break;
	sg_http_end(call);
}
