#include <string.h>

#include "base/text.h"
#include "report/page.h"

#define NAME_WIDTH 22
#define LABEL_WIDTH 8
#define PAGE_WIDTH 80

static void put_kinds(const struct sg_page *page, const struct sg_report_lines *kinds)
{
	for (size_t i = 0; i < kinds->count; i++)
		sg_buf_addf(page->out, "%s%s", i ? ", " : "", kinds->items[i]);
}

static void put_paragraph(const struct sg_page *page, const char *label, const char *text)
{
	sg_buf_addf(page->out, "  %-*s", LABEL_WIDTH, label);
	sg_text_wrap(text, LABEL_WIDTH + 2, PAGE_WIDTH, page->out);
}

/* Commands are not wrapped: they are there to be copied. */
static void put_commands(const struct sg_page *page, const char *lines)
{
	struct sg_str rest = sg_str_of(lines), line;
	const char *label = "look";

	while (sg_str_cut(&rest, '\n', &line)) {
		if (!line.len)
			continue;
		sg_buf_addf(page->out, "  %-*s", LABEL_WIDTH, label);
		sg_buf_addstr(page->out, line);
		sg_page_new_line(page);
		label = "";
	}
}

static void put_in_full(const struct sg_page *page, const struct sg_report_code *row)
{
	sg_page_put_painted(page, SG_PAINT_BOLD, row->name);
	sg_buf_adds(page->out, " (");
	put_kinds(page, &row->kinds);
	if (row->exit_code >= 0)
		sg_buf_addf(page->out, ", exit %d", row->exit_code);
	sg_buf_addf(page->out, "): %s\n\n", row->text);
	put_paragraph(page, "means", row->advice->means);
	put_paragraph(page, "why", row->advice->cause);
	put_paragraph(page, "do", row->advice->remedy);
	put_commands(page, row->advice->look);
}

static void put_in_list(const struct sg_page *page, const struct sg_report_code *row)
{
	sg_buf_addf(page->out, "  %-*s ", NAME_WIDTH, row->name);
	if (row->exit_code >= 0)
		sg_buf_addf(page->out, "%3d", row->exit_code);
	else
		sg_buf_adds(page->out, "  -");
	sg_buf_addf(page->out, "  %s\n", row->text);
}

void sg_page_codes(const struct sg_page *page, const struct sg_report *report)
{
	const char *kind = "";

	for (size_t i = 0; i < report->code_count; i++) {
		const struct sg_report_code *row = &report->codes[i];

		if (i && (row->advice || strcmp(row->kinds.items[0], kind) != 0))
			sg_page_new_line(page);
		if (!row->advice && strcmp(row->kinds.items[0], kind) != 0)
			sg_buf_addf(page->out, "%s:\n", row->kinds.items[0]);
		kind = row->kinds.items[0];
		if (row->advice)
			put_in_full(page, row);
		else
			put_in_list(page, row);
	}
}
