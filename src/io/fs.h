/* Local files: whole reads with a cap, writes that are there whole or not at all. */
#ifndef SG_IO_FS_H
#define SG_IO_FS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * Appends the bytes of a regular file (or fifo) to BUF, which may then hold at most its max.
 * LOCAL_IO, FILE_NOT_FOUND, TOO_LARGE.
 */
int sg_fs_read(const char *path, struct sg_buf *buf, struct sg_err *err) SG_MUST_CHECK;

/*
 * As sg_fs_read(), for a private key. *ret_exposed: the file is this user's own, and others may
 * read or change it, which ssh does not take. The mode is that of the very file that was read.
 */
int sg_fs_read_key(
	const char *path, struct sg_buf *buf, bool *ret_exposed, struct sg_err *err) SG_MUST_CHECK;

/*
 * Writes a file by a temporary neighbour and rename, so that a reader never sees half. A new file
 * gets MODE (less the umask), an existing one keeps its own; a symbolic link stays and its target
 * is written. A path that is no regular file (a fifo, anything in /dev but /dev/shm) is appended to
 * directly.
 */
int sg_fs_write(
	const char *path, struct sg_str bytes, unsigned mode, struct sg_err *err) SG_MUST_CHECK;

/*
 * Several files that change together are staged, made durable, and only then put into their places,
 * so that a full disk is met before the first is replaced. A run that is killed between leaves
 * files named .stagegate-XXXXXX beside them, which nobody reads.
 */
struct sg_fs_staged {
	char *path; /* of the file that is replaced: the target of a symbolic link */
	/* Its neighbour, with the new bytes until it takes the place and with the old file then;
	 * NULL: there is none. */
	char *temp;
	bool moved; /* the place had the new bytes at some time */
	dev_t device;
};

/* The new bytes of the regular file at PATH, which keeps its mode. LOCAL_IO, FILE_NOT_FOUND. */
int sg_fs_stage(const char *path, struct sg_str bytes, struct sg_fs_staged *ret_staged,
	struct sg_err *err) SG_MUST_CHECK;

/* Makes the staged bytes durable: a few by file, many by file system. LOCAL_IO. */
int sg_fs_staged_sync(
	const struct sg_fs_staged *staged, size_t count, struct sg_err *err) SG_MUST_CHECK;

/*
 * Takes the place of the file, at once, where that has the bytes BEFORE; else *ret_same is false
 * and the place is as somebody made it. The old file is kept as the neighbour, so that what was
 * saved in the very moment is seen and put back; file systems that cannot swap two files keep
 * nothing. LOCAL_IO, FILE_NOT_FOUND.
 */
int sg_fs_staged_place(struct sg_fs_staged *staged, struct sg_str before, bool *ret_same,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * After it took the place: the old file comes back, or where it was not kept its bytes. CONFLICT
 * when the place has other bytes than AFTER, the new ones: somebody saved it since, and it stays.
 * LOCAL_IO.
 */
int sg_fs_staged_back(struct sg_fs_staged *staged, struct sg_str before, struct sg_str after,
	struct sg_err *err) SG_MUST_CHECK;

/* Removes all neighbours, makes the places durable as far as the file systems can, and releases.
 * Zeroed ones are fine. */
void sg_fs_staged_end(struct sg_fs_staged *staged, size_t count);

/*
 * 0 when sg_fs_write() may put a file at PATH, as far as can be seen without doing it: its folder
 * is there and takes files, the file system is not read-only. LOCAL_IO, FILE_NOT_FOUND.
 */
int sg_fs_may_write(const char *path, struct sg_err *err) SG_MUST_CHECK;

/*
 * A private temporary directory (mode 0700) below $TMPDIR or /tmp, and its removal with everything
 * in it. Directories of dead runs (same name pattern, older than a day, ours) are swept.
 */
int sg_fs_tempdir(struct sg_arena *arena, const char *tmpdir, const char **ret_path,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Makes a file in such a directory anew, and does not wait for the disk: it need not outlive this
 * process. LOCAL_IO, FILE_NOT_FOUND.
 */
int sg_fs_write_passing(const char *path, struct sg_str bytes, struct sg_err *err) SG_MUST_CHECK;

/* Follows no symbolic link; what cannot be removed stays. */
void sg_fs_rmtree(const char *path);

/* What stands at a path where a file is to be made. */
enum sg_fs_found {
	SG_FS_ABSENT,
	SG_FS_SAME, /* a regular file with exactly these bytes */
	SG_FS_OTHER /* anything else: other bytes, a link, a folder, a file that cannot be read */
};

/*
 * Looks at PATH below DIR (relative, checked by the caller: no "..") without following a symbolic
 * link in PATH; DIR itself may be one. A link or a file in the place of a folder on the way is
 * LOCAL_IO.
 */
int sg_fs_find(const char *dir, const char *path, struct sg_str bytes, enum sg_fs_found *ret_found,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Makes a new file with MODE (less the umask), and the folders on the way to it, DIR's own
 * included. It is there whole or not at all, and nothing is ever replaced: what came into its place
 * meanwhile makes *ret_found SG_FS_SAME or SG_FS_OTHER instead of SG_FS_ABSENT, and stays.
 */
int sg_fs_create(const char *dir, const char *path, struct sg_str bytes, unsigned mode,
	enum sg_fs_found *ret_found, struct sg_err *err) SG_MUST_CHECK;

/* True when the path names an existing directory. */
bool sg_fs_is_dir(const char *path);

#endif
