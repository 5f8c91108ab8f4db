#include "flow/status.h"

#include "step/board.h"

static void end(struct sg_report *report, const struct sg_board *board)
{
	size_t cells = board->row_count * board->column_count, good = 0, unknown = 0;

	for (size_t i = 0; i < board->row_count; i++)
		for (size_t k = 0; k < board->column_count; k++) {
			const struct sg_board_cell *cell = &board->rows[i].cells[k];

			good += sg_board_is_good(cell);
			unknown += !sg_board_is_known(cell);
			if (cell->request.iid)
				*sg_report_add_mr(report) = cell->request;
		}
	sg_report_end(report, SG_RESULT_DONE,
		unknown || board->requests.code ? "BOARD_INCOMPLETE" : "BOARD",
		"%zu of %zu run what Git says, synced and healthy%s%s", good, cells,
		unknown ? sg_arena_printf(report->arena, "; %zu could not be read", unknown) : "",
		board->requests.code ? "; merge requests could not be read" : "");
}

int sg_flow_status(struct sg_world *world, const struct sg_status_ask *ask,
	struct sg_report *report, struct sg_err *err)
{
	struct sg_board *board = sg_arena_calloc(world->arena, 1, sizeof(*board));
	struct sg_loaded loaded;
	int rc;

	if (sg_load(world, &loaded, err) < 0)
		return -1;
	rc = sg_board_open(world, &loaded, ask->services, ask->count, board, err);
	if (rc == 0)
		rc = sg_board_look(world, &loaded, board, err);
	if (rc == 0)
		rc = sg_board_ask(world, &loaded, board, err);
	if (rc == 0) {
		report->repository = loaded.remote.name;
		report->config_from = loaded.config_from;
		report->advisory = loaded.advisory;
		report->board = board;
		end(report, board);
	}
	sg_loaded_release(&loaded);
	return rc;
}
