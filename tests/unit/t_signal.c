/* io/signal.h and io/harden.h, each in a process of its own. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/harden.h"
#include "io/http_curl.h"
#include "io/signal.h"

/* The exit status of FN run in a child; 128 + n for a signal. */
static int in_child(int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(fn());
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int wakes_up(void)
{
	struct pollfd pfd;

	if (sg_signal_fd() != -1 || sg_signal_seen() != 0)
		return 1;
	sg_signal_install();
	pfd = (struct pollfd){.fd = sg_signal_fd(), .events = POLLIN};
	if (pfd.fd < 0 || poll(&pfd, 1, 0) != 0)
		return 2;
	(void)raise(SIGTERM);
	(void)raise(SIGINT);
	if (sg_signal_seen() != SIGTERM) /* the first one names the exit status */
		return 3;
	return poll(&pfd, 1, 0) == 1 ? 0 : 4;
}

static int ends_when_asked_three_times(void)
{
	sg_signal_install();
	(void)raise(SIGINT);
	(void)raise(SIGINT);
	(void)raise(SIGINT);
	return 0;
}

static int outlives_a_broken_pipe(void)
{
	int fds[2];

	sg_signal_install();
	if (pipe(fds) < 0 || close(fds[0]) < 0)
		return 1;
	return write(fds[1], "x", 1) == -1 ? 0 : 2;
}

static int leaves_ignored_signals_ignored(void)
{
	(void)signal(SIGHUP, SIG_IGN);
	sg_signal_install();
	(void)raise(SIGHUP);
	return sg_signal_seen();
}

static int ends_a_real_wait(void)
{
	struct sg_http_curl_opts opts = {.clock = sg_clock_real()};
	struct sg_http *http;
	struct sg_err err = SG_ERR_INIT;
	pid_t self = getpid();
	int64_t start;
	int rc;

	sg_signal_install();
	if (sg_http_curl_new(&opts, &http, &err) < 0)
		return 1;
	start = sg_loop_now_ms(http->loop);
	if (fork() == 0) {
		(void)poll(NULL, 0, 50);
		(void)kill(self, SIGTERM);
		_exit(0);
	}
	rc = sg_loop_delay(http->loop, start + 20000, &err);
	if (rc != -1 || err.reason != SG_R_CANCELLED || sg_loop_now_ms(http->loop) - start > 10000)
		return 2;
	sg_http_curl_free(http);
	return sg_err_exit(&err);
}

static int finishes_what_is_under_way(void)
{
	struct sg_http_curl_opts opts = {.clock = sg_clock_real()};
	struct sg_http *http;
	struct sg_err err = SG_ERR_INIT;
	int64_t start;

	sg_signal_install();
	if (sg_http_curl_new(&opts, &http, &err) < 0)
		return 1;
	start = sg_loop_now_ms(http->loop);
	http->loop->finish_ms = 100;
	(void)raise(SIGTERM);
	if (sg_loop_delay(http->loop, start + 40, &err) != 0)
		return 2;
	if (sg_loop_delay(http->loop, start + 20000, &err) != -1)
		return 3;
	if (sg_loop_now_ms(http->loop) - start < 100 || sg_loop_now_ms(http->loop) - start > 5000)
		return 4;
	http->loop->finish_ms = 0;
	if (sg_loop_wait(http->loop, SG_NEVER, &err) != -1)
		return 5;
	sg_http_curl_free(http);
	return sg_err_exit(&err);
}

static int is_hardened(void)
{
	struct rlimit limit;

	(void)setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
	sg_harden_process();
	if (prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) != 0)
		return 1;
	if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0)
		return 2;
	return getenv("SSLKEYLOGFILE") ? 3 : 0;
}

static void signals_are_seen(void **state)
{
	(void)state;
	assert_int_equal(in_child(wakes_up), 0);
	assert_int_equal(in_child(ends_when_asked_three_times), 128 + SIGINT);
	assert_int_equal(in_child(outlives_a_broken_pipe), 0);
	assert_int_equal(in_child(leaves_ignored_signals_ignored), 0);
}

static void a_signal_ends_the_wait(void **state)
{
	(void)state;
	assert_int_equal(in_child(ends_a_real_wait), 128 + SIGTERM);
	assert_int_equal(in_child(finishes_what_is_under_way), 128 + SIGTERM);
}

static void the_process_keeps_its_secrets(void **state)
{
	(void)state;
	assert_int_equal(in_child(is_hardened), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_are_seen),
		cmocka_unit_test(a_signal_ends_the_wait),
		cmocka_unit_test(the_process_keeps_its_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
