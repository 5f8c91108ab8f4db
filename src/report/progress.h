/* One thing that is waited for: what was seen of it last, and whether that is worth a line. Pure.
 */
#ifndef SG_REPORT_PROGRESS_H
#define SG_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* How long a log may be silent about something that is still waited for. */
#define SG_HEARTBEAT_MS (60 * 1000)

/* Times are of one monotonic clock; texts are cut at whole characters, on one line, not escaped. */
struct sg_progress {
	int64_t start_ms;
	int64_t said_ms; /* of the last line about it */
	int64_t deadline_ms;
	int64_t next_look_ms;
	char what[208];
	char code[64];
	char sentence[1024];
	char url[512];
	bool seen;
	struct sg_progress *next; /* of the console that shows it */
};

struct sg_progress_look {
	int64_t now_ms;
	int64_t deadline_ms;
	int64_t next_look_ms; /* 0: not known */
	const char *what;     /* "catalog-dev" */
	const char *code;     /* "SYNC_RUNNING" */
	const char *sentence; /* the last blocker */
	const char *url;      /* where to see for oneself; NULL: nowhere */
};

void sg_progress_init(struct sg_progress *progress, int64_t now_ms);

/* Keeps what LOOK shows. True when it differs from the last look, or is the first. */
bool sg_progress_see(struct sg_progress *progress, const struct sg_progress_look *look);

/* When a line is due although nothing changed. */
int64_t sg_progress_due_ms(const struct sg_progress *progress);

#endif
