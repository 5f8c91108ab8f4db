/* What the parts of a pass over workloads share. Inside step/workload_* only. */
#ifndef SG_STEP_WORKLOAD_SCAN_IMPL_H
#define SG_STEP_WORKLOAD_SCAN_IMPL_H

#include "model/rollout_act.h"
#include "step/workload_scan.h"

/* How near a workload is to what keeps the application from being done, the nearest last. */
enum rank { RANK_NONE, RANK_PROGRESSING, RANK_PAUSED, RANK_STUCK, RANK_FAILED, RANK_RIPE };

struct scan {
	const struct sg_workload_call *read;
	const struct sg_app *app;
	enum sg_scan_need need;
	bool claimed;
	const struct sg_scan_ask *ask;
	size_t event_lists; /* that were asked for */
	struct sg_scan_memory *memory;
	int64_t now_ms;
	struct sg_app_workloads facts;
	struct sg_scan_more *more;
	struct sg_pods pods;
	struct sg_app_pod *seen; /* of IMAGES */
	size_t seen_count;
	struct sg_rollout_mark *held;
	struct sg_rollout_mark *broken;
	bool suspends; /* there are CronJobs that are suspended ... */
	bool moves;    /* ... and something else that is not done, or is not known */
	enum rank rank;
	size_t others; /* that are not done either */
};

/* True when that kind may not be read, as an earlier answer said. */
bool sg_scan_is_denied(const struct scan *scan, enum sg_workload_kind kind);

/*
 * What may not be read, or is gone meanwhile, is left out: 0, and the facts are not complete. Any
 * other trouble ends the pass: -1.
 */
int sg_scan_leave_out(struct scan *scan, enum sg_workload_kind kind, const struct sg_err *why,
	struct sg_err *err) SG_MUST_CHECK;

/* What does not move without a reason that its own state tells. */
struct sg_scan_mute {
	const char *namespace;
	const char *label; /* tells it from others, and from itself in another state */
	const char *uid;   /* of the pod, or of what should make pods; "": nothing to be asked */
	const char *pod;   /* its name; NULL: it is about what makes pods */
};

/*
 * workload_events.c: 1: its events say why. 0: they do not, or not yet. 2: they cannot be read now,
 * which is no trouble.
 */
int sg_scan_events(struct scan *scan, const struct sg_scan_mute *mute, struct sg_stuck *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* workload_images.c: the images of the template and of all pods of one workload. */
int sg_scan_images(
	struct scan *scan, const struct sg_workload *workload, struct sg_err *err) SG_MUST_CHECK;

/* The pods of Jobs: every one says so; hooks and the history of CronJobs are found by that. */
int sg_scan_job_pods(struct scan *scan, const char *namespace, struct sg_err *err) SG_MUST_CHECK;

/*
 * workload_job.c: how a pod of that Job has ended, of those that were read last; NULL: none of them
 * says so.
 */
const char *sg_scan_job_end(const struct scan *scan, const char *job_uid);

/* What the last run of a CronJob has to do with how its application is. */
struct sg_scan_run {
	bool any;
	bool stuck; /* it has failed, or a pod of it does not get going */
	enum sg_app_code code;
	const char *sentence;
};

/* workload_which.c: is it of any use to read it? Hooks, and what is to be pruned, are no part of
 * the roll-out. */
bool sg_scan_is_asked_for(const struct scan *scan, const struct sg_app_resource *resource,
	enum sg_workload_kind *ret_kind);

/* The end of a pass for WAITED. */
void sg_scan_waited(struct scan *scan);

/* What RESOURCE, which is WORKLOAD or none (NULL), says about facts.at_rest. */
void sg_scan_rest(struct scan *scan, const struct sg_app_resource *resource,
	const struct sg_workload *workload);

/* It fails no roll-out early: whether a run is of the new template cannot be told for sure. */
int sg_scan_cron_job(struct scan *scan, const struct sg_workload *cron, struct sg_scan_run *ret,
	struct sg_err *err) SG_MUST_CHECK;

#endif
