/* What the documentation takes from the program's tables, as Markdown. */
#ifndef DOCS_TOOL_H
#define DOCS_TOOL_H

#include "base/buf.h"

/* One row for each command. */
void docs_command_list(struct sg_buf *out);

/* The commands with their own options; what several share comes once, at the end. */
void docs_commands(struct sg_buf *out);

/* Every reason and every code of a verdict with its exit status. */
void docs_exit_codes(struct sg_buf *out);

#endif
