#include "report/progress.h"

#include <string.h>

#include "base/attr.h"
#include "base/num.h"
#include "report/sink.h"

#define HEARTBEAT_MS (60 * 1000)
#define LINE_MAX_BYTES 1024
/* A live line that wraps cannot be written over. */
#define LIVE_MAX_BYTES 118

void sg_progress_init(struct sg_progress *progress, bool live, int64_t now_ms)
{
	*progress = (struct sg_progress){.live = live, .start_ms = now_ms};
}

/* FNV-1a: tells one message from the next; nothing depends on it but a line of log. */
static uint64_t add_sum(uint64_t sum, const char *text)
{
	for (; text && *text; text++)
		sum = (sum ^ (unsigned char)*text) * 0x100000001B3u;
	return (sum ^ 0xFF) * 0x100000001B3u;
}

static uint64_t sum_of(const struct sg_progress_look *look)
{
	return add_sum(add_sum(0xCBF29CE484222325u, look->code), look->sentence);
}

static void add_time(struct sg_buf *text, const char *before, int64_t ms, const char *after)
{
	char shown[32] = "0s";

	if (ms >= 1000)
		sg_num_format_ms(shown, sizeof(shown), ms - ms % 1000);
	sg_buf_addf(text, "%s%s%s", before, shown, after);
}

static void add_times(const struct sg_progress *progress, const struct sg_progress_look *look,
	struct sg_buf *text)
{
	add_time(text, " (after ", look->now_ms - progress->start_ms, "");
	add_time(text, ", ", look->deadline_ms - look->now_ms, " left");
	if (look->next_look_ms > look->now_ms && progress->live)
		add_time(text, ", next look in ", look->next_look_ms - look->now_ms, "");
	sg_buf_addc(text, ')');
}

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

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

static void write_line(const struct sg_progress *progress, const struct sg_progress_look *look,
	const struct sg_redactor *redactor, struct sg_buf *line)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0}, shown = {0}, times = {0};

	sg_buf_init(&text, 64 * 1024);
	sg_buf_addf(&text, "%.200s: %.60s: %.2000s", or_dash(look->what), or_dash(look->code),
		or_dash(look->sentence));
	sg_buf_init(&shown, 512 * 1024);
	sg_report_sink_terminal(redactor, sg_buf_str(&text), /* multiline= */ false, &shown);
	sg_buf_init(&times, 256);
	add_times(progress, look, &times);
	cut(&shown, (progress->live ? LIVE_MAX_BYTES : LINE_MAX_BYTES) - times.len);
	sg_buf_addstr(line, sg_buf_str(&shown));
	sg_buf_addstr(line, sg_buf_str(&times));
}

bool sg_progress_next(struct sg_progress *progress, const struct sg_progress_look *look,
	const struct sg_redactor *redactor, struct sg_buf *line)
{
	uint64_t sum = sum_of(look);
	bool changed = !progress->said || sum != progress->said_sum;
	bool due = look->now_ms - progress->said_ms >= HEARTBEAT_MS;

	if (!progress->live && !changed && !due)
		return false;
	progress->said = true;
	progress->said_ms = look->now_ms;
	progress->said_sum = sum;
	write_line(progress, look, redactor, line);
	return true;
}
