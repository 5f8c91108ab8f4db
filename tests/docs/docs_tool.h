/* What the documentation takes from the program's tables, as Markdown. */
#ifndef DOCS_TOOL_H
#define DOCS_TOOL_H

#include "base/arena.h"
#include "base/buf.h"

/* One row for each command. */
void docs_command_list(struct sg_buf *out);

/* The commands with their own options; what several share comes once, at the end. */
void docs_commands(struct sg_buf *out);

/* What an exit status says whatever the reason is; `text` is NULL behind the last. */
struct docs_exit {
	const char *status;
	int first, last;
	const char *text;
};
const struct docs_exit *docs_exits(void);

/* The same as a table. */
void docs_exit_classes(struct sg_buf *out);

/* Every code that ends a run with its exit status. */
void docs_exit_codes(struct sg_buf *out);

/* Every code with what to do about it. */
void docs_troubleshooting(struct sg_buf *out);

/* One man page by its name; false when there is none. */
bool docs_man_page(struct sg_buf *out, const char *page);

/* The names of all man pages, one a line. */
void docs_man_names(struct sg_buf *out);

/* The anchor that a heading gets: lower case, "-" for blanks. */
const char *docs_anchor(struct sg_arena *arena, const char *heading);

#endif
