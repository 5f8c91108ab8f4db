/* The inside of a refresh. For cluster/refresh*.c only. */
#ifndef SG_CLUSTER_REFRESH_IMPL_H
#define SG_CLUSTER_REFRESH_IMPL_H

#include "cluster/refresh.h"

/* Of Argo CD's own API: begins a request that the caller ends. */
int sg_refresh_start(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	enum sg_refresh_kind kind, struct sg_http_call **ret_call,
	struct sg_err *err) SG_MUST_CHECK;

/* What has become of it so far: 0 taken, as far as one can tell; else the errors of
 * sg_cluster_refresh(). */
int sg_refresh_judge(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	const struct sg_http_call *call, struct sg_err *err) SG_MUST_CHECK;

#endif
