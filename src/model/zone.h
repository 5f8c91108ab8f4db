/*
 * Time zones by name, those of the tz database ("Europe/Berlin") and those of ActiveSupport
 * ("Eastern Time (US & Canada)"), as GitLab takes both (gitlab.md 8.5). The table is part of the
 * program: no file is read and no state of the C library is touched (security.md 7.3).
 *
 * The table is right for the years 2024 to 2036; every question outside is answered "unknown".
 */
#ifndef SG_MODEL_ZONE_H
#define SG_MODEL_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/civil.h"
#include "model/zone_rule.h"

#define SG_ZONE_FIRST_S INT64_C(1704067200) /* 2024-01-01T00:00:00Z */
#define SG_ZONE_END_S INT64_C(2114380800)   /* 2037-01-01T00:00:00Z, no longer covered */

struct sg_zone_jump;

/* A value that owns nothing. */
struct sg_zone {
	struct sg_zone_rule rule;
	const struct sg_zone_jump *jumps; /* what happens before the rule begins to hold */
	size_t jump_count;
};

/* The version of tzdata that the table was made from: "2026f". */
const char *sg_zone_version(void);

/*
 * Exactly this name, upper and lower case included. False: no such zone, or a name that does not
 * mean the same zone in all supported versions of GitLab.
 */
bool sg_zone_find(struct sg_str name, struct sg_zone *ret);

/* Seconds east of UTC. Right from 7 days before SG_ZONE_FIRST_S to 7 days after SG_ZONE_END_S. */
int32_t sg_zone_offset(const struct sg_zone *zone, int64_t unix_s);

/* What the clock on the wall shows. False: outside the years of the table. */
bool sg_zone_to_local(const struct sg_zone *zone, int64_t unix_s, struct sg_civil *ret);

/*
 * The instant at which the clock on the wall shows this (security.md 7.3): the first one where
 * it shows it twice; the instant of the change where it jumps over it. LOCAL is in seconds as by
 * sg_civil_seconds(). False: outside the years of the table.
 */
bool sg_zone_from_local(const struct sg_zone *zone, int64_t local_s, int64_t *ret_unix_s);

#endif
