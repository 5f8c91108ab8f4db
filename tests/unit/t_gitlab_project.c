#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab/project.h"
#include "gitlab/train.h"
#include "gitlab_world.h"

#define BRANCH_URL PROJECT "/repository/branches/release%2F1.x"
#define BRANCH_LIST PROJECT "/repository/branches?search=%5Erelease%2F1.x%24"
#define BASE_URL PROJECT "/repository/merge_base?refs%5B%5D=" SHA_A "&refs%5B%5D=" SHA_B

static int get(struct gitlab_world *w, struct sg_gitlab_project *project)
{
	return sg_gitlab_project_get(&w->gitlab, &w->arena, project, &w->err);
}

static void a_project_is_read(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_project project;

	script_reply(w->script, "GET", PROJECT, 200,
		"{\"id\":101,\"path_with_namespace\":\"gitops/apps\",\"web_url\":\"u\","
		"\"default_branch\":\"main\",\"merge_method\":\"ff\",\"squash_option\":\"never\","
		"\"only_allow_merge_if_pipeline_succeeds\":true,"
		"\"allow_merge_on_skipped_pipeline\":null,\"builds_access_level\":\"private\","
		"\"runners_token\":\"GR1348941secret\",\"jobs_enabled\":true}");
	assert_int_equal(get(w, &project), 0);
	assert_int_equal(project.id, 101);
	assert_string_equal(project.path, "gitops/apps");
	assert_string_equal(project.default_branch, "main");
	assert_string_equal(project.merge_method, "ff");
	assert_true(project.pipeline_must_succeed && !project.skipped_pipeline_is_success);
	assert_true(project.has_ci);
	gitlab_world_done(w);
}

static void whether_a_project_has_pipelines(void **state)
{
	static const struct {
		const char *more;
		bool has_ci;
	} rows[] = {
		{"", true},
		{",\"builds_access_level\":\"disabled\"", false},
		{",\"builds_access_level\":\"enabled\",\"jobs_enabled\":true", true},
		{",\"jobs_enabled\":false", false},
		{",\"jobs_enabled\":null", true},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_gitlab_project project;

		script_reply(w->script, "GET", PROJECT, 200,
			sg_arena_printf(&w->arena, "{\"id\":1,\"path_with_namespace\":\"a/b\"%s}",
				rows[i].more));
		assert_int_equal(get(w, &project), 0);
		assert_int_equal(project.has_ci, rows[i].has_ci);
	}
	gitlab_world_done(w);
}

static void a_project_that_is_not_there(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_project project;

	script_reply(w->script, "GET", PROJECT, 404, "{\"message\":\"404 Project Not Found\"}");
	assert_int_equal(get(w, &project), -1);
	gitlab_world_error(
		w, SG_R_NOT_FOUND, "about project gitops/apps: 404 Project", "hidden from this");
	script_header(script_reply(w->script, "GET", PROJECT, 301,
			      "This resource has been moved permanently to x"),
		"Location", API "/projects/81");
	assert_int_equal(get(w, &project), -1);
	gitlab_world_error(w, SG_R_REDIRECTED,
		"project gitops/apps has moved to " API "/projects/81", "present path");
	script_reply(w->script, "GET", PROJECT, 200, "{\"id\":1}");
	assert_int_equal(get(w, &project), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "project.path_with_namespace: missing", "");
	gitlab_world_job_token(w);
	script_reply(w->script, "GET", PROJECT, 401, "{\"message\":\"401 Unauthorized\"}");
	assert_int_equal(get(w, &project), -1);
	gitlab_world_error(w, SG_R_AUTH_FAILED, "401", "STAGEGATE_GITLAB_TOKEN");
	gitlab_world_done(w);
}

