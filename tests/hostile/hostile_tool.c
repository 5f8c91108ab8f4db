/*
 * Reads texts, each behind a line with its length, and writes what every sink makes of a report, a
 * plan and a log in which each place for text has it: "SINK LENGTH\n" and the bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "report/board.h"
#include "report/console.h"
#include "report/diff.h"
#include "report/dotenv.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/markdown.h"
#include "report/text.h"
#include "step/message.h"
#include "step/request_options.h"
#include "step/request_style.h"

#define OUT_MAX (8u << 20)
#define TEXT_MAX 65536
#define SHA "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"

static void put(const char *sink, const struct sg_buf *text)
{
	(void)printf("%s %zu\n", sink, text->len);
	(void)fwrite(text->ptr, 1, text->len, stdout);
}

static void put_str(const char *sink, const char *text)
{
	(void)printf("%s %zu\n%s", sink, strlen(text), text);
}

/* ---- reports ---- */

static void fill_verdict(struct sg_report *report, const char *t)
{
	struct sg_report_verdict *row = sg_report_add_verdict(report);

	row->result = SG_RESULT_FAILED;
	row->code = "DEGRADED";
	row->sentence = row->application = row->namespace = row->service = t;
	row->revision_wanted = row->revision_seen = row->image_wanted = t;
	row->sync = row->health = row->last_blocker = t;
	sg_report_line(report, &row->images, "%s", t);
	sg_report_line(report, &row->evidence, "%s", t);
}

static void fill(struct sg_report *report, const char *t, const struct sg_value_change *value,
	const struct sg_file_change *file, const struct sg_gate_verdict *gate)
{
	struct sg_report_mr *mr;
	struct sg_report_service *service;

	report->repository = report->config_from = report->environment = report->branch = t;
	report->commit = SHA;
	report->commit_url = report->id = t;
	report->files = file;
	report->file_count = 1;
	sg_report_add_values(report, t, value, 1, false);
	sg_report_add_gate(report, t, t, gate);
	fill_verdict(report, t);
	mr = sg_report_add_mr(report);
	*mr = (struct sg_report_mr){.service = t,
		.environment = t,
		.iid = 7,
		.url = t,
		.state = "opened",
		.branch = t,
		.head = SHA,
		.code = "MR_DRAFT",
		.sentence = t,
		.blocker = t,
		.blocker_url = t};
	service = sg_report_add_service(report);
	*service = (struct sg_report_service){t, t, SG_RESULT_FAILED, "DEGRADED", t};
	sg_report_warn(report, "SHARED_VALUE", "%s", t);
	sg_report_end(report, SG_RESULT_FAILED, "DEGRADED", "%s", t);
}

static void reports(const struct sg_report *report)
{
	const struct sg_report_style plain = {0};
	struct sg_buf out SG_AUTO(sg_buf_release);

	sg_buf_init(&out, OUT_MAX);
	sg_report_text(report, &plain, &out);
	put("terminal", &out);
	sg_buf_release(&out);
	sg_buf_init(&out, OUT_MAX);
	sg_report_json(report, NULL, &out);
	put("json", &out);
	sg_buf_release(&out);
	sg_buf_init(&out, OUT_MAX);
	sg_report_junit(report, NULL, &out);
	put("junit", &out);
}

static void dotenv(struct sg_report *report)
{
	struct sg_buf out SG_AUTO(sg_buf_release);

	sg_buf_init(&out, OUT_MAX);
	sg_report_dotenv(report, NULL, &out);
	put("dotenv", &out);
}

/* One cell could be read, and the other not. */
static void board(struct sg_report *report, const char *t)
{
	const struct sg_environment env = {.name = t};
	const struct sg_board_trouble trouble = {"FORBIDDEN", t};
	struct sg_board_column columns[] = {
		{.env = &env, .commit = SHA}, {.env = &env, .trouble = trouble}};
	struct sg_board_cell cells[] = {{.image = t,
						.version = t,
						.application = t,
						.running = t,
						.sync = t,
						.health = t,
						.remark = t,
						.age_s = -1,
						.request = report->mrs[0]},
		{.git = trouble, .cluster = trouble}};
	struct sg_board_row row = {t, cells};
	struct sg_board made = {.columns = columns,
		.column_count = 2,
		.rows = &row,
		.row_count = 1,
		.requests = trouble};
	struct sg_buf out SG_AUTO(sg_buf_release);

	report->board = &made;
	sg_buf_init(&out, OUT_MAX);
	sg_board_markdown(report, NULL, &out);
	put("board", &out);
	report->board = NULL;
}

/* ---- what GitLab and Git get ---- */

static void notes(const struct sg_gate_verdict *gate, const char *t)
{
	struct sg_buf out SG_AUTO(sg_buf_release);

	sg_buf_init(&out, OUT_MAX);
	sg_markdown_gates(gate, 1, NULL, &out);
	sg_buf_addc(&out, '\n');
	sg_markdown_stop(t, t, NULL, &out);
	put("note", &out);
}

