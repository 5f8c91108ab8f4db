#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab/mr.h"
#include "gitlab_world.h"

#define LIST_URL                                                                                   \
	PROJECT "/merge_requests?source_branch=stagegate%2Fprod%2Fweb&target_branch=main"          \
		"&state=opened&order_by=created_at&sort=desc&per_page=100"
#define NOTES_URL MR "/notes?sort=asc&order_by=created_at&per_page=100"

#define MIN_MR                                                                                     \
	"\"iid\":15,\"state\":\"opened\",\"source_branch\":\"stagegate/prod/web\","                \
	"\"target_branch\":\"main\",\"target_project_id\":7"

static void a_request_is_read(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_mr mr;
	struct script_answer *a = script_reply(w->script, "GET", MR, 200,
		"{" MIN_MR
		",\"id\":9007199254740993,\"title\":\"T\",\"description\":null,\"sha\":\"" SHA_A
		"\",\"diff_refs\":{\"base_sha\":\"" SHA_B "\"},\"draft\":null,"
		"\"has_conflicts\":null,\"merge_when_pipeline_succeeds\":true,"
		"\"changes_count\":\"1000+\",\"detailed_merge_status\":\"ci_still_running\","
		"\"created_at\":\"2026-02-03T04:05:06.789Z\",\"prepared_at\":null,"
		"\"author\":{\"id\":5,\"username\":\"bot\"},\"merged_by\":null,"
		"\"merge_user\":{\"id\":6,\"username\":\"who armed it\"},"
		"\"user\":{\"can_merge\":false},\"new_key\":[{}],"
		"\"head_pipeline\":{\"id\":3,\"status\":\"running\",\"sha\":\"" SHA_A
		"\",\"ref\":\"x\",\"web_url\":\"u\"}}");

	script_want_cred(a, "PRIVATE-TOKEN glpat-first-token");
	script_want_header(a, "Accept", "application/json");
	script_header(a, "Date", "Tue, 02 Jan 2024 03:04:05 GMT");
	assert_int_equal(sg_gitlab_mr_get(&w->gitlab, 15, &w->arena, &mr, &w->err), 0);
	assert_int_equal(mr.iid, 15);
	assert_true(mr.id == INT64_C(9007199254740993));
	assert_int_equal(mr.state, SG_MR_OPENED);
	assert_string_equal(mr.description, "");
	assert_string_equal(mr.sha, SHA_A);
	assert_string_equal(mr.base_sha, SHA_B);
	assert_string_equal(mr.merge_commit_sha, "");
	assert_string_equal(mr.detailed_status, "ci_still_running");
	assert_true(mr.created_unix_s == INT64_C(1770091506));
	assert_true(mr.prepared_unix_s == 0 && mr.merged_unix_ms == 0);
	assert_int_equal(mr.author.id, 5);
	assert_int_equal(mr.merged_by.id, 0);
	assert_string_equal(mr.merged_by.username, "");
	assert_true(mr.may_not_merge);
	assert_int_equal(mr.pipeline.id, 3);
	assert_true(w->gitlab.server_unix_s == INT64_C(1704164645));
	assert_int_equal(w->gitlab.requests, 1);
	script_reply(w->script, "GET", MR, 404, "");
	assert_int_equal(sg_gitlab_mr_get(&w->gitlab, 15, &w->arena, &mr, &w->err), -1);
	assert_true(w->gitlab.server_unix_s == 0); /* that answer had no Date */
	gitlab_world_done(w);
}

#define OPEN_URL PROJECT "/merge_requests?state=opened&order_by=created_at&sort=desc&per_page=100"

static void all_open_requests_of_a_prefix_are_listed(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_mr *mrs;
	size_t count;
	struct script_answer *a = script_reply(w->script, "GET", OPEN_URL, 200,
		"[{" MIN_MR ",\"source_project_id\":7},{" MIN_MR ",\"source_project_id\":8},"
		"{\"iid\":16,\"state\":\"opened\",\"source_branch\":\"feature\","
		"\"target_branch\":\"main\",\"target_project_id\":\"no number\"}]");

	script_header(a, "X-Next-Page", "2");
	a = script_reply(w->script, "GET", OPEN_URL "&page=2", 200,
		"[{\"iid\":3,\"state\":\"opened\",\"source_branch\":\"stagegate/a/b\","
		"\"target_branch\":\"main\",\"source_project_id\":7,\"target_project_id\":7},"
		"{\"iid\":2,\"source_branch\":null}]");
	script_header(a, "X-Next-Page", "");
	assert_int_equal(sg_gitlab_mr_list_open(
				 &w->gitlab, "stagegate/", 0, &w->arena, &mrs, &count, &w->err),
		0);
	assert_int_equal(count, 2);
	assert_int_equal(mrs[0].iid, 15);
	assert_int_equal(mrs[1].iid, 3);
	script_reply(w->script, "GET", OPEN_URL, 200,
		"[{\"iid\":16,\"state\":\"opened\",\"source_branch\":\"stagegate/x/y\","
		"\"target_branch\":7,\"source_project_id\":7,\"target_project_id\":7}]");
	assert_int_equal(sg_gitlab_mr_list_open(
				 &w->gitlab, "stagegate/", 0, &w->arena, &mrs, &count, &w->err),
		-1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "target_branch", "");
	script_reply(w->script, "GET",
		PROJECT "/merge_requests?state=opened&author_id=9&order_by=created_at&sort=desc"
			"&per_page=100",
		200, "[]");
	assert_int_equal(sg_gitlab_mr_list_open(
				 &w->gitlab, "stagegate/", 9, &w->arena, &mrs, &count, &w->err),
		0);
	assert_int_equal(count, 0);
	gitlab_world_done(w);
}

