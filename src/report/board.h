/* The board of `status` as text, JSON and Markdown. */
#ifndef SG_REPORT_BOARD_H
#define SG_REPORT_BOARD_H

#include "io/json_write.h"
#include "model/board.h"
#include "report/page.h"

/* The table, and below it why cells could not be read: each reason once for an environment. */
void sg_board_text(const struct sg_page *page, const struct sg_board *board);

/* The member "board" of an open object; null without a board. Every key is always there. */
void sg_board_json(
	struct sg_json_out *json, const struct sg_redactor *redactor, const struct sg_board *board);

/*
 * The board of REPORT as a document of its own, for a job summary or a wiki: tables only, all that
 * comes from outside in code spans. Nothing without a board.
 */
void sg_board_markdown(
	const struct sg_report *report, const struct sg_redactor *redactor, struct sg_buf *out);

#endif
