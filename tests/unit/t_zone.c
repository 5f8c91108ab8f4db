/* model/zone.h: zones by name (gitlab.md 8.5, security.md 7.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/ids.h"
#include "model/zone.h"
#include "model/zone_table.h"

static int64_t at(const char *text)
{
	int64_t unix_s = 0;

	assert_true(sg_time_parse(sg_str_of(text), &unix_s));
	return unix_s;
}

static struct sg_zone zone_of(const char *name)
{
	struct sg_zone zone;

	if (!sg_zone_find(sg_str_of(name), &zone))
		fail_msg("%s is not found", name);
	return zone;
}

/* WALL is written like UTC. */
static void shows(const char *name, const char *when, const char *wall)
{
	struct sg_zone zone = zone_of(name);
	struct sg_civil civil;

	assert_true(sg_zone_to_local(&zone, at(when), &civil));
	if (sg_civil_seconds(&civil) != at(wall))
		fail_msg("%s at %s: %02d:%02d", name, when, civil.hour, civil.minute);
}

static void is_at(const char *name, const char *wall, const char *when)
{
	struct sg_zone zone = zone_of(name);
	char text[24];
	int64_t unix_s;

	assert_true(sg_zone_from_local(&zone, at(wall), &unix_s));
	sg_time_format(unix_s, text, sizeof(text));
	assert_string_equal(text, when);
}

static void both_kinds_of_names_are_known(void **state)
{
	(void)state;
	shows("Europe/Berlin", "2026-07-01T10:00:00Z", "2026-07-01T12:00:00Z");
	shows("Berlin", "2026-07-01T10:00:00Z", "2026-07-01T12:00:00Z");
	shows("America/New_York", "2026-01-01T04:59:00Z", "2025-12-31T23:59:00Z");
	shows("Eastern Time (US & Canada)", "2026-01-01T04:59:00Z", "2025-12-31T23:59:00Z");
	shows("US/Eastern", "2026-07-01T04:00:00Z", "2026-07-01T00:00:00Z");
	shows("Nuku'alofa", "2026-07-01T12:00:00Z", "2026-07-02T01:00:00Z");
	shows("International Date Line West", "2026-07-01T11:00:00Z", "2026-06-30T23:00:00Z");
	shows("UTC", "2026-07-01T11:00:00Z", "2026-07-01T11:00:00Z");
	shows("Asia/Kathmandu", "2026-07-01T00:00:00Z", "2026-07-01T05:45:00Z");
}

static void zones_that_break_their_rule(void **state)
{
	(void)state;
	/* Morocco: an hour less in Ramadan of 2025 */
	shows("Africa/Casablanca", "2025-02-23T01:59:59Z", "2025-02-23T02:59:59Z");
	shows("Africa/Casablanca", "2025-02-23T02:00:00Z", "2025-02-23T02:00:00Z");
	shows("Africa/Casablanca", "2025-04-06T02:00:00Z", "2025-04-06T03:00:00Z");
	/* Kazakhstan went over to one time in 2024, Paraguay to summer for ever */
	shows("Asia/Almaty", "2024-02-29T17:59:59Z", "2024-02-29T23:59:59Z");
	shows("Asia/Almaty", "2024-02-29T18:00:00Z", "2024-02-29T23:00:00Z");
	shows("America/Asuncion", "2024-08-01T12:00:00Z", "2024-08-01T08:00:00Z");
	shows("America/Asuncion", "2026-08-01T12:00:00Z", "2026-08-01T09:00:00Z");
	/* from a Friday in April to the last Thursday's midnight in October */
	shows("Africa/Cairo", "2026-04-23T21:59:59Z", "2026-04-23T23:59:59Z");
	shows("Africa/Cairo", "2026-04-23T22:00:00Z", "2026-04-24T01:00:00Z");
	/* Gaza's days are announced one by one */
	shows("Asia/Gaza", "2030-03-29T23:59:59Z", "2030-03-30T01:59:59Z");
	shows("Asia/Gaza", "2030-03-30T00:00:00Z", "2030-03-30T03:00:00Z");
}

static void walls_have_instants(void **state)
{
	(void)state;
	is_at("Europe/Berlin", "2026-03-29T01:59:00Z", "2026-03-29T00:59:00Z");
	is_at("Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z");
	is_at("Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z");
	is_at("America/New_York", "2026-07-04T00:00:00Z", "2026-07-04T04:00:00Z");
	is_at("Pacific/Kiritimati", "2026-07-04T00:00:00Z", "2026-07-03T10:00:00Z");
}

