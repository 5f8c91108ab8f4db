/* Names are found again, whatever they have in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/names.h"

static void nothing_is_there(void **state)
{
	const struct sg_names names = {0};

	(void)state;
	assert_null(sg_names_get(&names, ""));
	assert_null(sg_names_get(&names, "a"));
}

/* Beginnings of each other, the empty one, bytes above 127. */
static void names_that_are_near(void **state)
{
	static const char *const all[] = {"", "a", "aa", "aaa", "ab", "b", "\x01", "\xff",
		"\xff\xff", "apps/web/values.yaml", "apps/web/values.yml", "apps/web", "apps/we",
		"apps/web/"};
	static const char *const none[] = {
		"aaaa", "ac", "apps", "\xfe", "\x02", "apps/web/values", "apps/web/values.yamll"};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_names names = {0};
	char copy[32];

	(void)state;
	for (size_t i = 0; i < SG_COUNT(all); i++) {
		assert_null(sg_names_get(&names, all[i]));
		strcpy(copy, all[i]); /* it is kept, not looked at again */
		sg_names_put(&arena, &names, copy, (void *)(uintptr_t)&all[i]);
		memset(copy, 'x', sizeof(copy) - 1);
		assert_int_equal(names.count, i + 1);
	}
	for (size_t i = 0; i < SG_COUNT(all); i++)
		assert_ptr_equal(sg_names_get(&names, all[i]), &all[i]);
	for (size_t i = 0; i < SG_COUNT(none); i++)
		assert_null(sg_names_get(&names, none[i]));
}

static void in_any_order(void **state)
{
	enum { MANY = 5000 };
	static int values[MANY];
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_names names = {0};

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		unsigned n = i * 2654435761u % MANY;
		const char *name = sg_arena_printf(&arena, "apps/s%u/values.yaml", n);

		if (!sg_names_get(&names, name))
			sg_names_put(&arena, &names, name, &values[n]);
	}
	for (int i = 0; i < MANY; i++) {
		int *value =
			sg_names_get(&names, sg_arena_printf(&arena, "apps/s%d/values.yaml", i));

		if (value)
			assert_int_equal(value - values, i);
	}
	assert_true(names.count > MANY / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_there),
		cmocka_unit_test(names_that_are_near),
		cmocka_unit_test(in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
