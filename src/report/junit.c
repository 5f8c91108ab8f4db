/*
 * GitLab shows the text of an element, other tools its `message`: both are written. Nothing goes to
 * <system-out>, where GitLab would take "[[ATTACHMENT|path]]" for a link to a file of the job.
 */
#include "report/junit.h"

#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/advice.h"
#include "model/ids.h"
#include "report/sink.h"

#define CASES_MAX_BYTES (32u << 20)
#define DETAILS_MAX_BYTES (64u << 10)
/* GitLab keeps 255 characters of a name. */
#define NAME_MAX_BYTES 255
#define MESSAGE_MAX_BYTES 1024
#define TEXT_MAX_BYTES (16u << 10)

enum outcome { PASSED, SKIPPED, FAILURE, ERROR, OUTCOMES };

static const char *const elements[OUTCOMES] = {NULL, "skipped", "failure", "error"};

struct writer {
	const struct sg_redactor *redactor;
	const char *command;
	struct sg_buf cases;
	size_t counts[OUTCOMES];
};

/* One case. Texts are untrusted; all but `name` may be missing. */
struct unit {
	enum outcome outcome;
	struct sg_str name; /* unique in its suite: GitLab keeps one case of a name */
	const char *file;
	int64_t elapsed_ms;
	const char *code;
	const char *sentence;
	const char *hint;      /* what to do; without it the code's advice says so */
	struct sg_buf details; /* lines */
};

static void unit_init(struct unit *unit, enum outcome outcome)
{
	*unit = (struct unit){.outcome = outcome};
	sg_buf_init(&unit->details, DETAILS_MAX_BYTES);
}

static enum outcome outcome_of(enum sg_result result)
{
	switch (result) {
	case SG_RESULT_DONE:
	case SG_RESULT_UNCHANGED:
		return PASSED;
	case SG_RESULT_PLANNED:
	case SG_RESULT_PENDING:
		return SKIPPED;
	case SG_RESULT_FAILED:
	case SG_RESULT_CONFLICT:
	case SG_RESULT_INVALID:
		return FAILURE;
	case SG_RESULT_TIMEOUT:
		break;
	}
	return ERROR;
}

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

/* "label: value", on one line so that no value can look like another line of ours. */
static void put_line(struct sg_buf *out, const char *label, const char *value)
{
	size_t from;

	if (!value || !*value)
		return;
	if (label)
		sg_buf_addf(out, "%s: ", label);
	from = out->len;
	sg_buf_adds(out, value);
	for (size_t i = from; i < out->len; i++)
		if (out->ptr[i] == '\n' || out->ptr[i] == '\r')
			out->ptr[i] = ' ';
	sg_buf_addc(out, '\n');
}

static void put_lines(struct sg_buf *out, const char *label, const struct sg_report_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		put_line(out, label, lines->items[i]);
}

static void put_time(struct sg_buf *out, const char *label, int64_t unix_s)
{
	char text[24];

	if (!unix_s)
		return;
	sg_time_format(unix_s, text, sizeof(text));
	put_line(out, label, text);
}

/* ---- one case ---- */

static void put_attribute(
	struct writer *writer, const char *name, struct sg_str value, size_t max_bytes)
{
	sg_buf_addf(&writer->cases, " %s=\"", name);
	sg_report_sink_xml(writer->redactor, value, max_bytes, &writer->cases);
	sg_buf_addc(&writer->cases, '"');
}

static void put_seconds(struct sg_buf *out, int64_t ms)
{
	if (ms < 0)
		ms = 0;
	sg_buf_addf(out, " time=\"%" PRId64 ".%03d\"", ms / 1000, (int)(ms % 1000));
}

/* "CODE: sentence" */
static void put_why(const struct unit *unit, struct sg_buf *out)
{
	const char *code = unit->code ? unit->code : "";
	const char *sentence = unit->sentence ? unit->sentence : "";

	sg_buf_addf(out, "%s%s%s", code, *code && *sentence ? ": " : "", sentence);
}