static void a_project_is_encoded_once(void **state)
{
	static const struct {
		const char *project, *url;
	} rows[] = {
		{"101", API "/projects/101"},
		{"a/b/c", API "/projects/a%2Fb%2Fc"},
		{"a/b.c_d-e", API "/projects/a%2Fb.c_d-e"},
		{"a%2Fb", API "/projects/a%252Fb"},
		{"a/b?x=1#y", API "/projects/a%2Fb%3Fx%3D1%23y"},
	};
	struct gitlab_world *w = *state;
	struct sg_gitlab_project project;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		w->gitlab.project = rows[i].project;
		script_reply(w->script, "GET", rows[i].url, 200,
			"{\"id\":1,\"path_with_namespace\":\"a/b\"}");
		assert_int_equal(get(w, &project), 0);
	}
	w->gitlab.project = "a/../b";
	assert_int_equal(get(w, &project), -1);
	gitlab_world_error(w, SG_R_CONFIG_INVALID, "a/../b", "");
	gitlab_world_done(w);
}

static void an_address_above_every_limit(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_project project;
	char *name = sg_arena_alloc(&w->arena, 20001);

	memset(name, 'x', 20000);
	w->gitlab.project = name;
	assert_int_equal(get(w, &project), -1);
	gitlab_world_error(w, SG_R_TOO_LARGE, "too long", "");
	gitlab_world_done(w);
}

static int branch(struct gitlab_world *w, bool *is_protected)
{
	return sg_gitlab_branch_protected(&w->gitlab, "release/1.x", is_protected, &w->err);
}

static void branches_are_protected_or_not(void **state)
{
	struct gitlab_world *w = *state;
	bool is_protected = false;

	script_reply(w->script, "GET", BRANCH_URL, 200,
		"{\"name\":\"release/1.x\",\"protected\":true,\"commit\":{}}");
	assert_int_equal(branch(w, &is_protected), 0);
	assert_true(is_protected);
	script_reply(w->script, "GET", BRANCH_URL, 200,
		"{\"name\":\"release/1.x\",\"protected\":false}");
	assert_int_equal(branch(w, &is_protected), 0);
	assert_false(is_protected);
	script_reply(w->script, "GET", BRANCH_URL, 404, "{\"message\":\"404 Branch Not Found\"}");
	assert_int_equal(branch(w, &is_protected), -1);
	gitlab_world_error(w, SG_R_BRANCH_NOT_FOUND, "no branch \"release/1.x\"", "");
	script_reply(w->script, "GET", BRANCH_URL, 404, "{\"message\":\"404 Project Not Found\"}");
	assert_int_equal(branch(w, &is_protected), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "404 Project Not Found", "");
	script_reply(w->script, "GET", BRANCH_URL, 200, "{\"name\":\"release/1.x\"}");
	assert_int_equal(branch(w, &is_protected), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "protected: expected true or false", "");
	script_reply(w->script, "GET", BRANCH_URL, 200, "{\"name\":\"x\",\"protected\":true}");
	assert_int_equal(branch(w, &is_protected), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "protected: expected true or false", "");
	gitlab_world_done(w);
}

static void a_job_token_lists_branches(void **state)
{
	struct gitlab_world *w = *state;
	bool is_protected = false;

	gitlab_world_job_token(w);
	script_reply(w->script, "GET", BRANCH_LIST, 200,
		"[{\"name\":\"release/1ax\",\"protected\":false},"
		"{\"name\":\"release/1.x\",\"protected\":true}]");
	assert_int_equal(branch(w, &is_protected), 0);
	assert_true(is_protected);
	script_reply(w->script, "GET", BRANCH_LIST, 200, "[]");
	assert_int_equal(branch(w, &is_protected), -1);
	gitlab_world_error(w, SG_R_BRANCH_NOT_FOUND, "no branch", "");
	gitlab_world_done(w);
}

