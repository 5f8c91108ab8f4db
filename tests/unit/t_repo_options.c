/* Push options: what a server that takes them gets, and that one which does not gets nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "repo/receive.h"
#include "repo_world.h"

#define FILE_DEV "apps/catalog/values-dev.yaml"
#define BEFORE "image:\n  repository: registry.example.com/shop/catalog\n  tag: 1.0.0\n"
#define AFTER "image:\n  repository: registry.example.com/shop/catalog\n  tag: 1.1.0\n"
#define WORK "stagegate/dev/catalog"
#define PUSH_REFS GIT_BEHIND_URL "/info/refs?service=git-receive-pack"

static void takes_options(struct repo_world *w)
{
	/* a hook that shows what came */
	git_behind_sh(&w->git, "git -C \"$BARE\" config receive.advertisePushOptions true && "
			       "printf '#!/bin/sh\\nenv | grep GIT_PUSH_OPTION_ | sort >options\\n"
			       "echo said by a hook >&2\\n' >\"$BARE/hooks/post-receive\" && "
			       "chmod +x \"$BARE/hooks/post-receive\"");
}

static int publish(struct repo_world *w, const char *const *options, size_t count,
	struct sg_published *published)
{
	const struct sg_file_change change = {
		.path = FILE_DEV, .before = SG_STR(BEFORE), .after = SG_STR(AFTER)};
	const struct sg_plan plan = {.branch = WORK,
		.parent = repo_fetched(w, "main"),
		.lease = "",
		.environment = "dev",
		.files = &change,
		.file_count = 1,
		.options = options,
		.option_count = count,
		.message = "catalog: 1.1.0 in dev\n",
		.author = {"CI", "ci@example.com", 1767262000},
		.committer = {"stagegate", "bot@example.com", 1767262001}};
	struct sg_publisher *publisher = NULL;

	repo_ok(w, sg_repo_publisher(w->repo, &w->arena, &publisher, &w->err));
	return publisher->publish(publisher, &plan, published, &w->err);
}

static void they_arrive_as_they_were_given(void **state)
{
	static const char *const options[] = {
		"merge_request.create", "merge_request.title=a = b \\n c", "x=\xC3\xA4\t-o y"};
	struct sg_published published = {0};
	struct repo_world w;

	(void)state;
	repo_world_init(&w);
	takes_options(&w);
	repo_ok(&w, publish(&w, options, SG_COUNT(options), &published));
	assert_int_equal(published.outcome, SG_PUBLISHED);
	assert_string_equal(repo_rev(&w, WORK), published.commit);
	assert_string_equal(repo_out(&w, "cat \"$BARE/options\""),
		"GIT_PUSH_OPTION_0=merge_request.create\n"
		"GIT_PUSH_OPTION_1=merge_request.title=a = b \\n c\n"
		"GIT_PUSH_OPTION_2=x=\xC3\xA4\t-o y\n"
		"GIT_PUSH_OPTION_COUNT=3");
	assert_true(sg_str_search(published.words, "said by a hook") >= 0);
	/* look, fetch, ask, push */
	assert_int_equal(repo_requests(&w), 4);
	repo_world_release(&w);
}

static void without_options_nobody_is_asked(void **state)
{
	struct sg_published published = {0};
	struct repo_world w;

	(void)state;
	repo_world_init(&w);
	repo_ok(&w, publish(&w, NULL, 0, &published));
	assert_int_equal(published.outcome, SG_PUBLISHED);
	assert_int_equal(repo_requests(&w), 3);
	repo_world_release(&w);
}

static void a_server_that_takes_none_gets_no_push(void **state)
{
	static const char *const options[] = {"merge_request.create"};
	struct sg_published published = {0};
	struct repo_world w;

	(void)state;
	repo_world_init(&w);
	repo_fails(&w, publish(&w, options, 1, &published), SG_R_MR_NOT_OPENED, "no push options");
	assert_int_equal(repo_requests(&w), 3);
	assert_string_equal(repo_out(&w, "git -C \"$BARE\" for-each-ref refs/heads/stagegate"), "");
	repo_world_release(&w);
}

static void options_that_are_no_line_are_refused(void **state)
{
	static char longer[SG_PUSH_OPTION_MAX + 2];
	const char *const bad[] = {"a\nb", "a\r", "", longer};
	struct repo_world w;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	repo_world_init(&w);
	takes_options(&w);
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		struct sg_published published = {0};

		repo_fails(&w, publish(&w, &bad[i], 1, &published), SG_R_BUG, "push option");
	}
	assert_string_equal(repo_out(&w, "git -C \"$BARE\" for-each-ref refs/heads/stagegate"), "");
	repo_world_release(&w);
}

