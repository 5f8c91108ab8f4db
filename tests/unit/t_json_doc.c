#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "io/json_doc.h"

static struct sg_json *parse(const char *text)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc = NULL;

	if (sg_json_parse(sg_str_of(text), &doc, &err) < 0)
		fail_msg("%s: %s", text, err.cause);
	return doc;
}

static void refuse_bytes(const char *text, size_t len, const char *words)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc = NULL;
	int rc = sg_json_parse((struct sg_str){text, len}, &doc, &err);

	if (rc == 0)
		fail_msg("accepted: %.*s", (int)len, text);
	assert_null(doc);
	if (!strstr(err.cause, words))
		fail_msg("%.*s: said '%s', wanted '%s'", (int)len, text, err.cause, words);
}

static void refuse(const char *text, const char *words)
{
	refuse_bytes(text, strlen(text), words);
}

static void assert_text(const char *text, const char *expected)
{
	struct sg_json *doc = parse(text);
	struct sg_buf out;

	sg_buf_init(&out, 4096);
	sg_json_text(doc, &out);
	assert_string_equal(out.ptr, expected);
	sg_buf_release(&out);
	sg_json_free(doc);
}

static void accepts_what_rfc8259_allows(void **state)
{
	static const char *const texts[] = {"0", "-0", "true", "null", "\"\"", " [ ] ", "{}",
		"\t{\r\n\"a\" : [ 1 , 2 ] }\n", "[1e1,1E+2,1.5e-3,-0.1,0e0]",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD834\\udd1e\"", "{\"\":1}",
		"{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}", "[{\"a\":1},{\"a\":1}]",
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "\"\x7f\"", "[null,null]"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(texts); i++)
		sg_json_free(parse(texts[i]));
}

static void refuses_broken_grammar(void **state)
{
	static const char *const texts[] = {"", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]",
		"[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}",
		"{\"a\" 1}", "{1:1}", "[1]x", "[1] [2]", "nul", "True", "tru", "NaN", "Infinity",
		"-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1.e1", "0x10", "1_0", "- 1", "\"",
		"\"\\\"", "\"\\", "\"\\x\"", "\"\\u\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\U0041\"",
		"[\"a]", "// no\n1", "/* no */ 1", "[1}", "{\"a\":1]", "\xef\xbb\xbf{}", "\f1",
		"\302\2401", "undefined", "[1,,2]", "{\"a\":1,,\"b\":2}", "{,}", "#1"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(texts); i++)
		refuse(texts[i], ":");
}

static void refuses_bytes_that_mislead(void **state)
{
	(void)state;
	refuse("\"a\nb\"", "1:3: raw control");
	refuse("\"a\tb\"", "raw control");
	refuse_bytes("\"a\0b\"", 5, "raw control");
	refuse_bytes("[1]\0", 4, "something follows");
	refuse("\"\\u0000\"", "\\u0000");
	refuse("{\"a\\u0000\":1}", "\\u0000");
	refuse("\"\\ud800\"", "lone surrogate");
	refuse("\"\\udc00\"", "lone surrogate");
	refuse("\"\\ud800\\ud800\"", "lone surrogate");
	refuse("\"\\ud800\\n\"", "lone surrogate");
	refuse("\"\\ud83d\\u0041\"", "lone surrogate");
	refuse("\"\x80\"", "UTF-8");
	refuse("\"\xc0\xaf\"", "UTF-8");
	refuse("\"\xed\xa0\x80\"", "UTF-8");
	refuse("\"\xf4\x90\x80\x80\"", "UTF-8");
	refuse("\"\xe2\x82\"", "UTF-8");
	refuse("\"\xe2\x82", "UTF-8");
	refuse("\xff", "expected a value");
}

static void refuses_duplicate_keys_however_spelled(void **state)
{
	(void)state;
	refuse("{\"a\":1,\"b\":2,\"a\":3}", "1:14: duplicate key");
	refuse("{\"a\":1,\n\"\\u0061\":3}", "2:1: duplicate key");
	refuse("[{\"x\":{\"k\":1,\"k\":1}}]", "duplicate key");
	refuse("{\"\":1,\"\":1}", "duplicate key");
	refuse("{\"\\/\":1,\"/\":1}", "duplicate key");
	refuse("{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":1}", "duplicate key");
	refuse("{\"\\u20ac\":1,\"\xe2\x82\xac\":1}", "duplicate key");
	refuse("{\"\\u00e9\":1,\"\xc3\xa9\":1}", "duplicate key");
	refuse("{\"a\":1,\"b\":{\"c\":1},\"a\":1}", "duplicate key");
	sg_json_free(parse("{\"a\":1,\"A\":1,\"aa\":1}"));
}