static void merge_bases(void **state)
{
	struct gitlab_world *w = *state;
	char oid[65] = "";

	script_reply(w->script, "GET", BASE_URL, 200, "{\"id\":\"" SHA_C "\"}");
	assert_int_equal(sg_gitlab_merge_base(&w->gitlab, SHA_A, SHA_B, oid, &w->err), 0);
	assert_string_equal(oid, SHA_C);
	script_reply(w->script, "GET", BASE_URL, 404, "{\"message\":\"404 Merge Base Not Found\"}");
	assert_int_equal(sg_gitlab_merge_base(&w->gitlab, SHA_A, SHA_B, oid, &w->err), -1);
	gitlab_world_error(w, SG_R_REVISION_NOT_FOUND, "no common ancestor", "");
	script_reply(w->script, "GET", BASE_URL, 404, "{\"message\":\"404 Project Not Found\"}");
	assert_int_equal(sg_gitlab_merge_base(&w->gitlab, SHA_A, SHA_B, oid, &w->err), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "404 Project", "");
	script_reply(
		w->script, "GET", BASE_URL, 400, "{\"message\":\"Could not find ref: " SHA_A "\"}");
	assert_int_equal(sg_gitlab_merge_base(&w->gitlab, SHA_A, SHA_B, oid, &w->err), -1);
	gitlab_world_error(w, SG_R_REVISION_NOT_FOUND, "Could not find ref", "");
	script_reply(w->script, "GET", BASE_URL, 200, "{\"id\":\"ccc\"}");
	assert_int_equal(sg_gitlab_merge_base(&w->gitlab, SHA_A, SHA_B, oid, &w->err), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "commit.id", "");
	assert_string_equal(oid, SHA_C);
	gitlab_world_done(w);
}

#define PAST_URL                                                                                   \
	PROJECT "/repository/"                                                                     \
		"commits?ref_name=release%2F1&path=a.yaml&first_parent=true&per_page=20"
#define NOON_MS INT64_C(1770120000000) /* 2026-02-03T12:00:00Z */
#define COMMIT(sha, hour) "{\"id\":\"" sha "\",\"committed_date\":\"2026-02-03T" hour ":00:00Z\"}"
#define REQUESTS(sha) PROJECT "/repository/commits/" sha "/merge_requests?per_page=100"
#define PIPELINES(sha)                                                                             \
	PROJECT "/pipelines?ref=release%2F1&sha=" sha "&order_by=id&sort=asc&per_page=1"
#define MERGED(branch, hour)                                                                       \
	"{\"target_branch\":\"" branch "\",\"merged_at\":\"2026-02-03T" hour ":00:00.000Z\"}"
#define PIPELINE(sha, hour) "[{\"sha\":\"" sha "\",\"created_at\":\"2026-02-03T" hour ":00:00Z\"}]"
#define OPEN "{\"target_branch\":\"release/1\",\"merged_at\":null}"

static int file_at(struct gitlab_world *w, struct sg_gitlab_past *past)
{
	return sg_gitlab_file_at(&w->gitlab, "release/1", "a.yaml", NOON_MS, past, &w->err);
}

/* Was a commit beside an old one there at noon? Where the records contradict each other, maybe. */
static void when_a_commit_came(void **state)
{
	enum there { YES, MAYBE, NO };
	static const struct {
		const char *dated, *requests, *pipelines; /* NULL: not asked for */
		enum there there;
	} cases[] = {
		/* only whoever pushed it says when that was */
		{COMMIT(SHA_C, "10"), "[]", "[]", MAYBE},
		{COMMIT(SHA_C, "12"), "[]", "[]", MAYBE},
		{COMMIT(SHA_C, "13"), "[]", "[]", NO},
		/* its date is a lie, or it waited in a request that was merged by fast-forward */
		{COMMIT(SHA_C, "13"), "[" MERGED("release/1", "11") "]", NULL, YES},
		{COMMIT(SHA_C, "10"), "[" MERGED("release/1", "13") "]", "[]", NO},
		{COMMIT(SHA_C, "10"),
			"[" MERGED("release/1", "13") "," MERGED("release/1", "11") "]", NULL, YES},
		{COMMIT(SHA_C, "10"), "[" MERGED("main", "13") "," OPEN "]", "[]", MAYBE},
		{COMMIT(SHA_C, "13"), "[" MERGED("main", "11") "]", "[]", NO},
		{COMMIT(SHA_C, "13"), "[]", PIPELINE(SHA_C, "11"), YES},
		{COMMIT(SHA_C, "13"), "[]", PIPELINE(SHA_A, "11"), NO},
		{COMMIT(SHA_C, "13"), "[]", PIPELINE(SHA_C, "13"), NO},
		/* dated back, or pushed without a pipeline that was started later */
		{COMMIT(SHA_C, "10"), "[]", PIPELINE(SHA_C, "13"), MAYBE},
		/* pushed as it was, and merged once more with a commit on top */
		{COMMIT(SHA_C, "10"), "[" MERGED("release/1", "13") "]", PIPELINE(SHA_C, "11"),
			MAYBE},
		{COMMIT(SHA_C, "10"), "[" MERGED("release/1", "13") "]", PIPELINE(SHA_C, "13"), NO},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_gitlab_past past;

		script_reply(w->script, "GET", PAST_URL, 200,
			sg_arena_printf(&w->arena, "[%s,%s]", cases[i].dated, COMMIT(SHA_A, "09")));
		script_reply(w->script, "GET", REQUESTS(SHA_C), 200, cases[i].requests);
		if (cases[i].pipelines)
			script_reply(w->script, "GET", PIPELINES(SHA_C), 200, cases[i].pipelines);
		if (cases[i].there != YES) {
			script_reply(w->script, "GET", REQUESTS(SHA_A), 200, "[]");
			script_reply(w->script, "GET", PIPELINES(SHA_A), 403,
				"{\"message\":\"403 Forbidden\"}");
		}
		assert_int_equal(file_at(w, &past), 0);
		assert_int_equal(past.count, cases[i].there == MAYBE ? 2 : 1);
		assert_string_equal(past.oids[0], cases[i].there == NO ? SHA_A : SHA_C);
		if (cases[i].there == MAYBE)
			assert_string_equal(past.oids[1], SHA_A);
	}
	gitlab_world_done(w);
}

