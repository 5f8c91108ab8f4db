#include "model/zone_rule.h"

#include "model/civil.h"

#define HOUR_S 3600

static bool take(struct sg_str *rest, char c)
{
	if (rest->len == 0 || rest->ptr[0] != c)
		return false;
	*rest = sg_str_sub(*rest, 1, rest->len);
	return true;
}

static bool take_number(struct sg_str *rest, int min, int max, int *ret)
{
	size_t digits = 0;
	int n = 0;

	while (digits < rest->len && digits < 3 && rest->ptr[digits] >= '0' &&
		rest->ptr[digits] <= '9')
		n = n * 10 + (rest->ptr[digits++] - '0');
	if (digits == 0 || n < min || n > max)
		return false;
	*rest = sg_str_sub(*rest, digits, rest->len);
	*ret = n;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "CET" or "<+0330>"; what it says is nobody's business here. */
static bool take_name(struct sg_str *rest)
{
	size_t len = 0;
	long end;

	if (take(rest, '<')) {
		end = sg_str_find(*rest, '>');
		if (end < 3)
			return false;
		*rest = sg_str_sub(*rest, (size_t)end + 1, rest->len);
		return true;
	}
	while (len < rest->len && is_letter(rest->ptr[len]))
		len++;
	*rest = sg_str_sub(*rest, len, rest->len);
	return len >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct sg_str *rest, int max_hours, int32_t *ret_s)
{
	int hours, minutes = 0, seconds = 0;
	int sign = take(rest, '-') ? -1 : 1;

	if (sign > 0)
		(void)take(rest, '+');
	if (!take_number(rest, 0, max_hours, &hours))
		return false;
	if (take(rest, ':')) {
		if (!take_number(rest, 0, 59, &minutes))
			return false;
		if (take(rest, ':') && !take_number(rest, 0, 59, &seconds))
			return false;
	}
	*ret_s = sign * (hours * HOUR_S + minutes * 60 + seconds);
	return true;
}

static bool take_day(struct sg_str *rest, struct sg_zone_day *day)
{
	if (!take(rest, ','))
		return false;
	if (take(rest, 'M')) {
		day->kind = SG_ZONE_DAY_WEEK;
		if (!take_number(rest, 1, 12, &day->month) || !take(rest, '.') ||
			!take_number(rest, 1, 5, &day->week) || !take(rest, '.') ||
			!take_number(rest, 0, 6, &day->weekday))
			return false;
	} else if (take(rest, 'J')) {
		day->kind = SG_ZONE_DAY_JULIAN;
		if (!take_number(rest, 1, 365, &day->day))
			return false;
	} else {
		day->kind = SG_ZONE_DAY_ZERO;
		if (!take_number(rest, 0, 365, &day->day))
			return false;
	}
	day->at_s = 2 * HOUR_S;
	return !take(rest, '/') || take_time(rest, 167, &day->at_s);
}

bool sg_zone_rule_parse(struct sg_str text, struct sg_zone_rule *ret)
{
	struct sg_zone_rule rule = {0};
	int32_t west_s;

	/* POSIX counts offsets to the west */
	if (!take_name(&text) || !take_time(&text, 24, &west_s))
		return false;
	rule.standard_s = -west_s;
	rule.has_summer = text.len != 0;
	if (rule.has_summer) {
		if (!take_name(&text))
			return false;
		west_s -= HOUR_S;
		if (text.len && text.ptr[0] != ',' && !take_time(&text, 24, &west_s))
			return false;
		rule.summer_s = -west_s;
		if (!take_day(&text, &rule.starts) || !take_day(&text, &rule.ends))
			return false;
	}
	if (text.len)
		return false;
	*ret = rule;
	return true;
}

/* Days since 1970. */
static int64_t day_in(const struct sg_zone_day *day, int year)
{
	int64_t first = sg_civil_days(year, 1, 1), last;

	switch (day->kind) {
	case SG_ZONE_DAY_JULIAN:
		return first + day->day - (day->day < 60 || sg_civil_month_days(year, 2) == 28);
	case SG_ZONE_DAY_ZERO:
		return first + day->day;
	case SG_ZONE_DAY_WEEK:
		break;
	}
	first = sg_civil_days(year, day->month, 1);
	last = first + sg_civil_month_days(year, day->month) - 1;
	first += (day->weekday - sg_civil_weekday(first) + 7) % 7 + 7 * (day->week - 1);
	return first > last ? first - 7 : first;
}

static int64_t change_in(const struct sg_zone_day *day, int year, int32_t offset_s)
{
	return day_in(day, year) * SG_DAY_S + day->at_s - offset_s;
}

int32_t sg_zone_rule_offset(const struct sg_zone_rule *rule, int64_t unix_s)
{
	struct sg_civil local;
	int64_t starts, ends;
	bool summer;

	if (!rule->has_summer)
		return rule->standard_s;
	sg_civil_of(unix_s + rule->standard_s, &local);
	starts = change_in(&rule->starts, local.year, rule->standard_s);
	ends = change_in(&rule->ends, local.year, rule->summer_s);
	if (starts < ends)
		summer = unix_s >= starts && unix_s < ends;
	else
		summer = unix_s >= starts || unix_s < ends;
	return summer ? rule->summer_s : rule->standard_s;
}
