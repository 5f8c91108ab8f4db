/*
 * GitLab shows the text of an element, other tools its `message`: both are written. Nothing goes to
 * <system-out>, where GitLab would take "[[ATTACHMENT|path]]" for a link to a file of the job.
 */
#include "report/junit_case.h"

#include <inttypes.h>

#include "base/attr.h"
#include "model/advice.h"
#include "model/ids.h"
#include "report/sink.h"

#define CASES_MAX_BYTES (32u << 20)
/* What lies in memory already; only the first TEXT_MAX_BYTES of it are shown. */
#define DETAILS_MAX_BYTES (1u << 20)
/* GitLab keeps 255 characters of a name. */
#define NAME_MAX_BYTES 255
#define MESSAGE_MAX_BYTES 1024
#define TEXT_MAX_BYTES (16u << 10)

static const char *const elements[SG_JUNIT_OUTCOMES] = {NULL, "skipped", "failure", "error"};

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

/* ---- details ---- */

void sg_junit_case_init(struct sg_junit_case *row, enum sg_junit_outcome outcome)
{
	*row = (struct sg_junit_case){.outcome = outcome};
	sg_buf_init(&row->details, DETAILS_MAX_BYTES);
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

void sg_junit_line(struct sg_junit_case *row, const char *label, const char *value)
{
	put_line(&row->details, label, value);
}

void sg_junit_time(struct sg_junit_case *row, const char *label, int64_t unix_s)
{
	char text[24];

	if (!unix_s)
		return;
	sg_time_format(unix_s, text, sizeof(text));
	put_line(&row->details, label, text);
}

/* ---- one case ---- */

static void put_attribute(
	struct sg_junit_suite *suite, const char *name, struct sg_str value, size_t max_bytes)
{
	sg_buf_addf(&suite->cases, " %s=\"", name);
	sg_report_sink_xml(suite->redactor, value, max_bytes, &suite->cases);
	sg_buf_addc(&suite->cases, '"');
}

static void put_seconds(struct sg_buf *out, int64_t ms)
{
	if (ms < 0)
		ms = 0;
	sg_buf_addf(out, " time=\"%" PRId64 ".%03d\"", ms / 1000, (int)(ms % 1000));
}

/* "CODE: sentence" */
static void put_why(const struct sg_junit_case *row, struct sg_buf *out)
{
	const char *code = row->code ? row->code : "";
	const char *sentence = row->sentence ? row->sentence : "";

	sg_buf_addf(out, "%s%s%s", code, *code && *sentence ? ": " : "", sentence);
}

/* What to do, and where to read more. */
static void put_advice(const struct sg_junit_case *row, struct sg_buf *out)
{
	const struct sg_advice *advice = row->code ? sg_advice_of(row->code) : NULL;

	if (row->hint && *row->hint)
		put_line(out, "what to do", row->hint);
	else if (advice)
		put_line(out, "what to do", advice->remedy);
	if (advice)
		sg_buf_addf(out, "more: stagegate explain %s\n", advice->code);
}

static void put_outcome(struct sg_junit_suite *suite, const struct sg_junit_case *row)
{
	SG_AUTO(sg_buf_release) struct sg_buf why = {0}, text = {0};
	const char *element = elements[row->outcome];

	sg_buf_init(&why, DETAILS_MAX_BYTES);
	put_why(row, &why);
	sg_buf_init(&text, 3 * DETAILS_MAX_BYTES);
	put_line(&text, NULL, why.ptr);
	sg_buf_addstr(&text, sg_buf_str(&row->details));
	put_advice(row, &text);
	sg_buf_addf(&suite->cases, "\n      <%s", element);
	if (row->outcome != SG_JUNIT_SKIPPED)
		put_attribute(suite, "type", sg_str_of(or_dash(row->code)), NAME_MAX_BYTES);
	put_attribute(suite, "message", sg_buf_str(&why), MESSAGE_MAX_BYTES);
	sg_buf_addc(&suite->cases, '>');
	sg_report_sink_xml(
		suite->redactor, sg_str_trim(sg_buf_str(&text)), TEXT_MAX_BYTES, &suite->cases);
	sg_buf_addf(&suite->cases, "</%s>\n    ", element);
}

void sg_junit_put(struct sg_junit_suite *suite, struct sg_junit_case *row)
{
	SG_AUTO(sg_buf_release) struct sg_buf class = {0};

	sg_buf_init(&class, DETAILS_MAX_BYTES);
	sg_buf_addf(&class, "stagegate.%s", or_dash(suite->command));
	suite->counts[row->outcome]++;
	sg_buf_adds(&suite->cases, "    <testcase");
	put_attribute(suite, "classname", sg_buf_str(&class), NAME_MAX_BYTES);
	put_attribute(suite, "name", sg_str_of(row->name), NAME_MAX_BYTES);
	if (row->file && *row->file)
		put_attribute(suite, "file", sg_str_of(row->file), NAME_MAX_BYTES);
	put_seconds(&suite->cases, row->elapsed_ms);
	if (row->outcome == SG_JUNIT_PASSED) {
		sg_buf_adds(&suite->cases, "/>\n");
	} else {
		sg_buf_addc(&suite->cases, '>');
		put_outcome(suite, row);
		sg_buf_adds(&suite->cases, "</testcase>\n");
	}
	sg_buf_release(&row->details);
}

/* ---- the document ---- */

void sg_junit_suite_init(
	struct sg_junit_suite *suite, const char *command, const struct sg_redactor *redactor)
{
	*suite = (struct sg_junit_suite){.redactor = redactor, .command = command};
	sg_buf_init(&suite->cases, CASES_MAX_BYTES);
}

void sg_junit_suite_end(struct sg_junit_suite *suite, int64_t elapsed_ms, struct sg_buf *out)
{
	size_t count = 0;

	for (int i = 0; i < SG_JUNIT_OUTCOMES; i++)
		count += suite->counts[i];
	sg_buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite "
			 "name=\"stagegate ");
	sg_report_sink_xml(
		suite->redactor, sg_str_of(or_dash(suite->command)), NAME_MAX_BYTES, out);
	sg_buf_addf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", count,
		suite->counts[SG_JUNIT_FAILURE], suite->counts[SG_JUNIT_ERROR],
		suite->counts[SG_JUNIT_SKIPPED]);
	put_seconds(out, elapsed_ms);
	sg_buf_adds(out, ">\n");
	sg_buf_addstr(out, sg_buf_str(&suite->cases));
	sg_buf_adds(out, "  </testsuite>\n</testsuites>\n");
	out->overflow = out->overflow || suite->cases.overflow;
	sg_buf_release(&suite->cases);
}
