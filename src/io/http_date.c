#include "io/http_date.h"

#include "base/attr.h"
#include "base/num.h"

static bool number(struct sg_str text, size_t from, size_t to, uint64_t max, int64_t *ret)
{
	uint64_t value;

	if (!sg_num_u64(sg_str_sub(text, from, to), &value) || value > max)
		return false;
	*ret = (int64_t)value;
	return true;
}

static int64_t month_named(struct sg_str name)
{
	static const char *const names[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	for (size_t i = 0; i < SG_COUNT(names); i++)
		if (sg_str_is(name, names[i]))
			return (int64_t)i + 1;
	return 0;
}

/* Days since 1970-01-01 in the Gregorian calendar; years are counted from March, so that a leap
 * day is the last of its year. */
static int64_t days_from(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

bool sg_http_date(struct sg_str text, int64_t *ret_unix_s)
{
	int64_t day, month, year, hour, minute, second;

	/* Sun, 06 Nov 1994 08:49:37 GMT
	 * 0    5  8   12   17 20 23 26  */
	if (text.len != 29 || !sg_str_ends(text, " GMT") || text.ptr[3] != ',' ||
		text.ptr[19] != ':' || text.ptr[22] != ':')
		return false;
	month = month_named(sg_str_sub(text, 8, 11));
	if (!number(text, 5, 7, 31, &day) || month == 0 || !number(text, 12, 16, 9999, &year) ||
		!number(text, 17, 19, 23, &hour) || !number(text, 20, 22, 59, &minute) ||
		!number(text, 23, 25, 60, &second))
		return false;
	*ret_unix_s = days_from(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	return true;
}
