/* New files in a folder that may already hold other things: nothing is replaced, no link followed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/crypto.h"
#include "io/fs.h"
#include "io/fs_impl.h"
#include "io/seam.h"

#define NAME_TRIES 16

static int fail_at(
	struct sg_err *err, const char *what, const char *dir, const char *path, int code)
{
	return sg_fail(err, SG_R_LOCAL_IO, "cannot %s %s/%s: %s", what, dir, path,
		code == ELOOP || code == ENOTDIR ? "a part of the path is no folder"
						 : strerror(code));
}

/* Makes DIR and what is missing above it; its links are the caller's own. */
static int make_dir(const char *dir, struct sg_err *err)
{
	SG_AUTO(sg_free_ptr) char *copy = sg_strdup(dir);

	for (char *p = copy + 1; *copy; p++) {
		char end = *p;

		if (end && end != '/')
			continue;
		*p = '\0';
		if (SG_SEAM_EFFECT(mkdir(copy, 0777)) < 0 && errno != EEXIST)
			return sg_fail(err, SG_R_LOCAL_IO, "cannot make the folder %s: %s", copy,
				strerror(errno));
		if (!end)
			break;
		*p = end;
	}
	return 0;
}

/* The next folder on the way: opened, made before when MAKE says so; -1 with errno. */
static int step(int at, const char *name, bool make)
{
	if (make && SG_SEAM_EFFECT(mkdirat(at, name, 0777)) < 0 && errno != EEXIST)
		return -1;
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The folder that PATH's last component lies in, and that component. -1 with errno. */
static int open_parent(const char *dir, const char *path, bool make, const char **ret_name)
{
	SG_AUTO(sg_fs_close) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *slash;
	int result;

	while (fd >= 0 && (slash = strchr(path, '/'))) {
		SG_AUTO(sg_free_ptr) char *name = sg_strndup(path, (size_t)(slash - path));
		int next = step(fd, name, make), why = errno;

		sg_fs_close(&fd);
		fd = next;
		errno = why;
		path = slash + 1;
	}
	*ret_name = path;
	result = fd;
	fd = -1;
	return result;
}

static enum sg_fs_found look(int at, const char *name, struct sg_str bytes)
{
	SG_AUTO(sg_fs_close)
	int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? SG_FS_ABSENT : SG_FS_OTHER;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !sg_fs_holds(fd, bytes))
		return SG_FS_OTHER;
	return SG_FS_SAME;
}

int sg_fs_find(const char *dir, const char *path, struct sg_str bytes, enum sg_fs_found *ret_found,
	struct sg_err *err)
{
	const char *name;
	SG_AUTO(sg_fs_close) int at = open_parent(dir, path, /* make= */ false, &name);

	if (at < 0 && errno != ENOENT)
		return fail_at(err, "look at", dir, path, errno);
	*ret_found = at < 0 ? SG_FS_ABSENT : look(at, name, bytes);
	return 0;
}

/* A new file NAME with the bytes, removed again when they cannot be written. -1 with errno. */
static int write_new(int at, const char *name, struct sg_str bytes, unsigned mode)
{
	int fd = SG_SEAM_EFFECT(
		openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode));
	int why;

	if (fd < 0)
		return -1;
	why = sg_fs_put(fd, bytes) < 0 || SG_SEAM_EFFECT(fsync(fd)) < 0 ? errno : 0;
	if (close(fd) < 0 && !why)
		why = errno;
	if (why)
		(void)SG_SEAM_EFFECT(unlinkat(at, name, 0));
	errno = why;
	return why ? -1 : 0;
}

/* A whole file beside the wanted one. -1 with errno. */
static int write_beside(
	int at, struct sg_str bytes, unsigned mode, char *ret_name, size_t name_bytes)
{
	for (int i = 0; i < NAME_TRIES; i++) {
		(void)snprintf(ret_name, name_bytes, ".stagegate-%016" PRIx64, sg_crypto_random());
		if (write_new(at, ret_name, bytes, mode) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

/*
 * A hard link appears whole and never replaces anything. File systems without links get the file
 * written in place: it is new there, too, but a process that is killed may leave a part of it.
 */
static int put(int at, const char *name, struct sg_str bytes, unsigned mode)
{
	char beside[64];
	int rc, why;

	if (write_beside(at, bytes, mode, beside, sizeof(beside)) < 0)
		return -1;
	rc = SG_SEAM_EFFECT(linkat(at, beside, at, name, 0));
	why = errno;
	(void)SG_SEAM_EFFECT(unlinkat(at, beside, 0));
	if (rc < 0 && (why == EPERM || why == EOPNOTSUPP || why == ENOSYS || why == EMLINK))
		return write_new(at, name, bytes, mode);
	if (rc == 0)
		(void)SG_SEAM_EFFECT(fsync(at));
	errno = why;
	return rc;
}

int sg_fs_create(const char *dir, const char *path, struct sg_str bytes, unsigned mode,
	enum sg_fs_found *ret_found, struct sg_err *err)
{
	SG_AUTO(sg_fs_close) int at = -1;
	const char *name;

	if (make_dir(dir, err) < 0)
		return -1;
	at = open_parent(dir, path, /* make= */ true, &name);
	if (at < 0)
		return fail_at(err, "write", dir, path, errno);
	*ret_found = SG_FS_ABSENT;
	if (put(at, name, bytes, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return fail_at(err, "write", dir, path, errno);
	*ret_found = look(at, name, bytes);
	return 0;
}
