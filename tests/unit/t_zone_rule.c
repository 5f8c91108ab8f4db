/* model/zone_rule.h: rules of time zones as POSIX writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/ids.h"
#include "model/zone_rule.h"

static int64_t at(const char *text)
{
	int64_t unix_s = 0;

	assert_true(sg_time_parse(sg_str_of(text), &unix_s));
	return unix_s;
}

static void offset_is(const char *rule_text, const char *when, int hours, int minutes)
{
	struct sg_zone_rule rule;
	int32_t expected = hours * 3600 + minutes * 60;

	if (!sg_zone_rule_parse(sg_str_of(rule_text), &rule))
		fail_msg("%s is refused", rule_text);
	if (sg_zone_rule_offset(&rule, at(when)) != expected)
		fail_msg("%s at %s: %d", rule_text, when, sg_zone_rule_offset(&rule, at(when)));
}

static void offsets_count_from_greenwich_to_the_east(void **state)
{
	(void)state;
	offset_is("UTC0", "2026-01-01T00:00:00Z", 0, 0);
	offset_is("EST5", "2026-01-01T00:00:00Z", -5, 0);
	offset_is("<+0545>-5:45", "2026-01-01T00:00:00Z", 5, 45);
	offset_is("<-0930>9:30:00", "2026-01-01T00:00:00Z", -9, -30);
	offset_is("JST-9", "2026-07-01T00:00:00Z", 9, 0);
	offset_is("AAA+3", "2026-07-01T00:00:00Z", -3, 0);
}

static void summer_in_the_north(void **state)
{
	static const char *const rule = "CET-1CEST,M3.5.0,M10.5.0/3";

	(void)state;
	offset_is(rule, "2026-03-29T00:59:59Z", 1, 0);
	offset_is(rule, "2026-03-29T01:00:00Z", 2, 0);
	offset_is(rule, "2026-10-25T00:59:59Z", 2, 0);
	offset_is(rule, "2026-10-25T01:00:00Z", 1, 0);
	offset_is(rule, "2026-12-31T23:30:00Z", 1, 0);
}

static void summer_in_the_south(void **state)
{
	static const char *const rule = "AEST-10AEDT,M10.1.0,M4.1.0/3";

	(void)state;
	offset_is(rule, "2026-01-01T00:00:00Z", 11, 0);
	offset_is(rule, "2025-12-31T23:59:59Z", 11, 0);
	offset_is(rule, "2026-04-04T15:59:59Z", 11, 0);
	offset_is(rule, "2026-04-04T16:00:00Z", 10, 0);
	offset_is(rule, "2026-10-03T15:59:59Z", 10, 0);
	offset_is(rule, "2026-10-03T16:00:00Z", 11, 0);
}

static void unusual_rules(void **state)
{
	(void)state;
	/* Dublin: standard time is in summer */
	offset_is("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-15T00:00:00Z", 0, 0);
	offset_is("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-03-29T01:00:00Z", 1, 0);
	offset_is("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-10-25T00:59:59Z", 1, 0);
	/* Nuuk: on the day before; Gaza: two days later; Troll: two hours; Lord Howe: half one */
	offset_is("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -2, 0);
	offset_is("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -1, 0);
	offset_is("EET-2EEST,M3.4.4/50,M10.4.4/50", "2037-03-27T23:59:59Z", 2, 0);
	offset_is("EET-2EEST,M3.4.4/50,M10.4.4/50", "2037-03-28T00:00:00Z", 3, 0);
	offset_is("<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", "2026-06-01T00:00:00Z", 2, 0);
	offset_is("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01T00:00:00Z", 11, 0);
	/* the other two ways to name a day: J60 is always March 1, 59 is February 29 in leap years
	 */
	offset_is("AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0, 0);
	offset_is("AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 1, 0);
	offset_is("AAA0BBB,J60/0,J300/0", "2027-03-01T00:00:00Z", 1, 0);
	offset_is("AAA0BBB,J59/0,J300/0", "2028-02-28T00:00:00Z", 1, 0);
	offset_is("AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 1, 0);
	offset_is("AAA0BBB,59/0,300/0", "2027-02-28T23:59:59Z", 0, 0);
	offset_is("AAA0BBB,59/0,300/0", "2027-03-01T00:00:00Z", 1, 0);
}

static void what_is_no_rule_is_refused(void **state)
{
	static const char *const bad[] = {"", "UTC", "5", "CE-1", "CET-1CEST", "CET-1CEST,M3.5.0",
		"CET-1CEST,M3.5.0,", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.0.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J300",
		"CET-1CEST,J1,J366", "CET-1CEST,1,366", "CET-1CEST,M3.5.0/168,M10.5.0",
		"CET-1CEST,M3.5.0,M10.5.0 ", "CET-25", "CET-1:60", "CET-1:00:", "<CET-1", "<+1>-1",
		"CET-1,M3.5.0,M10.5.0", "CET-1CEST,,", "CET--1", "CET-1CEST,M3.5,M10.5.0"};
	struct sg_zone_rule rule;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		if (sg_zone_rule_parse(sg_str_of(bad[i]), &rule))
			fail_msg("\"%s\" is taken", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offsets_count_from_greenwich_to_the_east),
		cmocka_unit_test(summer_in_the_north),
		cmocka_unit_test(summer_in_the_south),
		cmocka_unit_test(unusual_rules),
		cmocka_unit_test(what_is_no_rule_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
