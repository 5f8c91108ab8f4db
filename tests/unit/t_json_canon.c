#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "io/json_canon.h"

static void assert_canon(const char *text, const char *expected)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc = NULL;
	struct sg_buf out;

	if (sg_json_parse(sg_str_of(text), &doc, &err) < 0)
		fail_msg("%s", err.cause);
	sg_buf_init(&out, 4096);
	sg_json_canon(doc, "raw", &out);
	assert_string_equal(out.ptr, expected);
	sg_buf_release(&out);
	sg_json_free(doc);
}

static void empty_members_are_left_out(void **state)
{
	(void)state;
	assert_canon("{\"b\":1,\"a\":\"x\"}", "{\"a\":\"x\",\"b\":1}");
	assert_canon("{\"a\":null,\"b\":\"\",\"c\":false,\"d\":[],\"e\":{},\"f\":0}", "{\"f\":0}");
	assert_canon("{\"a\":{\"b\":{\"c\":false}},\"d\":true}", "{\"d\":true}");
	assert_canon("{\"a\":[{\"v\":\"\",\"n\":\"x\"},{}]}", "{\"a\":[{\"n\":\"x\"},null]}");
	assert_canon("{\"a\":[\"\",\"x\"]}", "{\"a\":[null,\"x\"]}");
	assert_canon("{}", "");
	assert_canon("[]", "");
	assert_canon("null", "");
	assert_canon("\"\"", "");
}

static void verbatim_members_keep_all(void **state)
{
	(void)state;
	assert_canon("{\"raw\":{\"z\":null,\"a\":[],\"b\":{\"d\":false,\"c\":\"\"}}}",
		"{\"raw\":{\"a\":[],\"b\":{\"c\":\"\",\"d\":false},\"z\":null}}");
	assert_canon("{\"raw\":{},\"x\":1}", "{\"x\":1}");
	assert_canon("{\"raw\":{\"x\":1},\"y\":{\"raw\":{\"n\":null}}}",
		"{\"raw\":{\"x\":1},\"y\":{\"raw\":{\"n\":null}}}");
}

static void nothing_gives_nothing(void **state)
{
	struct sg_buf out;

	(void)state;
	sg_buf_init(&out, 16);
	sg_json_canon(NULL, NULL, &out);
	assert_int_equal(out.len, 0);
	sg_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_members_are_left_out),
		cmocka_unit_test(verbatim_members_keep_all),
		cmocka_unit_test(nothing_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
