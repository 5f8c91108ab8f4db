#include "cluster/ask.h"

int sg_cluster_refuse(const struct sg_cluster_client *client, const struct sg_fault *fault,
	const char *what, struct sg_err *err)
{
	const struct sg_cluster_app nobody = {"", ""};

	if (fault->kind != SG_FAULT_FORBIDDEN && fault->kind != SG_FAULT_NO_OBJECT &&
		fault->kind != SG_FAULT_NO_RESOURCE)
		return sg_cluster_fail(client, &nobody, "get", fault, err);
	(void)sg_fail(err, fault->kind == SG_FAULT_FORBIDDEN ? SG_R_FORBIDDEN : SG_R_NOT_FOUND,
		"%s answers %d about %s: %s", client->access->server, fault->status, what,
		fault->message[0] ? fault->message : "(no text)");
	err->http_status = fault->status;
	return -1;
}

static int parse(const struct sg_cluster_client *client, const char *what, struct sg_str body,
	struct sg_json **ret_doc, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	if (sg_json_parse(body, ret_doc, &why) == 0)
		return 0;
	(void)sg_fail(err, SG_R_ANSWER_INVALID, "%s answers about %s with %s (%.100s)",
		client->access->server, what,
		sg_str_starts(sg_str_trim(body), "<") ? "an HTML page" : "no JSON", why.cause);
	return sg_hint(err,
		"is this the API server? Check the server address and its path in %.200s, and the "
		"proxy",
		client->access->source);
}

int sg_cluster_ask(struct sg_cluster_client *client, const struct sg_cluster_req *req,
	const char *what, int64_t deadline_ms, struct sg_json **ret_doc, struct sg_fault *ret_fault,
	struct sg_err *err)
{
	for (int tried = 1;; tried++) {
		SG_AUTO(sg_http_res_release) struct sg_http_res res = {0};
		struct sg_err why = SG_ERR_INIT;
		int n;

		if (sg_cluster_send(client, req, deadline_ms, &res, ret_fault, err) < 0)
			return -1;
		if (ret_fault->kind != SG_FAULT_NONE ||
			parse(client, what, sg_buf_str(&res.body), ret_doc, &why) == 0)
			return 0;
		n = sg_cluster_again_after_odd(client, tried, err);
		if (n == 0)
			*err = why;
		if (n <= 0)
			return -1;
	}
}
