/* syncfs(), mkostemp(), syscall() */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/fs.h"
#include "io/fs_impl.h"
#include "io/seam.h"

/* More files than this are made durable by file system, not one by one. */
#define FEW_FILES 8

/* Of renameat2(2); not every C library names it. */
#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1u << 1)
#endif

char *sg_fs_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? sg_strndup(path, (size_t)(slash - path) + 1) : sg_strdup(".");
}

/* A neighbour of PATH, "PATH's folder/.stagegate-XXXXXX". */
static char *name_temp(const char *path)
{
	static const char name[] = ".stagegate-XXXXXX";
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;
	char *temp = sg_calloc(len + sizeof(name), 1);

	memcpy(temp, path, len);
	memcpy(temp + len, name, sizeof(name));
	return temp;
}

/* Takes the descriptor in any case. */
static int fill(int fd, struct sg_str bytes, mode_t mode)
{
	bool ok = sg_fs_put(fd, bytes) == 0 && fchmod(fd, mode) == 0;
	int saved = errno;

	if (close(fd) < 0 && ok)
		return -1;
	errno = saved;
	return ok ? 0 : -1;
}

int sg_fs_stage_at(const char *path, struct sg_str bytes, mode_t mode,
	struct sg_fs_staged *ret_staged, struct sg_err *err)
{
	struct sg_fs_staged staged = {.path = sg_strdup(path), .temp = name_temp(path)};
	int fd = SG_SEAM_EFFECT(mkostemp(staged.temp, O_CLOEXEC));

	if (fd < 0) {
		(void)sg_fs_fail(err, "cannot write a file beside", path);
		sg_free_ptr(&staged.temp);
		sg_fs_staged_release(&staged);
		return -1;
	}
	if (fill(fd, bytes, mode) < 0) {
		(void)sg_fs_fail(err, "cannot write", path);
		sg_fs_staged_release(&staged);
		return -1;
	}
	*ret_staged = staged;
	return 0;
}

static int sync_file(const struct sg_fs_staged *staged, struct sg_err *err)
{
	SG_AUTO(sg_fs_close) int fd = open(staged->temp, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || SG_SEAM_EFFECT(fsync(fd)) < 0)
		return sg_fs_fail(err, "cannot write", staged->path);
	return 0;
}

/* Everything of the file system that NAME, a file or folder, is in; -1 with errno. */
static int sync_device(const char *name)
{
	SG_AUTO(sg_fs_close) int fd = open(name, O_RDONLY | O_CLOEXEC);

	return fd < 0 || SG_SEAM_EFFECT(syncfs(fd)) < 0 ? -1 : 0;
}

/* Whether STAGED[i] is the first of its file system. */
static bool is_first(const struct sg_fs_staged *staged, size_t i)
{
	if (i > 0 && staged[i].device == staged[i - 1].device)
		return false;
	for (size_t j = 0; j + 1 < i; j++)
		if (staged[j].device == staged[i].device)
			return false;
	return true;
}

int sg_fs_staged_sync(const struct sg_fs_staged *staged, size_t count, struct sg_err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (count <= FEW_FILES && sync_file(&staged[i], err) < 0)
			return -1;
		if (count > FEW_FILES && is_first(staged, i) && sync_device(staged[i].temp) < 0)
			return sg_fs_fail(err, "cannot write", staged[i].path);
	}
	return 0;
}

int sg_fs_staged_rename(struct sg_fs_staged *staged, struct sg_err *err)
{
	if (SG_SEAM_EFFECT(rename(staged->temp, staged->path)) < 0)
		return sg_fs_fail(err, "cannot write", staged->path);
	sg_free_ptr(&staged->temp);
	staged->moved = true;
	return 0;
}

/* The two names swap their files; -1 with errno. */
static int exchange(const struct sg_fs_staged *staged)
{
	return SG_SEAM_EFFECT((int)syscall(
		SYS_renameat2, AT_FDCWD, staged->temp, AT_FDCWD, staged->path, RENAME_EXCHANGE));
}

