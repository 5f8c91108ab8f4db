#include "report/console_line.h"

#include <string.h>

#include "base/num.h"
#include "model/ids.h"
#include "report/sink.h"

#define MESSAGE_MAX_BYTES 4096
/* A link that is cut leads nowhere. */
#define URL_MAX_BYTES 512

/* Cuts TEXT at a character so that at most MAX bytes remain. */
static void cut(struct sg_buf *text, size_t max)
{
	size_t at = max - 3;

	if (text->len <= max)
		return;
	while (at > 0 && ((unsigned char)text->ptr[at] & 0xC0) == 0x80)
		at--;
	sg_buf_splice(text, at, text->len, SG_STR("..."));
}

void sg_console_add_time(struct sg_buf *line, const char *before, int64_t ms, const char *after)
{
	char shown[32] = "0s";

	if (ms >= 1000)
		sg_num_format_ms(shown, sizeof(shown), ms - ms % 1000);
	sg_buf_addf(line, "%s%s%s", before, shown, after);
}

static void put(struct sg_buf *line, const struct sg_redactor *redactor, struct sg_str text,
	const char *after)
{
	SG_AUTO(sg_buf_release) struct sg_buf shown = {0};

	if (!text.len)
		return;
	/* The redactor makes the text longer, the escaper four bytes of one. */
	sg_buf_init(&shown, text.len * 16 + 256);
	sg_report_sink_terminal(redactor, text, /* multiline= */ false, &shown);
	cut(&shown, MESSAGE_MAX_BYTES);
	sg_buf_addstr(line, sg_buf_str(&shown));
	sg_buf_adds(line, after);
}

static struct sg_str str_or_empty(const char *text)
{
	return sg_str_of(text ? text : "");
}

static bool is_link(const struct sg_console_entry *entry)
{
	return entry->url && *entry->url && strlen(entry->url) < URL_MAX_BYTES;
}

/* The message says it already. */
static bool says_link(const struct sg_console_entry *entry)
{
	return sg_str_search(entry->message, entry->url) >= 0;
}

void sg_console_text(const struct sg_console_entry *entry, const struct sg_redactor *redactor,
	struct sg_buf *line)
{
	if (entry->level != SG_LOG_INFO)
		sg_buf_addf(line, "%s: ", sg_log_level_name(entry->level));
	put(line, redactor, str_or_empty(entry->what), ": ");
	put(line, redactor, str_or_empty(entry->code), ": ");
	put(line, redactor, entry->message, "");
	if (entry->more && *entry->more) {
		sg_buf_adds(line, "; ");
		put(line, redactor, sg_str_of(entry->more), "");
	}
	if (is_link(entry) && !says_link(entry)) {
		sg_buf_addc(line, ' ');
		put(line, redactor, sg_str_of(entry->url), "");
	}
	if (entry->elapsed_ms >= 0)
		sg_console_add_time(line, " (after ", entry->elapsed_ms, "");
	if (entry->elapsed_ms >= 0 && entry->left_ms >= 0)
		sg_console_add_time(line, ", ", entry->left_ms, " left");
	if (entry->elapsed_ms >= 0)
		sg_buf_addc(line, ')');
	sg_buf_addc(line, '\n');
}

static void put_text(struct sg_json_out *json, const struct sg_redactor *redactor, const char *key,
	const char *text)
{
	if (text && *text)
		sg_report_sink_json(redactor, json, key, text);
}

static void put_number(struct sg_json_out *json, const char *key, int64_t number)
{
	if (number >= 0)
		sg_json_put_i64(json, key, number);
}

static void put_message(struct sg_json_out *json, const struct sg_redactor *redactor,
	const struct sg_console_entry *entry)
{
	SG_AUTO(sg_buf_release) struct sg_buf clean = {0};
	SG_AUTO(sg_buf_release) struct sg_buf message = {0};

	sg_buf_init(&message, entry->message.len + 2048);
	sg_buf_addstr(&message, entry->message);
	if (entry->more && *entry->more)
		sg_buf_addf(&message, "; %s", entry->more);
	sg_buf_init(&clean, message.len * 4 + 256);
	sg_redact(redactor, sg_buf_str(&message), &clean);
	cut(&clean, MESSAGE_MAX_BYTES);
	sg_json_put_strn(json, "message", sg_buf_str(&clean));
}

void sg_console_json(const struct sg_console_entry *entry, const struct sg_redactor *redactor,
	int64_t unix_s, struct sg_buf *line)
{
	struct sg_json_out json;
	char time[32];

	sg_time_format(unix_s, time, sizeof(time));
	sg_json_out_init(&json, line, /* indent= */ false);
	sg_json_open_object(&json, NULL);
	sg_json_put_str(&json, "time", time);
	sg_json_put_str(&json, "level", sg_log_level_name(entry->level));
	sg_json_put_str(&json, "event", entry->event);
	put_text(&json, redactor, "what", entry->what);
	put_text(&json, redactor, "code", entry->code);
	put_message(&json, redactor, entry);
	put_text(&json, redactor, "hint", entry->hint);
	put_text(&json, redactor, "url", entry->url);
	put_number(&json, "elapsed_ms", entry->elapsed_ms);
	put_number(&json, "left_ms", entry->left_ms);
	put_number(&json, "exit_code", entry->exit_code);
	sg_json_close_object(&json);
	sg_buf_addc(line, '\n');
}
