/* io/json_peek.h: one string out of a JSON text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "io/json_peek.h"

#define OBJECT                                                                                     \
	"{ \"apiVersion\":\"v1\", \"list\":[1,{\"name\":\"x\"},\"]}\"],\"metadata\" : {\n"         \
	"\"annotations\":{\"name\":\"no\",\"q\":\"\\\"name\\\":\\\\\"},\"name\":\"web\" "          \
	"},\"n\":1}"

static void what_is_plainly_there(void **state)
{
	struct sg_str value;

	(void)state;
	assert_true(sg_json_peek(SG_STR(OBJECT), "metadata.name", &value));
	assert_true(sg_str_is(value, "web"));
	assert_true(sg_json_peek(SG_STR(OBJECT), "apiVersion", &value));
	assert_true(sg_str_is(value, "v1"));
	assert_true(sg_json_peek(SG_STR("{\"a\":\"\"}"), "a", &value));
	assert_int_equal(value.len, 0);
}

static void what_only_a_parser_can_tell(void **state)
{
	static const struct {
		const char *text, *path;
	} rows[] = {
		{OBJECT, "metadata.uid"},
		{OBJECT, "metadata"},
		{OBJECT, "n"},
		{OBJECT, "list"},
		{OBJECT, "apiVersion.name"},
		{"", "a"},
		{"{}", "a"},
		{"[]", "a"},
		{"null", "a"},
		{"{\"a\":\"b\\u0041\"}", "a"},
		{"{\"\\u0061\":\"b\"}", "a"},
		{"{\"a\":\"b", "a"},
		{"{\"b\":\"\\", "a"},
		{"{\"b\":{]", "a"},
		{"{\"b\" 1,\"a\":\"x\"}", "a"},
		{"{\"b\":1 \"a\":\"x\"", "a"},
	};
	struct sg_str value;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		assert_false(sg_json_peek(sg_str_of(rows[i].text), rows[i].path, &value));
	for (size_t len = 0; len < strlen(OBJECT); len++) {
		struct sg_str cut = {OBJECT, len};

		if (sg_json_peek(cut, "metadata.name", &value))
			assert_true(sg_str_is(value, "web"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_plainly_there),
		cmocka_unit_test(what_only_a_parser_can_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
