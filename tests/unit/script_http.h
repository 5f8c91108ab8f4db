/*
 * A scripted network on a virtual clock, for tests: what requests are expected, what is answered
 * and when. Nothing sleeps; waiting moves the clock to the next thing that happens.
 *
 *	struct script *s = script_new();
 *	struct script_answer *a = script_expect(s, "GET", "https://h/x");
 *	script_status(a, 200);
 *	script_piece(a, 40, SG_STR("one\n"));       at 40 ms after the request
 *	script_piece(a, 90, SG_STR("two\n"));
 *	... code under test with script_http(s) ...
 *	assert_null(script_problem(s));             everything was asked for, nothing else was
 *	script_free(s);
 *
 * The policy of sg_http_start() and the timers, limits and windows of the real client hold.
 */
#ifndef TESTS_SCRIPT_HTTP_H
#define TESTS_SCRIPT_HTTP_H

#include "io/http.h"

struct script;
struct script_answer;

/* A request as it was sent; everything lives as long as the script. */
struct script_request {
	const char *method;
	const char *url;
	const char *headers; /* "Name: value\n" lines, without the credential */
	const char *cred; /* "Bearer x", "Basic user:x", "PRIVATE-TOKEN x", "JOB-TOKEN x"; NULL */
	struct sg_str body;
	int64_t at_ms; /* of the virtual clock */
};

/* The virtual clock starts at 1,000,000 ms and 2024-01-02T03:04:05Z. */
struct script *script_new(void);
void script_free(struct script *s);
void script_free_ptr(struct script **s);
struct sg_http *script_http(struct script *s); /* with its loop and clock */
int64_t script_now_ms(struct script *s);
void script_advance(struct script *s, int64_t ms);     /* time passes outside of any wait */
void script_turn_wall(struct script *s, int64_t by_s); /* the date only, as somebody sets it */

/* Requests come in the order of the expectations, unless this is called. */
void script_any_order(struct script *s);

/* One request that is expected; the URL "*" is any. Without more it is answered at once: 200, no
 * body. */
struct script_answer *script_expect(struct script *s, const char *method, const char *url);

/* The same with an answer that comes whole and at once. */
struct script_answer *script_reply(
	struct script *s, const char *method, const char *url, int status, const char *body);

/* May come any number of times, also never; needs no turn. */
void script_always(struct script_answer *a);

/* The request must carry this header, these bytes somewhere in its body, this credential. */
void script_want_header(struct script_answer *a, const char *name, const char *value);
void script_want_body(struct script_answer *a, const char *part);
void script_want_cred(struct script_answer *a, const char *cred);

/* The answer. Times are milliseconds after the request. */
void script_status(struct script_answer *a, int status);
void script_header(struct script_answer *a, const char *name, const char *value);
void script_delay(struct script_answer *a, int64_t at_ms); /* headers come then; default 0 */
void script_piece(struct script_answer *a, int64_t at_ms, struct sg_str bytes);
void script_end(struct script_answer *a, int64_t at_ms); /* default: with the last piece */
void script_hang(struct script_answer *a);               /* never ends by itself */

/* The transport fails then (transient when TRANSIENT); what came before stays. */
void script_fail(struct script_answer *a, int64_t at_ms, enum sg_reason reason, bool transient,
	const char *cause);

/* No answer at all, and no end: only a timer of the caller helps. */
void script_silence(struct script_answer *a);

/* Makes the answer from the request, at the moment it comes. ANSWER is fresh. */
void script_compute(struct script_answer *a,
	void (*fn)(void *arg, const struct script_request *request, struct script_answer *answer),
	void *arg);

/* Calls FN while something waits and the clock says now + AFTER_MS. */
void script_later(struct script *s, int64_t after_ms, void (*fn)(void *arg), void *arg);

/* From then on every wait ends with CANCELLED. */
void script_cancel(struct script *s, int64_t after_ms, int signo);

/* What was sent. */
size_t script_request_count(const struct script *s);
const struct script_request *script_request(const struct script *s, size_t index);

/* Calls that were started and not ended yet. */
size_t script_open_calls(const struct script *s);

/* NULL when all went by the script; else what did not (the first of it). */
const char *script_problem(struct script *s);

#endif
