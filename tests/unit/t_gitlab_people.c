#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab/decode.h"
#include "gitlab/people.h"
#include "gitlab_world.h"

#define NOW_S INT64_C(1770076799) /* 2026-02-02T23:59:59Z */
#define MEMBER_URL API "/groups/platform%2Frelease-managers/members/all/21"
#define GROUP_URL API "/groups/platform%2Frelease-managers?with_projects=false"

static void the_tokens_user(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_user user;

	script_want_cred(script_reply(w->script, "GET", API "/user", 200,
				 "{\"id\":51,\"username\":\"project_101_bot_2c7d\",\"name\":\"n\","
				 "\"state\":\"active\",\"bot\":true}"),
		"PRIVATE-TOKEN glpat-first-token");
	assert_int_equal(sg_gitlab_whoami(&w->gitlab, &w->arena, &user, &w->err), 0);
	assert_int_equal(user.id, 51);
	assert_string_equal(user.username, "project_101_bot_2c7d");
	assert_true(user.active && user.bot);
	script_reply(w->script, "GET", API "/user", 401, "{\"message\":\"401 Unauthorized\"}");
	assert_int_equal(sg_gitlab_whoami(&w->gitlab, &w->arena, &user, &w->err), -1);
	gitlab_world_error(w, SG_R_AUTH_FAILED, "401 Unauthorized", "expired or revoked");
	gitlab_world_job_token(w);
	assert_int_equal(sg_gitlab_whoami(&w->gitlab, &w->arena, &user, &w->err), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "no user of its own", "STAGEGATE_GITLAB_TOKEN");
	gitlab_world_done(w);
}

static void who_started_the_job(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_user user;

	assert_int_equal(sg_gitlab_job_user(&w->gitlab, &w->arena, &user, &w->err), -1);
	gitlab_world_error(w, SG_R_CREDENTIAL_MISSING, "CI_JOB_TOKEN", "");
	w->gitlab.job = &w->job;
	script_want_cred(script_reply(w->script, "GET", API "/job", 200,
				 "{\"id\":7,\"user\":{\"id\":11,\"username\":\"dev\",\"state\":"
				 "\"active\"},\"pipeline\":{\"id\":1}}"),
		"JOB-TOKEN the-token-of-the-job");
	assert_int_equal(sg_gitlab_job_user(&w->gitlab, &w->arena, &user, &w->err), 0);
	assert_int_equal(user.id, 11);
	assert_false(user.bot);
	script_reply(w->script, "GET", API "/job", 200, "{\"id\":7,\"user\":null}");
	assert_int_equal(sg_gitlab_job_user(&w->gitlab, &w->arena, &user, &w->err), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "job.user: expected an object", "");
	script_reply(w->script, "GET", API "/job", 401, "{\"message\":\"401 Unauthorized\"}");
	assert_int_equal(sg_gitlab_job_user(&w->gitlab, &w->arena, &user, &w->err), -1);
	gitlab_world_error(w, SG_R_AUTH_FAILED, "401", "job token");
	gitlab_world_done(w);
}

static void a_user_by_number(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_user user;

	script_reply(w->script, "GET", API "/users/21", 200,
		"{\"id\":21,\"username\":\"manager-1\",\"state\":\"blocked\",\"bot\":false}");
	assert_int_equal(sg_gitlab_user_get(&w->gitlab, 21, &w->arena, &user, &w->err), 0);
	assert_false(user.active);
	script_reply(
		w->script, "GET", API "/users/21", 404, "{\"message\":\"404 User Not Found\"}");
	assert_int_equal(sg_gitlab_user_get(&w->gitlab, 21, &w->arena, &user, &w->err), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "404 User Not Found", "hidden");
	script_reply(w->script, "GET", API "/users/21", 200, "{\"id\":22,\"username\":\"x\"}");
	assert_int_equal(sg_gitlab_user_get(&w->gitlab, 21, &w->arena, &user, &w->err), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "asked for user 21, the answer is user 22", "");
	script_reply(w->script, "GET", API "/users/21", 200, "{\"id\":0,\"username\":\"x\"}");
	assert_int_equal(sg_gitlab_user_get(&w->gitlab, 21, &w->arena, &user, &w->err), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "user.id: expected a number above 0", "");
	gitlab_world_done(w);
}

