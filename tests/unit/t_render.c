/*
 * Every renderer against files in tests/data/golden: CASE.txt, CASE.json, CASE.env, CASE.xml.
 * `t_render
 * --write`, from the root of the checkout, writes them anew; look at the difference before you
 * keep it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "io/json_doc.h"
#include "report/dotenv.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/markdown.h"
#include "report/text.h"

#define GOLDEN "tests/data/golden/"
#define OUT_MAX (4u << 20)
#define SECRET "s3cr3t/value+of\"the run"

#define SHA_A "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
#define SHA_B "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c"

static bool writes;

/* ---- the cases ---- */

static void facts(struct sg_report *report)
{
	report->repository = "gitops/apps";
	report->config_from = "main@1a2b3c4d";
	report->environment = "dev";
	report->branch = "develop";
	report->commit = SHA_A;
	sg_report_add_phase(report, "read", 112);
	sg_report_add_phase(report, "publish", 200);
	report->commit_url = "https://gitlab.example.com/gitops/apps/-/commit/" SHA_A;
	report->elapsed_ms = 312;
}

static const struct sg_value_change values[] = {
	{"catalog", "apps/catalog/values-dev.yaml", "image.tag", SG_PART_TAG, 3, "1.4.1", "1.4.2",
		false, NULL},
	{"a-longer-name", "apps/a-longer-name/overlays/dev/kustomization.yaml",
		"images[name=registry.example.com/shop/a-longer-name].newTag", SG_PART_TAG, 12,
		"1.4.1", "1.4.2", false, "the application order-dev (clusters/dev/order.yaml:1)"},
};

static void bump_done(struct sg_report *report)
{
	sg_report_init(report, report->arena, "bump");
	facts(report);
	report->id = "0123456789abcdef0123";
	report->tries = 2;
	report->publish_via = "git";
	sg_report_add_values(report, "dev", values, 2, false);
	sg_report_warn(report, "CHANGED_SINCE", "develop has changed again since");
	sg_report_end(report, SG_RESULT_DONE, "COMMITTED", "committed %.12s to develop", SHA_A);
}

static void bump_unchanged(struct sg_report *report)
{
	sg_report_init(report, report->arena, "bump");
	facts(report);
	report->advisory = true;
	sg_report_add_values(report, "dev", values, 1, true);
	sg_report_end(report, SG_RESULT_UNCHANGED, "NOTHING_TO_DO", "already at the wanted values");
}

static void bump_planned(struct sg_report *report)
{
	static const struct sg_file_change files[] = {
		{"apps/catalog/values-dev.yaml", {"replicas: 1\r\nimage:\r\n  tag: 1.4.1\r\n", 35},
			{"replicas: 1\r\nimage:\r\n  tag: 1.4.2\r\n", 35}},
		{"apps/x/values.yaml", {"a: 1", 4}, {"a: 2", 4}},
	};

	sg_report_init(report, report->arena, "bump");
	facts(report);
	report->commit = report->commit_url = NULL;
	sg_report_add_values(report, "dev", values, 1, false);
	report->files = files;
	report->file_count = 2;
	sg_report_end(report, SG_RESULT_PLANNED, "PLANNED", "would change 1 value");
}

static void wait_done(struct sg_report *report)
{
	struct sg_report_verdict *row;

	sg_report_init(report, report->arena, "wait");
	facts(report);
	row = sg_report_add_verdict(report);
	*row = (struct sg_report_verdict){
		.result = SG_RESULT_DONE,
		.code = "DEPLOYED",
		.sentence = "runs " SHA_A ", synced and healthy",
		.environment = "dev",
		.cluster = "dev",
		.service = "catalog",
		.application = "catalog-dev",
		.namespace = "argocd",
		.revision_wanted = SHA_A,
		.revision_seen = SHA_A,
		.image_wanted = "registry.example.com/shop/catalog:1.4.2",
		.sync = "Synced",
		.health = "Healthy",
		.elapsed_ms = 65000,
	};
	sg_report_line(report, &row->images, "registry.example.com/shop/catalog:1.4.2");
	sg_report_line(report, &row->images, "registry.example.com/mesh/proxy:2.0.0");
	sg_report_end(report, SG_RESULT_DONE, "DEPLOYED", "catalog-dev: runs it");
}

static void wait_failed(struct sg_report *report)
{
	struct sg_report_verdict *row;

	sg_report_init(report, report->arena, "wait");
	facts(report);
	row = sg_report_add_verdict(report);
	*row = (struct sg_report_verdict){.result = SG_RESULT_FAILED,
		.code = "SYNC_FAILED",
		.sentence = "one or more objects failed to apply",
		.service = "catalog",
		.application = "catalog-dev",
		.revision_wanted = SHA_A,
		.revision_seen = SHA_B,
		.sync = "OutOfSync",
		.elapsed_ms = 4100};
	sg_report_line(report, &row->evidence, "Deployment shop/catalog: spec.replicas: invalid");
	sg_report_line(report, &row->evidence, "tried 3 times");
	row = sg_report_add_verdict(report);
	*row = (struct sg_report_verdict){.result = SG_RESULT_TIMEOUT,
		.code = "SYNC_RUNNING",
		.sentence = "waiting for healthy state of apps/Deployment/order",
		.service = "order",
		.application = "order-dev",
		.last_blocker = "waiting for healthy state of apps/Deployment/order",
		.next_look_unix_s = 1770091200};
	sg_report_end(report, SG_RESULT_FAILED, "SYNC_FAILED",
		"catalog-dev: one or more objects "
		"failed to apply");
}

