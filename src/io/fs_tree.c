/* Temporary directories, and the removal of whole trees. */
#include "io/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "stagegate-"
#define SUFFIX_LEN 6
#define STALE_S (24 * 3600)
#define DEPTH_MAX 64 /* a bare repository needs five */

static int open_dir(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void remove_at(int parent, const char *name, int depth);

/* Takes the descriptor. */
static void empty_dir(int fd, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		(void)close(fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (!is_dots(entry->d_name))
			remove_at(fd, entry->d_name, depth + 1);
	(void)closedir(dir);
}

/* A symbolic link is unlinked itself; a folder is entered only as a folder, never through a link.
 */
static void remove_at(int parent, const char *name, int depth)
{
	int fd;

	if (unlinkat(parent, name, 0) == 0 || depth > DEPTH_MAX)
		return;
	fd = open_dir(parent, name);
	if (fd < 0)
		return;
	empty_dir(fd, depth);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

void sg_fs_rmtree(const char *path)
{
	remove_at(AT_FDCWD, path, 0);
}

/* True for a folder of a run that ended without removing it: our name, our user, a day old. */
static bool is_stale(int base, const char *name, const struct stat *now)
{
	struct stat st;

	return strlen(name) == strlen(PREFIX) + SUFFIX_LEN &&
	       strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
	       fstatat(base, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid() && now->st_mtime - st.st_mtime > STALE_S;
}

/* The age is measured against the folder just made, so that no other clock is needed. */
static void sweep(const char *base_path, const char *fresh)
{
	struct stat now;
	struct dirent *entry;
	DIR *dir = opendir(base_path);

	if (!dir)
		return;
	if (stat(fresh, &now) == 0)
		while ((entry = readdir(dir)))
			if (is_stale(dirfd(dir), entry->d_name, &now))
				remove_at(dirfd(dir), entry->d_name, 0);
	(void)closedir(dir);
}

int sg_fs_tempdir(
	struct sg_arena *arena, const char *tmpdir, const char **ret_path, struct sg_err *err)
{
	const char *base = tmpdir && *tmpdir ? tmpdir : "/tmp";
	char *path = sg_arena_printf(arena, "%s/" PREFIX "XXXXXX", base);

	if (!mkdtemp(path)) {
		(void)sg_fail(err, SG_R_LOCAL_IO, "cannot make a temporary directory in %s: %s",
			base, strerror(errno));
		return sg_hint(err, "TMPDIR may name another directory");
	}
	sweep(base, path);
	*ret_path = path;
	return 0;
}