/* What to do, and where to read more. */
static void put_advice(const struct unit *unit, struct sg_buf *out)
{
	const struct sg_advice *advice = unit->code ? sg_advice_of(unit->code) : NULL;

	if (unit->hint && *unit->hint)
		put_line(out, "what to do", unit->hint);
	else if (advice)
		put_line(out, "what to do", advice->remedy);
	if (advice)
		sg_buf_addf(out, "more: stagegate explain %s\n", advice->code);
}

static void put_outcome(struct writer *writer, const struct unit *unit)
{
	SG_AUTO(sg_buf_release) struct sg_buf why = {0}, text = {0};
	const char *element = elements[unit->outcome];

	sg_buf_init(&why, DETAILS_MAX_BYTES);
	put_why(unit, &why);
	sg_buf_init(&text, 3 * DETAILS_MAX_BYTES);
	put_line(&text, NULL, why.ptr);
	sg_buf_addstr(&text, sg_buf_str(&unit->details));
	put_advice(unit, &text);
	sg_buf_addf(&writer->cases, "\n      <%s", element);
	if (unit->outcome != SKIPPED)
		put_attribute(writer, "type", sg_str_of(or_dash(unit->code)), NAME_MAX_BYTES);
	put_attribute(writer, "message", sg_buf_str(&why), MESSAGE_MAX_BYTES);
	sg_buf_addc(&writer->cases, '>');
	sg_report_sink_xml(
		writer->redactor, sg_str_trim(sg_buf_str(&text)), TEXT_MAX_BYTES, &writer->cases);
	sg_buf_addf(&writer->cases, "</%s>\n    ", element);
}

/* Writes it and releases what it holds. */
static void put_unit(struct writer *writer, struct unit *unit)
{
	SG_AUTO(sg_buf_release) struct sg_buf class = {0};

	sg_buf_init(&class, DETAILS_MAX_BYTES);
	sg_buf_addf(&class, "stagegate.%s", or_dash(writer->command));
	writer->counts[unit->outcome]++;
	sg_buf_adds(&writer->cases, "    <testcase");
	put_attribute(writer, "classname", sg_buf_str(&class), NAME_MAX_BYTES);
	put_attribute(writer, "name", unit->name, NAME_MAX_BYTES);
	if (unit->file && *unit->file)
		put_attribute(writer, "file", sg_str_of(unit->file), NAME_MAX_BYTES);
	put_seconds(&writer->cases, unit->elapsed_ms);
	if (unit->outcome == PASSED) {
		sg_buf_adds(&writer->cases, "/>\n");
	} else {
		sg_buf_addc(&writer->cases, '>');
		put_outcome(writer, unit);
		sg_buf_adds(&writer->cases, "</testcase>\n");
	}
	sg_buf_release(&unit->details);
}

/* ---- what becomes a case ---- */

static void put_verdict(
	struct writer *writer, const struct sg_report_verdict *row, struct sg_arena *scratch)
{
	struct unit unit;

	unit_init(&unit, outcome_of(row->result));
	unit.name = sg_str_of(sg_arena_printf(scratch, "%s: application %s%s%s",
		or_dash(row->service), row->namespace ? row->namespace : "",
		row->namespace ? "/" : "", or_dash(row->application)));
	unit.elapsed_ms = row->elapsed_ms;
	unit.code = row->code;
	unit.sentence = row->sentence;
	put_line(&unit.details, "wanted", row->revision_wanted);
	put_line(&unit.details, "seen", row->revision_seen);
	put_line(&unit.details, "wanted image", row->image_wanted);
	put_lines(&unit.details, "image", &row->images);
	put_line(&unit.details, "sync", row->sync);
	put_line(&unit.details, "health", row->health);
	put_line(&unit.details, "last blocker", row->last_blocker);
	put_lines(&unit.details, "evidence", &row->evidence);
	put_time(&unit.details, "next look", row->next_look_unix_s);
	put_unit(writer, &unit);
}

static enum outcome outcome_of_gate(enum sg_gate_state state)
{
	static const enum outcome outcomes[] = {
		[SG_VERDICT_PASS] = PASSED,
		[SG_VERDICT_LATER] = SKIPPED,
		[SG_VERDICT_WAIT] = SKIPPED,
		[SG_VERDICT_CLOSED] = FAILURE,
	};

