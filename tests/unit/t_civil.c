/* model/civil.h: the calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/civil.h"

static void months_have_their_days(void **state)
{
	(void)state;
	assert_int_equal(sg_civil_month_days(2026, 1), 31);
	assert_int_equal(sg_civil_month_days(2026, 2), 28);
	assert_int_equal(sg_civil_month_days(2028, 2), 29);
	assert_int_equal(sg_civil_month_days(2000, 2), 29);
	assert_int_equal(sg_civil_month_days(2100, 2), 28);
	assert_int_equal(sg_civil_month_days(2026, 11), 30);
}

static void days_are_counted_from_1970(void **state)
{
	(void)state;
	assert_int_equal(sg_civil_days(1970, 1, 1), 0);
	assert_int_equal(sg_civil_days(1969, 12, 31), -1);
	assert_int_equal(sg_civil_days(2000, 3, 1), 11017);
	assert_int_equal(sg_civil_days(2026, 11, 25), 20782);
	assert_int_equal(sg_civil_days(1, 1, 1), -719162);
	assert_int_equal(sg_civil_days(0, 1, 1), -719528);
	assert_int_equal(sg_civil_weekday(0), 4);
	assert_int_equal(sg_civil_weekday(-1), 3);
	assert_int_equal(sg_civil_weekday(-5), 6);
	assert_int_equal(sg_civil_weekday(20782), 3);
}

static void fields_are_right(void **state)
{
	struct sg_civil civil;

	(void)state;
	sg_civil_of(951782399, &civil); /* the last second of 2000-02-28 */
	assert_int_equal(civil.year, 2000);
	assert_int_equal(civil.month, 2);
	assert_int_equal(civil.day, 28);
	assert_int_equal(civil.weekday, 1);
	assert_int_equal(civil.hour, 23);
	assert_int_equal(civil.minute, 59);
	assert_int_equal(civil.second, 59);
	sg_civil_of(-1, &civil);
	assert_int_equal(civil.year, 1969);
	assert_int_equal(civil.month, 12);
	assert_int_equal(civil.day, 31);
	assert_int_equal(civil.second, 59);
}

/* Every day of eight centuries, in order, at a time of day that wanders. */
static void there_and_back(void **state)
{
	int64_t first = sg_civil_days(1600, 1, 1), last = sg_civil_days(2400, 1, 1);
	struct sg_civil before, civil;

	(void)state;
	sg_civil_of(first * SG_DAY_S - 1, &before);
	for (int64_t day = first; day < last; day++) {
		int64_t at = day * SG_DAY_S + day * day % SG_DAY_S;

		sg_civil_of(at, &civil);
		if (sg_civil_seconds(&civil) != at || civil.weekday != (before.weekday + 1) % 7)
			fail_msg("%lld", (long long)at);
		if (civil.day != before.day + 1 &&
			(civil.day != 1 ||
				before.day != sg_civil_month_days(before.year, before.month)))
			fail_msg("%lld", (long long)at);
		before = civil;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months_have_their_days),
		cmocka_unit_test(days_are_counted_from_1970),
		cmocka_unit_test(fields_are_right),
		cmocka_unit_test(there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
