#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report/progress.h"

static bool see(struct sg_progress *progress, const char *code, const char *sentence)
{
	const struct sg_progress_look look = {
		.now_ms = 5, .what = "catalog-dev", .code = code, .sentence = sentence};

	return sg_progress_see(progress, &look);
}

static void only_what_differs_is_news(void **state)
{
	struct sg_progress progress;

	(void)state;
	sg_progress_init(&progress, 1000);
	assert_true(see(&progress, NULL, NULL));
	assert_false(see(&progress, "", ""));
	assert_true(see(&progress, "OLDER_REVISION", ""));
	assert_true(see(&progress, "OLDER_REVISION", "still at 1a2b"));
	assert_false(see(&progress, "OLDER_REVISION", "still at 1a2b"));
	assert_true(see(&progress, "SYNC_RUNNING", "still at 1a2b"));
	assert_string_equal(progress.what, "catalog-dev");
	assert_int_equal(sg_progress_due_ms(&progress), 61000);
}

static void long_texts_are_cut_at_characters(void **state)
{
	static char text[5000];
	struct sg_progress progress;

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xC3\xA4", 2);
	sg_progress_init(&progress, 0);
	assert_true(see(&progress, "X", text));
	assert_int_equal(strlen(progress.sentence), 1022);
	assert_false(see(&progress, "X", text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_differs_is_news),
		cmocka_unit_test(long_texts_are_cut_at_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