	return outcomes[state];
}

/* NUMBER counts the gates of this type and phase of one promotion: there may be several. */
static void put_gate(struct writer *writer, const struct sg_report *report,
	const struct sg_report_gate *row, size_t number, struct sg_arena *scratch)
{
	struct unit unit;

	unit_init(&unit, outcome_of_gate(row->state));
	unit.name = sg_str_of(sg_arena_printf(scratch, "%s to %s: %s gate%s (%s)",
		or_dash(row->service), or_dash(row->environment), sg_gate_type_name(row->type),
		number > 1 ? sg_arena_printf(scratch, " %zu", number) : "",
		sg_gate_phase_name(row->phase)));
	/* Decided in the other phase: no answer that anybody could do something about. */
	unit.code = row->state == SG_VERDICT_LATER ? NULL : row->code;
	unit.sentence = row->sentence;
	put_line(&unit.details, "observed", row->observed);
	put_line(&unit.details, "expected", row->expected);
	put_time(&unit.details, "since", row->since_unix_s);
	put_time(&unit.details, "next look", row->next_look_unix_s);
	if (report->advisory)
		put_line(&unit.details, "advisory", "this gate binds nobody");
	put_unit(writer, &unit);
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
	struct writer *writer, const struct sg_report *report, struct sg_arena *scratch)
{
	const struct sg_report_gate *last = NULL;
	size_t seen[TYPES][PHASES] = {{0}};

	for (size_t i = 0; i < report->gate_count; i++) {
		const struct sg_report_gate *row = &report->gates[i];

		if (last && (!is_same(last->service, row->service) ||
				    !is_same(last->environment, row->environment)))
			memset(seen, 0, sizeof(seen));
		put_gate(writer, report, row, ++seen[row->type][row->phase], scratch);
		last = row;
	}
}