static void a_request_without_more_than_it_must_have(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_mr mr;

	script_reply(w->script, "GET", MR, 200,
		"{\"iid\":15,\"state\":\"merged\",\"source_branch\":\"a\",\"target_branch\":\"b\","
		"\"target_project_id\":7,\"source_project_id\":null,\"head_pipeline\":null,"
		"\"diff_refs\":null,\"user\":null,\"work_in_progress\":true,"
		"\"merge_user\":{\"id\":6,\"username\":\"u\"}}");
	assert_int_equal(sg_gitlab_mr_get(&w->gitlab, 15, &w->arena, &mr, &w->err), 0);
	assert_int_equal(mr.state, SG_MR_MERGED);
	assert_int_equal(mr.source_project_id, 0);
	assert_int_equal(mr.merged_by.id, 6);
	assert_int_equal(mr.pipeline.id, 0);
	assert_string_equal(mr.pipeline.status, "");
	assert_string_equal(mr.sha, "");
	assert_false(mr.may_not_merge);
	gitlab_world_done(w);
}

static void what_is_no_request_is_named(void **state)
{
	static const struct {
		const char *body, *cause;
	} rows[] = {
		{"[]", "expected an object"},
		{"{}", "merge request.iid: missing"},
		{"{\"iid\":\"15\"}", "iid: expected an integer"},
		{"{\"iid\":15,\"state\":1}", "merge request !15.state: expected a string"},
		{"{" MIN_MR ",\"sha\":\"abc\"}", "!15.sha: expected a full commit id"},
		{"{" MIN_MR ",\"user\":{\"can_merge\":\"no\"}}",
			"!15.user.can_merge: expected true or false"},
		{"{" MIN_MR ",\"created_at\":\"now\"}", "!15.created_at: expected a time"},
		{"{" MIN_MR ",\"head_pipeline\":{\"id\":1.5}}",
			"head_pipeline.id: expected an integer"},
		{"{\"iid\":16,\"state\":\"opened\",\"source_branch\":\"a\",\"target_branch\":\"b\","
		 "\"target_project_id\":7}",
			"asked for merge request !15, the answer is !16"},
		{"{\"iid\":-15,\"state\":\"opened\",\"source_branch\":\"a\",\"target_branch\":"
		 "\"b\","
		 "\"target_project_id\":7}",
			"iid: expected a number above 0"},
		{"{" MIN_MR, "no JSON but other text"},
		{"<html>sign in", "no JSON but an HTML page"},
		{"", "no JSON but nothing"},
		{"{" MIN_MR ",\"iid\":15}", "no JSON"},
	};

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct gitlab_world *w = *state;
		struct sg_mr mr;

		w->gitlab.retry.tries = 1;
		script_reply(w->script, "GET", MR, 200, rows[i].body);
		assert_int_equal(sg_gitlab_mr_get(&w->gitlab, 15, &w->arena, &mr, &w->err), -1);
		gitlab_world_error(w, SG_R_ANSWER_INVALID, rows[i].cause, "");
		gitlab_world_done(w);
	}
}

/* A gateway's hiccup: a page instead of JSON, once or twice. */
static void what_makes_no_sense_is_asked_for_again(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_mr mr;

	script_reply(w->script, "GET", MR, 200, "<html>");
	script_reply(w->script, "GET", MR, 200, "");
	script_reply(w->script, "GET", MR, 200, "{" MIN_MR "}");
	assert_int_equal(sg_gitlab_mr_get(&w->gitlab, 15, &w->arena, &mr, &w->err), 0);
	assert_int_equal(w->err.reason, SG_R_OK);
	for (int i = 0; i < 3; i++)
		script_reply(w->script, "GET", MR, 200, "<html>");
	assert_int_equal(sg_gitlab_mr_get(&w->gitlab, 15, &w->arena, &mr, &w->err), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "an HTML page", "/api/v4");
	script_reply(w->script, "GET", MR, 200, "{}");
	assert_int_equal(sg_gitlab_mr_get(&w->gitlab, 15, &w->arena, &mr, &w->err), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "iid: missing", "");
	gitlab_world_done(w);
}

static int list_prod(struct gitlab_world *w, struct sg_mr **mrs, size_t *count)
{
	const struct sg_gitlab_mr_list_ask ask = {
		.source_branch = "stagegate/prod/web", .target_branch = "main", .state = "opened"};

	return sg_gitlab_mr_list(&w->gitlab, &ask, &w->arena, mrs, count, &w->err);
}