static void bots_are_known_by_name_where_nothing_is_said(void **state)
{
	static const struct {
		const char *json;
		bool bot;
	} rows[] = {
		{"{\"id\":1,\"username\":\"project_101_bot_2c7d90b1e4aa\"}", true},
		{"{\"id\":1,\"username\":\"group_71_bot_5f0c\"}", true},
		{"{\"id\":1,\"username\":\"project_101_bot\"}", true},
		{"{\"id\":1,\"username\":\"project_101_bot2\"}", true},
		{"{\"id\":1,\"username\":\"service_account_group_7_ab\"}", true},
		{"{\"id\":1,\"username\":\"project_x_bot_1\"}", false},
		{"{\"id\":1,\"username\":\"project__bot_1\"}", false},
		{"{\"id\":1,\"username\":\"project_101_bottom\"}", false},
		{"{\"id\":1,\"username\":\"my_project_101_bot\"}", false},
		{"{\"id\":1,\"username\":\"project_101\"}", false},
		{"{\"id\":1,\"username\":\"dora\"}", false},
		{"{\"id\":1,\"username\":\"dora\",\"bot\":true}", true},
		{"{\"id\":1,\"username\":\"project_101_bot\",\"bot\":false}", false},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_json *doc = gitlab_world_json(rows[i].json);
		struct sg_gitlab_user user;

		assert_int_equal(sg_gitlab_decode_user(doc, "user", &w->arena, &user, &w->err), 0);
		if (user.bot != rows[i].bot)
			fail_msg("%s", rows[i].json);
		assert_false(user.active);
		sg_json_free(doc);
	}
}

static const struct sg_gitlab_user manager = {
	.id = 21, .username = "manager-1", .name = "", .active = true};

static int is_member(struct gitlab_world *w, const char *name, bool *member)
{
	return sg_gitlab_is_member(&w->gitlab, name, &manager, NOW_S, member, &w->err);
}

static void members_of_a_group(void **state)
{
	static const struct {
		const char *json;
		bool member;
	} rows[] = {
		{"{\"id\":21,\"state\":\"active\",\"access_level\":30}", true},
		{"{\"id\":21,\"state\":\"active\",\"expires_at\":null,\"membership_state\":null}",
			true},
		{"{\"id\":21,\"state\":\"active\",\"membership_state\":\"active\","
		 "\"expires_at\":\"2026-02-03\"}",
			true},
		{"{\"id\":21,\"state\":\"active\",\"expires_at\":\"2026-02-02\"}", false},
		{"{\"id\":21,\"state\":\"active\",\"expires_at\":\"2025-12-31\"}", false},
		{"{\"id\":21,\"state\":\"active\",\"membership_state\":\"awaiting\"}", false},
		{"{\"id\":21,\"state\":\"blocked\"}", false},
		{"{\"id\":21,\"state\":\"deactivated\"}", false},
		{"{\"id\":21,\"state\":\"\"}", false},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		bool member = !rows[i].member;

		script_reply(w->script, "GET", MEMBER_URL, 200, rows[i].json);
		assert_int_equal(is_member(w, "@platform/release-managers", &member), 0);
		if (member != rows[i].member)
			fail_msg("%s", rows[i].json);
	}
	gitlab_world_done(w);
}

/* An answer without a date: nobody knows whether a membership that ends has ended. */
static void members_at_an_unknown_time(void **state)
{
	struct gitlab_world *w = *state;
	bool member = true;

	script_reply(w->script, "GET", MEMBER_URL, 200,
		"{\"id\":21,\"state\":\"active\",\"expires_at\":\"2026-02-03\"}");
	assert_int_equal(sg_gitlab_is_member(&w->gitlab, "@platform/release-managers", &manager, 0,
				 &member, &w->err),
		0);
	assert_false(member);
	script_reply(w->script, "GET", MEMBER_URL, 200, "{\"id\":21,\"state\":\"active\"}");
	assert_int_equal(sg_gitlab_is_member(&w->gitlab, "@platform/release-managers", &manager, 0,
				 &member, &w->err),
		0);
	assert_true(member);
	gitlab_world_done(w);
}

