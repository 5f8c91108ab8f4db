/* One cluster entry and one user entry of a kubeconfig. For cluster/kubeconfig.c only. */
#ifndef SG_CLUSTER_KUBECONFIG_PARTS_H
#define SG_CLUSTER_KUBECONFIG_PARTS_H

#include "cluster/kubeconfig_merge.h"

/* Sets server, tls (trust, name) and proxy. */
int sg_kube_read_cluster(const struct sg_kube_entry *cluster, const struct sg_cluster_ask *ask,
	struct sg_cluster_access *access, struct sg_err *err) SG_MUST_CHECK;

/* Sets token, token_file, plugin, client certificate and impersonation. The cluster was read
 * before: a plain http server gets no credential at all. */
int sg_kube_read_user(const struct sg_kube_entry *user, const struct sg_kube_entry *cluster,
	const struct sg_cluster_ask *ask, struct sg_cluster_access *access,
	struct sg_err *err) SG_MUST_CHECK;

/* Sets the plugin that `exec` of the user names; nothing is run yet. kubeconfig_exec.c */
int sg_kube_read_exec(const struct sg_kube_entry *user, const struct sg_kube_entry *cluster,
	struct sg_cluster_access *access, struct sg_err *err) SG_MUST_CHECK;

/* Sets the headers of `as`, `as-uid`, `as-groups`, `as-user-extra`. kubeconfig_as.c */
int sg_kube_read_as(const struct sg_kube_entry *user, struct sg_cluster_access *access,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Reads a PEM that is there as FIELD-data (base64, wins) or as a file named by FIELD. *ret is empty
 * when it is neither. The buffer's max is the limit.
 */
int sg_kube_read_pem(const struct sg_kube_entry *entry, const char *field, struct sg_buf *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* PATH, from the folder of the entry's file when it is relative; in ARENA. */
const char *sg_kube_resolve(
	struct sg_arena *arena, const struct sg_kube_entry *entry, const char *path);

#endif
