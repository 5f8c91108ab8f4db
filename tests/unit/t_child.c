/* io/child.h and io/env.h's block: what a child is given, what comes back, and that none is left.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/num.h"
#include "io/child.h"
#include "io/http_curl.h"

static struct sg_http *http;
static struct sg_buf out;
static struct sg_err err;
static int status;

static int setup(void **state)
{
	const struct sg_http_curl_opts opts = {.clock = sg_clock_real()};

	(void)state;
	sg_buf_init(&out, 64 * 1024);
	err = (struct sg_err)SG_ERR_INIT;
	status = -1;
	return sg_http_curl_new(&opts, &http, &err);
}

static int teardown(void **state)
{
	(void)state;
	sg_buf_release(&out);
	sg_http_curl_free(http);
	return 0;
}

static int run_for(int64_t ms, const char *script, const char *const *environment)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	const struct sg_child child = {.argv = argv,
		.environment = environment,
		.until_ms = sg_loop_after(http->loop, ms)};

	return sg_child_run(http->loop, &child, &out, &status, &err);
}

static int run(const char *script)
{
	return run_for(60000, script, NULL);
}

static void its_words_and_its_status_come_back(void **state)
{
	(void)state;
	assert_int_equal(run("printf one; printf two; exit 3"), 0);
	assert_string_equal(out.ptr, "onetwo");
	assert_int_equal(status, 3);
	assert_int_equal(run("kill -TERM $$"), 0);
	assert_int_equal(status, 128 + SIGTERM);
}

static void it_has_no_stdin(void **state)
{
	(void)state;
	assert_int_equal(run("read line || printf nothing"), 0);
	assert_string_equal(out.ptr, "nothing");
}

static void its_environment_is_ours_with_more_over_it(void **state)
{
	static const char *const over[] = {"STAGEGATE_T_A=new", "STAGEGATE_T_C=c=d", NULL};

	(void)state;
	assert_int_equal(setenv("STAGEGATE_T_A", "old", 1), 0);
	assert_int_equal(setenv("STAGEGATE_T_AB", "kept", 1), 0);
	assert_int_equal(run_for(60000, "env | grep STAGEGATE_T_ | sort | tr '\n' ' '", over), 0);
	assert_string_equal(out.ptr, "STAGEGATE_T_A=new STAGEGATE_T_AB=kept STAGEGATE_T_C=c=d ");
}

static void a_missing_program_is_named(void **state)
{
	const char *const argv[] = {"no-such-program-anywhere", NULL};
	const struct sg_child child = {.argv = argv, .until_ms = SG_NEVER};

	(void)state;
	assert_int_equal(sg_child_run(http->loop, &child, &out, &status, &err), -1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
	assert_string_equal(
		err.cause, "no-such-program-anywhere cannot be run: No such file or directory");
}

static void too_many_words_end_it(void **state)
{
	(void)state;
	assert_int_equal(run("yes"), -1);
	assert_int_equal(err.reason, SG_R_TOO_LARGE);
}

/* It and what it has started: neither is there any more. */
static void it_ends_with_its_time(void **state)
{
	struct sg_str rest, first;
	uint64_t pid;

	(void)state;
	assert_int_equal(run_for(200, "sleep 1000 & echo $!; echo $$; wait", NULL), -1);
	assert_int_equal(err.reason, SG_R_TIMEOUT);
	rest = sg_str_trim(sg_buf_str(&out));
	assert_true(sg_str_cut(&rest, '\n', &first));
	assert_true(sg_num_u64(rest, &pid));
	assert_int_equal(kill((pid_t)pid, 0), -1);
	assert_true(sg_num_u64(first, &pid));
	/* somebody else reaps it; it may be seen as a dead one until then */
	(void)kill((pid_t)pid, 0);
}

/* It has closed its stdout and goes on: that is no end. */
static void a_closed_stdout_is_not_its_end(void **state)
{
	(void)state;
	assert_int_equal(
		run("exec >&-; i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; exit 7"), 0);
	assert_int_equal(status, 7);
	assert_int_equal(run_for(200, "exec >&-; sleep 1000", NULL), -1);
	assert_int_equal(err.reason, SG_R_TIMEOUT);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(its_words_and_its_status_come_back),
		T(it_has_no_stdin),
		T(its_environment_is_ours_with_more_over_it),
		T(a_missing_program_is_named),
		T(too_many_words_end_it),
		T(it_ends_with_its_time),
		T(a_closed_stdout_is_not_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
