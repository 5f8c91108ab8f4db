#include "io/signal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"

/* Handlers have no argument of ours: the only writable globals below main. */
static volatile sig_atomic_t seen_signal;
static volatile sig_atomic_t seen_count;
static int wake_pipe[2] = {-1, -1};

/* Who asks three times does not want to wait for an orderly end. */
#define PATIENCE 3

static void on_signal(int signo)
{
	int saved = errno;
	ssize_t written;

	if (!seen_signal)
		seen_signal = signo;
	if (++seen_count >= PATIENCE)
		_exit(128 + signo);
	written = write(wake_pipe[1], "", 1);
	(void)written;
	errno = saved;
}

static void open_pipe(void)
{
	if (wake_pipe[0] >= 0)
		return;
	if (pipe(wake_pipe) < 0)
		sg_bug(__FILE__, __LINE__, "no pipe for signals");
	for (int i = 0; i < 2; i++) {
		(void)fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
		(void)fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
	}
}

void sg_signal_install(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	open_pipe();
	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&ignore.sa_mask);
	for (size_t i = 0; i < SG_COUNT(signals); i++) {
		struct sigaction old;

		/* nohup and background jobs of a shell are told not to listen */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &action, NULL);
	}
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL);
}

int sg_signal_seen(void)
{
	return seen_signal;
}

int sg_signal_fd(void)
{
	return wake_pipe[0];
}
