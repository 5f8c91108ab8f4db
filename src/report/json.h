/*
 * A report for machines: "schema": 1, every key always there and in the same order, null where
 * nothing is known, states as lower-case words.
 */
#ifndef SG_REPORT_JSON_H
#define SG_REPORT_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "model/report.h"

void sg_report_json(
	const struct sg_report *report, const struct sg_redactor *redactor, struct sg_buf *out);

/* The document of a run that ended with an error: "result": "error". */
void sg_report_json_error(const char *command, const struct sg_err *err,
	const struct sg_redactor *redactor, struct sg_buf *out);

#endif
