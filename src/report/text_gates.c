#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "report/page.h"

#define GATE_COLUMNS 6

static enum sg_paint paint_of(enum sg_gate_state state)
{
	switch (state) {
	case SG_VERDICT_PASS:
		return SG_PAINT_GREEN;
	case SG_VERDICT_LATER:
		return SG_PAINT_CYAN;
	case SG_VERDICT_WAIT:
		return SG_PAINT_YELLOW;
	case SG_VERDICT_CLOSED:
		break;
	}
	return SG_PAINT_RED;
}

static bool blocks(enum sg_gate_state state)
{
	return state == SG_VERDICT_WAIT || state == SG_VERDICT_CLOSED;
}

static const char *text_or(const char *text, const char *other)
{
	return text && *text ? text : other;
}

static void gate_cells(
	const struct sg_report_gate *row, struct sg_arena *scratch, struct sg_page_cell *cells)
{
	const char *sentence = text_or(row->sentence, "");

	memset(cells, 0, GATE_COLUMNS * sizeof(*cells));
	cells[0].text = row->service;
	cells[1].text = row->environment;
	cells[2].text = sg_gate_type_name(row->type);
	cells[3].text = sg_gate_phase_name(row->phase);
	cells[4].text = sg_gate_state_name(row->state);
	cells[4].paint = paint_of(row->state);
	cells[5].text = blocks(row->state) && row->code
				? sg_arena_printf(scratch, "%s: %s", row->code, sentence)
				: sentence;
}

static void put_details(const struct sg_page *page, const struct sg_report_gate *row)
{
	if (!blocks(row->state))
		return;
	sg_page_field(page, "  observed", row->observed);
	sg_page_field(page, "  expected", row->expected);
	sg_page_time(page, "  since", row->since_unix_s);
	sg_page_time(page, "  next look", row->next_look_unix_s);
}

void sg_page_gates(const struct sg_page *page, const struct sg_report *report)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_page_cell cells[GATE_COLUMNS];
	size_t widths[GATE_COLUMNS] = {0};

	if (report->gate_count == 0)
		return;
	sg_page_new_line(page);
	sg_page_put_painted(page, SG_PAINT_BOLD, "gates");
	sg_buf_adds(page->out, report->advisory ? " (advisory)\n" : "\n");
	for (size_t i = 0; i < report->gate_count; i++) {
		gate_cells(&report->gates[i], &scratch, cells);
		sg_page_measure(page, cells, GATE_COLUMNS, widths);
	}
	for (size_t i = 0; i < report->gate_count; i++) {
		gate_cells(&report->gates[i], &scratch, cells);
		sg_page_row(page, cells, GATE_COLUMNS, widths);
		put_details(page, &report->gates[i]);
	}
}

/* "MR_DRAFT: it is a draft" */
static void put_status(const struct sg_page *page, const struct sg_report_mr *row)
{
	if (!text_or(row->code, NULL) && !text_or(row->sentence, NULL))
		return;
	sg_page_label(page, "status");
	sg_page_put(page, text_or(row->code, "-"));
	if (text_or(row->sentence, NULL)) {
		sg_buf_adds(page->out, ": ");
		sg_page_put(page, row->sentence);
	}
	sg_page_new_line(page);
}

static void put_blocker(const struct sg_page *page, const struct sg_report_mr *row)
{
	if (!text_or(row->blocker, NULL) && !text_or(row->blocker_url, NULL))
		return;
	sg_page_label(page, "blocked by");
	sg_page_put(page, text_or(row->blocker, "-"));
	if (text_or(row->blocker_url, NULL)) {
		sg_buf_addc(page->out, ' ');
		sg_page_put(page, row->blocker_url);
	}
	sg_page_new_line(page);
}

static void put_request(const struct sg_page *page, const struct sg_report_mr *row)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};

	sg_page_new_line(page);
	sg_page_put_painted(page, SG_PAINT_BOLD, text_or(row->service, "-"));
	if (row->iid) {
		sg_page_put(page,
			sg_arena_printf(&scratch, ": merge request !%" PRId64 ": ", row->iid));
		sg_page_put_painted(page, SG_PAINT_CYAN, text_or(row->state, "unknown"));
	} else {
		sg_page_put(page, ": no merge request yet");
	}
	sg_page_new_line(page);
	sg_page_field(page, "url", row->url);
	sg_page_field(page, "branch", row->branch);
	sg_page_field(page, "head", row->head);
	sg_page_field(page, "landed", row->landed);
	put_status(page, row);
	put_blocker(page, row);
}

void sg_page_merge_requests(const struct sg_page *page, const struct sg_report *report)
{
	for (size_t i = 0; i < report->mr_count; i++)
		put_request(page, &report->mrs[i]);
}
