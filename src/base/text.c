#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DOTENV_MAX_BYTES 1024
#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

static bool is_tail(struct sg_str s, size_t at)
{
	return at < s.len && ((unsigned char)s.ptr[at] & 0xC0) == 0x80;
}

size_t sg_text_utf8_len(struct sg_str s)
{
	unsigned char a, b;

	if (s.len == 0)
		return 0;
	a = (unsigned char)s.ptr[0];
	if (a < 0x80)
		return 1;
	if (a < 0xC2 || a > 0xF4 || !is_tail(s, 1))
		return 0;
	if (a < 0xE0)
		return 2;
	b = (unsigned char)s.ptr[1];
	if ((a == 0xE0 && b < 0xA0) || (a == 0xED && b > 0x9F) || !is_tail(s, 2))
		return 0; /* overlong, surrogate, cut */
	if (a < 0xF0)
		return 3;
	if ((a == 0xF0 && b < 0x90) || (a == 0xF4 && b > 0x8F) || !is_tail(s, 3))
		return 0; /* overlong, above U+10FFFF, cut */
	return 4;
}

/* The code point of a well-formed character of LEN bytes. */
static uint32_t decode(const char *ptr, size_t len)
{
	static const unsigned char lead[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	uint32_t code = (unsigned char)ptr[0] & lead[len];

	for (size_t i = 1; i < len; i++)
		code = code << 6 | ((unsigned char)ptr[i] & 0x3F);
	return code;
}

/* Controls, line and paragraph separators, bidi controls and invisible characters. */
static bool is_unprintable(uint32_t code)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {
		{0x00, 0x1F},
		{0x7F, 0x9F},
		{0xAD, 0xAD},
		{0x61C, 0x61C},
		{0x180E, 0x180E},
		{0x200B, 0x200B},
		{0x200E, 0x200F},
		{0x2028, 0x202E},
		{0x2060, 0x206F},
		{0xFEFF, 0xFEFF},
		{0xFFF9, 0xFFFB},
		{0xFFFE, 0xFFFF},
		{0xE0000, 0xE007F},
	};

	if (code >= 0x20 && code < 0x7F)
		return false;
	for (size_t i = 0; i < SG_COUNT(ranges); i++)
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	return false;
}

/*
 * One step through untrusted text: the next character and whether it may be shown. A broken byte
 * is a step of its own with `broken` set.
 */
struct step {
	struct sg_str bytes;
	uint32_t code;
	bool broken;
	bool unprintable; /* or broken */
};

static bool next_step(struct sg_str s, size_t *at, struct step *ret)
{
	struct sg_str rest;
	size_t len;

	if (*at >= s.len)
		return false;
	rest = (struct sg_str){s.ptr + *at, s.len - *at};
	len = sg_text_utf8_len(rest);
	*ret = (struct step){.broken = len == 0};
	if (len == 0)
		len = 1;
	ret->bytes = (struct sg_str){rest.ptr, len};
	ret->code = ret->broken ? (unsigned char)rest.ptr[0] : decode(rest.ptr, len);
	ret->unprintable = ret->broken || is_unprintable(ret->code);
	*at += len;
	return true;
}

void sg_text_terminal(struct sg_str s, bool multiline, struct sg_buf *out)
{
	struct step step;

	for (size_t at = 0; next_step(s, &at, &step);) {
		if (step.code == '\n' || step.code == '\t')
			sg_buf_addc(out, multiline ? (char)step.code : ' ');
		else if (!step.unprintable)
			sg_buf_addstr(out, step.bytes);
		else
			for (size_t i = 0; i < step.bytes.len; i++)
				sg_buf_addf(out, "\\x%02x", (unsigned char)step.bytes.ptr[i]);
	}
}

static void json_escape(uint32_t code, struct sg_buf *out)
{
	if (code >= 0x10000) {
		sg_buf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xD800 + ((code - 0x10000) >> 10)),
			(unsigned)(0xDC00 + ((code - 0x10000) & 0x3FF)));
		return;
	}
	switch (code) {
	case '\n':
		sg_buf_adds(out, "\\n");
		return;
	case '\t':
		sg_buf_adds(out, "\\t");
		return;
	case '\r':
		sg_buf_adds(out, "\\r");
		return;
	case '"':
		sg_buf_adds(out, "\\\"");
		return;
	case '\\':
		sg_buf_adds(out, "\\\\");
		return;
	}
	sg_buf_addf(out, "\\u%04x", (unsigned)code);
}

