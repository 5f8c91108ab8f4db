/* How a JUnit document is written: a suite, and its cases one by one. What becomes a case: junit.c.
 */
#ifndef SG_REPORT_JUNIT_CASE_H
#define SG_REPORT_JUNIT_CASE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/secret.h"
#include "base/str.h"

enum sg_junit_outcome { SG_JUNIT_PASSED, SG_JUNIT_SKIPPED, SG_JUNIT_FAILURE, SG_JUNIT_ERROR };
#define SG_JUNIT_OUTCOMES 4

struct sg_junit_suite {
	const struct sg_redactor *redactor;
	const char *command; /* NULL: nobody knows */
	struct sg_buf cases;
	size_t counts[SG_JUNIT_OUTCOMES];
};

/* One case. Texts are untrusted; all but `name` may be missing. */
struct sg_junit_case {
	enum sg_junit_outcome outcome;
	const char *name; /* unique in its suite: GitLab keeps one case of a name */
	const char *file;
	int64_t elapsed_ms;
	const char *code;
	const char *sentence;
	const char *hint;      /* what to do; without it the code's advice says so */
	struct sg_buf details; /* lines */
};

void sg_junit_suite_init(
	struct sg_junit_suite *suite, const char *command, const struct sg_redactor *redactor);

/* Writes the document and releases what the suite holds. OUT overflows where the cases did. */
void sg_junit_suite_end(struct sg_junit_suite *suite, int64_t elapsed_ms, struct sg_buf *out);

void sg_junit_case_init(struct sg_junit_case *row, enum sg_junit_outcome outcome);

/* "label: value" as a line of the details; nothing without a value or a time. */
void sg_junit_line(struct sg_junit_case *row, const char *label, const char *value);
void sg_junit_time(struct sg_junit_case *row, const char *label, int64_t unix_s);

/* Appends the case to the suite and releases what it holds. */
void sg_junit_put(struct sg_junit_suite *suite, struct sg_junit_case *row);

#endif
