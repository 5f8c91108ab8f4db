/*
 * The rule of a time zone in the words of POSIX (8.3 "TZ"): "CET-1CEST,M3.5.0,M10.5.0/3".
 * With the hours that RFC 9636 3.3.2 adds: -167 to 167 in the times of a change.
 */
#ifndef SG_MODEL_ZONE_RULE_H
#define SG_MODEL_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum sg_zone_day_kind {
	SG_ZONE_DAY_WEEK,   /* Mm.w.d */
	SG_ZONE_DAY_JULIAN, /* Jn: 1 to 365, never counts February 29 */
	SG_ZONE_DAY_ZERO,   /* n: 0 to 365 */
};

/* A day of each year, and the seconds from its midnight by the clock that is about to end. */
struct sg_zone_day {
	enum sg_zone_day_kind kind;
	int month, week, weekday; /* week 5 is the last */
	int day;
	int32_t at_s;
};

/* Offsets are seconds east of UTC. */
struct sg_zone_rule {
	int32_t standard_s;
	bool has_summer;
	int32_t summer_s; /* less than standard_s in Dublin's way of counting */
	struct sg_zone_day starts, ends;
};

/* False: not such a rule, or a name for summer time without its days. */
bool sg_zone_rule_parse(struct sg_str text, struct sg_zone_rule *ret);

/* Seconds east of UTC at this instant, years 1 to 9999. */
int32_t sg_zone_rule_offset(const struct sg_zone_rule *rule, int64_t unix_s);

#endif
