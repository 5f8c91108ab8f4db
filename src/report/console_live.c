#include "report/console_live.h"

#include <string.h>

#include "base/text.h"
#include "report/console_line.h"
#include "report/sink.h"

/* A terminal that does not say how wide it is. */
#define COLUMNS 80
/* A table that is higher than the screen could not be written over. */
#define ROWS_MAX 8u
#define NAME_MAX_BYTES 40
#define UP "\x1b[A"
#define CLEAR_LINE "\x1b[K"
#define CLEAR_BELOW "\x1b[J"

static int64_t now_of(const struct sg_console *console)
{
	return console->clock->now_ms(console->clock);
}

void sg_console_live_clear(struct sg_console *console)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};

	if (!console->live[0])
		return;
	sg_buf_init(&text, 1024);
	sg_buf_adds(&text, "\r" CLEAR_LINE);
	for (size_t i = 1; i < console->live_rows; i++)
		sg_buf_adds(&text, UP CLEAR_LINE);
	console->write(console->arg, text.ptr, text.len);
	console->live[0] = '\0';
	console->live_rows = 0;
}

/* How many bytes of TEXT fit; a character that is not ASCII may be two columns wide. */
static size_t fitting(struct sg_str text, size_t columns)
{
	size_t at = 0;

	while (at < text.len) {
		size_t len = sg_text_utf8_len(sg_str_sub(text, at, text.len));
		size_t width = len > 1 ? 2 : 1;

		if (!len || width > columns)
			break;
		columns -= width;
		at += len;
	}
	return at;
}

/* One column stays free: a full line would wrap, and could not be written over. */
static size_t room(const struct sg_console *console)
{
	int columns = console->columns ? console->columns(console->arg) : 0;

	if (columns <= 0)
		columns = console->said_columns ? console->said_columns : COLUMNS;
	return (size_t)columns - 1;
}

/* RAW as one more row of OUT: escaped, redacted, and no wider than the terminal. */
static void add_row(const struct sg_console *console, const struct sg_buf *raw, struct sg_buf *out)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	struct sg_str shown;

	sg_buf_init(&text, 64u * 1024);
	sg_report_sink_terminal(console->redactor, sg_buf_str(raw), /* multiline= */ false, &text);
	shown = sg_str_sub(sg_buf_str(&text), 0, fitting(sg_buf_str(&text), room(console)));
	if (shown.len > sizeof(console->live) / (2 * (ROWS_MAX + 1)))
		shown = sg_str_sub(
			shown, 0, fitting(shown, sizeof(console->live) / (8 * (ROWS_MAX + 1))));
	if (out->len)
		sg_buf_addc(out, '\n');
	sg_buf_addstr(out, shown);
}

/* "CODE (12s, 19m left, next look in 3s)"; of several each has only its own time. */
static void add_state(
	const struct sg_progress *progress, int64_t now_ms, bool alone, struct sg_buf *raw)
{
	sg_buf_adds(raw, progress->code);
	sg_console_add_time(raw, " (", now_ms - progress->start_ms, "");
	if (alone) {
		sg_console_add_time(raw, ", ", progress->deadline_ms - now_ms, " left");
		if (progress->next_look_ms > now_ms)
			sg_console_add_time(
				raw, ", next look in ", progress->next_look_ms - now_ms, "");
	}
	sg_buf_addc(raw, ')');
}

static size_t width_of(const struct sg_progress *first)
{
	size_t width = 0, rows = 0;

	for (const struct sg_progress *p = first; p && rows < ROWS_MAX; p = p->next, rows++)
		if (strlen(p->what) > width)
			width = strlen(p->what);
	return width < NAME_MAX_BYTES ? width : NAME_MAX_BYTES;
}

static void add_table(const struct sg_console *console, struct sg_buf *out)
{
	const struct sg_progress *p = console->followed;
	int64_t now_ms = now_of(console), end_ms = 0;
	int width = (int)width_of(p);
	SG_AUTO(sg_buf_release) struct sg_buf raw = {0};
	size_t more = 0;

	sg_buf_init(&raw, 4096);
	for (size_t rows = 0; p; p = p->next, rows++) {
		end_ms = p->deadline_ms > end_ms ? p->deadline_ms : end_ms;
		if (rows >= ROWS_MAX) {
			more++;
			continue;
		}
		sg_buf_reset(&raw);
		sg_buf_addf(&raw, "%-*s  ", width, p->what);
		add_state(p, now_ms, /* alone= */ false, &raw);
		add_row(console, &raw, out);
	}
	sg_buf_reset(&raw);
	if (more)
		sg_buf_addf(&raw, "%zu more, ", more);
	sg_console_add_time(&raw, "", end_ms - now_ms, " left");
	add_row(console, &raw, out);
}

/* What is waited for, or the phase. */
static void add_all(const struct sg_console *console, struct sg_buf *out)
{
	const struct sg_progress *first = console->followed;
	SG_AUTO(sg_buf_release) struct sg_buf raw = {0};

	if (first && first->next) {
		add_table(console, out);
		return;
	}
	sg_buf_init(&raw, 4096);
	if (first) {
		sg_buf_addf(&raw, "%s: ", first->what);
		add_state(first, now_of(console), /* alone= */ true, &raw);
	} else {
		sg_buf_adds(&raw, console->title);
		sg_console_add_time(&raw, " (", now_of(console) - console->phase_ms, ")");
	}
	add_row(console, &raw, out);
}

/* Over what stands there. */
static void write_rows(struct sg_console *console, struct sg_str rows)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	size_t before = console->live_rows, count = 0;
	struct sg_str row;

	sg_buf_init(&text, 2 * sizeof(console->live));
	for (size_t i = 1; i < before; i++)
		sg_buf_adds(&text, UP);
	sg_buf_addc(&text, '\r');
	while (sg_str_cut(&rows, '\n', &row)) {
		if (count++)
			sg_buf_addc(&text, '\n');
		sg_buf_addstr(&text, row);
		sg_buf_adds(&text, CLEAR_LINE);
	}
	if (count < before)
		sg_buf_adds(&text, CLEAR_BELOW);
	console->live_rows = count;
	console->write(console->arg, text.ptr, text.len);
}

void sg_console_live_draw(struct sg_console *console)
{
	SG_AUTO(sg_buf_release) struct sg_buf rows = {0};

	if (console->form != SG_CONSOLE_TERMINAL || console->level > SG_LOG_INFO ||
		(!console->followed && !console->in_phase))
		return;
	sg_buf_init(&rows, sizeof(console->live) - 1);
	add_all(console, &rows);
	if (!rows.len || rows.overflow || sg_str_is(sg_buf_str(&rows), console->live))
		return;
	memcpy(console->live, rows.ptr, rows.len + 1);
	write_rows(console, sg_buf_str(&rows));
}
