/* Work branches: made, moved and deleted by compare-and-swap, and nobody else's branch ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "repo_world.h"

#define FILE_DEV "apps/catalog/values-dev.yaml"
#define BEFORE "image:\n  repository: registry.example.com/shop/catalog\n  tag: 1.0.0\n"
#define WORK "stagegate/dev/catalog"

static void allow_force(struct repo_world *w)
{
	git_behind_sh(&w->git, "git -C \"$BARE\" config receive.denyNonFastForwards false");
}

static struct sg_plan work_plan(struct repo_world *w, const char *parent, const char *tag)
{
	struct sg_file_change *file = sg_arena_calloc(&w->arena, 1, sizeof(*file));
	char *after = sg_arena_printf(&w->arena,
		"image:\n  repository: registry.example.com/shop/catalog\n  tag: %s\n", tag);

	*file = (struct sg_file_change){
		.path = FILE_DEV, .before = SG_STR(BEFORE), .after = sg_str_of(after)};
	return (struct sg_plan){.branch = WORK,
		.parent = parent,
		.environment = "dev",
		.files = file,
		.file_count = 1,
		.message = sg_arena_printf(&w->arena, "catalog: %s in dev\n", tag),
		.author = {"CI", "ci@example.com", 1767262000},
		.committer = {"stagegate", "bot@example.com", 1767262001}};
}

static int publish(struct repo_world *w, const struct sg_plan *plan, struct sg_published *published)
{
	struct sg_publisher *publisher = NULL;

	repo_ok(w, sg_repo_publisher(w->repo, &w->arena, &publisher, &w->err));
	return publisher->publish(publisher, plan, published, &w->err);
}

static void publishes(struct repo_world *w, const struct sg_plan *plan, const char *expected)
{
	static const char *const names[] = {"published", "stale", "doubt"};
	struct sg_published published = {0};

	repo_ok(w, publish(w, plan, &published));
	assert_string_equal(names[published.outcome], expected);
}

/* The work branch with version 1.1.0 on main's tip; its tip. */
static const char *make_work(struct repo_world *w)
{
	struct sg_plan plan = work_plan(w, repo_fetched(w, "main"), "1.1.0");

	plan.lease = "";
	publishes(w, &plan, "published");
	return repo_rev(w, WORK);
}

static void a_new_branch_is_made_in_one_request(void **state)
{
	struct repo_world w;
	const char *main_tip;

	(void)state;
	repo_world_init(&w);
	main_tip = repo_rev(&w, "main");
	(void)make_work(&w);
	assert_int_equal(repo_requests(&w), 3);
	assert_string_equal(repo_rev(&w, WORK "~1"), main_tip);
	assert_string_equal(repo_rev(&w, "main"), main_tip);
	assert_string_equal(repo_out(&w, "git -C \"$BARE\" diff --name-only main " WORK), FILE_DEV);
	/* only what is new went up: a commit, three folders, a file */
	assert_true(script_request(w.git.script, 2)->body.len < 1200);
	repo_world_release(&w);
}

static void a_branch_that_exists_already_is_stale(void **state)
{
	struct repo_world w;
	struct sg_plan plan;
	const char *first;

	(void)state;
	repo_world_init(&w);
	allow_force(&w);
	first = make_work(&w);
	plan = work_plan(&w, repo_fetched(&w, "main"), "1.2.0");
	plan.lease = "";
	publishes(&w, &plan, "stale");
	assert_string_equal(repo_rev(&w, WORK), first);
	repo_world_release(&w);
}

static void our_branch_is_moved_to_a_new_tip(void **state)
{
	struct repo_world w;
	struct sg_plan plan;

	(void)state;
	repo_world_init(&w);
	allow_force(&w);
	(void)make_work(&w);
	git_behind_foreign(&w.git, "main", "apps/cart/note.txt", "moved\n");
	repo_world_again(&w);
	plan = work_plan(&w, repo_fetched(&w, "main"), "1.2.0");
	plan.lease = repo_rev(&w, WORK);
	publishes(&w, &plan, "published");
	assert_string_equal(repo_rev(&w, WORK "~1"), repo_rev(&w, "main"));
	assert_string_equal(repo_out(&w, "git -C \"$BARE\" diff --name-only main " WORK), FILE_DEV);
	repo_world_release(&w);
}