/* How many bytes from AT on stand for themselves in JSON and are ASCII. */
static size_t plain_bytes(struct sg_str s, size_t at)
{
	size_t end = at;

	while (end < s.len && s.ptr[end] >= ' ' && s.ptr[end] <= '~' && s.ptr[end] != '"' &&
		s.ptr[end] != '\\')
		end++;
	return end - at;
}

void sg_text_json(struct sg_str s, struct sg_buf *out)
{
	struct step step;
	size_t at = 0;

	for (;;) {
		size_t plain = plain_bytes(s, at);

		sg_buf_addstr(out, sg_str_sub(s, at, at + plain));
		at += plain;
		if (!next_step(s, &at, &step))
			break;
		if (step.broken)
			sg_buf_adds(out, REPLACEMENT);
		else if (step.unprintable || step.code == '"' || step.code == '\\')
			json_escape(step.code, out);
		else
			sg_buf_addstr(out, step.bytes);
	}
}

bool sg_text_dotenv(struct sg_str s, struct sg_buf *out)
{
	struct step step;
	size_t len = 0;

	if (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' '))
		return false;
	for (size_t at = 0; next_step(s, &at, &step);) {
		if (step.unprintable)
			return false;
		len += step.code == '$' ? 2 : step.bytes.len;
		if (len > DOTENV_MAX_BYTES)
			return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '$')
			sg_buf_addc(out, '$');
		sg_buf_addc(out, s.ptr[i]);
	}
	return true;
}

void sg_text_xml(struct sg_str s, struct sg_buf *out)
{
	struct step step;

	for (size_t at = 0; next_step(s, &at, &step);) {
		if (step.code == '\n' || step.code == '\t' || step.code == '\r')
			sg_buf_addf(out, "&#%u;", (unsigned)step.code);
		else if (step.unprintable)
			sg_buf_adds(out, REPLACEMENT);
		else if (step.code < 0x80 && strchr("&<>\"'", (int)step.code))
			sg_buf_addf(out, "&#%u;", (unsigned)step.code);
		else
			sg_buf_addstr(out, step.bytes);
	}
}

void sg_text_markdown(struct sg_str s, struct sg_buf *out)
{
	struct step step;
	size_t shown = 0;

	sg_buf_addc(out, '`');
	for (size_t at = 0; next_step(s, &at, &step);) {
		if (step.code == '`')
			continue;
		shown++;
		if (step.code == '\n' || step.code == '\t')
			sg_buf_addc(out, ' ');
		else if (step.unprintable)
			sg_buf_adds(out, REPLACEMENT);
		else if (step.code == '|')
			sg_buf_adds(
				out, "\xC2\xA6"); /* a pipe would end a table cell and the span */
		else
			sg_buf_addstr(out, step.bytes);
	}
	if (shown == 0)
		sg_buf_addc(out, ' ');
	sg_buf_addc(out, '`');
}

/* Where the ANSI sequence that starts at AT (an ESC or an 8-bit CSI/OSC) ends. */
static size_t skip_ansi(struct sg_str s, size_t at)
{
	size_t i = at + 1;

	if (i >= s.len || (s.ptr[i] != '[' && s.ptr[i] != ']'))
		return i;
	if (s.ptr[i++] == ']') {
		while (i < s.len && s.ptr[i] != '\a' && s.ptr[i] != '\x1b' && s.ptr[i] != '\n')
			i++;
		return i;
	}
	while (i < s.len && s.ptr[i] >= 0x20 && s.ptr[i] < 0x40)
		i++;
	return i < s.len && s.ptr[i] >= 0x40 && s.ptr[i] < 0x7F ? i + 1 : i;
}

static void strip_controls(struct sg_str s, struct sg_buf *out)
{
	struct step step;

	for (size_t at = 0; next_step(s, &at, &step);) {
		if (step.code == 0x1B && !step.broken)
			at = skip_ansi(s, at - 1);
		else if (step.broken)
			sg_buf_adds(out, REPLACEMENT);
		else if (step.code == '\n')
			sg_buf_addc(out, '\n');
		else if (step.code == '\t')
			sg_buf_addc(out, ' ');
		else if (!step.unprintable)
			sg_buf_addstr(out, step.bytes);
	}
}

