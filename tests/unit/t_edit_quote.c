#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edit/quote.h"

static void texts_stay_texts(void **state)
{
	static const char *const texts[] = {"v1", "1.4.2", "1.4.2-rc.1", "v9.8.7-rc.1", "abc1234",
		"1e5f3a2", "0a1b2c3", "latest", "release-2024-01-01", "2024-01-01-abc", "20240101a",
		"nginx:1.2", "r.example.com:5000/a/b:v1", "sha256:0123", "12:345", "1:2:3a",
		"1.2.3.4", "0x", "0xg", "0o", "-", "+", "e5", "1e", "1e+", "nan", "inf", "yess",
		"nope", "truely", "y1", "_1", "a=b", "<<<", "==", "1.2e3.4", "0b", "0o8x",
		"infinity", "..", "4.5.", "1-2-3", "20240-1-1", "2024-101-1"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(texts); i++)
		if (!sg_edit_resolves_to_text(sg_str_of(texts[i])))
			fail_msg("%s", texts[i]);
}

static void everything_else_is_seen(void **state)
{
	static const char *const others[] = {"", "~", "null", "Null", "NULL", "y", "Y", "n", "N",
		"yes", "Yes", "YES", "no", "on", "On", "off", "OFF", "true", "True", "TRUE",
		"false", "FALSE", "<<", "=", "0", "1", "-1", "+1", "007", "010", "0o17", "0O17",
		"0x1f", "0X1F", "-0x1f", "0b101", "-0b1", "1_000", "1,000", "20240101", "1.", ".5",
		"1.10", "-1.5", "+1.5", "1e3", "1E3", "1e+3", "1.5e-3", "1_0.5_0", ".", "12:30:45",
		"1:30", "-190:20:30", "190:20:30.15", "1_0:20", ".inf", "-.inf", "+.INF", ".Inf",
		".nan", ".NaN", ".NAN", "2024-01-01", "2024-1-1", "2001-12-14t21:59:43.10-05:00",
		"2001-12-14 21:59:43.10 -5", "2001-12-15T02:59:43.1Z", "0x_1", "0_7"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(others); i++)
		if (sg_edit_resolves_to_text(sg_str_of(others[i])))
			fail_msg("%s", others[i]);
}

struct row {
	const char *value;
	enum sg_yaml_style old;
	bool flow;
	const char *want;
};

#define PLAIN SG_YAML_PLAIN
#define SINGLE SG_YAML_SINGLE_QUOTED
#define DOUBLE SG_YAML_DOUBLE_QUOTED

static const struct row rows[] = {
	{"v1", PLAIN, false, "v1"},
	{"v1", SINGLE, false, "'v1'"},
	{"v1", DOUBLE, false, "\"v1\""},
	{"1.10", PLAIN, false, "\"1.10\""},
	{"1.10", SINGLE, false, "'1.10'"},
	{"yes", PLAIN, true, "\"yes\""},
	{"", PLAIN, false, "\"\""},
	{"", SINGLE, false, "''"},
	{"a:b", PLAIN, true, "a:b"},
	{"a: b", PLAIN, false, "\"a: b\""},
	{"a:", PLAIN, false, "\"a:\""},
	{"a::b", PLAIN, false, "a::b"},
	{"a::b", PLAIN, true, "\"a::b\""},
	{"a:,", PLAIN, true, "\"a:,\""},
	{"a,b", PLAIN, false, "a,b"},
	{"a,b", PLAIN, true, "\"a,b\""},
	{"a[0]", PLAIN, false, "a[0]"},
	{"a[0]", PLAIN, true, "\"a[0]\""},
	{"a{b}", PLAIN, true, "\"a{b}\""},
	{"a?", PLAIN, true, "\"a?\""},
	{"a #b", PLAIN, false, "\"a #b\""},
	{"a#b", PLAIN, false, "a#b"},
	{" a", PLAIN, false, "\" a\""},
	{"a ", PLAIN, false, "\"a \""},
	{"a b", PLAIN, false, "a b"},
	{"- x", PLAIN, false, "\"- x\""},
	{"-x", PLAIN, false, "\"-x\""},
	{"?x", PLAIN, false, "\"?x\""},
	{":x", PLAIN, false, "\":x\""},
	{",x", PLAIN, false, "\",x\""},
	{"[x", PLAIN, false, "\"[x\""},
	{"]x", PLAIN, false, "\"]x\""},
	{"{x", PLAIN, false, "\"{x\""},
	{"}x", PLAIN, false, "\"}x\""},
	{"#x", PLAIN, false, "\"#x\""},
	{"&x", PLAIN, false, "\"&x\""},
	{"*x", PLAIN, false, "\"*x\""},
	{"!t", PLAIN, false, "\"!t\""},
	{"|x", PLAIN, false, "\"|x\""},
	{">x", PLAIN, false, "\">x\""},
	{"'x", PLAIN, false, "\"'x\""},
	{"\"x", PLAIN, false, "'\"x'"},
	{"%x", PLAIN, false, "\"%x\""},
	{"@x", PLAIN, false, "\"@x\""},
	{"`x", PLAIN, false, "\"`x\""},
	{"---", PLAIN, false, "\"---\""},
	{"...", PLAIN, false, "\"...\""},
	{"... x", PLAIN, false, "\"... x\""},
	{"a'b", PLAIN, false, "a'b"},
	{"a'b", SINGLE, false, "'a''b'"},
	{"a'b", DOUBLE, false, "\"a'b\""},
	{"a\"b\\", DOUBLE, false, "\"a\\\"b\\\\\""},
	{"a\"b\\", SINGLE, false, "'a\"b\\'"},
	{"1:\\\"", PLAIN, true, "'1:\\\"'"},
	{"ä€😀", PLAIN, false, "ä€😀"},
	{"ä€😀", DOUBLE, false, "\"ä€😀\""},
	{"a\nb", PLAIN, false, "\"a\\nb\""},
	{"a\nb", SINGLE, false, "\"a\\nb\""},
	{"a\r\t\x01\x7f", DOUBLE, false, "\"a\\r\\t\\u0001\\u007F\""},
	{"\xc2\x85", SINGLE, false, "\"\\u0085\""},
	{"\xc2\xa0", PLAIN, false, "\"\\u00A0\""},
	{"\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf", PLAIN, false, "\"\\u2028\\u2029\\uFEFF\""},
	{"x\xe2\x80\xae", PLAIN, false, "\"x\\u202E\""},
	{"\xef\xbf\xbf", PLAIN, false, "\"\\uFFFF\""},
};

