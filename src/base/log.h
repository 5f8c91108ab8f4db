/*
 * The log: lines for people (text) or machines (json) on one sink, every line redacted and with
 * control bytes of untrusted text shown as \xNN. Rooms below cmd/ log at debug only; what users
 * read is said by report/ and cmd/.
 */
#ifndef SG_BASE_LOG_H
#define SG_BASE_LOG_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/secret.h"

enum sg_log_level { SG_LOG_DEBUG, SG_LOG_INFO, SG_LOG_WARN, SG_LOG_ERROR };

struct sg_log {
	enum sg_log_level level; /* lines below are dropped */
	bool json;               /* one JSON object a line */
	struct sg_redactor *redactor;
	void (*write)(void *arg, const char *line, size_t len); /* a whole line with its newline */
	void *arg;
};

/*
 * LOG may be NULL: then nothing is said. Text lines are "MESSAGE" at info and "LEVEL: MESSAGE"
 * else; JSON lines are {"level":..., "message":...}. Messages longer than 4 KiB are cut with "...".
 */
void sg_log_at(struct sg_log *log, enum sg_log_level level, const char *fmt, ...) SG_PRINTF(3, 4);

#define sg_debug(log, ...) sg_log_at((log), SG_LOG_DEBUG, __VA_ARGS__)
#define sg_info(log, ...) sg_log_at((log), SG_LOG_INFO, __VA_ARGS__)
#define sg_warn(log, ...) sg_log_at((log), SG_LOG_WARN, __VA_ARGS__)

#endif
