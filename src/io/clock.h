/*
 * Time is a seam: whoever needs it is handed a clock. Only io/clock.c reads the machine's.
 */
#ifndef SG_IO_CLOCK_H
#define SG_IO_CLOCK_H

#include <stdint.h>

struct sg_clock {
	/* Milliseconds that never go back, from an arbitrary start: for deadlines and delays. */
	int64_t (*now_ms)(struct sg_clock *clock);
	/* Seconds since 1970 UTC: for dates in commits and reports, never for deadlines. */
	int64_t (*unix_s)(struct sg_clock *clock);
};

/* The machine's clock. */
struct sg_clock *sg_clock_real(void);

#endif
