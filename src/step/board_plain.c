#include "step/board_plain.h"

#include "model/sighting.h"
#include "step/board_flux.h"
#include "step/plain_sight.h"

static enum sg_app_sync sync_of(const struct sg_workload *workload, const char *image)
{
	switch (image ? sg_plain_has(workload, image) : SG_ANSWER_UNKNOWN) {
	case SG_ANSWER_YES:
		return SG_SYNC_SYNCED;
	case SG_ANSWER_NO:
		return SG_SYNC_OUT_OF_SYNC;
	case SG_ANSWER_UNKNOWN:
		break;
	}
	return SG_SYNC_UNKNOWN;
}

static enum sg_app_health health_of(const struct sg_workload *workload)
{
	static const enum sg_app_health by_state[] = {
		[SG_WORKLOAD_DONE] = SG_APP_HEALTHY,
		[SG_WORKLOAD_PROGRESSING] = SG_APP_PROGRESSING,
		[SG_WORKLOAD_PAUSED] = SG_APP_SUSPENDED,
		[SG_WORKLOAD_FAILED] = SG_APP_DEGRADED,
	};
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_workload_reading reading;

	sg_workload_state(workload, &scratch, &reading);
	return by_state[reading.state];
}

/* What runs; of what runs no pods now, what its template says. */
static void fill(struct sg_world *world, const struct sg_plain_look *look,
	struct sg_board_cell *cell, bool *ret_good)
{
	enum sg_app_sync sync = sync_of(look->workload, cell->image);
	enum sg_app_health health = health_of(look->workload);
	struct sg_app_strings images = sg_pod_images(look->pods, world->arena);

	cell->sync = sg_app_sync_name(sync);
	cell->health = sg_app_health_name(health);
	sg_board_running(world->arena, images.count ? &images : &look->workload->images, cell);
	*ret_good = sync == SG_SYNC_SYNCED && health == SG_APP_HEALTHY && cell->in_step;
}

int sg_board_plain(struct sg_world *world, struct sg_cluster_client *client,
	const struct sg_cluster_app *name, int64_t until_ms, struct sg_board_cell *cell,
	bool *ret_good, struct sg_err *err)
{
	struct sg_plain_sight sight;
	int rc;

	*ret_good = false;
	sg_plain_sight_begin(&sight, world, client, name, cell->image);
	rc = sg_plain_sight_look(&sight, until_ms, err);
	if (rc == 0 && !sight.look.workload)
		cell->health = sg_app_health_name(SG_APP_MISSING);
	if (rc == 0)
		rc = sg_plain_sight_pods(&sight, until_ms, err);
	if (rc == 0 && sight.look.workload)
		fill(world, &sight.look, cell, ret_good);
	sg_plain_sight_release(&sight);
	return rc;
}
