#include "repo/answer.h"

#include <string.h>

#include "base/text.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins_with_tag(struct sg_str s, const char *tag)
{
	size_t len = strlen(tag);

	if (s.len < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (lower(s.ptr[i]) != tag[i])
			return false;
	return true;
}

static bool looks_like_html(struct sg_str body)
{
	struct sg_str s = sg_str_trim(body);

	return begins_with_tag(s, "<!doctype html") || begins_with_tag(s, "<html") ||
	       begins_with_tag(s, "<head") || begins_with_tag(s, "<body");
}

/* The text of the first <title>, or the empty view. */
static struct sg_str html_title(struct sg_str body)
{
	for (size_t i = 0; i < body.len; i++) {
		struct sg_str rest = sg_str_sub(body, i, body.len);
		long from, to;

		if (!begins_with_tag(rest, "<title"))
			continue;
		from = sg_str_find(rest, '>');
		if (from < 0)
			break;
		rest = sg_str_sub(rest, (size_t)from + 1, rest.len);
		to = sg_str_find(rest, '<');
		return sg_str_sub(rest, 0, to < 0 ? rest.len : (size_t)to);
	}
	return SG_STR("");
}

struct line {
	char *out;
	size_t size;
	size_t len;
	bool gap; /* a blank is due before the next character */
};

static bool put(struct line *line, const char *bytes, size_t len)
{
	size_t gap = line->gap && line->len > 0 ? 1 : 0;

	if (line->len + gap + len >= line->size)
		return false;
	if (gap)
		line->out[line->len++] = ' ';
	memcpy(line->out + line->len, bytes, len);
	line->len += len;
	line->gap = false;
	return true;
}

/* Appends the printable characters of TEXT; with TAGS everything between < and > is left out. */
static void put_text(struct line *line, struct sg_str text, bool tags)
{
	bool inside = false;

	for (size_t i = 0; i < text.len;) {
		size_t len = sg_text_utf8_len(sg_str_sub(text, i, text.len));
		unsigned char c = (unsigned char)text.ptr[i];

		if (tags && (c == '<' || c == '>')) {
			inside = c == '<';
			line->gap = true;
		} else if (inside) {
			;
		} else if (len == 0 || c < 0x20 || c == 0x7f || blank((char)c)) {
			line->gap = true;
		} else if (!put(line, text.ptr + i, len)) {
			return;
		}
		i += len > 0 ? len : 1;
	}
}

void sg_git_words(struct sg_str body, char *out, size_t size)
{
	struct line line = {.out = out, .size = size};
	bool html = looks_like_html(body);
	struct sg_str title = html ? html_title(body) : SG_STR("");

	if (size == 0)
		return;
	put_text(&line, title, false);
	if (line.len == 0)
		put_text(&line, body, html);
	out[line.len] = '\0';
}