/* Each in a line of its own, as Git sends them. */
static void options(struct sg_world *world, const struct sg_environment *env,
	const struct sg_plan *made, const struct sg_span *span)
{
	const struct sg_request_options_ask ask = {
		.env = env, .service = "catalog", .plan = made, .span = span};
	struct sg_request_options found;
	struct sg_buf out SG_AUTO(sg_buf_release);

	sg_request_options_make(world, &ask, &found);
	sg_buf_init(&out, OUT_MAX);
	for (size_t i = 0; i < found.count; i++)
		sg_buf_addf(&out, "%s\n", found.items[i]);
	put("options", &out);
}

static void plan(struct sg_world *world, const struct sg_value_change *value,
	const struct sg_file_change *file, const char *t)
{
	const char *const label = t;
	const struct sg_environment env = {.name = "production",
		.branch = "main",
		.request = {.labels = &label, .label_count = 1}};
	const struct sg_policy policy = {
		.file = "stagegate.yaml", .commit.subject = "deploy({env}): {tag} from {from}"};
	struct sg_plan made = {.files = file,
		.file_count = 1,
		.values = value,
		.value_count = 1,
		.reason = sg_message_reason(world, t),
		.origin = t};
	struct sg_span_commit commit = {SHA, t};
	const struct sg_span span = {.kind = SG_SPAN_FORWARD,
		.from = t,
		.to = t,
		.url = "https://gitlab.example.com/shop/catalog/-/compare/" SHA "..." SHA,
		.commits = &commit,
		.shown = 1,
		.count = 1};
	struct sg_gitlab_mr_text text;
	struct sg_err err = SG_ERR_INIT;

	if (sg_message_build(world, &policy, &env, "gitops/apps", 1, &made, &err) < 0)
		exit(1);
	put_str("commit", made.message);
	text = sg_request_text(world, &env, "catalog", &made, &span);
	put_str("title", sg_request_style_title(world->arena, text.title, false));
	put_str("description", text.description);
	options(world, &env, &made, &span);
}

static void diff(const struct sg_file_change *file)
{
	struct sg_buf raw SG_AUTO(sg_buf_release), out SG_AUTO(sg_buf_release);

	sg_buf_init(&raw, OUT_MAX);
	sg_buf_init(&out, OUT_MAX);
	sg_report_diff(file, &raw);
	sg_text_terminal(sg_buf_str(&raw), true, &out);
	put("diff", &out);
}

/* ---- the log ---- */

static void keep(void *arg, const char *bytes, size_t len)
{
	sg_buf_add(arg, bytes, len);
}

static int64_t now(struct sg_clock *clock)
{
	(void)clock;
	return 1000;
}

static void log_as(const char *sink, enum sg_console_form form, const char *t)
{
	struct sg_clock clock = {.now_ms = now, .unix_s = now};
	struct sg_buf out SG_AUTO(sg_buf_release);
	struct sg_console console = {
		.form = form, .level = SG_LOG_DEBUG, .clock = &clock, .write = keep, .arg = &out};
	const struct sg_progress_look look = {.now_ms = 1000,
		.deadline_ms = 9000,
		.what = t,
		.code = "DEGRADED",
		.sentence = t,
		.url = t};
	struct sg_progress progress;

	sg_buf_init(&out, OUT_MAX);
	sg_progress_init(&progress, 1000);
	sg_console_phase(&console, SG_CONSOLE_READ, "%s", t);
	sg_console_put(&console, SG_LOG_WARN, sg_str_of(t));
	sg_console_note(&console, "%s", t);
	sg_console_did(&console, t, "DEGRADED", t, "%s", t);
	sg_console_phase(&console, SG_CONSOLE_PROMOTE, "%s", t);
	sg_console_progress(&console, &progress, &look);
	sg_console_forget(&console, &progress);
	sg_console_end(&console);
	put(sink, &out);
}

static void one(const char *t)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	static const char *const nothing[] = {NULL};
	struct sg_redactor *redactor = sg_redactor_new();
	struct sg_world world = {
		.arena = &arena, .env = sg_env_fixed(&arena, nothing), .redactor = redactor};
	const char *line = sg_arena_printf(&arena, "tag: %s\n", t);
	const struct sg_value_change value = {"catalog", t, t, SG_PART_TAG, 3, t, t, false, t};
	const struct sg_file_change file = {t, {"tag: 1\n", 7}, sg_str_of(line)};
	const struct sg_gate_verdict gate = {.type = SG_GATE_SOAK,
		.state = SG_VERDICT_WAIT,
		.code = t,
		.sentence = t,
		.observed = t,
		.expected = t};
	struct sg_report report;

	sg_report_init(&report, &arena, "promote");
	fill(&report, t, &value, &file, &gate);
	reports(&report);
	dotenv(&report);
	board(&report, t);
	notes(&gate, t);
	plan(&world, &value, &file, t);
	diff(&file);
	log_as("joblog", SG_CONSOLE_JOB, t);
	log_as("jsonlog", SG_CONSOLE_JSON, t);
	put_str("end", "");
	sg_redactor_free(redactor);
}

int main(void)
{
	static char text[TEXT_MAX + 1];
	char head[32];

	while (fgets(head, sizeof(head), stdin)) {
		size_t len = (size_t)strtoul(head, NULL, 10);

		if (len > TEXT_MAX || fread(text, 1, len, stdin) != len)
			return 1;
		text[len] = '\0';
		one(text);
	}
	return 0;
}
