/* What the files of io/fs share. */
#ifndef SG_IO_FS_IMPL_H
#define SG_IO_FS_IMPL_H

#include <sys/types.h>

#include "base/str.h"
#include "io/fs.h"

/* For SG_AUTO: closes *FD unless it is -1, and makes it -1. */
void sg_fs_close(int *fd);

/* Writes all of it; -1 with errno. */
int sg_fs_put(int fd, struct sg_str bytes);

/* "WHAT PATH: ..." with errno's words: FILE_NOT_FOUND for ENOENT, else LOCAL_IO. */
int sg_fs_fail(struct sg_err *err, const char *what, const char *path);

/* The folder of PATH with its last slash, "." for a bare name; malloc'ed. */
char *sg_fs_folder(const char *path);

/* As sg_fs_stage(), for the place PATH itself, where a file need not stand yet. */
int sg_fs_stage_at(const char *path, struct sg_str bytes, mode_t mode,
	struct sg_fs_staged *ret_staged, struct sg_err *err);

#endif
