/* The words of the board that text and Markdown share. Inside report/ only. */
#ifndef SG_REPORT_BOARD_WORDS_H
#define SG_REPORT_BOARD_WORDS_H

#include "base/arena.h"
#include "model/board.h"

/* "1.4.2, runs 1.4.1, OutOfSync, Progressing, 3m, !15 MR_CI_RUNNING". Never empty. */
const char *sg_board_cell_words(struct sg_arena *arena, const struct sg_board *board,
	const struct sg_board_column *column, const struct sg_board_cell *cell);

/* One reason why cells of an environment could not be read. */
struct sg_board_note {
	const char *environment; /* NULL: all of them */
	const char *what;        /* "files", "cluster", "merge requests" */
	const char *service;     /* the first of them; NULL: all */
	size_t others;           /* further services with the same reason */
	const struct sg_board_trouble *trouble;
};

/* All notes, in the order of the columns. */
struct sg_board_note *sg_board_notes(
	struct sg_arena *arena, const struct sg_board *board, size_t *ret_count);

#endif