static void requests_of_a_branch_are_listed(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_mr *mrs = NULL;
	size_t count = 0;

	script_reply(w->script, "GET", LIST_URL, 200,
		"[{" MIN_MR ",\"source_project_id\":7},{" MIN_MR ",\"source_project_id\":7}]");
	assert_int_equal(list_prod(w, &mrs, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(mrs[1].target_branch, "main");
	script_reply(w->script, "GET",
		PROJECT
		"/merge_requests?source_branch=a%2Bb%26c&author_id=9&state=all&order_by=created_at"
		"&sort=desc&per_page=100",
		200, "[]");
	assert_int_equal(sg_gitlab_mr_list(&w->gitlab,
				 &(struct sg_gitlab_mr_list_ask){
					 .source_branch = "a+b&c", .state = "all", .author_id = 9},
				 &w->arena, &mrs, &count, &w->err),
		0);
	assert_int_equal(count, 0);
	gitlab_world_done(w);
}

/* Anybody may open some from a fork whose branch has the name of ours. */
static void requests_of_forks_hide_none_of_our_own(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_buf page SG_AUTO(sg_buf_release);
	struct sg_mr *mrs = NULL;
	size_t count = 0;

	sg_buf_init(&page, 1 << 20);
	for (int i = 0; i < 100; i++)
		sg_buf_addf(&page, "%s{" MIN_MR ",\"source_project_id\":%d}", i ? "," : "[",
			i ? 8 + i : 7);
	sg_buf_adds(&page, "]");
	script_reply(w->script, "GET", LIST_URL, 200, page.ptr);
	script_reply(w->script, "GET", LIST_URL "&page=2", 200,
		"[{" MIN_MR ",\"source_project_id\":null},{" MIN_MR ",\"source_project_id\":7}]");
	assert_int_equal(list_prod(w, &mrs, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(mrs[0].source_project_id, 7);
	assert_int_equal(mrs[1].source_project_id, 7);
	for (int i = 1; i <= 21; i++)
		script_reply(w->script, "GET",
			i == 1 ? LIST_URL : sg_arena_printf(&w->arena, "%s&page=%d", LIST_URL, i),
			200, page.ptr);
	assert_int_equal(list_prod(w, &mrs, &count), -1);
	gitlab_world_error(w, SG_R_TOO_LARGE, "other projects", "");
	gitlab_world_done(w);
}

static const struct sg_gitlab_mr_text text = {"Ti\"tle", "one\n/merge\n"};

static int create(struct gitlab_world *w, struct sg_mr *mr)
{
	static const struct sg_gitlab_mr_wish plain = {0};

	return sg_gitlab_mr_create(&w->gitlab, "stagegate/prod/web", "main", &text, &plain,
		&w->arena, mr, &w->answer, &w->err);
}

static void a_request_is_opened(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_mr mr = {0};
	struct script_answer *a = script_reply(
		w->script, "POST", PROJECT "/merge_requests", 201, "{" MIN_MR ",\"sha\":null}");

	script_want_header(a, "Content-Type", "application/json");
	script_want_body(a, "{\"source_branch\":\"stagegate/prod/web\",\"target_branch\":\"main\","
			    "\"title\":\"Ti\\\"tle\",\"description\":\"one\\n/merge\\n\","
			    "\"remove_source_branch\":true}");
	assert_int_equal(create(w, &mr), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	assert_int_equal(w->answer.status, 201);
	assert_int_equal(mr.iid, 15);
	gitlab_world_done(w);
}

static void a_request_is_opened_as_it_is_wished(void **state)
{
	static const char *const labels[] = {"deploy", "env::prod"};
	static const int64_t reviewers[] = {21}, assignees[] = {22, 23};
	static const struct sg_gitlab_mr_wish wish = {
		.labels = labels,
		.label_count = 2,
		.reviewers = reviewers,
		.reviewer_count = 1,
		.assignees = assignees,
		.assignee_count = 2,
		.milestone = 9,
		.squash_given = true,
		.keep_branch = true,
	};
	struct gitlab_world *w = *state;
	struct sg_mr mr = {0};
	struct script_answer *a = script_reply(
		w->script, "POST", PROJECT "/merge_requests", 201, "{" MIN_MR ",\"draft\":true}");

	script_want_body(a, "{\"source_branch\":\"b\",\"target_branch\":\"main\","
			    "\"title\":\"Ti\\\"tle\",\"description\":\"one\\n/merge\\n\","
			    "\"labels\":[\"deploy\",\"env::prod\"],\"reviewer_ids\":[21],"
			    "\"assignee_ids\":[22,23],\"milestone_id\":9,\"squash\":false,"
			    "\"remove_source_branch\":false}");
	assert_int_equal(sg_gitlab_mr_create(&w->gitlab, "b", "main", &text, &wish, &w->arena, &mr,
				 &w->answer, &w->err),
		0);
	assert_true(mr.draft);
	gitlab_world_done(w);
}

#define MILESTONE_URL PROJECT "/milestones?title=2026%20Q1&state=active&include_ancestors=true"

static void a_milestone_is_found_by_its_whole_title(void **state)
{
	static const struct {
		const char *answer;
		int64_t id;
	} cases[] = {
		{"[]", 0},
		{"[{\"id\":8,\"title\":\"2026 Q10\"},{\"id\":9,\"title\":\"2026 Q1\"}]", 9},
		{"[{\"id\":\"9\",\"title\":\"2026 Q1\"},{\"title\":\"2026 Q1\"},7]", 0},
	};
	struct gitlab_world *w = *state;
	int64_t id;

	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		script_reply(w->script, "GET", MILESTONE_URL, 200, cases[i].answer);
		assert_int_equal(sg_gitlab_milestone_find(&w->gitlab, "2026 Q1", &id, &w->err), 0);
		assert_true(id == cases[i].id);
	}
	script_reply(w->script, "GET", MILESTONE_URL, 200, "{}");
	assert_int_equal(sg_gitlab_milestone_find(&w->gitlab, "2026 Q1", &id, &w->err), -1);
	assert_int_equal(w->err.reason, SG_R_ANSWER_INVALID);
	gitlab_world_done(w);
}

static void a_request_is_not_opened(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum sg_gitlab_outcome outcome;
		const char *why;
	} rows[] = {
		{409,
			"{\"message\":[\"Another open merge request already exists for this source "
			"branch: !4\"]}",
			SG_GITLAB_REFUSED, "Another open merge request already exists"},
		{400, "{\"message\":{\"source_branch\":[\"does not exist\"]}}", SG_GITLAB_REFUSED,
			"source_branch: does not exist"},
		{400, "{\"error\":\"title is missing\"}", SG_GITLAB_REFUSED, "title is missing"},
		{422, "{\"message\":[\"a\",\"b\"]}", SG_GITLAB_REFUSED, "a, b"},
		{500, "{\"message\":\"500 Internal Server Error\"}", SG_GITLAB_DOUBT,
			"500 Internal"},
		{502, "<html>Bad Gateway", SG_GITLAB_DOUBT, "(an HTML page)"},
		{503, "", SG_GITLAB_DOUBT, "(no text)"},
		{504, "upstream\r\ntimed out", SG_GITLAB_DOUBT, "upstream  timed out"},
		{201, "{\"iid\":15", SG_GITLAB_DOUBT, "no JSON"},
		{201, "<html>", SG_GITLAB_DOUBT, "an HTML page"},
		{201, "[]", SG_GITLAB_DOUBT, "no object"},
		{201, "{\"iid\":15}", SG_GITLAB_DOUBT, "state: missing"},
		{200, "", SG_GITLAB_DOUBT, "nothing"},
		{201, "{\"message\":\"Can't\",\"status\":\"error\",\"http_status\":406}",
			SG_GITLAB_REFUSED, "Can't"},
		{418, "x", SG_GITLAB_DOUBT, "x"},
	};

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct gitlab_world *w = *state;
		struct sg_mr mr = {.iid = 99};

		script_reply(
			w->script, "POST", PROJECT "/merge_requests", rows[i].status, rows[i].body);
		assert_int_equal(create(w, &mr), 0);
		if (w->answer.outcome != rows[i].outcome || !strstr(w->answer.why, rows[i].why))
			fail_msg("row %zu: %d %s", i, (int)w->answer.outcome, w->answer.why);
		assert_int_equal(w->answer.status, rows[i].status);
		assert_int_equal(mr.iid, 99);
		assert_int_equal(w->err.reason, SG_R_OK);
		gitlab_world_done(w);
	}
}

static void a_lost_answer_is_a_doubt(void **state)
{
	static const enum sg_reason reasons[] = {
		SG_R_UNREACHABLE, SG_R_REMOTE_TIMEOUT, SG_R_REMOTE_FAILED, SG_R_TOO_LARGE};

	for (size_t i = 0; i < SG_COUNT(reasons); i++) {
		struct gitlab_world *w = *state;
		struct sg_mr mr;
		struct script_answer *a =
			script_expect(w->script, "POST", PROJECT "/merge_requests");

		script_fail(a, 10, reasons[i], true, "the line broke");
		assert_int_equal(create(w, &mr), 0);
		assert_int_equal(w->answer.outcome, SG_GITLAB_DOUBT);
		assert_int_equal(w->answer.status, 0);
		assert_non_null(strstr(w->answer.why, "the line broke"));
		assert_int_equal(w->err.reason, SG_R_OK);
		gitlab_world_done(w);
	}
}

static void silence_is_a_doubt(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_mr mr;

	w->gitlab.request_timeout_ms = 5000;
	script_silence(script_expect(w->script, "POST", PROJECT "/merge_requests"));
	assert_int_equal(create(w, &mr), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DOUBT);
	gitlab_world_done(w);
}

static void what_was_not_sent_is_an_error(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_mr mr;

	w->cred.origin = "https://other.example.com:443";
	assert_int_equal(create(w, &mr), -1);
	gitlab_world_error(w, SG_R_CREDENTIAL_ORIGIN, "is not sent to", "");
	w->cred.origin = "https://git.example.com:8443";
	w->gitlab.retry.deadline_ms = script_now_ms(w->script);
	assert_int_equal(create(w, &mr), -1);
	gitlab_world_error(w, SG_R_TIMEOUT, "no time is left", "");
	w->gitlab.retry.deadline_ms += 60000;
	script_fail(script_expect(w->script, "POST", PROJECT "/merge_requests"), 0, SG_R_TLS_FAILED,
		false, "bad certificate");
	assert_int_equal(create(w, &mr), -1);
	gitlab_world_error(w, SG_R_TLS_FAILED, "bad certificate", "");
	script_silence(script_expect(w->script, "POST", PROJECT "/merge_requests"));
	script_cancel(w->script, 100, 15);
	assert_int_equal(create(w, &mr), -1);
	gitlab_world_error(w, SG_R_CANCELLED, "", "");
}

static void a_write_waits_only_where_nothing_was_done(void **state)
{
	struct gitlab_world *w = *state;
	int64_t start = script_now_ms(w->script);
	struct script_answer *a;
	struct sg_mr mr;

	a = script_reply(w->script, "POST", PROJECT "/merge_requests", 429, "Retry later\n");
	script_header(a, "Retry-After", "7");
	a = script_reply(w->script, "POST", PROJECT "/merge_requests", 503, "<html>");
	script_header(a, "Retry-After", "5");
	script_reply(w->script, "POST", PROJECT "/merge_requests", 429, "");
	script_reply(w->script, "POST", PROJECT "/merge_requests", 201, "{" MIN_MR "}");
	assert_int_equal(create(w, &mr), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	assert_in_range(script_now_ms(w->script) - start, 12000, 16000);
	assert_int_equal(w->gitlab.requests, 4);
	gitlab_world_done(w);
}

static void a_write_that_may_not_come_back_in_time(void **state)
{
	struct gitlab_world *w = *state;
	struct script_answer *a;
	struct sg_mr mr;

	a = script_reply(w->script, "POST", PROJECT "/merge_requests", 429, "Retry later\n");
	script_header(a, "Retry-After", "600");
	assert_int_equal(create(w, &mr), -1);
	gitlab_world_error(w, SG_R_THROTTLED, "come back in 10m", "");
	a = script_reply(w->script, "POST", PROJECT "/merge_requests", 503, "maintenance");
	script_header(a, "Retry-After", "600");
	assert_int_equal(create(w, &mr), -1);
	gitlab_world_error(w, SG_R_REMOTE_FAILED, "answers 503: maintenance", "");
	assert_int_equal(script_now_ms(w->script), 1000000);
	gitlab_world_done(w);
}

static int merge(struct gitlab_world *w)
{
	return sg_gitlab_mr_merge(&w->gitlab, 15, SHA_A, false, &w->answer, &w->err);
}

static void a_request_is_merged(void **state)
{
	struct gitlab_world *w = *state;
	struct script_answer *a =
		script_reply(w->script, "PUT", MR "/merge", 200, "{\"state\":\"merged\"}");

	script_want_body(a, "{\"sha\":\"" SHA_A "\",\"should_remove_source_branch\":true}");
	assert_int_equal(merge(w), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	assert_string_equal(w->answer.why, "");
	gitlab_world_done(w);
}

static void a_merge_is_refused_or_in_doubt(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum sg_gitlab_outcome outcome;
		const char *why;
	} rows[] = {
		{405, "{\"message\":\"405 Method Not Allowed\"}", SG_GITLAB_REFUSED, "405 Method"},
		{406, "{\"message\":\"406 Not Acceptable\"}", SG_GITLAB_REFUSED, "406"},
		{409, "{\"message\":\"SHA does not match HEAD of source branch: " SHA_B "\"}",
			SG_GITLAB_REFUSED, SHA_B},
		{422, "{\"message\":\"Branch cannot be merged\"}", SG_GITLAB_REFUSED, "cannot be"},
		{423, "", SG_GITLAB_REFUSED, "(no text)"},
		{200, "{\"state\":\"opened\",\"merge_when_pipeline_succeeds\":true}",
			SG_GITLAB_DOUBT, "the state is \"opened\""},
		{200, "{\"state\":\"locked\"}", SG_GITLAB_DOUBT, "\"locked\""},
		{200, "{}", SG_GITLAB_DOUBT, "\"\""},
		{502, "<html>", SG_GITLAB_DOUBT, "HTML"},
		{408, "", SG_GITLAB_DOUBT, "(no text)"},
	};

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct gitlab_world *w = *state;

		script_reply(w->script, "PUT", MR "/merge", rows[i].status, rows[i].body);
		assert_int_equal(merge(w), 0);
		if (w->answer.outcome != rows[i].outcome || !strstr(w->answer.why, rows[i].why))
			fail_msg("row %zu: %d %s", i, (int)w->answer.outcome, w->answer.why);
		gitlab_world_done(w);
	}
}

static void a_merge_that_is_not_allowed(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum sg_reason reason;
		const char *cause, *hint;
	} rows[] = {
		{401, "{\"message\":\"401 Unauthorized\"}", SG_R_FORBIDDEN, "401 Unauthorized",
			"allowed to merge"},
		{403, "{\"message\":\"403 Forbidden\"}", SG_R_FORBIDDEN, "403", "role"},
		{403,
			"{\"error\":\"insufficient_scope\",\"error_description\":\"The request "
			"requires higher privileges\",\"scope\":\"api\"}",
			SG_R_FORBIDDEN, "higher privileges", "the scope api"},
		{404, "{\"message\":\"404 Not found\"}", SG_R_NOT_FOUND, "project gitops/apps",
			"hidden from this token"},
		{400, "{\"message\":\"SHA must be provided when merging\"}", SG_R_REMOTE_FAILED,
			"SHA must be provided", ""},
		{301, "This resource has been moved permanently to x", SG_R_REDIRECTED,
			"an address that it does not name", "no redirect is followed"},
	};

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct gitlab_world *w = *state;

		script_reply(w->script, "PUT", MR "/merge", rows[i].status, rows[i].body);
		assert_int_equal(merge(w), -1);
		gitlab_world_error(w, rows[i].reason, rows[i].cause, rows[i].hint);
		assert_int_equal(w->err.http_status, rows[i].status);
		gitlab_world_done(w);
	}
}

