/*
 * HTTP as the rest of the house sees it: start a call, take its bytes as they come, end it.
 * The real client is io/http_curl.h; tests have a scripted one. Policy: security.md 4.2.
 *
 * - https only; plain http only to loopback. No redirect is ever followed: a 3xx is the answer.
 * - A credential is bound to one origin; a request that would take it elsewhere fails
 *   (SG_R_CREDENTIAL_ORIGIN) before a byte is sent.
 * - Headers are capped at 64 KiB, bodies at what the request says.
 */
#ifndef SG_IO_HTTP_H
#define SG_IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "io/loop.h"

enum sg_cred_kind {
	SG_CRED_BEARER, /* Authorization: Bearer SECRET */
	SG_CRED_BASIC,  /* Authorization: Basic base64(user:SECRET), sent with the first request */
	SG_CRED_PRIVATE_TOKEN, /* PRIVATE-TOKEN: SECRET (GitLab) */
	SG_CRED_JOB_TOKEN      /* JOB-TOKEN: SECRET (GitLab) */
};

struct sg_cred {
	enum sg_cred_kind kind;
	const char *origin; /* "https://host:port", normalised by sg_http_origin() */
	const char *user;   /* for BASIC */
	const struct sg_secret *secret;
};

/* TLS settings of one server; all members may be NULL. PEM bytes, not file names. */
struct sg_tls {
	struct sg_str ca_pem;               /* replaces the default trust store when not empty */
	const char *ca_from;                /* where it came from, for errors */
	struct sg_str client_cert_pem;      /* client certificate chain */
	const struct sg_secret *client_key; /* its PEM key */
	const char *server_name; /* verify and SNI for this name instead of the URL's host */
	bool insecure; /* no verification; kubeconfig with `cluster: {insecure: true}` only */
};

struct sg_http_header {
	const char *name;
	const char *value; /* never a secret: those travel in sg_cred */
};

struct sg_http_req {
	const char *method;
	const char *url; /* absolute; user info in it is refused */
	const struct sg_http_header *headers;
	size_t header_count;
	struct sg_str body; /* must stay valid until the call ends */
	const struct sg_cred *cred;
	const struct sg_tls *tls; /* NULL: the defaults of the client */
	const char *proxy;        /* NULL: the proxy environment; "" none; else a URL */
	size_t max_body_bytes;    /* of the answer in total; 0 is a bug */
	size_t window_bytes; /* stop reading from the network while so much waits unread; 0: 256 KiB
			      */
	int64_t connect_timeout_ms; /* 0: the client's default (10 s) */
	int64_t idle_timeout_ms;    /* no byte for so long ends the call; 0: default 30 s; SG_NEVER:
				       watch streams */
	int64_t total_timeout_ms;   /* 0: default 60 s; SG_NEVER: streams */
	int64_t until_ms;           /* of the loop's clock: the call ends then at the latest; 0: no
				       such moment */
	bool replayable;            /* sending it twice does no harm (GET, or guarded) */
	const char *label;          /* for errors: "fetch", "watch applications"; may be NULL */
};

/*
 * A call under way. Members are read-only for the consumer, who takes body bytes with
 * sg_http_take(). `status` is 0 until the headers are there. When `done`, either the answer is
 * complete or `failed` is set and `err` says why (transport error, cap exceeded, timeout).
 */
struct sg_http_call {
	const struct sg_http_ops *ops;
	int status;
	struct sg_buf headers; /* raw "Name: value\n" lines of the final answer */
	struct sg_buf body;    /* received and not yet taken */
	bool done;
	bool failed;
	bool resent; /* a kept connection died under it: it may have been carried out before */
	struct sg_err err;
};

struct sg_http_ops {
	void (*resume)(struct sg_http_call *call); /* room in the window again */
	void (*end)(struct sg_http_call *call);    /* aborts what is under way; frees the call */
};

struct sg_http {
	struct sg_loop *loop;
	int (*start)(struct sg_http *http, const struct sg_http_req *req,
		struct sg_http_call **ret_call, struct sg_err *err);
};

/* Begins a call; nothing has been waited for yet. */
int sg_http_start(struct sg_http *http, const struct sg_http_req *req,
	struct sg_http_call **ret_call, struct sg_err *err) SG_MUST_CHECK;

/* Removes LEN bytes from the front of call->body, and lets the network go on. */
void sg_http_take(struct sg_http_call *call, size_t len);

/* NULL is fine. */
void sg_http_end(struct sg_http_call *call);
void sg_http_end_ptr(struct sg_http_call **call);

/* Waits until the headers are there or the call is done; -1 with the call's error if it failed. */
int sg_http_await_headers(
	struct sg_http *http, struct sg_http_call *call, struct sg_err *err) SG_MUST_CHECK;

/*
 * Waits until body bytes are there or the call is done. What came before a failure can still be
 * taken: -1 only when no byte is left and the call failed.
 */
int sg_http_await_body(
	struct sg_http *http, struct sg_http_call *call, struct sg_err *err) SG_MUST_CHECK;

/* A whole answer. */
struct sg_http_res {
	int status;
	struct sg_buf headers;
	struct sg_buf body;
};

void sg_http_res_release(struct sg_http_res *res);

/* One call from start to end, no retry. -1 only for transport errors; any status is an answer. */
int sg_http_send(struct sg_http *http, const struct sg_http_req *req, struct sg_http_res *ret_res,
	struct sg_err *err) SG_MUST_CHECK;

/* The value of header NAME (any case) in raw header lines; the empty view when absent. */
struct sg_str sg_http_header(const struct sg_buf *headers, const char *name);

/*
 * "https://host:port" of a URL, host in lower case, default port written out, IPv6 in brackets.
 * Fails for anything but http(s), for user info, and for control bytes.
 */
int sg_http_origin(struct sg_arena *arena, const char *url, const char **ret_origin,
	struct sg_err *err) SG_MUST_CHECK;

/* True for http(s)://localhost, 127.0.0.0/8 and [::1], any port. */
bool sg_http_is_loopback(const char *url);

#endif
