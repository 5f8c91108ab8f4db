/* A cell of the board where the environment follows workloads. */
#ifndef SG_STEP_BOARD_PLAIN_H
#define SG_STEP_BOARD_PLAIN_H

#include "cluster/client.h"
#include "model/board.h"
#include "step/world.h"

/*
 * What NAME says of itself, in the words that Argo CD would have: Synced when its template has the
 * cell's image, Healthy when that has rolled out. *ret_good: both, and nothing else runs. -1 as
 * sg_plain_sight_look().
 */
int sg_board_plain(struct sg_world *world, struct sg_cluster_client *client,
	const struct sg_cluster_app *name, int64_t until_ms, struct sg_board_cell *cell,
	bool *ret_good, struct sg_err *err) SG_MUST_CHECK;

#endif