static void styles_are_kept_where_they_can_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_buf_release) struct sg_buf out = {0};
		enum sg_yaml_style style;

		sg_buf_init(&out, 4096);
		assert_true(sg_edit_quote(
			sg_str_of(rows[i].value), rows[i].old, rows[i].flow, &out, &style));
		if (strcmp(out.ptr, rows[i].want) != 0)
			fail_msg("%s: got %s, want %s", rows[i].value, out.ptr, rows[i].want);
		assert_int_equal(style, out.ptr[0] == '"'    ? DOUBLE
					: out.ptr[0] == '\'' ? SINGLE
							     : PLAIN);
	}
}

/* The one scalar of TEXT that is not "k" or "l". */
static void reads_back(struct sg_str text, struct sg_str value)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_events events;
	size_t hits = 0;

	if (sg_yaml_parse(&arena, "f", text, &events, &err) < 0)
		fail_msg("%.*s: %s", SG_STR_ARG(text), err.cause);
	for (size_t i = 0; i < events.count; i++)
		if (sg_yaml_at(events, i).kind == SG_YAML_SCALAR &&
			sg_str_eq(sg_yaml_at(events, i).value, value))
			hits++;
	if (hits != 1)
		fail_msg("%.*s: %zu hits", SG_STR_ARG(text), hits);
}

static void what_is_written_reads_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_buf_release) struct sg_buf out = {0};
		enum sg_yaml_style style;

		sg_buf_init(&out, 4096);
		sg_buf_adds(&out, rows[i].flow ? "k: {l: " : "k: ");
		(void)sg_edit_quote(
			sg_str_of(rows[i].value), rows[i].old, rows[i].flow, &out, &style);
		sg_buf_adds(&out, rows[i].flow ? ", m: [1]} # c\n" : " # c\n");
		reads_back(sg_buf_str(&out), sg_str_of(rows[i].value));
	}
}

static void a_nul_is_escaped_and_broken_text_refused(void **state)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};
	enum sg_yaml_style style = SG_YAML_NONE;

	(void)state;
	sg_buf_init(&out, 4096);
	assert_true(sg_edit_quote((struct sg_str){"a\0b", 3}, PLAIN, false, &out, &style));
	assert_string_equal(out.ptr, "\"a\\u0000b\"");
	sg_buf_reset(&out);
	assert_false(sg_edit_quote(SG_STR("a\xff"), PLAIN, false, &out, &style));
	assert_false(sg_edit_quote(SG_STR("\xc3"), DOUBLE, false, &out, &style));
	assert_false(sg_edit_quote(SG_STR("\xed\xa0\x80"), DOUBLE, false, &out, &style));
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_stay_texts),
		cmocka_unit_test(everything_else_is_seen),
		cmocka_unit_test(styles_are_kept_where_they_can_be),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(a_nul_is_escaped_and_broken_text_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
