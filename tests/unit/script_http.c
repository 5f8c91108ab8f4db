#include "script_impl.h"

#include <stdlib.h>

#include "base/alloc.h"

#define WAITS_MAX 1000000
#define START_MS INT64_C(1000000)
#define START_UNIX INT64_C(1704164645)

static struct script *of_clock(struct sg_clock *clock)
{
	return (struct script *)(void *)((char *)clock - offsetof(struct script, clock));
}

static struct script *of_loop(struct sg_loop *loop)
{
	return (struct script *)(void *)((char *)loop - offsetof(struct script, loop));
}

static int64_t clock_now(struct sg_clock *clock)
{
	return of_clock(clock)->now_ms;
}

static int64_t clock_unix(struct sg_clock *clock)
{
	const struct script *s = of_clock(clock);

	return START_UNIX + s->wall_s + (s->now_ms - START_MS) / 1000;
}

static void call_end(struct sg_http_call *call)
{
	struct script_call *c = (struct script_call *)call;
	struct script_call **at = &c->script->calls;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	sg_buf_release(&call->headers);
	sg_buf_release(&call->body);
	free(c);
}

static bool paused(const struct script_call *c)
{
	return c->call.body.len >= c->window;
}

static void call_resume(struct sg_http_call *call)
{
	struct script_call *c = (struct script_call *)call;

	if (!paused(c))
		sg_http_timers_touch(&c->timers, c->script->now_ms);
}

static const struct sg_http_ops ops = {.resume = call_resume, .end = call_end};

static int start(struct sg_http *http, const struct sg_http_req *req,
	struct sg_http_call **ret_call, struct sg_err *err)
{
	struct script *s = (struct script *)http;
	const struct script_request *r = script_record(s, req);
	const struct script_answer *a = script_answer_for(s, r, err);
	struct script_call *c;

	if (!a)
		return -1;
	c = sg_calloc(1, sizeof(*c));
	c->call.ops = &ops;
	c->script = s;
	c->answer = a;
	c->request = r;
	c->label = sg_arena_strdup(&s->arena, req->label);
	c->start_ms = s->now_ms;
	c->max_body = req->max_body_bytes;
	c->window = req->window_bytes ? req->window_bytes : SG_HTTP_WINDOW;
	sg_buf_init(&c->call.headers, SG_HTTP_HEADERS_MAX);
	sg_buf_init(&c->call.body, SIZE_MAX / 4);
	sg_http_timers_start(&c->timers, req, s->now_ms);
	sg_http_timers_connected(&c->timers, s->now_ms);
	c->next = s->calls;
	s->calls = c;
	*ret_call = &c->call;
	return 0;
}

static int64_t at(const struct script_call *c, int64_t offset_ms)
{
	return offset_ms == SG_NEVER ? SG_NEVER : c->start_ms + offset_ms;
}

/* When the next byte, end or failure of the answer is due; not the timers. */
static int64_t next_due(const struct script_call *c)
{
	const struct script_answer *a = c->answer;
	int64_t last = a->headers_at;

	if (a->fails && c->call.status == 0 && a->headers_at == SG_NEVER)
		return at(c, a->end_at);
	if (c->call.status == 0)
		return at(c, a->headers_at);
	if (c->next_piece < a->piece_count)
		return at(c, a->pieces[c->next_piece].at_ms);
	if (a->end_at >= 0)
		return at(c, a->end_at);
	if (a->piece_count > 0)
		last = a->pieces[a->piece_count - 1].at_ms;
	return at(c, last);
}

static int64_t call_next(const struct script_call *c)
{
	int64_t due, timer;

	if (c->call.done)
		return SG_NEVER;
	if (paused(c))
		return c->timers.total_at;
	due = next_due(c);
	timer = sg_http_timers_next(&c->timers);
	return due < timer ? due : timer;
}

static void finish(struct script_call *c, const struct sg_err *failure)
{
	c->call.done = true;
	if (!failure)
		return;
	c->call.failed = true;
	c->call.err = *failure;
	(void)sg_http_wrap(c->label, c->request->method, c->request->url, &c->call.err);
}

static void deliver_headers(struct script_call *c)
{
	struct sg_err err;

	sg_buf_addstr(&c->call.headers, sg_buf_str(&c->answer->headers));
	if (c->call.headers.overflow) {
		(void)sg_http_fail_headers(&err);
		finish(c, &err);
		return;
	}
	c->call.status = c->answer->status;
}

static void deliver_piece(struct script_call *c)
{
	struct sg_str bytes = c->answer->pieces[c->next_piece++].bytes;
	struct sg_err err;

	if (bytes.len > c->max_body - c->received) {
		(void)sg_http_fail_body(c->max_body, &err);
		finish(c, &err);
		return;
	}
	c->received += bytes.len;
	sg_buf_addstr(&c->call.body, bytes);
}

