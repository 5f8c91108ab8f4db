#include "report/console.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/console_line.h"
#include "report/console_live.h"
#include "report/sink.h"

#define LINE_MAX_BYTES (256u * 1024)
#define TICK_MS 1000

static const struct {
	const char *word;
	bool folded;
} phases[] = {
#define SG_X(name, word, folded) {word, folded},
	SG_CONSOLE_PHASES(SG_X)
#undef SG_X
};

static int64_t now_of(const struct sg_console *console)
{
	return console->clock->now_ms(console->clock);
}

static void write_out(struct sg_console *console, const struct sg_buf *text)
{
	console->write(console->arg, text->ptr, text->len);
}

/* ---- lines ---- */

static void say(struct sg_console *console, const struct sg_console_entry *entry)
{
	SG_AUTO(sg_buf_release) struct sg_buf line = {0};

	if (entry->level < console->level)
		return;
	sg_console_live_clear(console);
	sg_buf_init(&line, LINE_MAX_BYTES);
	if (console->form == SG_CONSOLE_JSON)
		sg_console_json(
			entry, console->redactor, console->clock->unix_s(console->clock), &line);
	else
		sg_console_text(entry, console->redactor, &line);
	write_out(console, &line);
	console->said_ms = now_of(console);
}

static struct sg_console_entry entry_of(enum sg_log_level level, const char *event)
{
	return (struct sg_console_entry){.level = level,
		.event = event,
		.message = SG_STR(""),
		.elapsed_ms = -1,
		.left_ms = -1,
		.exit_code = -1};
}

void sg_console_put(void *arg, enum sg_log_level level, struct sg_str message)
{
	struct sg_console *console = arg;
	struct sg_console_entry entry = entry_of(level, "log");

	entry.message = message;
	say(console, &entry);
	sg_console_live_draw(console);
}

/* ---- heartbeats ---- */

static void say_progress(
	struct sg_console *console, struct sg_progress *progress, const char *event)
{
	struct sg_console_entry entry = entry_of(SG_LOG_INFO, event);
	int64_t now_ms = now_of(console);

	entry.what = progress->what;
	entry.code = progress->code;
	entry.message = sg_str_of(progress->sentence);
	entry.more = console->trouble;
	entry.url = progress->url;
	entry.elapsed_ms = now_ms - progress->start_ms;
	entry.left_ms = progress->deadline_ms > now_ms ? progress->deadline_ms - now_ms : 0;
	progress->said_ms = now_ms;
	say(console, &entry);
}

/* While nothing is followed the phase itself is what is waited for. */
static void say_phase(struct sg_console *console)
{
	struct sg_console_entry entry = entry_of(SG_LOG_INFO, "heartbeat");

	entry.what = console->title;
	entry.message = console->trouble[0] ? sg_str_of(console->trouble) : SG_STR("still at it");
	entry.elapsed_ms = now_of(console) - console->phase_ms;
	say(console, &entry);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t heartbeats(struct sg_console *console, int64_t now_ms)
{
	int64_t due_ms = SG_NEVER;

	for (struct sg_progress *p = console->followed; p; p = p->next) {
		if (now_ms >= sg_progress_due_ms(p))
			say_progress(console, p, "heartbeat");
		due_ms = sooner(due_ms, sg_progress_due_ms(p));
	}
	if (console->followed || !console->in_phase)
		return due_ms;
	if (now_ms >= console->said_ms + SG_HEARTBEAT_MS)
		say_phase(console);
	return console->said_ms + SG_HEARTBEAT_MS;
}

static struct sg_console *of_watcher(struct sg_loop_watcher *watcher)
{
	return (struct sg_console *)(void *)((char *)watcher -
					     offsetof(struct sg_console, watcher));
}

static int64_t tick(struct sg_loop_watcher *watcher, int64_t now_ms)
{
	struct sg_console *console = of_watcher(watcher);

	if (console->level > SG_LOG_INFO)
		return SG_NEVER;
	if (console->form != SG_CONSOLE_TERMINAL)
		return heartbeats(console, now_ms);
	sg_console_live_draw(console);
	return now_ms + TICK_MS;
}

static void trouble(struct sg_loop_watcher *watcher, const struct sg_err *why)
{
	struct sg_console *console = of_watcher(watcher);
	char text[sizeof(why->where) + sizeof(why->cause) + 3];

	(void)snprintf(
		text, sizeof(text), "%s%s%s", why->where, why->where[0] ? ": " : "", why->cause);
	sg_text_line(console->trouble, sizeof(console->trouble), sg_str_of(text));
}

void sg_console_start(struct sg_console *console, struct sg_loop *loop)
{
	if (!console)
		return;
	console->said_ms = now_of(console);
	console->watcher = (struct sg_loop_watcher){.tick = tick, .trouble = trouble};
	loop->watcher = &console->watcher;
}

/* ---- phases ---- */

/* GitLab's marker: nothing of it comes from outside. */
static void put_marker(struct sg_console *console, const char *which, bool folded)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};

	sg_buf_init(&text, 1024);
	sg_buf_addf(&text, "\x1b[0Ksection_%s:%" PRId64 ":stagegate_%08" PRIx32 "_%u_%s%s\r\x1b[0K",
		which, console->clock->unix_s(console->clock), console->mark, console->phases,
		phases[console->phase].word, folded ? "[collapsed=true]" : "");
	write_out(console, &text);
}

