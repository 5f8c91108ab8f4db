#include <string.h>

#include "report/page.h"

#define COLUMNS 5

/* Returns how many there are. */
static size_t cells_of(
	const struct sg_report_place *row, struct sg_arena *scratch, struct sg_page_cell *cells)
{
	memset(cells, 0, COLUMNS * sizeof(*cells));
	cells[0].text = row->service;
	cells[1].text = row->environment;
	if (row->code) {
		cells[2] = (struct sg_page_cell){row->code, SG_PAINT_RED};
		return 3;
	}
	cells[2].text =
		row->line ? sg_arena_printf(scratch, "%s:%d", row->file, row->line) : row->file;
	cells[3].text = row->place;
	cells[4].text = row->value;
	return COLUMNS;
}

/* Why a place is not there stands among the findings. */
void sg_page_places(const struct sg_page *page, const struct sg_report *report)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_page_cell cells[COLUMNS];
	size_t widths[COLUMNS] = {0};

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < report->place_count; i++) {
			size_t count = cells_of(&report->places[i], &scratch, cells);

			if (pass == 0)
				sg_page_measure(page, cells, count, widths);
			else
				sg_page_row(page, cells, count, widths);
		}
}