static void deliver(struct script_call *c)
{
	int64_t now = c->script->now_ms;
	struct sg_err err;

	while (!c->call.done && !paused(c) && next_due(c) <= now) {
		sg_http_timers_touch(&c->timers, now);
		if (c->answer->fails && now >= at(c, c->answer->end_at) &&
			(c->call.status == 0 || c->next_piece == c->answer->piece_count))
			finish(c, &c->answer->failure);
		else if (c->call.status == 0)
			deliver_headers(c);
		else if (c->next_piece < c->answer->piece_count)
			deliver_piece(c);
		else
			finish(c, NULL);
	}
	if (c->call.done || (paused(c) && now < c->timers.total_at))
		return;
	if (sg_http_timers_check(&c->timers, now, c->received, &err) < 0)
		finish(c, &err);
}

static int64_t next_event(const struct script *s)
{
	int64_t next = s->cancel_signo ? s->cancel_at + s->loop.finish_ms : SG_NEVER;

	for (size_t i = 0; i < s->later_count; i++)
		if (!s->laters[i]->done && s->laters[i]->at_ms < next)
			next = s->laters[i]->at_ms;
	for (const struct script_call *c = s->calls; c; c = c->next)
		if (call_next(c) < next)
			next = call_next(c);
	return next;
}

static void run_laters(struct script *s)
{
	for (size_t i = 0; i < s->later_count; i++) {
		struct later *l = s->laters[i];

		if (!l->done && l->at_ms <= s->now_ms) {
			l->done = true;
			l->fn(l->arg);
		}
	}
}

static int cancelled(const struct script *s, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_CANCELLED, "signal %d", s->cancel_signo);
	err->signo = s->cancel_signo;
	return -1;
}

static int loop_wait(struct sg_loop *loop, int64_t until_ms, struct sg_err *err)
{
	struct script *s = of_loop(loop);
	int64_t next = next_event(s);

	if (++s->waits > WAITS_MAX)
		return script_wrong(s, err, "the code waits again and again for nothing");
	if (next == SG_NEVER && until_ms == SG_NEVER)
		return script_wrong(s, err, "the code waits for ever");
	if (next > until_ms)
		next = until_ms;
	if (next > s->now_ms)
		s->now_ms = next;
	run_laters(s);
	if (s->cancel_signo && s->cancel_at + s->loop.finish_ms <= s->now_ms)
		return cancelled(s, err);
	for (struct script_call *c = s->calls; c; c = c->next)
		deliver(c);
	return 0;
}

void script_later(struct script *s, int64_t after_ms, void (*fn)(void *arg), void *arg)
{
	struct later *l = sg_arena_calloc(&s->arena, 1, sizeof(*l));
	struct later **slot = sg_arena_push(&s->arena, &s->laters, &s->later_count, sizeof(*slot));

	*l = (struct later){.at_ms = s->now_ms + after_ms, .fn = fn, .arg = arg};
	*slot = l;
}

void script_cancel(struct script *s, int64_t after_ms, int signo)
{
	s->cancel_at = s->now_ms + after_ms;
	s->cancel_signo = signo;
}

struct script *script_new(void)
{
	struct script *s = sg_calloc(1, sizeof(*s));

	s->now_ms = START_MS;
	s->clock = (struct sg_clock){.now_ms = clock_now, .unix_s = clock_unix};
	s->loop = (struct sg_loop){.clock = &s->clock, .wait = loop_wait};
	s->http = (struct sg_http){.loop = &s->loop, .start = start};
	return s;
}

void script_free(struct script *s)
{
	if (!s)
		return;
	while (s->calls)
		call_end(&s->calls->call);
	while (s->answers) {
		struct script_answer *a = s->answers;

		s->answers = a->next;
		sg_buf_release(&a->headers);
		free(a);
	}
	sg_arena_release(&s->arena);
	free(s);
}

void script_free_ptr(struct script **s)
{
	script_free(*s);
	*s = NULL;
}

struct sg_http *script_http(struct script *s)
{
	return &s->http;
}

int64_t script_now_ms(struct script *s)
{
	return s->now_ms;
}

void script_advance(struct script *s, int64_t ms)
{
	s->now_ms += ms;
}

void script_turn_wall(struct script *s, int64_t by_s)
{
	s->wall_s += by_s;
}

size_t script_request_count(const struct script *s)
{
	return s->request_count;
}

const struct script_request *script_request(const struct script *s, size_t index)
{
	return index < s->request_count ? s->requests[index] : NULL;
}

size_t script_open_calls(const struct script *s)
{
	size_t n = 0;

	for (const struct script_call *c = s->calls; c; c = c->next)
		n++;
	return n;
}

const char *script_problem(struct script *s)
{
	for (const struct script_answer *a = s->answers; a && !s->problem; a = a->next)
		if (a->method && !a->used && !a->always)
			s->problem =
				sg_arena_printf(&s->arena, "%s %s never came", a->method, a->url);
	return s->problem;
}
