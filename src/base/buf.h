/*
 * A growing byte buffer. `ptr` is never NULL after init and always NUL-terminated.
 *
 * `max` has no default: whoever makes a buffer says how much the world may send. An append that
 * would exceed it changes nothing and sets `overflow`, which stays set (sticky) until reset.
 */
#ifndef SG_BASE_BUF_H
#define SG_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/str.h"

struct sg_buf {
	char *ptr;
	size_t len;
	size_t cap;
	size_t max;
	bool overflow;
};

/* An empty buffer for at most MAX_BYTES; allocates nothing yet. */
void sg_buf_init(struct sg_buf *buf, size_t max_bytes);

/* Frees the contents and leaves an empty buffer with the same max. NULL and a zeroed struct are
 * fine. */
void sg_buf_release(struct sg_buf *buf);

/* Overwrites the contents before freeing them, for secrets. */
void sg_buf_wipe(struct sg_buf *buf);

/*
 * Makes room for LEN bytes in all at once (no more than the buffer may hold), so that filling it
 * leaves no outgrown copy of a secret behind.
 */
void sg_buf_room(struct sg_buf *buf, size_t len);

/* Empties the buffer and clears `overflow`, keeping the memory. */
void sg_buf_reset(struct sg_buf *buf);

void sg_buf_add(struct sg_buf *buf, const void *bytes, size_t len);
void sg_buf_addc(struct sg_buf *buf, char c);
void sg_buf_adds(struct sg_buf *buf, const char *text);
void sg_buf_addstr(struct sg_buf *buf, struct sg_str s);
void sg_buf_addf(struct sg_buf *buf, const char *fmt, ...) SG_PRINTF(2, 3);
void sg_buf_addv(struct sg_buf *buf, const char *fmt, va_list args) SG_PRINTF(2, 0);

/* Removes LEN bytes from the front. */
void sg_buf_drop(struct sg_buf *buf, size_t len);

/* Replaces the bytes [from, to) by TEXT. */
void sg_buf_splice(struct sg_buf *buf, size_t from, size_t to, struct sg_str text);

struct sg_str sg_buf_str(const struct sg_buf *buf);

/* Hands the malloc'ed string to the caller and leaves the buffer empty. */
char *sg_buf_take(struct sg_buf *buf);

#endif
