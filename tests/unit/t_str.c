/* base/str.h: views of bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/str.h"

static const struct sg_str none = {NULL, 0};

static void comparing(void **state)
{
	(void)state;
	assert_true(sg_str_eq(SG_STR("ab"), sg_str_of("ab")));
	assert_false(sg_str_eq(SG_STR("ab"), SG_STR("abc")));
	assert_false(sg_str_eq(SG_STR("ab"), SG_STR("aB")));
	assert_true(sg_str_eq(SG_STR("a\0b"), ((struct sg_str){"a\0b", 3})));
	assert_true(sg_str_eq(none, SG_STR("")));
	assert_true(sg_str_is(SG_STR("ab"), "ab"));
	assert_true(sg_str_is(none, ""));
	assert_true(sg_str_ieq(SG_STR("aZ-9"), SG_STR("Az-9")));
	assert_false(sg_str_ieq(SG_STR("[a"), SG_STR("{a")));
	assert_false(sg_str_ieq(SG_STR("a"), SG_STR("ab")));
	assert_true(sg_str_ieq(none, none));
	assert_true(sg_str_same("a", (char[]){"a"}));
	assert_true(sg_str_same(NULL, NULL));
	assert_false(sg_str_same("a", "A"));
	assert_false(sg_str_same(NULL, ""));
	assert_false(sg_str_same("", NULL));
	assert_int_equal(sg_str_of(NULL).len, 0);
}

static void starts_and_ends(void **state)
{
	(void)state;
	assert_true(sg_str_starts(SG_STR("refs/heads/x"), "refs/"));
	assert_false(sg_str_starts(SG_STR("ref"), "refs/"));
	assert_true(sg_str_starts(none, ""));
	assert_false(sg_str_starts(none, "a"));
	assert_true(sg_str_ends(SG_STR("x.yaml"), ".yaml"));
	assert_false(sg_str_ends(SG_STR("yaml"), ".yaml"));
	assert_true(sg_str_ends(none, ""));
}

static void parts(void **state)
{
	(void)state;
	assert_true(sg_str_is(sg_str_sub(SG_STR("abcdef"), 2, 4), "cd"));
	assert_true(sg_str_is(sg_str_sub(SG_STR("abcdef"), 2, 99), "cdef"));
	assert_true(sg_str_is(sg_str_sub(SG_STR("abcdef"), 5, 2), ""));
	assert_true(sg_str_is(sg_str_sub(none, 0, 5), ""));
	assert_true(sg_str_is(sg_str_trim(SG_STR(" \t a b \r\n")), "a b"));
	assert_true(sg_str_is(sg_str_trim(SG_STR(" \n ")), ""));
	assert_true(sg_str_is(sg_str_trim(none), ""));
}

static void searching(void **state)
{
	(void)state;
	assert_int_equal(sg_str_find(SG_STR("a:b:c"), ':'), 1);
	assert_int_equal(sg_str_find(SG_STR("abc"), ':'), -1);
	assert_int_equal(sg_str_find(none, ':'), -1);
	assert_int_equal(sg_str_search(SG_STR("aaab"), "aab"), 1);
	assert_int_equal(sg_str_search(SG_STR("ab"), "abc"), -1);
	assert_int_equal(sg_str_search(SG_STR("abc"), "abc"), 0);
	assert_int_equal(sg_str_search(SG_STR("abc"), ""), 0);
	assert_int_equal(sg_str_search(none, ""), 0);
	assert_int_equal(sg_str_search(none, "a"), -1);
	assert_int_equal(sg_str_search(((struct sg_str){"a\0bc", 4}), "bc"), 2);
}

static void cuts(const char *text, const char *const *expected, size_t count)
{
	struct sg_str rest = sg_str_of(text), part;

	for (size_t i = 0; i < count; i++) {
		assert_true(sg_str_cut(&rest, ',', &part));
		assert_true(sg_str_is(part, expected[i]));
	}
	assert_false(sg_str_cut(&rest, ',', &part));
	assert_false(sg_str_cut(&rest, ',', &part));
}

static void cutting(void **state)
{
	(void)state;
	cuts("a,b,c", (const char *const[]){"a", "b", "c"}, 3);
	cuts("a", (const char *const[]){"a"}, 1);
	cuts("", (const char *const[]){""}, 1);
	cuts(",", (const char *const[]){"", ""}, 2);
	cuts("a,", (const char *const[]){"a", ""}, 2);
	cuts(",,a", (const char *const[]){"", "", "a"}, 3);
}

static void object_ids(void **state)
{
	(void)state;
	assert_true(sg_str_is_digits(SG_STR("0123456789")) && sg_str_is_digits(SG_STR("7")));
	assert_false(sg_str_is_digits(none) || sg_str_is_digits(SG_STR("")));
	assert_false(sg_str_is_digits(SG_STR("1.2")) || sg_str_is_digits(SG_STR("12a")));
	assert_false(sg_str_is_digits(SG_STR("-1")) || sg_str_is_digits(SG_STR("1\0")));
	assert_true(sg_str_is_hex(SG_STR("0123456789abcdef")) && sg_str_is_hex(none));
	assert_false(sg_str_is_hex(SG_STR("0A")) || sg_str_is_hex(SG_STR("g")));
	assert_true(sg_str_is_oid(SG_STR("0123456789abcdef0123456789abcdef01234567")));
	assert_true(sg_str_is_oid(
		SG_STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")));
	assert_false(sg_str_is_oid(SG_STR("0123456789abcdef0123456789abcdef0123456")));
	assert_false(sg_str_is_oid(SG_STR("0123456789ABCDEF0123456789abcdef01234567")));
	assert_false(sg_str_is_oid(SG_STR("0123456789abcdeg0123456789abcdef01234567")));
	assert_false(sg_str_is_oid(none));
}

static void nearest_is(const char *wanted, const char *expected)
{
	static const char *const names[] = {"dev", "staging", "production", "catalog", "cart"};
	const char *got = sg_str_nearest(wanted, names, SG_COUNT(names));

	if (!expected && got)
		fail_msg("%s: %s instead of nothing", wanted, got);
	if (expected && (!got || strcmp(got, expected) != 0))
		fail_msg("%s: %s instead of %s", wanted, got ? got : "nothing", expected);
}

static void the_nearest_name(void **state)
{
	char very_long[200];

	(void)state;
	nearest_is("dev", "dev");
	nearest_is("DEV", "dev");
	nearest_is("dve", "dev");  /* swapped */
	nearest_is("dv", "dev");   /* missing */
	nearest_is("devv", "dev"); /* too many */
	nearest_is("stagign", "staging");
	nearest_is("produktion", "production");
	nearest_is("catalogue", "catalog");
	nearest_is("crat", "cart");
	nearest_is("xyz", NULL);
	nearest_is("d", NULL);
	nearest_is("", NULL);
	nearest_is("dxx", NULL);
	nearest_is("frontend", NULL);
	memset(very_long, 'a', sizeof(very_long) - 1);
	very_long[sizeof(very_long) - 1] = '\0';
	nearest_is(very_long, NULL);
	assert_null(sg_str_nearest("dev", NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparing),
		cmocka_unit_test(starts_and_ends),
		cmocka_unit_test(parts),
		cmocka_unit_test(searching),
		cmocka_unit_test(cutting),
		cmocka_unit_test(object_ids),
		cmocka_unit_test(the_nearest_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
