/* One entry of the log as a line: text for people, or a JSON object. Both redact and escape. */
#ifndef SG_REPORT_CONSOLE_LINE_H
#define SG_REPORT_CONSOLE_LINE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"

/* What is not known is NULL, for numbers -1. */
struct sg_console_entry {
	enum sg_log_level level;
	const char *event; /* stable: "log", "progress", "heartbeat", "phase", ... */
	const char *what;  /* what it is about */
	const char *code;  /* stable: "SYNC_RUNNING" */
	struct sg_str message;
	const char *more; /* a second sentence behind the message */
	const char *hint;
	const char *url;
	int64_t elapsed_ms;
	int64_t left_ms; /* until the deadline */
	int exit_code;
};

/* "WHAT: CODE: MESSAGE; MORE URL (after 5s, 19m left)", "LEVEL: " before it unless it is info. */
void sg_console_text(const struct sg_console_entry *entry, const struct sg_redactor *redactor,
	struct sg_buf *line);

/*
 * {"time", "level", "event", "what", "code", "message", "hint", "url", "elapsed_ms", "left_ms",
 * "exit_code"} in this order, without those that are not known.
 */
void sg_console_json(const struct sg_console_entry *entry, const struct sg_redactor *redactor,
	int64_t unix_s, struct sg_buf *line);

/* "350ms" as "0s": people wait for seconds. */
void sg_console_add_time(struct sg_buf *line, const char *before, int64_t ms, const char *after);

#endif