static void what_says_nothing_of_a_commit_is_named(void **state)
{
	static const struct {
		const char *body, *why;
	} bad[] = {
		{"{}", "expected an array"},
		{"[{}]", "commit.id"},
		{"[{\"id\":\"abc\"}]", "commit.id"},
		{"[null]", "commit.id"},
		{"[{\"id\":\"" SHA_A "\",\"committed_date\":\"yesterday\"}]", "committed_date"},
	};
	struct gitlab_world *w = *state;
	struct sg_gitlab_past past = {.count = 1};

	script_reply(w->script, "GET", PAST_URL, 200, "[]");
	assert_int_equal(file_at(w, &past), 0);
	assert_int_equal(past.count, 0);
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		script_reply(w->script, "GET", PAST_URL, 200, bad[i].body);
		assert_int_equal(file_at(w, &past), -1);
		gitlab_world_error(w, SG_R_ANSWER_INVALID, bad[i].why, "");
	}
	script_reply(w->script, "GET", PAST_URL, 404, "{\"message\":\"404 Project Not Found\"}");
	assert_int_equal(file_at(w, &past), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "404 Project", "");
	script_reply(w->script, "GET", PAST_URL, 200, "[" COMMIT(SHA_A, "10") "]");
	script_reply(w->script, "GET", REQUESTS(SHA_A), 200, "[" MERGED("release/1", "x") "]");
	assert_int_equal(file_at(w, &past), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "merged_at", "");
	script_reply(w->script, "GET", PAST_URL, 200, "[" COMMIT(SHA_A, "10") "]");
	script_reply(w->script, "GET", REQUESTS(SHA_A), 200, "[]");
	script_reply(w->script, "GET", PIPELINES(SHA_A), 200, "{}");
	assert_int_equal(file_at(w, &past), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "pipelines", "");
	gitlab_world_done(w);
}

static void a_commit_far_back_is_not_looked_for(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_buf page SG_AUTO(sg_buf_release);
	struct sg_gitlab_past past;

	sg_buf_init(&page, 1 << 20);
	for (int i = 0; i < 20; i++)
		sg_buf_addf(&page, "%c" COMMIT(SHA_A, "13"), i ? ',' : '[');
	sg_buf_addc(&page, ']');
	script_reply(w->script, "GET", PAST_URL, 200, page.ptr);
	for (int i = 0; i < 20; i++) {
		script_reply(w->script, "GET", REQUESTS(SHA_A), 200, "[]");
		script_reply(w->script, "GET", PIPELINES(SHA_A), 200, "[]");
	}
	assert_int_equal(file_at(w, &past), -1);
	gitlab_world_error(w, SG_R_TOO_LARGE, "the last 20 commits", "");
	gitlab_world_done(w);
}

