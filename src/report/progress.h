/*
 * What to say while waiting. Pure: the state and a look in, the next line out. In a job log a line
 * comes when something changed and once a minute; on a terminal each look renews one live line.
 */
#ifndef SG_REPORT_PROGRESS_H
#define SG_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/secret.h"

/* One per thing that is waited for. */
struct sg_progress {
	bool live;
	int64_t start_ms;
	int64_t said_ms;   /* of the last line; job log only */
	uint64_t said_sum; /* of what it said */
	bool said;
};

/* Times are of one monotonic clock. */
struct sg_progress_look {
	int64_t now_ms;
	int64_t deadline_ms;
	int64_t next_look_ms; /* 0: not known */
	const char *what;     /* "application catalog-dev" */
	const char *code;     /* "SYNC_RUNNING" */
	const char *sentence; /* the last blocker */
};

void sg_progress_init(struct sg_progress *progress, bool live, int64_t now_ms);

/*
 * True when there is something to say now; then LINE holds it, redacted and escaped, without a line
 * end or control: a job log prints it as a line, a terminal writes it over the last one.
 */
bool sg_progress_next(struct sg_progress *progress, const struct sg_progress_look *look,
	const struct sg_redactor *redactor, struct sg_buf *line);

#endif