static void the_old_tip_may_be_here_without_its_history(void **state)
{
	struct repo_world w;
	struct sg_plan plan;

	(void)state;
	repo_world_init(&w);
	allow_force(&w);
	(void)make_work(&w);
	git_behind_foreign(&w.git, WORK, "apps/cart/note.txt", "by hand\n");
	git_behind_foreign(&w.git, "main", "apps/cart/note.txt", "moved\n");
	repo_world_again(&w);
	plan = work_plan(&w, repo_fetched(&w, "main"), "1.2.0");
	plan.lease = repo_fetched(&w, WORK);
	publishes(&w, &plan, "published");
	repo_world_release(&w);
}

static void a_foreign_commit_on_our_branch_stays(void **state)
{
	struct repo_world w;
	struct sg_plan plan;
	const char *foreign;

	(void)state;
	repo_world_init(&w);
	allow_force(&w);
	plan = work_plan(&w, "", "1.2.0");
	plan.lease = make_work(&w);
	plan.parent = repo_fetched(&w, "main");
	git_behind_foreign(&w.git, WORK, "apps/cart/note.txt", "by hand\n");
	foreign = repo_rev(&w, WORK);
	publishes(&w, &plan, "stale");
	assert_string_equal(repo_rev(&w, WORK), foreign);
	repo_world_release(&w);
}

static void a_branch_that_went_away_is_stale(void **state)
{
	struct repo_world w;
	struct sg_plan plan;

	(void)state;
	repo_world_init(&w);
	allow_force(&w);
	plan = work_plan(&w, "", "1.2.0");
	plan.lease = make_work(&w);
	plan.parent = repo_fetched(&w, "main");
	git_behind_sh(&w.git, "git -C \"$BARE\" update-ref -d refs/heads/" WORK);
	publishes(&w, &plan, "stale");
	repo_world_release(&w);
}

static void a_server_that_lets_nothing_be_rewritten_says_so(void **state)
{
	struct repo_world w;
	struct sg_published published;
	struct sg_plan plan;
	const char *first;

	(void)state;
	repo_world_init(&w);
	first = make_work(&w);
	plan = work_plan(&w, repo_fetched(&w, "main"), "1.2.0");
	plan.lease = first;
	repo_fails(&w, publish(&w, &plan, &published), SG_R_PUSH_REJECTED, "non-fast-forward");
	assert_non_null(strstr(w.err.cause, WORK));
	assert_non_null(strstr(w.err.hint, "stagegate/*"));
	assert_string_equal(repo_rev(&w, WORK), first);
	repo_world_release(&w);
}

/* The hook of a GitLab whose wildcard rule protects our branches. */
static void a_protecting_rule_is_named(void **state)
{
	struct repo_world w;
	struct sg_published published;
	struct sg_plan plan;

	(void)state;
	repo_world_init(&w);
	plan = work_plan(&w, "", "1.2.0");
	plan.lease = make_work(&w);
	plan.parent = repo_fetched(&w, "main");
	git_behind_sh(&w.git,
		"printf '#!/bin/sh\\necho \"GitLab: You are not allowed to force push "
		"code to a protected branch on this project.\" >&2\\nexit 1\\n' "
		">\"$BARE/hooks/pre-receive\"; chmod +x \"$BARE/hooks/pre-receive\"");
	repo_fails(&w, publish(&w, &plan, &published), SG_R_BRANCH_PROTECTED, "protected branch");
	assert_non_null(strstr(w.err.hint, "force push"));
	repo_world_release(&w);
}

static void nobody_elses_branch_is_ever_forced(void **state)
{
	static const char *const names[] = {
		"main", "develop", "stagegate", "stagegatex/dev/a", "x/stagegate/dev", ""};
	struct repo_world w;
	struct sg_published published;
	struct sg_plan plan;
	const char *develop;
	size_t before;

	(void)state;
	repo_world_init(&w);
	allow_force(&w);
	plan = work_plan(&w, repo_fetched(&w, "main"), "1.2.0");
	develop = repo_fetched(&w, "develop");
	before = repo_requests(&w);
	for (size_t i = 0; i < SG_COUNT(names); i++) {
		plan.branch = names[i];
		plan.lease = develop;
		repo_fails(&w, publish(&w, &plan, &published), SG_R_BUG, "stagegate/");
		repo_fails(&w, sg_repo_delete_branch(w.repo, names[i], develop, &published, &w.err),
			SG_R_BUG, "stagegate/");
	}
	assert_int_equal(repo_requests(&w), before);
	assert_string_equal(repo_rev(&w, "develop"), develop);
	repo_world_release(&w);
}

