#include "cluster/path.h"

#include "base/text.h"

#define NAMESPACE "/apis/argoproj.io/v1alpha1/namespaces/%s"
#define APPLICATIONS NAMESPACE "/applications"
#define LABEL_MAX 63u
#define SUBDOMAIN_MAX 253u

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_dns_label(struct sg_str s)
{
	if (s.len == 0 || !is_alnum(s.ptr[0]) || !is_alnum(s.ptr[s.len - 1]))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.ptr[i]) && s.ptr[i] != '-')
			return false;
	return true;
}

bool sg_cluster_is_namespace(struct sg_str s)
{
	return s.len <= LABEL_MAX && is_dns_label(s);
}

bool sg_cluster_is_name(struct sg_str s)
{
	struct sg_str part;

	if (s.len == 0 || s.len > SUBDOMAIN_MAX)
		return false;
	while (sg_str_cut(&s, '.', &part))
		if (!is_dns_label(part))
			return false;
	return true;
}

static int check(const struct sg_cluster_app *app, struct sg_err *err)
{
	if (!sg_cluster_is_namespace(sg_str_of(app->namespace)))
		return sg_fail(err, SG_R_CONFIG_INVALID, "\"%s\" cannot be a Kubernetes namespace",
			app->namespace ? app->namespace : "");
	if (!sg_cluster_is_name(sg_str_of(app->name)))
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"\"%s\" cannot be the name of an application", app->name ? app->name : "");
	return 0;
}

int sg_cluster_path_app(const struct sg_cluster_app *app, struct sg_buf *out, struct sg_err *err)
{
	if (check(app, err) < 0)
		return -1;
	sg_buf_addf(out, APPLICATIONS "/", app->namespace);
	sg_text_url(sg_str_of(app->name), out);
	return 0;
}

int sg_cluster_path_select(const struct sg_cluster_app *app, struct sg_buf *out, struct sg_err *err)
{
	if (check(app, err) < 0)
		return -1;
	sg_buf_addf(out, APPLICATIONS "?fieldSelector=metadata.name%%3D", app->namespace);
	sg_text_url(sg_str_of(app->name), out);
	return 0;
}

void sg_cluster_path_list(const char *namespace, struct sg_buf *out)
{
	sg_buf_addf(out, APPLICATIONS, namespace);
}

static int add_named(const char *namespace, const char *name, const char *kind,
	const char *resource, struct sg_buf *out, struct sg_err *err)
{
	if (!sg_cluster_is_namespace(sg_str_of(namespace)) || !sg_cluster_is_name(sg_str_of(name)))
		return sg_fail(err, SG_R_CONFIG_INVALID, "\"%s/%s\" cannot be %s of Argo CD",
			namespace, name, kind);
	sg_buf_addf(out, NAMESPACE "/%s/", namespace, resource);
	sg_text_url(sg_str_of(name), out);
	return 0;
}

int sg_cluster_path_project(
	const char *namespace, const char *name, struct sg_buf *out, struct sg_err *err)
{
	return add_named(namespace, name, "a project", "appprojects", out, err);
}

int sg_cluster_path_set(
	const char *namespace, const char *name, struct sg_buf *out, struct sg_err *err)
{
	return add_named(namespace, name, "an application set", "applicationsets", out, err);
}

int sg_cluster_path_object(const char *base, const char *namespace, const char *resource,
	const char *name, struct sg_buf *out, struct sg_err *err)
{
	if (!sg_cluster_is_namespace(sg_str_of(namespace)) ||
		(name && !sg_cluster_is_name(sg_str_of(name))))
		return sg_fail(err, SG_R_ANSWER_INVALID, "\"%.63s/%.253s\" cannot be one of %s",
			namespace, name ? name : "", resource);
	sg_buf_addf(out, "%s/namespaces/%s/%s", base, namespace, resource);
	if (name) {
		sg_buf_addc(out, '/');
		sg_text_url(sg_str_of(name), out);
	}
	return 0;
}

void sg_cluster_path_param(struct sg_buf *out, const char *name, const char *value)
{
	sg_buf_addf(out, "%c%s=", sg_str_find(sg_buf_str(out), '?') < 0 ? '?' : '&', name);
	sg_text_url(sg_str_of(value), out);
}
