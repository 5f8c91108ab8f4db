/* What the single texts of the configuration may look like. */
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "config/schema.h"
#include "model/name.h"

#define NAME_MAX_BYTES 100
#define TEXT_MAX_BYTES 1024
#define DEPLOYED_MAX_BYTES 152 /* GitLab takes 255, two names of 100 may come in */

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
	       sg_name_all(s, sg_name_is_char);
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

/* What GitLab takes as the name of an environment: no slash or blank at its ends. */
static bool is_deployed(struct sg_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		bool inside = i > 0 && i + 1 < s.len;

		if (!sg_name_is_char(s.ptr[i]) && !(s.ptr[i] == '{' || s.ptr[i] == '}') &&
			!(inside && (s.ptr[i] == '/' || s.ptr[i] == ' ')))
			return false;
	}
	return s.len <= DEPLOYED_MAX_BYTES && is_template(s, "service env short");
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
		return sg_name_is_branch(text);
	case SG_FORMAT_TEMPLATE:
		return is_template(text, "service env short");
	case SG_FORMAT_DEPLOYED:
		return is_deployed(text);
	case SG_FORMAT_SUBJECT:
		return is_template(text, "service env tag from");
	case SG_FORMAT_LABEL:
		return sg_name_is_label(text);
	case SG_FORMAT_APPROVERS:
		return sg_name_is_approvers(text);
	case SG_FORMAT_EXCLUDED:
		return sg_str_is(text, "requester") || sg_str_is(text, "authors");
	case SG_FORMAT_USER:
		return sg_name_is_approvers(text) && sg_str_find(text, '/') < 0;
	case SG_FORMAT_ISSUE_LABEL:
		return sg_str_find(text, ',') < 0 && sg_str_eq(text, sg_str_trim(text));
	case SG_FORMAT_PERSON:
		return is_person(text);
	case SG_FORMAT_EMAIL:
		return is_email(text);
	}
	return false;
}
