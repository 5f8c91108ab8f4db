#include "cluster/flux_read.h"

#include <string.h>

#include "base/text.h"
#include "cluster/ask.h"

#define PATH_MAX_BYTES 2048u
#define ODD_TRIES 3

static const struct {
	const char *resource;
	const char *version;
} kinds[] = {
	[SG_FLUX_KUSTOMIZATION] = {"kustomizations", "v1"},
	[SG_FLUX_REPOSITORY] = {"gitrepositories", "v1"},
	[SG_FLUX_RELEASE] = {"helmreleases", "v2"},
};

static int put_path(const struct sg_flux_name *name, struct sg_buf *out, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf base = {0};

	sg_buf_init(out, PATH_MAX_BYTES);
	sg_buf_init(&base, PATH_MAX_BYTES);
	if (!sg_cluster_is_namespace(sg_str_of(name->namespace)) ||
		!sg_cluster_is_name(sg_str_of(name->name)))
		return sg_fail(err, SG_R_CONFIG_INVALID, "\"%.63s/%.253s\" cannot be a %s",
			name->namespace, name->name, sg_flux_kind_name(name->kind));
	sg_buf_addf(
		&base, "/apis/%s/%s", sg_flux_kind_group(name->kind), kinds[name->kind].version);
	return sg_cluster_path_object(
		base.ptr, name->namespace, kinds[name->kind].resource, name->name, out, err);
}

static int no_kind(
	const struct sg_cluster_client *client, const struct sg_flux_name *name, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_NOT_FOUND, "%s knows no %s.%s of %s", client->access->server,
		kinds[name->kind].resource, sg_flux_kind_group(name->kind),
		kinds[name->kind].version);
	return sg_hint(err, "Flux is not installed in this cluster, or is older than 2.3, or it is "
			    "the wrong cluster; see `kubectl api-resources`");
}

static int refused(const struct sg_cluster_client *client, const struct sg_flux_name *name,
	const char *verb, const struct sg_fault *fault, struct sg_err *err)
{
	if (fault->kind == SG_FAULT_NO_RESOURCE)
		return no_kind(client, name, err);
	(void)sg_cluster_refuse(client, fault, sg_flux_kind_name(name->kind), err);
	if (fault->kind == SG_FAULT_FORBIDDEN && fault->is_status)
		(void)sg_hint(err,
			"a Role in namespace \"%s\" must allow verb \"%s\" on resource \"%s\" of "
			"apiGroup \"%s\"",
			name->namespace, verb, kinds[name->kind].resource,
			sg_flux_kind_group(name->kind));
	return -1;
}

static bool is_it(const struct sg_json *doc, const struct sg_flux_name *name)
{
	const struct sg_json *metadata = sg_json_get(doc, "metadata");

	return strcmp(sg_json_str(sg_json_get(doc, "kind"), ""), sg_flux_kind_name(name->kind)) ==
		       0 &&
	       sg_str_starts(sg_str_of(sg_json_str(sg_json_get(doc, "apiVersion"), "")),
		       sg_flux_kind_group(name->kind)) &&
	       strcmp(sg_json_str(sg_json_get(metadata, "namespace"), ""), name->namespace) == 0 &&
	       strcmp(sg_json_str(sg_json_get(metadata, "name"), ""), name->name) == 0;
}

static int another(
	const struct sg_cluster_client *client, const struct sg_flux_name *name, struct sg_err *err)
{
	return sg_cluster_fail_other(client, sg_flux_kind_name(name->kind), name->name, NULL, err);
}

/* 0: answered. 1: something else came. */
static int get_once(struct sg_cluster_client *client, struct sg_cluster_pass *pass,
	const struct sg_cluster_req *req, const struct sg_flux_name *name, int64_t deadline_ms,
	struct sg_json **ret_doc, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_fault fault = {0};

	*ret_doc = NULL;
	if ((pass ? sg_cluster_pass_ask(
			    pass, client, req, deadline_ms, &doc, NULL, NULL, &fault, err)
		  : sg_cluster_ask(client, req, sg_flux_kind_name(name->kind), deadline_ms, &doc,
			    &fault, err)) < 0)
		return -1;
	if (fault.kind == SG_FAULT_NO_OBJECT)
		return 0;
	if (fault.kind != SG_FAULT_NONE)
		return refused(client, name, "get", &fault, err);
	if (!is_it(doc, name)) {
		(void)another(client, name, err);
		return 1;
	}
	*ret_doc = doc;
	doc = NULL;
	return 0;
}

int sg_cluster_get_flux(struct sg_cluster_client *client, struct sg_cluster_pass *pass,
	const struct sg_flux_name *name, int64_t deadline_ms, struct sg_json **ret_doc,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct sg_cluster_req req = {.method = "GET", .label = "read an object of Flux"};

	if (put_path(name, &path, err) < 0)
		return -1;
	req.path = path.ptr;
	for (int tried = 1;; tried++) {
		struct sg_err why = SG_ERR_INIT;
		int n = get_once(client, pass, &req, name, deadline_ms, ret_doc, &why);

		if (n == 0)
			return 0;
		if (n > 0 && !pass)
			n = sg_cluster_again_after_odd(client, tried, err);
		else
			n = 0;
		if (n == 0)
			*err = why;
		if (n <= 0)
			return -1;
	}
}

int sg_cluster_reconcile(struct sg_cluster_client *client, const struct sg_flux_name *name,
	const char *value, int64_t until_ms, struct sg_cluster_read **ret, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0}, body = {0};
	struct sg_cluster_req req = {
		.method = "PATCH", .content_type = "application/merge-patch+json"};

	if (put_path(name, &path, err) < 0)
		return -1;
	sg_buf_adds(&path, "?fieldManager=stagegate");
	sg_buf_init(&body, PATH_MAX_BYTES);
	sg_buf_adds(
		&body, "{\"metadata\":{\"annotations\":{\"reconcile.fluxcd.io/requestedAt\":\"");
	sg_text_json(sg_str_of(value), &body);
	sg_buf_adds(&body, "\"}}}");
	*ret = sg_cluster_read_new(client, path.ptr, "ask Flux to reconcile", until_ms);
	req.body = sg_buf_str(&body);
	sg_cluster_read_send(*ret, &req);
	return 0;
}

int sg_cluster_reconciled(const struct sg_cluster_client *client, const struct sg_flux_name *name,
	const struct sg_cluster_read *read, const struct sg_fault *fault, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;

	if (fault->kind != SG_FAULT_NONE)
		return refused(client, name, "patch", fault, err);
	if (sg_json_parse(sg_cluster_read_text(read), &doc, &why) == 0 && is_it(doc, name))
		return 0;
	return another(client, name, err);
}
