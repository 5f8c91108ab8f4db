/* model/cron.h: cron expressions as Fugit reads them (gitlab.md 8.5, security.md 7.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/cron.h"
#include "model/ids.h"

static int64_t at(const char *text)
{
	int64_t unix_s = 0;

	assert_true(sg_time_parse(sg_str_of(text), &unix_s));
	return unix_s;
}

static struct sg_cron cron_of(const char *text)
{
	struct sg_cron cron = {0};
	const char *why = "";

	if (!sg_cron_parse(sg_str_of(text), &cron, &why))
		fail_msg("\"%s\": %s", text, why);
	return cron;
}

static struct sg_zone zone_of(const char *name)
{
	struct sg_zone zone;

	assert_true(sg_zone_find(sg_str_of(name), &zone));
	return zone;
}

static void show(bool found, int64_t unix_s, char *text, size_t size)
{
	if (found)
		sg_time_format(unix_s, text, size);
	else
		(void)snprintf(text, size, "none");
}

static void after_in(const char *zone_name, const char *text, const char *when, const char *wanted)
{
	struct sg_zone zone = zone_of(zone_name);
	struct sg_cron cron = cron_of(text);
	int64_t unix_s = 0;
	char got[24];
	bool found = sg_cron_next(&cron, &zone, at(when), &unix_s);

	show(found, unix_s, got, sizeof(got));
	if (strcmp(got, wanted) != 0)
		fail_msg("\"%s\" in %s after %s: %s", text, zone_name, when, got);
}

static void before_in(const char *zone_name, const char *text, const char *when, const char *wanted)
{
	struct sg_zone zone = zone_of(zone_name);
	struct sg_cron cron = cron_of(text);
	int64_t unix_s = 0;
	char got[24];
	bool found = sg_cron_prev(&cron, &zone, at(when), &unix_s);

	show(found, unix_s, got, sizeof(got));
	if (strcmp(got, wanted) != 0)
		fail_msg("\"%s\" in %s before %s: %s", text, zone_name, when, got);
}

static void after(const char *text, const char *when, const char *wanted)
{
	after_in("UTC", text, when, wanted);
}

static void before(const char *text, const char *when, const char *wanted)
{
	before_in("UTC", text, when, wanted);
}

/* 2026-11-25 is a Wednesday. */
static void plain_fields(void **state)
{
	(void)state;
	after("0 23 * * 5", "2026-11-25T12:00:00Z", "2026-11-27T23:00:00Z");
	before("0 7 * * 1", "2026-11-25T12:00:00Z", "2026-11-23T07:00:00Z");
	after("30 8 1 12 *", "2026-11-25T12:00:00Z", "2026-12-01T08:30:00Z");
	before("30 8 1 12 *", "2026-11-25T12:00:00Z", "2025-12-01T08:30:00Z");
	after("* * * * *", "2026-11-25T12:00:30Z", "2026-11-25T12:01:00Z");
	before("* * * * *", "2026-11-25T12:00:30Z", "2026-11-25T12:00:00Z");
	after("  0\t0 1  1 * \t", "2026-11-25T12:00:00Z", "2027-01-01T00:00:00Z");
	after("0 0 29 2 *", "2026-11-25T12:00:00Z", "2028-02-29T00:00:00Z");
	before("0 0 29 2 *", "2026-11-25T12:00:00Z", "2024-02-29T00:00:00Z");
}

static void both_sides_are_strict(void **state)
{
	(void)state;
	after("0 12 * * *", "2026-11-25T12:00:00Z", "2026-11-26T12:00:00Z");
	after("0 12 * * *", "2026-11-25T11:59:59Z", "2026-11-25T12:00:00Z");
	before("0 12 * * *", "2026-11-25T12:00:00Z", "2026-11-24T12:00:00Z");
	before("0 12 * * *", "2026-11-25T12:00:01Z", "2026-11-25T12:00:00Z");
}

