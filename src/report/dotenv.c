#include "report/dotenv.h"

#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "model/ids.h"
#include "report/sink.h"

/* GitLab: less than 5 KiB; 20 variables on a self-managed server that nobody tuned. */
#define FILE_MAX_BYTES (5 * 1024 - 1)
#define VALUE_MAX_BYTES (64 * 1024)

struct writer {
	struct sg_report *report; /* gets the warnings; NULL for errors */
	const struct sg_redactor *redactor;
	struct sg_buf *out;
	size_t start;
};

static void left_out(const struct writer *writer, const char *key, const char *why)
{
	if (writer->report)
		sg_report_warn(writer->report, "DOTENV_LEFT_OUT",
			"%s is not in the dotenv report: %s", key, why);
}

static void put(const struct writer *writer, const char *key, struct sg_str value)
{
	SG_AUTO(sg_buf_release) struct sg_buf line = {0};

	sg_buf_init(&line, FILE_MAX_BYTES);
	sg_buf_addf(&line, "%s=", key);
	if (!sg_report_sink_dotenv(writer->redactor, value, &line)) {
		left_out(writer, key, "its value cannot be carried on one line of 1 KiB");
		return;
	}
	sg_buf_addc(&line, '\n');
	if (writer->out->len - writer->start + line.len > FILE_MAX_BYTES)
		left_out(writer, key, "the file would be larger than GitLab takes");
	else
		sg_buf_addstr(writer->out, sg_buf_str(&line));
}

static void put_text(const struct writer *writer, const char *key, const char *value)
{
	if (value && *value)
		put(writer, key, sg_str_of(value));
}

static void put_number(const struct writer *writer, const char *key, int value)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};

	sg_buf_init(&text, 32);
	sg_buf_addf(&text, "%d", value);
	put(writer, key, sg_buf_str(&text));
}

/* A comma-separated list without repetition, neighbour by neighbour. */
struct joined {
	struct sg_buf text;
	const char *last;
};

static void join(struct joined *joined, const char *value)
{
	if (!value || !*value || (joined->last && strcmp(joined->last, value) == 0))
		return;
	if (joined->text.len)
		sg_buf_addc(&joined->text, ',');
	sg_buf_adds(&joined->text, value);
	joined->last = value;
}

/* The same where it may stand anywhere in the list: environments have the same services. */
static void join_once(struct joined *joined, const char *value)
{
	struct sg_str rest = sg_buf_str(&joined->text), one;

	while (value && rest.len && sg_str_cut(&rest, ',', &one))
		if (sg_str_is(one, value))
			return;
	join(joined, value);
}

static void put_joined(const struct writer *writer, const char *key, struct joined *joined)
{
	if (joined->text.overflow)
		left_out(writer, key, "it is too long");
	else if (joined->text.len)
		put(writer, key, sg_buf_str(&joined->text));
	sg_buf_reset(&joined->text);
	joined->last = NULL;
}

static void put_changes(const struct writer *writer, const struct sg_report *report)
{
	struct joined services = {.last = NULL}, tags = {.last = NULL}, from = {.last = NULL};

	sg_buf_init(&services.text, VALUE_MAX_BYTES);
	sg_buf_init(&tags.text, VALUE_MAX_BYTES);
	sg_buf_init(&from.text, VALUE_MAX_BYTES);
	for (size_t i = 0; i < report->change_count; i++) {
		join(&services, report->changes[i].service);
		join(&tags, report->changes[i].to);
		join(&from, report->changes[i].noop ? NULL : report->changes[i].from);
	}
	for (size_t i = 0; report->change_count == 0 && i < report->verdict_count; i++)
		join_once(&services, report->verdicts[i].service);
	put_joined(writer, "STAGEGATE_SERVICE", &services);
	put_joined(writer, "STAGEGATE_TAG", &tags);
	put_joined(writer, "STAGEGATE_TAG_BEFORE", &from);
	sg_buf_release(&services.text);
	sg_buf_release(&tags.text);
	sg_buf_release(&from.text);
}

