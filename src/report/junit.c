#include "report/junit.h"

#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "report/junit_case.h"

static enum sg_junit_outcome outcome_of(enum sg_result result)
{
	switch (result) {
	case SG_RESULT_DONE:
	case SG_RESULT_UNCHANGED:
		return SG_JUNIT_PASSED;
	case SG_RESULT_PLANNED:
	case SG_RESULT_PENDING:
		return SG_JUNIT_SKIPPED;
	case SG_RESULT_FAILED:
	case SG_RESULT_CONFLICT:
	case SG_RESULT_INVALID:
		return SG_JUNIT_FAILURE;
	case SG_RESULT_TIMEOUT:
		break;
	}
	return SG_JUNIT_ERROR;
}

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

static void put_lines(
	struct sg_junit_case *unit, const char *label, const struct sg_report_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		sg_junit_line(unit, label, lines->items[i]);
}

/* The same application may be in several environments: then that is part of the name. */
static const char *application_of(
	const struct sg_report_verdict *row, bool spans, struct sg_arena *scratch)
{
	if (!row->application && row->environment)
		return sg_arena_printf(scratch, "environment %s", row->environment);
	return sg_arena_printf(scratch, "%s%s%s: application %s%s%s", or_dash(row->service),
		spans ? " in " : "", spans ? or_dash(row->environment) : "",
		row->namespace ? row->namespace : "", row->namespace ? "/" : "",
		or_dash(row->application));
}

static void put_verdict(struct sg_junit_suite *suite, const struct sg_report_verdict *row,
	bool spans, struct sg_arena *scratch)
{
	struct sg_junit_case unit;

	sg_junit_case_init(&unit, outcome_of(row->result));
	unit.name = application_of(row, spans, scratch);
	unit.elapsed_ms = row->elapsed_ms;
	unit.code = row->code;
	unit.sentence = row->sentence;
	sg_junit_line(&unit, "cluster", spans ? row->cluster : NULL);
	sg_junit_line(&unit, "wanted", row->revision_wanted);
	sg_junit_line(&unit, "seen", row->revision_seen);
	sg_junit_line(&unit, "wanted image", row->image_wanted);
	put_lines(&unit, "image", &row->images);
	sg_junit_line(&unit, "sync", row->sync);
	sg_junit_line(&unit, "health", row->health);
	sg_junit_line(&unit, "last blocker", row->last_blocker);
	put_lines(&unit, "evidence", &row->evidence);
	sg_junit_time(&unit, "next look", row->next_look_unix_s);
	sg_junit_put(suite, &unit);
}

static enum sg_junit_outcome outcome_of_gate(enum sg_gate_state state)
{
	static const enum sg_junit_outcome outcomes[] = {
		[SG_VERDICT_PASS] = SG_JUNIT_PASSED,
		[SG_VERDICT_LATER] = SG_JUNIT_SKIPPED,
		[SG_VERDICT_WAIT] = SG_JUNIT_SKIPPED,
		[SG_VERDICT_CLOSED] = SG_JUNIT_FAILURE,
	};

	return outcomes[state];
}

/* NUMBER counts the gates of this type and phase of one promotion: there may be several. */
static void put_gate(struct sg_junit_suite *suite, const struct sg_report *report,
	const struct sg_report_gate *row, size_t number, struct sg_arena *scratch)
{
	struct sg_junit_case unit;

	sg_junit_case_init(&unit, outcome_of_gate(row->state));
	unit.name = sg_arena_printf(scratch, "%s to %s: %s gate%s (%s)", or_dash(row->service),
		or_dash(row->environment), sg_gate_type_name(row->type),
		number > 1 ? sg_arena_printf(scratch, " %zu", number) : "",
		sg_gate_phase_name(row->phase));
	/* Decided in the other phase: no answer that anybody could do something about. */
	unit.code = row->state == SG_VERDICT_LATER ? NULL : row->code;
	unit.sentence = row->sentence;
	sg_junit_line(&unit, "observed", row->observed);
	sg_junit_line(&unit, "expected", row->expected);
	sg_junit_time(&unit, "since", row->since_unix_s);
	sg_junit_time(&unit, "next look", row->next_look_unix_s);
	if (report->advisory)
		sg_junit_line(&unit, "advisory", "this gate binds nobody");
	sg_junit_put(suite, &unit);
}

static bool is_same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

#define SG_X(...) +1
enum { TYPES = 0 SG_GATE_TYPES(SG_X), PHASES = 0 SG_GATE_PHASES(SG_X) };
#undef SG_X

