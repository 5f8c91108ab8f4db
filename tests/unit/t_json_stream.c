#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "io/json_stream.h"

#define MAX 4096

/* Feeds TEXT in pieces of STEP bytes; the pieces found, each followed by '|', go to OUT. */
static int cut_lines(const char *text, size_t step, struct sg_buf *out, struct sg_err *err)
{
	struct sg_json_lines lines;
	struct sg_str all = sg_str_of(text), line;
	int n = 0;

	sg_json_lines_init(&lines, 32);
	for (size_t at = 0; at < all.len && n >= 0; at += step) {
		struct sg_str piece = sg_str_sub(all, at, at + step);

		while ((n = sg_json_lines_next(&lines, &piece, &line, err)) > 0) {
			sg_buf_addstr(out, line);
			sg_buf_addc(out, '|');
		}
	}
	if (n == 0 && sg_json_lines_broken(&lines))
		sg_buf_adds(out, "...");
	sg_json_lines_release(&lines);
	return n;
}

static void lines_are_cut_however_they_arrive(void **state)
{
	static const char text[] = "{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":3}\n{\"d\"";

	(void)state;
	for (size_t step = 1; step <= sizeof(text); step++) {
		struct sg_buf out;
		struct sg_err err = SG_ERR_INIT;

		sg_buf_init(&out, MAX);
		assert_int_equal(cut_lines(text, step, &out, &err), 0);
		assert_string_equal(out.ptr, "{\"a\":1}|{\"b\":2}|{\"c\":3}|...");
		sg_buf_release(&out);
	}
}

static void a_line_above_the_limit_is_refused(void **state)
{
	static const char longer[] = "123456789012345678901234567890123\n";

	(void)state;
	for (size_t step = 1; step <= sizeof(longer); step++) {
		struct sg_buf out;
		struct sg_err err = SG_ERR_INIT;

		sg_buf_init(&out, MAX);
		assert_int_equal(cut_lines(longer + 1, step, &out, &err), 0);
		assert_int_equal(out.len, 33);
		assert_int_equal(cut_lines(longer, step, &out, &err), -1);
		assert_int_equal(err.reason, SG_R_TOO_LARGE);
		sg_buf_release(&out);
	}
}

static void a_stopped_line_is_forgotten_by_reset(void **state)
{
	struct sg_json_lines lines;
	struct sg_str bytes = SG_STR("half"), line;
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	sg_json_lines_init(&lines, 32);
	assert_int_equal(sg_json_lines_next(&lines, &bytes, &line, &err), 0);
	assert_true(sg_json_lines_broken(&lines));
	sg_json_lines_reset(&lines);
	assert_false(sg_json_lines_broken(&lines));
	bytes = SG_STR("whole\n");
	assert_int_equal(sg_json_lines_next(&lines, &bytes, &line, &err), 1);
	assert_true(sg_str_is(line, "whole"));
	assert_false(sg_json_lines_broken(&lines));
	sg_json_lines_release(&lines);
}

/* The items, each followed by '|', then the rest; -1 as the scanner says. */
static int cut_items(const char *text, size_t step, struct sg_buf *out, struct sg_err *err)
{
	struct sg_json_items scan;
	struct sg_str all = sg_str_of(text), item;
	int n = 0;

	sg_json_items_init(&scan, 40, 80);
	for (size_t at = 0; at < all.len && n >= 0; at += step) {
		struct sg_str piece = sg_str_sub(all, at, at + step);

		while ((n = sg_json_items_next(&scan, &piece, &item, err)) > 0) {
			sg_buf_addstr(out, item);
			sg_buf_addc(out, '|');
		}
	}
	if (n == 0 && sg_json_items_finished(&scan))
		sg_buf_addstr(out, sg_buf_str(&scan.rest));
	sg_json_items_release(&scan);
	return n;
}

static void items_are_cut_however_they_arrive(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"{\"kind\":\"L\",\"items\":[{\"a\":\"}]\\\\\\\"{\"},\n "
		 "{\"b\":[{}]}],\"metadata\":{}}\n",
			"{\"a\":\"}]\\\\\\\"{\"}|{\"b\":[{}]}|{\"kind\":\"L\",\"items\":[],"
			"\"metadata\":{}}"},
		{" {\"items\" : [ ] }", "{\"items\" : [] }"},
		{"{\"items\":[{}]}", "{}|{\"items\":[]}"},
		{"{\"items\":null,\"x\":1}", "{\"items\":null,\"x\":1}"}, {"{}", "{}"},
		{"{\"x\":{\"items\":[{}]},\"y\":\"items\",\"z\":[\"items\"]}",
			"{\"x\":{\"items\":[{}]},\"y\":\"items\",\"z\":[\"items\"]}"},
		{"{\"x\":\"\\\"items\\\":[\",\"items\":[{}]}",
			"{}|{\"x\":\"\\\"items\\\":[\",\"items\":[]}"},
		{"{\"items\":[{\"a\":1}", "{\"a\":1}|"}, /* stops half-way: no rest */
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		for (size_t step = 1; step <= strlen(rows[i].text); step++) {
			struct sg_buf out;
			struct sg_err err = SG_ERR_INIT;

			sg_buf_init(&out, MAX);
			assert_int_equal(cut_items(rows[i].text, step, &out, &err), 0);
			assert_string_equal(out.ptr, rows[i].want);
			sg_buf_release(&out);
		}
	}
}

static void what_is_no_list_is_refused(void **state)
{
	static const struct {
		const char *text;
		enum sg_reason reason;
	} rows[] = {
		{"[]", SG_R_ANSWER_INVALID},
		{"<html>", SG_R_ANSWER_INVALID},
		{"404 page not found\n", SG_R_ANSWER_INVALID},
		{"{\"items\":[1]}", SG_R_ANSWER_INVALID},
		{"{\"items\":[{} {}]}", SG_R_ANSWER_INVALID},
		{"{\"items\":[,{}]}", SG_R_ANSWER_INVALID},
		{"{\"items\":[{},]}", SG_R_ANSWER_INVALID},
		{"{\"items\":[{},,{}]}", SG_R_ANSWER_INVALID},
		{"{\"items\":[],\"items\":[]}", SG_R_ANSWER_INVALID},
		{"{\"items\":null,\"items\":[{}]}", SG_R_ANSWER_INVALID},
		{"{}{}", SG_R_ANSWER_INVALID},
		{"{\"items\":[{\"a\":\"0123456789012345678901234567890123\"}]}", SG_R_TOO_LARGE},
		{"{\"a\":\"01234567890123456789012345678901234567890123456789012345678901234567890"
		 "123456789\"}",
			SG_R_TOO_LARGE},
		{"{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
			SG_R_ANSWER_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		for (size_t step = 1; step <= strlen(rows[i].text); step++) {
			struct sg_buf out;
			struct sg_err err = SG_ERR_INIT;

			sg_buf_init(&out, MAX);
			assert_int_equal(cut_items(rows[i].text, step, &out, &err), -1);
			assert_int_equal(err.reason, rows[i].reason);
			sg_buf_release(&out);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_cut_however_they_arrive),
		cmocka_unit_test(a_line_above_the_limit_is_refused),
		cmocka_unit_test(a_stopped_line_is_forgotten_by_reset),
		cmocka_unit_test(items_are_cut_however_they_arrive),
		cmocka_unit_test(what_is_no_list_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
