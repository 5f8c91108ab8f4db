/* What a check found, as rows with a place. */
#ifndef SG_MODEL_FINDING_H
#define SG_MODEL_FINDING_H

#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"

#define SG_SEVERITIES(X)                                                                           \
	X(ERROR, "error")                                                                          \
	X(WARNING, "warning")                                                                      \
	X(NOTE, "note")                                                                            \
	X(OK, "ok")

enum sg_severity {
#define SG_X(name, word) SG_SEVERITY_##name,
	SG_SEVERITIES(SG_X)
#undef SG_X
};

/* OK: looked at, and right. It is told where silence could be taken for it. */
struct sg_finding {
	enum sg_severity severity;
	const char *id;      /* stable name of what was looked at; NULL: it has none */
	const char *subject; /* what it is about: a branch, an environment; NULL: see `file` */
	const char *file;
	int line, column; /* from 1; 0: not known */
	const char *text; /* one sentence, without the place */
	const char *hint; /* what to do; NULL: nothing to add */
};

/* A zeroed struct is an empty list. Rows and their strings live in the arena. */
struct sg_findings {
	struct sg_finding *items;
	size_t count;
};

/* Appends one row; FILE and the formatted text are copied. The row stays valid until the next. */
struct sg_finding *sg_finding_add(struct sg_arena *arena, struct sg_findings *findings,
	enum sg_severity severity, const char *file, int line, int column, const char *fmt, ...)
	SG_PRINTF(7, 8);

size_t sg_findings_count(const struct sg_findings *findings, enum sg_severity severity);
size_t sg_findings_errors(const struct sg_findings *findings);

/* Errors first, then warnings, notes and what is right; otherwise the order stays. */
void sg_findings_sort(struct sg_arena *arena, struct sg_findings *findings);

const char *sg_severity_name(enum sg_severity severity);

#endif
