/* What the files of io/fs share. */
#ifndef SG_IO_FS_IMPL_H
#define SG_IO_FS_IMPL_H

#include <sys/stat.h>
#include <sys/types.h>

#include "base/str.h"
#include "io/fs.h"

/* For SG_AUTO: closes *FD unless it is -1, and makes it -1. */
void sg_fs_close(int *fd);

/* Writes all of it; -1 with errno. */
int sg_fs_put(int fd, struct sg_str bytes);

/* True when the descriptor gives exactly BYTES and ends. */
bool sg_fs_holds(int fd, struct sg_str bytes);

/* "WHAT PATH: ..." with errno's words: FILE_NOT_FOUND for ENOENT, else LOCAL_IO. */
int sg_fs_fail(struct sg_err *err, const char *what, const char *path);

/* The folder of PATH with its last slash, "." for a bare name; malloc'ed. */
char *sg_fs_folder(const char *path);

/* As sg_fs_stage(), for the place PATH itself, where a file need not stand yet. */
int sg_fs_stage_at(const char *path, struct sg_str bytes, mode_t mode,
	struct sg_fs_staged *ret_staged, struct sg_err *err);

/* Takes the place of what is there, or is new there. LOCAL_IO. */
int sg_fs_staged_rename(struct sg_fs_staged *staged, struct sg_err *err) SG_MUST_CHECK;

/*
 * Swaps the new file and the one that was SEEN at its place; back again, and *ret_same false, where
 * another one stood there, or another state of it. Without a swap in this file system it is
 * renamed.
 */
int sg_fs_staged_swap(struct sg_fs_staged *staged, const struct stat *seen, bool *ret_same,
	struct sg_err *err) SG_MUST_CHECK;

/* Removes the neighbours, many by several processes. One that is not there is no harm. */
void sg_fs_staged_remove(const struct sg_fs_staged *staged, size_t count);

/* Removes what has not taken its place. A zeroed value is fine. */
void sg_fs_staged_release(struct sg_fs_staged *staged);

#endif
