#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* What an empty buffer points to. It is never written through: cap is 0 there. */
#define EMPTY ((char *)(uintptr_t) "")

void sg_buf_init(struct sg_buf *buf, size_t max_bytes)
{
	/* so that sums of lengths cannot overflow */
	size_t max = max_bytes > SIZE_MAX / 4 ? SIZE_MAX / 4 : max_bytes;

	*buf = (struct sg_buf){.ptr = EMPTY, .max = max};
}

void sg_buf_release(struct sg_buf *buf)
{
	if (!buf)
		return;
	if (buf->cap)
		free(buf->ptr);
	*buf = (struct sg_buf){.ptr = EMPTY, .max = buf->max};
}

void sg_buf_wipe(struct sg_buf *buf)
{
	if (!buf)
		return;
	/* volatile: the compiler must not drop a store to memory that is freed next. */
	for (volatile char *p = buf->ptr; buf->cap && p < buf->ptr + buf->cap; p++)
		*p = 0;
	sg_buf_release(buf);
}

void sg_buf_reset(struct sg_buf *buf)
{
	buf->len = 0;
	buf->overflow = false;
	if (buf->cap)
		buf->ptr[0] = '\0';
}

static bool reserve(struct sg_buf *buf, size_t extra)
{
	size_t need, cap;

	if (buf->overflow || extra > buf->max || buf->len > buf->max - extra) {
		buf->overflow = true;
		return false;
	}
	need = buf->len + extra + 1;
	if (need <= buf->cap)
		return true;
	cap = buf->cap ? buf->cap * 2 : 64;
	if (cap < need)
		cap = need;
	if (cap > buf->max + 1)
		cap = buf->max + 1;
	buf->ptr = sg_realloc(buf->cap ? buf->ptr : NULL, cap, 1);
	buf->cap = cap;
	return true;
}

void sg_buf_room(struct sg_buf *buf, size_t len)
{
	if (len > buf->max)
		len = buf->max;
	if (len > buf->len && reserve(buf, len - buf->len))
		buf->ptr[buf->len] = '\0';
}

void sg_buf_add(struct sg_buf *buf, const void *bytes, size_t len)
{
	if (!reserve(buf, len))
		return;
	if (len)
		memcpy(buf->ptr + buf->len, bytes, len);
	buf->len += len;
	buf->ptr[buf->len] = '\0';
}

void sg_buf_addc(struct sg_buf *buf, char c)
{
	sg_buf_add(buf, &c, 1);
}

void sg_buf_adds(struct sg_buf *buf, const char *text)
{
	sg_buf_add(buf, text, strlen(text));
}

void sg_buf_addstr(struct sg_buf *buf, struct sg_str s)
{
	sg_buf_add(buf, s.ptr, s.len);
}

void sg_buf_addf(struct sg_buf *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	sg_buf_addv(buf, fmt, args);
	va_end(args);
}

void sg_buf_addv(struct sg_buf *buf, const char *fmt, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	if (n >= 0 && reserve(buf, (size_t)n)) {
		(void)vsnprintf(buf->ptr + buf->len, (size_t)n + 1, fmt, again);
		buf->len += (size_t)n;
	}
	va_end(again);
}

void sg_buf_drop(struct sg_buf *buf, size_t len)
{
	if (len > buf->len)
		len = buf->len;
	if (len == 0)
		return; /* also: what an empty buffer points to cannot be written */
	memmove(buf->ptr, buf->ptr + len, buf->len - len + 1);
	buf->len -= len;
}

void sg_buf_splice(struct sg_buf *buf, size_t from, size_t to, struct sg_str text)
{
	size_t tail;

	if (to > buf->len)
		to = buf->len;
	if (from > to)
		from = to;
	tail = buf->len - to;
	if (text.len > to - from && !reserve(buf, text.len - (to - from)))
		return;
	if (!buf->cap)
		return;
	memmove(buf->ptr + from + text.len, buf->ptr + to, tail + 1);
	if (text.len)
		memcpy(buf->ptr + from, text.ptr, text.len);
	buf->len = from + text.len + tail;
}

struct sg_str sg_buf_str(const struct sg_buf *buf)
{
	return (struct sg_str){buf->ptr, buf->len};
}

char *sg_buf_take(struct sg_buf *buf)
{
	char *ptr = buf->cap ? buf->ptr : sg_calloc(1, 1);

	*buf = (struct sg_buf){.ptr = EMPTY, .max = buf->max};
	return ptr;
}
