/*
 * Parts of a report as GitLab Markdown, for descriptions and notes of merge requests. What comes
 * from outside stands in code spans: it cannot act as a quick action, a mention or a reference.
 */
#ifndef SG_REPORT_MARKDOWN_H
#define SG_REPORT_MARKDOWN_H

#include <stddef.h>

#include "base/buf.h"
#include "base/secret.h"
#include "model/verdict.h"

/*
 * A table with one line for each gate, in their order, every line of it ended; nothing at all
 * without gates. No line starts with anything but '|'. The same verdicts give the same bytes.
 */
void sg_markdown_gates(const struct sg_gate_verdict *verdicts, size_t count,
	const struct sg_redactor *redactor, struct sg_buf *out);

/* The same for as many of them as make up to MAX_BYTES, one at least; returns how many. */
size_t sg_markdown_gates_part(const struct sg_gate_verdict *verdicts, size_t count,
	size_t max_bytes, const struct sg_redactor *redactor, struct sg_buf *out);

/* "`CODE`: `SENTENCE`" and the end of the line: why nothing goes on, where no gate is to blame. */
void sg_markdown_stop(const char *code, const char *sentence, const struct sg_redactor *redactor,
	struct sg_buf *out);

#endif