static void names_lists_ranges_and_steps(void **state)
{
	(void)state;
	after("0 0 * jan,JUL *", "2026-11-25T12:00:00Z", "2027-01-01T00:00:00Z");
	after("0 0 * * Sat", "2026-11-25T12:00:00Z", "2026-11-28T00:00:00Z");
	after("0 0 * * 7", "2026-11-25T12:00:00Z", "2026-11-29T00:00:00Z");
	after("0 0 * * fri-mon", "2026-11-25T12:00:00Z", "2026-11-27T00:00:00Z");
	before("0 0 * * fri-mon", "2026-11-25T12:00:00Z", "2026-11-23T00:00:00Z");
	after("0 0 * nov-feb *", "2026-03-25T12:00:00Z", "2026-11-01T00:00:00Z");
	after("*/20 * * * *", "2026-11-25T12:20:00Z", "2026-11-25T12:40:00Z");
	after("/20 * * * *", "2026-11-25T12:40:00Z", "2026-11-25T13:00:00Z");
	after("5/20 * * * *", "2026-11-25T12:20:00Z", "2026-11-25T12:25:00Z");
	after("0 22-2 * * *", "2026-11-25T12:00:00Z", "2026-11-25T22:00:00Z");
	after("0 22-2 * * *", "2026-11-25T23:00:00Z", "2026-11-26T00:00:00Z");
	after("0 22-4/3 * * *", "2026-11-25T22:00:00Z", "2026-11-26T01:00:00Z");
	after("0 24 * * *", "2026-11-25T12:00:00Z", "2026-11-26T00:00:00Z");
	after("0 20-24/4 * * *", "2026-11-25T20:00:00Z", "2026-11-26T00:00:00Z");
	after("0 0 28-3 * *", "2026-11-25T12:00:00Z", "2026-11-28T00:00:00Z");
	after("1,3-5,50-59/9 * * * *", "2026-11-25T12:50:00Z", "2026-11-25T12:59:00Z");
	after("0 0 * * */3", "2026-11-25T12:00:00Z", "2026-11-28T00:00:00Z");
	after("0 0 * * 1-7/2", "2026-11-25T12:00:00Z", "2026-11-27T00:00:00Z");
}

static void days_from_the_end(void **state)
{
	(void)state;
	after("0 0 L * *", "2026-11-25T12:00:00Z", "2026-11-30T00:00:00Z");
	after("0 0 last 2 *", "2026-11-25T12:00:00Z", "2027-02-28T00:00:00Z");
	after("0 0 last 2 *", "2027-11-25T12:00:00Z", "2028-02-29T00:00:00Z");
	after("0 0 -2 * *", "2026-11-25T12:00:00Z", "2026-11-29T00:00:00Z");
	after("0 0 -3--2 * *", "2026-11-25T12:00:00Z", "2026-11-28T00:00:00Z");
	after("0 0 25-L * *", "2026-11-25T12:00:00Z", "2026-11-26T00:00:00Z");
	after("0 0 29-L/2 2 *", "2026-11-25T12:00:00Z", "2028-02-29T00:00:00Z");
	after("0 0 -31 * *", "2026-11-25T12:00:00Z", "2026-12-01T00:00:00Z");
	after("0 0 1,L * *", "2026-11-25T12:00:00Z", "2026-11-30T00:00:00Z");
}

static void numbered_days_of_the_week(void **state)
{
	(void)state;
	after("0 0 * * mon#2", "2026-11-25T12:00:00Z", "2026-12-14T00:00:00Z");
	after("0 0 * * 1#1,thu#4", "2026-11-25T12:00:00Z", "2026-11-26T00:00:00Z");
	after("0 0 * * fri#L", "2026-11-25T12:00:00Z", "2026-11-27T00:00:00Z");
	after("0 0 * * fri#-1", "2026-11-27T12:00:00Z", "2026-12-25T00:00:00Z");
	after("0 0 * * fri#-2", "2026-11-25T12:00:00Z", "2026-12-18T00:00:00Z");
	after("0 0 * * sun#5", "2026-11-25T12:00:00Z", "2026-11-29T00:00:00Z");
	after("0 0 * * sun#5", "2026-11-29T12:00:00Z", "2027-01-31T00:00:00Z");
	/* the whole Monday wins over its number */
	after("0 0 * * 1,mon#4", "2026-11-25T12:00:00Z", "2026-11-30T00:00:00Z");
}

