/*
 * The one place that waits. Everything that takes time - HTTP calls, watch streams, delays between
 * tries - is a source that makes progress inside sg_loop_wait().
 */
#ifndef SG_IO_LOOP_H
#define SG_IO_LOOP_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "io/clock.h"

/* "For ever", where a caller has its own reason to stop. */
#define SG_NEVER INT64_MAX

/* Whoever keeps people informed while the run waits. */
struct sg_loop_watcher {
	/* Called at each wait; says when it wants to be called again, SG_NEVER: as it comes. */
	int64_t (*tick)(struct sg_loop_watcher *watcher, int64_t now_ms);
	/* A request failed and will be tried again. */
	void (*trouble)(struct sg_loop_watcher *watcher, const struct sg_err *why);
};

struct sg_loop {
	struct sg_clock *clock;
	/*
	 * Lets transfers make progress and returns when at least one did, or when UNTIL_MS of the
	 * clock has come, or when a signal asked the run to end (SG_R_CANCELLED). The real one
	 * polls sockets; the scripted one of the tests moves a virtual clock to the next scripted
	 * event.
	 */
	int (*wait)(struct sg_loop *loop, int64_t until_ms, struct sg_err *err);
	/*
	 * While above 0, a signal ends waits only so long after it came: set around what should be
	 * brought to its end (a push that is under way), and set back to 0 behind it.
	 */
	int64_t finish_ms;
	const int *wake_fd; /* a descriptor that ends a wait when it can be read; NULL: none */
	struct sg_loop_watcher *watcher; /* NULL: nobody */
};

/* One step of waiting; 0 = something may have happened or the time has come. */
int sg_loop_wait(struct sg_loop *loop, int64_t until_ms, struct sg_err *err) SG_MUST_CHECK;

/* Waits until the clock says UNTIL_MS, letting transfers go on meanwhile. */
int sg_loop_delay(struct sg_loop *loop, int64_t until_ms, struct sg_err *err) SG_MUST_CHECK;

/* Tells the watcher, if there is one, why a request is tried again. */
void sg_loop_trouble(struct sg_loop *loop, const struct sg_err *why);

/* Milliseconds of the loop's clock. */
int64_t sg_loop_now_ms(struct sg_loop *loop);

/* now + delay, saturating at SG_NEVER. */
int64_t sg_loop_after(struct sg_loop *loop, int64_t delay_ms);

#endif
