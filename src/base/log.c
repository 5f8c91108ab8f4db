#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"

#define FORMAT_MAX_BYTES (64 * 1024)
#define MESSAGE_MAX_BYTES 4096

static const char *level_name(enum sg_log_level level)
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

/* The message, cut at a character so that at most MESSAGE_MAX_BYTES remain. */
static void cut(struct sg_buf *message)
{
	size_t at = MESSAGE_MAX_BYTES - 3;

	if (message->len <= MESSAGE_MAX_BYTES)
		return;
	while (at > 0 && ((unsigned char)message->ptr[at] & 0xC0) == 0x80)
		at--;
	sg_buf_splice(message, at, message->len, SG_STR("..."));
}

static void put_line(const struct sg_log *log, enum sg_log_level level, struct sg_str message,
	struct sg_buf *line)
{
	SG_AUTO(sg_buf_release) struct sg_buf shown = {0};

	/* The escapers make at most four, six bytes of one. */
	sg_buf_init(&shown, message.len * 6 + 64);
	if (log->json) {
		sg_buf_addstr(&shown, message);
		cut(&shown);
		sg_buf_addf(line, "{\"level\":\"%s\",\"message\":\"", level_name(level));
		sg_text_json(sg_buf_str(&shown), line);
		sg_buf_adds(line, "\"}\n");
		return;
	}
	sg_text_terminal(message, /* multiline= */ false, &shown);
	cut(&shown);
	if (level != SG_LOG_INFO)
		sg_buf_addf(line, "%s: ", level_name(level));
	sg_buf_addstr(line, sg_buf_str(&shown));
	sg_buf_addc(line, '\n');
}

void sg_log_at(struct sg_log *log, enum sg_log_level level, const char *fmt, ...)
{
	SG_AUTO(sg_buf_release) struct sg_buf clean = {0};
	SG_AUTO(sg_buf_release) struct sg_buf line = {0};
	char *text;
	va_list args;

	if (!log || level < log->level || !log->write)
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
	sg_buf_init(&line, 8 * MESSAGE_MAX_BYTES);
	put_line(log, level, sg_buf_str(&clean), &line);
	log->write(log->arg, line.ptr, line.len);
}
