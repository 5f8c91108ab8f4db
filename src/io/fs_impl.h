/* What the files of io/fs share. */
#ifndef SG_IO_FS_IMPL_H
#define SG_IO_FS_IMPL_H

#include "base/str.h"

/* For SG_AUTO: closes *FD unless it is -1, and makes it -1. */
void sg_fs_close(int *fd);

/* Writes all of it; -1 with errno. */
int sg_fs_put(int fd, struct sg_str bytes);

#endif
