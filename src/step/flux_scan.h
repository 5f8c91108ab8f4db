/* The workloads that Flux has brought, as its inventory names them, for model/flux_verdict.h. */
#ifndef SG_STEP_FLUX_SCAN_H
#define SG_STEP_FLUX_SCAN_H

#include "model/flux_verdict.h"
#include "step/workload_run.h"
#include "step/world.h"

/* Zeroed at the begin, but for stuck.grace_ms of the memory, the deadline, and `beside`. */
struct sg_flux_scan {
	int64_t deadline_ms;         /* of whoever wants to know; 0: the run's */
	bool beside;                 /* it does not block */
	bool fed;                    /* what is asked for now has been judged */
	struct sg_workload_run *run; /* NULL: none is under way */
	int64_t later_ms;            /* too many were: when to try again */
	const struct sg_app *app;    /* the inventory, as it is read; in `arena` */
	struct sg_app_strings log;   /* of a container that crashes, when it was asked for */
	struct sg_scan_memory memory;
	struct sg_idle_memory idle;
	struct sg_arena arena; /* of what was read last */
	struct sg_app_workloads progress;
	struct sg_app_workloads images;
	const char *denied; /* what may not be read, and the rule; in the world's arena; NULL */
};

void sg_flux_scan_release(struct sg_flux_scan *scan);

/* Forgets what was read, not what is stuck since when. */
void sg_flux_scan_clear(struct sg_flux_scan *scan);

/*
 * What LOOK wants to know as VERDICT says, into LOOK; it stays NULL where it cannot be had. Of a
 * HelmRelease its own inventory counts. 1: there is something new. 0: there is not. 2: it was not
 * answered yet: call it again. -1: a signal.
 */
int sg_flux_scan_fill(struct sg_flux_scan *scan, struct sg_world *world,
	struct sg_cluster_client *client, const struct sg_flux_verdict *verdict,
	struct sg_flux_look *look, struct sg_err *err) SG_MUST_CHECK;

/* When sg_flux_scan_fill() is due that was not answered. */
int64_t sg_flux_scan_due_ms(const struct sg_flux_scan *scan);

/*
 * LOOK is judged by FOLD, together with what that wants to know of workloads. 0; 2: not yet, call
 * it again; or -1 for a signal.
 */
int sg_flux_scan_judge(struct sg_flux_scan *scan, struct sg_world *world,
	struct sg_cluster_client *client, struct sg_flux_fold *fold, struct sg_flux_look *look,
	struct sg_err *err) SG_MUST_CHECK;

#endif
