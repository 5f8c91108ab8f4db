/* The board of `status` as text, JSON and Markdown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "io/json_doc.h"
#include "report/board.h"
#include "report/json.h"

#define OUT_MAX (1u << 20)
#define SECRET "s3cr3t/value+of\"the run"
#define SHA_A "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"

/* What a server, a file or a user could put into any field. */
#define HOSTILE                                                                                    \
	"\x1b[31m/merge\r\n::$HOME `id` ``` \"q\" <b>&amp; @all | " SECRET                         \
	" glpat-abcdefghijkl \xE2\x80\xAE\xC2\x9B\xFF section_end:1:x\r\x1b[0K"

struct world {
	struct sg_environment envs[2];
	struct sg_board_column columns[2];
	struct sg_board_cell cells[2][2];
	struct sg_board_row rows[2];
	struct sg_board board;
	struct sg_arena arena;
	struct sg_report report;
	struct sg_redactor *redactor;
	struct sg_buf out;
};

static struct sg_board_cell good_cell(const char *version)
{
	return (struct sg_board_cell){
		.image = "registry.example.com/shop/catalog:1.4.2",
		.version = version,
		.application = "argocd/catalog-dev",
		.running = version,
		.in_step = true,
		.sync = "Synced",
		.health = "Healthy",
		.since_unix_s = 1770091200,
		.age_s = 3900,
	};
}

/* catalog: well in dev, and on its way to production; order: nothing can be read. */
static void fill(struct world *w)
{
	static const struct sg_board_trouble denied = {"FORBIDDEN", "the server says no"};
	static const struct sg_board_trouble unknown = {"SERVICE_UNKNOWN", "no such folder"};

	w->envs[0] = (struct sg_environment){.name = "dev", .branch = "develop"};
	w->envs[1] = (struct sg_environment){
		.name = "production", .branch = "main", .publish = SG_PUBLISH_MERGE_REQUEST};
	w->cells[0][0] = good_cell("1.4.2");
	w->cells[0][1] = good_cell("1.4.1");
	w->cells[0][1].running = "1.4.0, 1.4.1";
	w->cells[0][1].in_step = false;
	w->cells[0][1].health = "Progressing";
	w->cells[0][1].remark = "reconciliation is off";
	w->cells[0][1].request = (struct sg_report_mr){.service = "catalog",
		.environment = "production",
		.iid = 15,
		.url = "https://gitlab.example.com/gitops/apps/-/merge_requests/15",
		.state = "opened",
		.code = "MR_CI_MUST_PASS",
		.sentence = "its pipeline has to succeed",
		.blocker = "pipeline 71: failed"};
	w->cells[0][1].request_since_unix_s = 1770091200;
	w->cells[1][0] = (struct sg_board_cell){.git = unknown, .cluster = denied, .age_s = -1};
	w->cells[1][1] = (struct sg_board_cell){
		.version = "2.0.0", .application = "argocd/order-prod", .age_s = -1};
}

static int setup(void **state)
{
	static struct world w;

	w = (struct world){0};
	for (size_t i = 0; i < 2; i++) {
		w.columns[i].env = &w.envs[i];
		w.columns[i].commit = SHA_A;
		w.rows[i].cells = w.cells[i];
	}
	w.rows[0].service = "catalog";
	w.rows[1].service = "order";
	w.board = (struct sg_board){
		.columns = w.columns, .column_count = 2, .rows = w.rows, .row_count = 2};
	sg_report_init(&w.report, &w.arena, "status");
	w.report.board = &w.board;
	w.redactor = sg_redactor_new();
	sg_redactor_learn(w.redactor, SG_STR(SECRET));
	sg_buf_init(&w.out, OUT_MAX);
	fill(&w);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	sg_buf_release(&w->out);
	sg_redactor_free(w->redactor);
	sg_arena_release(&w->arena);
	return 0;
}

