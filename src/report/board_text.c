#include <string.h>

#include "report/board.h"
#include "report/board_words.h"

static enum sg_paint paint_of(const struct sg_board_cell *cell)
{
	if (!sg_board_is_known(cell))
		return SG_PAINT_RED;
	return sg_board_is_good(cell) ? SG_PAINT_GREEN : SG_PAINT_YELLOW;
}

static void header_cells(const struct sg_board *board, struct sg_page_cell *cells)
{
	cells[0] = (struct sg_page_cell){"service", SG_PAINT_BOLD};
	for (size_t i = 0; i < board->column_count; i++)
		cells[i + 1] = (struct sg_page_cell){board->columns[i].env->name, SG_PAINT_BOLD};
}

static void row_cells(struct sg_arena *scratch, const struct sg_board *board, size_t row,
	struct sg_page_cell *cells)
{
	cells[0] = (struct sg_page_cell){.text = board->rows[row].service};
	for (size_t i = 0; i < board->column_count; i++) {
		const struct sg_board_cell *cell = &board->rows[row].cells[i];

		cells[i + 1].text = sg_board_cell_words(scratch, board, &board->columns[i], cell);
		cells[i + 1].paint = paint_of(cell);
	}
}

static void put_note(
	const struct sg_page *page, struct sg_arena *scratch, const struct sg_board_note *note)
{
	const char *others =
		note->others ? sg_arena_printf(scratch, " (and %zu more)", note->others) : "";

	sg_page_put_painted(page, SG_PAINT_YELLOW, "not read");
	sg_buf_adds(page->out, ": ");
	sg_page_put(page, note->service ? sg_arena_printf(scratch, "%s of %s in %s%s", note->what,
						  note->service, note->environment, others)
					: note->what);
	sg_page_put(page, sg_arena_printf(scratch, ": %s: %s", note->trouble->code,
				  note->trouble->text ? note->trouble->text : ""));
	sg_page_new_line(page);
}

void sg_board_text(const struct sg_page *page, const struct sg_board *board)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	size_t columns = board->column_count + 1, count;
	struct sg_page_cell *cells = sg_arena_calloc(&scratch, columns, sizeof(*cells));
	size_t *widths = sg_arena_calloc(&scratch, columns, sizeof(*widths));
	const struct sg_board_note *notes = sg_board_notes(&scratch, board, &count);

	sg_page_new_line(page);
	header_cells(board, cells);
	sg_page_measure(page, cells, columns, widths);
	for (size_t i = 0; i < board->row_count; i++) {
		row_cells(&scratch, board, i, cells);
		sg_page_measure(page, cells, columns, widths);
	}
	header_cells(board, cells);
	sg_page_row(page, cells, columns, widths);
	for (size_t i = 0; i < board->row_count; i++) {
		row_cells(&scratch, board, i, cells);
		sg_page_row(page, cells, columns, widths);
	}
	if (count)
		sg_page_new_line(page);
	for (size_t i = 0; i < count; i++)
		put_note(page, &scratch, &notes[i]);
}
