/*
 * What the workloads and pods of one application say, read beside it (argocd.md 4.3): the facts
 * that rows 8 and 18 to 23 of the decision table take into account. Texts are untrusted.
 */
#ifndef SG_MODEL_APP_WORKLOADS_H
#define SG_MODEL_APP_WORKLOADS_H

#include "model/app.h"
#include "model/app_code.h"

struct sg_rollout_mark;

/* A pod of the application's workloads, for the image check. */
struct sg_app_pod {
	const char *name;
	struct sg_app_strings images;
	bool finished; /* phase Succeeded or Failed: it runs nothing any more */
	bool ending;   /* it is being deleted, and runs until it is gone */
	bool ready;
	bool once;       /* of a Job: it comes and goes */
	int64_t since_s; /* model/soak.h; SG_APP_NO_TIME: nothing tells */
};

struct sg_app_workloads {
	/* Why something is not done, the worst first: a sentence with all names in it; "". */
	const char *sentence;
	enum sg_app_code cause; /* the code of that; NOT_SEEN when none fits */

	/*
	 * A pod of the NEW template is stuck for a reason that has lasted over its grace, seen by
	 * two reads at least: `cause` is the verdict (row 19).
	 */
	bool ripe;

	/*
	 * Every workload was read with its pods, and no resource is of a kind that might have
	 * others: what `pods` and `templates` do not show does not run.
	 */
	bool complete;
	bool cut; /* of what is named, not every workload was read with all of its pods */
	const struct sg_app_pod *pods;
	size_t pod_count;
	struct sg_app_strings templates; /* what the templates of the workloads name */
	bool at_rest; /* CronJobs are suspended, and nothing else is, or moves: as good as healthy
		       */
	const char *waited;     /* why what a sync waits for is not done; NULL: nothing says ... */
	const char *waited_for; /* ... the message of the sync that said so */
	const char *keeps_old; /* why pods of an older template stay for good; NULL: nothing says */

	/*
	 * Argo Rollouts that may be let go on (row 20), and such that are why a roll-out fails and
	 * may be stopped (rows 18, 19); model/rollout_act.h.
	 */
	const struct sg_rollout_mark *held;
	size_t held_count;
	const struct sg_rollout_mark *broken;
	size_t broken_count;
};

#endif
