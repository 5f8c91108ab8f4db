/* The real HTTP client on libcurl's multi interface, and the loop that drives it. */
#ifndef SG_IO_HTTP_CURL_H
#define SG_IO_HTTP_CURL_H

#include "base/log.h"
#include "io/http.h"

struct sg_http_curl_opts {
	struct sg_clock *clock;
	struct sg_log *log;   /* NULL: silent */
	bool trace;           /* header names and redacted values at debug level; never bodies */
	struct sg_str ca_pem; /* the trust store, all of it (see sg_ca_load) */
	const char *ca_from;  /* where it came from, for errors */
	int64_t connect_timeout_ms; /* 0: 10 s */
	int64_t request_timeout_ms; /* 0: 60 s */
	int64_t idle_timeout_ms;    /* 0: 30 s */
	const char *user_agent;     /* "stagegate/0.1.0" */
};

/*
 * Makes the client and its loop. The loop also ends waits when io/signal saw SIGINT or SIGTERM.
 * Connections are kept and reused. The caller frees it after every call has ended.
 */
int sg_http_curl_new(const struct sg_http_curl_opts *opts, struct sg_http **ret_http,
	struct sg_err *err) SG_MUST_CHECK;
void sg_http_curl_free(struct sg_http *http);

/* Requests sent and connections opened so far, for reports and tests. */
struct sg_http_stats {
	uint64_t requests;
	uint64_t connections;
	uint64_t bytes_up;
	uint64_t bytes_down;
};
struct sg_http_stats sg_http_curl_stats(const struct sg_http *http);

#endif
