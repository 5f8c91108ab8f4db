#include "model/board.h"

#include <string.h>

#include "model/app.h"

bool sg_board_is_known(const struct sg_board_cell *cell)
{
	return !cell->git.code && !cell->cluster.code;
}

bool sg_board_is_good(const struct sg_board_cell *cell)
{
	return sg_board_is_known(cell) && cell->in_step && !cell->remark && cell->sync &&
	       cell->health && strcmp(cell->sync, sg_app_sync_name(SG_SYNC_SYNCED)) == 0 &&
	       strcmp(cell->health, sg_app_health_name(SG_APP_HEALTHY)) == 0;
}