/* The same application in two clusters, and a third that could not be asked. */
static void wait_spans(struct sg_report *report)
{
	static const char *const names[] = {"eu", "us"};
	struct sg_report_verdict *row;

	sg_report_init(report, report->arena, "wait");
	facts(report);
	report->environment = "eu,us,ap";
	for (size_t i = 0; i < SG_COUNT(names); i++)
		*sg_report_add_verdict(report) =
			(struct sg_report_verdict){.result = i ? SG_RESULT_TIMEOUT : SG_RESULT_DONE,
				.code = i ? "PROGRESSING" : "DEPLOYED",
				.sentence = i ? "1 of 3 pods are ready" : "runs " SHA_A,
				.environment = names[i],
				.cluster = i ? "us-east" : "eu-west",
				.service = "catalog",
				.application = "catalog",
				.namespace = "argocd",
				.revision_wanted = SHA_A,
				.revision_seen = SHA_A,
				.last_blocker = i ? "1 of 3 pods are ready" : NULL,
				.elapsed_ms = 65000};
	row = sg_report_add_verdict(report);
	*row = (struct sg_report_verdict){.result = SG_RESULT_FAILED,
		.code = "FORBIDDEN",
		.sentence = "https://ap.example.com answers 403: applications may not be listed",
		.environment = "ap",
		.revision_wanted = SHA_A};
	sg_report_line(report, &row->evidence, "let the role list applications");
	sg_report_end(report, SG_RESULT_FAILED, "FORBIDDEN", "ap: may not be listed");
	report->exit_code = 4;
}

static void check_findings(struct sg_report *report)
{
	sg_report_init(report, report->arena, "check");
	report->config_from = "./stagegate.yaml";
	sg_finding_add(report->arena, &report->findings, SG_SEVERITY_ERROR, "stagegate.yaml", 3, 5,
		"unknown key 'enviroments' in stagegate.yaml")
		->hint = "did you mean 'environments'?";
	sg_finding_add(report->arena, &report->findings, SG_SEVERITY_WARNING,
		"apps/web/values.yaml", 7, 0, "no such key");
	sg_finding_add(report->arena, &report->findings, SG_SEVERITY_NOTE, NULL, 0, 0, "a note");
	sg_report_end(report, SG_RESULT_INVALID, "FINDINGS", "1 error, 1 warning");
}

static void check_places(struct sg_report *report)
{
	sg_report_init(report, report->arena, "check");
	report->config_from = "./stagegate.yaml";
	*sg_report_add_place(report) = (struct sg_report_place){
		.service = "catalog",
		.environment = "dev",
		.file = "apps/catalog/values-dev.yaml",
		.line = 3,
		.place = "image.tag",
		.part = "tag",
		.value = "1.4.1",
		.found = "the names of files in apps/catalog",
	};
	*sg_report_add_place(report) = (struct sg_report_place){
		.service = "order",
		.environment = "dev",
		.code = "PLACE_NOT_FOUND",
		.cause = "no file names an image",
	};
	sg_report_end(report, SG_RESULT_DONE, "OK", "sound: 1 environment, 1 place read");
}

static void doctor_findings(struct sg_report *report)
{
	struct sg_finding *row;

	sg_report_init(report, report->arena, "doctor");
	report->repository = "gitops/apps";
	report->config_from = "main@8d4e93e2";
	row = sg_finding_add(report->arena, &report->findings, SG_SEVERITY_ERROR, NULL, 0, 0,
		"dev-2 may merge into it, too");
	row->id = "BRANCH_MERGE_OTHERS";
	row->subject = "main";
	row->hint = "let \"Allowed to merge\" be the token's user alone";
	row = sg_finding_add(report->arena, &report->findings, SG_SEVERITY_NOTE, NULL, 0, 0,
		"not checked: it did not answer");
	row->id = "GITLAB_CLOCK";
	row = sg_finding_add(
		report->arena, &report->findings, SG_SEVERITY_OK, NULL, 0, 0, "it is protected");
	row->id = "BRANCH_PROTECTION";
	row->subject = "main";
	sg_report_end(
		report, SG_RESULT_FAILED, "NOT_READY", "1 error, 0 warnings, 1 note; 1 right");
}

static void version(struct sg_report *report)
{
	sg_report_init(report, report->arena, "version");
	report->version = "0.1.0";
	report->version_commit = "1a2b3c4";
	sg_report_add_part(report, "libcurl", "8.14.1");
	sg_report_add_part(report, "libgit2", "1.9.0");
}