/* The lease that is the parent is what every plan means, on every branch. */
static void a_lease_on_the_parent_is_no_force(void **state)
{
	struct repo_world w;
	struct sg_plan plan;

	(void)state;
	repo_world_init(&w);
	plan = work_plan(&w, repo_fetched(&w, "main"), "1.2.0");
	plan.branch = "main";
	plan.lease = plan.parent;
	publishes(&w, &plan, "published");
	plan.lease = NULL;
	publishes(&w, &plan, "stale");
	repo_world_release(&w);
}

static void bad_leases_and_names_are_refused(void **state)
{
	static const char *const leases[] = {"main", "HEAD", "0123", "--force",
		"0123456789abcdef0123456789abcdef0123456g", "refs/heads/main"};
	static const char *const names[] = {"stagegate/", "stagegate/a..b", "stagegate/a b",
		"stagegate/a:b", "stagegate/a.lock", "stagegate/a\nb", "stagegate/*"};
	struct repo_world w;
	struct sg_published published;
	struct sg_plan plan;
	size_t before;

	(void)state;
	repo_world_init(&w);
	plan = work_plan(&w, repo_fetched(&w, "main"), "1.2.0");
	before = repo_requests(&w);
	for (size_t i = 0; i < SG_COUNT(leases); i++) {
		plan.lease = leases[i];
		repo_fails(&w, publish(&w, &plan, &published), SG_R_REVISION_NOT_FOUND, "full");
		repo_fails(&w, sg_repo_delete_branch(w.repo, WORK, leases[i], &published, &w.err),
			SG_R_REVISION_NOT_FOUND, "full");
	}
	for (size_t i = 0; i < SG_COUNT(names); i++) {
		plan.branch = names[i];
		plan.lease = "";
		repo_fails(&w, publish(&w, &plan, &published), SG_R_BUG, "name of a branch");
	}
	assert_int_equal(repo_requests(&w), before);
	repo_world_release(&w);
}

static void a_branch_is_deleted_where_it_was_seen(void **state)
{
	struct repo_world w;
	struct sg_published published;
	const char *tip;
	size_t before;

	(void)state;
	repo_world_init(&w);
	tip = make_work(&w);
	repo_world_again(&w);
	repo_ok(&w, sg_repo_refs(w.repo, &w.err));
	before = repo_requests(&w);
	repo_ok(&w, sg_repo_delete_branch(w.repo, WORK, tip, &published, &w.err));
	assert_int_equal(published.outcome, SG_PUBLISHED);
	assert_string_equal(published.commit, tip);
	assert_int_equal(repo_requests(&w), before + 1);
	git_behind_sh(&w.git, "! git -C \"$BARE\" rev-parse --verify -q refs/heads/" WORK);
	/* it is gone already: look again */
	repo_ok(&w, sg_repo_delete_branch(w.repo, WORK, tip, &published, &w.err));
	assert_int_equal(published.outcome, SG_PUBLISH_STALE);
	repo_world_release(&w);
}

static void a_branch_that_moved_is_not_deleted(void **state)
{
	struct repo_world w;
	struct sg_published published;
	const char *tip, *foreign;

	(void)state;
	repo_world_init(&w);
	tip = make_work(&w);
	git_behind_foreign(&w.git, WORK, "apps/cart/note.txt", "by hand\n");
	foreign = repo_rev(&w, WORK);
	repo_ok(&w, sg_repo_delete_branch(w.repo, WORK, tip, &published, &w.err));
	assert_int_equal(published.outcome, SG_PUBLISH_STALE);
	assert_string_equal(repo_rev(&w, WORK), foreign);
	repo_world_release(&w);
}

/* Git would delete without comparing: it cannot find the commit to compare with. */
static void an_id_out_of_nowhere_guards_no_deletion(void **state)
{
	struct repo_world w;
	struct sg_published published;
	const char *tip;

	(void)state;
	repo_world_init(&w);
	tip = make_work(&w);
	repo_fails(&w,
		sg_repo_delete_branch(w.repo, WORK, "1111111111111111111111111111111111111111",
			&published, &w.err),
		SG_R_BUG, "not read from the server");
	assert_string_equal(repo_rev(&w, WORK), tip);
	repo_world_release(&w);
}

static void a_server_that_keeps_branches_says_so(void **state)
{
	struct repo_world w;
	struct sg_published published;
	const char *tip;

	(void)state;
	repo_world_init(&w);
	tip = make_work(&w);
	git_behind_sh(&w.git, "git -C \"$BARE\" config receive.denyDeletes true");
	repo_fails(&w, sg_repo_delete_branch(w.repo, WORK, tip, &published, &w.err), SG_R_FORBIDDEN,
		"deletion prohibited");
	assert_string_equal(repo_rev(&w, WORK), tip);
	repo_world_release(&w);
}

