/* The real world in, the exit status out. */
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd/run.h"
#include "io/harden.h"
#include "io/signal.h"
#include "io/std.h"

static int to_stdout(void *arg, const char *bytes, size_t len)
{
	(void)arg;
	return sg_std_write(STDOUT_FILENO, bytes, len);
}

static void to_stderr(void *arg, const char *line, size_t len)
{
	(void)arg;
	/* A log that cannot be written is no reason to fail a deployment. */
	(void)sg_std_write(STDERR_FILENO, line, len);
}

static int columns(void *arg)
{
	struct winsize size;

	(void)arg;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int main(int argc, char **argv)
{
	const struct sg_runtime runtime = {
		.env = sg_env_real(),
		.clock = sg_clock_real(),
		.out = to_stdout,
		.log = to_stderr,
		.out_is_terminal = isatty(STDOUT_FILENO) == 1,
		.log_is_terminal = isatty(STDERR_FILENO) == 1,
		.columns = columns,
	};

	sg_std_open();
	sg_harden_process();
	sg_signal_install();
	return sg_run(&runtime, argc - 1, (const char *const *)argv + 1);
}