static void pending(struct sg_report *report)
{
	sg_report_init(report, report->arena, "wait");
	facts(report);
	report->next_look_unix_s = 1770091200;
	sg_report_end(report, SG_RESULT_PENDING, "SUSPENDED", "a person must resume it");
}

static const struct sg_gate_verdict gate_verdicts[] = {
	{.type = SG_GATE_HEALTH,
		.state = SG_VERDICT_PASS,
		.code = "HEALTHY",
		.sentence = "staging runs registry.example.com/shop/catalog:1.4.2, Synced and "
			    "Healthy",
		.observed = "registry.example.com/shop/catalog:1.4.2, DEPLOYED",
		.expected = "registry.example.com/shop/catalog:1.4.2, Synced and Healthy",
		.since_unix_s = 1770090000},
	{.type = SG_GATE_SOAK,
		.state = SG_VERDICT_WAIT,
		.code = "SOAKING",
		.sentence = "staging has run it well since 2026-02-03T03:40:00Z",
		.observed = "20m",
		.expected = "2h",
		.since_unix_s = 1770090000,
		.next_look_unix_s = 1770097200},
	{.type = SG_GATE_APPROVAL,
		.state = SG_VERDICT_LATER,
		.code = "NO_MERGE_REQUEST",
		.sentence = "pending: no merge request yet",
		.observed = "",
		.expected = ""},
	{.type = SG_GATE_FREEZE,
		.phase = SG_PHASE_MERGE,
		.state = SG_VERDICT_CLOSED,
		.code = "FREEZE_UNREADABLE",
		.sentence = "GET freeze_periods: 403",
		.observed = "",
		.expected = ""},
};

static void gates(struct sg_report *report)
{
	sg_report_init(report, report->arena, "promote");
	facts(report);
	report->environment = "production";
	*sg_report_add_service(report) = (struct sg_report_service){"catalog", "production",
		SG_RESULT_FAILED, "FREEZE_UNREADABLE", "GET freeze_periods: 403"};
	*sg_report_add_service(report) = (struct sg_report_service){
		"order", "production", SG_RESULT_DONE, "DEPLOYED", "it runs there"};
	*sg_report_add_service(report) = (struct sg_report_service){"web", "production",
		SG_RESULT_CONFLICT, "OLDER", "the target carries a newer version: 2.0.0"};
	for (size_t i = 0; i < SG_COUNT(gate_verdicts); i++)
		sg_report_add_gate(report, "catalog", "production", &gate_verdicts[i]);
	*sg_report_add_mr(report) = (struct sg_report_mr){.service = "catalog",
		.environment = "production",
		.iid = 15,
		.url = "https://gitlab.example.com/gitops/apps/-/merge_requests/15",
		.state = "opened",
		.branch = "stagegate/production/catalog",
		.head = SHA_A,
		.code = "MR_PIPELINE_FAILED",
		.sentence = "its pipeline failed",
		.blocker = "job render of pipeline 71",
		.blocker_url = "https://gitlab.example.com/gitops/apps/-/jobs/903"};
	*sg_report_add_mr(report) = (struct sg_report_mr){.service = "order",
		.environment = "production",
		.iid = 16,
		.url = "https://gitlab.example.com/gitops/apps/-/merge_requests/16",
		.state = "merged",
		.branch = "stagegate/production/order",
		.head = SHA_A,
		.landed = SHA_B};
	*sg_report_add_mr(report) = (struct sg_report_mr){
		.service = "web", .environment = "production", .url = "", .branch = ""};
	report->next_look_unix_s = 1770097200;
	sg_report_end(report, SG_RESULT_FAILED, "FREEZE_UNREADABLE", "1 gate is closed");
}

/* What a server, a file or a user could put into any field. */
#define HOSTILE                                                                                    \
	"\x1b[31m/merge\r\n::$HOME $(id) `id` \"q\" 'q' <b>&amp; @all | " SECRET                   \
	" glpat-abcdefghijkl \xE2\x80\xAE\xC2\x9B\xFF section_end:1:x\r\x1b[0K"

