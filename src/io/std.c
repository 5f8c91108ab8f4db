#include "io/std.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "io/signal.h"

#define PATIENCE_MS 1000

void sg_std_open(void)
{
	int fd;

	/* The lowest free number is taken each time. Read only: a write fails as before. */
	do
		fd = open("/dev/null", O_RDONLY | O_NOCTTY);
	while (fd >= 0 && fd < 3);
	if (fd >= 3)
		(void)close(fd);
}

/* False when the time for it is over. */
static int wait_until_writable(int fd)
{
	struct pollfd fds[] = {
		{.fd = fd, .events = POLLOUT}, {.fd = sg_signal_fd(), .events = POLLIN}};
	int ready;

	do
		ready = poll(fds, 2, -1);
	while (ready < 0 && errno == EINTR && !sg_signal_seen());
	if (fds[0].revents || ready < 0)
		return ready >= 0;
	return poll(fds, 1, PATIENCE_MS) > 0;
}

int sg_std_write(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n;

		if (!wait_until_writable(fd))
			return -1;
		/* So much a pipe takes at once when it is writable. */
		n = write(fd, bytes, len < PIPE_BUF ? len : PIPE_BUF);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}
