/* One pass over the workloads of an application: what is read, and what that says. */
#ifndef SG_STEP_WORKLOAD_SCAN_H
#define SG_STEP_WORKLOAD_SCAN_H

#include "cluster/workload_read.h"
#include "model/app_workloads.h"
#include "model/stuck.h"

/* What the decision table wants to know. */
enum sg_scan_need {
	SG_SCAN_NOTHING,
	SG_SCAN_WAITED,   /* row 8: what does the sync wait for? */
	SG_SCAN_PROGRESS, /* row 19: why is it not done, and is it stuck? */
	SG_SCAN_CAUSE,    /* row 18: what is broken? */
	SG_SCAN_PAUSE,    /* row 20: what is paused, and by whom? */
	SG_SCAN_IMAGES    /* rows 22, 22a, 23: which pods hold what, what do templates say? */
};

/* Workloads that are read in one pass at most, so that it stays short. */
#define SG_SCAN_WORKLOADS_MAX 32

/* What is kept from pass to pass; a zeroed one begins. */
struct sg_scan_memory {
	struct sg_stuck_memory stuck;
	unsigned denied;   /* 1u << kind: it may not be read, and is not asked for for a minute; 1u
			      << SG_WORKLOAD_KIND_COUNT: events */
	int64_t denied_ms; /* when the first of them was denied */
};

/* What a pass is about. */
struct sg_scan_ask {
	const struct sg_app *app;
	enum sg_scan_need need;
	bool runs;    /* who judges the application goes by the runs of CronJobs, too */
	bool claimed; /* only the configuration says that this cluster is the application's */
	struct sg_idle_memory *idle; /* of PROGRESS; a zeroed one begins */
	int64_t idle_grace_ms; /* so long nothing has to move before events are asked; 0: default */
	int64_t now_ms;
};

/* What a pass says beside the facts. */
struct sg_scan_more {
	struct sg_err denied; /* FORBIDDEN, with the rule that is missing; CONFIG_INVALID: it is
				 another application's; OK: nothing was denied */
	const struct sg_pod *crashed; /* a pod with a container that crashes; NULL: there is none */
	const char *container;
	bool left_out; /* not every workload could be read */
};

/* Does the sync of APP, which runs, wait for one of its resources? */
bool sg_scan_is_waited_for(const struct sg_app *app);

/*
 * Fills RET; everything is in the arena of READ. What may not be read, and where the cluster is
 * only claimed what does not say that it is the application's, is no trouble: RET is not complete.
 * -1: the cluster did not answer well, or a signal came; RET is not set then.
 */
int sg_workload_scan(const struct sg_workload_call *read, const struct sg_scan_ask *ask,
	struct sg_scan_memory *memory, struct sg_app_workloads *ret, struct sg_scan_more *ret_more,
	struct sg_err *err) SG_MUST_CHECK;

#endif
