#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "step/world.h"

static void trouble_passes_or_lasts_by_its_nature(void **state)
{
	static const struct {
		enum sg_reason reason;
		bool transient, passes;
	} rows[] = {
		{SG_R_REMOTE_FAILED, true, true},
		{SG_R_UNREACHABLE, true, true},
		{SG_R_REMOTE_TIMEOUT, true, true},
		{SG_R_THROTTLED, false, true},
		{SG_R_TIMEOUT, false, true},
		{SG_R_REMOTE_FAILED, false, false},
		{SG_R_FORBIDDEN, false, false},
		{SG_R_NOT_FOUND, false, false},
		{SG_R_ANSWER_INVALID, false, false},
		{SG_R_TLS_FAILED, false, false},
		{SG_R_AUTH_FAILED, false, false},
	};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_world world = {.arena = &arena};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_err why = SG_ERR_INIT, err = SG_ERR_INIT;
		struct sg_trouble trouble = {0};

		(void)sg_fail(&why, rows[i].reason, "cause %zu", i);
		if (rows[i].transient)
			(void)sg_transient(&why);
		assert_int_equal(sg_world_trouble(&world, &why, &trouble, &err), 0);
		assert_string_equal(trouble.words, why.cause);
		assert_ptr_not_equal(trouble.words, why.cause);
		if (trouble.passes != rows[i].passes)
			fail_msg("%s passes: %d", sg_reason_name(rows[i].reason), trouble.passes);
	}
}

static void a_signal_is_no_trouble_but_the_end(void **state)
{
	const struct sg_world world = {0};
	struct sg_err why = SG_ERR_INIT, err = SG_ERR_INIT;
	struct sg_trouble trouble = {0};

	(void)state;
	(void)sg_fail(&why, SG_R_CANCELLED, "a signal");
	assert_int_equal(sg_world_trouble(&world, &why, &trouble, &err), -1);
	assert_int_equal(err.reason, SG_R_CANCELLED);
	assert_null(trouble.words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trouble_passes_or_lasts_by_its_nature),
		cmocka_unit_test(a_signal_is_no_trouble_but_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
