/* A refresh through Argo CD's own API, which needs no more than the right to read (argocd.md 2.1).
 */
#include "cluster/refresh_impl.h"

#define PATH_MAX_BYTES ((size_t)4096)

int sg_refresh_start(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	enum sg_refresh_kind kind, struct sg_http_call **ret_call, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	struct sg_cluster_req req = {.method = "GET", .label = "ask for a refresh"};

	sg_buf_init(&path, PATH_MAX_BYTES);
	if (sg_cluster_path_app(app, &path, err) < 0)
		return -1;
	sg_buf_adds(&path, kind == SG_REFRESH_NORMAL ? "?refresh=normal" : "?refresh=hard");
	req.path = path.ptr;
	return sg_cluster_start(client, &req, false, ret_call, err);
}

int sg_refresh_judge(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	const struct sg_http_call *call, struct sg_err *err)
{
	struct sg_fault fault;

	if (call->failed) {
		*err = call->err;
		return -1;
	}
	if (!call->done || call->status == 200)
		return 0;
	sg_fault_read(call->status, &call->headers, sg_buf_str(&call->body), &fault);
	return sg_cluster_fail(client, app, "get", &fault, err);
}
