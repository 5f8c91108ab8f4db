/*
 * An error is a value on the caller's stack: which rule was broken, where, why, and what to do.
 *
 * One law: a function that can fail returns 0 or -1 and takes the error as its last parameter;
 * the error is set if and only if the function returned -1. Nothing is allocated on that path,
 * and nobody but cmd/ prints it.
 */
#ifndef SG_BASE_ERR_H
#define SG_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/reason.h"

struct sg_err {
	enum sg_reason reason;
	bool transient;  /* trying again may help */
	int http_status; /* 0 where no HTTP answer was involved */
	int signo;       /* for SG_R_CANCELLED */
	char where[320]; /* context, outermost first: "bump catalog: fetch develop" */
	char cause[768]; /* the root cause, untouched by wrapping */
	char hint[384];  /* what to do next; may be empty */
};

#define SG_ERR_INIT                                                                                \
	{                                                                                          \
		.reason = SG_R_OK                                                                  \
	}

/* Sets a fresh error; returns -1 so that `return sg_fail(...)` reads well. */
int sg_fail(struct sg_err *err, enum sg_reason reason, const char *fmt, ...) SG_PRINTF(3, 4);

/* Puts context in front of `where`; never touches the cause. Returns -1. */
int sg_wrap(struct sg_err *err, const char *fmt, ...) SG_PRINTF(2, 3);

/* Sets what the user can do about it. Returns -1. */
int sg_hint(struct sg_err *err, const char *fmt, ...) SG_PRINTF(2, 3);

/* Marks the error as one that trying again may heal. Returns -1. */
int sg_transient(struct sg_err *err);

/* The analyzer does not look into err.c: tell it what these return, or it sees outputs unwritten.
 */
#ifdef __clang_analyzer__
#define sg_fail(...) (sg_fail(__VA_ARGS__), -1)
#define sg_wrap(...) (sg_wrap(__VA_ARGS__), -1)
#define sg_hint(...) (sg_hint(__VA_ARGS__), -1)
#define sg_transient(err) (sg_transient(err), -1)
#endif

/* The exit status for this error (the signal number included). */
int sg_err_exit(const struct sg_err *err);

/*
 * A broken promise inside this program: one line on stderr, exit 70. Never for bad input.
 */
SG_NORETURN void sg_bug(const char *file, int line, const char *what);
#define SG_BUG(what) sg_bug(__FILE__, __LINE__, (what))
#define SG_ASSERT(cond)                                                                            \
	do {                                                                                       \
		if (!(cond))                                                                       \
			SG_BUG(#cond);                                                             \
	} while (0)

#endif
