#include "base/str.h"

#include <stdlib.h>
#include <string.h>

struct sg_str sg_str_of(const char *text)
{
	return (struct sg_str){text ? text : "", text ? strlen(text) : 0};
}

bool sg_str_eq(struct sg_str a, struct sg_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool sg_str_is(struct sg_str a, const char *text)
{
	return sg_str_eq(a, sg_str_of(text));
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool sg_str_ieq(struct sg_str a, struct sg_str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	return true;
}

bool sg_str_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool sg_str_starts(struct sg_str s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && (len == 0 || memcmp(s.ptr, prefix, len) == 0);
}

bool sg_str_ends(struct sg_str s, const char *suffix)
{
	size_t len = strlen(suffix);

	return s.len >= len && (len == 0 || memcmp(s.ptr + s.len - len, suffix, len) == 0);
}

struct sg_str sg_str_sub(struct sg_str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return (struct sg_str){s.ptr ? s.ptr + from : "", to - from};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct sg_str sg_str_trim(struct sg_str s)
{
	size_t from = 0, to = s.len;

	while (from < to && is_blank(s.ptr[from]))
		from++;
	while (to > from && is_blank(s.ptr[to - 1]))
		to--;
	return sg_str_sub(s, from, to);
}

size_t sg_str_visible(struct sg_str s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] > ' ' && s.ptr[n] <= '~')
		n++;
	return n;
}

long sg_str_find(struct sg_str s, char c)
{
	const char *hit = s.len ? memchr(s.ptr, c, s.len) : NULL;

	return hit ? (long)(hit - s.ptr) : -1;
}

long sg_str_search(struct sg_str s, const char *needle)
{
	size_t len = strlen(needle);

	if (len == 0)
		return 0;
	for (size_t i = 0; len <= s.len && i <= s.len - len; i++)
		if (memcmp(s.ptr + i, needle, len) == 0)
			return (long)i;
	return -1;
}

bool sg_str_cut(struct sg_str *rest, char c, struct sg_str *ret_part)
{
	long at;

	if (!rest->ptr)
		return false;
	at = sg_str_find(*rest, c);
	if (at < 0) {
		*ret_part = *rest;
		*rest = (struct sg_str){NULL, 0};
		return true;
	}
	*ret_part = sg_str_sub(*rest, 0, (size_t)at);
	*rest = sg_str_sub(*rest, (size_t)at + 1, rest->len);
	return true;
}

bool sg_str_is_digits(struct sg_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0;
}

bool sg_str_is_hex(struct sg_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
			return false;
	return true;
}

bool sg_str_is_oid(struct sg_str s)
{
	return (s.len == 40 || s.len == 64) && sg_str_is_hex(s);
}

#define NAME_MAX_LEN 64

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment distance of two names of at most NAME_MAX_LEN bytes. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t d[3][NAME_MAX_LEN + 1];

	for (size_t j = 0; j <= b_len; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *now = d[i % 3], *up = d[(i + 2) % 3], *up2 = d[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t cost = lower(a[i - 1]) != lower(b[j - 1]);

			now[j] = min3(up[j] + 1, now[j - 1] + 1, up[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				up2[j - 2] + 1 < now[j])
				now[j] = up2[j - 2] + 1;
		}
	}
	return d[a_len % 3][b_len];
}

const char *sg_str_nearest(const char *wanted, const char *const *candidates, size_t count)
{
	size_t len = strlen(wanted), best = (len + 2) / 3 + 1;
	const char *nearest = NULL;

	if (len > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t other = strlen(candidates[i]), d;

		if (other > NAME_MAX_LEN)
			continue;
		d = distance(wanted, len, candidates[i], other);
		if (d < best && d < len) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}
