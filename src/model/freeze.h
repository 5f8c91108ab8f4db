/*
 * GitLab's freeze periods at one moment (gitlab.md 8.5, security.md 7.2), by the rule of GitLab
 * itself: with start = the last time of freeze_start before now and end = the first time of
 * freeze_end after start, the project is frozen when start <= now <= end. So the second of the
 * start is still open and the second of the end is frozen.
 *
 * Pure. Whatever cannot be decided is UNKNOWN, which never counts as open.
 */
#ifndef SG_MODEL_FREEZE_H
#define SG_MODEL_FREEZE_H

#include <stddef.h>
#include <stdint.h>

#define SG_FREEZE_MAX_PERIODS 1000

/* As GitLab answers it; a member that was absent is NULL. */
struct sg_freeze_period {
	int64_t id;
	const char *freeze_start;
	const char *freeze_end;
	const char *cron_timezone;
};

/* X(NAME, word) */
#define SG_FREEZE_STATES(X)                                                                        \
	X(UNKNOWN, "unknown")                                                                      \
	X(OPEN, "open")                                                                            \
	X(FROZEN, "frozen")

enum sg_freeze_state {
#define SG_X(name, word) SG_FREEZE_##name,
	SG_FREEZE_STATES(SG_X)
#undef SG_X
};

const char *sg_freeze_state_name(enum sg_freeze_state state);

/* Times are seconds since 1970; 0: unknown or none. */
struct sg_freeze_answer {
	enum sg_freeze_state state;
	/* FROZEN: the one that ends last; UNKNOWN: the one that cannot be decided; else NULL. Of
	 * the caller's array. */
	const struct sg_freeze_period *period;
	int64_t since_unix_s; /* FROZEN: when that period began */
	int64_t until_unix_s; /* FROZEN: its last second */
	int64_t opens_unix_s; /* FROZEN: the first second in which no period is active any more */
	int64_t next_unix_s;  /* OPEN: when the next period begins */
	char reason[400];     /* one sentence; holds text of GitLab's, to be escaped by the sink */
};

/* UNKNOWN wins over FROZEN: nobody can say then when it opens. */
void sg_freeze_eval(const struct sg_freeze_period *periods, size_t count, int64_t now_unix_s,
	struct sg_freeze_answer *ret);

#endif