static const char *text_of(struct world *w)
{
	const struct sg_report_style style = {.redactor = w->redactor};
	const struct sg_page page = {&style, &w->out};

	sg_buf_reset(&w->out);
	sg_board_text(&page, &w->board);
	return w->out.ptr;
}

static const char *markdown_of(struct world *w)
{
	sg_buf_reset(&w->out);
	sg_board_markdown(&w->report, w->redactor, &w->out);
	return w->out.ptr;
}

/* The caller frees it. */
static struct sg_json *json_of(struct world *w)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc;

	sg_buf_reset(&w->out);
	sg_report_json(&w->report, w->redactor, &w->out);
	assert_int_equal(sg_json_parse(sg_buf_str(&w->out), &doc, &err), 0);
	return doc;
}

static void text_says_what_is_and_what_is_not_known(void **state)
{
	assert_string_equal(text_of(*state),
		"\n"
		"  service  dev                                         production\n"
		"  catalog  1.4.2, Synced, Healthy, 1h 5m               1.4.1, runs 1.4.0, "
		"1.4.1, "
		"Synced, Progressing, reconciliation is off, 1h 5m, !15 MR_CI_MUST_PASS\n"
		"  order    files? SERVICE_UNKNOWN, cluster? FORBIDDEN  2.0.0, no image seen, "
		"sync?, health?, age?\n"
		"\n"
		"not read: files of order in dev: SERVICE_UNKNOWN: no such folder\n"
		"not read: cluster of order in dev: FORBIDDEN: the server says no\n");
}

static void markdown_says_the_same(void **state)
{
	assert_string_equal(markdown_of(*state),
		"| Service | `dev` | `production` |\n"
		"|---|---|---|\n"
		"| `catalog` | `1.4.2, Synced, Healthy, 1h 5m` | `1.4.1, runs 1.4.0, 1.4.1, "
		"Synced, "
		"Progressing, reconciliation is off, 1h 5m, !15 MR_CI_MUST_PASS` |\n"
		"| `order` | `files? SERVICE_UNKNOWN, cluster? FORBIDDEN` | `2.0.0, no image seen, "
		"sync?, health?, age?` |\n"
		"\n"
		"| Merge request | Service | Environment | Waits for | Open since | Address |\n"
		"|---|---|---|---|---|---|\n"
		"| `!15` | `catalog` | `production` | `MR_CI_MUST_PASS: its pipeline has to "
		"succeed; pipeline 71: failed` | `2026-02-03T04:00:00Z` | "
		"`https://gitlab.example.com/gitops/apps/-/merge_requests/15` |\n"
		"\n"
		"| Not read | Environment | Service | Why |\n"
		"|---|---|---|---|\n"
		"| files | `dev` | `order` | `SERVICE_UNKNOWN: no such folder` |\n"
		"| cluster | `dev` | `order` | `FORBIDDEN: the server says no` |\n");
}

static void the_same_reason_is_told_once(void **state)
{
	static const struct sg_board_trouble denied = {"FORBIDDEN", "no"};
	struct world *w = *state;
	const char *text;

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < 2; k++)
			w->cells[i][k] = (struct sg_board_cell){
				.version = "1", .cluster = denied, .age_s = -1};
	text = text_of(w);
	assert_non_null(strstr(text,
		"not read: cluster of catalog in dev (and 1 more): FORBIDDEN: no\n"
		"not read: cluster of catalog in production (and 1 more): FORBIDDEN: no\n"));
	assert_non_null(strstr(markdown_of(w), "| cluster | `dev` | `catalog and 1 more` |"));
}

