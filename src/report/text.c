#include "report/text.h"

#include <string.h>

#include "base/attr.h"
#include "base/num.h"
#include "report/board.h"
#include "report/diff.h"
#include "report/page.h"
#include "report/sink.h"

#define DIFF_MAX_BYTES (4u << 20)

static enum sg_paint paint_of(enum sg_result result)
{
	switch (result) {
	case SG_RESULT_DONE:
	case SG_RESULT_UNCHANGED:
		return SG_PAINT_GREEN;
	case SG_RESULT_PLANNED:
		return SG_PAINT_CYAN;
	case SG_RESULT_PENDING:
		return SG_PAINT_YELLOW;
	case SG_RESULT_FAILED:
	case SG_RESULT_CONFLICT:
	case SG_RESULT_INVALID:
	case SG_RESULT_TIMEOUT:
		return SG_PAINT_RED;
	}
	return SG_PAINT_PLAIN;
}

/* The reason is said where somebody will look it up. */
static bool shows_code(enum sg_result result)
{
	return sg_result_exit(result) != 0 && result != SG_RESULT_INVALID;
}

static void put_outcome(
	const struct sg_page *page, enum sg_result result, const char *code, const char *sentence)
{
	sg_page_put_painted(page, paint_of(result), sg_result_name(result));
	if (code && (shows_code(result) || !sentence)) {
		sg_buf_adds(page->out, ": ");
		sg_page_put_painted(page, SG_PAINT_BOLD, code);
	}
	if (sentence) {
		sg_buf_adds(page->out, ": ");
		sg_page_put(page, sentence);
	}
	sg_page_new_line(page);
}

/* "took           3m 12s: read 800ms, rollout 3m 11s" */
static void put_times(const struct sg_page *page, const struct sg_report *report)
{
	char shown[32];

	if (report->phase_count == 0)
		return;
	sg_num_format_ms(shown, sizeof(shown), report->elapsed_ms);
	sg_page_label(page, "took");
	sg_page_put(page, shown);
	for (size_t i = 0; i < report->phase_count; i++) {
		sg_num_format_ms(shown, sizeof(shown), report->phases[i].ms);
		sg_buf_addf(page->out, "%s%s %s", i ? ", " : ": ", report->phases[i].name, shown);
	}
	sg_page_new_line(page);
}

static void put_facts(const struct sg_page *page, const struct sg_report *report)
{
	sg_page_field(page, "repository", report->repository);
	if (report->config_from) {
		sg_page_label(page, "configuration");
		sg_page_put(page, report->config_from);
		sg_buf_adds(page->out, report->advisory ? " (advisory)\n" : "\n");
	}
	sg_page_field(page, "environment", report->environment);
	sg_page_field(page, "branch", report->branch);
	sg_page_field(page, "commit", report->commit);
	sg_page_field(page, "commit page", report->commit_url);
	sg_page_field(page, "stagegate-id", report->id);
	if (report->tries > 1) {
		sg_page_label(page, "pushes");
		sg_buf_addf(page->out, "%d\n", report->tries);
	}
	sg_page_time(page, "next look", report->next_look_unix_s);
	put_times(page, report);
}

/* ---- the table of changes ---- */

#define CHANGE_COLUMNS 5
#define FILE_COLUMN 2

static void change_cells(
	const struct sg_report_change *row, struct sg_arena *scratch, struct sg_page_cell *cells)
{
	const char *from = row->from ? row->from : "?", *to = row->to ? row->to : "?";

	memset(cells, 0, CHANGE_COLUMNS * sizeof(*cells));
	cells[0].text = row->service;
	cells[1].text = row->environment;
	cells[FILE_COLUMN].text = row->file && row->line
					  ? sg_arena_printf(scratch, "%s:%d", row->file, row->line)
					  : row->file;
	cells[3].text = row->place;
	cells[4].text = row->noop    ? sg_arena_printf(scratch, "%s (already)", to)
			: row->added ? sg_arena_printf(scratch, "added %s", to)
				     : sg_arena_printf(scratch, "%s -> %s", from, to);
}

/* Edits of local files belong to no service and no environment. */
static size_t first_column(const struct sg_report *report)
{
	for (size_t i = 0; i < report->change_count; i++)
		if (report->changes[i].service || report->changes[i].environment)
			return 0;
	return FILE_COLUMN;
}

static void put_changes(const struct sg_page *page, const struct sg_report *report)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_page_cell cells[CHANGE_COLUMNS];
	size_t widths[CHANGE_COLUMNS] = {0};
	size_t first = first_column(report), count = CHANGE_COLUMNS - first;

	for (size_t i = 0; i < report->change_count; i++) {
		change_cells(&report->changes[i], &scratch, cells);
		sg_page_measure(page, cells + first, count, widths);
	}
	for (size_t i = 0; i < report->change_count; i++) {
		change_cells(&report->changes[i], &scratch, cells);
		sg_page_row(page, cells + first, count, widths);
	}
	for (size_t i = 0; i < report->change_count; i++)
		if (i == 0 || report->changes[i].found != report->changes[i - 1].found)
			sg_page_field(page, "found by", report->changes[i].found);
}

