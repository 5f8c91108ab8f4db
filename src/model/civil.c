#include "model/civil.h"

#include <stdbool.h>

#define EPOCH_YEAR 1970

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int sg_civil_month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* From 0001-01-01 to the first of January. */
static int64_t days_before_year(int year)
{
	int64_t past = year - 1;

	return past * 365 + floor_div(past, 4) - floor_div(past, 100) + floor_div(past, 400);
}

int64_t sg_civil_days(int year, int month, int day)
{
	int64_t days = days_before_year(year) - days_before_year(EPOCH_YEAR) + day - 1;

	for (int m = 1; m < month; m++)
		days += sg_civil_month_days(year, m);
	return days;
}

int sg_civil_weekday(int64_t days)
{
	/* 1970-01-01 was a Thursday */
	return (int)(days + 4 - 7 * floor_div(days + 4, 7));
}

void sg_civil_of(int64_t seconds, struct sg_civil *ret)
{
	int64_t days = floor_div(seconds, SG_DAY_S);
	int clock = (int)(seconds - days * SG_DAY_S);
	int year = EPOCH_YEAR + (int)floor_div(days, 366);
	int month = 1;
	int64_t left;

	while (sg_civil_days(year + 1, 1, 1) <= days)
		year++;
	while (sg_civil_days(year, 1, 1) > days)
		year--;
	left = days - sg_civil_days(year, 1, 1);
	while (left >= sg_civil_month_days(year, month))
		left -= sg_civil_month_days(year, month++);
	*ret = (struct sg_civil){
		.year = year,
		.month = month,
		.day = (int)left + 1,
		.weekday = sg_civil_weekday(days),
		.hour = clock / 3600,
		.minute = clock / 60 % 60,
		.second = clock % 60,
	};
}

int64_t sg_civil_seconds(const struct sg_civil *civil)
{
	return sg_civil_days(civil->year, civil->month, civil->day) * SG_DAY_S +
	       civil->hour * 3600 + civil->minute * 60 + civil->second;
}
