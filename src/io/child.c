#include "io/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "io/env.h"

#define READ_BYTES ((size_t)4096)
/* Between its last byte and its end. */
#define REAP_MS 5

struct run {
	struct sg_loop *loop;
	const struct sg_child *child;
	pid_t pid;
	int fd; /* its stdout; not blocking */
};

static int open_pipe(int ret_fds[2], struct sg_err *err)
{
	if (pipe(ret_fds) < 0)
		return sg_fail(err, SG_R_LOCAL_IO, "no pipe: %s", strerror(errno));
	for (int i = 0; i < 2; i++)
		(void)fcntl(ret_fds[i], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ret_fds[0], F_SETFL, O_NONBLOCK);
	return 0;
}

/* A group of its own, so that what it starts ends with it; signals as any program expects them. */
static void set_attributes(posix_spawnattr_t *attr)
{
	static const int signals[] = {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP};
	sigset_t usual;

	(void)sigemptyset(&usual);
	for (size_t i = 0; i < SG_COUNT(signals); i++)
		(void)sigaddset(&usual, signals[i]);
	(void)posix_spawnattr_init(attr);
	(void)posix_spawnattr_setsigdefault(attr, &usual);
	(void)posix_spawnattr_setpgroup(attr, 0);
	(void)posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(struct run *run, int write_end)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	char *const *argv = (char *const *)(uintptr_t)run->child->argv;
	char *const *block =
		(char *const *)(uintptr_t)sg_env_block(&arena, run->child->environment);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int code;

	set_attributes(&attr);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, write_end, STDOUT_FILENO);
	code = posix_spawnp(&run->pid, argv[0], &actions, &attr, argv, block);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attr);
	return code;
}

static int start(struct run *run, struct sg_err *err)
{
	int fds[2], code;

	if (open_pipe(fds, err) < 0)
		return -1;
	code = spawn(run, fds[1]);
	(void)close(fds[1]);
	run->fd = fds[0];
	if (code == 0)
		return 0;
	(void)close(fds[0]);
	return sg_fail(err, SG_R_LOCAL_IO, "%.200s cannot be run: %s", run->child->argv[0],
		strerror(code));
}

/* 1: more may come. 0: that was all. */
static int take(struct run *run, struct sg_buf *out, struct sg_err *err)
{
	char bytes[READ_BYTES];
	ssize_t n;

	while ((n = read(run->fd, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 1;
		if (n < 0)
			return sg_fail(err, SG_R_LOCAL_IO, "%.200s cannot be read: %s",
				run->child->argv[0], strerror(errno));
		sg_buf_add(out, bytes, (size_t)n);
		if (out->overflow)
			return sg_fail(err, SG_R_TOO_LARGE, "%.200s writes more than %zu bytes",
				run->child->argv[0], out->max);
	}
	return 0;
}

static int check_time(const struct run *run, struct sg_err *err)
{
	if (sg_loop_now_ms(run->loop) < run->child->until_ms)
		return 0;
	return sg_fail(err, SG_R_TIMEOUT, "%.200s did not end in time", run->child->argv[0]);
}

static int read_all(struct run *run, struct sg_buf *out, struct sg_err *err)
{
	int more, rc = 0;

	while (rc == 0 && (more = take(run, out, err)) != 0) {
		if (more < 0 || check_time(run, err) < 0)
			return -1;
		run->loop->wake_fd = &run->fd;
		rc = sg_loop_wait(run->loop, run->child->until_ms, err);
		run->loop->wake_fd = NULL;
	}
	return rc;
}

static int reap(struct run *run, int *ret_status, struct sg_err *err)
{
	int status;
	pid_t gone;

	while ((gone = waitpid(run->pid, &status, WNOHANG)) != run->pid) {
		if (gone < 0 && errno != EINTR)
			SG_BUG("waitpid");
		if (check_time(run, err) < 0 ||
			sg_loop_delay(run->loop, sg_loop_after(run->loop, REAP_MS), err) < 0)
			return -1;
	}
	*ret_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return 0;
}

static void end_it(const struct run *run)
{
	(void)kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int sg_child_run(struct sg_loop *loop, const struct sg_child *child, struct sg_buf *out,
	int *ret_status, struct sg_err *err)
{
	struct run run = {.loop = loop, .child = child};
	int rc;

	if (start(&run, err) < 0)
		return -1;
	rc = read_all(&run, out, err);
	if (rc == 0)
		rc = reap(&run, ret_status, err);
	if (rc < 0)
		end_it(&run);
	(void)close(run.fd);
	return rc;
}