static void the_longest_option_goes_through(void **state)
{
	static char longest[SG_PUSH_OPTION_MAX + 1];
	const char *const options[] = {longest, longest};
	struct sg_published published = {0};
	struct repo_world w;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	repo_world_init(&w);
	takes_options(&w);
	repo_ok(&w, publish(&w, options, 2, &published));
	assert_int_equal(published.outcome, SG_PUBLISHED);
	assert_string_equal(repo_out(&w, "wc -c <\"$BARE/options\""), "65598");
	repo_world_release(&w);
}

static void abilities_are_words_behind_the_nul(void **state)
{
	const struct {
		struct sg_str line;
		bool has;
	} rows[] = {
		{SG_STR("1234 refs/heads/main\0report-status push-options agent=x\n"), true},
		{SG_STR("1234 refs/heads/main\0 push-options\n"), true},
		{SG_STR("1234 refs/heads/main\0push-options"), true},
		{SG_STR("0000 capabilities^{}\0delete-refs push-options "), true},
		{SG_STR("1234 refs/heads/push-options\0report-status"), false},
		{SG_STR("1234 refs/heads/main\0push-options=no xpush-options push-optionsx"),
			false},
		{SG_STR("1234 refs/heads/main push-options"), false},
		{SG_STR("1234 refs/heads/main\0"), false},
		{SG_STR(""), false},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		assert_int_equal(sg_receive_has(rows[i].line, "push-options"), rows[i].has);
}

static void lists_that_break_off_are_no_answer(void **state)
{
	static const char *const options[] = {"merge_request.create"};
	const struct {
		struct sg_str body;
		enum sg_reason reason;
	} rows[] = {
		{SG_STR("001f# service=git-receive-pack\n"), SG_R_REMOTE_FAILED},
		{SG_STR("001f# service=git-receive-pack\n0000"), SG_R_REMOTE_FAILED},
		{SG_STR("001f# service=git-receive-pack\n000000fe1234"), SG_R_REMOTE_FAILED},
		{SG_STR("001f# service=git-receive-pack\n0000zzzz"), SG_R_ANSWER_INVALID},
		{SG_STR("001f# service=git-receive-pack\n0000000cERR noo\n"), SG_R_REMOTE_FAILED},
		{SG_STR("001f# service=git-receive-pack\n0000000eversion 1\n"), SG_R_REMOTE_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_published published = {0};
		struct script_answer *answer;
		struct repo_world w;

		repo_world_init(&w);
		(void)repo_fetched(&w, "main");
		answer = script_reply(w.git.script, "GET", PUSH_REFS, 200, "");
		script_header(
			answer, "Content-Type", "application/x-git-receive-pack-advertisement");
		script_piece(answer, 0, rows[i].body);
		repo_fails(&w, publish(&w, options, 1, &published), rows[i].reason, "");
		repo_world_release(&w);
	}
}

static void heads_of_merge_requests_are_seen(void **state)
{
	struct repo_world w;
	const char *tip;

	(void)state;
	repo_world_init(&w);
	git_behind_sh(&w.git, "cd \"$BARE\" && for n in 3 12 7; do "
			      "git update-ref refs/merge-requests/$n/head refs/heads/main; done && "
			      "git update-ref refs/merge-requests/99/merge refs/heads/main && "
			      "git update-ref refs/merge-requests/x/head refs/heads/main");
	tip = repo_fetched(&w, "main");
	assert_int_equal(sg_repo_request_at(w.repo, tip), 12);
	assert_int_equal(sg_repo_request_at(w.repo, "1234567890123456789012345678901234567890"), 0);
	assert_int_equal(sg_repo_request_at(w.repo, "main"), 0);
	repo_world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_arrive_as_they_were_given),
		cmocka_unit_test(without_options_nobody_is_asked),
		cmocka_unit_test(a_server_that_takes_none_gets_no_push),
		cmocka_unit_test(options_that_are_no_line_are_refused),
		cmocka_unit_test(the_longest_option_goes_through),
		cmocka_unit_test(abilities_are_words_behind_the_nul),
		cmocka_unit_test(lists_that_break_off_are_no_answer),
		cmocka_unit_test(heads_of_merge_requests_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
