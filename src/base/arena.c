#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define BLOCK_BYTES 4096u
#define FIRST_BYTES 512u
#define ALIGN 16u

struct sg_arena_block {
	struct sg_arena_block *next;
	size_t size;
	size_t used;
	size_t pad;
};

void sg_arena_release(struct sg_arena *arena)
{
	while (arena && arena->head) {
		struct sg_arena_block *block = arena->head;

		arena->head = block->next;
		free(block);
	}
	if (arena)
		arena->used_bytes = 0;
}

void sg_arena_adopt(struct sg_arena *arena, struct sg_arena *from)
{
	struct sg_arena_block **end = &arena->head;

	/* Behind its own blocks: the first one is the one that is being filled. */
	while (*end)
		end = &(*end)->next;
	*end = from->head;
	arena->used_bytes += from->used_bytes;
	*from = (struct sg_arena){0};
}

/* Blocks grow with what the arena holds: thousands of small ones cost what they hold. */
static size_t next_room(const struct sg_arena *arena, size_t size)
{
	size_t room = arena->used_bytes / 2 / ALIGN * ALIGN;

	if (room < FIRST_BYTES)
		room = FIRST_BYTES;
	if (room > BLOCK_BYTES)
		room = BLOCK_BYTES;
	return size > room ? size : room;
}

static struct sg_arena_block *block_new(struct sg_arena *arena, size_t size)
{
	size_t room = next_room(arena, size);
	struct sg_arena_block *block = sg_calloc(1, sizeof(*block) + room);

	block->size = room;
	if (room > BLOCK_BYTES && arena->head) {
		block->next = arena->head->next; /* keep filling the current block */
		arena->head->next = block;
	} else {
		block->next = arena->head;
		arena->head = block;
	}
	return block;
}

void *sg_arena_alloc(struct sg_arena *arena, size_t size)
{
	struct sg_arena_block *block = arena->head;
	void *ptr;

	if (size > SIZE_MAX - BLOCK_BYTES)
		SG_BUG("arena size");
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (!block || block->size - block->used < size)
		block = block_new(arena, size);
	ptr = (char *)(block + 1) + block->used;
	block->used += size;
	arena->used_bytes += size;
	return ptr;
}

void *sg_arena_calloc(struct sg_arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		SG_BUG("arena count");
	return sg_arena_alloc(arena, count * size);
}

char *sg_arena_dup(struct sg_arena *arena, struct sg_str s)
{
	char *copy = sg_arena_alloc(arena, s.len + 1);

	if (s.len)
		memcpy(copy, s.ptr, s.len);
	return copy;
}

char *sg_arena_dup_or_null(struct sg_arena *arena, struct sg_str s)
{
	return s.len ? sg_arena_dup(arena, s) : NULL;
}

char *sg_arena_strdup(struct sg_arena *arena, const char *text)
{
	return text ? sg_arena_dup(arena, sg_str_of(text)) : NULL;
}

char *sg_arena_printf(struct sg_arena *arena, const char *fmt, ...)
{
	va_list args, again;
	char *text;
	int n;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0)
		SG_BUG("format");
	text = sg_arena_alloc(arena, (size_t)n + 1);
	(void)vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

void *sg_arena_push(struct sg_arena *arena, void *items_ptr, size_t *count, size_t size)
{
	size_t n = *count;
	char *items;

	/* By bytes: the caller's pointer has another type than any that could be named here. */
	memcpy(&items, items_ptr, sizeof(items));

	if ((n & (n - 1)) == 0 && n != 1) {
		void *grown = sg_arena_calloc(arena, n ? n * 2 : 2, size);

		if (n)
			memcpy(grown, items, n * size);
		items = grown;
		memcpy(items_ptr, &items, sizeof(items));
	}
	*count = n + 1;
	return items + n * size;
}
