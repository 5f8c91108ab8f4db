#include "model/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

#define LINE_MAX_BYTES 4096

static const struct {
	const char *name;
	int exit_code;
} results[] = {
#define SG_X(name, word, code) [SG_RESULT_##name] = {word, code},
	SG_RESULTS(SG_X)
#undef SG_X
};

static const char *const file_states[] = {
#define SG_X(name, word) [SG_FILE_##name] = word,
	SG_FILE_STATES(SG_X)
#undef SG_X
};

const char *sg_file_state_name(enum sg_file_state state)
{
	return file_states[state];
}

const char *sg_result_name(enum sg_result result)
{
	return results[result].name;
}

int sg_result_exit(enum sg_result result)
{
	return results[result].exit_code;
}

static size_t rank(enum sg_result result)
{
	static const enum sg_result from_bad_to_good[] = {SG_RESULT_FAILED, SG_RESULT_CONFLICT,
		SG_RESULT_INVALID, SG_RESULT_TIMEOUT, SG_RESULT_PENDING};
	size_t at = 0;

	while (at < SG_COUNT(from_bad_to_good) && from_bad_to_good[at] != result)
		at++;
	return at;
}

bool sg_result_is_worse(enum sg_result one, enum sg_result than)
{
	return rank(one) < rank(than);
}

void sg_report_init(struct sg_report *report, struct sg_arena *arena, const char *command)
{
	*report = (struct sg_report){.arena = arena, .command = command, .code = "OK"};
}

/* The formatted text in the arena, cut at LINE_MAX_BYTES. */
SG_PRINTF(2, 0)
static const char *format(struct sg_report *report, const char *fmt, va_list args)
{
	char text[LINE_MAX_BYTES];
	int len = vsnprintf(text, sizeof(text), fmt, args);

	if (len < 0)
		return "";
	if ((size_t)len >= sizeof(text))
		memcpy(text + sizeof(text) - 4, "...", 4);
	return sg_arena_strdup(report->arena, text);
}

void sg_report_end(
	struct sg_report *report, enum sg_result result, const char *code, const char *fmt, ...)
{
	va_list args;

	report->result = result;
	report->exit_code = sg_result_exit(result);
	report->code = code;
	va_start(args, fmt);
	report->sentence = format(report, fmt, args);
	va_end(args);
}

struct sg_report_service *sg_report_add_service(struct sg_report *report)
{
	return sg_arena_push(report->arena, &report->services, &report->service_count,
		sizeof(*report->services));
}

struct sg_report_change *sg_report_add_change(struct sg_report *report)
{
	return sg_arena_push(
		report->arena, &report->changes, &report->change_count, sizeof(*report->changes));
}

struct sg_report_place *sg_report_add_place(struct sg_report *report)
{
	return sg_arena_push(
		report->arena, &report->places, &report->place_count, sizeof(*report->places));
}

struct sg_report_verdict *sg_report_add_verdict(struct sg_report *report)
{
	return sg_arena_push(report->arena, &report->verdicts, &report->verdict_count,
		sizeof(*report->verdicts));
}

struct sg_report_mr *sg_report_add_mr(struct sg_report *report)
{
	return sg_arena_push(report->arena, &report->mrs, &report->mr_count, sizeof(*report->mrs));
}

struct sg_report_code *sg_report_add_code(struct sg_report *report)
{
	return sg_arena_push(
		report->arena, &report->codes, &report->code_count, sizeof(*report->codes));
}

void sg_report_add_gate(struct sg_report *report, const char *service, const char *environment,
	const struct sg_gate_verdict *verdict)
{
	struct sg_report_gate *row = sg_arena_push(
		report->arena, &report->gates, &report->gate_count, sizeof(*report->gates));

	*row = (struct sg_report_gate){
		.service = sg_arena_strdup(report->arena, service),
		.environment = sg_arena_strdup(report->arena, environment),
		.phase = verdict->phase,
		.type = verdict->type,
		.state = verdict->state,
		.code = sg_arena_strdup(report->arena, verdict->code),
		.sentence = sg_arena_strdup(report->arena, verdict->sentence),
		.observed = sg_arena_strdup(report->arena, verdict->observed),
		.expected = sg_arena_strdup(report->arena, verdict->expected),
		.since_unix_s = verdict->since_unix_s,
		.next_look_unix_s = verdict->next_look_unix_s,
	};
}

void sg_report_add_values(struct sg_report *report, const char *environment,
	const struct sg_value_change *values, size_t count, bool noop)
{
	for (size_t i = 0; i < count; i++) {
		*sg_report_add_change(report) = (struct sg_report_change){
			.service = values[i].service,
			.environment = environment,
			.file = values[i].path,
			.place = values[i].place,
			.line = values[i].line,
			.from = values[i].added ? NULL : values[i].from,
			.added = values[i].added,
			.to = values[i].to,
			.noop = noop,
			.found = values[i].found,
		};
	}
}

void sg_report_add_diffs(struct sg_report *report, const struct sg_file_change *files, size_t count)
{
	size_t all_count = report->file_count + count;
	struct sg_file_change *all = sg_arena_calloc(report->arena, all_count + 1, sizeof(*all));

	if (report->file_count)
		memcpy(all, report->files, report->file_count * sizeof(*all));
	if (count)
		memcpy(all + report->file_count, files, count * sizeof(*all));
	report->files = all;
	report->file_count = all_count;
}

void sg_report_add_file(struct sg_report *report, const char *path, enum sg_file_state state)
{
	struct sg_report_file *row =
		sg_arena_push(report->arena, &report->made, &report->made_count, sizeof(*row));

	*row = (struct sg_report_file){path, state};
}

void sg_report_add_phase(struct sg_report *report, const char *name, int64_t ms)
{
	struct sg_report_phase *row = sg_arena_push(
		report->arena, &report->phases, &report->phase_count, sizeof(*report->phases));

	*row = (struct sg_report_phase){name, ms};
}

void sg_report_add_part(struct sg_report *report, const char *name, const char *version)
{
	struct sg_report_part *part =
		sg_arena_push(report->arena, &report->parts, &report->part_count, sizeof(*part));

	*part = (struct sg_report_part){name, version};
}

void sg_report_warn(struct sg_report *report, const char *code, const char *fmt, ...)
{
	struct sg_report_warning *row;
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = format(report, fmt, args);
	va_end(args);
	for (size_t i = 0; i < report->warning_count; i++)
		if (strcmp(report->warnings[i].code, code) == 0 &&
			strcmp(report->warnings[i].text, text) == 0)
			return;
	row = sg_arena_push(report->arena, &report->warnings, &report->warning_count, sizeof(*row));
	*row = (struct sg_report_warning){code, text};
}

void sg_report_line(struct sg_report *report, struct sg_report_lines *lines, const char *fmt, ...)
{
	const char **row = sg_arena_push(report->arena, &lines->items, &lines->count, sizeof(*row));
	va_list args;

	va_start(args, fmt);
	*row = format(report, fmt, args);
	va_end(args);
}

bool sg_report_spans(const struct sg_report *report)
{
	for (size_t i = 1; i < report->verdict_count; i++) {
		const char *first = report->verdicts[0].environment;
		const char *other = report->verdicts[i].environment;

		if (first && other && strcmp(first, other) != 0)
			return true;
	}
	return false;
}
