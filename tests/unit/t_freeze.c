/* model/freeze.h: GitLab's freeze periods at one moment (gitlab.md 8.5, security.md 7.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/str.h"
#include "model/freeze.h"
#include "model/ids.h"

#define WEEKEND                                                                                    \
	{                                                                                          \
		3, "0 23 * * 5", "0 7 * * 1", "Europe/Berlin"                                      \
	}

static int64_t at(const char *text)
{
	int64_t unix_s = 0;

	assert_true(sg_time_parse(sg_str_of(text), &unix_s));
	return unix_s;
}

static struct sg_freeze_answer eval(
	const struct sg_freeze_period *periods, size_t count, const char *when)
{
	struct sg_freeze_answer answer;

	memset(&answer, 0x55, sizeof(answer));
	sg_freeze_eval(periods, count, at(when), &answer);
	assert_true(strlen(answer.reason) > 0);
	return answer;
}

static struct sg_freeze_answer eval_one(struct sg_freeze_period period, const char *when)
{
	struct sg_freeze_answer answer = eval(&period, 1, when);

	assert_true(answer.period == NULL || answer.period == &period);
	answer.period = NULL;
	return answer;
}

static enum sg_freeze_state state_at(struct sg_freeze_period period, const char *when)
{
	return eval_one(period, when).state;
}

static void without_periods_it_is_open(void **state)
{
	struct sg_freeze_answer answer = eval(NULL, 0, "2026-11-25T12:00:00Z");

	(void)state;
	assert_int_equal(answer.state, SG_FREEZE_OPEN);
	assert_int_equal(answer.next_unix_s, 0);
	assert_string_equal(answer.reason, "the project has no freeze periods");
}

static void a_weekend_is_frozen(void **state)
{
	const struct sg_freeze_period period = WEEKEND;
	struct sg_freeze_answer answer = eval(&period, 1, "2026-11-28T12:00:00Z");

	(void)state;
	assert_int_equal(answer.state, SG_FREEZE_FROZEN);
	assert_ptr_equal(answer.period, &period);
	assert_int_equal(answer.since_unix_s, at("2026-11-27T22:00:00Z"));
	assert_int_equal(answer.until_unix_s, at("2026-11-30T06:00:00Z"));
	assert_int_equal(answer.opens_unix_s, at("2026-11-30T06:00:01Z"));
	assert_string_equal(answer.reason,
		"freeze period 3 (\"0 23 * * 5\" to \"0 7 * * 1\", Europe/Berlin) since "
		"2026-11-27T22:00:00Z, opens 2026-11-30T06:00:01Z");
}

static void between_weekends_it_is_open(void **state)
{
	struct sg_freeze_answer answer =
		eval_one((struct sg_freeze_period)WEEKEND, "2026-11-25T12:00:00Z");

	(void)state;
	assert_int_equal(answer.state, SG_FREEZE_OPEN);
	assert_int_equal(answer.since_unix_s, 0);
	assert_int_equal(answer.opens_unix_s, 0);
	assert_int_equal(answer.next_unix_s, at("2026-11-27T22:00:00Z"));
	assert_string_equal(
		answer.reason, "no freeze period is active; the next begins 2026-11-27T22:00:00Z");
}

static void the_second_of_the_start_is_open_that_of_the_end_frozen(void **state)
{
	const struct sg_freeze_period period = WEEKEND;
	struct sg_freeze_answer answer = eval_one(period, "2026-11-27T22:00:00Z");

	(void)state;
	assert_int_equal(answer.state, SG_FREEZE_OPEN);
	assert_int_equal(answer.next_unix_s, at("2026-11-27T22:00:00Z"));
	assert_int_equal(state_at(period, "2026-11-27T22:00:01Z"), SG_FREEZE_FROZEN);
	assert_int_equal(state_at(period, "2026-11-30T06:00:00Z"), SG_FREEZE_FROZEN);
	assert_int_equal(state_at(period, "2026-11-30T06:00:01Z"), SG_FREEZE_OPEN);
}

static void the_zone_decides(void **state)
{
	struct sg_freeze_period period = {1, "0 18 * * *", "0 8 * * *", "Europe/Berlin"};

	(void)state;
	assert_int_equal(state_at(period, "2026-07-01T16:30:00Z"), SG_FREEZE_FROZEN);
	assert_int_equal(state_at(period, "2026-12-01T16:30:00Z"), SG_FREEZE_OPEN);
	period.cron_timezone = "Pacific Time (US & Canada)";
	assert_int_equal(state_at(period, "2026-07-01T16:30:00Z"), SG_FREEZE_OPEN);
	assert_int_equal(state_at(period, "2026-07-02T01:30:00Z"), SG_FREEZE_FROZEN);
}

/* The last Sunday of March: 02:00 to 02:59 do not exist in Berlin; that of October has them twice.
 */
