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

int sg_fs_fail(struct sg_err *err, const char *what, const char *path)
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
			return sg_fs_fail(err, "cannot read", path);
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
		return sg_fs_fail(err, "cannot read", path);
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

bool sg_fs_holds(int fd, struct sg_str bytes)
{
	char part[4096];

	for (;;) {
		ssize_t got = read(fd, part, sizeof(part));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || (size_t)got > bytes.len || memcmp(part, bytes.ptr, (size_t)got) != 0)
			return false;
		if (got == 0)
			return bytes.len == 0;
		bytes = sg_str_sub(bytes, (size_t)got, bytes.len);
	}
}

static int write_direct(const char *path, struct sg_str bytes, struct sg_err *err)
{
	SG_AUTO(sg_fs_close) int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || sg_fs_put(fd, bytes) < 0)
		return sg_fs_fail(err, "cannot write", path);
	return 0;
}

static mode_t masked(unsigned mode)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return (mode_t)mode & ~mask;
}

static int write_renamed(const char *path, struct sg_str bytes, mode_t mode, struct sg_err *err)
{
	struct sg_fs_staged staged = {0};
	int rc = sg_fs_stage_at(path, bytes, mode, &staged, err);

	if (rc == 0)
		rc = sg_fs_staged_sync(&staged, 1, err);
	if (rc == 0)
		rc = sg_fs_staged_rename(&staged, err);
	sg_fs_staged_end(&staged, 1);
	return rc;
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
			return sg_fs_fail(err, "cannot write", path);
		return write_renamed(path, bytes, masked(mode), err);
	}
	if (S_ISDIR(st.st_mode))
		return sg_fail(err, SG_R_LOCAL_IO, "cannot write %s: it is a directory", path);
	if (is_direct(path, &st))
		return write_direct(path, bytes, err);
	target = realpath(path, NULL); /* a symbolic link stays one */
	if (!target)
		return sg_fs_fail(err, "cannot write", path);
	return write_renamed(target, bytes, st.st_mode & 0777, err);
}

int sg_fs_write_passing(const char *path, struct sg_str bytes, struct sg_err *err)
{
	SG_AUTO(sg_fs_close) int fd = -1;

	/* to empty a file can take as long as to make it durable */
	if (unlink(path) == 0 || errno == ENOENT)
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || sg_fs_put(fd, bytes) < 0)
		return sg_fs_fail(err, "cannot write", path);
	return 0;
}

int sg_fs_may_write(const char *path, struct sg_err *err)
{
	SG_AUTO(sg_free_ptr) char *target = NULL, *name = NULL;
	struct stat st;
	bool there = stat(path, &st) == 0;

	if (there && S_ISDIR(st.st_mode))
		return sg_fail(err, SG_R_LOCAL_IO, "cannot write %s: it is a directory", path);
	if (there && is_direct(path, &st))
		return access(path, W_OK) < 0 ? sg_fs_fail(err, "cannot write", path) : 0;
	target = there ? realpath(path, NULL) : NULL;
	name = sg_fs_folder(target ? target : path);
	if (access(name, W_OK) < 0)
		return sg_fs_fail(err, "cannot write", path);
	return 0;
}

int sg_fs_stage(
	const char *path, struct sg_str bytes, struct sg_fs_staged *ret_staged, struct sg_err *err)
{
	struct stat st;
	SG_AUTO(sg_free_ptr) char *target = NULL;

	if (lstat(path, &st) < 0)
		return sg_fs_fail(err, "cannot write", path);
	if (S_ISLNK(st.st_mode)) {
		target = realpath(path, NULL);
		if (!target || stat(target, &st) < 0)
			return sg_fs_fail(err, "cannot write", path);
	}
	if (is_direct(path, &st))
		return sg_fail(
			err, SG_R_LOCAL_IO, "cannot replace %s: it is no regular file", path);
	if (sg_fs_stage_at(target ? target : path, bytes, st.st_mode & 0777, ret_staged, err) < 0)
		return -1;
	ret_staged->device = st.st_dev;
	return 0;
}

bool sg_fs_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