/* Whether the file at the place has these bytes still; *ret_seen tells which file it was. */
static int look(const char *path, struct sg_str bytes, struct stat *ret_seen, bool *ret_same,
	struct sg_err *err)
{
	SG_AUTO(sg_fs_close)
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	*ret_same = false;
	if (fd < 0 && errno == ELOOP) /* somebody put a link there */
		return 0;
	if (fd < 0 || fstat(fd, ret_seen) < 0)
		return sg_fs_fail(err, "cannot read", path);
	*ret_same = sg_fs_holds(fd, bytes);
	return 0;
}

/* Whether the neighbour is the file that was seen at the place, as it was seen. */
static bool is_what_was_seen(const char *temp, const struct stat *seen)
{
	struct stat st;

	return lstat(temp, &st) == 0 && st.st_dev == seen->st_dev && st.st_ino == seen->st_ino &&
	       st.st_size == seen->st_size && st.st_mtim.tv_sec == seen->st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == seen->st_mtim.tv_nsec;
}

/* The file that the neighbour's name holds now stays under it. */
static int fail_back(struct sg_fs_staged *staged, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_LOCAL_IO, "cannot put %s back, which is %s now: %s", staged->path,
		staged->temp, strerror(errno));
	sg_free_ptr(&staged->temp);
	return -1;
}

int sg_fs_staged_swap(
	struct sg_fs_staged *staged, const struct stat *seen, bool *ret_same, struct sg_err *err)
{
	if (exchange(staged) < 0) {
		if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)
			return sg_fs_staged_rename(staged, err);
		return sg_fs_fail(err, "cannot write", staged->path);
	}
	staged->moved = true;
	*ret_same = is_what_was_seen(staged->temp, seen);
	if (!*ret_same && exchange(staged) < 0)
		return fail_back(staged, err);
	return 0;
}

int sg_fs_staged_place(
	struct sg_fs_staged *staged, struct sg_str before, bool *ret_same, struct sg_err *err)
{
	struct stat seen;

	if (look(staged->path, before, &seen, ret_same, err) < 0)
		return -1;
	return *ret_same ? sg_fs_staged_swap(staged, &seen, ret_same, err) : 0;
}

static bool holds(const char *path, struct sg_str bytes)
{
	SG_AUTO(sg_fs_close)
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return fd >= 0 && sg_fs_holds(fd, bytes);
}

static int fail_saved(const struct sg_fs_staged *staged, struct sg_err *err)
{
	return sg_fail(err, SG_R_CONFLICT, "%s was saved by somebody else since", staged->path);
}

int sg_fs_staged_back(
	struct sg_fs_staged *staged, struct sg_str before, struct sg_str after, struct sg_err *err)
{
	if (!staged->temp)
		return holds(staged->path, after) ? sg_fs_write(staged->path, before, 0666, err)
						  : fail_saved(staged, err);
	if (exchange(staged) < 0)
		return fail_back(staged, err);
	if (holds(staged->temp, after))
		return 0;
	return exchange(staged) < 0 ? fail_back(staged, err) : fail_saved(staged, err);
}

static void sync_folder(const char *path)
{
	SG_AUTO(sg_free_ptr) char *name = sg_fs_folder(path);
	SG_AUTO(sg_fs_close) int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)SG_SEAM_EFFECT(fsync(fd));
}

static void settle(const struct sg_fs_staged *staged, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!staged[i].moved)
			continue;
		if (count <= FEW_FILES)
			sync_folder(staged[i].path);
		else if (is_first(staged, i))
			(void)sync_device(staged[i].path);
	}
}

void sg_fs_staged_end(struct sg_fs_staged *staged, size_t count)
{
	sg_fs_staged_remove(staged, count);
	settle(staged, count);
	for (size_t i = 0; i < count; i++) {
		sg_free_ptr(&staged[i].temp);
		sg_free_ptr(&staged[i].path);
	}
}

void sg_fs_staged_release(struct sg_fs_staged *staged)
{
	sg_fs_staged_remove(staged, 1);
	sg_free_ptr(&staged->temp);
	sg_free_ptr(&staged->path);
}