static void put_verdicts(const struct writer *writer, const struct sg_report *report)
{
	struct joined applications = {.last = NULL}, revisions = {.last = NULL},
		      images = {.last = NULL};

	sg_buf_init(&applications.text, VALUE_MAX_BYTES);
	sg_buf_init(&revisions.text, VALUE_MAX_BYTES);
	sg_buf_init(&images.text, VALUE_MAX_BYTES);
	for (size_t i = 0; i < report->verdict_count; i++) {
		join_once(&applications, report->verdicts[i].application);
		join(&revisions, report->verdicts[i].revision_seen);
		join(&images, report->verdicts[i].image_wanted);
	}
	put_joined(writer, "STAGEGATE_APPLICATION", &applications);
	put_joined(writer, "STAGEGATE_LIVE_REVISION", &revisions);
	put_joined(writer, "STAGEGATE_WANTED_IMAGE", &images);
	sg_buf_release(&applications.text);
	sg_buf_release(&revisions.text);
	sg_buf_release(&images.text);
}

static void put_merge_requests(const struct writer *writer, const struct sg_report *report)
{
	struct joined iids = {.last = NULL}, urls = {.last = NULL};
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};

	sg_buf_init(&iids.text, VALUE_MAX_BYTES);
	sg_buf_init(&urls.text, VALUE_MAX_BYTES);
	for (size_t i = 0; i < report->mr_count; i++) {
		const struct sg_report_mr *row = &report->mrs[i];

		if (row->iid)
			join(&iids, sg_arena_printf(&scratch, "%" PRId64, row->iid));
		join(&urls, row->url);
	}
	put_joined(writer, "STAGEGATE_MR_IID", &iids);
	put_joined(writer, "STAGEGATE_MR_URL", &urls);
	sg_buf_release(&iids.text);
	sg_buf_release(&urls.text);
}

static void put_head(const struct writer *writer, const char *command, const char *result,
	const char *reason, int exit_code)
{
	put_text(writer, "STAGEGATE_COMMAND", command);
	put_text(writer, "STAGEGATE_RESULT", result);
	put_text(writer, "STAGEGATE_REASON", reason);
	put_number(writer, "STAGEGATE_EXIT_CODE", exit_code);
}

/* True when something was written to the branch. */
static bool has_changed(const struct sg_report *report)
{
	for (size_t i = 0; report->result == SG_RESULT_DONE && i < report->change_count; i++)
		if (!report->changes[i].noop)
			return true;
	return false;
}

void sg_report_dotenv(
	struct sg_report *report, const struct sg_redactor *redactor, struct sg_buf *out)
{
	const struct writer writer = {report, redactor, out, out->len};
	char time[24];

	put_head(&writer, report->command, sg_result_name(report->result), report->code,
		report->exit_code);
	put_text(&writer, "STAGEGATE_ENVIRONMENT", report->environment);
	put_text(&writer, "STAGEGATE_BRANCH", report->branch);
	put_text(&writer, "STAGEGATE_COMMIT", report->commit);
	/* A wait behind a bump must not overwrite what the bump said. */
	if (report->change_count)
		put_text(&writer, "STAGEGATE_CHANGED", has_changed(report) ? "true" : "false");
	put_text(&writer, "STAGEGATE_ID", report->id);
	put_changes(&writer, report);
	put_merge_requests(&writer, report);
	put_verdicts(&writer, report);
	if (report->advisory)
		put_text(&writer, "STAGEGATE_ADVISORY", "true");
	if (report->next_look_unix_s) {
		sg_time_format(report->next_look_unix_s, time, sizeof(time));
		put_text(&writer, "STAGEGATE_NEXT_LOOK", time);
	}
}

void sg_report_dotenv_error(const char *command, const struct sg_err *err, struct sg_buf *out)
{
	const struct writer writer = {.out = out, .start = out->len};

	put_head(&writer, command, "error", sg_reason_name(err->reason), sg_err_exit(err));
}
