#include "model/cron_field.h"

#include "base/attr.h"

static const int mins[] = {
#define SG_X(name, min, max) min,
	SG_CRON_FIELDS(SG_X)
#undef SG_X
};
static const int maxs[] = {
#define SG_X(name, min, max) max,
	SG_CRON_FIELDS(SG_X)
#undef SG_X
};
static const char *const words[] = {
	"the minute is not a list of 0 to 59, ranges and steps",
	"the hour is not a list of 0 to 24, ranges and steps",
	"the day of the month is not a list of 1 to 31, L, -1 to -31, ranges and steps",
	"the month is not a list of 1 to 12, jan to dec, ranges and steps",
	"the day of the week is not a list of 0 to 7, sun to sat, ranges, steps and mon#2",
};

#define STEP_ZERO "a step is 0"
#define STEP_ONE_WEEKDAY "a step after a single day of the week"
#define STEP_HOUR_24 "a step that begins at hour 24"
#define WEEKDAY_STAR "a list of days of the week with * in it"
#define WEEKDAY_TWICE "the same day of the week has two numbers (#), of which GitLab uses only one"

/* One part of a list; what is absent is so by its flag. */
struct element {
	bool has_first, has_last, has_step;
	int first, last, step;
	int nth; /* 0: none */
};

static bool take(struct sg_str *rest, char c)
{
	if (rest->len == 0 || rest->ptr[0] != c)
		return false;
	*rest = sg_str_sub(*rest, 1, rest->len);
	return true;
}

static bool take_digits(struct sg_str *rest, size_t most, int *ret)
{
	size_t digits = 0;
	int n = 0;

	while (digits < rest->len && rest->ptr[digits] >= '0' && rest->ptr[digits] <= '9') {
		if (digits == most)
			return false;
		n = n * 10 + (rest->ptr[digits++] - '0');
	}
	*rest = sg_str_sub(*rest, digits, rest->len);
	*ret = n;
	return digits != 0;
}

static bool take_word(struct sg_str *rest, const char *word)
{
	struct sg_str wanted = sg_str_of(word);

	if (!sg_str_ieq(sg_str_sub(*rest, 0, wanted.len), wanted))
		return false;
	*rest = sg_str_sub(*rest, wanted.len, rest->len);
	return true;
}

/* The index of the three letters in NAMES, or -1. */
static int take_three(struct sg_str *rest, const char *const *names, int count)
{
	for (int i = 0; i < count; i++) {
		if (take_word(rest, names[i]))
			return i;
	}
	return -1;
}

