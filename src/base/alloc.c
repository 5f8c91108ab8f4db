#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void sg_die(const char *kind, const char *file, int line, const char *what)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "stagegate: %s: %s:%d: %s\n", kind, file, line, what);

	if (n > 0) {
		size_t len = (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
		ssize_t written = write(STDERR_FILENO, text, len);
		(void)written;
	}
	_exit(70);
}

void *sg_calloc(size_t count, size_t size)
{
	void *ptr = calloc(count ? count : 1, size ? size : 1);

	if (!ptr)
		sg_die("out of memory", __FILE__, __LINE__, "calloc");
	return ptr;
}

void *sg_realloc(void *ptr, size_t count, size_t size)
{
	void *grown;

	if (size != 0 && count > SIZE_MAX / size)
		sg_die("out of memory", __FILE__, __LINE__, "size overflow");
	grown = realloc(ptr, count == 0 || size == 0 ? 1 : count * size);
	if (!grown)
		sg_die("out of memory", __FILE__, __LINE__, "realloc");
	return grown;
}

char *sg_strndup(const char *text, size_t len)
{
	char *copy = sg_calloc(len + 1, 1);

	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *sg_strdup(const char *text)
{
	return text ? sg_strndup(text, strlen(text)) : NULL;
}

void sg_free_ptr(void *ptr_to_ptr)
{
	void **ptr = ptr_to_ptr;

	free(*ptr);
	*ptr = NULL;
}
