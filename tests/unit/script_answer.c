#include "script_impl.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

int script_wrong(struct script *s, struct sg_err *err, const char *text)
{
	if (!s->problem)
		s->problem = text;
	return sg_fail(err, SG_R_BUG, "script: %s", text);
}

static struct script_answer *answer_new(struct script *s, const char *method, const char *url)
{
	struct script_answer *a = sg_calloc(1, sizeof(*a));
	struct script_answer **end = &s->answers;

	a->script = s;
	a->method = sg_arena_strdup(&s->arena, method);
	a->url = sg_arena_strdup(&s->arena, url);
	a->status = 200;
	a->end_at = -1;
	sg_buf_init(&a->headers, SG_HTTP_HEADERS_MAX * 2);
	while (*end)
		end = &(*end)->next;
	*end = a;
	return a;
}

struct script_answer *script_expect(struct script *s, const char *method, const char *url)
{
	return answer_new(s, method, url);
}

struct script_answer *script_reply(
	struct script *s, const char *method, const char *url, int status, const char *body)
{
	struct script_answer *a = answer_new(s, method, url);

	a->status = status;
	if (body && *body)
		script_piece(a, 0, sg_str_of(body));
	return a;
}

void script_any_order(struct script *s)
{
	s->any_order = true;
}

void script_always(struct script_answer *a)
{
	a->always = true;
}

static void want(struct script_answer *a, const char *name, const char *value)
{
	struct sg_arena *arena = &a->script->arena;
	struct wanted *w = sg_arena_push(arena, &a->wanted, &a->wanted_count, sizeof(*w));

	w->name = sg_arena_strdup(arena, name);
	w->value = sg_arena_strdup(arena, value);
}

void script_want_header(struct script_answer *a, const char *name, const char *value)
{
	want(a, name, value);
}

void script_want_body(struct script_answer *a, const char *part)
{
	want(a, NULL, part);
}

void script_want_cred(struct script_answer *a, const char *cred)
{
	a->cred = sg_arena_strdup(&a->script->arena, cred);
}

void script_status(struct script_answer *a, int status)
{
	a->status = status;
}

void script_header(struct script_answer *a, const char *name, const char *value)
{
	sg_buf_addf(&a->headers, "%s: %s\n", name, value);
}

void script_delay(struct script_answer *a, int64_t at_ms)
{
	a->headers_at = at_ms;
}

void script_piece(struct script_answer *a, int64_t at_ms, struct sg_str bytes)
{
	struct sg_arena *arena = &a->script->arena;
	struct piece *p = sg_arena_push(arena, &a->pieces, &a->piece_count, sizeof(*p));

	p->at_ms = at_ms;
	p->bytes = (struct sg_str){sg_arena_dup(arena, bytes), bytes.len};
}

void script_end(struct script_answer *a, int64_t at_ms)
{
	a->end_at = at_ms;
}

void script_hang(struct script_answer *a)
{
	a->end_at = SG_NEVER;
}

void script_silence(struct script_answer *a)
{
	a->headers_at = SG_NEVER;
	a->end_at = SG_NEVER;
}

void script_fail(struct script_answer *a, int64_t at_ms, enum sg_reason reason, bool transient,
	const char *cause)
{
	if (a->headers_at >= at_ms)
		a->headers_at = SG_NEVER;
	a->end_at = at_ms;
	a->fails = true;
	(void)sg_fail(&a->failure, reason, "%s", cause);
	a->failure.transient = transient;
}

void script_compute(struct script_answer *a,
	void (*fn)(void *arg, const struct script_request *, struct script_answer *), void *arg)
{
	a->compute = fn;
	a->compute_arg = arg;
}

