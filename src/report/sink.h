/* Text on its way out: redacted first, then escaped for its sink. Both, always, in this order. */
#ifndef SG_REPORT_SINK_H
#define SG_REPORT_SINK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/secret.h"
#include "base/str.h"
#include "io/json_write.h"

/* For a terminal or a job log; with MULTILINE newlines and tabs pass. */
void sg_report_sink_terminal(
	const struct sg_redactor *redactor, struct sg_str text, bool multiline, struct sg_buf *out);

/* As a JSON string; NULL as null. */
void sg_report_sink_json(const struct sg_redactor *redactor, struct sg_json_out *json,
	const char *key, const char *text);

/* As a JSON string of bytes. */
void sg_report_sink_json_bytes(const struct sg_redactor *redactor, struct sg_json_out *json,
	const char *key, struct sg_str text);

/* An inline code span of GitLab Markdown, also in a table. */
void sg_report_sink_markdown(
	const struct sg_redactor *redactor, struct sg_str text, struct sg_buf *out);

/* XML 1.0 text or attribute value of at most MAX_BYTES (more than 3) before escaping, "..." at its
 * end where more was there. */
void sg_report_sink_xml(const struct sg_redactor *redactor, struct sg_str text, size_t max_bytes,
	struct sg_buf *out);

/* A dotenv value; false when it cannot be carried, with nothing appended. */
bool sg_report_sink_dotenv(
	const struct sg_redactor *redactor, struct sg_str text, struct sg_buf *out);

#endif