static void freeze_periods(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_freeze_period *periods;
	size_t count;

	script_reply(w->script, "GET", PROJECT "/freeze_periods?per_page=100", 200,
		"[{\"id\":1,\"freeze_start\":\"0 23 * * 5\",\"freeze_end\":\"0 8 * * 1\","
		"\"cron_timezone\":\"Europe/Berlin\",\"created_at\":\"x\"},"
		"{\"id\":2,\"freeze_start\":\"0 1 * * *\",\"cron_timezone\":null}]");
	assert_int_equal(
		sg_gitlab_freeze_periods(&w->gitlab, &w->arena, &periods, &count, &w->err), 0);
	assert_int_equal(count, 2);
	assert_int_equal(periods[0].id, 1);
	assert_string_equal(periods[0].freeze_start, "0 23 * * 5");
	assert_string_equal(periods[0].freeze_end, "0 8 * * 1");
	assert_string_equal(periods[0].cron_timezone, "Europe/Berlin");
	assert_null(periods[1].freeze_end);
	script_reply(w->script, "GET", PROJECT "/freeze_periods?per_page=100", 200,
		"[{\"id\":1,\"freeze_start\":5}]");
	assert_int_equal(
		sg_gitlab_freeze_periods(&w->gitlab, &w->arena, &periods, &count, &w->err), -1);
	gitlab_world_error(
		w, SG_R_ANSWER_INVALID, "freeze period.freeze_start: expected a string", "");
	script_reply(w->script, "GET", PROJECT "/freeze_periods?per_page=100", 403,
		"{\"message\":\"403 Forbidden\"}");
	assert_int_equal(
		sg_gitlab_freeze_periods(&w->gitlab, &w->arena, &periods, &count, &w->err), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "403", "role");
	gitlab_world_done(w);
}

static int blocker(struct gitlab_world *w, bool *found, struct sg_gitlab_job *job)
{
	return sg_gitlab_pipeline_blocker(&w->gitlab, 8, &w->arena, found, job, &w->err);
}

#define JOBS_URL PROJECT "/pipelines/8/jobs?per_page=100"
#define BRIDGES_URL PROJECT "/pipelines/8/bridges?per_page=100"
#define JOB(name, status, more) "{\"name\":\"" name "\",\"status\":\"" status "\"" more "}"

static void the_job_in_the_way(void **state)
{
	static const struct {
		const char *jobs, *bridges, *name; /* name NULL: none is found */
	} rows[] = {
		{"[]", "[]", NULL},
		{"[" JOB("a", "success", "") "," JOB("b", "failed", ",\"allow_failure\":true") "]",
			"[]", NULL},
		{"[" JOB("late", "failed", "") "," JOB("first", "failed", "") "," JOB(
			 "m", "manual", "") "]",
			NULL, "first"},
		{"[" JOB("m", "manual", ",\"allow_failure\":false") "]", "[]", "m"},
		{"[" JOB("m", "manual", ",\"allow_failure\":true") "]", "[]", NULL},
		{"[" JOB("m", "manual", "") "]",
			"[" JOB("child", "failed",
				",\"downstream_pipeline\":null,\"failure_reason\":\"x\"") "]",
			"child"},
		{"[]", "[" JOB("child", "manual", "") "]", "child"},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_gitlab_job job = {0};
		bool found = rows[i].name == NULL;

		script_reply(w->script, "GET", JOBS_URL, 200, rows[i].jobs);
		if (rows[i].bridges)
			script_reply(w->script, "GET", BRIDGES_URL, 200, rows[i].bridges);
		assert_int_equal(blocker(w, &found, &job), 0);
		assert_int_equal(found, rows[i].name != NULL);
		if (found)
			assert_string_equal(job.name, rows[i].name);
		if (found)
			assert_non_null(job.failure_reason);
	}
	gitlab_world_done(w);
}

