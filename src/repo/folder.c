/* The files of a local folder; every component is opened by itself, so that no link is followed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/place.h"
#include "repo/repo.h"

enum { ENTRIES_MAX = 100000 };

struct folder {
	struct sg_tree_source base; /* first */
	const char *dir;
};

static void close_ptr(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int fail_errno(const struct folder *folder, const char *path, struct sg_err *err)
{
	int why = errno;

	if (why == ENOENT || why == ENOTDIR)
		return sg_fail(err, SG_R_FILE_NOT_FOUND, "the folder %s has no \"%s\"",
			folder->base.label, path);
	if (why == ELOOP)
		return sg_fail(err, SG_R_EDIT_REFUSED,
			"%s: \"%s\" is a symbolic link or behind one", folder->base.label, path);
	return sg_fail(err, SG_R_LOCAL_IO, "%s/%s: %s", folder->dir, path, strerror(why));
}

/* True when NAME below AT is a symbolic link: O_DIRECTORY | O_NOFOLLOW says ENOTDIR for it. */
static bool is_link(int at, const char *name)
{
	struct stat st;

	return fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

static int open_step(int at, const char *name, bool last, int flags)
{
	int fd = openat(at, name,
		O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (last ? flags : O_DIRECTORY));

	if (fd < 0 && errno == ENOTDIR && is_link(at, name))
		errno = ELOOP;
	return fd;
}

/* Opens PATH (checked) below the folder; FLAGS for the last component. */
static int open_below(
	const struct folder *folder, const char *path, int flags, int *ret_fd, struct sg_err *err)
{
	int fd SG_AUTO(close_ptr) = open(folder->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct sg_str whole = sg_str_of(path), rest = whole, part;

	while (fd >= 0 && sg_str_cut(&rest, '/', &part)) {
		struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
		bool last = part.ptr + part.len == whole.ptr + whole.len;
		int next = open_step(fd, sg_arena_dup(&arena, part), last, flags);
		int why = errno;

		close_ptr(&fd);
		fd = next;
		errno = why;
	}
	if (fd < 0)
		return fail_errno(folder, path, err);
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static int read_all(const struct folder *folder, const char *path, int fd, struct sg_buf *buf,
	struct sg_err *err)
{
	char chunk[16384];

	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_errno(folder, path, err);
		if (got == 0)
			return 0;
		sg_buf_add(buf, chunk, (size_t)got);
		if (buf->overflow)
			return sg_fail(err, SG_R_TOO_LARGE,
				"%s: \"%s\" is larger than the limit of %zu bytes",
				folder->base.label, path, buf->max);
	}
}

static int folder_read(
	struct sg_tree_source *base, const char *path, struct sg_buf *buf, struct sg_err *err)
{
	struct folder *folder = (struct folder *)(void *)base;
	int fd SG_AUTO(close_ptr) = -1;
	struct stat st;

	if (sg_repo_path_check(path, err) < 0 || open_below(folder, path, 0, &fd, err) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return fail_errno(folder, path, err);
	if (!S_ISREG(st.st_mode))
		return sg_fail(err, SG_R_EDIT_REFUSED, "%s: \"%s\" is %s", base->label, path,
			S_ISDIR(st.st_mode) ? "a folder" : "no plain file");
	return read_all(folder, path, fd, buf, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct sg_tree_entry *)a)->name, ((const struct sg_tree_entry *)b)->name);
}

static bool is_shown(const char *name)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strcmp(name, ".git") != 0;
}

static bool is_dir_at(int at, const char *name)
{
	struct stat st;

	return fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int read_entries(const struct folder *folder, const char *path, DIR *dir,
	struct sg_arena *arena, struct sg_tree_entry **entries, size_t *count, struct sg_err *err)
{
	struct dirent *found;

	errno = 0;
	while ((found = readdir(dir)) != NULL) {
		struct sg_tree_entry *entry;

		if (!is_shown(found->d_name))
			continue;
		if (*count >= ENTRIES_MAX)
			return sg_fail(err, SG_R_TOO_LARGE, "%s: \"%s\" has more than %d entries",
				folder->base.label, path, ENTRIES_MAX);
		entry = sg_arena_push(arena, entries, count, sizeof(*entry));
		entry->name = sg_arena_strdup(arena, found->d_name);
		entry->is_dir = is_dir_at(dirfd(dir), found->d_name);
		errno = 0;
	}
	return errno != 0 ? fail_errno(folder, path, err) : 0;
}

static int folder_list(struct sg_tree_source *base, const char *path, struct sg_arena *arena,
	struct sg_tree_entry **ret_entries, size_t *ret_count, struct sg_err *err)
{
	struct folder *folder = (struct folder *)(void *)base;
	bool root = path[0] == '\0' || strcmp(path, ".") == 0;
	struct sg_tree_entry *entries = NULL;
	size_t count = 0;
	DIR *dir;
	int fd SG_AUTO(close_ptr) = -1;
	int rc;

	if (!root && sg_repo_path_check(path, err) < 0)
		return -1;
	if (open_below(folder, root ? "." : path, O_DIRECTORY, &fd, err) < 0)
		return -1;
	dir = fdopendir(fd);
	if (!dir)
		return fail_errno(folder, path, err);
	fd = -1;
	rc = read_entries(folder, path, dir, arena, &entries, &count, err);
	closedir(dir);
	if (rc < 0)
		return -1;
	if (count > 0)
		qsort(entries, count, sizeof(*entries), by_name);
	*ret_entries = entries;
	*ret_count = count;
	return 0;
}

int sg_repo_folder_source(const char *dir, struct sg_arena *arena,
	struct sg_tree_source **ret_source, struct sg_err *err)
{
	struct folder *folder;
	struct stat st;

	if (stat(dir, &st) < 0)
		return sg_fail(err,
			errno == ENOENT || errno == ENOTDIR ? SG_R_FILE_NOT_FOUND : SG_R_LOCAL_IO,
			"%s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return sg_fail(err, SG_R_FILE_NOT_FOUND, "%s is no folder", dir);
	folder = sg_arena_calloc(arena, 1, sizeof(*folder));
	folder->dir = sg_arena_strdup(arena, dir);
	folder->base.label = folder->dir;
	folder->base.read = folder_read;
	folder->base.list = folder_list;
	*ret_source = &folder->base;
	return 0;
}
