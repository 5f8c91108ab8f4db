/*
 * The outcome as a GitLab dotenv report (gitlab.md 13, security.md 4.5): fixed keys STAGEGATE_*, at
 * most 20 lines and less than 5 KiB, no blank line, no comment, nothing that GitLab would expand.
 */
#ifndef SG_REPORT_DOTENV_H
#define SG_REPORT_DOTENV_H

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "model/report.h"

/*
 * No key is the variable of an option: what a later job inherits must not steer it.
 *
 * A value that cannot be carried (newline, control, too long) is left out and said in a warning of
 * REPORT, so this comes before the report itself is shown. Several services, images or applications
 * are one comma-separated value.
 */
void sg_report_dotenv(
	struct sg_report *report, const struct sg_redactor *redactor, struct sg_buf *out);

/* COMMAND, RESULT, REASON and EXIT_CODE of a run that ended with an error. */
void sg_report_dotenv_error(const char *command, const struct sg_err *err, struct sg_buf *out);

#endif
