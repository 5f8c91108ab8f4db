/* io/env.h: reading, a test's environment, and forgetting. */
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/env.h"

static void a_fixed_environment_has_what_it_was_given(void **state)
{
	const char *const pairs[] = {"A", "1", "EMPTY", "", "B", "two", NULL};
	struct sg_arena arena = {.head = NULL};
	const struct sg_env *env = sg_env_fixed(&arena, pairs);

	(void)state;
	assert_string_equal(env->get(env, "A"), "1");
	assert_string_equal(env->get(env, "B"), "two");
	assert_string_equal(env->get(env, "EMPTY"), "");
	assert_null(env->get(env, "1"));
	assert_null(env->get(env, "PATH"));
	assert_null(sg_env_nonempty(env, "EMPTY"));
	assert_null(sg_env_nonempty(env, "C"));
	assert_string_equal(sg_env_nonempty(env, "A"), "1");
	sg_arena_release(&arena);
}

static void what_is_forgotten_is_gone(void **state)
{
	const struct sg_env *env = sg_env_real();
	const char *value;

	(void)state;
	assert_int_equal(setenv("STAGEGATE_T_ENV", "s3cret", 1), 0);
	value = env->get(env, "STAGEGATE_T_ENV");
	assert_string_equal(value, "s3cret");
	sg_env_forget("STAGEGATE_T_ENV");
	assert_null(env->get(env, "STAGEGATE_T_ENV"));
	/* the bytes themselves, which /proc/self/environ would go on showing */
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(value[i], 0);
	sg_env_forget("STAGEGATE_T_ENV");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fixed_environment_has_what_it_was_given),
		cmocka_unit_test(what_is_forgotten_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
