/*
 * Random histories of a controller against the real decision table:
 *	histories --count N [--seed S] [--only K] [--break NAME] [--json FILE] [--trace]
 * Exit 1 when one is told wrongly; the first such history is printed with all its events.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "world.h"

struct options {
	uint64_t count, seed, only;
	bool one, trace, shares;
	const char *broken, *json;
};

struct tally {
	uint64_t false_green, false_red, hangs;
};

static int usage(const char *why)
{
	(void)fprintf(stderr,
		"histories: %s\nusage: histories --count N [--seed S] [--only K] [--trace] "
		"[--break NAME] [--json FILE]\n",
		why);
	return 2;
}

static bool number(const char *text, uint64_t *ret)
{
	char *end;

	*ret = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

static bool take(struct options *options, const char *name, const char *value)
{
	if (strcmp(name, "--count") == 0)
		return number(value, &options->count);
	if (strcmp(name, "--seed") == 0)
		return number(value, &options->seed);
	if (strcmp(name, "--only") == 0)
		return options->one = number(value, &options->only);
	if (strcmp(name, "--json") == 0)
		return (options->json = value) != NULL;
	if (strcmp(name, "--break") == 0)
		return breaks_know(options->broken = value);
	return false;
}

static void play(const struct options *options, uint64_t k, bool trace, struct outcome *ret)
{
	struct plan plan;

	plan_make(options->seed, k, &plan);
	if (trace)
		plan_print(&plan);
	tool_run(&plan, options->broken, trace, ret);
}

static void count(const struct options *options, uint64_t k, const struct judgement *judgement,
	struct tally *tally)
{
	bool is_first = tally->false_green + tally->false_red + tally->hangs == 0;
	struct outcome again;

	tally->false_green += judgement->false_green;
	tally->false_red += judgement->false_red;
	tally->hangs += judgement->hang;
	if (!judgement->why[0] || (!is_first && !options->shares))
		return;
	if (!options->shares && !options->trace)
		play(options, k, true, &again);
	(void)printf(
		"history %llu of seed %llu: %s: %s\n(again: --seed %llu --only %llu --trace)\n",
		(unsigned long long)k, (unsigned long long)options->seed,
		judgement->false_green ? "false green"
				       : (judgement->false_red ? "false red" : "hang"),
		judgement->why, (unsigned long long)options->seed, (unsigned long long)k);
}

static double now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int write_json(const struct options *options, const struct tally *tally, double seconds)
{
	FILE *out = options->json ? fopen(options->json, "w") : stdout;

	if (!out)
		return usage("the file for --json cannot be written");
	(void)fprintf(out,
		"{\"schema\": \"stagegate/histories/1\", \"count\": %llu, \"seed\": %llu, "
		"\"false_green\": %llu, \"false_red\": %llu, \"hangs\": %llu, \"seconds\": %.2f}\n",
		(unsigned long long)options->count, (unsigned long long)options->seed,
		(unsigned long long)tally->false_green, (unsigned long long)tally->false_red,
		(unsigned long long)tally->hangs, seconds);
	if (options->json)
		(void)fclose(out);
	return tally->false_green || tally->false_red || tally->hangs ? 1 : 0;
}

static int run(struct options *options)
{
	double began_s = now_s();
	struct tally tally = {0};
	struct outcome outcome;
	uint64_t from = options->one ? options->only : 0;

	if (options->one)
		options->count = 1;
	for (uint64_t k = from; k < from + options->count; k++) {
		play(options, k, options->trace, &outcome);
		count(options, k, &outcome.judgement, &tally);
	}
	return write_json(options, &tally, now_s() - began_s);
}

int main(int argc, char **argv)
{
	struct options options = {.seed = 1};

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--trace") == 0) {
			options.trace = true;
		} else if (strcmp(argv[i], "--all-failures") == 0) {
			options.shares = true;
		} else if (strcmp(argv[i], "--breaks") == 0) {
			breaks_print();
			return 0;
		} else if (i + 1 >= argc || !take(&options, argv[i], argv[i + 1])) {
			return usage(argv[i]);
		} else {
			i++;
		}
	}
	if (options.count == 0 && !options.one)
		return usage("--count is missing");
	return run(&options);
}
