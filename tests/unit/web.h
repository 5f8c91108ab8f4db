/* The badly behaved web server of http_server.py, and a real client for it. */
#ifndef TESTS_WEB_H
#define TESTS_WEB_H

#include "io/http_curl.h"

/* Group fixtures: start the server (tests are skipped when there is no Python), and end it. */
int web_set_up(void **state);
int web_tear_down(void **state);

/* False, with a line that says why, when the server could not be started. */
bool web_ready(void);

/* Everything below lives until tear-down. */
int web_port(const char *name);
const char *web_url(const char *name, const char *path); /* https on localhost */
struct sg_str web_pem(const char *name);                 /* NAME.pem of the server's folder */
struct sg_str web_key(const char *name);

/* Makes a client that trusts the server's authority; OPTS may be NULL. */
struct sg_http *web_client(const struct sg_http_curl_opts *opts);

/* A GET that may be sent again, with short timers. */
struct sg_http_req web_get(const char *url);

/* Sends; the body is a string that lives until tear-down. Fails the test on an error. */
const char *web_body(struct sg_http *http, const struct sg_http_req *req, int status);

/* Sends what must fail for REASON; every WORD (NULL at the end) is in the cause or hint. */
void web_fails(struct sg_http *http, const struct sg_http_req *req, enum sg_reason reason,
	const char *const *words);
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The error of the last web_fails(). */
const struct sg_err *web_error(void);

#endif
