/* Which images run: what templates name, and what pods hold. */
#include "step/workload_scan_impl.h"

#include <string.h>

#include "model/sighting.h"
#include "model/soak.h"

#define SEEN_MAX 2000 /* pods of one application that are told apart */

static void add_image(struct scan *scan, const char *image)
{
	const char **slot = sg_arena_push(scan->read->arena, &scan->facts.templates.items,
		&scan->facts.templates.count, sizeof(*slot));

	*slot = image;
}

static bool is_known(const struct scan *scan, const char *name)
{
	for (size_t i = 0; i < scan->seen_count; i++)
		if (strcmp(scan->seen[i].name, name) == 0)
			return true;
	return false;
}

/* They may be some, and are not known. */
static void cut(struct scan *scan)
{
	scan->facts.complete = false;
	scan->facts.cut = true;
}

static void add_pod(struct scan *scan, struct sg_app_pod seen)
{
	struct sg_app_pod *slot;

	if (is_known(scan, seen.name))
		return;
	if (scan->seen_count == SEEN_MAX) {
		cut(scan);
		return;
	}
	slot = sg_arena_push(scan->read->arena, &scan->seen, &scan->seen_count, sizeof(*slot));
	*slot = seen;
}

/* WORKLOAD makes them; NULL: Jobs do. */
static int add_pods(struct scan *scan, const struct sg_workload *workload, const char *namespace,
	const char *selector, struct sg_err *err)
{
	struct sg_arena *arena = scan->read->arena;
	struct sg_err why = SG_ERR_INIT;

	if (sg_scan_is_denied(scan, SG_WORKLOAD_POD)) {
		cut(scan);
		return 0;
	}
	scan->pods = (struct sg_pods){0};
	if (sg_cluster_list_pods(scan->read, namespace, selector, &scan->pods, &why) < 0)
		return sg_scan_leave_out(scan, SG_WORKLOAD_POD, &why, err);
	if (scan->pods.cut)
		cut(scan);
	for (size_t i = 0; i < scan->pods.count; i++)
		add_pod(scan, workload ? sg_soak_pod(workload, &scan->pods.items[i], arena)
				       : sg_pod_as_seen(&scan->pods.items[i], arena));
	return 0;
}

static bool makes_jobs(const struct sg_workload *workload)
{
	return workload->kind == SG_WORKLOAD_JOB || workload->kind == SG_WORKLOAD_CRON_JOB;
}

int sg_scan_images(struct scan *scan, const struct sg_workload *workload, struct sg_err *err)
{
	if (!workload->images_known)
		scan->facts.complete = false;
	if (!scan->facts.keeps_old)
		scan->facts.keeps_old = sg_workload_keeps_old(workload, scan->read->arena);
	for (size_t i = 0; i < workload->images.count; i++)
		add_image(scan, workload->images.items[i]);
	if (makes_jobs(workload) &&
		strcmp(workload->namespace, scan->app->destination.namespace) != 0)
		scan->facts.complete = false; /* its pods are looked for there alone */
	if (workload->kind == SG_WORKLOAD_POD)
		add_pod(scan, sg_soak_pod(workload, &workload->pod, scan->read->arena));
	if (workload->kind == SG_WORKLOAD_POD || makes_jobs(workload))
		return 0;
	if (!workload->selector[0]) {
		cut(scan);
		return 0;
	}
	return add_pods(scan, workload, workload->namespace, workload->selector, err);
}

/* Every pod that a Job has made says so; hooks and the history of CronJobs are found by that. */
#define OF_A_JOB "job-name"

int sg_scan_job_pods(struct scan *scan, const char *namespace, struct sg_err *err)
{
	return add_pods(scan, NULL, namespace, OF_A_JOB, err);
}
