/*
 * One look at an application: does it run the image that its environment's files carry, now? The
 * decision table judges as for `wait`, but nothing is followed: a gate wants an answer at once.
 */
#ifndef SG_STEP_LOOK_H
#define SG_STEP_LOOK_H

#include "cluster/client.h"
#include "model/app_verdict.h"
#include "model/soak.h"
#include "step/load.h"

/* What is looked for. Strings outlive the call. */
struct sg_look_ask {
	const struct sg_environment *env;
	const char *service;
	const char *image;          /* "repo:tag" that the files of `tip` carry */
	struct sg_tree_source *tip; /* the files at the tip of the environment's branch */
	bool image_proves; /* of Flux: that the image runs is enough (model/flux_verdict.h) */
	bool reads_only;   /* no refresh is asked for: where the table wants that proof, it waits */
};

struct sg_look {
	struct sg_app_verdict verdict;
	const char *application;   /* "namespace/name" */
	struct sg_trouble trouble; /* with reading it; none: all below is known */
	const char *revision; /* for which the verdict is: the application's own, when the files
				 of that one carry the image; else the tip */
	const char *sync;
	const char *health;
	const char *const *images; /* that run */
	size_t image_count;
	bool image_seen; /* the image is among them; without pods: among those of the templates */
	enum sg_follow follow;   /* of others than Applications sync and health are absent */
	int64_t deployed_unix_s; /* status.history, newest; 0: absent */
	int64_t health_unix_s;   /* status.health.lastTransitionTime; 0: absent */
	const char *untimed;     /* of others, which have one time (model/soak.h): why not; NULL */
	int64_t server_unix_s;   /* the API server's clock; 0: unknown */
};

/*
 * A success was read twice. Where the table wants a refresh as a proof it is asked for, and the
 * application is read until the proof is there, for at most ten seconds. A cluster that cannot be
 * reached or an application that cannot be read is `trouble`, not an error; -1 for a signal, and
 * for a configuration that names no application.
 */
int sg_look(struct sg_world *world, struct sg_loaded *loaded, struct sg_cluster_client *client,
	const struct sg_look_ask *ask, struct sg_look *ret_look, struct sg_err *err) SG_MUST_CHECK;

/* Of others than Applications: since when the image runs well. */
void sg_look_since(struct sg_look *look, const struct sg_soak *soak);

/*
 * The revision that a look judges: what others' commits have not reached yet is as good as the tip,
 * when the files at AT, the commit that runs (NULL, "": not known), carry the image. What cannot be
 * read is judged at the tip. AT outlives the answer.
 */
const char *sg_look_revision(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_look_ask *ask, const char *at);

#endif
