#include "base/num.h"

#include <stdio.h>
#include <string.h>

bool sg_num_u64(struct sg_str s, uint64_t *ret)
{
	uint64_t value = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(s.ptr[i] - '0');

		if (s.ptr[i] < '0' || s.ptr[i] > '9' || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret = value;
	return true;
}

static const struct {
	const char *name;
	int64_t ms;
} units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

#define UNITS (sizeof(units) / sizeof(units[0]))
#define DURATION_MAX_MS (INT64_C(366) * 86400000)

static size_t digits_at(struct sg_str s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	return n;
}

static size_t letters_at(struct sg_str s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= 'a' && s.ptr[n] <= 'z')
		n++;
	return n;
}

/* Index of the unit named S at or after FROM, or UNITS. */
static size_t unit_named(struct sg_str s, size_t from)
{
	while (from < UNITS && !sg_str_is(s, units[from].name))
		from++;
	return from;
}

bool sg_num_duration_ms(struct sg_str s, int64_t *ret_ms)
{
	int64_t total = 0;
	size_t from = 0;
	bool bare = digits_at(s) == s.len;

	if (s.len == 0)
		return false;
	while (s.len) {
		size_t n = digits_at(s), letters;
		uint64_t value;

		if (!sg_num_u64(sg_str_sub(s, 0, n), &value))
			return false;
		s = sg_str_sub(s, n, s.len);
		letters = letters_at(s);
		from = unit_named(bare ? SG_STR("s") : sg_str_sub(s, 0, letters), from);
		if (from >= UNITS || value > (uint64_t)(DURATION_MAX_MS / units[from].ms))
			return false;
		total += (int64_t)value * units[from].ms;
		if (total > DURATION_MAX_MS)
			return false;
		s = sg_str_sub(s, letters, s.len);
		from++;
	}
	*ret_ms = total;
	return true;
}

void sg_num_format_ms(char *out, unsigned long size, int64_t ms)
{
	size_t i = 0;
	long long first, second;

	if (ms < 0)
		ms = 0;
	while (i < UNITS - 1 && ms < units[i].ms)
		i++;
	first = (long long)(ms / units[i].ms);
	second = i + 1 < UNITS - 1 ? (long long)(ms % units[i].ms / units[i + 1].ms) : 0;
	if (second)
		(void)snprintf(out, size, "%lld%s %lld%s", first, units[i].name, second,
			units[i + 1].name);
	else
		(void)snprintf(out, size, "%lld%s", first, units[i].name);
}

int sg_num_order(struct sg_str a, struct sg_str b)
{
	while (a.len > 1 && a.ptr[0] == '0')
		a = sg_str_sub(a, 1, a.len);
	while (b.len > 1 && b.ptr[0] == '0')
		b = sg_str_sub(b, 1, b.len);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return memcmp(a.ptr, b.ptr, a.len);
}