/* One line each, where the outcome of the run is not that of the only one. */
static void put_services(const struct sg_page *page, const struct sg_report *report)
{
	for (size_t i = 0; report->service_count > 1 && i < report->service_count; i++) {
		const struct sg_report_service *row = &report->services[i];

		sg_buf_adds(page->out, "  ");
		sg_page_put_painted(page, SG_PAINT_BOLD, row->service);
		sg_buf_adds(page->out, ": ");
		put_outcome(page, row->result, row->code, row->sentence);
	}
}

/* ---- verdicts, findings, warnings ---- */

static void put_lines(
	const struct sg_page *page, const char *label, const struct sg_report_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		sg_page_field(page, i ? "" : label, lines->items[i]);
}

static bool is_said(const char *text)
{
	return text && *text;
}

static void put_state(const struct sg_page *page, const struct sg_report_verdict *row)
{
	if (!is_said(row->sync) && !is_said(row->health))
		return;
	sg_page_label(page, "state");
	sg_page_put(page, is_said(row->sync) ? row->sync : "-");
	sg_buf_adds(page->out, ", ");
	sg_page_put(page, is_said(row->health) ? row->health : "-");
	sg_page_new_line(page);
}

static void put_verdict(
	const struct sg_page *page, const struct sg_report_verdict *row, bool is_one_of_several)
{
	const char *env = row->environment ? row->environment : "-";

	sg_page_new_line(page);
	sg_page_put_painted(page, SG_PAINT_BOLD, row->application ? row->application : env);
	if (row->namespace) {
		sg_buf_adds(page->out, " in ");
		sg_page_put(page, row->namespace);
	}
	if (is_one_of_several && row->application) {
		sg_buf_adds(page->out, " of ");
		sg_page_put(page, env);
	}
	sg_buf_adds(page->out, ": ");
	put_outcome(page, row->result, row->code, row->sentence);
	if (is_one_of_several)
		sg_page_field(page, "cluster", row->cluster);
	sg_page_field(page, "wanted", row->revision_wanted);
	sg_page_field(page, "seen", row->revision_seen);
	sg_page_field(page, "wanted image", row->image_wanted);
	put_lines(page, "images", &row->images);
	put_state(page, row);
	sg_page_duration(page, "waited", row->elapsed_ms);
	sg_page_field(page, "last blocker", row->last_blocker);
	put_lines(page, "evidence", &row->evidence);
	sg_page_time(page, "next look", row->next_look_unix_s);
}

static void put_verdicts(const struct sg_page *page, const struct sg_report *report)
{
	bool spans = sg_report_spans(report);

	for (size_t i = 0; i < report->verdict_count; i++)
		put_verdict(page, &report->verdicts[i], spans);
}

static enum sg_paint severity_paint(enum sg_severity severity)
{
	switch (severity) {
	case SG_SEVERITY_ERROR:
		return SG_PAINT_RED;
	case SG_SEVERITY_WARNING:
		return SG_PAINT_YELLOW;
	case SG_SEVERITY_NOTE:
		return SG_PAINT_CYAN;
	case SG_SEVERITY_OK:
		return SG_PAINT_GREEN;
	}
	return SG_PAINT_PLAIN;
}

/* "FILE:LINE:COLUMN: ", as far as it is known. */
static void put_place(const struct sg_page *page, const struct sg_finding *row)
{
	if (!row->file)
		return;
	sg_page_put(page, row->file);
	if (row->line)
		sg_buf_addf(page->out, ":%d", row->line);
	if (row->line && row->column)
		sg_buf_addf(page->out, ":%d", row->column);
	sg_buf_adds(page->out, ": ");
}

static void put_prefix(const struct sg_page *page, const char *text)
{
	if (!text)
		return;
	sg_page_put(page, text);
	sg_buf_adds(page->out, ": ");
}

static void put_finding(const struct sg_page *page, const struct sg_finding *row)
{
	put_place(page, row);
	sg_page_put_painted(page, severity_paint(row->severity), sg_severity_name(row->severity));
	sg_buf_adds(page->out, ": ");
	put_prefix(page, row->id);
	put_prefix(page, row->subject);
	sg_page_put(page, row->text);
	sg_page_new_line(page);
	if (row->hint) {
		sg_buf_adds(page->out, "  hint: ");
		sg_page_put(page, row->hint);
		sg_page_new_line(page);
	}
}

static void put_warning(const struct sg_page *page, const struct sg_report_warning *row)
{
	sg_page_put_painted(page, SG_PAINT_YELLOW, "warning");
	sg_buf_adds(page->out, ": ");
	sg_page_put(page, row->code);
	sg_buf_adds(page->out, ": ");
	sg_page_put(page, row->text);
	sg_page_new_line(page);
}

/* ---- files that were made ---- */

static enum sg_paint state_paint(enum sg_file_state state)
{
	switch (state) {
	case SG_FILE_CREATED:
		return SG_PAINT_GREEN;
	case SG_FILE_PLANNED:
		return SG_PAINT_CYAN;
	case SG_FILE_KEPT:
		return SG_PAINT_YELLOW;
	case SG_FILE_PRESENT:
		break;
	}
	return SG_PAINT_PLAIN;
}

