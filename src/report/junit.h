/*
 * A report as JUnit XML for GitLab's test report (gitlab.md 13, security.md 4.5): what was asked
 * for is a test suite, and each application, gate, change or finding is a case of it.
 *
 * passed   it is so
 * skipped  not yet, or not now: time or a person is missing, the other phase decides, a dry run, a
 *          warning of `check`. Nothing is wrong, so nothing is red.
 * failure  no, until somebody changes something
 * error    nobody knows: a machine did not finish in time, or the run itself broke off
 *
 * The run is a case of its own, the first, unless another says the same with the same code: so the
 * file never looks better than the exit status.
 */
#ifndef SG_REPORT_JUNIT_H
#define SG_REPORT_JUNIT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "model/report.h"

void sg_report_junit(
	const struct sg_report *report, const struct sg_redactor *redactor, struct sg_buf *out);

/* The document of a run that ended with an error: one case, an error. */
void sg_report_junit_error(const char *command, const struct sg_err *err,
	const struct sg_redactor *redactor, struct sg_buf *out);

#endif