static void a_request_is_updated_and_closed(void **state)
{
	struct gitlab_world *w = *state;
	const struct sg_gitlab_mr_text title = {.title = "new"}, nothing = {0};

	script_want_body(
		script_reply(w->script, "PUT", MR, 200, "{" MIN_MR "}"), "{\"title\":\"new\"}");
	assert_int_equal(sg_gitlab_mr_update(&w->gitlab, 15, &title, &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	assert_int_equal(sg_gitlab_mr_update(&w->gitlab, 15, &nothing, &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	script_want_body(script_reply(w->script, "PUT", MR, 200, "{\"state\":\"closed\"}"),
		"{\"state_event\":\"close\"}");
	assert_int_equal(sg_gitlab_mr_close(&w->gitlab, 15, &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	script_reply(w->script, "PUT", MR, 200, "{\"state\":\"merged\"}");
	assert_int_equal(sg_gitlab_mr_close(&w->gitlab, 15, &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DOUBT);
	gitlab_world_done(w);
}

static void a_text_above_every_limit_is_not_sent(void **state)
{
	struct gitlab_world *w = *state;
	size_t len = SG_GITLAB_SEND_MAX + 1;
	char *body = sg_arena_alloc(&w->arena, len + 1);

	memset(body, 'x', len);
	assert_int_equal(sg_gitlab_mr_note_add(&w->gitlab, 15, body, &w->answer, &w->err), -1);
	gitlab_world_error(w, SG_R_TOO_LARGE, "longer than GitLab takes", "");
	gitlab_world_done(w);
}

static void a_test_of_mergeability(void **state)
{
	struct gitlab_world *w = *state;

	script_reply(w->script, "GET", MR "/merge_ref", 200, "{\"commit_id\":\"" SHA_A "\"}");
	assert_int_equal(sg_gitlab_mr_recheck(&w->gitlab, 15, &w->err), 0);
	script_reply(w->script, "GET", MR "/merge_ref", 400,
		"{\"message\":\"Merge request is not mergeable\"}");
	assert_int_equal(sg_gitlab_mr_recheck(&w->gitlab, 15, &w->err), 0);
	script_reply(w->script, "GET", MR "/merge_ref", 404, "{\"message\":\"404 Not found\"}");
	assert_int_equal(sg_gitlab_mr_recheck(&w->gitlab, 15, &w->err), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "404 Not found", "");
	gitlab_world_done(w);
}

#define VERSION(id, head, at)                                                                      \
	"{\"id\":" id ",\"head_commit_sha\":\"" head "\",\"base_commit_sha\":\"" SHA_C             \
	"\",\"created_at\":\"" at "\"}"

static void versions_are_oldest_first(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_version *versions;
	size_t count;

	script_reply(w->script, "GET", MR "/versions?per_page=100", 200,
		"[" VERSION("110", SHA_B, "2026-02-03T04:05:07.050Z") "," VERSION(
			"108", SHA_A, "2026-02-03T06:05:06.5+02:00") "]");
	assert_int_equal(
		sg_gitlab_mr_versions(&w->gitlab, 15, &w->arena, &versions, &count, &w->err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(versions[0].head, SHA_A);
	assert_true(versions[0].created_unix_ms == INT64_C(1770091506500));
	assert_string_equal(versions[1].head, SHA_B);
	assert_true(versions[1].created_unix_ms == INT64_C(1770091507050));
	assert_string_equal(versions[1].base, SHA_C);
	script_reply(w->script, "GET", MR "/versions?per_page=100", 200, "[{\"id\":1}]");
	assert_int_equal(
		sg_gitlab_mr_versions(&w->gitlab, 15, &w->arena, &versions, &count, &w->err), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "merge request version.head_commit_sha", "");
	gitlab_world_done(w);
}

static void approvals_are_read(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_approval *items;
	size_t count;

	script_reply(w->script, "GET", MR "/approvals", 200,
		"{\"approved_by\":[{\"user\":{\"id\":8,\"username\":\"rm\"},\"approved_at\":"
		"\"2026-02-03T04:05:06.007Z\"},{\"user\":{\"id\":9},\"approved_at\":null}]}");
	assert_int_equal(
		sg_gitlab_mr_approvals(&w->gitlab, 15, &w->arena, &items, &count, &w->err), 0);
	assert_int_equal(count, 2);
	assert_int_equal(items[0].user_id, 8);
	assert_string_equal(items[0].username, "rm");
	assert_true(items[0].approved_unix_ms == INT64_C(1770091506007));
	assert_true(items[1].approved_unix_ms == 0);
	script_reply(w->script, "GET", MR "/approvals", 200, "{\"approved\":true}");
	assert_int_equal(
		sg_gitlab_mr_approvals(&w->gitlab, 15, &w->arena, &items, &count, &w->err), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "approved_by: expected an array", "");
	gitlab_world_done(w);
}

static void a_job_token_is_told_so(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_approval *items;
	size_t count;

	gitlab_world_job_token(w);
	script_want_cred(script_reply(w->script, "GET", MR "/approvals", 404,
				 "{\"message\":\"404 Project Not Found\"}"),
		"JOB-TOKEN the-token-of-the-job");
	assert_int_equal(
		sg_gitlab_mr_approvals(&w->gitlab, 15, &w->arena, &items, &count, &w->err), -1);
	gitlab_world_error(
		w, SG_R_NOT_FOUND, "404 Project Not Found", "a job token cannot do this");
	assert_non_null(strstr(w->err.hint, "STAGEGATE_GITLAB_TOKEN"));
	gitlab_world_done(w);
}

#define NOTE(id, more)                                                                             \
	"{\"id\":" id ",\"author\":{\"id\":5},\"body\":\"b" id "\",\"system\":false,"              \
	"\"created_at\":\"2026-02-03T04:05:06.100Z\"," more "}"

static void notes_are_read(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *notes;
	size_t count;

	script_reply(w->script, "GET", NOTES_URL, 200,
		"[" NOTE("12", "\"updated_at\":\"2026-02-03T04:05:06.101Z\"") "," NOTE("11",
			"\"updated_at\":\"2026-02-03T04:05:06.100Z\"") ","
								       "{\"id\":10,\"author\":null,"
								       "\"body\":null,\"system\":"
								       "true,\"created_at\":"
								       "\"2026-02-03T04:05:05Z\","
								       "\"updated_at\":\"2026-02-"
								       "03T04:05:05.003Z\"}]");
	assert_int_equal(sg_gitlab_mr_notes(&w->gitlab, 15, &w->arena, &notes, &count, &w->err), 0);
	assert_int_equal(count, 3);
	assert_int_equal(notes[0].id, 10);
	assert_true(notes[0].system && !notes[0].edited && notes[0].author_id == 0);
	assert_string_equal(notes[0].body, "");
	assert_int_equal(notes[1].id, 11);
	assert_false(notes[1].edited);
	assert_string_equal(notes[1].body, "b11");
	assert_true(notes[2].edited);
	assert_int_equal(notes[2].author_id, 5);
	gitlab_world_done(w);
}

static void notes_are_written(void **state)
{
	struct gitlab_world *w = *state;

	script_want_body(script_reply(w->script, "POST", MR "/notes", 201, "{\"id\":77}"),
		"{\"body\":\"text\"}");
	assert_int_equal(sg_gitlab_mr_note_add(&w->gitlab, 15, "text", &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	script_reply(w->script, "POST", MR "/notes", 202,
		"{\"commands_changes\":{},\"summary\":[\"Approved\"]}");
	assert_int_equal(sg_gitlab_mr_note_add(&w->gitlab, 15, "/approve", &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_REFUSED);
	script_reply(w->script, "POST", MR "/notes", 201, "{}");
	assert_int_equal(sg_gitlab_mr_note_add(&w->gitlab, 15, "x", &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DOUBT);
	script_reply(w->script, "PUT", MR "/notes/77", 200, "{\"id\":77}");
	assert_int_equal(sg_gitlab_mr_note_edit(&w->gitlab, 15, 77, "new", &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	script_reply(w->script, "PUT", MR "/notes/77", 403, "{\"message\":\"403 Forbidden\"}");
	assert_int_equal(
		sg_gitlab_mr_note_edit(&w->gitlab, 15, 77, "new", &w->answer, &w->err), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "403", "");
	gitlab_world_done(w);
}

static const char *sample(struct gitlab_world *w, const char *name)
{
	const char *path = gitlab_world_sample(w, name);

	if (!path) {
		print_message("skipped: the recorded answers are not there\n");
		skip();
	}
	return gitlab_world_file(w, path).ptr;
}

static void recorded_requests_are_understood(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_mr mr;

	script_reply(w->script, "GET", MR, 200,
		sample(w, "recorded-gitlab.com-19.5/mr_get_merged.json"));
	assert_int_equal(sg_gitlab_mr_get(&w->gitlab, 15, &w->arena, &mr, &w->err), 0);
	assert_int_equal(mr.state, SG_MR_MERGED);
	assert_string_equal(sg_mr_landed(&mr), "46b949ef84219014e1e88f321af0476c8386f16b");
	assert_string_equal(mr.base_sha, "d57069b3cbb09719ad8462c7686b6098a2516136");
	assert_int_equal(mr.merged_by.id, 12337531);
	assert_false(mr.may_not_merge);
	assert_true(sg_mr_pipeline_is_current(&mr));
	assert_int_equal(sg_pipeline_class_of(&mr.pipeline), SG_PIPELINE_RUNNING);
	assert_int_equal(sg_mr_status_of(mr.detailed_status)->class, SG_MR_CLASS_FINAL);
	gitlab_world_done(w);
}

static void recorded_lists_are_understood(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *notes;
	struct sg_gitlab_approval *approvals;
	size_t count;

	script_reply(w->script, "GET", NOTES_URL, 200,
		sample(w, "recorded-gitlab.com-19.5/mr_notes_list_excerpt.json"));
	assert_int_equal(sg_gitlab_mr_notes(&w->gitlab, 15, &w->arena, &notes, &count, &w->err), 0);
	assert_int_equal(count, 6);
	for (size_t i = 0; i < count; i++)
		assert_false(notes[i].edited);
	script_reply(w->script, "GET", MR "/approvals", 200,
		sample(w, "recorded-gitlab.com-19.5/mr_approvals_get_free_tier.json"));
	assert_int_equal(
		sg_gitlab_mr_approvals(&w->gitlab, 15, &w->arena, &approvals, &count, &w->err), 0);
	assert_int_equal(count, 1);
	assert_string_equal(approvals[0].username, "recorder");
	gitlab_world_done(w);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, gitlab_world_setup, gitlab_world_teardown)

#define TRAIN PROJECT "/merge_trains/merge_requests/15"

static void gitlab_is_told_to_merge_by_itself(void **state)
{
	struct gitlab_world *w = *state;

	script_want_body(script_reply(w->script, "PUT", MR "/merge", 200,
				 "{\"state\":\"opened\",\"merge_when_pipeline_succeeds\":true}"),
		"{\"sha\":\"" SHA_A "\",\"auto_merge\":true,\"merge_when_pipeline_succeeds\":"
		"true,\"should_remove_source_branch\":false}");
	assert_int_equal(sg_gitlab_mr_arm(&w->gitlab, 15, SHA_A, true, &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	script_reply(w->script, "PUT", MR "/merge", 401, "{\"message\":\"401 Unauthorized\"}");
	assert_int_equal(sg_gitlab_mr_arm(&w->gitlab, 15, SHA_A, true, &w->answer, &w->err), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "401", "");
	gitlab_world_done(w);
}

static void a_train_answers_with_its_cars(void **state)
{
	struct gitlab_world *w = *state;

	script_want_body(script_reply(w->script, "POST", TRAIN, 201, "[{\"id\":267}]"),
		"{\"sha\":\"" SHA_A "\"}");
	assert_int_equal(
		sg_gitlab_mr_join_train(&w->gitlab, 15, SHA_A, false, &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	script_want_body(script_reply(w->script, "POST", TRAIN, 202, "[]"),
		"{\"sha\":\"" SHA_A "\",\"auto_merge\":true,\"when_pipeline_succeeds\":true}");
	assert_int_equal(
		sg_gitlab_mr_join_train(&w->gitlab, 15, SHA_A, true, &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	script_reply(w->script, "POST", TRAIN, 409, "{\"message\":\"SHA does not match\"}");
	assert_int_equal(
		sg_gitlab_mr_join_train(&w->gitlab, 15, SHA_A, true, &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_REFUSED);
	script_reply(w->script, "POST", TRAIN, 403, "{\"message\":\"403 Forbidden\"}");
	assert_int_equal(
		sg_gitlab_mr_join_train(&w->gitlab, 15, SHA_A, true, &w->answer, &w->err), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "403", "");
	gitlab_world_done(w);
}

/* What is not armed answers 201, with the error in it (gitlab.md 1.1). */
static void what_gitlab_was_told_is_taken_back(void **state)
{
	struct gitlab_world *w = *state;

	script_want_body(script_reply(w->script, "POST", MR "/cancel_merge_when_pipeline_succeeds",
				 201, "{\"status\":\"success\"}"),
		"{}");
	assert_int_equal(sg_gitlab_mr_disarm(&w->gitlab, 15, &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	script_reply(w->script, "POST", MR "/cancel_merge_when_pipeline_succeeds", 201,
		"{\"message\":\"Can't cancel the automatic merge\",\"status\":\"error\","
		"\"http_status\":406}");
	assert_int_equal(sg_gitlab_mr_disarm(&w->gitlab, 15, &w->answer, &w->err), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_REFUSED);
	script_reply(w->script, "POST", MR "/cancel_merge_when_pipeline_succeeds", 401,
		"{\"message\":\"401 Unauthorized\"}");
	assert_int_equal(sg_gitlab_mr_disarm(&w->gitlab, 15, &w->answer, &w->err), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "401", "");
	gitlab_world_done(w);
}

static void a_pipeline_is_started_or_refused(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum sg_gitlab_outcome outcome;
	} rows[] = {
		{200, "{\"id\":7,\"status\":\"created\"}", SG_GITLAB_DONE},
		{400, "{\"message\":{\"base\":[\"Pipeline will not run\"]}}", SG_GITLAB_REFUSED},
		{405, "{\"message\":\"405 Method Not Allowed\"}", SG_GITLAB_REFUSED},
		{502, "<html>", SG_GITLAB_DOUBT},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		script_reply(w->script, "POST", MR "/pipelines", rows[i].status, rows[i].body);
		assert_int_equal(
			sg_gitlab_mr_start_pipeline(&w->gitlab, 15, &w->answer, &w->err), 0);
		assert_int_equal(w->answer.outcome, rows[i].outcome);
	}
	gitlab_world_done(w);
}

static void its_pipelines_are_listed(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_mr_pipeline *pipelines;
	int64_t *created;
	size_t count;

	script_reply(w->script, "GET", MR "/pipelines?per_page=100", 200,
		"[{\"id\":8,\"sha\":\"" SHA_B "\",\"ref\":\"refs/merge-requests/15/merge\","
		"\"status\":\"created\",\"created_at\":\"2026-01-05T09:00:00.000Z\"},"
		"{\"id\":7,\"sha\":\"" SHA_A "\"}]");
	assert_int_equal(sg_gitlab_mr_pipelines(
				 &w->gitlab, 15, &w->arena, &pipelines, &created, &count, &w->err),
		0);
	assert_int_equal(count, 2);
	assert_int_equal(pipelines[0].id, 8);
	assert_string_equal(pipelines[0].ref, "refs/merge-requests/15/merge");
	assert_true(created[0] > 0);
	assert_int_equal(created[1], 0);
	script_reply(w->script, "GET", MR "/pipelines?per_page=100", 200,
		"[{\"id\":8,\"sha\":\"HEAD\"}]");
	assert_int_equal(sg_gitlab_mr_pipelines(
				 &w->gitlab, 15, &w->arena, &pipelines, &created, &count, &w->err),
		-1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "sha", "");
	gitlab_world_done(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(a_request_is_read),
		T(all_open_requests_of_a_prefix_are_listed),
		T(a_request_without_more_than_it_must_have),
		T(what_is_no_request_is_named),
		T(what_makes_no_sense_is_asked_for_again),
		T(requests_of_a_branch_are_listed),
		T(requests_of_forks_hide_none_of_our_own),
		T(a_request_is_opened),
		T(a_request_is_opened_as_it_is_wished),
		T(a_milestone_is_found_by_its_whole_title),
		T(a_request_is_not_opened),
		T(a_lost_answer_is_a_doubt),
		T(silence_is_a_doubt),
		T(what_was_not_sent_is_an_error),
		T(a_write_waits_only_where_nothing_was_done),
		T(a_write_that_may_not_come_back_in_time),
		T(a_request_is_merged),
		T(a_merge_is_refused_or_in_doubt),
		T(a_merge_that_is_not_allowed),
		T(a_request_is_updated_and_closed),
		T(a_text_above_every_limit_is_not_sent),
		T(a_test_of_mergeability),
		T(versions_are_oldest_first),
		T(approvals_are_read),
		T(a_job_token_is_told_so),
		T(notes_are_read),
		T(notes_are_written),
		T(recorded_requests_are_understood),
		T(recorded_lists_are_understood),
		T(gitlab_is_told_to_merge_by_itself),
		T(a_train_answers_with_its_cars),
		T(what_gitlab_was_told_is_taken_back),
		T(a_pipeline_is_started_or_refused),
		T(its_pipelines_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
