#include "report/text.h"

#include <string.h>

#include "base/attr.h"
#include "base/num.h"
#include "base/text.h"
#include "model/ids.h"
#include "report/diff.h"
#include "report/sink.h"

#define DIFF_MAX_BYTES (4u << 20)
#define CELL_MAX_BYTES (64u * 1024)
#define LABEL_WIDTH 15
/* Wider cells push the rest of their row aside instead of moving every row. */
#define COLUMN_MAX_WIDTH 60

enum paint { PLAIN, BOLD, RED, GREEN, YELLOW, CYAN };

static const char *const paints[] = {
	[PLAIN] = "",
	[BOLD] = "\x1b[1m",
	[RED] = "\x1b[31m",
	[GREEN] = "\x1b[32m",
	[YELLOW] = "\x1b[33m",
	[CYAN] = "\x1b[36m",
};

struct page {
	const struct sg_report_style *style;
	struct sg_buf *out;
};

static void put(const struct page *page, const char *text)
{
	sg_report_sink_terminal(
		page->style->redactor, sg_str_of(text), /* multiline= */ false, page->out);
}

static void put_painted(const struct page *page, enum paint paint, const char *text)
{
	bool paints_it = page->style->colour && paint != PLAIN;

	if (paints_it)
		sg_buf_adds(page->out, paints[paint]);
	put(page, text);
	if (paints_it)
		sg_buf_adds(page->out, "\x1b[0m");
}

static void new_line(const struct page *page)
{
	sg_buf_addc(page->out, '\n');
}

static enum paint paint_of(enum sg_result result)
{
	switch (result) {
	case SG_RESULT_DONE:
	case SG_RESULT_UNCHANGED:
		return GREEN;
	case SG_RESULT_PLANNED:
		return CYAN;
	case SG_RESULT_PENDING:
		return YELLOW;
	case SG_RESULT_FAILED:
	case SG_RESULT_CONFLICT:
	case SG_RESULT_INVALID:
	case SG_RESULT_TIMEOUT:
		return RED;
	}
	return PLAIN;
}

/* The reason is said where somebody will look it up. */
static bool shows_code(enum sg_result result)
{
	return sg_result_exit(result) != 0 && result != SG_RESULT_INVALID;
}

static void put_outcome(
	const struct page *page, enum sg_result result, const char *code, const char *sentence)
{
	put_painted(page, paint_of(result), sg_result_name(result));
	if (code && (shows_code(result) || !sentence)) {
		sg_buf_adds(page->out, ": ");
		put_painted(page, BOLD, code);
	}
	if (sentence) {
		sg_buf_adds(page->out, ": ");
		put(page, sentence);
	}
	new_line(page);
}

/* ---- labelled lines ---- */

static void put_label(const struct page *page, const char *label)
{
	size_t from;

	sg_buf_adds(page->out, "  ");
	from = page->out->len;
	put(page, label);
	while (page->out->len - from < LABEL_WIDTH - 1 && !page->out->overflow)
		sg_buf_addc(page->out, ' ');
	sg_buf_addc(page->out, ' ');
}

static void put_field(const struct page *page, const char *label, const char *value)
{
	if (!value || !*value)
		return;
	put_label(page, label);
	put(page, value);
	new_line(page);
}

static void put_duration(const struct page *page, const char *label, int64_t ms)
{
	char text[32];

	if (ms <= 0)
		return;
	sg_num_format_ms(text, sizeof(text), ms);
	put_field(page, label, text);
}

static void put_time(const struct page *page, const char *label, int64_t unix_s)
{
	char text[24];

	if (!unix_s)
		return;
	sg_time_format(unix_s, text, sizeof(text));
	put_field(page, label, text);
}

static void put_facts(const struct page *page, const struct sg_report *report)
{
	put_field(page, "repository", report->repository);
	if (report->config_from) {
		put_label(page, "configuration");
		put(page, report->config_from);
		sg_buf_adds(page->out, report->advisory ? " (advisory)\n" : "\n");
	}
	put_field(page, "environment", report->environment);
	put_field(page, "branch", report->branch);
	put_field(page, "commit", report->commit);
	put_field(page, "stagegate-id", report->id);
	if (report->tries > 1) {
		put_label(page, "pushes");
		sg_buf_addf(page->out, "%d\n", report->tries);
	}
	put_time(page, "next look", report->next_look_unix_s);
}

/* ---- the table of changes ---- */

#define CHANGE_COLUMNS 5