/* A change is as good as the run that made it. */
static void put_change(struct writer *writer, const struct sg_report *report,
	const struct sg_report_change *row, struct sg_arena *scratch)
{
	struct unit unit;

	unit_init(&unit, row->noop ? PASSED : outcome_of(report->result));
	unit.name = sg_str_of(sg_arena_printf(scratch, "%s in %s: %s of %s:%d",
		or_dash(row->service), or_dash(row->environment), or_dash(row->place),
		or_dash(row->file), row->line));
	unit.code = report->code;
	unit.sentence = sg_arena_printf(
		scratch, "%s -> %s", row->from ? row->from : "?", row->to ? row->to : "?");
	put_unit(writer, &unit);
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

static enum outcome outcome_of_finding(enum sg_severity severity)
{
	switch (severity) {
	case SG_SEVERITY_ERROR:
		return FAILURE;
	case SG_SEVERITY_WARNING:
	case SG_SEVERITY_NOTE:
		return SKIPPED;
	case SG_SEVERITY_OK:
		return PASSED;
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
	struct writer *writer, const struct sg_finding *row, struct sg_arena *scratch)
{
	struct unit unit;

	unit_init(&unit, outcome_of_finding(row->severity));
	unit.name = sg_str_of(name_of(row, scratch));
	unit.file = row->file;
	unit.code = row->id ? row->id : sg_severity_name(row->severity);
	unit.sentence = row->text;
	unit.hint = row->hint;
	put_unit(writer, &unit);
}

/* ---- the run ---- */

/* Another case says what the run says. */
static bool is_said(const struct sg_report *report)
{
	enum outcome outcome = outcome_of(report->result);
	bool good = outcome == PASSED;

	for (size_t i = 0; i < report->verdict_count; i++)
		if (outcome_of(report->verdicts[i].result) == outcome &&
			(good || is_same(report->verdicts[i].code, report->code)))
			return true;
	for (size_t i = 0; i < report->gate_count; i++)
		if (outcome_of_gate(report->gates[i].state) == outcome &&
			(good || is_same(report->gates[i].code, report->code)))
			return true;
	if (outcome == FAILURE && sg_findings_errors(&report->findings))
		return true;
	return report->change_count != 0 && shows_changes(report);
}

static void put_request(
	struct sg_buf *out, const struct sg_report_mr *row, struct sg_arena *scratch)
{
	put_line(out, "merge request",
		sg_arena_printf(scratch, "%s: !%" PRId64 " %s %s", or_dash(row->service), row->iid,
			or_dash(row->state), row->url ? row->url : ""));
	if (row->code && *row->code)
		put_line(out, "status",
			sg_arena_printf(scratch, "%s: %s", row->code, or_dash(row->sentence)));
	put_line(out, "blocked by", row->blocker);
	put_line(out, "look at", row->blocker_url);
}

static void put_run(struct writer *writer, const struct sg_report *report, struct sg_arena *scratch)
{
	const char *env = report->environment;
	struct unit unit;

	unit_init(&unit, outcome_of(report->result));
	unit.name =
		sg_str_of(env ? sg_arena_printf(scratch, "%s (%s)", or_dash(report->command), env)
			      : or_dash(report->command));
	unit.elapsed_ms = report->elapsed_ms;
	unit.code = report->code;
	unit.sentence = report->sentence;
	put_line(&unit.details, "repository", report->repository);
	put_line(&unit.details, "branch", report->branch);
	put_line(&unit.details, "commit", report->commit);
	for (size_t i = 0; i < report->mr_count; i++)
		put_request(&unit.details, &report->mrs[i], scratch);
	put_time(&unit.details, "next look", report->next_look_unix_s);
	put_unit(writer, &unit);
}

/* The head with the counts, and the cases below it. */
static void put_document(struct writer *writer, int64_t elapsed_ms, struct sg_buf *out)
{
	size_t count = 0;

	for (int i = 0; i < OUTCOMES; i++)
		count += writer->counts[i];
	sg_buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite "
			 "name=\"stagegate ");
	sg_report_sink_xml(
		writer->redactor, sg_str_of(or_dash(writer->command)), NAME_MAX_BYTES, out);
	sg_buf_addf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", count,
		writer->counts[FAILURE], writer->counts[ERROR], writer->counts[SKIPPED]);
	put_seconds(out, elapsed_ms);
	sg_buf_adds(out, ">\n");
	sg_buf_addstr(out, sg_buf_str(&writer->cases));
	sg_buf_adds(out, "  </testsuite>\n</testsuites>\n");
	out->overflow = out->overflow || writer->cases.overflow;
	sg_buf_release(&writer->cases);
}

void sg_report_junit(
	const struct sg_report *report, const struct sg_redactor *redactor, struct sg_buf *out)
{
	struct writer writer = {.redactor = redactor, .command = report->command};
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};

	sg_buf_init(&writer.cases, CASES_MAX_BYTES);
	if (!is_said(report))
		put_run(&writer, report, &scratch);
	for (size_t i = 0; i < report->verdict_count; i++)
		put_verdict(&writer, &report->verdicts[i], &scratch);
	put_gates(&writer, report, &scratch);
	for (size_t i = 0; shows_changes(report) && i < report->change_count; i++)
		put_change(&writer, report, &report->changes[i], &scratch);
	for (size_t i = 0; i < report->findings.count; i++)
		put_finding(&writer, &report->findings.items[i], &scratch);
	put_document(&writer, report->elapsed_ms, out);
}

void sg_report_junit_error(const char *command, const struct sg_err *err,
	const struct sg_redactor *redactor, struct sg_buf *out)
{
	struct writer writer = {.redactor = redactor, .command = command};
	struct unit unit;

	sg_buf_init(&writer.cases, CASES_MAX_BYTES);
	unit_init(&unit, ERROR);
	unit.name = sg_str_of(or_dash(command));
	unit.code = sg_reason_name(err->reason);
	unit.sentence = err->cause[0] ? err->cause : sg_reason_text(err->reason);
	unit.hint = err->hint;
	put_line(&unit.details, "where", err->where);
	put_unit(&writer, &unit);
	put_document(&writer, 0, out);
}
