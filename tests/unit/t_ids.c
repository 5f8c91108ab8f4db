#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/ids.h"

static void id_text(const char *env, const struct sg_wish *wishes, size_t count, struct sg_buf *out)
{
	sg_buf_init(out, 64 * 1024);
	sg_id_text("https://git.example.com/a.git", env, wishes, count, out);
	assert_false(out->overflow);
}

static void order_does_not_matter(void **state)
{
	static const struct sg_wish ab[] = {{"a", "f", "p", "1"}, {"b", "f", "p", "2"}};
	static const struct sg_wish ba[] = {{"b", "f", "p", "2"}, {"a", "f", "p", "1"}};
	SG_AUTO(sg_buf_release) struct sg_buf x = {0};
	SG_AUTO(sg_buf_release) struct sg_buf y = {0};

	(void)state;
	id_text("dev", ab, 2, &x);
	id_text("dev", ba, 2, &y);
	assert_string_equal(x.ptr, y.ptr);
}

static void different_wishes_differ(void **state)
{
	static const struct sg_wish wishes[][1] = {
		{{"a", "f", "p", "1"}},
		{{"a", "f", "p", "2"}},
		{{"af", "", "p", "1"}},
		{{"a", "fp", "", "1"}},
		{{"a", "f", "p1", ""}},
		{{"a", "f", "p", "1\n1:x"}},
		{{"a", "f", NULL, "1"}},
	};
	struct sg_buf texts[SG_COUNT(wishes) + 1];

	(void)state;
	for (size_t i = 0; i < SG_COUNT(wishes); i++)
		id_text("dev", wishes[i], 1, &texts[i]);
	id_text("prod", wishes[0], 1, &texts[SG_COUNT(wishes)]);
	for (size_t i = 0; i < SG_COUNT(texts); i++)
		for (size_t j = i + 1; j < SG_COUNT(texts); j++)
			assert_string_not_equal(texts[i].ptr, texts[j].ptr);
	for (size_t i = 0; i < SG_COUNT(texts); i++)
		sg_buf_release(&texts[i]);
}

static void id_text_is_frozen(void **state)
{
	static const struct sg_wish wish = {"web", "apps/web/v.yaml", "image.tag", "1.2"};
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};

	(void)state;
	id_text("dev", &wish, 1, &text);
	assert_string_equal(text.ptr,
		"11:stagegate 1\n29:https://git.example.com/a.git\n3:dev\n3:web\n"
		"15:apps/web/v.yaml\n9:image.tag\n3:1.2\n");
}

static void times_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t s;
	} rows[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2026-02-03T04:05:06Z", 1770091506},
		{"2026-02-03t04:05:06z", 1770091506},
		{"2026-02-03T04:05:06.999999999Z", 1770091506},
		{"2026-02-03T05:35:06+01:30", 1770091506},
		{"2026-02-02T23:05:06-05:00", 1770091506},
		{"2000-02-29T12:00:00Z", 951825600},
		{"2016-12-31T23:59:60Z", 1483228800},
		{"1969-12-31T23:59:59Z", -1},
		{"0000-01-01T00:00:00Z", INT64_C(-62167219200)},
		{"9999-12-31T23:59:59Z", INT64_C(253402300799)},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		int64_t s = 12345;

		if (!sg_time_parse(sg_str_of(rows[i].text), &s) || s != rows[i].s)
			fail_msg("%s: %lld", rows[i].text, (long long)s);
	}
}

static void other_texts_are_no_times(void **state)
{
	static const char *const bad[] = {"", "2026-02-03", "2026-02-03T04:05:06",
		"2026-2-3T04:05:06Z", "2026-13-03T04:05:06Z", "2026-00-03T04:05:06Z",
		"2026-02-29T04:05:06Z", "1900-02-29T00:00:00Z", "2026-02-00T00:00:00Z",
		"2026-02-03T24:00:00Z", "2026-02-03T04:60:00Z", "2026-02-03T04:05:61Z",
		"2026-02-03T04:05:06.Z", "2026-02-03T04:05:06+1:00", "2026-02-03T04:05:06+0100",
		"2026-02-03T04:05:06+24:00", "2026-02-03T04:05:06Zx", " 2026-02-03T04:05:06Z",
		"2026-02-03 04:05:06Z", "-026-02-03T04:05:06Z", "+2026-02-03T04:05:06Z"};
	int64_t s = 7;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		if (sg_time_parse(sg_str_of(bad[i]), &s))
			fail_msg("%s passed", bad[i]);
	assert_false(sg_time_parse((struct sg_str){"2026-02-03T04:05:06Z\0", 21}, &s));
	assert_int_equal(s, 7);
}

static void times_have_milliseconds(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{"2026-02-03T04:05:06Z", INT64_C(1770091506000)},
		{"2026-02-03T04:05:06.7Z", INT64_C(1770091506700)},
		{"2026-02-03T04:05:06.07Z", INT64_C(1770091506070)},
		{"2026-02-03T04:05:06.789Z", INT64_C(1770091506789)},
		{"2026-02-03T05:35:06.001999999999+01:30", INT64_C(1770091506001)},
		{"1969-12-31T23:59:59.999Z", -1},
	};
	int64_t ms = 0;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (!sg_time_parse_ms(sg_str_of(rows[i].text), &ms) || ms != rows[i].ms)
			fail_msg("%s: %lld", rows[i].text, (long long)ms);
	assert_false(sg_time_parse_ms(SG_STR("2026-02-03T04:05:06.Z"), &ms));
	assert_false(sg_time_parse_ms(SG_STR("2026-02-03"), &ms));
}

static void dates_are_read(void **state)
{
	int64_t s = 0;

	(void)state;
	assert_true(sg_time_parse_date(SG_STR("2026-02-03"), &s));
	assert_true(s == INT64_C(1770076800));
	assert_false(sg_time_parse_date(SG_STR("2026-02-30"), &s));
	assert_false(sg_time_parse_date(SG_STR("2026-02-03T00:00:00Z"), &s));
	assert_false(sg_time_parse_date(SG_STR(""), &s));
}

static void times_go_round(void **state)
{
	char text[21];

	(void)state;
	for (int64_t s = INT64_C(-62167219200); s <= INT64_C(253402300799);
		s += 86400 * 13 + 12347) {
		int64_t back = 0;

		sg_time_format(s, text, sizeof(text));
		if (!sg_time_parse(sg_str_of(text), &back) || back != s)
			fail_msg("%lld: %s: %lld", (long long)s, text, (long long)back);
	}
	sg_time_format(INT64_MAX, text, sizeof(text));
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	sg_time_format(INT64_MIN, text, sizeof(text));
	assert_string_equal(text, "0000-01-01T00:00:00Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(different_wishes_differ),
		cmocka_unit_test(id_text_is_frozen),
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(other_texts_are_no_times),
		cmocka_unit_test(times_have_milliseconds),
		cmocka_unit_test(dates_are_read),
		cmocka_unit_test(times_go_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