/* The gates of one promotion stand together. */
static void put_gates(
	struct sg_junit_suite *suite, const struct sg_report *report, struct sg_arena *scratch)
{
	const struct sg_report_gate *last = NULL;
	size_t seen[TYPES][PHASES] = {{0}};

	for (size_t i = 0; i < report->gate_count; i++) {
		const struct sg_report_gate *row = &report->gates[i];

		if (last && (!is_same(last->service, row->service) ||
				    !is_same(last->environment, row->environment)))
			memset(seen, 0, sizeof(seen));
		put_gate(suite, report, row, ++seen[row->type][row->phase], scratch);
		last = row;
	}
}

/* A change is as good as the run that made it. */
static void put_change(struct sg_junit_suite *suite, const struct sg_report *report,
	const struct sg_report_change *row, struct sg_arena *scratch)
{
	struct sg_junit_case unit;

	sg_junit_case_init(&unit, row->noop ? SG_JUNIT_PASSED : outcome_of(report->result));
	unit.name = sg_arena_printf(scratch, "%s in %s: %s of %s:%d", or_dash(row->service),
		or_dash(row->environment), or_dash(row->place), or_dash(row->file), row->line);
	unit.code = report->code;
	unit.sentence = row->added ? sg_arena_printf(scratch, "added %s", row->to)
				   : sg_arena_printf(scratch, "%s -> %s",
					     row->from ? row->from : "?", row->to ? row->to : "?");
	sg_junit_put(suite, &unit);
}

/* Where something is judged, that is what the changes are good for. */
static bool shows_changes(const struct sg_report *report)
{
	return report->gate_count == 0 && report->verdict_count == 0 && report->mr_count == 0;
}

/* "FILE:LINE:COLUMN", as far as it is known. */
static const char *place_of(const struct sg_finding *row, struct sg_arena *scratch)
{
	if (!row->line)
		return row->file;
	if (!row->column)
		return sg_arena_printf(scratch, "%s:%d", row->file, row->line);
	return sg_arena_printf(scratch, "%s:%d:%d", row->file, row->line, row->column);
}

static enum sg_junit_outcome outcome_of_finding(enum sg_severity severity)
{
	switch (severity) {
	case SG_SEVERITY_ERROR:
		return SG_JUNIT_FAILURE;
	case SG_SEVERITY_WARNING:
	case SG_SEVERITY_NOTE:
		return SG_JUNIT_SKIPPED;
	case SG_SEVERITY_OK:
		return SG_JUNIT_PASSED;
	}
	SG_BUG("the severity of a finding");
}

/* What keeps its name from run to run, where the finding has such a thing. */
static const char *name_of(const struct sg_finding *row, struct sg_arena *scratch)
{
	if (row->id)
		return row->subject ? sg_arena_printf(scratch, "%s %s", row->id, row->subject)
				    : row->id;
	return row->file ? sg_arena_printf(
				   scratch, "%s: %s", place_of(row, scratch), or_dash(row->text))
			 : or_dash(row->text);
}

static void put_finding(
	struct sg_junit_suite *suite, const struct sg_finding *row, struct sg_arena *scratch)
{
	struct sg_junit_case unit;

	sg_junit_case_init(&unit, outcome_of_finding(row->severity));
	unit.name = name_of(row, scratch);
	unit.file = row->file;
	unit.code = row->id ? row->id : sg_severity_name(row->severity);
	unit.sentence = row->text;
	unit.hint = row->hint;
	sg_junit_put(suite, &unit);
}

/* ---- the run ---- */

/* An application or a gate says that; SERVICE NULL: of whichever service. */
static bool is_judged(const struct sg_report *report, const char *service, enum sg_result result,
	const char *code)
{
	enum sg_junit_outcome outcome = outcome_of(result);
	bool good = outcome == SG_JUNIT_PASSED;

	for (size_t i = 0; i < report->verdict_count; i++)
		if ((!service || is_same(report->verdicts[i].service, service)) &&
			outcome_of(report->verdicts[i].result) == outcome &&
			(good || is_same(report->verdicts[i].code, code)))
			return true;
	for (size_t i = 0; i < report->gate_count; i++)
		if ((!service || is_same(report->gates[i].service, service)) &&
			outcome_of_gate(report->gates[i].state) == outcome &&
			(good || is_same(report->gates[i].code, code)))
			return true;
	return false;
}