static size_t width_of(struct sg_str s)
{
	size_t width = 0;

	for (size_t i = 0; i < s.len; i++)
		width += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
	return width;
}

/* The cell as it will be shown, into CELL. */
static void make_cell(const struct page *page, const struct sg_report_change *row, int column,
	struct sg_buf *cell)
{
	SG_AUTO(sg_buf_release) struct sg_buf raw = {0};
	const char *from = row->from ? row->from : "?", *to = row->to ? row->to : "?";

	sg_buf_init(&raw, CELL_MAX_BYTES);
	switch (column) {
	case 0:
		sg_buf_adds(&raw, row->service ? row->service : "-");
		break;
	case 1:
		sg_buf_adds(&raw, row->environment ? row->environment : "-");
		break;
	case 2:
		sg_buf_adds(&raw, row->file ? row->file : "-");
		if (row->line)
			sg_buf_addf(&raw, ":%d", row->line);
		break;
	case 3:
		sg_buf_adds(&raw, row->place ? row->place : "-");
		break;
	case 4:
		if (row->noop)
			sg_buf_addf(&raw, "%s (already)", to);
		else
			sg_buf_addf(&raw, "%s -> %s", from, to);
		break;
	}
	sg_report_sink_terminal(
		page->style->redactor, sg_buf_str(&raw), /* multiline= */ false, cell);
}

static void measure(const struct page *page, const struct sg_report *report, size_t *widths)
{
	SG_AUTO(sg_buf_release) struct sg_buf cell = {0};

	sg_buf_init(&cell, 8 * CELL_MAX_BYTES);
	for (size_t i = 0; i < report->change_count; i++) {
		for (int column = 0; column < CHANGE_COLUMNS; column++) {
			size_t width;

			sg_buf_reset(&cell);
			make_cell(page, &report->changes[i], column, &cell);
			width = width_of(sg_buf_str(&cell));
			if (width > widths[column] && width <= COLUMN_MAX_WIDTH)
				widths[column] = width;
		}
	}
}

static void put_change(
	const struct page *page, const struct sg_report_change *row, const size_t *widths)
{
	SG_AUTO(sg_buf_release) struct sg_buf cell = {0};

	sg_buf_init(&cell, 8 * CELL_MAX_BYTES);
	for (int column = 0; column < CHANGE_COLUMNS; column++) {
		size_t width;

		sg_buf_reset(&cell);
		make_cell(page, row, column, &cell);
		sg_buf_adds(page->out, "  ");
		sg_buf_addstr(page->out, sg_buf_str(&cell));
		width = width_of(sg_buf_str(&cell));
		for (; column + 1 < CHANGE_COLUMNS && width < widths[column]; width++)
			sg_buf_addc(page->out, ' ');
	}
	new_line(page);
}

static void put_changes(const struct page *page, const struct sg_report *report)
{
	size_t widths[CHANGE_COLUMNS] = {0};

	if (report->change_count == 0)
		return;
	measure(page, report, widths);
	for (size_t i = 0; i < report->change_count; i++)
		put_change(page, &report->changes[i], widths);
}

/* ---- verdicts, findings, warnings ---- */

static void put_lines(
	const struct page *page, const char *label, const struct sg_report_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		put_field(page, i ? "" : label, lines->items[i]);
}

static void put_state(const struct page *page, const struct sg_report_verdict *row)
{
	if (!row->sync && !row->health)
		return;
	put_label(page, "state");
	put(page, row->sync ? row->sync : "-");
	sg_buf_adds(page->out, ", ");
	put(page, row->health ? row->health : "-");
	new_line(page);
}

static void put_verdict(const struct page *page, const struct sg_report_verdict *row)
{
	new_line(page);
	put_painted(page, BOLD, row->application ? row->application : "-");
	if (row->namespace) {
		sg_buf_adds(page->out, " in ");
		put(page, row->namespace);
	}
	sg_buf_adds(page->out, ": ");
	put_outcome(page, row->result, row->code, row->sentence);
	put_field(page, "wanted", row->revision_wanted);
	put_field(page, "seen", row->revision_seen);
	put_field(page, "wanted image", row->image_wanted);
	put_lines(page, "images", &row->images);
	put_state(page, row);
	put_duration(page, "waited", row->elapsed_ms);
	put_field(page, "last blocker", row->last_blocker);
	put_lines(page, "evidence", &row->evidence);
	put_time(page, "next look", row->next_look_unix_s);
}