static char *repeated(const char *head, const char *unit, size_t times, const char *tail)
{
	struct sg_buf buf;

	sg_buf_init(&buf, 64 * 1024 * 1024);
	sg_buf_adds(&buf, head);
	for (size_t i = 0; i < times; i++)
		sg_buf_adds(&buf, unit);
	sg_buf_adds(&buf, tail);
	return sg_buf_take(&buf);
}

static void limits_hold(void **state)
{
	SG_AUTO(sg_free_ptr) char *deep = repeated("", "[", 65, "");
	SG_AUTO(sg_free_ptr) char *many = repeated("[", "0,", 1000001, "0]");
	SG_AUTO(sg_free_ptr) char *large = repeated("\"", "0123456789abcdef", 1024 * 1024, "\"");
	SG_AUTO(sg_free_ptr) char *endless = repeated("", "9", 64, "");
	char fits[130];

	(void)state;
	memset(fits, '[', 64);
	memset(fits + 64, ']', 64);
	fits[128] = '\0';
	sg_json_free(parse(fits));
	refuse(deep, "nested too deeply");
	refuse(many, "a million values");
	refuse(large, "limit");
	refuse(endless, "63 characters");
	refuse("1e999", "out of range");
	refuse("[-1e999]", "out of range");
}

static void many_keys_take_no_quadratic_time(void **state)
{
	struct sg_buf buf;
	struct sg_json *doc;

	(void)state;
	sg_buf_init(&buf, 16 * 1024 * 1024);
	sg_buf_addc(&buf, '{');
	for (int i = 0; i < 400000; i++)
		sg_buf_addf(&buf, "%s\"key-%06d\":%d", i ? "," : "", i, i);
	sg_buf_addc(&buf, '}');
	doc = parse(buf.ptr);
	assert_int_equal(sg_json_count(doc), 400000);
	assert_true(sg_json_equal(doc, doc));
	sg_json_free(doc);
	sg_buf_release(&buf);
}

static void null_is_absent(void **state)
{
	struct sg_json *doc = parse("{\"a\":null,\"b\":[null,1],\"c\":{\"d\":null}}");

	(void)state;
	assert_null(sg_json_get(doc, "a"));
	assert_null(sg_json_at(doc, "c.d"));
	assert_null(sg_json_at(doc, "c.d.e"));
	assert_null(sg_json_at(doc, "b.d"));
	assert_int_equal(sg_json_count(doc), 2);
	assert_string_equal(sg_json_key(sg_json_first(doc)), "b");
	assert_int_equal(sg_json_count(sg_json_get(doc, "b")), 2);
	assert_int_equal(sg_json_type(sg_json_first(sg_json_get(doc, "b"))), SG_JSON_ABSENT);
	assert_null(sg_json_key(sg_json_first(sg_json_get(doc, "b"))));
	assert_int_equal(sg_json_type(NULL), SG_JSON_ABSENT);
	assert_null(sg_json_get(NULL, "x"));
	assert_null(sg_json_first(NULL));
	assert_null(sg_json_next(NULL));
	sg_json_free(doc);
	sg_json_free(NULL);
}

static void lenient_reads(void **state)
{
	struct sg_json *doc = parse("{\"s\":\"x\",\"t\":true,\"f\":false,\"n\":7,\"o\":{}}");

	(void)state;
	assert_string_equal(sg_json_str(sg_json_get(doc, "s"), "-"), "x");
	assert_string_equal(sg_json_str(sg_json_get(doc, "n"), "-"), "-");
	assert_true(sg_json_bool(sg_json_get(doc, "t"), false));
	assert_false(sg_json_bool(sg_json_get(doc, "f"), true));
	assert_true(sg_json_bool(sg_json_get(doc, "s"), true));
	assert_null(sg_json_get(doc, "S"));
	assert_null(sg_json_get(sg_json_get(doc, "s"), "x"));
	sg_json_free(doc);
}

static void integers_are_exact(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} rows[] = {{"0", true, 0}, {"-0", true, 0}, {"1e3", true, 1000}, {"1.0", true, 1},
		{"1.5", false, 0}, {"9007199254740993", true, INT64_C(9007199254740993)},
		{"-9007199254740993", true, INT64_C(-9007199254740993)},
		{"9223372036854775807", true, INT64_MAX}, {"9223372036854775808", false, 0},
		{"-9223372036854775808", true, INT64_MIN}, {"-9223372036854775809", false, 0},
		{"1e300", false, 0}, {"99999999999999999999999999", false, 0}, {"\"1\"", false, 0}};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_json *doc = parse(rows[i].text);
		int64_t value = 0;

		assert_int_equal(sg_json_i64(doc, &value), rows[i].ok);
		assert_true(value == rows[i].value);
		sg_json_free(doc);
	}
}

