/* The inside of a refresh. For cluster/refresh*.c only. */
#ifndef SG_CLUSTER_REFRESH_IMPL_H
#define SG_CLUSTER_REFRESH_IMPL_H

#include "cluster/refresh.h"

/* Asks Argo CD's own API, and waits no longer than SG_REFRESH_PATIENCE_MS for the end. Errors as
 * sg_cluster_refresh(). */
int sg_refresh_by_argocd(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	enum sg_refresh_kind kind, int64_t deadline_ms, struct sg_err *err) SG_MUST_CHECK;

#endif
