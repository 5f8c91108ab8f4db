/* Help texts, all from the tables. */
#ifndef SG_CMD_HELP_H
#define SG_CMD_HELP_H

#include "base/buf.h"
#include "cmd/table.h"

/* `stagegate --help`: the commands. */
void sg_help_overview(struct sg_buf *out);

/* `stagegate NAME --help`: one command with all its options. */
void sg_help_command(const struct sg_cmd *cmd, struct sg_buf *out);

/* `stagegate FAMILY --help`: the commands of a family. */
void sg_help_family(const char *family, struct sg_buf *out);

#endif
