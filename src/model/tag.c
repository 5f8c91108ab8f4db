#include "model/tag.h"

#include <string.h>

#include "base/num.h"

#define COMMIT_MIN 7
#define COMMIT_MAX 40
#define DAY_LEN 8

static bool is_commit(struct sg_str s)
{
	return s.len >= COMMIT_MIN && s.len <= COMMIT_MAX && sg_str_is_hex(s);
}

struct sg_str sg_tag_commit(struct sg_str tag)
{
	size_t from = tag.len;

	while (from > 0 && tag.ptr[from - 1] != '-' && tag.ptr[from - 1] != '_')
		from--;
	/* only `git describe` puts a letter there, and it always has something before it */
	if (from > 0 && from < tag.len && tag.ptr[from] == 'g')
		from++;
	tag = sg_str_sub(tag, from, tag.len);
	return is_commit(tag) ? tag : (struct sg_str){"", 0};
}

/* The next part of a tag, taken off it with the sign behind it. */
static bool next_part(struct sg_str *rest, struct sg_str *ret_part, char *ret_sign)
{
	size_t len = 0;

	if (rest->len == 0)
		return false;
	while (len < rest->len && !strchr("-_.", rest->ptr[len]))
		len++;
	*ret_part = sg_str_sub(*rest, 0, len);
	*ret_sign = len < rest->len ? rest->ptr[len] : '\0';
	*rest = sg_str_sub(*rest, len + (len < rest->len), rest->len);
	return true;
}

static bool between(struct sg_str s, size_t at, const char *least, const char *most)
{
	size_t len = strlen(least);

	return at + len <= s.len && memcmp(s.ptr + at, least, len) >= 0 &&
	       memcmp(s.ptr + at, most, len) <= 0;
}

/* Hours, minutes and, where they are there, seconds. */
static bool is_time_of_day(struct sg_str s)
{
	return (s.len == 4 || s.len == 6) && sg_str_is_digits(s) && between(s, 0, "00", "23") &&
	       between(s, 2, "00", "59") && (s.len == 4 || between(s, 4, "00", "60"));
}

/* One word with a date: "20240512", "20240512083000", "20240512T0830Z". */
static bool is_time(struct sg_str s)
{
	struct sg_str day = sg_str_sub(s, 0, DAY_LEN), rest = sg_str_sub(s, DAY_LEN, s.len);

	if (s.len < DAY_LEN || !sg_str_is_digits(day) || !between(s, 0, "1970", "2199") ||
		!between(s, 4, "01", "12") || !between(s, 6, "01", "31"))
		return false;
	if (rest.len > 1 && (rest.ptr[0] == 'T' || rest.ptr[0] == 't'))
		rest = sg_str_sub(rest, 1, rest.len);
	if (rest.len > 1 && (sg_str_ends(rest, "Z") || sg_str_ends(rest, "z")))
		rest = sg_str_sub(rest, 0, rest.len - 1);
	return s.len == DAY_LEN || is_time_of_day(rest);
}

/* Two parts at one place: what they say of the order, and whether they may be of one series. */
static bool compare_parts(
	struct sg_str a, struct sg_str b, bool behind_time, bool *ret_time, int *ret_order)
{
	*ret_order = 0;
	*ret_time = a.len == b.len && is_time(a) && is_time(b);
	if (*ret_time) {
		*ret_order = memcmp(a.ptr, b.ptr, a.len);
		return true;
	}
	if (behind_time && a.len < COMMIT_MIN && b.len < COMMIT_MIN && sg_str_is_digits(a) &&
		sg_str_is_digits(b)) {
		*ret_time = true;
		*ret_order = sg_num_order(a, b);
		return true;
	}
	return sg_str_eq(a, b) || (is_commit(a) && is_commit(b));
}

bool sg_tag_time_order(struct sg_str a, struct sg_str b, int *ret_order)
{
	struct sg_str part_a, part_b;
	char sign_a, sign_b;
	bool behind_time = false;
	int order = 0;

	for (;;) {
		bool more_a = next_part(&a, &part_a, &sign_a);
		bool more_b = next_part(&b, &part_b, &sign_b);
		bool is_time_here;
		int here;

		if (!more_a && !more_b)
			break;
		if (!more_a || !more_b || sign_a != sign_b ||
			!compare_parts(part_a, part_b, behind_time, &is_time_here, &here))
			return false;
		behind_time = is_time_here;
		order = order ? order : here;
	}
	*ret_order = order;
	return order != 0;
}