static void hostile(struct sg_report *report)
{
	static const struct sg_file_change files[] = {
		{"a/" HOSTILE, {"x: 1\n", 5}, {"x: " HOSTILE "\n", sizeof(HOSTILE) + 3}}};
	struct sg_report_verdict *row;

	sg_report_init(report, report->arena, HOSTILE);
	report->repository = report->config_from = report->environment = report->branch =
		report->commit = report->commit_url = report->id = HOSTILE;
	report->advisory = true;
	*sg_report_add_change(report) = (struct sg_report_change){
		HOSTILE, HOSTILE, HOSTILE, HOSTILE, -1, HOSTILE, HOSTILE, false, false, HOSTILE};
	*sg_report_add_place(report) = (struct sg_report_place){
		HOSTILE, HOSTILE, HOSTILE, -1, HOSTILE, HOSTILE, HOSTILE, HOSTILE, NULL, HOSTILE};
	report->files = files;
	report->file_count = 1;
	row = sg_report_add_verdict(report);
	*row = (struct sg_report_verdict){.code = HOSTILE,
		.sentence = HOSTILE,
		.service = HOSTILE,
		.application = HOSTILE,
		.namespace = HOSTILE,
		.revision_wanted = HOSTILE,
		.revision_seen = HOSTILE,
		.image_wanted = HOSTILE,
		.sync = HOSTILE,
		.health = HOSTILE,
		.last_blocker = HOSTILE,
		.next_look_unix_s = INT64_MAX,
		.elapsed_ms = INT64_MAX};
	sg_report_line(report, &row->images, "%s", HOSTILE);
	sg_report_line(report, &row->evidence, "%s", HOSTILE);
	sg_finding_add(
		report->arena, &report->findings, SG_SEVERITY_ERROR, HOSTILE, -1, -1, "%s", HOSTILE)
		->hint = HOSTILE;
	*sg_report_add_service(report) =
		(struct sg_report_service){HOSTILE, HOSTILE, SG_RESULT_FAILED, HOSTILE, HOSTILE};
	*sg_report_add_service(report) = (struct sg_report_service){0};
	sg_report_add_gate(report, HOSTILE, HOSTILE,
		&(struct sg_gate_verdict){.state = SG_VERDICT_CLOSED,
			.code = HOSTILE,
			.sentence = HOSTILE,
			.observed = HOSTILE,
			.expected = HOSTILE,
			.since_unix_s = INT64_MIN,
			.next_look_unix_s = INT64_MAX});
	*sg_report_add_mr(report) = (struct sg_report_mr){HOSTILE, HOSTILE, INT64_MIN, HOSTILE,
		HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE};
	sg_report_warn(report, HOSTILE, "%s", HOSTILE);
	report->folder = HOSTILE;
	sg_report_add_file(report, HOSTILE, SG_FILE_KEPT);
	sg_report_add_part(report, HOSTILE, HOSTILE);
	sg_report_end(report, SG_RESULT_PLANNED, HOSTILE, "%s", HOSTILE);
}

static void init_done(struct sg_report *report)
{
	sg_report_init(report, report->arena, "init");
	report->repository = "gitops/apps";
	report->folder = "gitops";
	sg_report_add_file(report, "README.md", SG_FILE_KEPT);
	sg_report_add_file(report, "apps/catalog/Chart.yaml", SG_FILE_CREATED);
	sg_report_add_file(report, "stagegate.yaml", SG_FILE_PRESENT);
	sg_report_add_file(report, ".gitignore", SG_FILE_PLANNED);
	sg_report_end(report, SG_RESULT_DONE, "WRITTEN", "1 file written");
}

static void hostile_version(struct sg_report *report)
{
	sg_report_init(report, report->arena, "version");
	report->version = report->version_commit = HOSTILE;
	sg_report_add_part(report, HOSTILE, HOSTILE);
}

static void empty(struct sg_report *report)
{
	sg_report_init(report, report->arena, NULL);
	report->code = NULL;
	(void)sg_report_add_change(report);
	(void)sg_report_add_verdict(report);
	(void)sg_report_add_mr(report);
	sg_report_add_gate(report, NULL, NULL, &(struct sg_gate_verdict){.code = NULL});
}

static const struct {
	const char *name;
	void (*fill)(struct sg_report *report);
} cases[] = {
	{"bump-done", bump_done},
	{"bump-unchanged", bump_unchanged},
	{"bump-planned", bump_planned},
	{"wait-done", wait_done},
	{"wait-failed", wait_failed},
	{"wait-spans", wait_spans},
	{"wait-pending", pending},
	{"check-findings", check_findings},
	{"check-places", check_places},
	{"doctor-findings", doctor_findings},
	{"gates", gates},
	{"init-done", init_done},
	{"version", version},
	{"hostile", hostile},
	{"hostile-version", hostile_version},
	{"empty", empty},
};

/* ---- comparing ---- */

static void golden(const char *name, const char *ext, const struct sg_buf *got)
{
	char path[256], want[OUT_MAX / 16];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), GOLDEN "%s.%s", name, ext);
	if (writes) {
		file = fopen(path, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(got->ptr, 1, got->len, file), got->len);
		assert_int_equal(fclose(file), 0);
		return;
	}
	file = fopen(path, "rb");
	if (!file)
		fail_msg("%s is missing", path);
	n = fread(want, 1, sizeof(want) - 1, file);
	want[n] = '\0';
	(void)fclose(file);
	assert_string_equal(got->ptr, want);
}

/* No control but newline, no secret in any form that is known. */
static void assert_clean(const struct sg_buf *got, bool tabs)
{
	assert_false(got->overflow);
	assert_int_equal(strlen(got->ptr), got->len);
	for (size_t i = 0; i < got->len; i++) {
		unsigned char c = (unsigned char)got->ptr[i];

		assert_true(c >= 0x20 || c == '\n' || (tabs && c == '\t'));
		assert_int_not_equal(c, 0x7F);
	}
	assert_null(strstr(got->ptr, "s3cr3t"));
	assert_null(strstr(got->ptr, "glpat-abc"));
	assert_null(strstr(got->ptr, "\xE2\x80\xAE"));
	assert_null(strstr(got->ptr, "\xC2\x9B"));
}

