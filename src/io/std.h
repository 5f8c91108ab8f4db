/* Standard input, output and error as the process finds them: closed, full, or nobody reads. */
#ifndef SG_IO_STD_H
#define SG_IO_STD_H

#include <stddef.h>

/*
 * Fills closed descriptors below 3, so that no socket or file takes their place and gets what was
 * meant for people. Writing to one that was closed still fails. First thing of main.
 */
void sg_std_open(void);

/*
 * Writes all of it; -1 when the other end does not take it (closed, full). A reader that does not
 * read is waited for until a signal asks the run to end, and a second longer.
 */
int sg_std_write(int fd, const char *bytes, size_t len);

#endif
