/*
 * The time zones of Debian's tzdata, written into C by ci/zones. Read it through model/zone.h.
 */
#ifndef SG_MODEL_ZONE_TABLE_H
#define SG_MODEL_ZONE_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* In `offset_min`: from here on the rule of the row answers. */
#define SG_ZONE_BY_RULE INT16_MAX

/* From `at_unix_s` on the clock is `offset_min` minutes ahead of UTC. */
struct sg_zone_jump {
	uint32_t at_unix_s;
	int16_t offset_min;
};

/* Zones that behave the same. */
struct sg_zone_row {
	const char *text;     /* rule NUL name NUL name NUL ... NUL */
	uint8_t first, count; /* jumps that come before the rule; none: it holds all the time */
};

extern const char sg_zone_table_version[];
extern const struct sg_zone_jump sg_zone_table_jumps[];
extern const struct sg_zone_row sg_zone_table_rows[];
extern const size_t sg_zone_table_row_count;

#endif
