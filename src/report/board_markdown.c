#include <inttypes.h>

#include "model/ids.h"
#include "report/board.h"
#include "report/board_words.h"
#include "report/sink.h"

struct writer {
	const struct sg_redactor *redactor;
	struct sg_buf *out;
	struct sg_arena scratch;
};

/* " `text` |" */
static void put(const struct writer *w, const char *text)
{
	sg_buf_addc(w->out, ' ');
	sg_report_sink_markdown(w->redactor, sg_str_of(text && *text ? text : "-"), w->out);
	sg_buf_adds(w->out, " |");
}

static void put_header(const struct writer *w, const struct sg_board *board)
{
	sg_buf_adds(w->out, "| Service |");
	for (size_t i = 0; i < board->column_count; i++)
		put(w, board->columns[i].env->name);
	sg_buf_adds(w->out, "\n|---|");
	for (size_t i = 0; i < board->column_count; i++)
		sg_buf_adds(w->out, "---|");
	sg_buf_addc(w->out, '\n');
}

static void put_row(struct writer *w, const struct sg_board *board, const struct sg_board_row *row)
{
	sg_buf_addc(w->out, '|');
	put(w, row->service);
	for (size_t i = 0; i < board->column_count; i++)
		put(w, sg_board_cell_words(&w->scratch, board, &board->columns[i], &row->cells[i]));
	sg_buf_addc(w->out, '\n');
}

static void put_request(struct writer *w, const struct sg_board_cell *cell)
{
	const struct sg_report_mr *request = &cell->request;
	char since[24] = "";

	if (cell->request_since_unix_s)
		sg_time_format(cell->request_since_unix_s, since, sizeof(since));
	sg_buf_addc(w->out, '|');
	put(w, sg_arena_printf(&w->scratch, "!%" PRId64, request->iid));
	put(w, request->service);
	put(w, request->environment);
	put(w, sg_arena_printf(&w->scratch, "%s: %s%s%s", request->code ? request->code : "-",
		       request->sentence ? request->sentence : "", request->blocker ? "; " : "",
		       request->blocker ? request->blocker : ""));
	put(w, since);
	put(w, request->url);
	sg_buf_addc(w->out, '\n');
}

static void put_requests(struct writer *w, const struct sg_board *board)
{
	bool any = false;

	for (size_t i = 0; i < board->row_count; i++)
		for (size_t k = 0; k < board->column_count; k++) {
			if (!board->rows[i].cells[k].request.iid)
				continue;
			if (!any)
				sg_buf_adds(w->out,
					"\n| Merge request | Service | Environment | Waits for | "
					"Open since | Address |\n|---|---|---|---|---|---|\n");
			any = true;
			put_request(w, &board->rows[i].cells[k]);
		}
}

static void put_notes(struct writer *w, const struct sg_board *board)
{
	size_t count;
	const struct sg_board_note *notes = sg_board_notes(&w->scratch, board, &count);

	if (count)
		sg_buf_adds(w->out, "\n| Not read | Environment | Service | Why |\n"
				    "|---|---|---|---|\n");
	for (size_t i = 0; i < count; i++) {
		const struct sg_board_note *note = &notes[i];

		sg_buf_adds(w->out, "| ");
		sg_buf_adds(w->out, note->what);
		sg_buf_adds(w->out, " |");
		put(w, note->environment);
		put(w, note->others ? sg_arena_printf(&w->scratch, "%s and %zu more", note->service,
					      note->others)
				    : note->service);
		put(w, sg_arena_printf(&w->scratch, "%s: %s", note->trouble->code,
			       note->trouble->text ? note->trouble->text : ""));
		sg_buf_addc(w->out, '\n');
	}
}

void sg_board_markdown(
	const struct sg_report *report, const struct sg_redactor *redactor, struct sg_buf *out)
{
	struct writer w = {.redactor = redactor, .out = out};
	const struct sg_board *board = report->board;

	if (!board)
		return;
	put_header(&w, board);
	for (size_t i = 0; i < board->row_count; i++)
		put_row(&w, board, &board->rows[i]);
	put_requests(&w, board);
	put_notes(&w, board);
	sg_arena_release(&w.scratch);
}