/* Length of "[skip ci]" or "[ci skip]" (blank, dash or underscore between) at the start, or 0. */
static size_t skip_marker(struct sg_str s)
{
	static const size_t len = sizeof("[skip ci]") - 1;
	struct sg_str two = sg_str_sub(s, 1, 3), four = sg_str_sub(s, 1, 5);
	bool ci_first;
	char between;

	if (s.len < len || s.ptr[0] != '[' || s.ptr[len - 1] != ']')
		return 0;
	ci_first = sg_str_ieq(two, SG_STR("ci")) && sg_str_ieq(sg_str_sub(s, 4, 8), SG_STR("skip"));
	if (!ci_first && !(sg_str_ieq(four, SG_STR("skip")) &&
				 sg_str_ieq(sg_str_sub(s, 6, 8), SG_STR("ci"))))
		return 0;
	between = s.ptr[ci_first ? 3 : 5];
	return between == ' ' || between == '-' || between == '_' ? len : 0;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

/*
 * Does what GitLab takes for a mention or a reference begin with the byte at AT? "@name" not inside
 * a word (a digest's "@sha256" is), "#1", "!1", "&1", "$1" anywhere ("shop/web#7"), "~label" and
 * "%milestone", and a link to an issue, which closes it behind "Closes".
 */
static bool begins_reference(struct sg_str s, size_t at)
{
	static const char *const links[] = {"/issues/", "/work_items/", "/merge_requests/"};
	char c = s.ptr[at], next = at + 1 < s.len ? s.ptr[at + 1] : '\0';

	switch (c) {
	case '@':
		return (at == 0 || !is_word(s.ptr[at - 1])) && is_word(next);
	case '#':
	case '!':
	case '&':
	case '$':
		return next >= '0' && next <= '9';
	case '~':
	case '%':
		return is_word(next) || next == '"';
	case '/':
		for (size_t i = 0; i < SG_COUNT(links); i++)
			if (sg_str_starts(sg_str_sub(s, at, s.len), links[i]))
				return true;
		return false;
	}
	return false;
}

void sg_text_commit(struct sg_str s, struct sg_buf *out)
{
	SG_AUTO(sg_buf_release) struct sg_buf clean = {0};

	/* A broken byte becomes three. */
	sg_buf_init(&clean, s.len * 3);
	strip_controls(s, &clean);
	for (size_t i = 0; i < clean.len;) {
		size_t len = skip_marker(sg_str_sub(sg_buf_str(&clean), i, clean.len));

		if (len == 0) {
			bool reference = begins_reference(sg_buf_str(&clean), i);

			sg_buf_addc(out, clean.ptr[i++]);
			if (reference)
				sg_buf_addc(out, ' ');
			continue;
		}
		sg_buf_addc(out, '(');
		sg_buf_add(out, clean.ptr + i + 1, len - 2);
		sg_buf_addc(out, ')');
		i += len;
	}
}

/*
 * GitLab makes line ends of the two characters `\n` in a description, wherever they stand; so those
 * that were there before are parted.
 */
void sg_text_push_option(struct sg_str s, bool lines, struct sg_buf *out)
{
	struct step step;

	for (size_t at = 0; next_step(s, &at, &step);) {
		if (step.code == '\n' && lines)
			sg_buf_adds(out, "\\n");
		else if (step.unprintable)
			sg_buf_addc(out, ' ');
		else
			sg_buf_addstr(out, step.bytes);
		if (step.code == '\\' && at < s.len && s.ptr[at] == 'n')
			sg_buf_addc(out, ' ');
	}
}

void sg_text_url(struct sg_str s, struct sg_buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			     (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';

		if (plain)
			sg_buf_addc(out, (char)c);
		else
			sg_buf_addf(out, "%%%02X", c);
	}
}

void sg_text_line(char *out, size_t size, struct sg_str s)
{
	size_t used = 0;

	s = sg_str_trim(s);
	while (s.len) {
		size_t n = sg_text_utf8_len(s);

		n = n ? n : 1;
		if (used + n >= size)
			break;
		memcpy(out + used, s.ptr, n);
		if (out[used] == '\n' || out[used] == '\r' || out[used] == '\t')
			out[used] = ' ';
		used += n;
		s = sg_str_sub(s, n, s.len);
	}
	out[used] = '\0';
}

void sg_text_wrap(const char *text, size_t indent, size_t width, struct sg_buf *out)
{
	struct sg_str rest = sg_str_of(text), word;
	size_t column = indent;
	bool first = true;

	while (sg_str_cut(&rest, ' ', &word)) {
		if (!first && column + 1 + word.len > width) {
			sg_buf_addc(out, '\n');
			sg_buf_addf(out, "%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			sg_buf_addc(out, ' ');
			column++;
		}
		sg_buf_addstr(out, word);
		column += word.len;
		first = false;
	}
	sg_buf_addc(out, '\n');
}
