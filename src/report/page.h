/*
 * A page of text for people: redacted, escaped, painted when the style says so. What the text
 * renderers share.
 */
#ifndef SG_REPORT_PAGE_H
#define SG_REPORT_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "report/text.h"

enum sg_paint {
	SG_PAINT_PLAIN,
	SG_PAINT_BOLD,
	SG_PAINT_RED,
	SG_PAINT_GREEN,
	SG_PAINT_YELLOW,
	SG_PAINT_CYAN
};

struct sg_page {
	const struct sg_report_style *style;
	struct sg_buf *out;
};

/* Untrusted text, on one line. */
void sg_page_put(const struct sg_page *page, const char *text);
void sg_page_put_painted(const struct sg_page *page, enum sg_paint paint, const char *text);
void sg_page_new_line(const struct sg_page *page);

/* Turns PAINT on; "" when the page has no colour. sg_page_unpaint turns it off. */
void sg_page_paint(const struct sg_page *page, enum sg_paint paint);
void sg_page_unpaint(const struct sg_page *page, enum sg_paint paint);

/* "  label          value"; nothing at all without a value, duration or time. */
void sg_page_label(const struct sg_page *page, const char *label);
void sg_page_field(const struct sg_page *page, const char *label, const char *value);
void sg_page_duration(const struct sg_page *page, const char *label, int64_t ms);
void sg_page_time(const struct sg_page *page, const char *label, int64_t unix_s);

/* A cell of a table: untrusted text; NULL is shown as "-". */
struct sg_page_cell {
	const char *text;
	enum sg_paint paint;
};

/* Widens WIDTHS, one for each column, so that ROW fits; cells that are very wide do not count. */
void sg_page_measure(
	const struct sg_page *page, const struct sg_page_cell *row, size_t columns, size_t *widths);

/* One line, each cell but the last filled up to its width. */
void sg_page_row(const struct sg_page *page, const struct sg_page_cell *row, size_t columns,
	const size_t *widths);

/* ---- parts of a report ---- */

/* The codes that are explained, or the list of all. */
void sg_page_codes(const struct sg_page *page, const struct sg_report *report);

/* The table of places that carry images. */
void sg_page_places(const struct sg_page *page, const struct sg_report *report);

/* The table of gates, with what is observed and expected below each that does not pass. */
void sg_page_gates(const struct sg_page *page, const struct sg_report *report);

/* A paragraph for each merge request. */
void sg_page_merge_requests(const struct sg_page *page, const struct sg_report *report);

#endif
