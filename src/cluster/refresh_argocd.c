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

/* One that asks for a password comes with 200, too; the body of a real answer is not waited for. */
static bool is_page(const struct sg_http_call *call)
{
	return sg_str_starts(sg_http_header(&call->headers, "Content-Type"), "text/html");
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
		return is_page(call) ? sg_fail(err, SG_R_ANSWER_INVALID,
					       "%s answers with an HTML page instead of the "
					       "application",
					       client->access->server)
				     : 0;
	sg_fault_read(call->status, &call->headers, sg_buf_str(&call->body), &fault);
	return sg_cluster_fail(client, app, "get", &fault, err);
}
