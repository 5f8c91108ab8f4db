/* What the programs of this folder share. */
#ifndef TESTS_EDIT_TOOL_H
#define TESTS_EDIT_TOOL_H

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends the file; -1 when it cannot be read, or the buffer is full. */
static inline int tool_read(const char *path, struct sg_buf *buf)
{
	FILE *file = fopen(path, "rb");
	char chunk[65536];
	size_t n;

	if (!file)
		return -1;
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		sg_buf_add(buf, chunk, n);
	(void)fclose(file);
	return buf->overflow ? -1 : 0;
}

/* One line on stderr; returns the exit status that the real commands have for it. */
static inline int tool_fail(const struct sg_err *err)
{
	fprintf(stderr, "%s: %s\n", sg_reason_name(err->reason), err->cause);
	return sg_err_exit(err);
}

#endif