static struct sg_redactor *make_redactor(void)
{
	struct sg_redactor *redactor = sg_redactor_new();

	sg_redactor_learn(redactor, SG_STR(SECRET));
	return redactor;
}

static void text_is_golden(void **state)
{
	struct sg_redactor *redactor = make_redactor();
	const struct sg_report_style style = {.redactor = redactor};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_arena arena = {0};
		struct sg_report report = {.arena = &arena};
		struct sg_buf out;

		sg_buf_init(&out, OUT_MAX);
		cases[i].fill(&report);
		sg_report_text(&report, &style, &out);
		assert_clean(&out, true);
		golden(cases[i].name, "txt", &out);
		sg_buf_release(&out);
		sg_arena_release(&arena);
	}
	sg_redactor_free(redactor);
}

/* Every key is there, in this order, whatever the report holds. */
static void assert_keys(const struct sg_buf *got)
{
	static const char *const keys[] = {"schema", "command", "result", "reason", "exit_code",
		"sentence", "repository", "config", "advisory", "environment", "branch", "commit",
		"commit_url", "id", "tries", "publish_via", "elapsed_ms", "next_look", "phases",
		"services", "changes", "diff", "gates", "merge_requests", "board", "verdicts",
		"places", "findings", "folder", "files", "warnings", "version", "codes"};
	const char *at = got->ptr;

	for (size_t i = 0; i < SG_COUNT(keys); i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "\n  \"%s\": ", keys[i]);
		at = strstr(at, line);
		if (!at)
			fail_msg("no %s", keys[i]);
	}
}

static void json_is_golden(void **state)
{
	struct sg_redactor *redactor = make_redactor();

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_arena arena = {0};
		struct sg_report report = {.arena = &arena};
		struct sg_err err = SG_ERR_INIT;
		struct sg_json *doc;
		struct sg_buf out;

		sg_buf_init(&out, OUT_MAX);
		cases[i].fill(&report);
		sg_report_json(&report, redactor, &out);
		assert_clean(&out, false);
		golden(cases[i].name, "json", &out);
		if (sg_json_parse(sg_buf_str(&out), &doc, &err) < 0)
			fail_msg("%s: %s", cases[i].name, err.cause);
		sg_json_free(doc);
		assert_keys(&out);
		sg_buf_release(&out);
		sg_arena_release(&arena);
	}
	sg_redactor_free(redactor);
}

/* What GitLab's parser takes (gitlab.md 13, security.md 4.5). */
static void assert_dotenv(const struct sg_buf *got)
{
	struct sg_str rest = sg_buf_str(got), line;
	int lines = 0;

	assert_true(got->len < 5 * 1024);
	assert_true(sg_str_ends(rest, "\n"));
	rest.len--;
	while (sg_str_cut(&rest, '\n', &line)) {
		long equals = sg_str_find(line, '=');

		lines++;
		assert_true(sg_str_starts(line, "STAGEGATE_"));
		assert_true(equals > 10);
		for (long i = 0; i < equals; i++)
			assert_true(
				line.ptr[i] == '_' || (line.ptr[i] >= 'A' && line.ptr[i] <= 'Z'));
		for (size_t i = (size_t)equals; i < line.len; i++)
			if (line.ptr[i] == '$')
				assert_int_equal(line.ptr[++i], '$');
		assert_false(sg_str_ends(line, " "));
	}
	assert_true(lines >= 4 && lines <= 20);
}

static void dotenv_is_golden(void **state)
{
	struct sg_redactor *redactor = make_redactor();

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_arena arena = {0};
		struct sg_report report = {.arena = &arena};
		struct sg_buf out;

		sg_buf_init(&out, OUT_MAX);
		cases[i].fill(&report);
		sg_report_dotenv(&report, redactor, &out);
		assert_clean(&out, false);
		golden(cases[i].name, "env", &out);
		if (report.command && report.command[0] != '\x1b' && report.code)
			assert_dotenv(&out);
		sg_buf_release(&out);
		sg_arena_release(&arena);
	}
	sg_redactor_free(redactor);
}

/* Only words of ours stand outside the code spans, and no span has what would end it. */
static void assert_inert(const struct sg_buf *got)
{
	static const char ours[] = " |-,:.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\n";
	bool inside = false;

	for (size_t i = 0; i < got->len; i++) {
		char c = got->ptr[i];

		if (c == '`')
			inside = !inside;
		else if (!inside)
			assert_non_null(strchr(ours, c));
		else
			assert_true(c != '|' && c != '\n');
	}
	assert_false(inside);
}

