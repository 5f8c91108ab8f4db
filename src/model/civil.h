/* The proleptic Gregorian calendar: days and clock times without a zone. Pure arithmetic. */
#ifndef SG_MODEL_CIVIL_H
#define SG_MODEL_CIVIL_H

#include <stdint.h>

#define SG_DAY_S INT64_C(86400)

struct sg_civil {
	int year;    /* 0 (before 1) to 9999 */
	int month;   /* 1 to 12 */
	int day;     /* 1 to 31 */
	int weekday; /* 0 is Sunday; an output only */
	int hour, minute, second;
};

/* How many days the month has. */
int sg_civil_month_days(int year, int month);

/* Days from 1970-01-01 to this day. */
int64_t sg_civil_days(int year, int month, int day);

/* 0 (Sunday) to 6 of the day that is DAYS after 1970-01-01. */
int sg_civil_weekday(int64_t days);

/* The fields of a count of seconds since 1970-01-01T00:00:00 on the same clock, and back. */
void sg_civil_of(int64_t seconds, struct sg_civil *ret);
int64_t sg_civil_seconds(const struct sg_civil *civil);

#endif
