/* A cell of the board where the environment follows Flux. */
#ifndef SG_STEP_BOARD_FLUX_H
#define SG_STEP_BOARD_FLUX_H

#include "cluster/client.h"
#include "model/app.h"
#include "model/board.h"
#include "step/load.h"

/*
 * What NAME says of itself, in the words that Argo CD would have: Synced when it has applied the
 * newest artifact of its source, Healthy when it is Ready, and what it has brought has rolled out.
 * -1 as sg_flux_sight_read().
 */
int sg_board_flux(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_cluster_client *client, const struct sg_environment *env,
	const struct sg_cluster_app *name, struct sg_board_cell *cell,
	struct sg_err *err) SG_MUST_CHECK;

/* board_look.c: the versions of the cell's image among IMAGES, which run; else all of them. */
void sg_board_running(
	struct sg_arena *arena, const struct sg_app_strings *images, struct sg_board_cell *cell);

#endif
