#include "model/cron.h"

#include "base/attr.h"
#include "model/cron_field.h"

#define MINUTES_A_DAY 1440
#define FIRST_DAY (SG_ZONE_FIRST_S / SG_DAY_S - 1) /* somewhere on earth it is yesterday */
#define LAST_DAY (SG_ZONE_END_S / SG_DAY_S + 1)

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts the field at the front and the blanks behind it off. */
static struct sg_str take_field(struct sg_str *rest)
{
	size_t len = 0, next;
	struct sg_str field;

	while (len < rest->len && !is_blank(rest->ptr[len]))
		len++;
	for (next = len; next < rest->len && is_blank(rest->ptr[next]);)
		next++;
	field = sg_str_sub(*rest, 0, len);
	*rest = sg_str_sub(*rest, next, rest->len);
	return field;
}

static bool has_day(const struct sg_cron *cron, int month)
{
	int longest = sg_civil_month_days(2024, month);
	uint32_t some = (uint32_t)((UINT64_C(1) << (longest + 1)) - 2);

	return ((cron->days | cron->days_from_end) & some) != 0;
}

static bool is_possible(const struct sg_cron *cron, bool any_month, const char **ret_why)
{
	bool possible = cron->any_day || any_month;

	for (int month = 1; month <= 12 && !cron->any_day && !any_month; month++) {
		if (!(cron->months & 1u << month))
			continue;
		*ret_why = "one of the months never has one of the days, and then GitLab takes its "
			   "days of the week for nothing";
		if (!has_day(cron, month) && !cron->any_weekday)
			return false;
		possible = possible || has_day(cron, month);
	}
	*ret_why = "no month of it ever has one of its days";
	return possible;
}

static bool parse_fields(struct sg_str text, struct sg_cron_field *fields, const char **ret_why)
{
	static const char *const not_five = "it does not have five fields";
	struct sg_str parts[5];
	size_t count = 0;

	*ret_why = "names like @daily are not taken, only five fields";
	if (text.len && text.ptr[0] == '@')
		return false;
	*ret_why = not_five;
	while (text.len && count < SG_COUNT(parts))
		parts[count++] = take_field(&text);
	if (count < SG_COUNT(parts))
		return false;
	*ret_why = "it has more than five fields; seconds are not taken";
	if (text.len)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!sg_cron_field_parse((enum sg_cron_field_kind)i, parts[i], &fields[i], ret_why))
			return false;
	}
	return true;
}

static struct sg_str without_blanks(struct sg_str text)
{
	while (text.len && is_blank(text.ptr[text.len - 1]))
		text.len--;
	while (text.len && is_blank(text.ptr[0]))
		text = sg_str_sub(text, 1, text.len);
	return text;
}

bool sg_cron_parse(struct sg_str text, struct sg_cron *ret, const char **ret_why)
{
	struct sg_cron_field fields[5];
	const struct sg_cron_field *weekday = &fields[SG_CRON_WEEKDAY];
	struct sg_cron cron;

	*ret_why = "it is longer than 255 bytes";
	if (text.len > SG_CRON_MAX_TEXT)
		return false;
	if (!parse_fields(without_blanks(text), fields, ret_why))
		return false;
	cron = (struct sg_cron){
		.minutes = fields[SG_CRON_MINUTE].values,
		.hours = (uint32_t)fields[SG_CRON_HOUR].values,
		.any_day = fields[SG_CRON_DAY].any,
		.days = (uint32_t)fields[SG_CRON_DAY].values,
		.days_from_end = (uint32_t)fields[SG_CRON_DAY].from_end,
		.months = (uint16_t)fields[SG_CRON_MONTH].values,
		.any_weekday = weekday->any,
		.weekdays = (uint8_t)weekday->values,
	};
	for (int i = 0; i < 7; i++)
		cron.weekday_nth[i] = weekday->every_nth & 1u << i ? 0 : weekday->nth[i];
	if (!is_possible(&cron, fields[SG_CRON_MONTH].any, ret_why))
		return false;
	*ret = cron;
	return true;
}

