#include "model/zone.h"

#include <string.h>

#include "base/err.h"
#include "model/zone_table.h"

static bool row_names(const struct sg_zone_row *row, struct sg_str name)
{
	const char *at = row->text + strlen(row->text) + 1;

	for (; *at; at += strlen(at) + 1) {
		if (sg_str_is(name, at))
			return true;
	}
	return false;
}

const char *sg_zone_version(void)
{
	return sg_zone_table_version;
}

bool sg_zone_find(struct sg_str name, struct sg_zone *ret)
{
	for (size_t i = 0; i < sg_zone_table_row_count; i++) {
		const struct sg_zone_row *row = &sg_zone_table_rows[i];

		if (!row_names(row, name))
			continue;
		*ret = (struct sg_zone){
			.jumps = sg_zone_table_jumps + row->first,
			.jump_count = row->count,
		};
		if (!sg_zone_rule_parse(sg_str_of(row->text), &ret->rule))
			SG_BUG("a rule of the time zone table cannot be read");
		return true;
	}
	return false;
}

int32_t sg_zone_offset(const struct sg_zone *zone, int64_t unix_s)
{
	size_t i = zone->jump_count;

	while (i > 1 && unix_s < zone->jumps[i - 1].at_unix_s)
		i--;
	if (i == 0 || zone->jumps[i - 1].offset_min == SG_ZONE_BY_RULE)
		return sg_zone_rule_offset(&zone->rule, unix_s);
	return zone->jumps[i - 1].offset_min * 60;
}

static bool is_covered(int64_t unix_s)
{
	return unix_s >= SG_ZONE_FIRST_S && unix_s < SG_ZONE_END_S;
}

bool sg_zone_to_local(const struct sg_zone *zone, int64_t unix_s, struct sg_civil *ret)
{
	if (!is_covered(unix_s))
		return false;
	sg_civil_of(unix_s + sg_zone_offset(zone, unix_s), ret);
	return true;
}

/* The first instant after EARLY, up to LATE, with the offset of LATE. */
static int64_t change_between(const struct sg_zone *zone, int64_t early, int64_t late)
{
	int32_t new_s = sg_zone_offset(zone, late);

	while (late - early > 1) {
		int64_t middle = early + (late - early) / 2;

		if (sg_zone_offset(zone, middle) == new_s)
			late = middle;
		else
			early = middle;
	}
	return late;
}

/* No zone changes its clock twice within two days (the table's maker sees to that). */
static int64_t instant_of(const struct sg_zone *zone, int64_t local_s)
{
	int64_t early = local_s - SG_DAY_S, late = local_s + SG_DAY_S;
	int32_t old_s = sg_zone_offset(zone, early), new_s = sg_zone_offset(zone, late);

	if (sg_zone_offset(zone, local_s - old_s) == old_s)
		return local_s - old_s;
	if (sg_zone_offset(zone, local_s - new_s) == new_s)
		return local_s - new_s;
	return change_between(zone, early, late);
}

bool sg_zone_from_local(const struct sg_zone *zone, int64_t local_s, int64_t *ret_unix_s)
{
	int64_t unix_s;

	if (local_s < SG_ZONE_FIRST_S - SG_DAY_S || local_s > SG_ZONE_END_S + SG_DAY_S)
		return false;
	unix_s = instant_of(zone, local_s);
	if (!is_covered(unix_s))
		return false;
	*ret_unix_s = unix_s;
	return true;
}
