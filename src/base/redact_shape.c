#include "base/redact_shape.h"

#include <string.h>

#include "base/attr.h"

/* Shorter tails are words ("glpat-..." in a sentence), not tokens. */
#define TAIL_MIN 6
#define JWT_PART_MIN 4

static const char *const prefixes[] = {
	"glpat-",
	"gldt-",
	"glrt-",
	"glrtr-",
	"glcbt-",
	"glsoat-",
	"glptt-",
	"glft-",
	"glimt-",
	"glagent-",
	"gloas-",
	"glffct-",
	"glwt-",
};

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_base64url(char c)
{
	return is_alnum(c) || c == '-' || c == '_';
}

static bool is_token_char(char c)
{
	return is_base64url(c) || c == '.' || c == '=' || c == '~' || c == '+';
}

static size_t run(struct sg_str s, size_t at, bool (*is)(char))
{
	size_t end = at;

	while (end < s.len && is(s.ptr[end]))
		end++;
	return end;
}

/* End of a GitLab token that starts at AT, or AT. */
static size_t gitlab_token(struct sg_str s, size_t at)
{
	struct sg_str rest = sg_str_sub(s, at, s.len);

	if (s.ptr[at] != 'g')
		return at;
	for (size_t i = 0; i < SG_COUNT(prefixes); i++) {
		size_t from, to;

		if (!sg_str_starts(rest, prefixes[i]))
			continue;
		from = at + strlen(prefixes[i]);
		to = run(s, from, is_token_char);
		if (to - from >= TAIL_MIN)
			return to;
	}
	return at;
}

/*
 * End of a JWT that starts at AT, or AT. `*tried` is where the last failed attempt ended: a run of
 * base64 without dots is walked once, not once per "eyJ" in it.
 */
static size_t jwt(struct sg_str s, size_t at, size_t *tried)
{
	size_t head, body;

	if (at < *tried || !sg_str_starts(sg_str_sub(s, at, s.len), "eyJ"))
		return at;
	head = run(s, at, is_base64url);
	*tried = head;
	if (head - at < JWT_PART_MIN || head >= s.len || s.ptr[head] != '.')
		return at;
	body = run(s, head + 1, is_base64url);
	if (body - head <= JWT_PART_MIN || body >= s.len || s.ptr[body] != '.')
		return at;
	return run(s, body + 1, is_base64url);
}

/* True when the bytes before the colon at AT (a quote between is fine) name a secret header. */
static bool is_secret_header(struct sg_str s, size_t at)
{
	static const char *const names[] = {"authorization", "-token", "cookie"};

	while (at > 0 && (s.ptr[at - 1] == '"' || s.ptr[at - 1] == '\'' || s.ptr[at - 1] == ' '))
		at--;
	for (size_t i = 0; i < SG_COUNT(names); i++) {
		size_t len = strlen(names[i]);

		if (at >= len && sg_str_ieq(sg_str_sub(s, at - len, at), sg_str_of(names[i])))
			return true;
	}
	return false;
}

/* The value behind the colon at AT: to the closing quote where one opens, else to the line's end.
 */
static size_t header_value(struct sg_str s, size_t at, size_t *ret_from)
{
	size_t from = at + 1, to;
	char quote = '\0';

	while (from < s.len && (s.ptr[from] == ' ' || s.ptr[from] == '\t'))
		from++;
	if (from < s.len && (s.ptr[from] == '"' || s.ptr[from] == '\''))
		quote = s.ptr[from++];
	for (to = from; to < s.len && s.ptr[to] != '\r' && s.ptr[to] != '\n'; to++)
		if (quote && s.ptr[to] == quote)
			break;
	*ret_from = from;
	return to;
}

/* The end of "user:password" behind "://" (where the @ is), or FROM when there is none. */
static size_t userinfo(struct sg_str s, size_t from)
{
	size_t to = from;

	while (to < s.len && (unsigned char)s.ptr[to] > ' ' && !strchr("/?#\"'<>", s.ptr[to])) {
		if (s.ptr[to] == '@')
			return to;
		to++;
	}
	return from;
}

void sg_redact_shapes(
	struct sg_str text, void (*mark)(void *arg, size_t from, size_t to), void *arg)
{
	size_t tried = 0;

	for (size_t at = 0; at < text.len; at++) {
		size_t from = at, to = at;

		if (text.ptr[at] == 'g')
			to = gitlab_token(text, at);
		else if (text.ptr[at] == 'e')
			to = jwt(text, at, &tried);
		else if (text.ptr[at] != ':')
			continue;
		else if (sg_str_starts(sg_str_sub(text, at, text.len), "://"))
			to = userinfo(text, from = at + 3);
		else if (is_secret_header(text, at))
			to = header_value(text, at, &from);
		if (to <= from)
			continue;
		mark(arg, from, to);
		at = to - 1;
	}
}