static void end_phase(struct sg_console *console)
{
	struct sg_console_entry entry = entry_of(SG_LOG_INFO, "phase_end");

	if (!console->in_phase)
		return;
	console->in_phase = false;
	console->spent[console->phase] = true;
	console->spent_ms[console->phase] += now_of(console) - console->phase_ms;
	console->trouble[0] = '\0';
	if (console->level > SG_LOG_INFO)
		return;
	sg_console_live_clear(console);
	if (console->form == SG_CONSOLE_JOB) {
		put_marker(console, "end", false);
		console->write(console->arg, "\n", 1);
	}
	if (console->form != SG_CONSOLE_JSON)
		return;
	entry.what = phases[console->phase].word;
	entry.message = sg_str_of(console->title);
	entry.elapsed_ms = now_of(console) - console->phase_ms;
	say(console, &entry);
}

static void begin_phase(struct sg_console *console)
{
	struct sg_console_entry entry = entry_of(SG_LOG_INFO, "phase");

	if (console->level > SG_LOG_INFO)
		return;
	entry.message = sg_str_of(console->title);
	if (console->form == SG_CONSOLE_JSON)
		entry.what = phases[console->phase].word;
	if (console->form == SG_CONSOLE_JOB)
		put_marker(console, "start", phases[console->phase].folded);
	if (console->form == SG_CONSOLE_JOB || console->form == SG_CONSOLE_JSON)
		say(console, &entry);
	console->said_ms = now_of(console);
}

SG_PRINTF(3, 0)
static void format_line(char *out, size_t size, const char *fmt, va_list args)
{
	char text[4096];

	(void)vsnprintf(text, sizeof(text), fmt, args);
	sg_text_line(out, size, sg_str_of(text));
}

void sg_console_phase(struct sg_console *console, enum sg_console_phase phase, const char *fmt, ...)
{
	va_list args;

	if (!console)
		return;
	end_phase(console);
	console->in_phase = true;
	console->phase = phase;
	console->phases++;
	console->phase_ms = now_of(console);
	va_start(args, fmt);
	format_line(console->title, sizeof(console->title), fmt, args);
	va_end(args);
	begin_phase(console);
}

/* ---- what is said ---- */

void sg_console_note(struct sg_console *console, const char *fmt, ...)
{
	struct sg_console_entry entry = entry_of(SG_LOG_DEBUG, "note");
	char text[2048];
	va_list args;

	if (!console)
		return;
	va_start(args, fmt);
	format_line(text, sizeof(text), fmt, args);
	va_end(args);
	entry.message = sg_str_of(text);
	/* Folded away it bothers nobody. */
	if (console->form == SG_CONSOLE_JOB && console->in_phase && phases[console->phase].folded)
		entry.level = SG_LOG_INFO;
	say(console, &entry);
}

void sg_console_did(struct sg_console *console, const char *what, const char *code, const char *url,
	const char *fmt, ...)
{
	struct sg_console_entry entry = entry_of(SG_LOG_INFO, "done");
	char text[2048];
	va_list args;

	if (!console)
		return;
	va_start(args, fmt);
	format_line(text, sizeof(text), fmt, args);
	va_end(args);
	entry.what = what;
	entry.code = code;
	entry.url = url;
	entry.message = sg_str_of(text);
	say(console, &entry);
	sg_console_live_draw(console);
}

/* At the end of the list: the live line stays with the one that it shows. */
static void follow(struct sg_console *console, struct sg_progress *progress)
{
	struct sg_progress **at = &console->followed;

	while (*at && *at != progress)
		at = &(*at)->next;
	if (*at)
		return;
	*at = progress;
	progress->next = NULL;
}

void sg_console_progress(struct sg_console *console, struct sg_progress *progress,
	const struct sg_progress_look *look)
{
	if (!console)
		return;
	follow(console, progress);
	console->trouble[0] = '\0';
	if (sg_progress_see(progress, look))
		say_progress(console, progress, "progress");
	sg_console_live_draw(console);
}

void sg_console_refresh(struct sg_console *console, struct sg_progress *progress,
	const struct sg_progress_look *look)
{
	if (!console)
		return;
	follow(console, progress);
	(void)sg_progress_see(progress, look);
	sg_console_live_draw(console);
}

void sg_console_forget(struct sg_console *console, struct sg_progress *progress)
{
	if (!console)
		return;
	for (struct sg_progress **at = &console->followed; *at; at = &(*at)->next)
		if (*at == progress) {
			*at = progress->next;
			return;
		}
}

void sg_console_end(struct sg_console *console)
{
	if (!console)
		return;
	end_phase(console);
	console->followed = NULL;
	sg_console_live_clear(console);
}

void sg_console_times(const struct sg_console *console, struct sg_report *report)
{
	for (int i = 0; console && i < SG_CONSOLE_PHASE_COUNT; i++)
		if (console->spent[i])
			sg_report_add_phase(report, phases[i].word, console->spent_ms[i]);
}

void sg_console_outcome(
	struct sg_console *console, const char *code, const char *sentence, int exit_code)
{
	struct sg_console_entry entry = entry_of(SG_LOG_INFO, "end");

	if (!console)
		return;
	entry.code = code;
	entry.message = sg_str_of(sentence ? sentence : "");
	entry.exit_code = exit_code;
	say(console, &entry);
}

void sg_console_error(struct sg_console *console, const struct sg_err *err)
{
	struct sg_console_entry entry = entry_of(SG_LOG_ERROR, "error");

	if (!console)
		return;
	entry.what = err->where;
	entry.code = sg_reason_name(err->reason);
	entry.message = sg_str_of(err->cause[0] ? err->cause : sg_reason_text(err->reason));
	entry.hint = err->hint;
	entry.exit_code = sg_err_exit(err);
	say(console, &entry);
}
