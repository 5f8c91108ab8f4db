/* The last run of a CronJob, as its status tells it. */
#include "model/workload.h"

#include "model/ids.h"

enum sg_cron_run sg_workload_last_run(const struct sg_workload *cron)
{
	int64_t scheduled_s, succeeded_s;

	if (!sg_time_parse(sg_str_of(cron->scheduled), &scheduled_s))
		return SG_CRON_RUN_NONE;
	if (cron->runs_now)
		return SG_CRON_RUN_ACTIVE;
	if (sg_time_parse(sg_str_of(cron->succeeded), &succeeded_s) && succeeded_s >= scheduled_s)
		return SG_CRON_RUN_DONE;
	return SG_CRON_RUN_FAILED;
}

const char *sg_workload_run_name(const struct sg_workload *cron, struct sg_arena *arena)
{
	int64_t scheduled_s;

	if (!sg_time_parse(sg_str_of(cron->scheduled), &scheduled_s))
		return "";
	return sg_arena_printf(arena, "%.253s-%lld", cron->name, (long long)(scheduled_s / 60));
}
