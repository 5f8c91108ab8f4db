/*
 * The errors that every implementation of sg_http makes in the same words, and the timers behind
 * them. For io/ and the scripted client of the tests.
 */
#ifndef SG_IO_HTTP_FAULT_H
#define SG_IO_HTTP_FAULT_H

#include "io/http.h"

#define SG_HTTP_HEADERS_MAX ((size_t)64 * 1024)
#define SG_HTTP_WINDOW ((size_t)256 * 1024)
#define SG_HTTP_CONNECT_MS INT64_C(10000)
#define SG_HTTP_IDLE_MS INT64_C(30000)
#define SG_HTTP_TOTAL_MS INT64_C(60000)

/* Timers of one call; SG_NEVER where one does not run. Milliseconds of the loop's clock. */
struct sg_http_timers {
	int64_t connect_ms, idle_ms, total_ms; /* how long; for the message */
	int64_t connect_at, idle_at, total_at; /* when */
	bool by_caller;                        /* total_at is the moment that the caller named */
};

/* What was asked for, else the defaults; all running from NOW_MS. */
void sg_http_timers_start(
	struct sg_http_timers *timers, const struct sg_http_req *req, int64_t now_ms);

/* A byte came or went. */
void sg_http_timers_touch(struct sg_http_timers *timers, int64_t now_ms);

/* The connection stands. */
void sg_http_timers_connected(struct sg_http_timers *timers, int64_t now_ms);

/* The nearest of them. */
int64_t sg_http_timers_next(const struct sg_http_timers *timers);

/*
 * 0 while there is time; else -1 with UNREACHABLE (no connection) or REMOTE_TIMEOUT, transient,
 * which says which timer it was. RECEIVED is the number of body bytes so far.
 */
int sg_http_timers_check(
	const struct sg_http_timers *timers, int64_t now_ms, uint64_t received, struct sg_err *err);

/* TOO_LARGE naming the limit. */
int sg_http_fail_body(size_t max_body_bytes, struct sg_err *err);
int sg_http_fail_headers(struct sg_err *err);

/* Puts "LABEL: METHOD URL-without-query" in front of the error. */
int sg_http_wrap(const char *label, const char *method, const char *url, struct sg_err *err);

#endif