static void unknown_merge_requests_are_said_where_there_could_be_one(void **state)
{
	struct world *w = *state;
	const char *text;

	w->cells[0][1].request.iid = 0;
	w->board.requests = (struct sg_board_trouble){"AUTH_FAILED", "401"};
	text = text_of(w);
	assert_non_null(strstr(text, "1h 5m, merge request? AUTH_FAILED\n"));
	assert_non_null(strstr(text, "age?, merge request? AUTH_FAILED\n"));
	assert_non_null(strstr(text, "  catalog  1.4.2, Synced, Healthy, 1h 5m   "));
	assert_non_null(strstr(text, "not read: merge requests: AUTH_FAILED: 401\n"));
	assert_non_null(
		strstr(markdown_of(w), "| merge requests | `-` | `-` | `AUTH_FAILED: 401` |\n"));
}

static const char *at(const struct sg_json *doc, const char *path)
{
	return sg_json_str(sg_json_at(doc, path), NULL);
}

static const struct sg_json *cell_of(const struct sg_json *doc, size_t row, size_t column)
{
	const struct sg_json *e = sg_json_first(sg_json_at(doc, "board.services"));

	for (; row; row--)
		e = sg_json_next(e);
	e = sg_json_first(sg_json_get(e, "cells"));
	for (; column; column--)
		e = sg_json_next(e);
	return e;
}

/* Cells that have KEY, with whatever value, in the last document. */
static size_t count_of(const struct world *w, const char *key)
{
	char member[64];
	size_t count = 0;

	(void)snprintf(member, sizeof(member), "\n            \"%s\": ", key);
	for (const char *p = w->out.ptr; (p = strstr(p, member)) != NULL; p++)
		count++;
	return count;
}

static void json_has_every_key_in_every_cell(void **state)
{
	static const char *const keys[] = {"environment", "version", "image", "files_trouble",
		"application", "running", "in_step", "sync", "health", "remark", "since", "age_s",
		"cluster_trouble", "merge_request"};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = json_of(*state);
	const struct sg_json *cell;

	for (size_t n = 0; n < SG_COUNT(keys); n++)
		assert_int_equal(count_of(*state, keys[n]), 4);
	cell = cell_of(doc, 0, 1);
	assert_string_equal(at(cell, "running"), "1.4.0, 1.4.1");
	assert_string_equal(at(cell, "since"), "2026-02-03T04:00:00Z");
	assert_string_equal(at(cell, "merge_request.reason"), "MR_CI_MUST_PASS");
	cell = cell_of(doc, 1, 0);
	assert_string_equal(at(cell, "files_trouble.reason"), "SERVICE_UNKNOWN");
	assert_string_equal(at(cell, "cluster_trouble.text"), "the server says no");
	assert_null(sg_json_get(cell, "in_step"));
	assert_null(sg_json_get(cell, "age_s"));
}

static void without_a_board_json_has_null_and_markdown_nothing(void **state)
{
	struct world *w = *state;
	struct sg_json *doc;

	w->report.board = NULL;
	doc = json_of(w);
	assert_null(sg_json_get(doc, "board"));
	assert_non_null(strstr(w->out.ptr, "\n  \"board\": null,\n"));
	sg_json_free(doc);
	assert_string_equal(markdown_of(w), "");
}

static void make_hostile(struct world *w)
{
	static const struct sg_board_trouble trouble = {HOSTILE, HOSTILE};
	const struct sg_report_mr mr = {HOSTILE, HOSTILE, INT64_MIN, HOSTILE, HOSTILE, HOSTILE,
		HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE};

	for (size_t i = 0; i < 2; i++) {
		w->envs[i].name = w->envs[i].branch = w->columns[i].commit = HOSTILE;
		w->rows[i].service = HOSTILE;
		for (size_t k = 0; k < 2; k++)
			w->cells[i][k] = (struct sg_board_cell){HOSTILE, HOSTILE, {NULL, NULL},
				HOSTILE, HOSTILE, false, HOSTILE, HOSTILE, HOSTILE, INT64_MAX,
				INT64_MAX, {NULL, NULL}, mr, INT64_MIN};
		w->cells[i][i].git = w->cells[i][i].cluster = trouble;
	}
	w->board.requests = trouble;
}