static void put_files(const struct sg_page *page, const struct sg_report *report)
{
	struct sg_page_cell cells[2];
	size_t widths[2] = {0};

	sg_page_field(page, "folder", report->folder);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < report->made_count; i++) {
			const struct sg_report_file *row = &report->made[i];

			cells[0] = (struct sg_page_cell){
				sg_file_state_name(row->state), state_paint(row->state)};
			cells[1] = (struct sg_page_cell){row->path, SG_PAINT_PLAIN};
			if (pass == 0)
				sg_page_measure(page, cells, 2, widths);
			else
				sg_page_row(page, cells, 2, widths);
		}
}

/* ---- diff ---- */

static enum sg_paint diff_paint(struct sg_str line)
{
	if (sg_str_starts(line, "@@"))
		return SG_PAINT_CYAN;
	if (sg_str_starts(line, "--- ") || sg_str_starts(line, "+++ "))
		return SG_PAINT_BOLD;
	if (sg_str_starts(line, "+"))
		return SG_PAINT_GREEN;
	return sg_str_starts(line, "-") ? SG_PAINT_RED : SG_PAINT_PLAIN;
}

static void put_diff(const struct sg_page *page, const struct sg_report *report)
{
	SG_AUTO(sg_buf_release) struct sg_buf raw = {0}, shown = {0};
	struct sg_str rest, line;

	sg_buf_init(&raw, DIFF_MAX_BYTES);
	for (size_t i = 0; i < report->file_count; i++)
		sg_report_diff(&report->files[i], &raw);
	sg_buf_init(&shown, 4 * DIFF_MAX_BYTES + 64);
	sg_report_sink_terminal(
		page->style->redactor, sg_buf_str(&raw), /* multiline= */ true, &shown);
	if (shown.len)
		sg_page_new_line(page);
	rest = sg_str_sub(sg_buf_str(&shown), 0, shown.len ? shown.len - 1 : 0);
	while (shown.len && sg_str_cut(&rest, '\n', &line)) {
		enum sg_paint paint = page->style->colour ? diff_paint(line) : SG_PAINT_PLAIN;

		sg_page_paint(page, paint);
		sg_buf_addstr(page->out, line);
		sg_page_unpaint(page, paint);
		sg_page_new_line(page);
	}
}

/* ---- documents ---- */

/* Where the reader of a failure finds what to do. */
static void put_more(const struct sg_page *page, const char *code)
{
	sg_buf_adds(page->out, "more: stagegate explain ");
	sg_page_put(page, code);
	sg_page_new_line(page);
}

static void put_version(const struct sg_page *page, const struct sg_report *report)
{
	sg_buf_adds(page->out, "stagegate ");
	sg_page_put(page, report->version);
	if (report->version_commit && *report->version_commit) {
		sg_buf_adds(page->out, " (");
		sg_page_put(page, report->version_commit);
		sg_buf_addc(page->out, ')');
	}
	sg_page_new_line(page);
	for (size_t i = 0; i < report->part_count; i++)
		sg_page_field(page, report->parts[i].name, report->parts[i].version);
}

void sg_report_text(
	const struct sg_report *report, const struct sg_report_style *style, struct sg_buf *out)
{
	const struct sg_page page = {style, out};

	if (report->version)
		put_version(&page, report);
	else if (report->code_count)
		sg_page_codes(&page, report);
	else
		put_outcome(&page, report->result, report->code, report->sentence);
	for (size_t i = 0; i < report->findings.count; i++)
		put_finding(&page, &report->findings.items[i]);
	put_services(&page, report);
	put_changes(&page, report);
	sg_page_places(&page, report);
	if (report->result != SG_RESULT_INVALID)
		put_facts(&page, report);
	put_files(&page, report);
	if (report->board)
		sg_board_text(&page, report->board);
	sg_page_gates(&page, report);
	sg_page_merge_requests(&page, report);
	put_verdicts(&page, report);
	if (report->result == SG_RESULT_PLANNED)
		put_diff(&page, report);
	for (size_t i = 0; i < report->warning_count; i++)
		put_warning(&page, &report->warnings[i]);
	if (shows_code(report->result) && report->code)
		put_more(&page, report->code);
}

void sg_report_text_error(
	const struct sg_err *err, const struct sg_report_style *style, struct sg_buf *out)
{
	const struct sg_page page = {style, out};

	sg_page_put_painted(&page, SG_PAINT_RED, "stagegate");
	sg_buf_adds(out, ": ");
	if (err->where[0]) {
		sg_page_put(&page, err->where);
		sg_buf_adds(out, ": ");
	}
	sg_page_put(&page, err->cause[0] ? err->cause : sg_reason_text(err->reason));
	sg_page_new_line(&page);
	if (err->hint[0]) {
		sg_buf_adds(out, "  hint: ");
		sg_page_put(&page, err->hint);
		sg_page_new_line(&page);
	}
	sg_buf_addf(
		out, "  reason: %s (exit %d)\n  ", sg_reason_name(err->reason), sg_err_exit(err));
	put_more(&page, sg_reason_name(err->reason));
}
