/* Help texts, all from the tables. */
#ifndef SG_CMD_HELP_H
#define SG_CMD_HELP_H

#include "base/buf.h"
#include "cmd/table.h"

/* `stagegate --help`: the commands. */
void sg_help_overview(struct sg_buf *out);

/* `stagegate NAME --help`: one command with all its options. */
void sg_help_command(const struct sg_cmd *cmd, struct sg_buf *out);

/* The commands and their option tables, as Markdown for the README. */
void sg_help_markdown(struct sg_buf *out);

/* Every reason and every code of a verdict with its exit status, as a Markdown table. */
void sg_help_exit_codes(struct sg_buf *out);

#endif
