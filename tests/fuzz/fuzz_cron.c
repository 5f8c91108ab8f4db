/*
 * model/cron, model/zone, model/freeze: the lines are freeze_start, freeze_end, a zone (a name or a
 * rule) and an instant. Any text is read or refused; answers stand on the right side of the
 * instant.
 */
#include "fuzz.h"

#include "model/cron.h"
#include "model/freeze.h"

#define LINE_MAX_BYTES 300

static struct sg_str take_line(struct sg_str *rest)
{
	struct sg_str line = {"", 0};

	(void)sg_str_cut(rest, '\n', &line);
	return line;
}

static const char *text_of(struct sg_str line, char *out)
{
	(void)snprintf(out, LINE_MAX_BYTES, "%.*s", SG_STR_ARG(line));
	return out;
}

static int64_t instant_of(struct sg_str line)
{
	uint64_t n = 0;

	for (size_t i = 0; i < line.len; i++)
		n = n * 31 + (unsigned char)line.ptr[i];
	/* some are outside of the years */
	return SG_ZONE_FIRST_S - SG_DAY_S +
	       (int64_t)(n % (uint64_t)(SG_ZONE_END_S - SG_ZONE_FIRST_S + 2 * SG_DAY_S));
}

static void check_rule(struct sg_str text, int64_t at)
{
	struct sg_zone_rule rule;
	int32_t offset;

	if (!sg_zone_rule_parse(text, &rule))
		return;
	offset = sg_zone_rule_offset(&rule, at);
	PROMISE(offset == rule.standard_s || (rule.has_summer && offset == rule.summer_s));
}

static void check_zone(const struct sg_zone *zone, int64_t at)
{
	struct sg_civil civil;
	int64_t back = 0;

	if (!sg_zone_to_local(zone, at, &civil)) {
		PROMISE(at < SG_ZONE_FIRST_S || at >= SG_ZONE_END_S);
		return;
	}
	/* the same instant, or the first of two with this wall */
	PROMISE(sg_zone_from_local(zone, sg_civil_seconds(&civil), &back));
	PROMISE(back <= at && at - back <= 3 * 3600);
	PROMISE(back == at || sg_zone_offset(zone, back) - sg_zone_offset(zone, at) == at - back);
}

static void check_cron(const struct sg_cron *cron, const struct sg_zone *zone, int64_t at)
{
	int64_t before = 0, after = 0, again = 0;
	bool has_before = sg_cron_prev(cron, zone, at, &before);
	bool has_after = sg_cron_next(cron, zone, at, &after);

	PROMISE(!has_before || (before < at && before >= SG_ZONE_FIRST_S && before % 60 == 0));
	PROMISE(!has_after || (after > at && after < SG_ZONE_END_S && after % 60 == 0));
	if (has_before && has_after) {
		PROMISE(sg_cron_next(cron, zone, before, &again) &&
			(again == after || again == at));
		PROMISE(sg_cron_prev(cron, zone, after, &again) &&
			(again == before || again == at));
	}
}

static void check_freeze(const struct sg_freeze_period *period, int64_t now)
{
	struct sg_freeze_answer answer;

	sg_freeze_eval(period, 1, now, &answer);
	PROMISE(answer.reason[0] != '\0');
	switch (answer.state) {
	case SG_FREEZE_UNKNOWN:
		PROMISE(answer.period == period && !answer.opens_unix_s);
		break;
	case SG_FREEZE_OPEN:
		PROMISE(!answer.period && (!answer.next_unix_s || answer.next_unix_s >= now));
		break;
	case SG_FREEZE_FROZEN:
		PROMISE(answer.period == period && answer.since_unix_s < now);
		PROMISE(answer.until_unix_s >= now);
		PROMISE(!answer.opens_unix_s || answer.opens_unix_s > answer.until_unix_s);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_str rest = {(const char *)data, size};
	struct sg_str start = take_line(&rest), end = take_line(&rest), name = take_line(&rest);
	char texts[3][LINE_MAX_BYTES];
	int64_t at = instant_of(rest);
	struct sg_zone zone;
	struct sg_cron cron;
	const char *why = NULL;
	bool read = sg_cron_parse(start, &cron, &why);

	PROMISE(read || why);
	check_rule(name, at);
	if (sg_zone_find(name, &zone)) {
		check_zone(&zone, at);
		if (read)
			check_cron(&cron, &zone, at);
	}
	check_freeze(&(struct sg_freeze_period){1, text_of(start, texts[0]), text_of(end, texts[1]),
			     text_of(name, texts[2])},
		at);
	return 0;
}
