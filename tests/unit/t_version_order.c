#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/version_order.h"

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

/* The example chain of semver.org 2.0, point 11, and more; each is below the next. */
static void versions_are_ordered_as_semver_says(void **state)
{
	static const char *const chain[] = {"0.9.9", "1.0.0-alpha", "1.0.0-alpha.1",
		"1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
		"1.0.0", "1.4.2", "1.4.10", "1.10.0", "2.0.0-0", "2.0.0",
		"99999999999999999999999.0.0"};
	const size_t count = sizeof(chain) / sizeof(chain[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			int order = 99;

			assert_true(
				sg_version_order(sg_str_of(chain[i]), sg_str_of(chain[j]), &order));
			assert_int_equal(sign(order), (i > j) - (i < j));
		}
}

static void prefix_build_and_length_make_no_difference(void **state)
{
	static const char *const same[][2] = {{"v1.4.2", "1.4.2"}, {"1.4.2+build.7", "1.4.2+x"},
		{"1.4", "1.4.0"}, {"01.4.2", "1.4.2"}, {"V1.0.0", "v1"}};
	int order = 99;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(sg_version_order(sg_str_of(same[i][0]), sg_str_of(same[i][1]), &order));
		assert_int_equal(order, 0);
	}
	assert_false(sg_version_order(sg_str_of(same[4][0]), sg_str_of(same[4][1]), &order));
}

static void what_is_no_version_has_no_order(void **state)
{
	static const char *const others[] = {"", "v", "latest", "1", "20260203", "4f9a2c1",
		"main-4f9a2c1", "1..2", ".1", "1.", "1.2_3", "1.2.3-", "sha256:abc", "1.x", "v.1"};
	int order;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_false(sg_version_order(sg_str_of(others[i]), SG_STR("1.0.0"), &order));
		assert_false(sg_version_order(SG_STR("1.0.0"), sg_str_of(others[i]), &order));
	}
}

static void years_and_numbers_are_two_series(void **state)
{
	int order = 99;

	(void)state;
	assert_false(sg_version_order(SG_STR("9.1.0"), SG_STR("2024.10"), &order));
	assert_false(sg_version_order(SG_STR("v2024.10.1"), SG_STR("9.1.0"), &order));
	assert_true(sg_version_order(SG_STR("2024.9"), SG_STR("2024.10"), &order));
	assert_true(order < 0);
	assert_true(sg_version_order(SG_STR("2024.12.1"), SG_STR("v2025.1"), &order));
	assert_true(order < 0);
	/* As many digits, but no year. */
	assert_true(sg_version_order(SG_STR("9.1.0"), SG_STR("3024.1.0"), &order));
	assert_true(order < 0);
}

static void semantic_versions(void **state)
{
	static const char *const good[] = {"1.2.3", "v1.2.3", "0.0.0", "1.2.3-rc.1", "1.2.3+5f0e",
		"1.2.3-0.a-b+001.x", "10.20.30--+0"};
	static const char *const bad[] = {"", "v", "1", "1.2", "1.2.3.4", "1.2.3-", "1.2.3+",
		"01.2.3", "1.2.3-01", "1.2.3-a..b", "1.2.3+a+b", "1.2.3_a", "1.2.3 ", "a.b.c",
		"1.2.-3", "V1.2.3", "1.2.3-a.", "latest", ".1.2", "1..2"};
	char text[200];

	(void)state;
	for (size_t i = 0; i < SG_COUNT(good); i++)
		assert_true(sg_version_is_semantic(sg_str_of(good[i])));
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		if (sg_version_is_semantic(sg_str_of(bad[i])))
			fail_msg("%s", bad[i]);
	(void)snprintf(text, sizeof(text), "1.2.3+%0122d", 1);
	assert_true(sg_version_is_semantic(sg_str_of(text)));
	(void)snprintf(text, sizeof(text), "1.2.3+%0123d", 1);
	assert_false(sg_version_is_semantic(sg_str_of(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(semantic_versions),
		cmocka_unit_test(versions_are_ordered_as_semver_says),
		cmocka_unit_test(prefix_build_and_length_make_no_difference),
		cmocka_unit_test(what_is_no_version_has_no_order),
		cmocka_unit_test(years_and_numbers_are_two_series),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
