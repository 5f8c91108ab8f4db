/*
 * Starting a sync of an application whose automated sync is off (argocd.md 1.6): of exactly the
 * revisions that it was compared at, with its own options and retries. Nothing is pruned or forced.
 */
#ifndef SG_CLUSTER_SYNC_H
#define SG_CLUSTER_SYNC_H

#include "cluster/client.h"

enum sg_sync_result {
	SG_SYNC_STARTED,
	SG_SYNC_NOT_NOW,      /* the application is another one by now: look again */
	SG_SYNC_NOT_PERMITTED /* client->sync_refusal has the server's words */
};

/*
 * Reads APP and starts the sync if it still is the VERSION that was judged, OutOfSync at REVISION
 * (40 hex digits) with no operation under way. What the operation before has left is removed with
 * the same request, so that nothing of it leaks into this one. WHY is kept in the operation for
 * people. -1: APPLICATION_NOT_FOUND, AUTH_FAILED, CANCELLED, the network until DEADLINE_MS, or what
 * the server does not like about it now (a sync window, an admission webhook).
 */
int sg_cluster_sync(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	const char *revision, const char *version, const char *why, int64_t deadline_ms,
	enum sg_sync_result *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
