/* The service account that Kubernetes mounts into every pod (argocd.md 3.5). */
#ifndef SG_CLUSTER_INCLUSTER_H
#define SG_CLUSTER_INCLUSTER_H

#include "cluster/access.h"

/*
 * Host and port from KUBERNETES_SERVICE_HOST and _PORT; token, ca.crt and namespace from the
 * mounted folder (POD_NAMESPACE wins). KUBECONFIG_INVALID when this is no pod or the folder is
 * incomplete, CREDENTIAL_MISSING when there is no token.
 */
int sg_incluster_load(const struct sg_cluster_ask *ask, struct sg_cluster_access *ret,
	struct sg_err *err) SG_MUST_CHECK;

#endif