static void text_keeps_every_digit(void **state)
{
	(void)state;
	assert_text("[9007199254740993, 1, -12345678901234567890123 ,2]",
		"[9007199254740993,1,-12345678901234567890123,2]");
	assert_text("{ \"a\" : [ true , false , null , \"q\\\"\\n\" ] , \"b\":null,\"c\":{}}",
		"{\"a\":[true,false,null,\"q\\\"\\n\"],\"c\":{}}");
	assert_text("[0.1,1.5e-7,1e21]", "[0.1,1.5e-07,1e+21]");
	assert_text("{\"a\":{\"n\":12345678901234567},\"b\":3,\"c\":98765432109876543}",
		"{\"a\":{\"n\":12345678901234567},\"b\":3,\"c\":98765432109876543}");
}

static void assert_equality(const char *a, const char *b, bool expected)
{
	struct sg_json *x = parse(a), *y = parse(b);

	if (sg_json_equal(x, y) != expected || sg_json_equal(y, x) != expected)
		fail_msg("%s / %s", a, b);
	sg_json_free(x);
	sg_json_free(y);
}

static void equality(void **state)
{
	(void)state;
	assert_equality("{\"a\":1,\"b\":[1,2]}", "{\"b\":[1,2],\"a\":1.0}", true);
	assert_equality("{\"a\":null}", "{}", true);
	assert_equality("[1,2]", "[2,1]", false);
	assert_equality("[1]", "[1,1]", false);
	assert_equality("[]", "{}", false);
	assert_equality("\"1\"", "1", false);
	assert_equality("true", "false", false);
	assert_equality("{\"a\":1}", "{\"b\":1}", false);
	assert_equality("{\"a\":{\"b\":{}}}", "{\"a\":{\"b\":{}}}", true);
	assert_equality("9007199254740993", "9007199254740992", false);
	assert_equality("null", "null", true);
}

struct sample {
	const char *name;
	bool flag;
	int64_t count;
	const struct sg_json *labels;
};

static const struct sg_json_field sample_fields[] = {
	{"metadata.name", SG_FIELD_STR, offsetof(struct sample, name), true},
	{"flag", SG_FIELD_BOOL, offsetof(struct sample, flag), false},
	{"count", SG_FIELD_I64, offsetof(struct sample, count), false},
	{"metadata.labels", SG_FIELD_JSON, offsetof(struct sample, labels), false},
};

static int read_sample(const char *text, struct sample *ret, struct sg_err *err)
{
	struct sg_arena arena = {0};
	struct sg_json *doc = parse(text);
	int rc = sg_json_read(
		doc, "thing", sample_fields, SG_COUNT(sample_fields), &arena, ret, err);

	if (rc == 0) {
		assert_string_equal(ret->name, "n");
		assert_int_equal(sg_json_count(ret->labels), ret->labels ? 1 : 0);
	}
	sg_json_free(doc);
	sg_arena_release(&arena);
	return rc;
}

static void tables_read_and_name_what_is_wrong(void **state)
{
	struct sample sample = {.count = 5};
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	assert_int_equal(read_sample("{\"metadata\":{\"name\":\"n\",\"labels\":{\"a\":\"b\"}},"
				     "\"flag\":true,\"count\":null}",
				 &sample, &err),
		0);
	assert_true(sample.flag);
	assert_int_equal(sample.count, 5);
	assert_int_equal(read_sample("{\"flag\":true}", &sample, &err), -1);
	assert_string_equal(err.cause, "thing.metadata.name: missing");
	assert_int_equal(err.reason, SG_R_ANSWER_INVALID);
	assert_int_equal(read_sample("{\"metadata\":{\"name\":7}}", &sample, &err), -1);
	assert_string_equal(err.cause, "thing.metadata.name: expected a string");
	assert_int_equal(
		read_sample("{\"metadata\":{\"name\":\"n\"},\"flag\":1}", &sample, &err), -1);
	assert_string_equal(err.cause, "thing.flag: expected true or false");
	assert_int_equal(
		read_sample("{\"metadata\":{\"name\":\"n\"},\"count\":1.5}", &sample, &err), -1);
	assert_string_equal(err.cause, "thing.count: expected an integer");
	assert_int_equal(read_sample("[]", &sample, &err), -1);
	assert_string_equal(err.cause, "thing: expected an object");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_rfc8259_allows),
		cmocka_unit_test(refuses_broken_grammar),
		cmocka_unit_test(refuses_bytes_that_mislead),
		cmocka_unit_test(refuses_duplicate_keys_however_spelled),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(many_keys_take_no_quadratic_time),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(lenient_reads),
		cmocka_unit_test(integers_are_exact),
		cmocka_unit_test(text_keeps_every_digit),
		cmocka_unit_test(equality),
		cmocka_unit_test(tables_read_and_name_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
