/* base/num.h: whole input or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/num.h"

static void u64_is(const char *text, bool ok, uint64_t expected)
{
	uint64_t value = 4711;

	if (sg_num_u64(sg_str_of(text), &value) != ok || value != (ok ? expected : 4711))
		fail_msg("%s", text);
}

static void unsigned_numbers(void **state)
{
	(void)state;
	u64_is("0", true, 0);
	u64_is("007", true, 7);
	u64_is("18446744073709551615", true, UINT64_MAX);
	u64_is("18446744073709551616", false, 0);
	u64_is("18446744073709551620", false, 0);
	u64_is("99999999999999999999999999", false, 0);
	u64_is("", false, 0);
	u64_is("-1", false, 0);
	u64_is("+1", false, 0);
	u64_is(" 1", false, 0);
	u64_is("1 ", false, 0);
	u64_is("0x1", false, 0);
	u64_is("1e3", false, 0);
	u64_is("\xd9\xa1", false, 0); /* a digit, but not one of ours */
	assert_false(sg_num_u64((struct sg_str){"1\0", 2}, &(uint64_t){0}));
}

static void duration_is(const char *text, int64_t expected)
{
	int64_t ms = -1;

	if (sg_num_duration_ms(sg_str_of(text), &ms) != (expected >= 0) || ms != expected)
		fail_msg("%s: %ld", text, (long)ms);
}

static void durations(void **state)
{
	(void)state;
	duration_is("0", 0);
	duration_is("90", 90000);
	duration_is("90s", 90000);
	duration_is("250ms", 250);
	duration_is("30m", 1800000);
	duration_is("2h", 7200000);
	duration_is("1h30m", 5400000);
	duration_is("7d", 604800000);
	duration_is("1d2h3m4s5ms", 93784005);
	duration_is("366d", INT64_C(31622400000));
	duration_is("366d1ms", -1);
	duration_is("367d", -1);
	duration_is("99999999999999999999", -1);
	duration_is("9223372036854775807s", -1);
	duration_is("", -1);
	duration_is("s", -1);
	duration_is("1h30", -1);
	duration_is("30m1h", -1);
	duration_is("1s1s", -1);
	duration_is("1 h", -1);
	duration_is("1w", -1);
	duration_is("1H", -1);
	duration_is("-5s", -1);
	duration_is("1.5h", -1);
	duration_is("1hh", -1);
}

static void shown_as(int64_t ms, const char *expected)
{
	char text[48];

	sg_num_format_ms(text, sizeof(text), ms);
	assert_string_equal(text, expected);
}

static void for_people(void **state)
{
	char small[4];

	(void)state;
	shown_as(0, "0ms");
	shown_as(-5, "0ms");
	shown_as(350, "350ms");
	shown_as(999, "999ms");
	shown_as(1000, "1s");
	shown_as(12900, "12s");
	shown_as(65000, "1m 5s");
	shown_as(3600000, "1h");
	shown_as(3900000, "1h 5m");
	shown_as(3605000, "1h");
	shown_as(90000000, "1d 1h");
	shown_as(INT64_MAX, "106751991167d 7h");
	sg_num_format_ms(small, sizeof(small), 3900000);
	assert_string_equal(small, "1h ");
}

static void numbers_of_any_length_have_an_order(void **state)
{
	static const char *const rows[] = {
		"0", "1", "9", "10", "18446744073709551615", "18446744073709551616"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		for (size_t j = 0; j < SG_COUNT(rows); j++) {
			int order = sg_num_order(sg_str_of(rows[i]), sg_str_of(rows[j]));

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	assert_int_equal(sg_num_order(SG_STR("007"), SG_STR("7")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unsigned_numbers),
		cmocka_unit_test(durations),
		cmocka_unit_test(for_people),
		cmocka_unit_test(numbers_of_any_length_have_an_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