static enum paint severity_paint(enum sg_severity severity)
{
	switch (severity) {
	case SG_SEVERITY_ERROR:
		return RED;
	case SG_SEVERITY_WARNING:
		return YELLOW;
	case SG_SEVERITY_NOTE:
		return CYAN;
	}
	return PLAIN;
}

/* "FILE:LINE:COLUMN: ", as far as it is known. */
static void put_place(const struct page *page, const struct sg_finding *row)
{
	if (!row->file)
		return;
	put(page, row->file);
	if (row->line)
		sg_buf_addf(page->out, ":%d", row->line);
	if (row->line && row->column)
		sg_buf_addf(page->out, ":%d", row->column);
	sg_buf_adds(page->out, ": ");
}

static void put_finding(const struct page *page, const struct sg_finding *row)
{
	put_place(page, row);
	put_painted(page, severity_paint(row->severity), sg_severity_name(row->severity));
	sg_buf_adds(page->out, ": ");
	put(page, row->text);
	new_line(page);
	if (row->hint) {
		sg_buf_adds(page->out, "  hint: ");
		put(page, row->hint);
		new_line(page);
	}
}

static void put_warning(const struct page *page, const struct sg_report_warning *row)
{
	put_painted(page, YELLOW, "warning");
	sg_buf_adds(page->out, ": ");
	put(page, row->code);
	sg_buf_adds(page->out, ": ");
	put(page, row->text);
	new_line(page);
}

/* ---- diff ---- */

static enum paint diff_paint(struct sg_str line)
{
	if (sg_str_starts(line, "@@"))
		return CYAN;
	if (sg_str_starts(line, "--- ") || sg_str_starts(line, "+++ "))
		return BOLD;
	if (sg_str_starts(line, "+"))
		return GREEN;
	return sg_str_starts(line, "-") ? RED : PLAIN;
}

static void put_diff(const struct page *page, const struct sg_report *report)
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
		new_line(page);
	rest = sg_str_sub(sg_buf_str(&shown), 0, shown.len ? shown.len - 1 : 0);
	while (shown.len && sg_str_cut(&rest, '\n', &line)) {
		enum paint paint = page->style->colour ? diff_paint(line) : PLAIN;

		sg_buf_adds(page->out, paints[paint]);
		sg_buf_addstr(page->out, line);
		sg_buf_adds(page->out, paint == PLAIN ? "\n" : "\x1b[0m\n");
	}
}

/* ---- documents ---- */

static void put_version(const struct page *page, const struct sg_report *report)
{
	sg_buf_adds(page->out, "stagegate ");
	put(page, report->version);
	if (report->version_commit && *report->version_commit) {
		sg_buf_adds(page->out, " (");
		put(page, report->version_commit);
		sg_buf_addc(page->out, ')');
	}
	new_line(page);
	for (size_t i = 0; i < report->part_count; i++)
		put_field(page, report->parts[i].name, report->parts[i].version);
}

void sg_report_text(
	const struct sg_report *report, const struct sg_report_style *style, struct sg_buf *out)
{
	const struct page page = {style, out};

	if (report->version)
		put_version(&page, report);
	else
		put_outcome(&page, report->result, report->code, report->sentence);
	for (size_t i = 0; i < report->findings.count; i++)
		put_finding(&page, &report->findings.items[i]);
	put_changes(&page, report);
	if (report->result != SG_RESULT_INVALID)
		put_facts(&page, report);
	for (size_t i = 0; i < report->verdict_count; i++)
		put_verdict(&page, &report->verdicts[i]);
	if (report->result == SG_RESULT_PLANNED)
		put_diff(&page, report);
	for (size_t i = 0; i < report->warning_count; i++)
		put_warning(&page, &report->warnings[i]);
}

void sg_report_text_error(
	const struct sg_err *err, const struct sg_report_style *style, struct sg_buf *out)
{
	const struct page page = {style, out};

	put_painted(&page, RED, "stagegate");
	sg_buf_adds(out, ": ");
	if (err->where[0]) {
		put(&page, err->where);
		sg_buf_adds(out, ": ");
	}
	put(&page, err->cause[0] ? err->cause : sg_reason_text(err->reason));
	new_line(&page);
	if (err->hint[0]) {
		sg_buf_adds(out, "  hint: ");
		put(&page, err->hint);
		new_line(&page);
	}
	sg_buf_addf(out, "  reason: %s (exit %d)\n", sg_reason_name(err->reason), sg_err_exit(err));
}