static bool take_month(struct sg_str *rest, int *ret)
{
	static const char *const names[] = {
		"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
	int index = take_three(rest, names, (int)SG_COUNT(names));

	if (index < 0)
		return take_digits(rest, 2, ret) && *ret >= 1 && *ret <= 12;
	*ret = index + 1;
	return true;
}

static bool take_weekday(struct sg_str *rest, int *ret)
{
	static const char *const names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	int index = take_three(rest, names, (int)SG_COUNT(names));

	if (index < 0)
		return take_digits(rest, 1, ret) && *ret <= 7;
	*ret = index;
	return true;
}

static bool take_last_word(struct sg_str *rest)
{
	return take_word(rest, "last") || take_word(rest, "l");
}

/* Days from the end are negative. */
static bool take_day(struct sg_str *rest, int *ret)
{
	bool negative;

	if (take_last_word(rest)) {
		*ret = -1;
		return true;
	}
	negative = take(rest, '-');
	if (!take_digits(rest, 2, ret) || *ret < 1 || *ret > 31)
		return false;
	if (negative)
		*ret = -*ret;
	return true;
}

static bool take_value(enum sg_cron_field_kind kind, struct sg_str *rest, int *ret)
{
	switch (kind) {
	case SG_CRON_MINUTE:
		return take_digits(rest, 2, ret) && *ret <= 59;
	case SG_CRON_HOUR:
		return take_digits(rest, 2, ret) && *ret <= 24;
	case SG_CRON_DAY:
		return take_day(rest, ret);
	case SG_CRON_MONTH:
		return take_month(rest, ret);
	case SG_CRON_WEEKDAY:
		break;
	}
	return take_weekday(rest, ret);
}

/* #2, #-1, #L */
static bool take_nth(struct sg_str *rest, int *ret)
{
	bool negative;

	if (take_last_word(rest)) {
		*ret = -1;
		return true;
	}
	negative = take(rest, '-');
	if (!take_digits(rest, 1, ret) || *ret < 1 || *ret > 5)
		return false;
	if (negative)
		*ret = -*ret;
	return true;
}

static bool parse_element(enum sg_cron_field_kind kind, struct sg_str rest, struct element *ret)
{
	struct element e = {0};

	if (!take(&rest, '*') && (rest.len == 0 || rest.ptr[0] != '/')) {
		e.has_first = true;
		if (!take_value(kind, &rest, &e.first))
			return false;
		if (kind == SG_CRON_WEEKDAY && take(&rest, '#')) {
			*ret = e;
			return take_nth(&rest, &ret->nth) && rest.len == 0;
		}
		e.has_last = take(&rest, '-');
		if (e.has_last && !take_value(kind, &rest, &e.last))
			return false;
	}
	e.has_step = take(&rest, '/');
	if (e.has_step && !take_digits(&rest, 2, &e.step))
		return false;
	*ret = e;
	return rest.len == 0;
}

/*
 * FIRST, FIRST + 1 ... LAST, from MAX on to MIN, of which each STEPth counts. FIRST and LAST may
 * be one more than MAX: that is MIN.
 */
static uint64_t walk(int first, int last, int step, int min, int max)
{
	int span = max - min + 1;
	uint64_t values = 0;

	if (last < first)
		last += span;
	for (int at = first; at <= last; at += step)
		values |= UINT64_C(1) << ((min + (at - min) % span) & 63);
	return values;
}

static bool add_weekday(const struct element *e, struct sg_cron_field *field, const char **ret_why)
{
	int first = e->has_first ? e->first : 0;
	int last = e->has_last ? e->last : e->has_first ? first : 6;

	if (e->nth) {
		first %= 7;
		*ret_why = WEEKDAY_TWICE;
		if (field->nth[first] && field->nth[first] != e->nth)
			return false;
		field->nth[first] = e->nth;
		field->values |= UINT64_C(1) << first;
		return true;
	}
	*ret_why = STEP_ONE_WEEKDAY;
	if (e->has_step && e->has_first && !e->has_last)
		return false;
	*ret_why = "a step over a range of days of the week that ends before it begins";
	if (e->has_step && last < first)
		return false;
	for (int day = first; day <= (last < first ? last + 7 : last);
		day += e->has_step ? e->step : 1)
		field->every_nth |= 1u << day % 7;
	field->values |= field->every_nth;
	return true;
}

/* Some of the days are counted from the end: -3, -7--1, 25-L. */
static bool add_day_from_end(const struct element *e, struct sg_cron_field *field)
{
	int step = e->has_step ? e->step : 1;

	if (e->first > 0 && e->last == -1) {
		field->values |= walk(e->first, 31, step, 1, 31);
		return true;
	}
	if (!e->has_last) {
		field->from_end |= UINT64_C(1) << -e->first;
		return !e->has_step;
	}
	if (e->first > 0 || e->last > 0 || e->first > e->last)
		return false;
	for (int day = e->first; day <= e->last; day += step)
		field->from_end |= UINT64_C(1) << -day;
	return true;
}

static bool add_element(enum sg_cron_field_kind kind, const struct element *e,
	struct sg_cron_field *field, const char **ret_why)
{
	int min = mins[kind], max = maxs[kind];
	int step = e->has_step ? e->step : 1;
	int first = e->has_first ? e->first : min;
	int last = e->has_last ? e->last : e->has_first && step == 1 ? first : max;

	*ret_why = STEP_ZERO;
	if (step == 0)
		return false;
	if (kind == SG_CRON_WEEKDAY)
		return add_weekday(e, field, ret_why);
	*ret_why = words[kind];
	if (e->first < 0 || e->last < 0)
		return add_day_from_end(e, field);
	*ret_why = STEP_HOUR_24;
	if (first > max && step > 1)
		return false;
	field->any = field->any || (!e->has_first && step == 1);
	field->values |= walk(first, last, step, min, max);
	return true;
}

bool sg_cron_field_parse(enum sg_cron_field_kind kind, struct sg_str text,
	struct sg_cron_field *ret, const char **ret_why)
{
	struct sg_cron_field field = {0};
	struct sg_str part;

	if (kind == SG_CRON_WEEKDAY && sg_str_is(text, "*")) {
		field.any = true;
		*ret = field;
		return true;
	}
	while (sg_str_cut(&text, ',', &part)) {
		struct element e;

		*ret_why = words[kind];
		if (!parse_element(kind, part, &e))
			return false;
		*ret_why = WEEKDAY_STAR;
		if (kind == SG_CRON_WEEKDAY && !e.has_first && !e.has_step)
			return false;
		if (!add_element(kind, &e, &field, ret_why))
			return false;
	}
	*ret = field;
	return true;
}