static void a_wall_jumped_over_is_the_jump(void **state)
{
	(void)state;
	is_at("Europe/Berlin", "2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z");
	is_at("Europe/Berlin", "2026-03-29T02:59:00Z", "2026-03-29T01:00:00Z");
	is_at("Australia/Lord_Howe", "2026-10-04T02:15:00Z", "2026-10-03T15:30:00Z");
	is_at("Antarctica/Troll", "2026-03-29T02:30:00Z", "2026-03-29T01:00:00Z");
	is_at("Africa/Cairo", "2026-04-24T00:30:00Z", "2026-04-23T22:00:00Z");
}

static void a_wall_shown_twice_is_the_first(void **state)
{
	(void)state;
	is_at("Europe/Berlin", "2026-10-25T02:00:00Z", "2026-10-25T00:00:00Z");
	is_at("Europe/Berlin", "2026-10-25T02:59:00Z", "2026-10-25T00:59:00Z");
	is_at("America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z");
	is_at("Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z");
}

static void unknown_names_are_not_guessed(void **state)
{
	static const char *const bad[] = {"", "Berlin/Europe", "europe/berlin", "EUROPE/BERLIN",
		"Europe/Berlin ", " UTC", "Europe", "Factory", "localtime", "posixrules", "Astana",
		"posix/Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3", "+02:00", "../etc/passwd"};
	struct sg_zone zone;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		if (sg_zone_find(sg_str_of(bad[i]), &zone))
			fail_msg("\"%s\" is taken", bad[i]);
	}
	assert_false(sg_zone_find((struct sg_str){"UTC\0", 4}, &zone));
	assert_false(sg_zone_find((struct sg_str){NULL, 0}, &zone));
}

static void only_the_years_of_the_table_are_answered(void **state)
{
	struct sg_zone zone = zone_of("America/New_York");
	struct sg_civil civil;
	int64_t unix_s;

	(void)state;
	assert_true(sg_zone_to_local(&zone, SG_ZONE_FIRST_S, &civil));
	assert_true(sg_zone_to_local(&zone, SG_ZONE_END_S - 1, &civil));
	assert_false(sg_zone_to_local(&zone, SG_ZONE_FIRST_S - 1, &civil));
	assert_false(sg_zone_to_local(&zone, SG_ZONE_END_S, &civil));
	assert_false(sg_zone_to_local(&zone, INT64_MAX, &civil));
	assert_true(sg_zone_from_local(&zone, at("2023-12-31T19:00:00Z"), &unix_s));
	assert_false(sg_zone_from_local(&zone, at("2023-12-31T18:59:59Z"), &unix_s));
	assert_false(sg_zone_from_local(&zone, at("2036-12-31T19:00:00Z"), &unix_s));
	assert_false(sg_zone_from_local(&zone, INT64_MIN, &unix_s));
}

/* Every rule can be read, every run of jumps begins before the years and is in order. */
static void the_table_is_sound(void **state)
{
	size_t names = 0;

	(void)state;
	assert_true(strlen(sg_zone_version()) == 5);
	for (size_t i = 0; i < sg_zone_table_row_count; i++) {
		const struct sg_zone_row *row = &sg_zone_table_rows[i];
		const struct sg_zone_jump *jumps = sg_zone_table_jumps + row->first;
		struct sg_zone_rule rule;

		assert_true(sg_zone_rule_parse(sg_str_of(row->text), &rule));
		for (const char *name = row->text + strlen(row->text) + 1; *name;
			name += strlen(name) + 1)
			names++;
		if (row->count)
			assert_true(jumps[0].at_unix_s < SG_ZONE_FIRST_S);
		for (size_t j = 1; j < row->count; j++)
			assert_true(jumps[j - 1].at_unix_s < jumps[j].at_unix_s);
	}
	assert_in_range(names, 700, 800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_kinds_of_names_are_known),
		cmocka_unit_test(zones_that_break_their_rule),
		cmocka_unit_test(walls_have_instants),
		cmocka_unit_test(a_wall_jumped_over_is_the_jump),
		cmocka_unit_test(a_wall_shown_twice_is_the_first),
		cmocka_unit_test(unknown_names_are_not_guessed),
		cmocka_unit_test(only_the_years_of_the_table_are_answered),
		cmocka_unit_test(the_table_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
