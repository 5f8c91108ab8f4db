/* Argo CD's own API server, for runners that may reach it and not the cluster (argocd.md 2). */
#ifndef SG_STEP_ARGOCD_H
#define SG_STEP_ARGOCD_H

#include "cluster/access.h"
#include "model/policy.h"
#include "step/world.h"

/*
 * The access to it: the server of --argocd-server or ARGOCD_SERVER (an address, or HOST[:PORT]),
 * the token of STAGEGATE_ARGOCD_TOKEN, STAGEGATE_ARGOCD_TOKEN_FILE or ARGOCD_AUTH_TOKEN, which
 * belongs to that server's origin. The variables are forgotten by the process once they are read.
 * USAGE: no server, or none that can be one; CREDENTIAL_MISSING.
 */
int sg_argocd_access(struct sg_world *world, const struct sg_cluster_ref *ref,
	struct sg_cluster_access *ret, struct sg_err *err) SG_MUST_CHECK;

/* What a run keeps of it. NULL is fine. */
void sg_argocd_login_free(struct sg_argocd_login *login);

#endif