static void markdown_is_golden(void **state)
{
	static const struct sg_gate_verdict hostile_gate = {.state = SG_VERDICT_CLOSED,
		.code = HOSTILE,
		.sentence = HOSTILE,
		.observed = HOSTILE,
		.expected = HOSTILE,
		.since_unix_s = INT64_MIN,
		.next_look_unix_s = INT64_MAX};
	struct sg_redactor *redactor = make_redactor();
	struct sg_buf out;

	(void)state;
	sg_buf_init(&out, OUT_MAX);
	sg_markdown_gates(NULL, 0, redactor, &out);
	assert_int_equal(out.len, 0);
	sg_markdown_gates(gate_verdicts, SG_COUNT(gate_verdicts), redactor, &out);
	assert_inert(&out);
	golden("gates", "md", &out);
	sg_buf_reset(&out);
	/* in parts: each has its head, no row is lost, and one that is too large comes alone */
	for (size_t max = 0; max < 2000; max += 37) {
		size_t at = 0, part, rows = 0;

		for (; at < SG_COUNT(gate_verdicts); at += part) {
			sg_buf_reset(&out);
			part = sg_markdown_gates_part(gate_verdicts + at,
				SG_COUNT(gate_verdicts) - at, max, redactor, &out);
			assert_in_range(part, 1, SG_COUNT(gate_verdicts) - at);
			assert_true(part == 1 || out.len <= max);
			for (size_t i = 0; i < out.len; i++)
				rows += out.ptr[i] == '\n';
			rows -= 2;
		}
		assert_int_equal(rows, SG_COUNT(gate_verdicts));
	}
	sg_buf_reset(&out);
	sg_markdown_gates(&hostile_gate, 1, redactor, &out);
	assert_clean(&out, false);
	assert_inert(&out);
	golden("hostile", "md", &out);
	sg_buf_reset(&out);
	sg_markdown_stop("OLDER", HOSTILE, redactor, &out);
	assert_clean(&out, false);
	assert_memory_equal(out.ptr, "`OLDER`: `", 10);
	assert_ptr_equal(strchr(out.ptr, '\n'), out.ptr + out.len - 1);
	assert_null(strchr(strchr(out.ptr + 10, '`') + 1, '`'));
	sg_buf_release(&out);
	sg_redactor_free(redactor);
}

/* Markup is ours alone: every tag is one of these, every entity a number. */
static void assert_xml(const struct sg_buf *got)
{
	static const char *const tags[] = {"<?xml ", "<testsuites>", "</testsuites>", "<testsuite ",
		"</testsuite>", "<testcase ", "</testcase>", "<failure ", "</failure>", "<error ",
		"</error>", "<skipped ", "</skipped>"};

	for (const char *at = got->ptr; (at = strpbrk(at, "<&")); at++) {
		bool known = at[0] == '&' && at[1] == '#';

		for (size_t i = 0; i < SG_COUNT(tags); i++)
			known = known || strncmp(at, tags[i], strlen(tags[i])) == 0;
		if (!known)
			fail_msg("unexpected: %.40s", at);
	}
}

static void junit_is_golden(void **state)
{
	struct sg_redactor *redactor = make_redactor();

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_arena arena = {0};
		struct sg_report report = {.arena = &arena};
		struct sg_buf out;

		sg_buf_init(&out, OUT_MAX);
		cases[i].fill(&report);
		sg_report_junit(&report, redactor, &out);
		assert_clean(&out, false);
		assert_xml(&out);
		golden(cases[i].name, "xml", &out);
		sg_buf_release(&out);
		sg_arena_release(&arena);
	}
	sg_redactor_free(redactor);
}

static size_t count_of(const struct sg_buf *text, const char *word)
{
	size_t count = 0;

	for (const char *at = text->ptr; (at = strstr(at, word)); at++)
		count++;
	return count;
}

/* The file says what the exit status says, whatever its cases say. */
static void junit_never_looks_better_than_the_run(void **state)
{
	static const struct {
		enum sg_result result;
		const char *element;
	} ends[] = {
		{SG_RESULT_FAILED, "failure"},
		{SG_RESULT_CONFLICT, "failure"},
		{SG_RESULT_INVALID, "failure"},
		{SG_RESULT_TIMEOUT, "error"},
		{SG_RESULT_PENDING, "skipped"},
		{SG_RESULT_PLANNED, "skipped"},
	};
	static const struct sg_gate_verdict open = {
		.state = SG_VERDICT_PASS, .code = "HEALTHY", .sentence = "yes"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(ends); i++) {
		struct sg_arena arena = {0};
		struct sg_report report;
		struct sg_buf out, want;

		sg_buf_init(&out, OUT_MAX);
		sg_buf_init(&want, 128);
		sg_report_init(&report, &arena, "promote");
		sg_report_add_gate(&report, "catalog", "staging", &open);
		sg_report_end(&report, ends[i].result, "MR_BLOCKED", "no");
		sg_report_junit(&report, NULL, &out);
		sg_buf_addf(&want, "<%s %smessage=\"MR_BLOCKED: no\">", ends[i].element,
			ends[i].element[0] == 's' ? "" : "type=\"MR_BLOCKED\" ");
		if (count_of(&out, want.ptr) != 1)
			fail_msg("%s is not in %s", want.ptr, out.ptr);
		assert_int_equal(count_of(&out, "<testcase "), 2);
		sg_buf_release(&out);
		sg_buf_release(&want);
		sg_arena_release(&arena);
	}
}

