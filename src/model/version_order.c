#include "model/version_order.h"

#include <string.h>

#include "base/num.h"
#include "model/name.h"

#define VERSION_MAX_BYTES 128

static int text_order(struct sg_str a, struct sg_str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.ptr, b.ptr, len);

	return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

/* One identifier of a pre-release: numbers are below words. */
static int identifier_order(struct sg_str a, struct sg_str b)
{
	bool number_a = sg_str_is_digits(a), number_b = sg_str_is_digits(b);

	if (number_a && number_b)
		return sg_num_order(a, b);
	if (number_a != number_b)
		return number_a ? -1 : 1;
	return text_order(a, b);
}

struct version {
	struct sg_str core;
	struct sg_str pre;
};

static bool parse(struct sg_str text, struct version *ret)
{
	struct sg_str rest, part;
	size_t end = 0;
	long at;

	if (text.len > 1 && (text.ptr[0] == 'v' || text.ptr[0] == 'V'))
		text = sg_str_sub(text, 1, text.len);
	at = sg_str_find(text, '+');
	if (at >= 0)
		text = sg_str_sub(text, 0, (size_t)at);
	while (end < text.len &&
		((text.ptr[end] >= '0' && text.ptr[end] <= '9') || text.ptr[end] == '.'))
		end++;
	ret->core = sg_str_sub(text, 0, end);
	ret->pre = sg_str_sub(text, end, text.len);
	/* One bare number is as likely a date or a pipeline. */
	if (sg_str_find(ret->core, '.') < 0 || (ret->pre.len && ret->pre.ptr[0] != '-') ||
		ret->pre.len == 1)
		return false;
	if (ret->pre.len)
		ret->pre = sg_str_sub(ret->pre, 1, ret->pre.len);
	rest = ret->core;
	while (sg_str_cut(&rest, '.', &part))
		if (!sg_str_is_digits(part))
			return false;
	return true;
}

static int core_order(struct sg_str a, struct sg_str b)
{
	struct sg_str part_a, part_b;
	bool more_a, more_b;

	for (;;) {
		int order;

		more_a = sg_str_cut(&a, '.', &part_a);
		more_b = sg_str_cut(&b, '.', &part_b);
		if (!more_a && !more_b)
			return 0;
		order = sg_num_order(more_a ? part_a : SG_STR("0"), more_b ? part_b : SG_STR("0"));
		if (order)
			return order;
	}
}

static int pre_order(struct sg_str a, struct sg_str b)
{
	struct sg_str part_a, part_b;

	if (!a.len || !b.len)
		return (a.len == 0) - (b.len == 0);
	for (;;) {
		bool more_a = sg_str_cut(&a, '.', &part_a), more_b = sg_str_cut(&b, '.', &part_b);
		int order;

		if (!more_a || !more_b)
			return more_a - more_b;
		order = identifier_order(part_a, part_b);
		if (order)
			return order;
	}
}

/* 19xx to 21xx: a version that begins so counts years. */
static bool counts_years(struct sg_str core)
{
	return sg_str_find(core, '.') == 4 &&
	       (sg_str_starts(core, "19") || sg_str_starts(core, "20") ||
		       sg_str_starts(core, "21"));
}

bool sg_version_order(struct sg_str a, struct sg_str b, int *ret_order)
{
	struct version x, y;
	int order;

	if (!parse(a, &x) || !parse(b, &y) || counts_years(x.core) != counts_years(y.core))
		return false;
	order = core_order(x.core, y.core);
	*ret_order = order ? order : pre_order(x.pre, y.pre);
	return true;
}

bool sg_version_is(struct sg_str tag)
{
	int order;

	return sg_version_order(tag, tag, &order);
}

static bool is_identifier(struct sg_str s, bool zeros)
{
	for (size_t i = 0; i < s.len; i++)
		if (!sg_name_is_char(s.ptr[i]) || s.ptr[i] == '_' || s.ptr[i] == '.')
			return false;
	return s.len > 0 && (zeros || s.len == 1 || s.ptr[0] != '0' || !sg_str_is_digits(s));
}

/* Identifiers with dots between them. */
static bool are_identifiers(struct sg_str s, bool zeros)
{
	struct sg_str part;

	if (!s.len || sg_str_ends(s, "."))
		return false;
	while (sg_str_cut(&s, '.', &part))
		if (!is_identifier(part, zeros))
			return false;
	return true;
}

bool sg_version_is_semantic(struct sg_str text)
{
	struct sg_str core, part;
	long build, pre;
	int numbers = 0;

	if (text.len > VERSION_MAX_BYTES)
		return false;
	if (sg_str_starts(text, "v"))
		text = sg_str_sub(text, 1, text.len);
	build = sg_str_find(text, '+');
	if (build >= 0 && !are_identifiers(sg_str_sub(text, (size_t)build + 1, text.len), true))
		return false;
	core = build < 0 ? text : sg_str_sub(text, 0, (size_t)build);
	pre = sg_str_find(core, '-');
	if (pre >= 0 && !are_identifiers(sg_str_sub(core, (size_t)pre + 1, core.len), false))
		return false;
	core = pre < 0 ? core : sg_str_sub(core, 0, (size_t)pre);
	if (!are_identifiers(core, false))
		return false;
	while (sg_str_cut(&core, '.', &part)) {
		if (!sg_str_is_digits(part))
			return false;
		numbers++;
	}
	return numbers == 3;
}
