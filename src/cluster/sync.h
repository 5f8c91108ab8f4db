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

/* One sync that is being started. */
struct sg_sync;

/*
 * Reads APP and starts the sync if it still is the VERSION that was judged, OutOfSync at REVISION
 * (40 hex digits) with no operation under way. What the operation before has left is removed with
 * the same request, so that nothing of it leaks into this one. WHY is kept in the operation for
 * people. UNTIL_MS, of the loop's clock: then it is given up. Nothing is sent before the first
 * step. CLIENT, APP and WHY outlive it; the caller frees it, which ends what is under way: what was
 * sent by then may have been done. Where the answer was lost, or is none, the application is read
 * once more: an operation with this WHY is the one that was asked for.
 */
struct sg_sync *sg_sync_new(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	const char *revision, const char *version, const char *why, int64_t until_ms);
void sg_sync_free(struct sg_sync *sync);

/* 1: *ret says what came of it. 0: not yet. -1: APPLICATION_NOT_FOUND, AUTH_FAILED, CANCELLED, the
 * network until UNTIL_MS, or what the server does not like about it now (a sync window, an
 * admission webhook). */
int sg_sync_step(struct sg_sync *sync, enum sg_sync_result *ret, struct sg_err *err) SG_MUST_CHECK;

/* When a step is due even if no byte arrives; of the loop's clock. */
int64_t sg_sync_due_ms(const struct sg_sync *sync);

#endif