static int set(struct gitlab_world *w, const char *state_word)
{
	const struct sg_gitlab_status_ask ask = {.sha = SHA_A,
		.name = "stagegate/prod",
		.state = state_word,
		.description = "waits",
		.target_url = "https://x.example.com/"};

	return sg_gitlab_status_set(&w->gitlab, &ask, &w->answer, &w->err);
}

#define STATUS_URL PROJECT "/statuses/" SHA_A
#define NO_WAY(event, from)                                                                        \
	"{\"message\":\"Cannot transition status via :" event " from :" from                       \
	" (Reason(s): Status cannot transition via \\\"" event "\\\")\"}"

static void a_status_is_set(void **state)
{
	struct gitlab_world *w = *state;

	script_want_body(script_reply(w->script, "POST", STATUS_URL, 201, "{\"id\":1}"),
		"{\"state\":\"pending\",\"name\":\"stagegate/prod\",\"description\":\"waits\","
		"\"target_url\":\"https://x.example.com/\"}");
	assert_int_equal(set(w, "pending"), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	script_reply(w->script, "POST", STATUS_URL, 400, NO_WAY("enqueue", "pending"));
	assert_int_equal(set(w, "pending"), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	script_reply(w->script, "POST", STATUS_URL, 400, NO_WAY("enqueue", "running"));
	assert_int_equal(set(w, "pending"), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_REFUSED);
	script_reply(w->script, "POST", STATUS_URL, 400, NO_WAY("x", "pending_more"));
	assert_int_equal(set(w, "pending"), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_REFUSED);
	script_reply(w->script, "POST", STATUS_URL, 400, "{\"error\":\"state is missing\"}");
	assert_int_equal(set(w, "pending"), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_REFUSED);
	script_reply(w->script, "POST", STATUS_URL, 502, "<html>");
	assert_int_equal(set(w, "failed"), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DOUBT);
	gitlab_world_done(w);
}

static void two_updates_at_once_are_tried_again(void **state)
{
	struct gitlab_world *w = *state;

	script_reply(w->script, "POST", STATUS_URL, 409, "{\"message\":\"409 Conflict\"}");
	script_reply(w->script, "POST", STATUS_URL, 409, "{\"message\":\"409 Conflict\"}");
	script_reply(w->script, "POST", STATUS_URL, 201, "{\"id\":1}");
	assert_int_equal(set(w, "success"), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_DONE);
	for (int i = 0; i < 4; i++)
		script_reply(w->script, "POST", STATUS_URL, 409, "{\"message\":\"409 Conflict\"}");
	assert_int_equal(set(w, "success"), 0);
	assert_int_equal(w->answer.outcome, SG_GITLAB_REFUSED);
	assert_int_equal(w->answer.status, 409);
	gitlab_world_done(w);
}

static void a_long_description_is_cut(void **state)
{
	struct gitlab_world *w = *state;
	char text[600];
	const struct sg_gitlab_status_ask ask = {.sha = SHA_A,
		.name = "n",
		.state = "pending",
		.description = text,
		.target_url = text,
		.pipeline_id = 47};
	const struct script_request *request;

	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[sizeof(text) - 2] = '\0';
	script_reply(w->script, "POST", STATUS_URL, 201, "{\"id\":1}");
	assert_int_equal(sg_gitlab_status_set(&w->gitlab, &ask, &w->answer, &w->err), 0);
	request = script_request(w->script, 0);
	assert_true(request->body.len < 350);
	assert_int_equal(sg_str_search(request->body, "target_url"), -1);
	assert_true(sg_str_search(request->body, "\"pipeline_id\":47") > 0);
	gitlab_world_done(w);
}

static void a_description_shows_what_it_is(void **state)
{
	struct gitlab_world *w = *state;
	const struct sg_gitlab_status_ask ask = {.sha = SHA_A,
		.name = "n",
		.state = "pending",
		.description = "a\x1b[31m\xE2\x80\xAE"
			       "b\n/merge\xFF"};

	script_want_body(script_reply(w->script, "POST", STATUS_URL, 201, "{\"id\":1}"),
		"{\"state\":\"pending\",\"name\":\"n\",\"description\":"
		"\"a\\\\x1b[31m\\\\xe2\\\\x80\\\\xaeb /merge\\\\xff\"}");
	assert_int_equal(sg_gitlab_status_set(&w->gitlab, &ask, &w->answer, &w->err), 0);
	gitlab_world_done(w);
}

static void statuses_are_read(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_status *items;
	size_t count;
	const char *url = PROJECT "/repository/commits/" SHA_A
				  "/statuses?name=stagegate%2Fprod&all=true&per_page=100";

	script_reply(w->script, "GET", url, 200,
		"[{\"id\":9,\"name\":\"stagegate/prod\",\"status\":\"success\",\"created_at\":"
		"\"2026-02-03T04:05:07.001Z\",\"author\":{\"id\":51}},"
		"{\"id\":8,\"name\":\"stagegate/prod\",\"status\":\"pending\",\"created_at\":"
		"\"2026-02-03T04:05:06Z\",\"author\":null},"
		"{\"id\":7,\"name\":\"other\",\"status\":\"failed\",\"created_at\":"
		"\"2026-02-03T04:05:06Z\"}]");
	assert_int_equal(sg_gitlab_statuses(&w->gitlab, SHA_A, "stagegate/prod", &w->arena, &items,
				 &count, &w->err),
		0);
	assert_int_equal(count, 2);
	assert_string_equal(items[0].state, "pending");
	assert_int_equal(items[0].author_id, 0);
	assert_string_equal(items[1].state, "success");
	assert_int_equal(items[1].author_id, 51);
	assert_string_equal(items[0].description, "");
	assert_true(items[1].created_unix_ms == INT64_C(1770091507001));
	script_reply(w->script, "GET", url, 404, "{\"message\":\"404 Commit Not Found\"}");
	assert_int_equal(sg_gitlab_statuses(&w->gitlab, SHA_A, "stagegate/prod", &w->arena, &items,
				 &count, &w->err),
		-1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "404 Commit", "");
	gitlab_world_done(w);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, gitlab_world_setup, gitlab_world_teardown)

#define TRAIN_URL PROJECT "/merge_trains/release%2F1.x?scope=active&sort=asc&per_page=100"
#define CAR(iid) "{\"id\":1,\"merge_request\":{\"iid\":" iid "},\"status\":\"fresh\"}"

static void the_place_on_a_train(void **state)
{
	static const struct {
		const char *body;
		size_t place, count;
	} rows[] = {
		{"[" CAR("4") "," CAR("7") "," CAR("9") "]", 2, 3},
		{"[" CAR("4") "]", 0, 1},
		{"[]", 0, 0},
		{"[{},null,{\"merge_request\":7}," CAR("\"7\"") "," CAR("7") "]", 5, 5},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		size_t place = 99, count = 99;

		script_reply(w->script, "GET", TRAIN_URL, 200, rows[i].body);
		assert_int_equal(sg_gitlab_train_place(
					 &w->gitlab, "release/1.x", 7, &place, &count, &w->err),
			0);
		assert_int_equal(place, rows[i].place);
		assert_int_equal(count, rows[i].count);
	}
	script_reply(w->script, "GET", TRAIN_URL, 403, "{\"message\":\"403 Forbidden\"}");
	assert_int_equal(sg_gitlab_train_place(
				 &w->gitlab, "release/1.x", 7, &(size_t){0}, &(size_t){0}, &w->err),
		-1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "", "");
	gitlab_world_done(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(a_project_is_read),
		T(whether_a_project_has_pipelines),
		T(a_project_that_is_not_there),
		T(a_project_is_encoded_once),
		T(an_address_above_every_limit),
		T(branches_are_protected_or_not),
		T(a_job_token_lists_branches),
		T(merge_bases),
		T(when_a_commit_came),
		T(what_says_nothing_of_a_commit_is_named),
		T(a_commit_far_back_is_not_looked_for),
		T(freeze_periods),
		T(the_job_in_the_way),
		T(a_status_is_set),
		T(two_updates_at_once_are_tried_again),
		T(a_long_description_is_cut),
		T(a_description_shows_what_it_is),
		T(statuses_are_read),
		T(the_place_on_a_train),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