/* GitLab keeps one case of a name. */
static void junit_names_are_unique(void **state)
{
	static const struct sg_gate_verdict soak = {
		.type = SG_GATE_SOAK, .state = SG_VERDICT_PASS, .code = "SOAKED"};
	struct sg_arena arena = {0};
	struct sg_report report;
	struct sg_buf out;

	(void)state;
	sg_buf_init(&out, OUT_MAX);
	sg_report_init(&report, &arena, "gate");
	for (int i = 0; i < 2; i++)
		sg_report_add_gate(&report, "catalog", "staging", &soak);
	sg_report_add_gate(&report, "order", "staging", &soak);
	sg_report_junit(&report, NULL, &out);
	assert_int_equal(count_of(&out, "\"catalog to staging: soak gate (publish)\""), 1);
	assert_int_equal(count_of(&out, "\"catalog to staging: soak gate 2 (publish)\""), 1);
	assert_int_equal(count_of(&out, "\"order to staging: soak gate (publish)\""), 1);
	assert_int_equal(count_of(&out, "<testcase "), 3);
	sg_buf_release(&out);
	sg_arena_release(&arena);
}

/* A secret that lies across the limit is masked before the text is cut; no character is cut. */
static void junit_texts_are_bounded(void **state)
{
	static char flood[200000];
	struct sg_redactor *redactor = make_redactor();
	struct sg_arena arena = {0};
	struct sg_report report;
	struct sg_report_verdict *row;
	struct sg_buf out;

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(flood); i += 2)
		memcpy(flood + i, "\xC3\xA9", 2);
	memcpy(flood + 240, SECRET, sizeof(SECRET) - 1);
	flood[240 + sizeof(SECRET) - 1] = '.'; /* what follows is whole characters again */
	sg_buf_init(&out, OUT_MAX);
	sg_report_init(&report, &arena, "wait");
	row = sg_report_add_verdict(&report);
	*row = (struct sg_report_verdict){.result = SG_RESULT_FAILED,
		.code = "SYNC_FAILED",
		.application = flood,
		.sentence = flood,
		.last_blocker = flood};
	sg_report_end(&report, SG_RESULT_FAILED, "SYNC_FAILED", "no");
	sg_report_junit(&report, redactor, &out);
	assert_clean(&out, false);
	assert_xml(&out);
	assert_true(out.len < 64u << 10);
	assert_int_equal(count_of(&out, "..."), 3); /* of name, message and text */
	assert_null(strstr(out.ptr, "\xEF\xBF\xBD"));
	sg_buf_release(&out);
	sg_arena_release(&arena);
	sg_redactor_free(redactor);
}

static void dotenv_leaves_out_and_says_so(void **state)
{
	struct sg_arena arena = {0};
	struct sg_report report;
	struct sg_buf out;
	size_t left_out = 0;

	(void)state;
	sg_buf_init(&out, OUT_MAX);
	sg_report_init(&report, &arena, "bump");
	report.branch = "a\nSTAGEGATE_RESULT=done";
	report.environment = "$HOME";
	for (int i = 0; i < 400; i++)
		sg_report_add_change(&report)->service = sg_arena_printf(&arena, "service-%d", i);
	sg_report_end(&report, SG_RESULT_FAILED, "X", "no");
	sg_report_dotenv(&report, NULL, &out);
	assert_dotenv(&out);
	assert_string_equal(out.ptr, "STAGEGATE_COMMAND=bump\n"
				     "STAGEGATE_RESULT=failed\n"
				     "STAGEGATE_REASON=X\n"
				     "STAGEGATE_EXIT_CODE=1\n"
				     "STAGEGATE_ENVIRONMENT=$$HOME\n"
				     "STAGEGATE_CHANGED=false\n");
	for (size_t i = 0; i < report.warning_count; i++)
		left_out += strcmp(report.warnings[i].code, "DOTENV_LEFT_OUT") == 0;
	assert_int_equal(left_out, 2);
	assert_string_equal(report.warnings[0].text,
		"STAGEGATE_BRANCH is not in the dotenv report: its value cannot be carried on one "
		"line of 1 KiB");
	sg_buf_release(&out);
	sg_arena_release(&arena);
}

/* Each value may be 1 KiB, the file less than 5. */
static void dotenv_file_is_bounded(void **state)
{
	static char long_text[1001];
	struct sg_arena arena = {0};
	struct sg_report report;
	struct sg_report_verdict *row;
	struct sg_buf out;

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	sg_buf_init(&out, OUT_MAX);
	sg_report_init(&report, &arena, "wait");
	report.branch = report.environment = report.commit = report.commit_url = report.id =
		long_text;
	row = sg_report_add_verdict(&report);
	row->application = row->service = row->image_wanted = row->revision_seen = long_text;
	sg_report_end(&report, SG_RESULT_DONE, "OK", "yes");
	sg_report_dotenv(&report, NULL, &out);
	assert_dotenv(&out);
	assert_true(report.warning_count > 0);
	sg_buf_release(&out);
	sg_arena_release(&arena);
}

/* ---- errors, colour ---- */

