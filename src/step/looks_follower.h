/* One object being followed by looks alone: Flux's, or a workload that nobody else follows. */
#ifndef SG_STEP_LOOKS_FOLLOWER_H
#define SG_STEP_LOOKS_FOLLOWER_H

#include "step/eye.h"

struct sg_looks_follower {
	struct sg_world *world;
	const struct sg_await_ask *ask;
	struct sg_eye *eye; /* NULL when it is over */
	bool looking;       /* a look is under way: a step goes on with it */
	int64_t until_ms;   /* of that one */
	bool asking;        /* a request is under way: a step goes on with it */
	bool hushed;        /* set by whoever has others that ask: none is begun */
	int odd;            /* answers that made no sense, before any did */
	bool good;          /* the last look was a success: the next one confirms it */
	int64_t start_ms;
	int64_t deadline_ms;
	int64_t interval_ms;
	size_t crowd; /* that are followed together; set after the begin */
	int64_t next_ms;
	int64_t denied_ms;     /* since when what was allowed is denied; SG_NEVER: it is not */
	struct sg_err trouble; /* with the last look; OK: none */
	struct sg_progress *progress; /* its own line; NULL: one of very many */
	enum sg_app_code said;
	bool over;
	const char *beside; /* of the last look */
	struct sg_await_end end;
};

/* FOLLOWER is zeroed before, ASK outlives it; call the release in any case. */
void sg_looks_follower_begin(
	struct sg_looks_follower *follower, struct sg_world *world, const struct sg_await_ask *ask);
void sg_looks_follower_release(struct sg_looks_follower *follower);

/* Looks when a look is due, and asks for what would bring it on. Neither blocks. */
int sg_looks_follower_step(struct sg_looks_follower *follower, struct sg_err *err) SG_MUST_CHECK;

/* When the next step is due, of the loop's clock. */
int64_t sg_looks_follower_due_ms(const struct sg_looks_follower *follower);

/* Ends one that is not over: its last words are those of the last look. */
void sg_looks_follower_stop(struct sg_looks_follower *follower);

/* Ends one that is not over with WHY, which lives as long as the run: no verdict can be had. */
void sg_looks_follower_fail(struct sg_looks_follower *follower, const struct sg_err *why);

#endif
