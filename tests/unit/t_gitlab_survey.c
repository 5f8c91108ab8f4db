#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab/people.h"
#include "gitlab/survey.h"
#include "gitlab_world.h"

#define SELF API "/personal_access_tokens/self"
#define RULES PROJECT "/protected_branches?per_page=100"
#define MEMBERS PROJECT "/members/all?per_page=100"
#define NOW_S INT64_C(1770076799) /* 2026-02-02T23:59:59Z */

static void the_version(void **state)
{
	struct gitlab_world *w = *state;
	const char *version;

	script_reply(w->script, "GET", API "/version", 200, "{\"version\":\"19.5.0-pre\"}");
	assert_int_equal(sg_gitlab_version(&w->gitlab, &w->arena, &version, &w->err), 0);
	assert_string_equal(version, "19.5.0-pre");
	script_reply(w->script, "GET", API "/version", 200, "{\"version\":19}");
	assert_int_equal(sg_gitlab_version(&w->gitlab, &w->arena, &version, &w->err), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "version", "");
	script_reply(w->script, "GET", API "/version", 401, "{\"message\":\"401 Unauthorized\"}");
	assert_int_equal(sg_gitlab_version(&w->gitlab, &w->arena, &version, &w->err), -1);
	assert_int_equal(w->err.http_status, 401);
	gitlab_world_done(w);
}

static void what_a_token_says_of_itself(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_token token;

	script_reply(w->script, "GET", SELF, 200,
		"{\"id\":1,\"user_id\":51,\"scopes\":[\"api\",\"write_repository\"],"
		"\"expires_at\":\"2026-02-03\",\"active\":true}");
	assert_int_equal(sg_gitlab_token_self(&w->gitlab, &w->arena, &token, &w->err), 0);
	assert_int_equal(token.user_id, 51);
	assert_int_equal(token.scope_count, 2);
	assert_string_equal(token.scopes[1], "write_repository");
	assert_int_equal(token.expires_unix_s, INT64_C(1770076800));
	script_reply(w->script, "GET", SELF, 200, "{\"scopes\":[],\"expires_at\":null}");
	assert_int_equal(sg_gitlab_token_self(&w->gitlab, &w->arena, &token, &w->err), 0);
	assert_int_equal(token.expires_unix_s, 0);
	assert_int_equal(token.scope_count, 0);
	gitlab_world_done(w);
}

static void a_token_that_says_nonsense(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"{\"scopes\":\"api\"}",
		"{\"scopes\":[\"api\"],\"expires_at\":\"soon\"}",
		"{\"scopes\":[\"api\"],\"user_id\":\"me\"}",
		"[]",
	};
	struct gitlab_world *w = *state;
	struct sg_gitlab_token token;

	for (size_t i = 0; i < SG_COUNT(bodies); i++) {
		script_reply(w->script, "GET", SELF, 200, bodies[i]);
		if (sg_gitlab_token_self(&w->gitlab, &w->arena, &token, &w->err) == 0)
			fail_msg("%s was taken", bodies[i]);
		assert_int_equal(w->err.reason, SG_R_ANSWER_INVALID);
	}
	script_reply(w->script, "GET", SELF, 400,
		"{\"message\":\"400 Bad request - This endpoint requires token type to be a "
		"personal access token\"}");
	assert_int_equal(sg_gitlab_token_self(&w->gitlab, &w->arena, &token, &w->err), -1);
	gitlab_world_error(w, SG_R_REMOTE_FAILED, "personal access token", "");
	gitlab_world_done(w);
}

static void rules_of_protected_branches(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_doctor_rule *rules;
	size_t count;

	script_reply(w->script, "GET", RULES, 200,
		"[{\"id\":1,\"name\":\"main\",\"allow_force_push\":true,"
		"\"push_access_levels\":[{\"access_level\":0,\"access_level_description\":\"No "
		"one\",\"user_id\":null},{\"access_level\":null,\"user_id\":51},"
		"{\"deploy_key_id\":3,\"access_level\":40,\"access_level_description\":\"key\"}],"
		"\"merge_access_levels\":[{\"access_level\":40},{\"group_id\":7}]},"
		"{\"name\":\"release/*\",\"push_access_levels\":[],\"merge_access_levels\":[]}]");
	assert_int_equal(sg_gitlab_rules(&w->gitlab, &w->arena, &rules, &count, &w->err), 0);
	assert_int_equal(count, 2);
	assert_true(rules[0].force_push && !rules[1].force_push);
	assert_int_equal(rules[0].push_count, 3);
	assert_int_equal(rules[0].push[0].role, 0);
	assert_string_equal(rules[0].push[0].description, "No one");
	assert_int_equal(rules[0].push[1].user_id, 51);
	assert_int_equal(rules[0].push[2].deploy_key_id, 3);
	assert_int_equal(rules[0].merge[0].role, 40);
	assert_int_equal(rules[0].merge[1].group_id, 7);
	assert_string_equal(rules[1].name, "release/*");
	assert_int_equal(rules[1].merge_count, 0);
	gitlab_world_done(w);
}