static bool day_fits(const struct sg_cron *cron, const struct sg_civil *civil, int month_days)
{
	int from_end = month_days - civil->day + 1;

	return (cron->days & 1u << civil->day) || (cron->days_from_end & 1u << from_end);
}

static bool weekday_fits(const struct sg_cron *cron, const struct sg_civil *civil, int month_days)
{
	int nth = cron->weekday_nth[civil->weekday];

	if (!(cron->weekdays & 1u << civil->weekday))
		return false;
	if (nth < 0)
		return (month_days - civil->day) / 7 + 1 == -nth;
	return nth == 0 || (civil->day - 1) / 7 + 1 == nth;
}

static bool date_fits(const struct sg_cron *cron, const struct sg_civil *civil)
{
	int month_days = sg_civil_month_days(civil->year, civil->month);

	if (!(cron->months & 1u << civil->month))
		return false;
	if (cron->any_day)
		return cron->any_weekday || weekday_fits(cron, civil, month_days);
	if (day_fits(cron, civil, month_days))
		return true;
	return !cron->any_weekday && weekday_fits(cron, civil, month_days);
}

static bool minute_fits(const struct sg_cron *cron, int minute)
{
	return (cron->hours & 1u << minute / 60) && (cron->minutes & UINT64_C(1) << minute % 60);
}

static bool day_has_times(const struct sg_cron *cron, int64_t day)
{
	struct sg_civil civil;

	sg_civil_of(day * SG_DAY_S, &civil);
	return date_fits(cron, &civil);
}

bool sg_cron_next(const struct sg_cron *cron, const struct sg_zone *zone, int64_t after_unix_s,
	int64_t *ret_unix_s)
{
	int64_t local = after_unix_s + sg_zone_offset(zone, after_unix_s);
	int64_t day = local / SG_DAY_S, unix_s;
	int minute = (int)(local % SG_DAY_S / 60);

	if (after_unix_s < SG_ZONE_FIRST_S || after_unix_s >= SG_ZONE_END_S)
		return false;
	for (; day <= LAST_DAY; day++, minute = 0) {
		if (!day_has_times(cron, day))
			continue;
		for (; minute < MINUTES_A_DAY; minute++) {
			if (!minute_fits(cron, minute))
				continue;
			if (!sg_zone_from_local(zone, day * SG_DAY_S + minute * 60, &unix_s))
				continue;
			if (unix_s <= after_unix_s)
				continue;
			*ret_unix_s = unix_s;
			return true;
		}
	}
	return false;
}

/* The latest that the clock on the wall has shown before this instant. */
static int64_t latest_local(const struct sg_zone *zone, int64_t unix_s)
{
	int32_t now_s = sg_zone_offset(zone, unix_s);
	int32_t yesterday_s = sg_zone_offset(zone, unix_s - SG_DAY_S);

	return unix_s + (now_s > yesterday_s ? now_s : yesterday_s);
}

bool sg_cron_prev(const struct sg_cron *cron, const struct sg_zone *zone, int64_t before_unix_s,
	int64_t *ret_unix_s)
{
	int64_t local = latest_local(zone, before_unix_s);
	int64_t day = local / SG_DAY_S, unix_s;
	int minute = (int)(local % SG_DAY_S / 60);

	if (before_unix_s < SG_ZONE_FIRST_S || before_unix_s >= SG_ZONE_END_S)
		return false;
	for (; day >= FIRST_DAY; day--, minute = MINUTES_A_DAY - 1) {
		if (!day_has_times(cron, day))
			continue;
		for (; minute >= 0; minute--) {
			if (!minute_fits(cron, minute))
				continue;
			if (!sg_zone_from_local(zone, day * SG_DAY_S + minute * 60, &unix_s))
				continue;
			if (unix_s >= before_unix_s)
				continue;
			*ret_unix_s = unix_s;
			return true;
		}
	}
	return false;
}
