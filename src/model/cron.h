/*
 * Cron expressions of GitLab's freeze periods, as Fugit reads them (gitlab.md 8.5, security.md
 * 7.2, 7.3): minute, hour, day of month, month, day of week.
 *
 *   each field    *  5  1-5  22-2 (over the end)  a/n and * /n without the blank  /n  lists of them
 *   hour          24 is 0
 *   day of month  L or last, -2 (the last but one), 25-L
 *   month         jan to dec     day of week  sun to sat, 0 to 7 (0 and 7 are Sunday), mon#2, fri#L
 *
 * Day of month and day of week: when neither is *, a day that either of them names counts.
 *
 * Refused, because they have no day or because GitLab's versions (or its Fugit and crontab(5)) do
 * not agree on what they mean: impossible dates, seconds, @daily and its like, words, quotes, %
 * and &, steps of 0, a step after one day of week or a range of them over the end, a day of week
 * with two numbers (mon#1,mon#3), * in a list with days of week, a month that never has one of the
 * days while days of week are named as well.
 */
#ifndef SG_MODEL_CRON_H
#define SG_MODEL_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "model/zone.h"

#define SG_CRON_MAX_TEXT 255

/* Bit N is the value N. */
struct sg_cron {
	uint64_t minutes;
	uint32_t hours;
	bool any_day;           /* day of month is * */
	uint32_t days;          /* 1 to 31 */
	uint32_t days_from_end; /* 1 is the last day */
	uint16_t months;        /* 1 to 12 */
	bool any_weekday;
	uint8_t weekdays;   /* 0 to 6 */
	int weekday_nth[7]; /* 0: all of the month; 2: the second; -1: the last */
};

/* False: refused; `*ret_why` is then a sentence that lives for ever. */
bool sg_cron_parse(struct sg_str text, struct sg_cron *ret, const char **ret_why);

/*
 * The last time strictly before BEFORE, the first strictly after AFTER. A time that the clock
 * jumps over is the instant of the jump; a time that it shows twice is the first of them. False:
 * there is none in the years that the zones' table covers. Never looks at more than those years.
 */
bool sg_cron_prev(const struct sg_cron *cron, const struct sg_zone *zone, int64_t before_unix_s,
	int64_t *ret_unix_s);
bool sg_cron_next(const struct sg_cron *cron, const struct sg_zone *zone, int64_t after_unix_s,
	int64_t *ret_unix_s);

#endif
