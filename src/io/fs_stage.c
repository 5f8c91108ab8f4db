/* syncfs(), mkostemp() */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/fs.h"
#include "io/fs_impl.h"

/* More files than this are made durable by file system, not one by one. */
#define FEW_FILES 8

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
static int fill(int fd, struct sg_str bytes, mode_t mode, dev_t *ret_device)
{
	struct stat st = {0};
	bool ok = sg_fs_put(fd, bytes) == 0 && fchmod(fd, mode) == 0 && fstat(fd, &st) == 0;
	int saved = errno;

	*ret_device = st.st_dev;
	if (close(fd) < 0 && ok)
		return -1;
	errno = saved;
	return ok ? 0 : -1;
}

int sg_fs_stage_at(const char *path, struct sg_str bytes, mode_t mode,
	struct sg_fs_staged *ret_staged, struct sg_err *err)
{
	struct sg_fs_staged staged = {.path = sg_strdup(path), .temp = name_temp(path)};
	int fd = mkostemp(staged.temp, O_CLOEXEC);

	if (fd < 0) {
		(void)sg_fs_fail(err, "cannot write a file beside", path);
		sg_free_ptr(&staged.temp);
		sg_fs_staged_release(&staged);
		return -1;
	}
	if (fill(fd, bytes, mode, &staged.device) < 0) {
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

	if (fd < 0 || fsync(fd) < 0)
		return sg_fs_fail(err, "cannot write", staged->path);
	return 0;
}

/* Everything of the file system that NAME, a file or folder, is in; -1 with errno. */
static int sync_device(const char *name)
{
	SG_AUTO(sg_fs_close) int fd = open(name, O_RDONLY | O_CLOEXEC);

	return fd < 0 || syncfs(fd) < 0 ? -1 : 0;
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

int sg_fs_staged_place(struct sg_fs_staged *staged, struct sg_err *err)
{
	if (rename(staged->temp, staged->path) < 0)
		return sg_fs_fail(err, "cannot write", staged->path);
	sg_free_ptr(&staged->temp);
	return 0;
}

static void sync_folder(const char *path)
{
	SG_AUTO(sg_free_ptr) char *name = sg_fs_folder(path);
	SG_AUTO(sg_fs_close) int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)fsync(fd);
}

void sg_fs_staged_settle(const struct sg_fs_staged *staged, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (count <= FEW_FILES)
			sync_folder(staged[i].path);
		else if (is_first(staged, i))
			(void)sync_device(staged[i].path);
	}
}

void sg_fs_staged_release(struct sg_fs_staged *staged)
{
	if (staged->temp)
		(void)unlink(staged->temp);
	sg_free_ptr(&staged->temp);
	sg_free_ptr(&staged->path);
}
