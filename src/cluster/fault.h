/*
 * What an answer that is no success says: a Status object of the API server, plain text of the API
 * server or of a gateway before it (GitLab's agent server, a load balancer), or HTML
 * (argocd.md 3.4, 3.7).
 */
#ifndef SG_CLUSTER_FAULT_H
#define SG_CLUSTER_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/json_doc.h"

enum sg_fault_kind {
	SG_FAULT_NONE,        /* 2xx */
	SG_FAULT_AUTH,        /* 401 */
	SG_FAULT_FORBIDDEN,   /* 403 */
	SG_FAULT_NO_OBJECT,   /* 404 of the API server about an object */
	SG_FAULT_NO_RESOURCE, /* 404 for the whole kind: no such CRD, or not this server at all */
	SG_FAULT_CONFLICT,    /* 409 */
	SG_FAULT_EXPIRED,     /* 410: list again */
	SG_FAULT_TOO_LARGE,   /* 413, and etcd's own limit in a 500 */
	SG_FAULT_REFUSED,     /* 400, 405, 406, 415, 422, and a 500 about our own parameters */
	SG_FAULT_THROTTLED,   /* 429 */
	SG_FAULT_UNAVAILABLE, /* 408 and 5xx: may pass */
	SG_FAULT_REDIRECTED,  /* 3xx */
	SG_FAULT_ODD          /* anything else */
};

struct sg_fault {
	enum sg_fault_kind kind;
	int status;             /* HTTP status, or the code of a Status frame */
	bool is_status;         /* the body was a Status object */
	bool resent;            /* cluster/read.h: it may have been done by a try before */
	int grpc;               /* Argo CD's own code (argocd.md 2.3); 0: none */
	int64_t retry_after_ms; /* -1: nothing was said */
	char reason[48];        /* Status.reason; may be empty */
	char message[400];      /* what the server says, one line, cut; may be empty */
	char location[200];     /* where a 3xx points to */
};

/* Reads an HTTP answer. BODY may be cut or anything at all. */
void sg_fault_read(int http_status, const struct sg_buf *headers, struct sg_str body,
	struct sg_fault *ret_fault);

/* Reads the Status object of an ERROR frame of a watch. */
void sg_fault_read_frame(const struct sg_json *object, struct sg_fault *ret_fault);

/* Reads the `error` that ends a stream of Argo CD's own API (argocd.md 2.4). */
void sg_fault_read_stream(const struct sg_json *error, struct sg_fault *ret_fault);

/* True when the same request may succeed later without anybody doing something. */
bool sg_fault_may_pass(const struct sg_fault *fault);

/* What was asked for, for the words of an error. */
struct sg_fault_about {
	const char *verb;      /* the RBAC verb: get, list, watch, patch */
	const char *server;    /* URL of the API server */
	const char *identity;  /* where the credential came from */
	const char *namespace; /* of the applications */
	const char *name;      /* of the application */
	bool argocd;           /* it is Argo CD's own API */
};

/*
 * Sets ERR: AUTH_FAILED, FORBIDDEN (with the missing RBAC rule), APPLICATION_NOT_FOUND, NOT_FOUND,
 * CONFLICT, THROTTLED, REMOTE_FAILED, REDIRECTED or ANSWER_INVALID. Returns -1.
 */
int sg_fault_fail(
	const struct sg_fault *fault, const struct sg_fault_about *about, struct sg_err *err);

#endif
