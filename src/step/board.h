/*
 * Gathering the board: what the files say, then the applications, then our merge requests. Reads
 * only. What cannot be read is said in the cell (model/board.h) and ends nothing; -1 for a signal
 * and for what leaves no board at all.
 */
#ifndef SG_STEP_BOARD_H
#define SG_STEP_BOARD_H

#include "model/board.h"
#include "step/load.h"

/* More services than this are TOO_LARGE: name some. */
#define SG_BOARD_SERVICES_MAX 1000

/*
 * The rows with the versions in Git: of the NAMES, or with COUNT 0 of all services of all
 * environments. USAGE for a name that is none or is there twice, SERVICE_UNKNOWN for one that no
 * environment has. Everything lives in the world's arena.
 */
int sg_board_open(struct sg_world *world, struct sg_loaded *loaded, const char *const *names,
	size_t count, struct sg_board *ret_board, struct sg_err *err) SG_MUST_CHECK;

/*
 * What the clusters say: one GET for each application. A cluster that cannot be reached is not
 * asked again for the other services.
 */
int sg_board_look(struct sg_world *world, const struct sg_loaded *loaded, struct sg_board *board,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Our open merge requests: one list, and a fresh read of each that is ours. Also finds out whether
 * the configuration binds (loaded->advisory).
 */
int sg_board_ask(struct sg_world *world, struct sg_loaded *loaded, struct sg_board *board,
	struct sg_err *err) SG_MUST_CHECK;

/* The error as a cell says it. */
struct sg_board_trouble sg_board_trouble_of(struct sg_arena *arena, const struct sg_err *err);

#endif
