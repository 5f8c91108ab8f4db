#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"

#define FORMAT_MAX_BYTES (64 * 1024)

const char *sg_log_level_name(enum sg_log_level level)
{
	switch (level) {
	case SG_LOG_DEBUG:
		return "debug";
	case SG_LOG_INFO:
		return "info";
	case SG_LOG_WARN:
		return "warning";
	case SG_LOG_ERROR:
		return "error";
	}
	return "?";
}

void sg_log_at(struct sg_log *log, enum sg_log_level level, const char *fmt, ...)
{
	SG_AUTO(sg_buf_release) struct sg_buf clean = {0};
	char *text;
	va_list args;

	if (!log || level < log->level || !log->put)
		return;
	text = sg_calloc(FORMAT_MAX_BYTES, 1);
	va_start(args, fmt);
	(void)vsnprintf(text, FORMAT_MAX_BYTES, fmt, args);
	va_end(args);
	/* A mask is longer than the shortest secret. */
	sg_buf_init(&clean, 4 * FORMAT_MAX_BYTES);
	sg_redact(log->redactor, sg_str_of(text), &clean);
	for (volatile char *p = text; *p; p++)
		*p = 0;
	free(text);
	log->put(log->arg, level, sg_buf_str(&clean));
}
