/*
 * Driving the decision table live: watches feed the fold, refreshes are asked for as proofs, and a
 * success is believed after a second look by a plain GET (argocd.md 0.1).
 */
#ifndef SG_STEP_AWAIT_H
#define SG_STEP_AWAIT_H

#include "cluster/client.h"
#include "model/app_verdict.h"
#include "step/load.h"

/* An environment in its cluster: what the applications there have in common. */
struct sg_await_home {
	const char *environment;
	const char *cluster; /* its name for reports; NULL: no name was given */
	struct sg_cluster_client
		*client;              /* environments of one cluster share it, and its watches */
	struct sg_ancestry *ancestry; /* of the environment's branch */
	struct sg_app_policy policy;
};

/* One application that is waited for. What is pointed to outlives the call. */
struct sg_await_ask {
	const struct sg_await_home *home;
	const char *service;
	const char *label; /* what the log calls it, where there are several environments; NULL:
			      its name */
	struct sg_cluster_app app;
	enum sg_follow follow; /* what APP names */
	struct sg_app_want want;
	const char *argocd_namespace; /* where its project is; NULL: the application's own */
	int64_t timeout_ms;           /* of this one, from the start; 0: as long as the run has */
};

struct sg_await_end {
	struct sg_app_verdict verdict; /* the last one */
	bool final; /* SUCCESS, POLICY or FAIL; false: the time ran out, or another one failed */
	bool timed_out;             /* its own time */
	const struct sg_err *error; /* keep_going: why there is no verdict to give; NULL */
	const char *sync;           /* of the last object; "" when there was none */
	const char *health;
	const char *const *images; /* that run, in the world's arena */
	size_t image_count;
	struct sg_app_strings log; /* last lines of a container that crashes, when asked for */
	const char *unreadable;    /* of its workloads: what may not be read, and the rule; NULL */
	const char *trouble;       /* with the cluster, while it was not overcome; NULL */
	const char *refusal;       /* of what was asked for last; NULL */
	struct sg_app_strings did; /* to Rollouts */
	int64_t elapsed_ms;
};

/* What one cluster did not let us do. */
struct sg_await_cluster {
	const char *where;        /* its environments, where the run has several; NULL */
	enum sg_follow follow;    /* what is followed there */
	const char *read_only;    /* the cluster's words when refreshes are not permitted; NULL */
	const char *sync_refused; /* ... when a sync is not permitted; NULL */
	const char *rollout_refused; /* ... when a Rollout may not be changed, and the rule; NULL */
	const char *polling;         /* ... when watching is not permitted; NULL */
	const char *beside;          /* what could not be read of children, projects, sets; NULL */
	const char *unreadable;      /* of workloads: what may not be read, and the rule; NULL */
};

struct sg_await_done {
	struct sg_await_end *ends; /* one for each ask, in their order */
	bool timed_out;
	struct sg_await_cluster *clusters; /* one for each that was followed */
	size_t cluster_count;
};

/* What it means that an application runs REVISION of ENV's branch, with IMAGE; NULL: any image. */
struct sg_app_want sg_await_want(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_environment *env, const char *revision, const char *image);

/* The default policy with the graces that the options of this run say. */
struct sg_app_policy sg_await_policy(const struct sg_world *world);

/* And what the configuration of ENV allows. */
void sg_await_policy_of(const struct sg_environment *env, struct sg_app_policy *policy);

/*
 * Waits until every application has succeeded, one of them cannot, people have to decide, or the
 * run's deadline has come. They may be in several clusters: each has its watches, all have one
 * loop. -1 when there is no verdict to give: an application that is not there, no permission to
 * read, a cluster that is not what it should be. KEEP_GOING: one that cannot succeed does not end
 * the wait for the others, nor does any of these; -1 is left for where there is no verdict about
 * any of them.
 */
int sg_await(struct sg_world *world, const struct sg_await_ask *asks, size_t count, bool keep_going,
	struct sg_await_done *ret_done, struct sg_err *err) SG_MUST_CHECK;

/* What the log and errors call it. */
const char *sg_await_label(const struct sg_await_ask *ask);

#endif
