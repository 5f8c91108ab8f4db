#include "report/json.h"

#include "base/attr.h"
#include "io/json_write.h"
#include "model/ids.h"
#include "report/board.h"
#include "report/diff.h"
#include "report/sink.h"

#define SCHEMA 1
#define DIFF_MAX_BYTES (4u << 20)

struct writer {
	struct sg_json_out json;
	const struct sg_redactor *redactor;
};

static void put(struct writer *writer, const char *key, const char *text)
{
	sg_report_sink_json(writer->redactor, &writer->json, key, text);
}

/* A place or an amount; 0 is "not known". */
static void put_known(struct writer *writer, const char *key, int64_t value)
{
	if (value)
		sg_json_put_i64(&writer->json, key, value);
	else
		sg_json_put_null(&writer->json, key);
}

static void put_time(struct writer *writer, const char *key, int64_t unix_s)
{
	char text[24];

	if (unix_s)
		sg_time_format(unix_s, text, sizeof(text));
	put(writer, key, unix_s ? text : NULL);
}

static void put_lines(struct writer *writer, const char *key, const struct sg_report_lines *lines)
{
	sg_json_open_array(&writer->json, key);
	for (size_t i = 0; i < lines->count; i++)
		put(writer, NULL, lines->items[i]);
	sg_json_close_array(&writer->json);
}

static void put_services(struct writer *writer, const struct sg_report *report)
{
	sg_json_open_array(&writer->json, "services");
	for (size_t i = 0; i < report->service_count; i++) {
		const struct sg_report_service *row = &report->services[i];

		sg_json_open_object(&writer->json, NULL);
		put(writer, "service", row->service);
		put(writer, "environment", row->environment);
		put(writer, "result", sg_result_name(row->result));
		put(writer, "reason", row->code);
		put(writer, "sentence", row->sentence);
		sg_json_close_object(&writer->json);
	}
	sg_json_close_array(&writer->json);
}

static void put_changes(struct writer *writer, const struct sg_report *report)
{
	sg_json_open_array(&writer->json, "changes");
	for (size_t i = 0; i < report->change_count; i++) {
		const struct sg_report_change *row = &report->changes[i];

		sg_json_open_object(&writer->json, NULL);
		put(writer, "service", row->service);
		put(writer, "environment", row->environment);
		put(writer, "file", row->file);
		put_known(writer, "line", row->line);
		put(writer, "place", row->place);
		put(writer, "from", row->from);
		put(writer, "to", row->to);
		sg_json_put_bool(&writer->json, "noop", row->noop);
		put(writer, "found_by", row->found);
		sg_json_close_object(&writer->json);
	}
	sg_json_close_array(&writer->json);
}

static void put_places(struct writer *writer, const struct sg_report *report)
{
	sg_json_open_array(&writer->json, "places");
	for (size_t i = 0; i < report->place_count; i++) {
		const struct sg_report_place *row = &report->places[i];

		sg_json_open_object(&writer->json, NULL);
		put(writer, "service", row->service);
		put(writer, "environment", row->environment);
		put(writer, "file", row->file);
		put_known(writer, "line", row->line);
		put(writer, "place", row->place);
		put(writer, "part", row->part);
		put(writer, "value", row->value);
		put(writer, "found_by", row->found);
		put(writer, "reason", row->code);
		put(writer, "cause", row->cause);
		sg_json_close_object(&writer->json);
	}
	sg_json_close_array(&writer->json);
}

static void put_verdict(struct writer *writer, const struct sg_report_verdict *row)
{
	sg_json_open_object(&writer->json, NULL);
	put(writer, "environment", row->environment);
	put(writer, "cluster", row->cluster);
	put(writer, "service", row->service);
	put(writer, "application", row->application);
	put(writer, "namespace", row->namespace);
	put(writer, "result", sg_result_name(row->result));
	put(writer, "reason", row->code);
	put(writer, "cause", row->cause);
	put(writer, "sentence", row->sentence);
	put(writer, "revision_wanted", row->revision_wanted);
	put(writer, "revision_seen", row->revision_seen);
	put(writer, "image_wanted", row->image_wanted);
	put_lines(writer, "images", &row->images);
	put(writer, "sync", row->sync);
	put(writer, "health", row->health);
	put_lines(writer, "evidence", &row->evidence);
	put(writer, "last_blocker", row->last_blocker);
	sg_json_put_i64(&writer->json, "elapsed_ms", row->elapsed_ms);
	put_time(writer, "next_look", row->next_look_unix_s);
	sg_json_close_object(&writer->json);
}

static void put_verdicts(struct writer *writer, const struct sg_report *report)
{
	sg_json_open_array(&writer->json, "verdicts");
	for (size_t i = 0; i < report->verdict_count; i++)
		put_verdict(writer, &report->verdicts[i]);
	sg_json_close_array(&writer->json);
}

