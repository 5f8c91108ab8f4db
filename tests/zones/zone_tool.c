/*
 * Zones, cron and freeze periods for tests that look at them from outside. One question a line on
 * stdin, its words divided by tabs; one answer a line on stdout. Instants are seconds since 1970.
 *
 *   version                               of tzdata
 *   sample ZONE FROM TO STEP              offsets at FROM, FROM + STEP ... below TO, as
 * INSTANT:OFFSET wherever it differs from the one before local ZONE LOCAL                      the
 * instant parse CRON                            "ok" or why not prev|next CRON ZONE INSTANT the
 * instant freeze NOW [ID START END ZONE]...     state, id, since, until, opens, next and the reason
 *
 * What cannot be answered is "unknown".
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "model/cron.h"
#include "model/freeze.h"

#define WORDS 512

static int64_t number(const char *text)
{
	return strtoll(text, NULL, 10);
}

static void answer(bool known, int64_t value)
{
	if (known)
		printf("%" PRId64 "\n", value);
	else
		printf("unknown\n");
}

static void sample(const struct sg_zone *zone, char **words)
{
	int64_t step = number(words[4]);
	int32_t last = INT32_MAX;

	for (int64_t at = number(words[2]); at < number(words[3]); at += step) {
		int32_t offset = sg_zone_offset(zone, at);

		if (offset != last)
			printf("%" PRId64 ":%" PRId32 " ", at, offset);
		last = offset;
	}
	printf("\n");
}

static void local(const struct sg_zone *zone, int64_t wall)
{
	int64_t instant = 0;
	bool known = sg_zone_from_local(zone, wall, &instant);

	answer(known, instant);
}

static void parse(const char *text)
{
	struct sg_cron cron;
	const char *why;

	printf("%s\n", sg_cron_parse(sg_str_of(text), &cron, &why) ? "ok" : why);
}

static void search(char **words)
{
	int64_t instant = 0;
	struct sg_zone zone;
	struct sg_cron cron;
	const char *why;
	bool found = sg_cron_parse(sg_str_of(words[1]), &cron, &why) &&
		     sg_zone_find(sg_str_of(words[2]), &zone);

	if (found && strcmp(words[0], "prev") == 0)
		found = sg_cron_prev(&cron, &zone, number(words[3]), &instant);
	else if (found)
		found = sg_cron_next(&cron, &zone, number(words[3]), &instant);
	answer(found, instant);
}

static void freeze(char **words, size_t count)
{
	struct sg_freeze_period periods[WORDS / 4];
	struct sg_freeze_answer is;
	size_t n = 0;

	for (size_t i = 2; i + 3 < count; i += 4)
		periods[n++] = (struct sg_freeze_period){
			number(words[i]), words[i + 1], words[i + 2], words[i + 3]};
	sg_freeze_eval(periods, n, number(words[1]), &is);
	printf("%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%s\n",
		sg_freeze_state_name(is.state), is.period ? is.period->id : 0, is.since_unix_s,
		is.until_unix_s, is.opens_unix_s, is.next_unix_s, is.reason);
}

static bool zone_question(char **words, size_t count)
{
	struct sg_zone zone;

	if (!sg_zone_find(sg_str_of(words[1]), &zone))
		printf("unknown\n");
	else if (strcmp(words[0], "sample") == 0 && count == 5)
		sample(&zone, words);
	else if (strcmp(words[0], "local") == 0 && count == 3)
		local(&zone, number(words[2]));
	else
		return false;
	return true;
}

static bool reply(char **words, size_t count)
{
	if (strcmp(words[0], "version") == 0)
		printf("%s\n", sg_zone_version());
	else if (strcmp(words[0], "parse") == 0 && count == 2)
		parse(words[1]);
	else if ((strcmp(words[0], "prev") == 0 || strcmp(words[0], "next") == 0) && count == 4)
		search(words);
	else if (strcmp(words[0], "freeze") == 0 && count >= 2)
		freeze(words, count);
	else
		return count > 1 && zone_question(words, count);
	return true;
}

int main(void)
{
	static char line[65536];
	char *words[WORDS];

	while (fgets(line, sizeof(line), stdin)) {
		size_t count = 0;
		char *at = line;

		line[strcspn(line, "\n")] = '\0';
		while (at && count < WORDS) {
			words[count++] = at;
			at = strchr(at, '\t');
			if (at)
				*at++ = '\0';
		}
		if (!reply(words, count)) {
			fprintf(stderr, "zone_tool: what is \"%s\"?\n", words[0]);
			return 2;
		}
	}
	return 0;
}