static const char *cred_text(struct sg_arena *arena, const struct sg_cred *cred)
{
	struct sg_str secret;

	if (!cred)
		return NULL;
	secret = sg_secret_bytes(cred->secret);
	switch (cred->kind) {
	case SG_CRED_BEARER:
		return sg_arena_printf(arena, "Bearer %.*s", SG_STR_ARG(secret));
	case SG_CRED_BASIC:
		return sg_arena_printf(
			arena, "Basic %s:%.*s", cred->user ? cred->user : "", SG_STR_ARG(secret));
	case SG_CRED_PRIVATE_TOKEN:
		return sg_arena_printf(arena, "PRIVATE-TOKEN %.*s", SG_STR_ARG(secret));
	case SG_CRED_JOB_TOKEN:
		return sg_arena_printf(arena, "JOB-TOKEN %.*s", SG_STR_ARG(secret));
	}
	return NULL;
}

const struct script_request *script_record(struct script *s, const struct sg_http_req *req)
{
	struct sg_arena *arena = &s->arena;
	struct script_request *r = sg_arena_calloc(arena, 1, sizeof(*r));
	struct script_request **slot =
		sg_arena_push(arena, &s->requests, &s->request_count, sizeof(*slot));

	r->method = sg_arena_strdup(arena, req->method);
	r->url = sg_arena_strdup(arena, req->url);
	r->headers = "";
	for (size_t i = 0; i < req->header_count; i++)
		r->headers = sg_arena_printf(arena, "%s%s: %s\n", r->headers, req->headers[i].name,
			req->headers[i].value);
	r->cred = cred_text(arena, req->cred);
	r->body = (struct sg_str){sg_arena_dup(arena, req->body), req->body.len};
	r->at_ms = s->now_ms;
	*slot = r;
	return r;
}

static bool body_has(struct sg_str body, const char *part)
{
	return sg_str_search(body, part) >= 0;
}

static const char *check_wanted(const struct script_answer *a, const struct script_request *r)
{
	struct sg_arena *arena = &a->script->arena;
	struct sg_buf lines = {.ptr = NULL};
	const char *text = NULL;

	sg_buf_init(&lines, SIZE_MAX / 4);
	sg_buf_adds(&lines, r->headers);
	for (size_t i = 0; i < a->wanted_count && !text; i++) {
		const struct wanted *w = &a->wanted[i];
		bool ok = w->name ? sg_str_is(sg_http_header(&lines, w->name), w->value)
				  : body_has(r->body, w->value);

		if (!ok)
			text = sg_arena_printf(arena, "%s %s came without %s %s", r->method, r->url,
				w->name ? w->name : "the body part", w->value);
	}
	if (!text && a->cred && (!r->cred || strcmp(a->cred, r->cred) != 0))
		text = sg_arena_printf(arena, "%s %s came with credential %s instead of %s",
			r->method, r->url, r->cred ? r->cred : "(none)", a->cred);
	sg_buf_release(&lines);
	return text;
}

static bool matches(const struct script_answer *a, const struct script_request *r)
{
	return a->method && strcmp(a->method, r->method) == 0 &&
	       (strcmp(a->url, "*") == 0 || strcmp(a->url, r->url) == 0);
}

static struct script_answer *find(struct script *s, const struct script_request *r)
{
	struct script_answer *always = NULL;

	for (struct script_answer *a = s->answers; a; a = a->next) {
		if (!a->method || (a->used && !a->always))
			continue;
		if (a->always) {
			if (!always && matches(a, r))
				always = a;
			continue;
		}
		if (matches(a, r))
			return a;
		if (!s->any_order)
			break;
	}
	for (struct script_answer *a = s->answers; a && !always; a = a->next)
		if (a->always && matches(a, r))
			always = a;
	return always;
}

const struct script_answer *script_answer_for(
	struct script *s, const struct script_request *r, struct sg_err *err)
{
	struct script_answer *a = find(s, r), *computed;
	const char *text;

	if (!a) {
		(void)script_wrong(s, err,
			sg_arena_printf(
				&s->arena, "%s %s was not expected now", r->method, r->url));
		return NULL;
	}
	a->used = true;
	text = check_wanted(a, r);
	if (text) {
		(void)script_wrong(s, err, text);
		return NULL;
	}
	if (!a->compute)
		return a;
	computed = answer_new(s, NULL, NULL);
	computed->used = true;
	a->compute(a->compute_arg, r, computed);
	return computed;
}
