#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/tag.h"

#define FULL "0123456789abcdef0123456789abcdef01234567"

static void the_commit_that_ends_a_tag(void **state)
{
	static const char *const rows[][2] = {
		{"4f9a2c1", "4f9a2c1"},
		{FULL, FULL},
		{"main-4f9a2c1", "4f9a2c1"},
		{"main-" FULL, FULL},
		{"20240512-4f9a2c1", "4f9a2c1"},
		{"feature_x_4f9a2c1", "4f9a2c1"},
		{"v1.2.3-5-g4f9a2c1", "4f9a2c1"},
		{"1.4.2-4f9a2c1", "4f9a2c1"},
		{"main-1234567", "1234567"},
		{"g4f9a2c1", ""},
		{"main-gg4f9a2c", ""},
		{"main-4f9a2c", ""},
		{"main-4F9A2C1", ""},
		{FULL "0", ""},
		{"4f9a2c1-main", ""},
		{"4f9a2c1-", ""},
		{"1.4.2", ""},
		{"1.2.3456789", ""},
		{"1.4.2-rc.1", ""},
		{"latest", ""},
		{"", ""},
		{"-g", ""},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_str commit = sg_tag_commit(sg_str_of(rows[i][0]));

		if (!sg_str_is(commit, rows[i][1]))
			fail_msg("%s: %.*s", rows[i][0], SG_STR_ARG(commit));
	}
}

static void times_are_ordered_within_their_series(void **state)
{
	static const char *const rows[][2] = {
		{"20240512", "20240513"},
		{"20231231", "20240101"},
		{"202405120829", "202405120830"},
		{"20240512083000", "20240512083001"},
		{"main-20240512083000", "main-20240601000000"},
		{"20240512-4f9a2c1", "20240513-0123456"},
		{"main-4f9a2c1-20240512", "main-0123456-20240513"},
		{"20240512T083000Z", "20240512T093000Z"},
		{"20240512-083000", "20240512-093000"},
		{"20240512-083000-4f9a2c1", "20240513-073000-4f9a2c1"},
		{"20240512-9", "20240512-10"},
		{"release_20240512", "release_20240601"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_str a = sg_str_of(rows[i][0]), b = sg_str_of(rows[i][1]);
		int order = 0;

		if (!sg_tag_time_order(a, b, &order) || order >= 0)
			fail_msg("%s is not before %s", rows[i][0], rows[i][1]);
		if (!sg_tag_time_order(b, a, &order) || order <= 0)
			fail_msg("%s is not behind %s", rows[i][1], rows[i][0]);
	}
}

static void what_is_of_two_series_or_no_time_has_no_order(void **state)
{
	static const char *const rows[][2] = {
		{"20240512", "20240512"},
		{"20240512-4f9a2c1", "20240512-0123456"},
		{"main-20240512", "develop-20240513"},
		{"main-20240512", "20240513"},
		{"20240512", "202405130830"},
		{"20240512-1", "20240513"},
		{"20240512-1", "20240513.1"},
		{"20240512", "20241301"},
		{"20240512", "20240532"},
		{"20240512", "22240513"},
		{"20240512", "10240513"},
		{"202405120830", "202405122460"},
		{"main-1", "main-2"},
		{"build-123456", "build-123457"},
		{"4f9a2c1", "0123456"},
		{"12345678", "12345679"},
		{"", ""},
		{"", "20240512"},
		{"2024051", "2024052"},
		{"20240512T", "20240513T"},
		{"20240512Z", "20240513Z"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_str a = sg_str_of(rows[i][0]), b = sg_str_of(rows[i][1]);
		int order;

		if (sg_tag_time_order(a, b, &order) || sg_tag_time_order(b, a, &order))
			fail_msg("%s and %s have an order", rows[i][0], rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_commit_that_ends_a_tag),
		cmocka_unit_test(times_are_ordered_within_their_series),
		cmocka_unit_test(what_is_of_two_series_or_no_time_has_no_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
