/*
 * Memory that is always there: when it ends, the process ends with one line and exit 70.
 * Sizes that come from outside are capped before they get here (sg_buf's max), so this is not
 * something a server can provoke; a job can be killed at any instant anyway, and running again
 * is the real defence.
 */
#ifndef SG_BASE_ALLOC_H
#define SG_BASE_ALLOC_H

#include <stddef.h>

#include "base/attr.h"

/* Zeroed memory for COUNT items of SIZE bytes; released by free(). */
void *sg_calloc(size_t count, size_t size);

/* Like realloc() for COUNT items of SIZE bytes; the grown part is not zeroed. */
void *sg_realloc(void *ptr, size_t count, size_t size);

/* A copy of LEN bytes with a NUL behind it. */
char *sg_strndup(const char *text, size_t len);

/* A copy of a string; NULL stays NULL. */
char *sg_strdup(const char *text);

/* For SG_AUTO(sg_free_ptr) on a pointer variable. */
void sg_free_ptr(void *ptr_to_ptr);

/* One line to stderr without allocating, then exit status 70. */
SG_NORETURN void sg_die(const char *kind, const char *file, int line, const char *what);

#endif
