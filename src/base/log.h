/*
 * The log: messages of a level, formatted and redacted here, shown by whoever stands behind `put`
 * (report/console). Rooms below cmd/ log at debug only; what users read is said by report/ and
 * cmd/.
 */
#ifndef SG_BASE_LOG_H
#define SG_BASE_LOG_H

#include "base/attr.h"
#include "base/secret.h"

enum sg_log_level { SG_LOG_DEBUG, SG_LOG_INFO, SG_LOG_WARN, SG_LOG_ERROR };

/* "debug", "info", "warning", "error". */
const char *sg_log_level_name(enum sg_log_level level);

struct sg_log {
	enum sg_log_level level; /* messages below are dropped */
	struct sg_redactor *redactor;
	/* MESSAGE is redacted and not yet escaped. */
	void (*put)(void *arg, enum sg_log_level level, struct sg_str message);
	void *arg;
};

/* LOG may be NULL: then nothing is said. */
void sg_log_at(struct sg_log *log, enum sg_log_level level, const char *fmt, ...) SG_PRINTF(3, 4);

#define sg_debug(log, ...) sg_log_at((log), SG_LOG_DEBUG, __VA_ARGS__)
#define sg_info(log, ...) sg_log_at((log), SG_LOG_INFO, __VA_ARGS__)
#define sg_warn(log, ...) sg_log_at((log), SG_LOG_WARN, __VA_ARGS__)

#endif