static void make_error(struct sg_err *err)
{
	(void)sg_fail(err, SG_R_BRANCH_PROTECTED, "the server said \"\x1b[1m%s\"", SECRET);
	(void)sg_hint(err, "let %s push to develop", "the bot");
	(void)sg_wrap(err, "push to %s", "develop");
	(void)sg_wrap(err, "bump catalog");
}

static void errors_are_rendered(void **state)
{
	struct sg_redactor *redactor = make_redactor();
	const struct sg_report_style style = {.redactor = redactor};
	struct sg_err err = SG_ERR_INIT;
	struct sg_buf out;

	(void)state;
	make_error(&err);
	sg_buf_init(&out, OUT_MAX);
	sg_report_text_error(&err, &style, &out);
	assert_string_equal(out.ptr,
		"stagegate: bump catalog: push to develop: the server said \"\\x1b[1m[MASKED]\"\n"
		"  hint: let the bot push to develop\n"
		"  reason: BRANCH_PROTECTED (exit 4)\n"
		"  more: stagegate explain BRANCH_PROTECTED\n");
	sg_buf_reset(&out);
	sg_report_json_error("bump", &err, redactor, &out);
	assert_string_equal(out.ptr,
		"{\n"
		"  \"schema\": 1,\n"
		"  \"command\": \"bump\",\n"
		"  \"result\": \"error\",\n"
		"  \"reason\": \"BRANCH_PROTECTED\",\n"
		"  \"exit_code\": 4,\n"
		"  \"where\": \"bump catalog: push to develop\",\n"
		"  \"cause\": \"the server said \\\"\\u001b[1m[MASKED]\\\"\",\n"
		"  \"hint\": \"let the bot push to develop\",\n"
		"  \"http_status\": null,\n"
		"  \"transient\": false\n"
		"}\n");
	sg_buf_reset(&out);
	sg_report_dotenv_error("bump", &err, &out);
	assert_string_equal(out.ptr, "STAGEGATE_COMMAND=bump\n"
				     "STAGEGATE_RESULT=error\n"
				     "STAGEGATE_REASON=BRANCH_PROTECTED\n"
				     "STAGEGATE_EXIT_CODE=4\n");
	sg_buf_reset(&out);
	sg_report_junit_error("bump", &err, redactor, &out);
	assert_string_equal(out.ptr,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n"
		"  <testsuite name=\"stagegate bump\" tests=\"1\" failures=\"0\" errors=\"1\" "
		"skipped=\"0\" time=\"0.000\">\n"
		"    <testcase classname=\"stagegate.bump\" name=\"bump\" time=\"0.000\">\n"
		"      <error type=\"BRANCH_PROTECTED\" message=\"BRANCH_PROTECTED: the server "
		"said "
		"&#34;\xEF\xBF\xBD[1m[MASKED]&#34;\">BRANCH_PROTECTED: the server said "
		"&#34;\xEF\xBF\xBD[1m[MASKED]&#34;&#10;where: bump catalog: push to develop&#10;"
		"what to do: let the bot push to develop&#10;"
		"more: stagegate explain BRANCH_PROTECTED</error>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
	sg_buf_reset(&out);
	err = (struct sg_err){.reason = SG_R_CANCELLED, .signo = 15};
	sg_report_text_error(&err, &style, &out);
	assert_string_equal(out.ptr, "stagegate: a signal ended the run (exit code 128 + signal)\n"
				     "  reason: CANCELLED (exit 143)\n"
				     "  more: stagegate explain CANCELLED\n");
	sg_buf_release(&out);
	sg_redactor_free(redactor);
}

static void colour_only_when_asked(void **state)
{
	const struct sg_report_style style = {.colour = true};
	struct sg_arena arena = {0};
	struct sg_report report = {.arena = &arena};
	struct sg_buf out;

	(void)state;
	sg_buf_init(&out, OUT_MAX);
	bump_planned(&report);
	sg_report_text(&report, &style, &out);
	assert_true(sg_str_starts(sg_buf_str(&out), "\x1b[36mplanned\x1b[0m: would change"));
	assert_non_null(strstr(out.ptr, "\x1b[31m-  tag: 1.4.1\\x0d\x1b[0m\n"));
	assert_non_null(strstr(out.ptr, "\x1b[32m+  tag: 1.4.2\\x0d\x1b[0m\n"));
	sg_buf_release(&out);
	sg_arena_release(&arena);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_golden),
		cmocka_unit_test(json_is_golden),
		cmocka_unit_test(dotenv_is_golden),
		cmocka_unit_test(markdown_is_golden),
		cmocka_unit_test(junit_is_golden),
		cmocka_unit_test(junit_never_looks_better_than_the_run),
		cmocka_unit_test(junit_names_are_unique),
		cmocka_unit_test(junit_texts_are_bounded),
		cmocka_unit_test(dotenv_leaves_out_and_says_so),
		cmocka_unit_test(dotenv_file_is_bounded),
		cmocka_unit_test(errors_are_rendered),
		cmocka_unit_test(colour_only_when_asked),
	};

	writes = argc > 1 && strcmp(argv[1], "--write") == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
