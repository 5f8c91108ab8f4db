#include "report/page.h"

#include "base/attr.h"
#include "base/num.h"
#include "model/ids.h"
#include "report/sink.h"

#define CELL_MAX_BYTES (512u * 1024)
#define LABEL_WIDTH 15
/* Wider cells push the rest of their row aside instead of moving every row. */
#define COLUMN_MAX_WIDTH 60

void sg_page_put(const struct sg_page *page, const char *text)
{
	sg_report_sink_terminal(
		page->style->redactor, sg_str_of(text), /* multiline= */ false, page->out);
}

void sg_page_paint(const struct sg_page *page, enum sg_paint paint)
{
	static const char *const codes[] = {
		[SG_PAINT_PLAIN] = "",
		[SG_PAINT_BOLD] = "\x1b[1m",
		[SG_PAINT_RED] = "\x1b[31m",
		[SG_PAINT_GREEN] = "\x1b[32m",
		[SG_PAINT_YELLOW] = "\x1b[33m",
		[SG_PAINT_CYAN] = "\x1b[36m",
	};

	if (page->style->colour)
		sg_buf_adds(page->out, codes[paint]);
}

void sg_page_unpaint(const struct sg_page *page, enum sg_paint paint)
{
	if (page->style->colour && paint != SG_PAINT_PLAIN)
		sg_buf_adds(page->out, "\x1b[0m");
}

void sg_page_put_painted(const struct sg_page *page, enum sg_paint paint, const char *text)
{
	sg_page_paint(page, paint);
	sg_page_put(page, text);
	sg_page_unpaint(page, paint);
}

void sg_page_new_line(const struct sg_page *page)
{
	sg_buf_addc(page->out, '\n');
}

/* ---- labelled lines ---- */

void sg_page_label(const struct sg_page *page, const char *label)
{
	size_t from;

	sg_buf_adds(page->out, "  ");
	from = page->out->len;
	sg_page_put(page, label);
	while (page->out->len - from < LABEL_WIDTH - 1 && !page->out->overflow)
		sg_buf_addc(page->out, ' ');
	sg_buf_addc(page->out, ' ');
}

void sg_page_field(const struct sg_page *page, const char *label, const char *value)
{
	if (!value || !*value)
		return;
	sg_page_label(page, label);
	sg_page_put(page, value);
	sg_page_new_line(page);
}

void sg_page_duration(const struct sg_page *page, const char *label, int64_t ms)
{
	char text[32];

	if (ms <= 0)
		return;
	sg_num_format_ms(text, sizeof(text), ms);
	sg_page_field(page, label, text);
}

void sg_page_time(const struct sg_page *page, const char *label, int64_t unix_s)
{
	char text[24];

	if (!unix_s)
		return;
	sg_time_format(unix_s, text, sizeof(text));
	sg_page_field(page, label, text);
}

/* ---- tables ---- */

static size_t width_of(struct sg_str s)
{
	size_t width = 0;

	for (size_t i = 0; i < s.len; i++)
		width += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
	return width;
}

/* The cell as it will be shown, into OUT. */
static void show_cell(
	const struct sg_page *page, const struct sg_page_cell *cell, struct sg_buf *out)
{
	sg_buf_init(out, CELL_MAX_BYTES);
	sg_report_sink_terminal(page->style->redactor, sg_str_of(cell->text ? cell->text : "-"),
		/* multiline= */ false, out);
}

void sg_page_measure(
	const struct sg_page *page, const struct sg_page_cell *row, size_t columns, size_t *widths)
{
	for (size_t i = 0; i < columns; i++) {
		SG_AUTO(sg_buf_release) struct sg_buf cell = {0};
		size_t width;

		show_cell(page, &row[i], &cell);
		width = width_of(sg_buf_str(&cell));
		if (width > widths[i] && width <= COLUMN_MAX_WIDTH)
			widths[i] = width;
	}
}

void sg_page_row(const struct sg_page *page, const struct sg_page_cell *row, size_t columns,
	const size_t *widths)
{
	for (size_t i = 0; i < columns; i++) {
		SG_AUTO(sg_buf_release) struct sg_buf cell = {0};
		size_t width;

		show_cell(page, &row[i], &cell);
		sg_buf_adds(page->out, "  ");
		sg_page_paint(page, row[i].paint);
		sg_buf_addstr(page->out, sg_buf_str(&cell));
		sg_page_unpaint(page, row[i].paint);
		width = width_of(sg_buf_str(&cell));
		for (; i + 1 < columns && width < widths[i]; width++)
			sg_buf_addc(page->out, ' ');
	}
	sg_page_new_line(page);
}
