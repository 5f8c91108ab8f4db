#include "cluster/survey.h"

#include <string.h>

#include "base/text.h"
#include "cluster/argocd.h"
#include "cluster/ask.h"
#include "io/json_write.h"

#define PATH_MAX_BYTES ((size_t)4 * 1024)
#define REVIEWS "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

int sg_cluster_version(struct sg_cluster_client *client, int64_t deadline_ms,
	struct sg_arena *arena, const char **ret_version, struct sg_err *err)
{
	const struct sg_cluster_req req = {
		.method = "GET", .path = "/version", .label = "read the server's version"};
	bool argocd = client->access->speech == SG_SPEAKS_ARGOCD;
	const char *product = argocd ? "Argo CD" : "Kubernetes";
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_fault fault = {0};
	const char *version;

	if (sg_cluster_ask(client, &req, "its version", deadline_ms, &doc, &fault, err) < 0)
		return -1;
	*ret_version = NULL;
	if (fault.kind == SG_FAULT_FORBIDDEN && fault.is_status)
		return 0;
	if (fault.kind != SG_FAULT_NONE)
		return sg_cluster_refuse(client, &fault, "its version", err);
	version = sg_json_str(sg_json_get(doc, argocd ? "Version" : "gitVersion"), NULL);
	if (!version)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s is no %s: it tells no version",
			client->access->server, product);
	*ret_version = sg_arena_printf(arena, "%s %s", product, version);
	return 0;
}

static void write_review(
	struct sg_buf *out, const struct sg_cluster_right *right, const char *namespace)
{
	struct sg_json_out json;

	sg_json_out_init(&json, out, /* indent= */ false);
	sg_json_open_object(&json, NULL);
	sg_json_put_str(&json, "apiVersion", "authorization.k8s.io/v1");
	sg_json_put_str(&json, "kind", "SelfSubjectAccessReview");
	sg_json_open_object(&json, "spec");
	sg_json_open_object(&json, "resourceAttributes");
	sg_json_put_str(&json, "namespace", namespace);
	sg_json_put_str(&json, "verb", right->verb);
	sg_json_put_str(&json, "group", right->group);
	sg_json_put_str(&json, "resource", right->resource);
	if (right->subresource)
		sg_json_put_str(&json, "subresource", right->subresource);
	sg_json_close_object(&json);
	sg_json_close_object(&json);
	sg_json_close_object(&json);
}

/* Argo CD's own API: the one right is `get`; lists, the stream and refreshes come with it. */
static int may_by_argocd(struct sg_cluster_client *client, int64_t deadline_ms, bool *ret_allowed,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_cluster_req req = {.method = "GET", .label = "ask what is allowed"};
	struct sg_fault fault = {0};
	const char *value;

	sg_buf_init(&path, PATH_MAX_BYTES);
	if (!client->access->project)
		return sg_fail(err, SG_R_NOT_FOUND,
			"Argo CD says what is allowed in a project only, and none is named: "
			"`cluster: {argocd: true, project: NAME}`");
	sg_buf_adds(&path, SG_ARGOCD_CAN_GET);
	sg_text_url(sg_str_of(client->access->project), &path);
	sg_buf_adds(&path, "%2F*");
	req.path = path.ptr;
	if (sg_cluster_ask(client, &req, "what is allowed", deadline_ms, &doc, &fault, err) < 0)
		return -1;
	if (fault.kind != SG_FAULT_NONE)
		return sg_cluster_refuse(client, &fault, "what is allowed", err);
	value = sg_json_str(sg_json_get(doc, "value"), "");
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return sg_fail(err, SG_R_ANSWER_INVALID, "value: expected yes or no");
	*ret_allowed = strcmp(value, "yes") == 0;
	return 0;
}

int sg_cluster_may_do(struct sg_cluster_client *client, const struct sg_cluster_right *right,
	const char *namespace, int64_t deadline_ms, bool *ret_allowed, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf body = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_cluster_req req = {.method = "POST",
		.path = REVIEWS,
		.content_type = "application/json",
		.label = "ask what is allowed"};
	struct sg_fault fault = {0};
	const struct sg_json *allowed;

	sg_buf_init(&body, PATH_MAX_BYTES);
	write_review(&body, right, namespace);
	req.body = sg_buf_str(&body);
	if (sg_cluster_ask(client, &req, "what is allowed", deadline_ms, &doc, &fault, err) < 0)
		return -1;
	if (fault.kind != SG_FAULT_NONE)
		return sg_cluster_refuse(client, &fault, "what is allowed", err);
	allowed = sg_json_at(doc, "status.allowed");
	if (sg_json_type(allowed) != SG_JSON_BOOL)
		return sg_fail(err, SG_R_ANSWER_INVALID, "status.allowed: expected true or false");
	*ret_allowed = sg_json_bool(allowed, false);
	return 0;
}

int sg_cluster_may(struct sg_cluster_client *client, const char *namespace, const char *verb,
	int64_t deadline_ms, bool *ret_allowed, struct sg_err *err)
{
	const struct sg_cluster_right right = {verb, "argoproj.io", "applications", NULL};

	if (client->access->speech == SG_SPEAKS_ARGOCD)
		return may_by_argocd(client, deadline_ms, ret_allowed, err);
	return sg_cluster_may_do(client, &right, namespace, deadline_ms, ret_allowed, err);
}

int sg_cluster_get_project(struct sg_cluster_client *client, const char *namespace,
	const char *name, int64_t deadline_ms, struct sg_json **ret_doc, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct sg_cluster_req req = {.method = "GET", .label = "read the project of Argo CD"};
	struct sg_fault fault = {0};

	sg_buf_init(&path, PATH_MAX_BYTES);
	if (sg_cluster_path_project(namespace, name, &path, err) < 0)
		return -1;
	req.path = path.ptr;
	if (sg_cluster_ask(
		    client, &req, "the project of Argo CD", deadline_ms, ret_doc, &fault, err) < 0)
		return -1;
	return fault.kind == SG_FAULT_NONE
		       ? 0
		       : sg_cluster_refuse(client, &fault, "the project of Argo CD", err);
}