/* Another case says what the run says. */
static bool is_said(const struct sg_report *report)
{
	if (report->service_count > 1 || is_judged(report, NULL, report->result, report->code))
		return true;
	if (outcome_of(report->result) == SG_JUNIT_FAILURE && sg_findings_errors(&report->findings))
		return true;
	return report->change_count != 0 && shows_changes(report);
}

static void put_request(
	struct sg_junit_case *unit, const struct sg_report_mr *row, struct sg_arena *scratch)
{
	if (!row->iid)
		return;
	sg_junit_line(unit, "merge request",
		sg_arena_printf(scratch, "%s: !%" PRId64 " %s %s", or_dash(row->service), row->iid,
			or_dash(row->state), row->url ? row->url : ""));
	if (row->code && *row->code)
		sg_junit_line(unit, "status",
			sg_arena_printf(scratch, "%s: %s", row->code, or_dash(row->sentence)));
	sg_junit_line(unit, "blocked by", row->blocker);
	sg_junit_line(unit, "look at", row->blocker_url);
}

/* One of several services; what stopped it may be neither an application nor a gate. */
static void put_service(struct sg_junit_suite *suite, const struct sg_report *report,
	const struct sg_report_service *row, struct sg_arena *scratch)
{
	struct sg_junit_case unit;

	if (is_judged(report, row->service, row->result, row->code))
		return;
	sg_junit_case_init(&unit, outcome_of(row->result));
	unit.name = sg_arena_printf(scratch, "%s: %s to %s", or_dash(row->service),
		or_dash(report->command), or_dash(row->environment));
	unit.code = row->code;
	unit.sentence = row->sentence;
	for (size_t i = 0; i < report->mr_count; i++)
		if (is_same(report->mrs[i].service, row->service))
			put_request(&unit, &report->mrs[i], scratch);
	sg_junit_put(suite, &unit);
}

static void put_run(
	struct sg_junit_suite *suite, const struct sg_report *report, struct sg_arena *scratch)
{
	const char *env = report->environment;
	struct sg_junit_case unit;

	sg_junit_case_init(&unit, outcome_of(report->result));
	unit.name = env ? sg_arena_printf(scratch, "%s (%s)", or_dash(report->command), env)
			: or_dash(report->command);
	unit.elapsed_ms = report->elapsed_ms;
	unit.code = report->code;
	unit.sentence = report->sentence;
	sg_junit_line(&unit, "repository", report->repository);
	sg_junit_line(&unit, "branch", report->branch);
	sg_junit_line(&unit, "commit", report->commit);
	for (size_t i = 0; i < report->mr_count; i++)
		put_request(&unit, &report->mrs[i], scratch);
	sg_junit_time(&unit, "next look", report->next_look_unix_s);
	sg_junit_put(suite, &unit);
}

void sg_report_junit(
	const struct sg_report *report, const struct sg_redactor *redactor, struct sg_buf *out)
{
	struct sg_junit_suite suite;
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	bool spans = sg_report_spans(report);

	sg_junit_suite_init(&suite, report->command, redactor);
	if (!is_said(report))
		put_run(&suite, report, &scratch);
	for (size_t i = 0; i < report->verdict_count; i++)
		put_verdict(&suite, &report->verdicts[i], spans, &scratch);
	for (size_t i = 0; report->service_count > 1 && i < report->service_count; i++)
		put_service(&suite, report, &report->services[i], &scratch);
	put_gates(&suite, report, &scratch);
	for (size_t i = 0; shows_changes(report) && i < report->change_count; i++)
		put_change(&suite, report, &report->changes[i], &scratch);
	for (size_t i = 0; i < report->findings.count; i++)
		put_finding(&suite, &report->findings.items[i], &scratch);
	sg_junit_suite_end(&suite, report->elapsed_ms, out);
}

void sg_report_junit_error(const char *command, const struct sg_err *err,
	const struct sg_redactor *redactor, struct sg_buf *out)
{
	struct sg_junit_suite suite;
	struct sg_junit_case unit;

	sg_junit_suite_init(&suite, command, redactor);
	sg_junit_case_init(&unit, SG_JUNIT_ERROR);
	unit.name = or_dash(command);
	unit.code = sg_reason_name(err->reason);
	unit.sentence = err->cause[0] ? err->cause : sg_reason_text(err->reason);
	unit.hint = err->hint;
	sg_junit_line(&unit, "where", err->where);
	sg_junit_put(&suite, &unit);
	sg_junit_suite_end(&suite, 0, out);
}
