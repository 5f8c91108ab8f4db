/* realpath() */
#define _XOPEN_SOURCE 700
#include "io/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/fs_impl.h"

static int fail_errno(struct sg_err *err, const char *what, const char *path)
{
	int code = errno;
	enum sg_reason reason = code == ENOENT ? SG_R_FILE_NOT_FOUND : SG_R_LOCAL_IO;

	return sg_fail(err, reason, "%s %s: %s", what, path, strerror(code));
}

void sg_fs_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static int read_all(int fd, const char *path, struct sg_buf *buf, struct sg_err *err)
{
	char part[16384];

	for (;;) {
		ssize_t got = read(fd, part, sizeof(part));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_errno(err, "cannot read", path);
		if (got == 0)
			return 0;
		sg_buf_add(buf, part, (size_t)got);
		if (buf->overflow)
			return sg_fail(err, SG_R_TOO_LARGE,
				"%s is larger than the limit of %zu bytes", path, buf->max);
	}
}

static int read_file(const char *path, struct sg_buf *buf, struct stat *ret_st, struct sg_err *err)
{
	SG_AUTO(sg_fs_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || fstat(fd, ret_st) < 0)
		return fail_errno(err, "cannot read", path);
	if (S_ISDIR(ret_st->st_mode) || S_ISBLK(ret_st->st_mode))
		return sg_fail(err, SG_R_LOCAL_IO, "cannot read %s: it is a %s", path,
			S_ISDIR(ret_st->st_mode) ? "directory" : "block device");
	return read_all(fd, path, buf, err);
}

int sg_fs_read(const char *path, struct sg_buf *buf, struct sg_err *err)
{
	struct stat st;

	return read_file(path, buf, &st, err);
}

int sg_fs_read_key(const char *path, struct sg_buf *buf, bool *ret_exposed, struct sg_err *err)
{
	struct stat st;

	if (read_file(path, buf, &st, err) < 0)
		return -1;
	*ret_exposed = S_ISREG(st.st_mode) && st.st_uid == getuid() &&
		       (st.st_mode & (S_IRWXG | S_IRWXO)) != 0;
	return 0;
}

int sg_fs_put(int fd, struct sg_str bytes)
{
	while (bytes.len > 0) {
		ssize_t put = write(fd, bytes.ptr, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes = sg_str_sub(bytes, (size_t)put, bytes.len);
	}
	return 0;
}

static int write_direct(const char *path, struct sg_str bytes, struct sg_err *err)
{
	SG_AUTO(sg_fs_close) int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || sg_fs_put(fd, bytes) < 0)
		return fail_errno(err, "cannot write", path);
	return 0;
}

/* The folder of PATH, with its last slash; "" for a bare name. */
static struct sg_str folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return (struct sg_str){path, slash ? (size_t)(slash - path) + 1 : 0};
}

/* A rename is only as lasting as the folder's own entry; where that cannot be synced, so be it. */
static void sync_folder(struct sg_str folder)
{
	SG_AUTO(sg_free_ptr)
	char *name = folder.len ? sg_strndup(folder.ptr, folder.len) : sg_strdup(".");
	SG_AUTO(sg_fs_close) int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)fsync(fd);
}

static mode_t masked(unsigned mode)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return (mode_t)mode & ~mask;
}

/* Takes the descriptor in any case. */
static int fill(int fd, struct sg_str bytes, mode_t mode)
{
	int saved;
	bool ok = sg_fs_put(fd, bytes) == 0 && fchmod(fd, mode) == 0 && fsync(fd) == 0;

	saved = errno;
	if (close(fd) < 0 && ok)
		return -1;
	errno = saved;
	return ok ? 0 : -1;
}

static int write_renamed(const char *path, struct sg_str bytes, mode_t mode, struct sg_err *err)
{
	struct sg_str folder = folder_of(path);
	SG_AUTO(sg_buf_release) struct sg_buf temp;
	int fd;

	sg_buf_init(&temp, PATH_MAX);
	sg_buf_addf(&temp, "%.*s.stagegate-XXXXXX", SG_STR_ARG(folder));
	if (temp.overflow)
		return sg_fail(err, SG_R_LOCAL_IO, "cannot write: the path is too long");
	fd = mkstemp(temp.ptr);
	if (fd < 0)
		return fail_errno(err, "cannot write a file beside", path);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (fill(fd, bytes, mode) < 0 || rename(temp.ptr, path) < 0) {
		(void)fail_errno(err, "cannot write", path);
		(void)unlink(temp.ptr);
		return -1;
	}
	sync_folder(folder);
	return 0;
}

/* /dev/stdout may be a regular file; /dev/shm is a folder like others. */
static bool names_device(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 && strncmp(path, "/dev/shm/", 9) != 0;
}

/* No neighbour can stand in for it. */
static bool is_direct(const char *path, const struct stat *st)
{
	return !S_ISREG(st->st_mode) || names_device(path);
}

int sg_fs_write(const char *path, struct sg_str bytes, unsigned mode, struct sg_err *err)
{
	struct stat st;
	SG_AUTO(sg_free_ptr) char *target = NULL;

	if (stat(path, &st) < 0) {
		if (errno != ENOENT)
			return fail_errno(err, "cannot write", path);
		return write_renamed(path, bytes, masked(mode), err);
	}
	if (S_ISDIR(st.st_mode))
		return sg_fail(err, SG_R_LOCAL_IO, "cannot write %s: it is a directory", path);
	if (is_direct(path, &st))
		return write_direct(path, bytes, err);
	target = realpath(path, NULL); /* a symbolic link stays one */
	if (!target)
		return fail_errno(err, "cannot write", path);
	return write_renamed(target, bytes, st.st_mode & 0777, err);
}

int sg_fs_may_write(const char *path, struct sg_err *err)
{
	SG_AUTO(sg_free_ptr) char *target = NULL, *name = NULL;
	struct sg_str folder;
	struct stat st;
	bool there = stat(path, &st) == 0;

	if (there && S_ISDIR(st.st_mode))
		return sg_fail(err, SG_R_LOCAL_IO, "cannot write %s: it is a directory", path);
	if (there && is_direct(path, &st))
		return access(path, W_OK) < 0 ? fail_errno(err, "cannot write", path) : 0;
	target = there ? realpath(path, NULL) : NULL;
	folder = folder_of(target ? target : path);
	name = folder.len ? sg_strndup(folder.ptr, folder.len) : sg_strdup(".");
	if (access(name, W_OK) < 0)
		return fail_errno(err, "cannot write", path);
	return 0;
}

bool sg_fs_is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && !names_device(path);
}

bool sg_fs_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
