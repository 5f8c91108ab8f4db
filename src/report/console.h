/*
 * The log as people and machines see it, on stderr. One console a run; whatever the form, the same
 * calls. In a GitLab job phases are sections that fold; on a terminal a live table below the lines
 * says what is waited for, a row each; with JSON each line is an object.
 */
#ifndef SG_REPORT_CONSOLE_H
#define SG_REPORT_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/log.h"
#include "io/loop.h"
#include "model/report.h"
#include "report/progress.h"

enum sg_console_form {
	SG_CONSOLE_LINES,    /* plain lines */
	SG_CONSOLE_JOB,      /* a GitLab job log: lines in sections (gitlab.md 14) */
	SG_CONSOLE_TERMINAL, /* lines, and a live table below them */
	SG_CONSOLE_JSON
};

/* X(NAME, word, folded at first). What a run does one after the other. */
#define SG_CONSOLE_PHASES(X)                                                                       \
	X(READ, "read", true)                                                                      \
	X(PUBLISH, "publish", false)                                                               \
	X(PROMOTE, "promote", false)                                                               \
	X(ROLLOUT, "rollout", false)

enum sg_console_phase {
#define SG_X(name, word, folded) SG_CONSOLE_##name,
	SG_CONSOLE_PHASES(SG_X)
#undef SG_X
		SG_CONSOLE_PHASE_COUNT
};

struct sg_console {
	/* Set by whoever makes one; the rest is zero. */
	enum sg_console_form form;
	enum sg_log_level level; /* lines below are dropped, and with INFO all that is no line */
	struct sg_clock *clock;
	const struct sg_redactor *redactor;
	void (*write)(void *arg, const char *bytes, size_t len);
	int (*columns)(void *arg); /* of the terminal, now; 0: not known. NULL: never known */
	int said_columns;          /* where the terminal does not say; 0: not known */
	void *arg;
	uint32_t mark; /* tells this run's sections from those of others in one job log */

	struct sg_loop_watcher watcher; /* given to the loop by sg_console_start() */
	struct sg_progress *followed;
	int64_t said_ms;
	bool in_phase;
	enum sg_console_phase phase;
	unsigned phases;
	int64_t phase_ms; /* when it began */
	char title[208];
	int64_t spent_ms[SG_CONSOLE_PHASE_COUNT];
	bool spent[SG_CONSOLE_PHASE_COUNT];
	char trouble[304]; /* why a request is tried again; "" since one has gone well */
	char live[4096];   /* what stands in the live table, rows parted by line ends */
	size_t live_rows;
};

/* CONSOLE may be NULL in all of these: then nothing is said. All text is redacted and escaped. */

/* From now on LOOP's waits keep it alive: heartbeats, and the time in the live line. */
void sg_console_start(struct sg_console *console, struct sg_loop *loop);

/* The `put` of a log; ARG is the console. */
void sg_console_put(void *arg, enum sg_log_level level, struct sg_str message);

/* A phase begins, and the one before ends. The title is one line: "Reading gitops/apps". */
void sg_console_phase(struct sg_console *console, enum sg_console_phase phase, const char *fmt, ...)
	SG_PRINTF(3, 4);

/* What only fills a folded section, or --verbose. */
void sg_console_note(struct sg_console *console, const char *fmt, ...) SG_PRINTF(2, 3);

/* Something was done about WHAT; URL (or NULL) shows it. */
void sg_console_did(struct sg_console *console, const char *what, const char *code, const char *url,
	const char *fmt, ...) SG_PRINTF(5, 6);

/* A look at something that is waited for: a line when it changed. PROGRESS stays known until
 * sg_console_forget(), and gets a line each minute. */
void sg_console_progress(struct sg_console *console, struct sg_progress *progress,
	const struct sg_progress_look *look);
/* The same for what changes all the time: no line but those of each minute. */
void sg_console_refresh(struct sg_console *console, struct sg_progress *progress,
	const struct sg_progress_look *look);
void sg_console_forget(struct sg_console *console, struct sg_progress *progress);

/* Closes the open section and clears the live line. Before the document, an error, and the end. */
void sg_console_end(struct sg_console *console);

/* A row of the report for each phase that there was: how long it took, all times together. */
void sg_console_times(const struct sg_console *console, struct sg_report *report);

/* The outcome as a line of its own: for a log whose document is no text. */
void sg_console_outcome(
	struct sg_console *console, const char *code, const char *sentence, int exit_code);

/* An error as one JSON object. */
void sg_console_error(struct sg_console *console, const struct sg_err *err);

#endif