static void lost_answers_are_doubts(void **state)
{
	struct repo_world w;
	struct sg_published published;
	struct sg_plan plan;
	const char *tip;

	(void)state;
	repo_world_init(&w);
	allow_force(&w);
	tip = make_work(&w);
	(void)snprintf(w.git.drop, sizeof(w.git.drop), "git-receive-pack");
	plan = work_plan(&w, repo_fetched(&w, "main"), "1.2.0");
	plan.lease = tip;
	publishes(&w, &plan, "doubt");
	assert_string_not_equal(repo_rev(&w, WORK), tip);
	tip = repo_rev(&w, WORK);
	repo_ok(&w, sg_repo_delete_branch(w.repo, WORK, tip, &published, &w.err));
	assert_int_equal(published.outcome, SG_PUBLISH_DOUBT);
	git_behind_sh(&w.git, "! git -C \"$BARE\" rev-parse --verify -q refs/heads/" WORK);
	repo_world_release(&w);
}

static void an_answer_in_garbage_is_a_doubt(void **state)
{
	static const char *const bodies[] = {"", "0000", "nonsense", "000eunpack ok\n0000",
		"000eunpack ok\n0019ok refs/heads/other\n0000"};
	struct repo_world w;
	struct sg_published published;
	const char *tip;

	(void)state;
	repo_world_init(&w);
	tip = make_work(&w);
	for (size_t i = 0; i < SG_COUNT(bodies); i++) {
		struct script_answer *answer = script_expect(w.git.script, "POST", REPO_PUSH);

		script_header(answer, "Content-Type", "application/x-git-receive-pack-result");
		script_piece(answer, 0, sg_str_of(bodies[i]));
		repo_ok(&w, sg_repo_delete_branch(w.repo, WORK, tip, &published, &w.err));
		assert_int_equal(published.outcome, SG_PUBLISH_DOUBT);
		assert_string_not_equal(published.why, "");
	}
	assert_string_equal(repo_rev(&w, WORK), tip);
	repo_world_release(&w);
}

/* Two runs that saw the same: one of them moves the branch, whatever they wanted. */
static void of_two_with_one_lease_one_wins(void **state)
{
	struct repo_world w;
	struct sg_published published;
	struct sg_plan first, second;

	(void)state;
	repo_world_init(&w);
	allow_force(&w);
	first = work_plan(&w, "", "1.2.0");
	first.lease = make_work(&w);
	first.parent = repo_fetched(&w, "main");
	second = work_plan(&w, first.parent, "1.3.0");
	second.lease = first.lease;
	publishes(&w, &second, "published");
	publishes(&w, &first, "stale");
	repo_ok(&w, sg_repo_delete_branch(w.repo, WORK, first.lease, &published, &w.err));
	assert_int_equal(published.outcome, SG_PUBLISH_STALE);
	assert_string_equal(
		repo_out(&w, "git -C \"$BARE\" log -1 --format=%s " WORK), "catalog: 1.3.0 in dev");
	repo_world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_branch_is_made_in_one_request),
		cmocka_unit_test(a_branch_that_exists_already_is_stale),
		cmocka_unit_test(our_branch_is_moved_to_a_new_tip),
		cmocka_unit_test(the_old_tip_may_be_here_without_its_history),
		cmocka_unit_test(a_foreign_commit_on_our_branch_stays),
		cmocka_unit_test(a_branch_that_went_away_is_stale),
		cmocka_unit_test(a_server_that_lets_nothing_be_rewritten_says_so),
		cmocka_unit_test(a_protecting_rule_is_named),
		cmocka_unit_test(nobody_elses_branch_is_ever_forced),
		cmocka_unit_test(a_lease_on_the_parent_is_no_force),
		cmocka_unit_test(bad_leases_and_names_are_refused),
		cmocka_unit_test(a_branch_is_deleted_where_it_was_seen),
		cmocka_unit_test(a_branch_that_moved_is_not_deleted),
		cmocka_unit_test(an_id_out_of_nowhere_guards_no_deletion),
		cmocka_unit_test(a_server_that_keeps_branches_says_so),
		cmocka_unit_test(lost_answers_are_doubts),
		cmocka_unit_test(an_answer_in_garbage_is_a_doubt),
		cmocka_unit_test(of_two_with_one_lease_one_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
