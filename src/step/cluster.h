/* The cluster of an environment, as this run may reach it. */
#ifndef SG_STEP_CLUSTER_H
#define SG_STEP_CLUSTER_H

#include "cluster/client.h"
#include "model/policy.h"
#include "step/world.h"

struct sg_reached {
	struct sg_cluster_access access;
	struct sg_cluster_client client; /* points to `access` and to the world: do not copy */
	struct sg_cluster_access beyond_access;
	struct sg_cluster_client beyond; /* of the workloads, where a context is named for them */
};

/*
 * The context is --context, else the environment's, else the kubeconfig's own choice; without any
 * kubeconfig the pod's service account. RET is filled in place.
 */
int sg_reach(struct sg_world *world, const struct sg_environment *env, struct sg_reached *ret,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Reaches the cluster of the workloads, too, when the environment names one (`cluster: workloads`):
 * RET->client has it then as `beyond`.
 */
int sg_reach_workloads(struct sg_world *world, const struct sg_environment *env,
	struct sg_reached *ret, struct sg_err *err) SG_MUST_CHECK;

void sg_reached_release(struct sg_reached *reached);

/* What reports call the cluster of ENV: the context that this run takes, or the server of Argo CD's
 * own API, once it was REACHED (may be NULL); NULL: whatever the kubeconfig or the pod says. Lives
 * as long as the run. */
const char *sg_cluster_name(
	struct sg_world *world, const struct sg_environment *env, const struct sg_reached *reached);

/*
 * Namespace and name of what ENV follows for SERVICE, whatever its kind (sg_environment_follows()):
 * for whoever can look at all kinds. As below.
 */
int sg_target_of(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_cluster_app *ret,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Namespace and name of the application of SERVICE: the environment's template, "NAME" or
 * "NAMESPACE/NAME". CONFIG_INVALID when the environment names none, or follows Flux.
 */
int sg_application_of(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_cluster_app *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* True when ENV says what it follows: one object of a service, or several by label or set. */
bool sg_environment_has_applications(const struct sg_environment *env);

/* True when ENV has them by label or set: only the cluster knows which, and how many. */
bool sg_environment_selects(const struct sg_environment *env);

/* CONFIG_INVALID when ENV says none, or SERVICE has no place in it. No request. */
int sg_application_check(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_err *err) SG_MUST_CHECK;

/*
 * The applications of SERVICE, at least one, in the world's arena: one request where ENV selects
 * them, none else. APPLICATION_NOT_FOUND: none is selected; and as sg_cluster_names().
 */
int sg_applications_of(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_cluster_client *client,
	struct sg_cluster_app **ret, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

/* The same for what ENV follows, whatever its kind (sg_environment_follows()). */
int sg_targets_of(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_cluster_client *client,
	struct sg_cluster_app **ret, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

#endif
