#include "cluster/argocd.h"

#include <string.h>

#include "base/text.h"

#define PREFIX "/apis/argoproj.io/v1alpha1/namespaces/"
#define BY_NAME "fieldSelector=metadata.name%3D"

/* PREFIX NAMESPACE "/" KIND ["/" NAME] ["?" QUERY] in its parts; all of them are encoded. */
struct parts {
	struct sg_str namespace, kind, name, query;
	bool act; /* "/sync" stands behind the name: what else there is to say is in the body */
};

static bool split(const char *path, struct parts *ret)
{
	struct sg_str rest = sg_str_of(path), head = {0};

	*ret = (struct parts){0};
	if (!sg_str_starts(rest, PREFIX))
		return false;
	rest = sg_str_sub(rest, strlen(PREFIX), rest.len);
	(void)sg_str_cut(&rest, '/', &ret->namespace);
	(void)sg_str_cut(&rest, '?', &head);
	ret->query = rest;
	(void)sg_str_cut(&head, '/', &ret->kind);
	ret->name = head;
	ret->act = sg_str_ends(head, "/sync");
	if (ret->act)
		ret->name.len -= strlen("/sync");
	return ret->namespace.len && ret->kind.len && sg_str_find(ret->name, '/') < 0;
}

static void add_param(struct sg_buf *out, const char *name, struct sg_str encoded)
{
	sg_buf_addc(out, sg_str_find(sg_buf_str(out), '?') < 0 ? '?' : '&');
	sg_buf_addf(out, "%s=", name);
	sg_buf_addstr(out, encoded);
}

static void add_project(
	const struct sg_cluster_access *access, const char *name, struct sg_buf *out)
{
	if (!access->project)
		return;
	add_param(out, name, (struct sg_str){"", 0});
	sg_text_url(sg_str_of(access->project), out);
}

/* The value behind NAME ("watch=") of a query; false when it is not there. */
static bool param(struct sg_str query, const char *name, struct sg_str *ret)
{
	struct sg_str one;

	while (sg_str_cut(&query, '&', &one)) {
		if (!sg_str_starts(one, name))
			continue;
		*ret = sg_str_sub(one, strlen(name), one.len);
		return true;
	}
	return false;
}

/* A list, or the stream; pages, bookmarks and time limits are unknown there. */
static void add_collection(
	const struct sg_cluster_access *access, const struct parts *parts, struct sg_buf *out)
{
	struct sg_str value;

	sg_buf_adds(out, param(parts->query, "watch=", &value) ? "/api/v1/stream/applications"
							       : "/api/v1/applications");
	add_param(out, "appNamespace", parts->namespace);
	add_project(access, "projects", out);
	if (param(parts->query, BY_NAME, &value))
		add_param(out, "name", value);
	if (param(parts->query, "labelSelector=", &value))
		add_param(out, "selector", value);
	if (param(parts->query, "resourceVersion=", &value))
		add_param(out, "resourceVersion", value);
}

/* What may be said of one application: its `refresh`. */
static bool add_one(
	const struct sg_cluster_access *access, const struct parts *parts, struct sg_buf *out)
{
	static const struct {
		const char *kind, *path, *namespace;
	} kinds[] = {
		{"applications", "/api/v1/applications/", "appNamespace"},
		{"applicationsets", "/api/v1/applicationsets/", "appsetNamespace"},
		{"appprojects", "/api/v1/projects/", NULL},
	};

	for (size_t i = 0; i < SG_COUNT(kinds); i++) {
		struct sg_str value;

		if (!sg_str_is(parts->kind, kinds[i].kind))
			continue;
		sg_buf_adds(out, kinds[i].path);
		sg_buf_addstr(out, parts->name);
		if (parts->act) {
			sg_buf_adds(out, "/sync");
			return i == 0;
		}
		if (kinds[i].namespace)
			add_param(out, kinds[i].namespace, parts->namespace);
		if (i == 0)
			add_project(access, "project", out);
		if (param(parts->query, "refresh=", &value))
			add_param(out, "refresh", value);
		return true;
	}
	return false;
}

int sg_argocd_path(const struct sg_cluster_access *access, const char *path, struct sg_buf *out,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf own;
	struct parts parts;
	bool known = split(path, &parts);

	sg_buf_init(&own, out->max);
	if (strcmp(path, "/version") == 0) {
		sg_buf_adds(out, "/api/version");
		return 0;
	}
	if (sg_str_starts(sg_str_of(path), SG_ARGOCD_CAN_GET) ||
		sg_str_starts(sg_str_of(path), SG_ARGOCD_OF_APPLICATION)) {
		sg_buf_adds(out, path);
		return 0;
	}
	if (known && parts.name.len)
		known = add_one(access, &parts, &own);
	else if (known && sg_str_is(parts.kind, "applications"))
		add_collection(access, &parts, &own);
	else
		known = false;
	if (!known)
		return sg_fail(err, SG_R_NOT_FOUND, "Argo CD's own API does not have %.200s", path);
	sg_buf_addstr(out, sg_buf_str(&own));
	return 0;
}

struct sg_cluster_frame sg_argocd_frame_read(const struct sg_json *doc)
{
	const struct sg_json *error = sg_json_get(doc, "error");
	const struct sg_json *result = sg_json_get(doc, "result");
	struct sg_cluster_frame frame = {
		.type = sg_json_str(sg_json_get(result, "type"), ""),
		.object = sg_json_get(result, "application"),
	};

	if (error) {
		frame = (struct sg_cluster_frame){.type = "ERROR"};
		sg_fault_read_stream(error, &frame.fault);
	}
	return frame;
}
