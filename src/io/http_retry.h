/*
 * Trying again: the decision, which is pure. Those who send wait through the loop.
 * Full jitter over an exponential ceiling; Retry-After is honoured (security.md 4.2).
 */
#ifndef SG_IO_HTTP_RETRY_H
#define SG_IO_HTTP_RETRY_H

#include "io/http.h"

struct sg_retry_policy {
	int64_t base_ms;      /* first ceiling, doubled each time (--retry-base, default 500) */
	int64_t max_ms;       /* highest ceiling of one delay (30 s) */
	int64_t max_after_ms; /* a Retry-After above this ends the trying (120 s) */
	int tries;            /* in all; 0 = only the deadline counts */
	int64_t deadline_ms;  /* of the loop's clock */
	uint64_t seed;        /* of the jitter: deterministic per run */
};

struct sg_retry_step {
	bool again;
	int64_t wait_ms;
	enum sg_reason reason; /* when not again: why (THROTTLED, TIMEOUT, or OK = not retryable) */
};

/*
 * Pure. TRIED counts the tries made; STATUS is 0 when the transport failed; RETRY_AFTER_MS < 0 when
 * the server named none; RANDOM is 64 uniform bits.
 */
struct sg_retry_step sg_retry_next(const struct sg_retry_policy *policy, int tried, bool replayable,
	int status, bool transport_failed, int64_t retry_after_ms, int64_t now_ms, uint64_t random);

/* Milliseconds from a Retry-After value (seconds or HTTP date relative to the answer's own Date
 * header); -1 when absent or not understood. */
int64_t sg_retry_after_ms(const struct sg_buf *headers);

/* The next 64 bits of a small deterministic generator (splitmix64) kept in *state. */
uint64_t sg_retry_random(uint64_t *state);

#endif