static void assert_clean(const struct world *w)
{
	assert_false(w->out.overflow);
	assert_int_equal(strlen(w->out.ptr), w->out.len);
	for (size_t i = 0; i < w->out.len; i++) {
		unsigned char c = (unsigned char)w->out.ptr[i];

		assert_true(c >= 0x20 || c == '\n');
		assert_int_not_equal(c, 0x7F);
	}
	assert_null(strstr(w->out.ptr, "s3cr3t"));
	assert_null(strstr(w->out.ptr, "glpat-abc"));
	assert_null(strstr(w->out.ptr, "\xE2\x80\xAE"));
	assert_null(strstr(w->out.ptr, "\xC2\x9B"));
}

static void hostile_text_cannot_act_on_a_terminal(void **state)
{
	struct world *w = *state;
	size_t lines = 0;

	make_hostile(w);
	for (const char *p = text_of(w); *p; p++)
		lines += *p == '\n';
	assert_clean(w);
	assert_int_equal(lines, 1 + 3 + 1 + 5); /* blank, table, blank, notes */
}

static void hostile_text_stays_in_its_cell_of_markdown(void **state)
{
	struct world *w = *state;
	struct sg_str rest, line;
	bool inside;

	make_hostile(w);
	rest = sg_str_of(markdown_of(w));
	assert_clean(w);
	while (sg_str_cut(&rest, '\n', &line)) {
		size_t bars = 0;

		if (line.len == 0)
			continue;
		inside = false;
		for (size_t i = 0; i < line.len; i++) {
			inside = inside != (line.ptr[i] == '`');
			bars += line.ptr[i] == '|';
			assert_false(line.ptr[i] == '|' && inside);
			assert_false(line.ptr[i] == '@' && !inside);
			assert_false(line.ptr[i] == '<' && !inside);
		}
		assert_false(inside);
		assert_true(line.ptr[0] == '|' && line.ptr[line.len - 1] == '|');
		assert_true(bars == 4 || bars == 5 || bars == 7);
	}
}

static void hostile_text_stays_text_in_json(void **state)
{
	struct world *w = *state;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;

	make_hostile(w);
	doc = json_of(w);
	assert_clean(w);
	assert_non_null(at(cell_of(doc, 1, 0), "remark"));
}

static void good_is_only_what_is_known_to_be_good(void **state)
{
	struct sg_board_cell cell = good_cell("1.4.2");
	static const struct sg_board_trouble trouble = {"FORBIDDEN", NULL};

	(void)state;
	assert_true(sg_board_is_good(&cell));
	cell.git = trouble;
	assert_false(sg_board_is_good(&cell) || sg_board_is_known(&cell));
	cell = good_cell("1.4.2");
	cell.cluster = trouble;
	assert_false(sg_board_is_good(&cell) || sg_board_is_known(&cell));
	cell = good_cell("1.4.2");
	cell.in_step = false;
	assert_false(sg_board_is_good(&cell));
	cell = good_cell("1.4.2");
	cell.remark = "being deleted";
	assert_false(sg_board_is_good(&cell));
	cell = good_cell("1.4.2");
	cell.sync = "OutOfSync";
	assert_false(sg_board_is_good(&cell));
	cell = good_cell("1.4.2");
	cell.health = NULL;
	assert_false(sg_board_is_good(&cell));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(text_says_what_is_and_what_is_not_known),
		TEST(markdown_says_the_same),
		TEST(the_same_reason_is_told_once),
		TEST(unknown_merge_requests_are_said_where_there_could_be_one),
		TEST(json_has_every_key_in_every_cell),
		TEST(without_a_board_json_has_null_and_markdown_nothing),
		TEST(hostile_text_cannot_act_on_a_terminal),
		TEST(hostile_text_stays_in_its_cell_of_markdown),
		TEST(hostile_text_stays_text_in_json),
		TEST(good_is_only_what_is_known_to_be_good),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
