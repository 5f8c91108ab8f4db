/*
 * Requests to one Kubernetes API server: the credential is kept fresh, what may pass is tried again
 * until a deadline, and answers that are no success come back as faults (cluster/fault.h).
 */
#ifndef SG_CLUSTER_CLIENT_H
#define SG_CLUSTER_CLIENT_H

#include "cluster/access.h"
#include "cluster/fault.h"
#include "cluster/path.h"
#include "io/http_retry.h"

/* One JSON object of the server at most; etcd itself stops at 1.5 MiB (argocd.md 3.2). */
#define SG_CLUSTER_OBJECT_MAX_BYTES ((size_t)16 * 1024 * 1024)

/*
 * An API server that starts knows no rules and no accounts yet: for so long a 401 or 403 is not
 * believed where the same was allowed before.
 */
#define SG_CLUSTER_STARTING_MS INT64_C(30000)

struct sg_cluster_client {
	struct sg_http *http;
	struct sg_cluster_client *beyond; /* reaches the cluster that the applications deploy to,
					     where that is another one; NULL: nothing does */
	int64_t away_ms;                  /* of such a one: until then it is not asked again */
	struct sg_cluster_access *access;
	struct sg_retry_policy retry; /* deadline_ms is set by each call; seed moves on */
	int64_t connect_timeout_ms;   /* 0: the default of io/http.h */
	int64_t request_timeout_ms;   /* of one try; 0: the default */
	int64_t server_unix_s;        /* Date of the last answer; 0: none had one */
	bool read_only;               /* the server refused `patch` once (see cluster/refresh.h) */
	struct sg_err refusal;        /* with read_only: what it said */
	bool patched;                 /* a patch was allowed */
	bool patch_denied;            /* and another one was not, first: */
	int64_t patch_denied_ms;
	struct sg_err sync_refusal;    /* of a sync (see cluster/sync.h); its reason is OK: none */
	struct sg_err rollout_refusal; /* of a change of a Rollout (see cluster/rollout.h) */
};

struct sg_cluster_req {
	const char *method;       /* GET, PATCH */
	const char *path;         /* "/apis/...", encoded (cluster/path.h) */
	const char *content_type; /* of the body; NULL without one */
	struct sg_str body;
	size_t max_bytes;  /* of a whole answer; 0: SG_CLUSTER_OBJECT_MAX_BYTES */
	const char *label; /* for errors: "read the application" */
};

/*
 * Begins one request without repetition, for streams: no time limit of its own when ENDLESS. The
 * caller ends the call.
 */
int sg_cluster_start(struct sg_cluster_client *client, const struct sg_cluster_req *req,
	bool endless, struct sg_http_call **ret_call, struct sg_err *err) SG_MUST_CHECK;

/* client->server_unix_s is what the answer with HEADERS says, where it says it. */
void sg_cluster_note_date(struct sg_cluster_client *client, const struct sg_buf *headers);

/*
 * A whole answer. 429, 5xx and transport errors are tried again until DEADLINE_MS (of the loop's
 * clock), honouring Retry-After; a 401 reads the credential again, once. 0: an answer that is
 * final; ret_fault->kind tells whether it is a success. -1: no final answer came; the error says
 * what was last seen. Every request but a POST is taken to be harmless when sent twice.
 */
int sg_cluster_send(struct sg_cluster_client *client, const struct sg_cluster_req *req,
	int64_t deadline_ms, struct sg_http_res *ret_res, struct sg_fault *ret_fault,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Whether a patch that is denied now may be allowed in a moment: one was allowed before
 * (client->patched), and it is not so long since the first denial. Others that are still allowed
 * make that no later: a right may be about single applications.
 */
bool sg_cluster_may_patch_again(struct sg_cluster_client *client);

/*
 * After an answer that made no sense, which may have been a gateway's hiccup: waits before the next
 * try. 1: ask again. 0: TRIED of them are enough. -1: ERR is new (a signal).
 */
int sg_cluster_again_after_odd(
	struct sg_cluster_client *client, int tried, struct sg_err *err) SG_MUST_CHECK;

/* Turns a fault about APP into an error; VERB as RBAC calls it. Returns -1. */
int sg_cluster_fail(const struct sg_cluster_client *client, const struct sg_cluster_app *app,
	const char *verb, const struct sg_fault *fault, struct sg_err *err);

/* As above, for a read that is about no application of its own. */
int sg_cluster_gave_up(
	const struct sg_cluster_client *client, const struct sg_fault *fault, struct sg_err *err);

/* It answers with something else than WHAT: the "application" of that NAME, or "a list" (NULL), as
 * WHY says (NULL: that is all). ANSWER_INVALID; returns -1. */
int sg_cluster_fail_other(const struct sg_cluster_client *client, const char *what,
	const char *name, const char *why, struct sg_err *err);

/*
 * Reads one application: a fresh read of the server, no cache (argocd.md 3.2). The caller frees
 * *ret_doc. APPLICATION_NOT_FOUND, FORBIDDEN, AUTH_FAILED, NOT_FOUND (no Argo CD there),
 * ANSWER_INVALID when it is not that application, three times.
 */
int sg_cluster_get_application(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	int64_t deadline_ms, struct sg_json **ret_doc, struct sg_err *err) SG_MUST_CHECK;

/* True when OBJECT is the application APP: namespace and name, and nothing speaks of another kind.
 */
bool sg_cluster_is_app(const struct sg_json *object, const struct sg_cluster_app *app);

/* metadata.resourceVersion; "" when absent. An opaque text: equality only. */
const char *sg_cluster_version_of(const struct sg_json *object);

#endif
