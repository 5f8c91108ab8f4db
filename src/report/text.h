/* A report for people: short, aligned, one document. */
#ifndef SG_REPORT_TEXT_H
#define SG_REPORT_TEXT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "model/report.h"

struct sg_report_style {
	bool colour;
	const struct sg_redactor *redactor;
};

void sg_report_text(
	const struct sg_report *report, const struct sg_report_style *style, struct sg_buf *out);

/* "stagegate: WHERE: CAUSE" and the hint below. */
void sg_report_text_error(
	const struct sg_err *err, const struct sg_report_style *style, struct sg_buf *out);

#endif
