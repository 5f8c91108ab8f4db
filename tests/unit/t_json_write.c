#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "io/json_write.h"

static void write_all(bool indent, struct sg_buf *out)
{
	struct sg_json_out json;

	sg_buf_init(out, 4096);
	sg_json_out_init(&json, out, indent);
	sg_json_open_object(&json, NULL);
	sg_json_put_str(&json, "s", "a\"b\n");
	sg_json_put_str(&json, "none", NULL);
	sg_json_put_strn(&json, "n", (struct sg_str){"x\0y", 3});
	sg_json_put_i64(&json, "min", INT64_MIN);
	sg_json_put_bool(&json, "\"key\"", true);
	sg_json_open_array(&json, "list");
	sg_json_put_i64(&json, NULL, 1);
	sg_json_open_object(&json, NULL);
	sg_json_close_object(&json);
	sg_json_open_array(&json, NULL);
	sg_json_put_bool(&json, NULL, false);
	sg_json_put_null(&json, NULL);
	sg_json_close_array(&json);
	sg_json_close_array(&json);
	sg_json_open_array(&json, "empty");
	sg_json_close_array(&json);
	sg_json_close_object(&json);
}

static void compact(void **state)
{
	struct sg_buf out;

	(void)state;
	write_all(false, &out);
	assert_string_equal(out.ptr,
		"{\"s\":\"a\\\"b\\n\",\"none\":null,\"n\":\"x\\u0000y\",\"min\":-"
		"9223372036854775808,"
		"\"\\\"key\\\"\":true,\"list\":[1,{},[false,null]],\"empty\":[]}");
	sg_buf_release(&out);
}

static void indented(void **state)
{
	struct sg_buf out;

	(void)state;
	write_all(true, &out);
	assert_string_equal(out.ptr, "{\n"
				     "  \"s\": \"a\\\"b\\n\",\n"
				     "  \"none\": null,\n"
				     "  \"n\": \"x\\u0000y\",\n"
				     "  \"min\": -9223372036854775808,\n"
				     "  \"\\\"key\\\"\": true,\n"
				     "  \"list\": [\n"
				     "    1,\n"
				     "    {},\n"
				     "    [\n"
				     "      false,\n"
				     "      null\n"
				     "    ]\n"
				     "  ],\n"
				     "  \"empty\": []\n"
				     "}\n");
	sg_buf_release(&out);
}

static void lone_value(void **state)
{
	struct sg_buf out;
	struct sg_json_out json;

	(void)state;
	sg_buf_init(&out, 64);
	sg_json_out_init(&json, &out, false);
	sg_json_put_str(&json, NULL, "");
	assert_string_equal(out.ptr, "\"\"");
	sg_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compact),
		cmocka_unit_test(indented),
		cmocka_unit_test(lone_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
