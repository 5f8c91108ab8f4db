#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab_world.h"
#include "step/request_style.h"

#define USER_URL API "/users?username="
#define MILESTONE_URL PROJECT "/milestones?title=2026%20Q1&state=active&include_ancestors=true"

static const char *const reviewers[] = {"@ann", "@bob"};
static const struct sg_policy_spot spots[] = {{12, 19}, {12, 27}};
static const struct sg_policy policy = {.file = "stagegate.yaml"};

static int find(struct gitlab_world *w, const struct sg_environment *env,
	const struct sg_gitlab_mr_wish **ret)
{
	struct sg_forge forge = {.arena = &w->arena, .gitlab = w->gitlab};
	int rc = sg_request_style_find(&forge, &policy, env, ret, &w->err);

	if (rc == 0) {
		const struct sg_gitlab_mr_wish *again;

		assert_int_equal(sg_request_style_find(&forge, &policy, env, &again, &w->err), 0);
		assert_ptr_equal(again, *ret);
	}
	return rc;
}

static const struct sg_environment full = {
	.name = "staging",
	.request = {.reviewers = reviewers,
		.reviewer_count = 2,
		.reviewer_spots = spots,
		.milestone = "2026 Q1",
		.milestone_spot = {14, 18},
		.squash_given = true,
		.remove_branch_given = true},
};

static void names_become_ids_once(void **state)
{
	struct gitlab_world *w = *state;
	const struct sg_gitlab_mr_wish *wish;

	script_reply(w->script, "GET", USER_URL "ann", 200,
		"[{\"id\":21,\"username\":\"ann\",\"state\":\"active\"}]");
	script_reply(w->script, "GET", USER_URL "bob", 200,
		"[{\"id\":22,\"username\":\"Bob\",\"state\":\"active\"}]");
	script_reply(w->script, "GET", MILESTONE_URL, 200, "[{\"id\":9,\"title\":\"2026 Q1\"}]");
	assert_int_equal(find(w, &full, &wish), 0);
	assert_true(wish->reviewers[0] == 21 && wish->reviewers[1] == 22 && wish->milestone == 9);
	assert_true(wish->squash_given && !wish->squash && wish->keep_branch);
	gitlab_world_done(w);
}

static void nothing_is_asked_for_nothing(void **state)
{
	static const struct sg_environment plain = {.name = "staging"};
	struct gitlab_world *w = *state;
	const struct sg_gitlab_mr_wish *wish;

	assert_int_equal(find(w, &plain, &wish), 0);
	assert_true(!wish->keep_branch && !wish->squash_given && !wish->milestone);
	gitlab_world_done(w);
}

static void an_unknown_name_is_told_with_its_place(void **state)
{
	struct gitlab_world *w = *state;
	const struct sg_gitlab_mr_wish *wish;

	script_reply(w->script, "GET", USER_URL "ann", 200,
		"[{\"id\":21,\"username\":\"ann\",\"state\":\"active\"}]");
	script_reply(w->script, "GET", USER_URL "bob", 200, "[]");
	assert_int_equal(find(w, &full, &wish), -1);
	assert_int_equal(w->err.reason, SG_R_CONFIG_INVALID);
	assert_string_equal(w->err.cause,
		"stagegate.yaml:12:27: merge_request.reviewers: GitLab has no user @bob");
	script_reply(w->script, "GET", USER_URL "ann", 200,
		"[{\"id\":21,\"username\":\"ann\",\"state\":\"active\"}]");
	script_reply(w->script, "GET", USER_URL "bob", 200,
		"[{\"id\":22,\"username\":\"bob\",\"state\":\"blocked\"}]");
	assert_int_equal(find(w, &full, &wish), -1);
	assert_non_null(strstr(w->err.cause, "stagegate.yaml:12:27: "));
	gitlab_world_done(w);
}

static void an_unknown_milestone_is_told_with_its_place(void **state)
{
	static const struct sg_environment env = {
		.name = "staging", .request = {.milestone = "2026 Q1", .milestone_spot = {14, 18}}};
	struct gitlab_world *w = *state;
	const struct sg_gitlab_mr_wish *wish;

	script_reply(w->script, "GET", MILESTONE_URL, 200, "[]");
	assert_int_equal(find(w, &env, &wish), -1);
	assert_int_equal(w->err.reason, SG_R_CONFIG_INVALID);
	assert_string_equal(w->err.cause,
		"stagegate.yaml:14:18: merge_request.milestone: there is no active milestone 2026 "
		"Q1");
	gitlab_world_done(w);
}

/* GitLab counts what says that it is a draft, and takes no half of a character. */
static void a_title_is_cut_where_gitlab_takes_no_more(void **state)
{
	struct gitlab_world *w = *state;
	char text[301];
	const char *title;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_string_equal(sg_request_style_title(&w->arena, "one", false), "one");
	assert_string_equal(sg_request_style_title(&w->arena, "one", true), "Draft: one");
	assert_int_equal(strlen(sg_request_style_title(&w->arena, text, false)), 255);
	title = sg_request_style_title(&w->arena, text, true);
	assert_int_equal(strlen(title), 255);
	assert_memory_equal(title, "Draft: aaa", 10);
	memcpy(text + 254, "\xc3\xa9", 2);
	assert_int_equal(strlen(sg_request_style_title(&w->arena, text, false)), 254);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, gitlab_world_setup, gitlab_world_teardown)
	const struct CMUnitTest tests[] = {
		T(a_title_is_cut_where_gitlab_takes_no_more),
		T(names_become_ids_once),
		T(nothing_is_asked_for_nothing),
		T(an_unknown_name_is_told_with_its_place),
		T(an_unknown_milestone_is_told_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
