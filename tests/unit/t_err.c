/* base/err.h and base/reason.h: errors as values, and a total table of exit codes. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void an_error_says_why_where_and_what_to_do(void **state)
{
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	assert_int_equal(sg_fail(&err, SG_R_BRANCH_MOVED, "moved %d times", 3), -1);
	assert_int_equal(sg_wrap(&err, "fetch %s", "develop"), -1);
	assert_int_equal(sg_wrap(&err, "bump"), -1);
	assert_int_equal(sg_hint(&err, "try %s", "again"), -1);
	assert_int_equal(sg_transient(&err), -1);
	assert_int_equal(err.reason, SG_R_BRANCH_MOVED);
	assert_string_equal(err.cause, "moved 3 times");
	assert_string_equal(err.where, "bump: fetch develop");
	assert_string_equal(err.hint, "try again");
	assert_true(err.transient);
	assert_int_equal(sg_err_exit(&err), 6);
}

static void a_new_error_starts_afresh(void **state)
{
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	(void)sg_fail(&err, SG_R_UNREACHABLE, "first");
	(void)sg_wrap(&err, "where");
	(void)sg_hint(&err, "hint");
	(void)sg_transient(&err);
	err.http_status = 503;
	(void)sg_fail(&err, SG_R_FORBIDDEN, "second");
	assert_string_equal(err.cause, "second");
	assert_string_equal(err.where, "");
	assert_string_equal(err.hint, "");
	assert_false(err.transient);
	assert_int_equal(err.http_status, 0);
}

static void an_error_may_be_made_of_itself(void **state)
{
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	(void)sg_fail(&err, SG_R_UNREACHABLE, "inner");
	(void)sg_wrap(&err, "w");
	(void)sg_fail(&err, SG_R_OUTCOME_UNKNOWN, "outer: %s (%s)", err.cause, err.where);
	assert_string_equal(err.cause, "outer: inner (w)");
	(void)sg_wrap(&err, "x");
	(void)sg_wrap(&err, "[%s]", err.where);
	assert_string_equal(err.where, "[x]: x");
	(void)sg_hint(&err, "a");
	(void)sg_hint(&err, "%s, %s", err.hint, err.cause);
	assert_string_equal(err.hint, "a, outer: inner (w)");
}

static void long_texts_are_cut_and_say_so(void **state)
{
	struct sg_err err = SG_ERR_INIT;
	char big[2000];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	(void)sg_fail(&err, SG_R_USAGE, "%s", big);
	assert_int_equal(strlen(err.cause), sizeof(err.cause) - 1);
	assert_string_equal(err.cause + sizeof(err.cause) - 4, "...");
	(void)sg_wrap(&err, "inner");
	(void)sg_wrap(&err, "%s", big);
	assert_int_equal(strlen(err.where), sizeof(err.where) - 1);
	for (int i = 0; i < 100; i++)
		(void)sg_wrap(&err, "level %d", i);
	assert_true(strlen(err.where) < sizeof(err.where));
	assert_memory_equal(err.where, "level 99: level 98: ", 20);
	(void)sg_hint(&err, "%s", big);
	assert_int_equal(strlen(err.hint), sizeof(err.hint) - 1);
}

static void every_reason_has_an_exit_code(void **state)
{
	(void)state;
	for (int i = 0; i < sg_reason_count(); i++) {
		enum sg_reason reason = (enum sg_reason)i;
		int code = sg_reason_exit(reason);

		assert_true(sg_reason_name(reason)[0] >= 'A' && sg_reason_name(reason)[0] <= 'Z');
		assert_true(strlen(sg_reason_text(reason)) > 3);
		assert_true((code == 0) == (reason == SG_R_OK));
		assert_true(code <= 11 || code == 70 || code == 75 || code == 128);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
				sg_reason_name(reason), sg_reason_name((enum sg_reason)j));
	}
	assert_string_equal(sg_reason_name(SG_R_BRANCH_MOVED), "BRANCH_MOVED");
}

static void a_signal_adds_its_number(void **state)
{
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	(void)sg_fail(&err, SG_R_CANCELLED, "ended");
	err.signo = SIGTERM;
	assert_int_equal(sg_err_exit(&err), 143);
}

static void a_bug_is_one_line_and_exit_70(void **state)
{
	char text[200] = "";
	int fds[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		(void)dup2(fds[1], STDERR_FILENO);
		SG_ASSERT(1 + 1 == 2);
		SG_ASSERT(1 + 1 == 3);
		_exit(0);
	}
	(void)close(fds[1]);
	assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
	(void)close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 70);
	assert_non_null(strstr(text, "stagegate: bug: "));
	assert_non_null(strstr(text, "1 + 1 == 3"));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_says_why_where_and_what_to_do),
		cmocka_unit_test(a_new_error_starts_afresh),
		cmocka_unit_test(an_error_may_be_made_of_itself),
		cmocka_unit_test(long_texts_are_cut_and_say_so),
		cmocka_unit_test(every_reason_has_an_exit_code),
		cmocka_unit_test(a_signal_adds_its_number),
		cmocka_unit_test(a_bug_is_one_line_and_exit_70),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
