#include "io/json_check.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

struct key {
	struct sg_str name; /* unescaped */
	const char *at;     /* its opening quote in the text */
};

struct scan {
	const char *start;
	const char *at;
	const char *end;
	struct sg_arena *arena;
	struct sg_json_checked *out;
	struct key *keys; /* of all objects that are open */
	size_t key_count;
	size_t key_cap;
	size_t values;
	size_t numbers;
	struct sg_err *err;
};

static int fail_at(struct scan *s, const char *where, enum sg_reason reason, const char *what)
{
	size_t line = 1;
	const char *line_start = s->start;

	for (const char *p = s->start; p < where; p++)
		if (*p == '\n') {
			line++;
			line_start = p + 1;
		}
	return sg_fail(s->err, reason, "%zu:%zu: %s", line, (size_t)(where - line_start) + 1, what);
}

static int fail(struct scan *s, const char *what)
{
	return fail_at(s, s->at, SG_R_JSON_INVALID, what);
}

static void skip_blanks(struct scan *s)
{
	while (s->at < s->end &&
		(*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
		s->at++;
}

/* The next byte, 0 at the end (a raw NUL is no legal byte of a JSON text either). */
static char peek(const struct scan *s)
{
	return s->at < s->end ? *s->at : '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four hex digits at P, or -1. */
static long hex4(const char *p, const char *end)
{
	long value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static bool is_high(long unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(long unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* Behind "\u": the digits, and the second half of a surrogate pair. */
static int unicode_escape(struct scan *s)
{
	long unit = hex4(s->at, s->end);

	if (unit < 0)
		return fail(s, "\\u wants four hex digits");
	if (unit == 0)
		return fail(s, "\\u0000 is not accepted");
	if (is_low(unit))
		return fail(s, "lone surrogate");
	s->at += 4;
	if (!is_high(unit))
		return 0;
	if (s->end - s->at < 6 || s->at[0] != '\\' || s->at[1] != 'u' ||
		!is_low(hex4(s->at + 2, s->end)))
		return fail(s, "lone surrogate");
	s->at += 6;
	return 0;
}

static int escape(struct scan *s)
{
	char c = peek(s);

	if (c == '\0' || !strchr("\"\\/bfnrtu", c))
		return fail(s, "unknown escape");
	s->at++;
	return c == 'u' ? unicode_escape(s) : 0;
}

static int plain_character(struct scan *s)
{
	unsigned char c = (unsigned char)*s->at;
	size_t len = 1;

	if (c < 0x20)
		return fail(s, "raw control character in a string");
	if (c >= 0x80)
		len = sg_text_utf8_len((struct sg_str){s->at, (size_t)(s->end - s->at)});
	if (len == 0)
		return fail(s, "broken UTF-8");
	s->at += len;
	return 0;
}

/* At the opening quote; *ret_raw is the text between the quotes. */
static int string(struct scan *s, struct sg_str *ret_raw, bool *ret_escaped)
{
	const char *from = ++s->at;

	*ret_escaped = false;
	while (s->at < s->end && *s->at != '"') {
		if (*s->at == '\\') {
			*ret_escaped = true;
			s->at++;
			if (escape(s) < 0)
				return -1;
		} else if (plain_character(s) < 0) {
			return -1;
		}
	}
	if (s->at >= s->end)
		return fail(s, "the text ends inside a string");
	*ret_raw = (struct sg_str){from, (size_t)(s->at - from)};
	s->at++;
	return 0;
}

static size_t put_utf8(char *out, unsigned long c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | (c >> 6));
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | (c >> 12));
		out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (c >> 18));
	out[1] = (char)(0x80 | ((c >> 12) & 0x3f));
	out[2] = (char)(0x80 | ((c >> 6) & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* One "\uXXXX" or pair at P (behind the u), already checked; returns the bytes read. */
static size_t unescape_unicode(const char *p, const char *end, char *out, size_t *len)
{
	unsigned long unit = (unsigned long)hex4(p, end);

	if (!is_high((long)unit)) {
		*len += put_utf8(out + *len, unit);
		return 4;
	}
	unit = 0x10000 + ((unit - 0xd800) << 10) + ((unsigned long)hex4(p + 6, end) - 0xdc00);
	*len += put_utf8(out + *len, unit);
	return 10;
}

/* The unescaped form is never longer than the raw one. */
static struct sg_str unescape(struct sg_arena *arena, struct sg_str raw)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char *out = sg_arena_alloc(arena, raw.len + 1);
	const char *end = raw.ptr + raw.len;
	size_t len = 0;

	for (const char *p = raw.ptr; p < end;) {
		if (*p != '\\') {
			out[len++] = *p++;
		} else if (p[1] == 'u') {
			p += 2 + unescape_unicode(p + 2, end, out, &len);
		} else {
			out[len++] = to[strchr(from, p[1]) - from];
			p += 2;
		}
	}
	return (struct sg_str){out, len};
}

static int add_key(struct scan *s)
{
	const char *at = s->at;
	struct sg_str raw;
	bool escaped;

	if (peek(s) != '"')
		return fail(s, "expected a key in double quotes");
	if (string(s, &raw, &escaped) < 0)
		return -1;
	if (s->key_count == s->key_cap) {
		s->key_cap = s->key_cap ? s->key_cap * 2 : 64;
		s->keys = sg_realloc(s->keys, s->key_cap, sizeof(*s->keys));
	}
	s->keys[s->key_count++] =
		(struct key){.name = escaped ? unescape(s->arena, raw) : raw, .at = at};
	return 0;
}

static int compare_keys(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	int order;

	if (a->name.len != b->name.len)
		return a->name.len < b->name.len ? -1 : 1;
	order = a->name.len ? memcmp(a->name.ptr, b->name.ptr, a->name.len) : 0;
	if (order != 0)
		return order;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* The keys from FIRST on are those of an object that ends here. */
static int check_duplicates(struct scan *s, size_t first)
{
	size_t count = s->key_count - first;
	const char *at = NULL;

	if (count > 1)
		qsort(s->keys + first, count, sizeof(*s->keys), compare_keys);
	for (size_t i = first + 1; i < s->key_count; i++)
		if (sg_str_eq(s->keys[i - 1].name, s->keys[i].name) && (!at || s->keys[i].at < at))
			at = s->keys[i].at;
	s->key_count = first;
	return at ? fail_at(s, at, SG_R_JSON_INVALID, "duplicate key") : 0;
}

static size_t skip_digits(struct scan *s)
{
	const char *from = s->at;

	while (is_digit(peek(s)))
		s->at++;
	return (size_t)(s->at - from);
}

/* The part from '.' or 'e' on; *ret_seen says whether there was one. */
static int fraction_and_exponent(struct scan *s, bool *ret_seen)
{
	*ret_seen = false;
	if (peek(s) == '.') {
		*ret_seen = true;
		s->at++;
		if (skip_digits(s) == 0)
			return fail(s, "expected a digit behind the point");
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		*ret_seen = true;
		s->at++;
		if (peek(s) == '+' || peek(s) == '-')
			s->at++;
		if (skip_digits(s) == 0)
			return fail(s, "expected a digit in the exponent");
	}
	return 0;
}

#define DIGITS_EXACT 15u   /* what a double surely holds */
#define NUMBER_MAX_LEN 63u /* what the tree builder reads */

/* A number that a double can hold at all. */
static bool is_finite(const char *from, size_t len)
{
	char text[NUMBER_MAX_LEN + 1];

	memcpy(text, from, len);
	text[len] = '\0';
	return isfinite(strtod(text, NULL));
}

static int number(struct scan *s)
{
	const char *from = s->at;
	size_t ordinal = s->numbers++, digits, len;
	bool is_real;

	if (*s->at == '-')
		s->at++;
	digits = peek(s) == '0' ? 1 : 0;
	if (digits)
		s->at++;
	else
		digits = skip_digits(s);
	if (digits == 0 || is_digit(peek(s)))
		return fail(s, "not a number by RFC 8259");
	if (fraction_and_exponent(s, &is_real) < 0)
		return -1;
	len = (size_t)(s->at - from);
	if (len > NUMBER_MAX_LEN)
		return fail_at(s, from, SG_R_JSON_INVALID, "number of more than 63 characters");
	if (!is_finite(from, len))
		return fail_at(s, from, SG_R_JSON_INVALID, "number out of range");
	if (!is_real && digits > DIGITS_EXACT) {
		struct sg_json_long *item =
			sg_arena_push(s->arena, &s->out->longs, &s->out->long_count, sizeof(*item));

		*item = (struct sg_json_long){ordinal, {from, len}};
	}
	return 0;
}

static int word(struct scan *s, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, text, len) != 0)
		return fail(s, "expected a value");
	s->at += len;
	return 0;
}

static int value(struct scan *s, int depth);

/* Behind an element: 1 at a comma, 0 at CLOSE, -1 otherwise. */
static int next_or_close(struct scan *s, char close)
{
	skip_blanks(s);
	if (peek(s) != ',' && peek(s) != close)
		return fail(s, close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
	return *s->at++ == ',';
}

static int array(struct scan *s, int depth)
{
	int more = 1;

	s->at++;
	skip_blanks(s);
	if (peek(s) == ']') {
		s->at++;
		return 0;
	}
	while (more > 0) {
		if (value(s, depth) < 0)
			return -1;
		more = next_or_close(s, ']');
	}
	return more;
}

static int member(struct scan *s, int depth)
{
	skip_blanks(s);
	if (add_key(s) < 0)
		return -1;
	skip_blanks(s);
	if (peek(s) != ':')
		return fail(s, "expected ':'");
	s->at++;
	return value(s, depth);
}

static int object(struct scan *s, int depth)
{
	size_t first = s->key_count;
	int more = 1;

	s->at++;
	skip_blanks(s);
	if (peek(s) == '}') {
		s->at++;
		return 0;
	}
	while (more > 0) {
		if (member(s, depth) < 0)
			return -1;
		more = next_or_close(s, '}');
	}
	return more < 0 ? -1 : check_duplicates(s, first);
}

static int container(struct scan *s, int depth)
{
	if (depth >= SG_JSON_DEPTH_MAX)
		return fail(s, "nested too deeply (more than 64 levels)");
	return *s->at == '{' ? object(s, depth + 1) : array(s, depth + 1);
}

/* Recursion is bounded by SG_JSON_DEPTH_MAX. */
static int value(struct scan *s, int depth)
{
	struct sg_str raw;
	bool escaped;
	char c;

	skip_blanks(s);
	if (++s->values > SG_JSON_VALUES_MAX)
		return fail_at(s, s->at, SG_R_TOO_LARGE, "more than a million values");
	c = peek(s);
	if (c == '{' || c == '[')
		return container(s, depth);
	if (c == '"')
		return string(s, &raw, &escaped);
	if (c == '-' || is_digit(c))
		return number(s);
	if (c == 't' || c == 'f')
		return word(s, c == 't' ? "true" : "false");
	return word(s, "null");
}

int sg_json_check(
	struct sg_str text, struct sg_arena *arena, struct sg_json_checked *ret, struct sg_err *err)
{
	struct sg_json_checked checked = {0};
	const char *start = text.len ? text.ptr : "";
	struct scan s = {.start = start,
		.at = start,
		.end = start + text.len,
		.arena = arena,
		.out = &checked,
		.err = err};
	int rc;

	if (text.len > SG_JSON_BYTES_MAX)
		return sg_fail(err, SG_R_TOO_LARGE, "a JSON text of %zu bytes (limit %zu)",
			text.len, SG_JSON_BYTES_MAX);
	rc = value(&s, 0);
	if (rc == 0) {
		skip_blanks(&s);
		if (s.at < s.end)
			rc = fail(&s, "something follows the document");
	}
	free(s.keys);
	if (rc == 0)
		*ret = checked;
	return rc;
}