static void clock_changes(void **state)
{
	const struct sg_freeze_period period = {1, "30 2 * * *", "45 2 * * *", "Europe/Berlin"};

	(void)state;
	/* both are at the jump: the end of this day's freeze is the next day's */
	assert_int_equal(state_at(period, "2026-03-29T01:00:00Z"), SG_FREEZE_OPEN);
	assert_int_equal(state_at(period, "2026-03-29T01:00:01Z"), SG_FREEZE_FROZEN);
	assert_int_equal(
		eval_one(period, "2026-03-29T01:00:01Z").until_unix_s, at("2026-03-30T00:45:00Z"));
	assert_int_equal(state_at(period, "2026-10-25T00:40:00Z"), SG_FREEZE_FROZEN);
	assert_int_equal(state_at(period, "2026-10-25T01:40:00Z"), SG_FREEZE_OPEN);
}

/* Older versions of GitLab called this open (security.md 7.2). */
static void a_start_that_fires_again_inside_stays_frozen(void **state)
{
	const struct sg_freeze_period period = {1, "0 18 * * *", "0 8 * * 1", "UTC"};
	struct sg_freeze_answer answer = eval_one(period, "2026-11-28T12:00:00Z");

	(void)state;
	assert_int_equal(answer.state, SG_FREEZE_FROZEN);
	assert_int_equal(answer.since_unix_s, at("2026-11-27T18:00:00Z"));
	assert_int_equal(answer.until_unix_s, at("2026-11-30T08:00:00Z"));
}

static void it_opens_when_none_is_active_any_more(void **state)
{
	static const struct sg_freeze_period periods[] = {
		{1, "0 8 * * *", "0 12 * * *", "UTC"},
		{2, "0 12 * * *", "0 14 * * *", "UTC"},
		{3, "0 13 * * *", "30 13 * * *", "UTC"},
		{4, "0 20 * * *", "0 21 * * *", "UTC"},
	};
	struct sg_freeze_answer answer = eval(periods, 4, "2026-11-25T09:00:00Z");

	(void)state;
	assert_int_equal(answer.state, SG_FREEZE_FROZEN);
	assert_ptr_equal(answer.period, &periods[0]);
	assert_int_equal(answer.until_unix_s, at("2026-11-25T12:00:00Z"));
	assert_int_equal(answer.opens_unix_s, at("2026-11-25T14:00:01Z"));
	/* of several, the one that ends last */
	answer = eval(periods, 4, "2026-11-25T13:10:00Z");
	assert_ptr_equal(answer.period, &periods[1]);
	answer = eval(periods, 4, "2026-11-25T15:00:00Z");
	assert_int_equal(answer.state, SG_FREEZE_OPEN);
	assert_int_equal(answer.next_unix_s, at("2026-11-25T20:00:00Z"));
}

static void one_that_never_ends_says_so(void **state)
{
	const struct sg_freeze_period period = {9, "* * * * *", "* * * * *", "UTC"};
	struct sg_freeze_answer answer = eval_one(period, "2026-11-25T09:00:00Z");

	(void)state;
	assert_int_equal(answer.state, SG_FREEZE_FROZEN);
	assert_int_equal(answer.opens_unix_s, 0);
	assert_non_null(strstr(answer.reason, "opens nobody knows when"));
}

static void is_unknown(struct sg_freeze_period period, const char *reason)
{
	struct sg_freeze_answer answer = eval_one(period, "2026-11-25T12:00:00Z");

	assert_int_equal(answer.state, SG_FREEZE_UNKNOWN);
	assert_int_equal(answer.opens_unix_s, 0);
	if (!strstr(answer.reason, reason))
		fail_msg("%s", answer.reason);
}

static void what_cannot_be_read_is_unknown(void **state)
{
	const struct sg_freeze_period good = WEEKEND;
	struct sg_freeze_period period = good;

	(void)state;
	period.freeze_start = "61 * * * *";
	is_unknown(period, "freeze period 3: freeze_start \"61 * * * *\": the minute is not");
	period.freeze_start = NULL;
	is_unknown(period, "freeze period 3: freeze_start: it is absent");
	period = good;
	period.freeze_end = "0 12 31 2 *";
	is_unknown(period, "freeze period 3: freeze_end \"0 12 31 2 *\": no month");
	period.freeze_end = NULL;
	is_unknown(period, "freeze period 3: freeze_end: it is absent");
	period = good;
	period.cron_timezone = "Mars/Olympus";
	is_unknown(period, "freeze period 3: cron_timezone \"Mars/Olympus\": no time zone");
	period.cron_timezone = "";
	is_unknown(period, "freeze period 3: cron_timezone \"\": no time zone");
	period.cron_timezone = NULL;
	is_unknown(period, "freeze period 3: cron_timezone: it is absent");
	period = good;
	period.freeze_start = "0 0 * 2 mon#5";
	is_unknown(period, "freeze_start \"0 0 * 2 mon#5\": there is no such time");
	period = good;
	period.freeze_end = "0 0 * 2 mon#5";
	is_unknown(period, "freeze_end \"0 0 * 2 mon#5\": there is no such time");
}