static void an_answer_about_somebody_else(void **state)
{
	static const struct {
		const char *json, *cause;
	} rows[] = {
		{"{\"id\":22,\"state\":\"active\"}", "asked for member 21"},
		{"{\"id\":21}", "member.state: missing"},
		{"{\"id\":21,\"state\":\"active\",\"expires_at\":\"soon\"}",
			"expires_at: expected a date"},
		{"[]", "member: expected an object"},
		{"<html>", "an HTML page"},
	};
	struct gitlab_world *w = *state;
	bool member;

	w->gitlab.retry.tries = 1;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		script_reply(w->script, "GET", MEMBER_URL, 200, rows[i].json);
		assert_int_equal(is_member(w, "@platform/release-managers", &member), -1);
		gitlab_world_error(w, SG_R_ANSWER_INVALID, rows[i].cause, "");
	}
	gitlab_world_done(w);
}

static void a_missing_member_is_no_missing_group(void **state)
{
	struct gitlab_world *w = *state;
	bool member = true;

	script_reply(w->script, "GET", MEMBER_URL, 404, "{\"message\":\"404 Not found\"}");
	script_reply(w->script, "GET", GROUP_URL, 200, "{\"id\":71}");
	assert_int_equal(is_member(w, "@platform/release-managers", &member), 0);
	assert_false(member);
	script_reply(w->script, "GET", MEMBER_URL, 404, "{\"message\":\"404 Group Not Found\"}");
	script_reply(w->script, "GET", GROUP_URL, 404, "{\"message\":\"404 Group Not Found\"}");
	assert_int_equal(is_member(w, "@platform/release-managers", &member), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "404 Group Not Found", "no group or user");
	script_reply(w->script, "GET", MEMBER_URL, 403, "{\"message\":\"403 Forbidden\"}");
	assert_int_equal(is_member(w, "@platform/release-managers", &member), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "403", "");
	script_reply(w->script, "GET", MEMBER_URL, 404, "");
	script_reply(w->script, "GET", GROUP_URL, 500, "");
	w->gitlab.retry.tries = 1;
	assert_int_equal(is_member(w, "@platform/release-managers", &member), -1);
	gitlab_world_error(w, SG_R_REMOTE_FAILED, "answers 500", "");
	gitlab_world_done(w);
}

static void a_user_named_alone(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_user blocked = manager;
	bool member = false;

	assert_int_equal(is_member(w, "@Manager-1", &member), 0);
	assert_true(member);
	blocked.active = false;
	assert_int_equal(
		sg_gitlab_is_member(&w->gitlab, "@manager-1", &blocked, NOW_S, &member, &w->err),
		0);
	assert_false(member);
	script_reply(w->script, "GET", API "/groups/head/members/all/21", 404, "");
	script_reply(w->script, "GET", API "/groups/head?with_projects=false", 404, "");
	script_reply(w->script, "GET", API "/users?username=head", 200,
		"[{\"id\":27,\"username\":\"Head\"}]");
	assert_int_equal(is_member(w, "@head", &member), 0);
	assert_false(member);
	script_reply(w->script, "GET", API "/groups/nobody/members/all/21", 404, "");
	script_reply(w->script, "GET", API "/groups/nobody?with_projects=false", 404, "");
	script_reply(w->script, "GET", API "/users?username=nobody", 200, "[]");
	assert_int_equal(is_member(w, "@nobody", &member), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "answers 404", "no group or user");
	gitlab_world_done(w);
}

static void names_that_lead_elsewhere(void **state)
{
	static const char *const names[] = {"@", "", "@..", "@a/../b", "@/a", "@a//b", "@a/."};
	struct gitlab_world *w = *state;
	bool member;

	for (size_t i = 0; i < SG_COUNT(names); i++) {
		assert_int_equal(is_member(w, names[i], &member), -1);
		gitlab_world_error(w, SG_R_CONFIG_INVALID, "cannot be a name", "");
	}
	gitlab_world_done(w);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, gitlab_world_setup, gitlab_world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(the_tokens_user),
		T(who_started_the_job),
		T(a_user_by_number),
		T(bots_are_known_by_name_where_nothing_is_said),
		T(members_of_a_group),
		T(members_at_an_unknown_time),
		T(an_answer_about_somebody_else),
		T(a_missing_member_is_no_missing_group),
		T(a_user_named_alone),
		T(names_that_lead_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
