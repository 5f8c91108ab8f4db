/* Numbers and durations in text: whole input or nothing, no locale, no overflow. */
#ifndef SG_BASE_NUM_H
#define SG_BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Decimal digits only; false when empty, signed, too large or followed by anything. */
bool sg_num_u64(struct sg_str s, uint64_t *ret);

/*
 * "90", "90s", "250ms", "30m", "2h", "1h30m", "7d" in milliseconds; a bare number means seconds.
 * Largest unit first, each once. False for anything else and for more than 366 days.
 */
bool sg_num_duration_ms(struct sg_str s, int64_t *ret_ms);

/* "1h 5m", "12s", "350ms": two units at most, for people. Writes at most SIZE bytes. */
void sg_num_format_ms(char *out, unsigned long size, int64_t ms);

/* The order of two decimal numbers of any length, leading zeros aside: below, at or above 0. */
int sg_num_order(struct sg_str a, struct sg_str b);

#endif