static void unknown_wins_over_frozen_and_open(void **state)
{
	static const struct sg_freeze_period periods[] = {
		WEEKEND,
		{4, "0 0 1 1 *", "0 0 2 1 *", "Nowhere"},
		{5, "nonsense", "0 0 2 1 *", "UTC"},
	};
	struct sg_freeze_answer answer = eval(periods, 3, "2026-11-28T12:00:00Z");

	(void)state;
	assert_int_equal(answer.state, SG_FREEZE_UNKNOWN);
	assert_ptr_equal(answer.period, &periods[1]);
	assert_int_equal(answer.since_unix_s, 0);
	assert_int_equal(eval(periods, 2, "2026-11-25T12:00:00Z").state, SG_FREEZE_UNKNOWN);
	assert_int_equal(eval(periods, 1, "2026-11-25T12:00:00Z").state, SG_FREEZE_OPEN);
}

static void outside_the_years_it_is_unknown(void **state)
{
	const struct sg_freeze_period period = WEEKEND;

	(void)state;
	assert_int_equal(state_at(period, "2023-12-30T12:00:00Z"), SG_FREEZE_UNKNOWN);
	assert_int_equal(state_at(period, "2037-01-01T00:00:00Z"), SG_FREEZE_UNKNOWN);
	assert_int_equal(state_at(period, "1970-01-01T00:00:00Z"), SG_FREEZE_UNKNOWN);
	/* the end of the last one is not known */
	assert_int_equal(state_at((struct sg_freeze_period){1, "0 0 25 12 *", "0 0 2 1 *", "UTC"},
				 "2036-12-28T00:00:00Z"),
		SG_FREEZE_UNKNOWN);
}

static void too_many_periods_are_unknown(void **state)
{
	struct sg_freeze_period *periods = calloc(SG_FREEZE_MAX_PERIODS + 1, sizeof(*periods));
	struct sg_freeze_answer answer;

	(void)state;
	assert_non_null(periods);
	for (size_t i = 0; i <= SG_FREEZE_MAX_PERIODS; i++)
		periods[i] = (struct sg_freeze_period)WEEKEND;
	answer = eval(periods, SG_FREEZE_MAX_PERIODS + 1, "2026-11-25T12:00:00Z");
	assert_int_equal(answer.state, SG_FREEZE_UNKNOWN);
	assert_null(answer.period);
	answer = eval(periods, SG_FREEZE_MAX_PERIODS, "2026-11-28T12:00:00Z");
	assert_int_equal(answer.state, SG_FREEZE_FROZEN);
	assert_int_equal(answer.opens_unix_s, at("2026-11-30T06:00:01Z"));
	free(periods);
}

static void long_text_is_cut(void **state)
{
	static char text[5000];
	struct sg_freeze_answer answer;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	answer = eval_one((struct sg_freeze_period){INT64_MIN, "* * * * *", "* * * * *", text},
		"2026-11-25T12:00:00Z");
	assert_int_equal(answer.state, SG_FREEZE_UNKNOWN);
	assert_non_null(strstr(answer.reason, "no time zone is known by this name"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_periods_it_is_open),
		cmocka_unit_test(a_weekend_is_frozen),
		cmocka_unit_test(between_weekends_it_is_open),
		cmocka_unit_test(the_second_of_the_start_is_open_that_of_the_end_frozen),
		cmocka_unit_test(the_zone_decides),
		cmocka_unit_test(clock_changes),
		cmocka_unit_test(a_start_that_fires_again_inside_stays_frozen),
		cmocka_unit_test(it_opens_when_none_is_active_any_more),
		cmocka_unit_test(one_that_never_ends_says_so),
		cmocka_unit_test(what_cannot_be_read_is_unknown),
		cmocka_unit_test(unknown_wins_over_frozen_and_open),
		cmocka_unit_test(outside_the_years_it_is_unknown),
		cmocka_unit_test(too_many_periods_are_unknown),
		cmocka_unit_test(long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
