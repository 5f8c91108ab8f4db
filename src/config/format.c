/* What the single texts of the configuration may look like. */
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "config/schema.h"

#define NAME_MAX_BYTES 100
#define BRANCH_MAX_BYTES 200
#define TEXT_MAX_BYTES 1024

static const struct {
	const char *text;
	const char *pattern;
} formats[] = {
#define SG_X(name, text, pattern) [SG_FORMAT_##name] = {text, pattern},
	SG_CONFIG_FORMATS(SG_X)
#undef SG_X
};

const char *sg_config_format_text(enum sg_config_format format)
{
	return formats[format].text;
}

const char *sg_config_format_pattern(enum sg_config_format format)
{
	return formats[format].pattern;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_name_char(char c)
{
	return is_alnum(c) || c == '.' || c == '_' || c == '-';
}

static bool all(struct sg_str s, bool (*is)(char))
{
	for (size_t i = 0; i < s.len; i++)
		if (!is(s.ptr[i]))
			return false;
	return true;
}

/* Printable UTF-8 on one line: what the terminal escaper leaves as it is. */
static bool is_line(struct sg_str s)
{
	SG_AUTO(sg_buf_release) struct sg_buf shown = {0};

	if (s.len == 0 || s.len > TEXT_MAX_BYTES)
		return false;
	sg_buf_init(&shown, TEXT_MAX_BYTES * 4);
	sg_text_terminal(s, /* multiline= */ true, &shown);
	return sg_str_eq(s, sg_buf_str(&shown)) && sg_str_find(s, '\n') < 0 &&
	       sg_str_find(s, '\t') < 0;
}

static bool is_name(struct sg_str s)
{
	return s.len >= 1 && s.len <= NAME_MAX_BYTES && s.ptr[0] != '.' && s.ptr[0] != '-' &&
	       all(s, is_name_char);
}

/* The rules of git check-ref-format for one branch. */
static bool is_branch(struct sg_str s)
{
	struct sg_str rest = s, part;

	if (s.len > BRANCH_MAX_BYTES || s.ptr[0] == '-' || sg_str_ends(s, ".") ||
		sg_str_is(s, "@") || sg_str_is(s, "HEAD") || sg_str_search(s, "..") >= 0 ||
		sg_str_search(s, "@{") >= 0)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (strchr(" ~^:?*[\\", s.ptr[i]))
			return false;
	while (sg_str_cut(&rest, '/', &part))
		if (part.len == 0 || part.ptr[0] == '.' || sg_str_ends(part, ".lock"))
			return false;
	return true;
}

static bool is_label_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
}

static bool is_label(struct sg_str s)
{
	return s.len <= 63 && all(s, is_label_char) && s.ptr[0] != '-' && s.ptr[s.len - 1] != '-';
}

static bool is_approvers(struct sg_str s)
{
	struct sg_str rest = sg_str_sub(s, 1, s.len), part;

	if (s.ptr[0] != '@')
		return false;
	while (sg_str_cut(&rest, '/', &part))
		if (part.len == 0 || !all(part, is_name_char))
			return false;
	return true;
}

/* Only placeholders of the blank-separated list NAMES, braces nowhere else. */
static bool is_template(struct sg_str s, const char *names)
{
	for (size_t i = 0; i < s.len; i++) {
		struct sg_str rest = sg_str_sub(s, i + 1, s.len);
		long close = sg_str_find(rest, '}');
		char name[16] = "";

		if (s.ptr[i] == '}')
			return false;
		if (s.ptr[i] != '{')
			continue;
		if (close <= 0 || (size_t)close >= sizeof(name))
			return false;
		memcpy(name, rest.ptr, (size_t)close);
		if (sg_config_word(names, name) < 0)
			return false;
		i += (size_t)close + 1;
	}
	return true;
}

static bool is_person(struct sg_str s)
{
	return sg_str_find(s, '<') < 0 && sg_str_find(s, '>') < 0 && sg_str_eq(s, sg_str_trim(s));
}

static bool is_email(struct sg_str s)
{
	long at = sg_str_find(s, '@');

	return at > 0 && (size_t)at + 1 < s.len && is_person(s) && sg_str_find(s, ' ') < 0 &&
	       sg_str_find(sg_str_sub(s, (size_t)at + 1, s.len), '@') < 0;
}

bool sg_config_format_ok(enum sg_config_format format, struct sg_str text)
{
	if (!is_line(text))
		return false;
	switch (format) {
	case SG_FORMAT_LINE:
		return true;
	case SG_FORMAT_NAME:
		return is_name(text);
	case SG_FORMAT_SERVICE:
		return is_name(text) || sg_str_is(text, "*");
	case SG_FORMAT_BRANCH:
		return is_branch(text);
	case SG_FORMAT_TEMPLATE:
		return is_template(text, "service env short");
	case SG_FORMAT_SUBJECT:
		return is_template(text, "service env tag from");
	case SG_FORMAT_LABEL:
		return is_label(text);
	case SG_FORMAT_APPROVERS:
		return is_approvers(text);
	case SG_FORMAT_EXCLUDED:
		return sg_str_is(text, "requester") || sg_str_is(text, "authors");
	case SG_FORMAT_PERSON:
		return is_person(text);
	case SG_FORMAT_EMAIL:
		return is_email(text);
	}
	return false;
}
