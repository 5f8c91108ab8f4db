/*
 * Objects of Flux, one by one: a fresh read of the server, and the request to reconcile
 * (argocd.md 4.1).
 */
#ifndef SG_CLUSTER_FLUX_READ_H
#define SG_CLUSTER_FLUX_READ_H

#include "cluster/pass.h"
#include "model/flux.h"

struct sg_flux_name {
	enum sg_flux_kind kind;
	const char *namespace;
	const char *name;
};

/*
 * *ret_doc is the object, which the caller frees, or NULL: there is none of that name. FORBIDDEN
 * with the rule that is missing, NOT_FOUND when the cluster does not know the kind, CONFIG_INVALID
 * for what cannot be a name, ANSWER_INVALID when something else comes, three times; else as
 * sg_cluster_send(). In a PASS (NULL: none) it is asked once, and does not block.
 */
int sg_cluster_get_flux(struct sg_cluster_client *client, struct sg_cluster_pass *pass,
	const struct sg_flux_name *name, int64_t deadline_ms, struct sg_json **ret_doc,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Sets the annotation reconcile.fluxcd.io/requestedAt to VALUE, by a merge patch of nothing else:
 * *ret is to be stepped until UNTIL_MS (cluster/read.h), and freed. CONFIG_INVALID for what cannot
 * be a name.
 */
int sg_cluster_reconcile(struct sg_cluster_client *client, const struct sg_flux_name *name,
	const char *value, int64_t until_ms, struct sg_cluster_read **ret,
	struct sg_err *err) SG_MUST_CHECK;

/* Whether the answer to READ with FAULT is a success: else FORBIDDEN with the rule that is missing,
 * NOT_FOUND, what the server says, or ANSWER_INVALID: what came with 200 is not that object. */
int sg_cluster_reconciled(const struct sg_cluster_client *client, const struct sg_flux_name *name,
	const struct sg_cluster_read *read, const struct sg_fault *fault,
	struct sg_err *err) SG_MUST_CHECK;

#endif
