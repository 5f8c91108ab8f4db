#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report/progress.h"

/* One look; what is said, or "" for silence. */
static const char *look(struct sg_progress *progress, int64_t now_ms, const char *code,
	const char *sentence, struct sg_buf *line)
{
	const struct sg_progress_look at = {
		.now_ms = now_ms,
		.deadline_ms = 20 * 60 * 1000,
		.next_look_ms = now_ms + 15000,
		.what = "application catalog-dev",
		.code = code,
		.sentence = sentence,
	};

	bool said;

	sg_buf_reset(line);
	said = sg_progress_next(progress, &at, NULL, line);
	assert_int_equal(said, line->len > 0);
	return line->ptr;
}

static void job_log_says_changes_and_a_heartbeat(void **state)
{
	struct sg_progress progress;
	struct sg_buf line;

	(void)state;
	sg_buf_init(&line, 4096);
	sg_progress_init(&progress, /* live= */ false, 1000);
	assert_string_equal(look(&progress, 1000, "OLDER_REVISION", "still at 1a2b", &line),
		"application catalog-dev: OLDER_REVISION: still at 1a2b (after 0s, 19m 59s left)");
	assert_string_equal(look(&progress, 16000, "OLDER_REVISION", "still at 1a2b", &line), "");
	assert_string_equal(look(&progress, 31000, "SYNC_RUNNING", "still at 1a2b", &line),
		"application catalog-dev: SYNC_RUNNING: still at 1a2b (after 30s, 19m 29s left)");
	assert_string_equal(look(&progress, 46000, "SYNC_RUNNING", "applying", &line),
		"application catalog-dev: SYNC_RUNNING: applying (after 45s, 19m 14s left)");
	assert_string_equal(look(&progress, 105999, "SYNC_RUNNING", "applying", &line), "");
	assert_string_equal(look(&progress, 106000, "SYNC_RUNNING", "applying", &line),
		"application catalog-dev: SYNC_RUNNING: applying (after 1m 45s, 18m 14s left)");
	assert_string_equal(look(&progress, 2000000, NULL, NULL, &line),
		"application catalog-dev: -: - (after 33m 19s, 0s left)");
	sg_buf_release(&line);
}

static void terminal_renews_one_short_line(void **state)
{
	struct sg_progress progress;
	struct sg_buf line;
	char text[3000];

	(void)state;
	sg_buf_init(&line, 4096);
	sg_progress_init(&progress, /* live= */ true, 0);
	assert_string_equal(look(&progress, 0, "PROGRESSING", "1 of 2", &line),
		"application catalog-dev: PROGRESSING: 1 of 2 (after 0s, 20m left, next look in "
		"15s)");
	assert_string_equal(look(&progress, 1000, "PROGRESSING", "1 of 2", &line),
		"application catalog-dev: PROGRESSING: 1 of 2 (after 1s, 19m 59s left, next look "
		"in "
		"15s)");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)look(&progress, 2000, "PROGRESSING", text, &line);
	assert_true(line.len <= 118);
	assert_non_null(strstr(line.ptr, "x... (after 2s, "));
	sg_buf_release(&line);
}

static void untrusted_text_is_inert(void **state)
{
	struct sg_redactor *redactor = sg_redactor_new();
	const struct sg_progress_look at = {.what = "a\nb",
		.code = "\x1b[2J",
		.sentence = "the-secret \r\xE2\x80\xAE glpat-aaaaaaaaaa"};
	struct sg_progress progress;
	struct sg_buf line;

	(void)state;
	sg_redactor_learn(redactor, SG_STR("the-secret"));
	sg_buf_init(&line, 4096);
	sg_progress_init(&progress, false, 0);
	assert_true(sg_progress_next(&progress, &at, redactor, &line));
	assert_string_equal(line.ptr,
		"a b: \\x1b[2J: [MASKED] \\x0d\\xe2\\x80\\xae [MASKED] (after "
		"0s, 0s left)");
	sg_buf_release(&line);
	sg_redactor_free(redactor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(job_log_says_changes_and_a_heartbeat),
		cmocka_unit_test(terminal_renews_one_short_line),
		cmocka_unit_test(untrusted_text_is_inert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
