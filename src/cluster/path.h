/*
 * Addresses below a Kubernetes API server. Everything that comes from outside is checked to be a
 * Kubernetes name and percent-encoded, so that no name can lead to another path (argocd.md 3.1).
 */
#ifndef SG_CLUSTER_PATH_H
#define SG_CLUSTER_PATH_H

#include "base/buf.h"
#include "base/err.h"

/* One Application; the strings belong to the caller. */
struct sg_cluster_app {
	const char *namespace;
	const char *name;
};

/* A DNS-1123 label (namespaces, at most 63 bytes) or subdomain (applications, at most 253). */
bool sg_cluster_is_namespace(struct sg_str s);
bool sg_cluster_is_name(struct sg_str s);

/*
 * Appends "/apis/argoproj.io/v1alpha1/namespaces/NS/applications/NAME". CONFIG_INVALID when the
 * application's namespace or name cannot be one.
 */
int sg_cluster_path_app(
	const struct sg_cluster_app *app, struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;

/* Appends ".../applications" of NAMESPACE, which was checked. */
void sg_cluster_path_list(const char *namespace, struct sg_buf *out);

/* Appends ".../applications?fieldSelector=metadata.name%3DNAME"; more parameters may follow. */
int sg_cluster_path_select(
	const struct sg_cluster_app *app, struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;

/* Appends "/apis/argoproj.io/v1alpha1/namespaces/NS/appprojects/NAME"; CONFIG_INVALID likewise. */
int sg_cluster_path_project(const char *namespace, const char *name, struct sg_buf *out,
	struct sg_err *err) SG_MUST_CHECK;

/* Appends "/apis/argoproj.io/v1alpha1/namespaces/NS/applicationsets/NAME"; likewise. */
int sg_cluster_path_set(const char *namespace, const char *name, struct sg_buf *out,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Appends "BASE/namespaces/NAMESPACE/RESOURCE", and "/NAME" unless it is NULL. ANSWER_INVALID when
 * namespace or name cannot be one: they come from the cluster.
 */
int sg_cluster_path_object(const char *base, const char *namespace, const char *resource,
	const char *name, struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;

/* Appends "?NAME=VALUE", or "&NAME=VALUE" behind other parameters, with VALUE encoded. */
void sg_cluster_path_param(struct sg_buf *out, const char *name, const char *value);

#endif
