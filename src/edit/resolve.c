#include <string.h>

#include "edit/quote.h"

/*
 * A superset of what the resolvers of PyYAML, ruamel.yaml, go-yaml 2 and 3, js-yaml and Psych take
 * for something else than text: letter case is ignored and digits may be grouped by "_" and ",".
 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Cuts the bytes that are in SET off the front; returns how many. */
static size_t take_set(struct sg_str *s, const char *set)
{
	size_t n = 0;

	while (n < s->len && s->ptr[n] != '\0' && strchr(set, s->ptr[n]))
		n++;
	*s = sg_str_sub(*s, n, s->len);
	return n;
}

static bool take_byte(struct sg_str *s, const char *any_of)
{
	struct sg_str first = sg_str_sub(*s, 0, 1);

	if (take_set(&first, any_of) == 0)
		return false;
	*s = sg_str_sub(*s, 1, s->len);
	return true;
}

static bool is_word(struct sg_str s)
{
	static const char *const words[] = {"~", "null", "y", "n", "yes", "no", "on", "off", "true",
		"false", "<<", "=", "", ".inf", "+.inf", "-.inf", ".nan", "+.nan", "-.nan"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (sg_str_ieq(s, sg_str_of(words[i])))
			return true;
	return false;
}

/* 0x1F, 0o17, 0b1 behind the sign. */
static bool is_based(struct sg_str s)
{
	if (s.len < 2 || s.ptr[0] != '0')
		return false;
	s = sg_str_sub(s, 1, s.len);
	if (take_byte(&s, "xX"))
		return take_set(&s, "0123456789abcdefABCDEF_") > 0 && s.len == 0;
	if (take_byte(&s, "oObB"))
		return take_set(&s, "0123456789_") > 0 && s.len == 0;
	return false;
}

/* 1:30:45 and 190:20:30.15 */
static bool is_base60(struct sg_str s)
{
	size_t groups = 0;

	if (!s.len || !is_digit(s.ptr[0]))
		return false;
	take_set(&s, "0123456789_,");
	while (take_byte(&s, ":")) {
		size_t digits = take_set(&s, "0123456789");

		if (digits < 1 || digits > 2)
			return false;
		groups++;
	}
	if (take_byte(&s, "."))
		take_set(&s, "0123456789_");
	return groups > 0 && s.len == 0;
}

/* 12, 1_000, 1., .5, 1.5e3, 1e3 */
static bool is_decimal(struct sg_str s)
{
	size_t digits = 0;

	if (!s.len || (!is_digit(s.ptr[0]) && s.ptr[0] != '.'))
		return false;
	digits += take_set(&s, "0123456789_,");
	if (take_byte(&s, "."))
		digits += take_set(&s, "0123456789_,");
	if (digits && take_byte(&s, "eE")) {
		take_byte(&s, "+-");
		if (take_set(&s, "0123456789_") == 0)
			return false;
	}
	return s.len == 0;
}

static bool is_number(struct sg_str s)
{
	take_byte(&s, "+-");
	return is_based(s) || is_base60(s) || is_decimal(s);
}

/* 2001-12-14, alone or with a time behind it. */
static bool is_date(struct sg_str s)
{
	size_t digits;

	if (take_set(&s, "0123456789") != 4 || !take_byte(&s, "-"))
		return false;
	digits = take_set(&s, "0123456789");
	if (digits < 1 || digits > 2 || !take_byte(&s, "-"))
		return false;
	digits = take_set(&s, "0123456789");
	return digits >= 1 && digits <= 2 && (s.len == 0 || take_byte(&s, "Tt \t"));
}

bool sg_edit_resolves_to_text(struct sg_str value)
{
	return !is_word(value) && !is_number(value) && !is_date(value);
}
