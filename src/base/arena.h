/*
 * Memory that is freed all at once: decoded configuration, API answers, plans.
 * What lives in an arena needs no release function of its own.
 */
#ifndef SG_BASE_ARENA_H
#define SG_BASE_ARENA_H

#include <stddef.h>

#include "base/attr.h"
#include "base/str.h"

struct sg_arena_block;

struct sg_arena {
	struct sg_arena_block *head;
	size_t used_bytes; /* of all blocks, for limits and tests */
};

/* A zeroed struct is an empty arena. */
void sg_arena_release(struct sg_arena *arena);

/* Hands all of FROM's memory to ARENA, where it stays at its place; FROM is empty then. */
void sg_arena_adopt(struct sg_arena *arena, struct sg_arena *from);

/* Zeroed memory, aligned for any type. */
void *sg_arena_alloc(struct sg_arena *arena, size_t size);
void *sg_arena_calloc(struct sg_arena *arena, size_t count, size_t size);

/* NUL-terminated copies. */
char *sg_arena_dup(struct sg_arena *arena, struct sg_str s);
char *sg_arena_dup_or_null(struct sg_arena *arena, struct sg_str s); /* NULL when S is empty */
char *sg_arena_strdup(struct sg_arena *arena, const char *text);     /* NULL stays NULL */
char *sg_arena_printf(struct sg_arena *arena, const char *fmt, ...) SG_PRINTF(2, 3);

/*
 * Room for one more item at the end of an array in the arena; returns the new item, zeroed.
 * `*items` may move. Capacity grows in powers of two, so `*count` alone tells when.
 */
void *sg_arena_push(struct sg_arena *arena, void *items_ptr, size_t *count, size_t size);

#endif
