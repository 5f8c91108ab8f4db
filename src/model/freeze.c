#include "model/freeze.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "model/cron.h"
#include "model/ids.h"

/* How many periods are looked at, all in all, to find the moment at which it opens. */
#define LOOKS 4096
#define TIME_SIZE 24

struct decoded {
	const struct sg_freeze_period *period;
	struct sg_cron start, end;
	struct sg_zone zone;
};

/* What one period says about one moment. */
struct look {
	bool frozen;
	int64_t start_s, end_s;
};

const char *sg_freeze_state_name(enum sg_freeze_state state)
{
	static const char *const names[] = {
#define SG_X(name, word) word,
		SG_FREEZE_STATES(SG_X)
#undef SG_X
	};

	return names[state];
}

static bool unknown(struct sg_freeze_answer *ret, const struct sg_freeze_period *period,
	const char *field, const char *text, const char *why)
{
	*ret = (struct sg_freeze_answer){.state = SG_FREEZE_UNKNOWN, .period = period};
	(void)snprintf(ret->reason, sizeof(ret->reason), "freeze period %lld: %s%s%.80s%s: %s",
		(long long)period->id, field, text ? " \"" : "", text ? text : "", text ? "\"" : "",
		why);
	return false;
}

static bool decode_cron(const struct sg_freeze_period *period, const char *field, const char *text,
	struct sg_cron *ret_cron, struct sg_freeze_answer *ret)
{
	const char *why = NULL;

	if (!text)
		return unknown(ret, period, field, NULL, "it is absent");
	if (!sg_cron_parse(sg_str_of(text), ret_cron, &why))
		return unknown(ret, period, field, text, why);
	return true;
}

static bool decode(const struct sg_freeze_period *period, struct decoded *decoded,
	struct sg_freeze_answer *ret)
{
	const char *zone = period->cron_timezone;

	decoded->period = period;
	if (!decode_cron(period, "freeze_start", period->freeze_start, &decoded->start, ret) ||
		!decode_cron(period, "freeze_end", period->freeze_end, &decoded->end, ret))
		return false;
	if (!zone)
		return unknown(ret, period, "cron_timezone", NULL, "it is absent");
	if (!sg_zone_find(sg_str_of(zone), &decoded->zone))
		return unknown(
			ret, period, "cron_timezone", zone, "no time zone is known by this name");
	return true;
}

/* False: the years of the time zones' table do not hold the times that are needed. */
static bool look(const struct decoded *decoded, int64_t now_s, struct look *ret,
	struct sg_freeze_answer *answer)
{
	static const char *const why = "there is no such time in the years that the time zones "
				       "are known for (2024 to 2036)";
	const struct sg_freeze_period *period = decoded->period;

	if (!sg_cron_prev(&decoded->start, &decoded->zone, now_s, &ret->start_s))
		return unknown(answer, period, "freeze_start", period->freeze_start, why);
	if (!sg_cron_next(&decoded->end, &decoded->zone, ret->start_s, &ret->end_s))
		return unknown(answer, period, "freeze_end", period->freeze_end, why);
	ret->frozen = ret->start_s <= now_s && now_s <= ret->end_s;
	return true;
}

/* All periods at one moment. False: one cannot be decided. */
static bool look_at_all(
	const struct decoded *decoded, size_t count, int64_t now_s, struct sg_freeze_answer *ret)
{
	struct sg_freeze_answer answer = {.state = SG_FREEZE_OPEN};

	for (size_t i = 0; i < count; i++) {
		struct look one;

		if (!look(&decoded[i], now_s, &one, ret))
			return false;
		if (!one.frozen || one.end_s <= answer.until_unix_s)
			continue;
		answer.state = SG_FREEZE_FROZEN;
		answer.period = decoded[i].period;
		answer.since_unix_s = one.start_s;
		answer.until_unix_s = one.end_s;
	}
	*ret = answer;
	return true;
}

/* 0: not within the looks that are spent on it, or nobody knows. */
static int64_t opens_at(
	const struct decoded *decoded, size_t count, const struct sg_freeze_answer *now)
{
	struct sg_freeze_answer then = *now;

	for (size_t looks = 0; looks < LOOKS; looks += count) {
		int64_t at_s = then.until_unix_s + 1;

		if (!look_at_all(decoded, count, at_s, &then))
			return 0;
		if (then.state == SG_FREEZE_OPEN)
			return at_s;
	}
	return 0;
}

static int64_t next_start(const struct decoded *decoded, size_t count, int64_t now_s)
{
	int64_t first = 0, start;

	for (size_t i = 0; i < count; i++) {
		/* one that begins right now is not over yet at the next second */
		if (!sg_cron_next(&decoded[i].start, &decoded[i].zone, now_s - 1, &start))
			continue;
		if (!first || start < first)
			first = start;
	}
	return first;
}

static void say(struct sg_freeze_answer *ret, const char *fmt, ...) SG_PRINTF(2, 3);

static void say(struct sg_freeze_answer *ret, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(ret->reason, sizeof(ret->reason), fmt, args);
	va_end(args);
}

static void say_frozen(struct sg_freeze_answer *ret)
{
	const struct sg_freeze_period *period = ret->period;
	char since[TIME_SIZE], opens[TIME_SIZE];

	sg_time_format(ret->since_unix_s, since, sizeof(since));
	sg_time_format(ret->opens_unix_s, opens, sizeof(opens));
	say(ret, "freeze period %lld (\"%.80s\" to \"%.80s\", %.60s) since %s, %s%s",
		(long long)period->id, period->freeze_start, period->freeze_end,
		period->cron_timezone, since,
		ret->opens_unix_s ? "opens " : "opens nobody knows when",
		ret->opens_unix_s ? opens : "");
}

static void say_open(size_t count, struct sg_freeze_answer *ret)
{
	char next[TIME_SIZE];

	if (count == 0) {
		say(ret, "the project has no freeze periods");
		return;
	}
	if (!ret->next_unix_s) {
		say(ret, "no freeze period is active");
		return;
	}
	sg_time_format(ret->next_unix_s, next, sizeof(next));
	say(ret, "no freeze period is active; the next begins %s", next);
}

void sg_freeze_eval(const struct sg_freeze_period *periods, size_t count, int64_t now_unix_s,
	struct sg_freeze_answer *ret)
{
	SG_AUTO(sg_free_ptr) struct decoded *decoded = NULL;

	*ret = (struct sg_freeze_answer){.state = SG_FREEZE_UNKNOWN};
	if (count > SG_FREEZE_MAX_PERIODS) {
		say(ret, "the project has %zu freeze periods, at most %d are taken", count,
			SG_FREEZE_MAX_PERIODS);
		return;
	}
	decoded = sg_calloc(count, sizeof(*decoded));
	for (size_t i = 0; i < count; i++) {
		if (!decode(&periods[i], &decoded[i], ret))
			return;
	}
	if (!look_at_all(decoded, count, now_unix_s, ret))
		return;
	if (ret->state == SG_FREEZE_FROZEN) {
		ret->opens_unix_s = opens_at(decoded, count, ret);
		say_frozen(ret);
	} else {
		ret->next_unix_s = next_start(decoded, count, now_unix_s);
		say_open(count, ret);
	}
}