static void put_gates(struct writer *writer, const struct sg_report *report)
{
	sg_json_open_array(&writer->json, "gates");
	for (size_t i = 0; i < report->gate_count; i++) {
		const struct sg_report_gate *row = &report->gates[i];

		sg_json_open_object(&writer->json, NULL);
		put(writer, "service", row->service);
		put(writer, "environment", row->environment);
		put(writer, "phase", sg_gate_phase_name(row->phase));
		put(writer, "type", sg_gate_type_name(row->type));
		put(writer, "state", sg_gate_state_name(row->state));
		put(writer, "reason", row->code);
		put(writer, "sentence", row->sentence);
		put(writer, "observed", row->observed);
		put(writer, "expected", row->expected);
		put_time(writer, "since", row->since_unix_s);
		put_time(writer, "next_look", row->next_look_unix_s);
		sg_json_close_object(&writer->json);
	}
	sg_json_close_array(&writer->json);
}

/* "" is nothing known, too: GitLab's answers have both. */
static void put_filled(struct writer *writer, const char *key, const char *text)
{
	put(writer, key, text && *text ? text : NULL);
}

static void put_merge_requests(struct writer *writer, const struct sg_report *report)
{
	sg_json_open_array(&writer->json, "merge_requests");
	for (size_t i = 0; i < report->mr_count; i++) {
		const struct sg_report_mr *row = &report->mrs[i];

		sg_json_open_object(&writer->json, NULL);
		put(writer, "service", row->service);
		put(writer, "environment", row->environment);
		put_known(writer, "iid", row->iid);
		put_filled(writer, "url", row->url);
		put_filled(writer, "state", row->state);
		put_filled(writer, "branch", row->branch);
		put_filled(writer, "head", row->head);
		put_filled(writer, "landed", row->landed);
		put_filled(writer, "reason", row->code);
		put_filled(writer, "sentence", row->sentence);
		put_filled(writer, "blocker", row->blocker);
		put_filled(writer, "blocker_url", row->blocker_url);
		sg_json_close_object(&writer->json);
	}
	sg_json_close_array(&writer->json);
}

static void put_findings(struct writer *writer, const struct sg_report *report)
{
	sg_json_open_array(&writer->json, "findings");
	for (size_t i = 0; i < report->findings.count; i++) {
		const struct sg_finding *row = &report->findings.items[i];

		sg_json_open_object(&writer->json, NULL);
		put(writer, "severity", sg_severity_name(row->severity));
		put(writer, "id", row->id);
		put(writer, "subject", row->subject);
		put(writer, "file", row->file);
		put_known(writer, "line", row->line);
		put_known(writer, "column", row->column);
		put(writer, "text", row->text);
		put(writer, "hint", row->hint);
		sg_json_close_object(&writer->json);
	}
	sg_json_close_array(&writer->json);
}

static void put_warnings(struct writer *writer, const struct sg_report *report)
{
	sg_json_open_array(&writer->json, "warnings");
	for (size_t i = 0; i < report->warning_count; i++) {
		sg_json_open_object(&writer->json, NULL);
		put(writer, "reason", report->warnings[i].code);
		put(writer, "text", report->warnings[i].text);
		sg_json_close_object(&writer->json);
	}
	sg_json_close_array(&writer->json);
}

static void put_diff(struct writer *writer, const struct sg_report *report)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};

	if (report->file_count == 0) {
		sg_json_put_null(&writer->json, "diff");
		return;
	}
	sg_buf_init(&text, DIFF_MAX_BYTES);
	for (size_t i = 0; i < report->file_count; i++)
		sg_report_diff(&report->files[i], &text);
	sg_report_sink_json_bytes(writer->redactor, &writer->json, "diff", sg_buf_str(&text));
}

static void put_files(struct writer *writer, const struct sg_report *report)
{
	put(writer, "folder", report->folder);
	sg_json_open_array(&writer->json, "files");
	for (size_t i = 0; i < report->made_count; i++) {
		sg_json_open_object(&writer->json, NULL);
		put(writer, "path", report->made[i].path);
		put(writer, "state", sg_file_state_name(report->made[i].state));
		sg_json_close_object(&writer->json);
	}
	sg_json_close_array(&writer->json);
}

static void put_version(struct writer *writer, const struct sg_report *report)
{
	if (!report->version) {
		sg_json_put_null(&writer->json, "version");
		return;
	}
	sg_json_open_object(&writer->json, "version");
	put(writer, "version", report->version);
	put(writer, "commit", report->version_commit);
	sg_json_open_array(&writer->json, "parts");
	for (size_t i = 0; i < report->part_count; i++) {
		sg_json_open_object(&writer->json, NULL);
		put(writer, "name", report->parts[i].name);
		put(writer, "version", report->parts[i].version);
		sg_json_close_object(&writer->json);
	}
	sg_json_close_array(&writer->json);
	sg_json_close_object(&writer->json);
}

