/* What Jobs say of their failure beside their conditions, and what the last run of a CronJob does.
 */
#include "step/workload_scan_impl.h"

#include <string.h>

const char *sg_scan_job_end(const struct scan *scan, const char *job_uid)
{
	struct sg_arena *arena = scan->read->arena;

	for (size_t i = 0; i < scan->pods.count; i++) {
		const struct sg_pod *pod = &scan->pods.items[i];
		const struct sg_workload alone = {.kind = SG_WORKLOAD_POD, .pod = *pod};
		struct sg_workload_reading reading;

		if (pod->phase != SG_POD_FAILED || !job_uid[0] ||
			strcmp(pod->owner.uid, job_uid) != 0)
			continue;
		sg_workload_state(&alone, arena, &reading);
		return reading.state == SG_WORKLOAD_FAILED
			       ? sg_arena_printf(
					 arena, "pod %.253s: %s", pod->name, reading.sentence)
			       : NULL;
	}
	return NULL;
}

/* 1: *ret_job is it. 0: it is gone, another one's, or may not be read. */
static int read_run(struct scan *scan, const struct sg_workload *cron, struct sg_workload *ret_job,
	struct sg_err *err)
{
	const char *name = sg_workload_run_name(cron, scan->read->arena);
	struct sg_err why = SG_ERR_INIT;

	if (sg_scan_is_denied(scan, SG_WORKLOAD_JOB))
		return 0;
	if (sg_cluster_get_workload(
		    scan->read, SG_WORKLOAD_JOB, cron->namespace, name, ret_job, &why) < 0)
		return sg_scan_leave_out(scan, SG_WORKLOAD_JOB, &why, err);
	return cron->uid[0] && strcmp(ret_job->owner.uid, cron->uid) == 0;
}

static int read_pods(struct scan *scan, const struct sg_workload *job, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	scan->pods = (struct sg_pods){0};
	if (!job->selector[0] || sg_scan_is_denied(scan, SG_WORKLOAD_POD) ||
		sg_cluster_list_pods(
			scan->read, job->namespace, job->selector, &scan->pods, &why) == 0)
		return 0;
	return sg_scan_leave_out(scan, SG_WORKLOAD_POD, &why, err);
}

/* Why one of its pods does not get going, else how one has ended; NULL: no pod says so. */
static const char *story_of(
	const struct scan *scan, const struct sg_workload *job, struct sg_scan_run *ret)
{
	for (size_t i = 0; i < scan->pods.count; i++) {
		const struct sg_pod *pod = &scan->pods.items[i];
		struct sg_stuck stuck;

		if (!job->uid[0] || strcmp(pod->owner.uid, job->uid) != 0 ||
			!sg_pod_stuck(pod, sg_workload_progress_ms(job), scan->read->arena, &stuck))
			continue;
		ret->code = stuck.code;
		ret->stuck = true;
		return stuck.sentence;
	}
	return sg_scan_job_end(scan, job->uid);
}

static bool same_images(const struct sg_workload *a, const struct sg_workload *b)
{
	if (a->images.count != b->images.count)
		return false;
	for (size_t i = 0; i < a->images.count; i++)
		if (strcmp(a->images.items[i], b->images.items[i]) != 0)
			return false;
	return true;
}

static int tell(struct scan *scan, const struct sg_workload *cron, const struct sg_workload *job,
	struct sg_scan_run *ret, struct sg_err *err)
{
	struct sg_arena *arena = scan->read->arena;
	struct sg_workload_reading reading;
	const char *story;

	if (read_pods(scan, job, err) < 0)
		return -1;
	story = story_of(scan, job, ret);
	sg_workload_state(job, arena, &reading);
	ret->sentence = sg_arena_printf(arena, "%s, Job %.253s%s%s%s%s%s", ret->sentence, job->name,
		same_images(cron, job) ? "" : " (of another image than its template names)",
		reading.sentence[0] ? ": " : "", reading.sentence, story ? "; " : "",
		story ? story : "");
	return 0;
}

int sg_scan_cron_job(struct scan *scan, const struct sg_workload *cron, struct sg_scan_run *ret,
	struct sg_err *err)
{
	enum sg_cron_run run = sg_workload_last_run(cron);
	bool failed = run == SG_CRON_RUN_FAILED && scan->need == SG_SCAN_CAUSE && !cron->paused;
	struct sg_workload job;
	int n;

	*ret = (struct sg_scan_run){0};
	if (!failed && !(run == SG_CRON_RUN_ACTIVE && scan->need == SG_SCAN_PROGRESS))
		return 0;
	n = read_run(scan, cron, &job, err);
	if (n < 0)
		return -1;
	*ret = (struct sg_scan_run){.any = true,
		.stuck = failed,
		.code = failed ? SG_APP_CODE_JOB_FAILED : SG_APP_CODE_NOT_SEEN,
		.sentence = sg_arena_printf(scan->read->arena, "%s: its last run %s",
			sg_workload_label(cron, scan->read->arena),
			failed ? "has not succeeded" : "is not over")};
	return n > 0 ? tell(scan, cron, &job, ret, err) : 0;
}
