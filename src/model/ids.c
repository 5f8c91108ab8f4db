#include "model/ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "model/civil.h"

#define FIRST_S (-INT64_C(62167219200)) /* 0000-01-01T00:00:00Z */
#define LAST_S INT64_C(253402300799)    /* 9999-12-31T23:59:59Z */

static void add_part(struct sg_buf *out, const char *text)
{
	struct sg_str s = sg_str_of(text);

	sg_buf_addf(out, "%zu:", s.len);
	sg_buf_addstr(out, s);
	sg_buf_addc(out, '\n');
}

static int compare(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int by_content(const void *a, const void *b)
{
	const struct sg_wish *x = *(const struct sg_wish *const *)a;
	const struct sg_wish *y = *(const struct sg_wish *const *)b;
	int order = compare(x->service, y->service);

	if (order == 0)
		order = compare(x->file, y->file);
	if (order == 0)
		order = compare(x->place, y->place);
	return order ? order : compare(x->value, y->value);
}

void sg_id_text(const char *repository, const char *environment, const struct sg_wish *wishes,
	size_t count, struct sg_buf *out)
{
	SG_AUTO(sg_free_ptr)
	const struct sg_wish **sorted = sg_calloc(count, sizeof(struct sg_wish *));

	for (size_t i = 0; i < count; i++)
		sorted[i] = &wishes[i];
	qsort(sorted, count, sizeof(struct sg_wish *), by_content);
	add_part(out, "stagegate 1");
	add_part(out, repository);
	add_part(out, environment);
	for (size_t i = 0; i < count; i++) {
		add_part(out, sorted[i]->service);
		add_part(out, sorted[i]->file);
		add_part(out, sorted[i]->place);
		add_part(out, sorted[i]->value);
	}
}

/* COUNT digits at the front of REST, at most MAX; cuts them off. */
static bool take_digits(struct sg_str *rest, size_t count, int max, int *ret)
{
	int n = 0;

	if (rest->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (rest->ptr[i] < '0' || rest->ptr[i] > '9')
			return false;
		n = n * 10 + (rest->ptr[i] - '0');
	}
	if (n > max)
		return false;
	*rest = sg_str_sub(*rest, count, rest->len);
	*ret = n;
	return true;
}

static bool take_one(struct sg_str *rest, const char *any_of)
{
	if (rest->len == 0 || rest->ptr[0] == '\0' || !strchr(any_of, rest->ptr[0]))
		return false;
	*rest = sg_str_sub(*rest, 1, rest->len);
	return true;
}

static bool take_date(struct sg_str *rest, int64_t *ret_s)
{
	int year, month, day;

	if (!take_digits(rest, 4, 9999, &year) || !take_one(rest, "-") ||
		!take_digits(rest, 2, 12, &month) || !take_one(rest, "-") ||
		!take_digits(rest, 2, 31, &day))
		return false;
	if (month < 1 || day < 1 || day > sg_civil_month_days(year, month))
		return false;
	*ret_s = sg_civil_days(year, month, day) * SG_DAY_S;
	return true;
}

/* What follows the point: any number of digits, of which three count. */
static bool take_fraction(struct sg_str *rest, int64_t *ret_ms)
{
	int digits = 0, digit, ms = 0;

	for (; take_digits(rest, 1, 9, &digit); digits++)
		if (digits < 3)
			ms = ms * 10 + digit;
	*ret_ms = digits == 1 ? ms * 100 : digits == 2 ? ms * 10 : ms;
	return digits > 0;
}

/* A leap second (60) counts as the first second of the next minute. */
static bool take_clock(struct sg_str *rest, int64_t *ret_s, int64_t *ret_ms)
{
	int hour, minute, second;

	if (!take_digits(rest, 2, 23, &hour) || !take_one(rest, ":") ||
		!take_digits(rest, 2, 59, &minute) || !take_one(rest, ":") ||
		!take_digits(rest, 2, 60, &second))
		return false;
	*ret_ms = 0;
	if (take_one(rest, ".") && !take_fraction(rest, ret_ms))
		return false;
	*ret_s = hour * 3600 + minute * 60 + second;
	return true;
}

static bool take_offset(struct sg_str *rest, int64_t *ret_s)
{
	int hour, minute, sign;

	*ret_s = 0;
	if (take_one(rest, "Zz"))
		return true;
	sign = sg_str_starts(*rest, "-") ? -1 : 1;
	if (!take_one(rest, "+-") || !take_digits(rest, 2, 23, &hour) || !take_one(rest, ":") ||
		!take_digits(rest, 2, 59, &minute))
		return false;
	*ret_s = sign * (hour * 3600 + minute * 60);
	return true;
}

static bool parse_time(struct sg_str text, int64_t *ret_unix_s, int64_t *ret_ms)
{
	int64_t date, clock, offset;

	if (!take_date(&text, &date) || !take_one(&text, "Tt") ||
		!take_clock(&text, &clock, ret_ms) || !take_offset(&text, &offset) || text.len != 0)
		return false;
	*ret_unix_s = date + clock - offset;
	return true;
}

bool sg_time_parse(struct sg_str text, int64_t *ret_unix_s)
{
	int64_t ms;

	return parse_time(text, ret_unix_s, &ms);
}

bool sg_time_parse_ms(struct sg_str text, int64_t *ret_unix_ms)
{
	int64_t s, ms;

	if (!parse_time(text, &s, &ms))
		return false;
	*ret_unix_ms = s * 1000 + ms;
	return true;
}

bool sg_time_parse_date(struct sg_str text, int64_t *ret_unix_s)
{
	int64_t date;

	if (!take_date(&text, &date) || text.len != 0)
		return false;
	*ret_unix_s = date;
	return true;
}

void sg_time_format(int64_t unix_s, char *out, size_t size)
{
	struct sg_civil civil;

	if (unix_s < FIRST_S)
		unix_s = FIRST_S;
	if (unix_s > LAST_S)
		unix_s = LAST_S;
	sg_civil_of(unix_s, &civil);
	(void)snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02dZ", civil.year, civil.month,
		civil.day, civil.hour, civil.minute, civil.second);
}
