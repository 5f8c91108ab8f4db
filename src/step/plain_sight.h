/*
 * Looks at one workload that no GitOps controller brings, judged by model/plain.h: first the
 * workload, its template and how far that is in one read, then what that leaves open: why it is not
 * done, or what its pods run. Every look reads from the API server itself.
 */
#ifndef SG_STEP_PLAIN_SIGHT_H
#define SG_STEP_PLAIN_SIGHT_H

#include "cluster/client.h"
#include "model/plain.h"
#include "step/workload_scan.h"
#include "step/world.h"

struct sg_plain_sight {
	struct sg_world *world;
	struct sg_cluster_client *client;
	struct sg_cluster_pass *pass; /* set by whoever has one: a look does not block then */
	int64_t start_ms;             /* of the look */
	struct sg_plain_name name;
	struct sg_plain_fold fold;
	struct sg_scan_memory memory;
	struct sg_idle_memory idle;
	bool seen; /* it was there once */
	struct sg_arena facts;
	struct sg_plain_look look; /* of the last look, in `facts` */
	struct sg_scan_more more;  /* of the pass that found the cause */
	const char *denied; /* why it is not done: what may not be read, and the rule; NULL */
	struct sg_app_strings log; /* last lines of a container that crashes, when asked for */
};

/* APP is "Kind/name" as step/cluster.h says it. IMAGE as in model/plain.h. All outlive SIGHT. */
void sg_plain_sight_begin(struct sg_plain_sight *sight, struct sg_world *world,
	struct sg_cluster_client *client, const struct sg_cluster_app *app, const char *image);
void sg_plain_sight_release(struct sg_plain_sight *sight);

/*
 * Looks anew and feeds the fold; what the last look showed is gone then. That there is no such
 * workload is judged, too. -1: it, or its pods, cannot be read, as sg_cluster_get_workload(); with
 * pass->waiting, which is no error, all is as it was.
 */
int sg_plain_sight_look(
	struct sg_plain_sight *sight, int64_t until_ms, struct sg_err *err) SG_MUST_CHECK;

/* What the pods of the workload of the last look run, where that was not read with it. */
int sg_plain_sight_pods(
	struct sg_plain_sight *sight, int64_t until_ms, struct sg_err *err) SG_MUST_CHECK;

#endif
