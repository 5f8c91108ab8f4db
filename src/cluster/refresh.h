/*
 * Asking Argo CD to compare an application now, so that the consumption of the request is a proof
 * of a fresh comparison (argocd.md 0.1 step 3, 1.4).
 */
#ifndef SG_CLUSTER_REFRESH_H
#define SG_CLUSTER_REFRESH_H

#include "cluster/client.h"
#include "model/app_verdict.h"

enum sg_refresh_kind {
	SG_REFRESH_NORMAL,
	SG_REFRESH_HARD,   /* also without cached manifests */
	SG_REFRESH_HYDRATE /* hard, and the source hydrator too */
};

/* The kind that the decision table asks for. */
enum sg_refresh_kind sg_refresh_kind_of(const struct sg_app_request *request);

enum sg_refresh_result {
	SG_REFRESH_ASKED,         /* the annotation is there now, put by us where there was none */
	SG_REFRESH_ALREADY_THERE, /* somebody else's: wait until it is gone, then ask again */
	SG_REFRESH_NOT_PERMITTED, /* no right to patch; no request is sent any more */
	SG_REFRESH_NOTHING_CHANGED, /* the server took it and changed nothing: no proof can come of
				       it */
	SG_REFRESH_CONTENDED        /* the application changes too fast; ask again later */
};

/* True when the object carries a request that is not consumed yet. */
bool sg_refresh_is_pending(const struct sg_json *object);

/* One request on its way. */
struct sg_refresh;

/*
 * Argo CD's own API answers once the request is consumed, or never, and hanging up does not take it
 * back: so long an answer is worth waiting for, because it may be a denial.
 */
#define SG_REFRESH_PATIENCE_MS 1000

/*
 * Puts the annotation with a merge patch that is guarded by the version of an object without it.
 * SEEN_VERSION is that version, from the watch or a read of the caller's; NULL: read first. After a
 * 409 the application is read again. UNTIL_MS, of the loop's clock: then it is given up. Nothing is
 * sent before the first step. CLIENT and APP outlive it; the caller frees it, which ends what is
 * under way.
 */
struct sg_refresh *sg_refresh_new(struct sg_cluster_client *client,
	const struct sg_cluster_app *app, enum sg_refresh_kind kind, const char *seen_version,
	int64_t until_ms);
void sg_refresh_free(struct sg_refresh *refresh);

/*
 * Goes on, and does not block. 1: *ret says what came of it. 0: not yet. -1: APPLICATION_NOT_FOUND,
 * AUTH_FAILED, FORBIDDEN, ANSWER_INVALID, or the network until UNTIL_MS.
 *
 * The first NOT_PERMITTED fills client->refusal (FORBIDDEN, with the missing RBAC rule) for the
 * caller to say once; then every one answers NOT_PERMITTED at once. Where a patch was allowed
 * before, that takes SG_CLUSTER_STARTING_MS of denial; until then it is the error FORBIDDEN.
 *
 * With ASKED, *ret_object is the application as the patch left it, or NULL (Argo CD's own API shows
 * none); the caller frees it or hands it to sg_watch_feed(), which knows when it may become an
 * event.
 */
int sg_refresh_step(struct sg_refresh *refresh, enum sg_refresh_result *ret,
	struct sg_json **ret_object, struct sg_err *err) SG_MUST_CHECK;

/* When a step is due even if no byte arrives; of the loop's clock. */
int64_t sg_refresh_due_ms(const struct sg_refresh *refresh);

/* The whole of it, for who has nothing else to do meanwhile; ret_object may be NULL. */
int sg_cluster_refresh(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	enum sg_refresh_kind kind, const char *seen_version, int64_t deadline_ms,
	enum sg_refresh_result *ret, struct sg_json **ret_object, struct sg_err *err) SG_MUST_CHECK;

#endif