static void put_commands(struct writer *writer, const char *lines)
{
	struct sg_str rest = sg_str_of(lines), line;

	sg_json_open_array(&writer->json, "look");
	while (sg_str_cut(&rest, '\n', &line))
		if (line.len)
			sg_json_put_strn(&writer->json, NULL, line);
	sg_json_close_array(&writer->json);
}

static void put_code(struct writer *writer, const struct sg_report_code *row)
{
	struct sg_json_out *json = &writer->json;

	sg_json_open_object(json, NULL);
	put(writer, "code", row->name);
	put_lines(writer, "kinds", &row->kinds);
	if (row->exit_code >= 0)
		sg_json_put_i64(json, "exit_code", row->exit_code);
	else
		sg_json_put_null(json, "exit_code");
	put(writer, "sentence", row->text);
	if (row->advice) {
		put(writer, "means", row->advice->means);
		put(writer, "cause", row->advice->cause);
		put(writer, "remedy", row->advice->remedy);
		put_commands(writer, row->advice->look);
	}
	sg_json_close_object(json);
}

static void put_codes(struct writer *writer, const struct sg_report *report)
{
	sg_json_open_array(&writer->json, "codes");
	for (size_t i = 0; i < report->code_count; i++)
		put_code(writer, &report->codes[i]);
	sg_json_close_array(&writer->json);
}

static void put_phases(struct writer *writer, const struct sg_report *report)
{
	sg_json_open_array(&writer->json, "phases");
	for (size_t i = 0; i < report->phase_count; i++) {
		sg_json_open_object(&writer->json, NULL);
		put(writer, "name", report->phases[i].name);
		sg_json_put_i64(&writer->json, "elapsed_ms", report->phases[i].ms);
		sg_json_close_object(&writer->json);
	}
	sg_json_close_array(&writer->json);
}

static void begin(struct writer *writer, const char *command, struct sg_buf *out)
{
	sg_json_out_init(&writer->json, out, /* indent= */ true);
	sg_json_open_object(&writer->json, NULL);
	sg_json_put_i64(&writer->json, "schema", SCHEMA);
	put(writer, "command", command);
}

void sg_report_json(
	const struct sg_report *report, const struct sg_redactor *redactor, struct sg_buf *out)
{
	struct writer writer = {.redactor = redactor};
	struct sg_json_out *json = &writer.json;

	begin(&writer, report->command, out);
	put(&writer, "result", sg_result_name(report->result));
	put(&writer, "reason", report->code);
	sg_json_put_i64(json, "exit_code", report->exit_code);
	put(&writer, "sentence", report->sentence);
	put(&writer, "repository", report->repository);
	put(&writer, "config", report->config_from);
	sg_json_put_bool(json, "advisory", report->advisory);
	put(&writer, "environment", report->environment);
	put(&writer, "branch", report->branch);
	put(&writer, "commit", report->commit);
	put(&writer, "commit_url", report->commit_url);
	put(&writer, "id", report->id);
	sg_json_put_i64(json, "tries", report->tries);
	put(&writer, "publish_via", report->publish_via);
	sg_json_put_i64(json, "elapsed_ms", report->elapsed_ms);
	put_time(&writer, "next_look", report->next_look_unix_s);
	put_phases(&writer, report);
	put_services(&writer, report);
	put_changes(&writer, report);
	put_diff(&writer, report);
	put_gates(&writer, report);
	put_merge_requests(&writer, report);
	sg_board_json(json, redactor, report->board);
	put_verdicts(&writer, report);
	put_places(&writer, report);
	put_findings(&writer, report);
	put_files(&writer, report);
	put_warnings(&writer, report);
	put_version(&writer, report);
	put_codes(&writer, report);
	sg_json_close_object(json);
}

void sg_report_json_error(const char *command, const struct sg_err *err,
	const struct sg_redactor *redactor, struct sg_buf *out)
{
	struct writer writer = {.redactor = redactor};
	struct sg_json_out *json = &writer.json;

	begin(&writer, command, out);
	put(&writer, "result", "error");
	put(&writer, "reason", sg_reason_name(err->reason));
	sg_json_put_i64(json, "exit_code", sg_err_exit(err));
	put(&writer, "where", err->where[0] ? err->where : NULL);
	put(&writer, "cause", err->cause);
	put(&writer, "hint", err->hint[0] ? err->hint : NULL);
	put_known(&writer, "http_status", err->http_status);
	sg_json_put_bool(json, "transient", err->transient);
	sg_json_close_object(json);
}