/* A rule without its lists would look as if nobody was let in. */
static void rules_that_cannot_be_understood(void **state)
{
	static const char *const bodies[] = {
		"[{\"name\":\"main\"}]",
		"[{\"name\":\"main\",\"push_access_levels\":[],\"merge_access_levels\":{}}]",
		"[{\"push_access_levels\":[],\"merge_access_levels\":[]}]",
		"[{\"name\":\"main\",\"push_access_levels\":[{\"access_level\":\"40\"}],"
		"\"merge_access_levels\":[]}]",
		"[{\"name\":\"main\",\"push_access_levels\":[{\"access_level\":99999999}],"
		"\"merge_access_levels\":[]}]",
		"[{\"name\":\"main\",\"push_access_levels\":[7],\"merge_access_levels\":[]}]",
		"{\"name\":\"main\"}",
	};
	struct gitlab_world *w = *state;
	struct sg_doctor_rule *rules;
	size_t count;

	for (size_t i = 0; i < SG_COUNT(bodies); i++) {
		script_reply(w->script, "GET", RULES, 200, bodies[i]);
		if (sg_gitlab_rules(&w->gitlab, &w->arena, &rules, &count, &w->err) == 0)
			fail_msg("%s was taken", bodies[i]);
		assert_int_equal(w->err.reason, SG_R_ANSWER_INVALID);
	}
	script_reply(w->script, "GET", RULES, 403, "{\"message\":\"403 Forbidden\"}");
	assert_int_equal(sg_gitlab_rules(&w->gitlab, &w->arena, &rules, &count, &w->err), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "403", "");
	gitlab_world_done(w);
}

static void members_and_whether_they_count(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_member *members;
	size_t count;

	script_reply(w->script, "GET", MEMBERS, 200,
		"[{\"id\":1,\"username\":\"a\",\"access_level\":40,\"state\":\"active\"},"
		"{\"id\":2,\"username\":\"b\",\"access_level\":30,\"state\":\"blocked\"},"
		"{\"id\":3,\"username\":\"c\",\"access_level\":30,\"state\":\"active\","
		"\"expires_at\":\"2026-02-03\"},"
		"{\"id\":4,\"username\":\"d\",\"access_level\":30,\"state\":\"active\","
		"\"expires_at\":\"2026-02-02\"},"
		"{\"id\":5,\"username\":\"e\",\"access_level\":30,\"state\":\"active\","
		"\"membership_state\":\"awaiting\"}]");
	assert_int_equal(
		sg_gitlab_members(&w->gitlab, NULL, NOW_S, &w->arena, &members, &count, &w->err),
		0);
	assert_int_equal(count, 5);
	assert_int_equal(members[0].role, 40);
	assert_true(members[0].live && members[2].live);
	assert_false(members[1].live || members[3].live || members[4].live);
	script_reply(w->script, "GET",
		API "/groups/platform%2Frelease-managers/members/all?per_page=100", 404,
		"{\"message\":\"404 Group Not Found\"}");
	assert_int_equal(sg_gitlab_members(&w->gitlab, "platform/release-managers", NOW_S,
				 &w->arena, &members, &count, &w->err),
		-1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "404 Group Not Found", "");
	gitlab_world_done(w);
}

static void a_user_by_name(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_user user;
	bool found;

	script_reply(w->script, "GET", API "/users?username=Dev", 200,
		"[{\"id\":11,\"username\":\"dev\",\"state\":\"active\"}]");
	assert_int_equal(
		sg_gitlab_user_find(&w->gitlab, "Dev", &w->arena, &found, &user, &w->err), 0);
	assert_true(found);
	assert_int_equal(user.id, 11);
	script_reply(w->script, "GET", API "/users?username=x", 200, "[]");
	assert_int_equal(
		sg_gitlab_user_find(&w->gitlab, "x", &w->arena, &found, &user, &w->err), 0);
	assert_false(found);
	gitlab_world_done(w);
}

static void another_project(void **state)
{
	struct gitlab_world *w = *state;

	script_reply(w->script, "GET", API "/projects/shop%2Fcatalog", 200, "{\"id\":201}");
	assert_int_equal(sg_gitlab_sees_project(&w->gitlab, "shop/catalog", &w->err), 0);
	script_reply(w->script, "GET", API "/projects/shop%2Fcatalog", 404,
		"{\"message\":\"404 Project Not Found\"}");
	assert_int_equal(sg_gitlab_sees_project(&w->gitlab, "shop/catalog", &w->err), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "about project shop/catalog", "hidden");
	assert_int_equal(sg_gitlab_sees_project(&w->gitlab, "../x", &w->err), -1);
	gitlab_world_error(w, SG_R_CONFIG_INVALID, "../x", "");
	gitlab_world_done(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gitlab_world_setup, gitlab_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_version),
		TEST(what_a_token_says_of_itself),
		TEST(a_token_that_says_nonsense),
		TEST(rules_of_protected_branches),
		TEST(rules_that_cannot_be_understood),
		TEST(members_and_whether_they_count),
		TEST(a_user_by_name),
		TEST(another_project),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