static void either_day_counts_when_both_are_named(void **state)
{
	(void)state;
	after("0 0 13 * 5", "2026-11-25T12:00:00Z", "2026-11-27T00:00:00Z");
	after("0 0 26 * 5", "2026-11-25T12:00:00Z", "2026-11-26T00:00:00Z");
	after("0 0 13 * *", "2026-11-25T12:00:00Z", "2026-12-13T00:00:00Z");
	after("0 0 */13 * 5", "2026-11-25T12:00:00Z", "2026-11-27T00:00:00Z");
	after("0 0 */1 * 5", "2026-11-25T12:00:00Z", "2026-11-27T00:00:00Z");
	after("0 0 13 * */1", "2026-11-25T12:00:00Z", "2026-11-26T00:00:00Z");
}

static void a_time_jumped_over_comes_at_the_jump(void **state)
{
	static const char *const zone = "Europe/Berlin";

	(void)state;
	after_in(zone, "30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z");
	after_in(zone, "30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
	before_in(zone, "30 2 * * *", "2026-03-29T12:00:00Z", "2026-03-29T01:00:00Z");
	before_in(zone, "30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-28T01:30:00Z");
	/* many of them are one instant */
	after_in(zone, "*/10 2 * * *", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z");
	after_in(zone, "*/10 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z");
	before_in(zone, "*/10 2 * * *", "2026-03-29T01:00:00Z", "2026-03-28T01:50:00Z");
	after_in("Africa/Cairo", "0 0 * * *", "2026-04-23T12:00:00Z", "2026-04-23T22:00:00Z");
}

static void a_time_shown_twice_comes_once(void **state)
{
	static const char *const zone = "Europe/Berlin";

	(void)state;
	after_in(zone, "30 2 * * *", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z");
	after_in(zone, "30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
	before_in(zone, "30 2 * * *", "2026-10-25T12:00:00Z", "2026-10-25T00:30:00Z");
	/* in the middle of the second 02:00 to 02:59 */
	after_in(zone, "*/10 * * * *", "2026-10-25T01:15:00Z", "2026-10-25T02:00:00Z");
	before_in(zone, "*/10 * * * *", "2026-10-25T01:15:00Z", "2026-10-25T00:50:00Z");
	before_in(zone, "50 2 * * *", "2026-10-25T01:05:00Z", "2026-10-25T00:50:00Z");
	before_in(zone, "*/10 * * * *", "2026-10-25T02:00:00Z", "2026-10-25T00:50:00Z");
}

static void refused(const char *text, const char *part_of_why)
{
	struct sg_cron cron;
	const char *why = NULL;

	if (sg_cron_parse(sg_str_of(text), &cron, &why))
		fail_msg("\"%s\" is taken", text);
	if (!strstr(why, part_of_why))
		fail_msg("\"%s\": %s", text, why);
}

static void what_is_no_five_fields_is_refused(void **state)
{
	char text[300];

	(void)state;
	refused("", "five fields");
	refused("   ", "five fields");
	refused("* * * *", "five fields");
	refused("0 0 12 * * *", "seconds");
	refused("0 12 * * * UTC", "more than five");
	refused("@daily", "@daily");
	refused("@reboot", "@daily");
	refused("every 3h", "five fields");
	refused("every day at five o'clock", "minute");
	refused("'0 12 * * *'", "minute");
	refused("\"0 12 * * *\"", "minute");
	refused("0\n12 * * *", "five fields");
	memset(text, ' ', sizeof(text));
	memcpy(text + 280, "* * * * *", 10);
	refused(text, "255");
}

static void what_is_no_value_is_refused(void **state)
{
	(void)state;
	refused("60 * * * *", "minute");
	refused("000 * * * *", "minute");
	refused("-1 * * * *", "minute");
	refused("1- * * * *", "minute");
	refused("1-2-3 * * * *", "minute");
	refused("1,,2 * * * *", "minute");
	refused(", * * * *", "minute");
	refused("** * * * *", "minute");
	refused("1.5 * * * *", "minute");
	refused("*/ * * * *", "minute");
	refused("*/100 * * * *", "minute");
	refused("*/0 * * * *", "step is 0");
	refused("? * * * *", "minute");
	refused("* 25 * * *", "hour");
	refused("* 24/2 * * *", "hour 24");
	refused("* * 0 * *", "day of the month");
	refused("* * 32 * *", "day of the month");
	refused("* * L-3 * *", "day of the month");
	refused("* * -1--3 * *", "day of the month");
	refused("* * -5-5 * *", "day of the month");
	refused("* * -5/2 * *", "day of the month");
	refused("* * 15W * *", "day of the month");
	refused("* * * 0 *", "month");
	refused("* * * 13 *", "month");
	refused("* * * january *", "month");
	refused("* * * * 8", "day of the week");
	refused("* * * * 01", "day of the week");
	refused("* * * * monday", "day of the week");
	refused("* * * * mon#0", "day of the week");
	refused("* * * * mon#6", "day of the week");
	refused("* * * * mon#2-tue#2", "day of the week");
	refused("* * * * mon%2", "day of the week");
	refused("* * 1 * mon&", "day of the week");
	refused("* * * * 5L", "day of the week");
}

static void what_gitlab_reads_in_its_own_way_is_refused(void **state)
{
	(void)state;
	refused("* * * * mon#1,mon#3", "two numbers");
	refused("* * * * 7#1,0#3", "two numbers");
	refused("* * * * 1/2", "single day of the week");
	refused("* * * * 5-2/2", "ends before it begins");
	refused("* * * * *,1", "* in it");
	refused("0 0 31 1,2 mon", "never has");
}

static void impossible_dates_are_refused(void **state)
{
	(void)state;
	refused("0 12 31 2 *", "ever has");
	refused("0 12 30,31 feb *", "ever has");
	refused("0 12 31 2,4,6,9,11 *", "ever has");
	refused("0 12 -30 2 *", "ever has");
	refused("0 12 31 2 mon", "never has");
	(void)cron_of("0 12 30,31 2,3 *");
	(void)cron_of("0 12 29 2 *");
}

static void only_the_years_of_the_table_are_searched(void **state)
{
	(void)state;
	before("0 0 1 6 *", "2024-05-01T00:00:00Z", "none");
	after("0 0 1 6 *", "2036-07-01T00:00:00Z", "none");
	after("0 0 * 2 mon#5", "2026-01-01T00:00:00Z", "none"); /* 2044 */
	before("0 0 * 2 mon#5", "2036-01-01T00:00:00Z", "none");
	before("* * * * *", "2024-01-01T00:00:00Z", "none");
	before("* * * * *", "2024-01-01T00:00:01Z", "2024-01-01T00:00:00Z");
	after("* * * * *", "2036-12-31T23:59:00Z", "none");
	after("* * * * *", "2036-12-31T23:58:59Z", "2036-12-31T23:59:00Z");
	before("* * * * *", "2037-01-01T00:00:00Z", "none");
	after("* * * * *", "2023-12-31T23:59:59Z", "none");
	before_in(
		"Pacific/Kiritimati", "0 14 * * *", "2024-01-01T00:00:01Z", "2024-01-01T00:00:00Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_fields),
		cmocka_unit_test(both_sides_are_strict),
		cmocka_unit_test(names_lists_ranges_and_steps),
		cmocka_unit_test(days_from_the_end),
		cmocka_unit_test(numbered_days_of_the_week),
		cmocka_unit_test(either_day_counts_when_both_are_named),
		cmocka_unit_test(a_time_jumped_over_comes_at_the_jump),
		cmocka_unit_test(a_time_shown_twice_comes_once),
		cmocka_unit_test(what_is_no_five_fields_is_refused),
		cmocka_unit_test(what_is_no_value_is_refused),
		cmocka_unit_test(what_gitlab_reads_in_its_own_way_is_refused),
		cmocka_unit_test(impossible_dates_are_refused),
		cmocka_unit_test(only_the_years_of_the_table_are_searched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
