/*
 * kubeconfig files as kubectl reads them (argocd.md 3.6), for what this program supports: token,
 * tokenFile, client certificates, impersonation and, where --exec-plugins says so, exec. Everything
 * else is refused by name, never skipped.
 */
#ifndef SG_CLUSTER_KUBECONFIG_H
#define SG_CLUSTER_KUBECONFIG_H

#include "cluster/access.h"

/*
 * Looks at ask->kubeconfig (must exist), else the files of KUBECONFIG (colons between them; missing
 * ones are skipped, but one must exist), else ~/.kube/config. Entries are merged by name, the first
 * file wins; relative paths belong to the folder of their file. The context is ask->context, else
 * current-context, else the only one there is.
 *
 * *ret_found is false, and *ret untouched, when no context was asked for and there is no kubeconfig
 * or an empty one: then the pod's own account may serve. KUBECONFIG_INVALID names file, line,
 * column and field; CREDENTIAL_MISSING when the user has nothing to show.
 */
int sg_kubeconfig_load(const struct sg_cluster_ask *ask, bool *ret_found,
	struct sg_cluster_access *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
