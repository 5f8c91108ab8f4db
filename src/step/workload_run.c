#include "step/workload_run.h"

#include "step/pod_log.h"

bool sg_workload_run_begin(struct sg_workload_run *run, struct sg_world *world,
	struct sg_cluster_client *client, int64_t until_ms, enum sg_scan_need need,
	const struct sg_app_revisions *at)
{
	if (!run->blocking && world->scans >= SG_WORKLOAD_RUNS_MAX)
		return false;
	world->scans++;
	run->world = world;
	run->client = client;
	run->start_ms = sg_loop_now_ms(sg_world_loop(world));
	run->until_ms = until_ms;
	run->need = need;
	run->at = sg_app_revisions_copy(at, &run->about);
	return true;
}

bool sg_workload_run_is_about(const struct sg_workload_run *run, enum sg_scan_need need,
	const struct sg_app_revisions *at)
{
	return run->need == need && sg_app_revisions_same(&run->at, at);
}

void sg_workload_run_end(struct sg_workload_run *run)
{
	if (!run->world)
		return;
	run->world->scans--;
	run->world = NULL;
	sg_cluster_pass_release(&run->pass);
	sg_arena_release(&run->arena);
	sg_arena_release(&run->about);
}

void sg_workload_run_adopt(struct sg_workload_run *run, struct sg_arena *arena)
{
	sg_arena_adopt(arena, &run->arena);
	sg_arena_adopt(arena, &run->pass.arena);
	run->pass.count = 0;
}

int64_t sg_workload_run_due_ms(const struct sg_workload_run *run)
{
	return run->world ? sg_cluster_pass_due_ms(&run->pass) : SG_NEVER;
}

static int read_log(
	const struct sg_workload_call *read, struct sg_workload_turn *turn, struct sg_err *err)
{
	if (!turn->facts.ripe && turn->ask.need != SG_SCAN_CAUSE)
		return 0;
	return sg_pod_log_read(read, &turn->more, turn->log_lines, &turn->log, err);
}

int sg_workload_run_turn(
	struct sg_workload_run *run, struct sg_workload_turn *turn, struct sg_err *err)
{
	const struct sg_workload_call read = {run->client, &run->arena, run->until_ms,
		run->blocking ? NULL : &run->pass, {turn->ask.app->namespace, turn->ask.app->name}};
	struct sg_scan_ask ask = turn->ask;
	int rc;

	if (!sg_cluster_pass_poll(&run->pass))
		return 0;
	sg_cluster_pass_turn(&run->pass);
	sg_arena_release(&run->arena);
	run->memory = *turn->memory;
	run->idle = *turn->ask.idle;
	ask.idle = &run->idle;
	ask.now_ms = run->start_ms;
	turn->log = NULL;
	rc = sg_workload_scan(&read, &ask, &run->memory, &turn->facts, &turn->more, err);
	if (rc == 0)
		rc = read_log(&read, turn, err);
	if (run->pass.waiting)
		return 0;
	*turn->memory = run->memory;
	*turn->ask.idle = run->idle;
	return rc < 0 ? -1 : 1;
}
