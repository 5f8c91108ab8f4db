/* sg_repo_ancestry(): yes and no only when Git proves it, and as little fetching as that takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "git_behind.h"
#include "repo/repo.h"

struct world {
	struct git_behind git;
	struct sg_arena arena;
	struct sg_repo *repo;
	struct sg_ancestry *ancestry;
	struct sg_err err;
};

static void ok(struct world *w, int rc)
{
	if (rc < 0)
		fail_msg("%s: %s: %s", sg_reason_name(w->err.reason), w->err.where, w->err.cause);
}

static void world_init(struct world *w)
{
	struct sg_repo_opts opts = {.url = GIT_BEHIND_URL};

	*w = (struct world){0};
	git_behind_init(&w->git);
	opts.http = script_http(w->git.script);
	opts.tmpdir = w->git.tmp;
	opts.retry = (struct sg_retry_policy){
		.base_ms = 1, .max_ms = 1, .tries = 1, .deadline_ms = SG_NEVER};
	ok(w, sg_repo_open(&opts, &w->repo, &w->err));
	ok(w, sg_repo_ancestry(w->repo, "main", &w->arena, &w->ancestry, &w->err));
}

static void world_release(struct world *w)
{
	sg_repo_close(w->repo);
	if (script_problem(w->git.script))
		fail_msg("%s", script_problem(w->git.script));
	git_behind_sh(&w->git, "test -z \"$(ls -A \"$TMP\")\"");
	sg_arena_release(&w->arena);
	git_behind_release(&w->git);
}

/* COUNT more commits on BRANCH, made without a work tree; each changes one line of one file. */
static void grow(struct world *w, const char *branch, int count)
{
	git_behind_sh(&w->git, sg_arena_printf(&w->arena,
				       "awk -v b=%s -v n=%d 'BEGIN { for (i = 0; i < n; i++) { "
				       "print \"commit refs/heads/\" "
				       "b; print \"committer S <s@example.com> \" 1767261700 + i "
				       "\" +0000\"; print \"data "
				       "2\\nx\"; if (i == 0) print \"from refs/heads/\" b \"^0\"; "
				       "s = \"change \" i \"\\n\"; print "
				       "\"M 100644 inline apps/log.txt\\ndata \" length(s) \"\\n\" "
				       "s } }' | git -C \"$BARE\" "
				       "fast-import --quiet",
				       branch, count));
}

static const char *rev(struct world *w, const char *name)
{
	char out[80];
	const char *command =
		sg_arena_printf(&w->arena, "git -C \"$BARE\" rev-parse '%s^{commit}'", name);

	return sg_arena_strdup(&w->arena, git_behind_out(&w->git, command, out, sizeof(out)));
}

static void fetch(struct world *w, const char *branch)
{
	ok(w, sg_repo_refs(w->repo, &w->err));
	ok(w, sg_repo_fetch(w->repo, &branch, 1, &w->err));
}

static size_t requests(struct world *w)
{
	return script_request_count(w->git.script);
}

static void is(
	struct world *w, const char *descendant, const char *ancestor, enum sg_answer expected)
{
	enum sg_answer got = w->ancestry->contains(w->ancestry, descendant, ancestor);

	if (got != expected)
		fail_msg("%s contains %s: %d, not %d", descendant, ancestor, (int)got,
			(int)expected);
}

static void the_same_commit_and_its_parent_need_no_network(void **state)
{
	struct world w;
	const char *tip, *parent;

	(void)state;
	world_init(&w);
	grow(&w, "main", 5);
	tip = rev(&w, "main");
	parent = rev(&w, "main~1");
	fetch(&w, "main");
	assert_int_equal(requests(&w), 2);
	is(&w, tip, tip, SG_ANSWER_YES);
	is(&w, parent, tip, SG_ANSWER_NO); /* the tip's own header proves it */
	is(&w, tip, parent, SG_ANSWER_YES);
	assert_int_equal(requests(&w), 2);
	world_release(&w);
}

static void newer_and_older_commits_are_fetched(void **state)
{
	struct world w;
	const char *mine, *old, *newer;
	size_t before;

	(void)state;
	world_init(&w);
	grow(&w, "main", 10);
	mine = rev(&w, "main");
	old = rev(&w, "main~7");
	fetch(&w, "main");
	is(&w, old, mine, SG_ANSWER_NO);
	is(&w, mine, old, SG_ANSWER_YES);
	grow(&w, "main", 30);
	newer = rev(&w, "main~3");
	is(&w, newer, mine, SG_ANSWER_YES);
	before = requests(&w);
	is(&w, newer, mine, SG_ANSWER_YES);
	is(&w, mine, newer, SG_ANSWER_NO);
	is(&w, old, newer, SG_ANSWER_NO);
	assert_int_equal(requests(&w), before);
	world_release(&w);
}

static void history_is_deepened_in_steps(void **state)
{
	struct world w;
	const char *first, *tip;
	size_t before;

	(void)state;
	world_init(&w);
	first = rev(&w, "main");
	grow(&w, "main", 300);
	tip = rev(&w, "main");
	fetch(&w, "main");
	before = requests(&w);
	is(&w, tip, first, SG_ANSWER_YES);
	assert_true(requests(&w) - before <= 7); /* a look, 64 deep, the commit, 1,024 deep */
	world_release(&w);
}

static void all_of_history_is_the_last_step(void **state)
{
	struct world w;
	const char *first, *middle;

	(void)state;
	world_init(&w);
	git_behind_sh(&w.git, "git -C \"$BARE\" config uploadpack.allowAnySHA1InWant false");
	first = rev(&w, "main");
	grow(&w, "main", 3000);
	middle = rev(&w, "main~2000");
	fetch(&w, "main");
	is(&w, rev(&w, "main"), first, SG_ANSWER_YES);
	is(&w, rev(&w, "main"), middle, SG_ANSWER_YES);
	is(&w, first, middle, SG_ANSWER_NO);
	grow(&w, "main", 50);
	is(&w, rev(&w, "main"), middle, SG_ANSWER_YES);
	is(&w, rev(&w, "main~2"), rev(&w, "main~1"), SG_ANSWER_NO);
	is(&w, rev(&w, "main~1"), rev(&w, "main~2"), SG_ANSWER_YES);
	world_release(&w);
}

static void many_looks_stay_cheap(void **state)
{
	struct world w;
	const char *mine;
	size_t before;

	(void)state;
	world_init(&w);
	mine = rev(&w, "main");
	fetch(&w, "main");
	for (int i = 0; i < 12; i++) {
		grow(&w, "main", 3);
		is(&w, rev(&w, "main"), mine, SG_ANSWER_YES);
	}
	before = w.git.bytes_down;
	grow(&w, "main", 1);
	is(&w, rev(&w, "main"), mine, SG_ANSWER_YES);
	assert_true(w.git.bytes_down - before < 20000);
	world_release(&w);
}

static void a_commit_of_another_branch_is_no(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	grow(&w, "main", 3);
	fetch(&w, "main");
	/* develop left main before these three */
	is(&w, rev(&w, "develop"), rev(&w, "main"), SG_ANSWER_NO);
	is(&w, rev(&w, "main"), rev(&w, "develop"), SG_ANSWER_NO);
	is(&w, rev(&w, "develop"), rev(&w, "main~3"), SG_ANSWER_YES);
	world_release(&w);
}

static void merges_are_followed(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	git_behind_sh(&w.git,
		"set -e; cd \"$CLONE\"; git checkout -q main; git merge -q --no-ff -m m "
		"develop; git push -q origin main");
	fetch(&w, "main");
	is(&w, rev(&w, "main"), rev(&w, "develop"), SG_ANSWER_YES);
	is(&w, rev(&w, "develop"), rev(&w, "main"), SG_ANSWER_NO);
	world_release(&w);
}

static void what_nobody_knows_stays_unknown(void **state)
{
	struct world w;
	const char *ghost = "1111111111111111111111111111111111111111";
	size_t before;

	(void)state;
	world_init(&w);
	fetch(&w, "main");
	is(&w, ghost, rev(&w, "main"), SG_ANSWER_UNKNOWN);
	before = requests(&w);
	is(&w, ghost, rev(&w, "main"), SG_ANSWER_UNKNOWN);
	assert_int_equal(requests(&w), before); /* not again at once */
	script_advance(w.git.script, 11000);
	is(&w, ghost, rev(&w, "main"), SG_ANSWER_UNKNOWN);
	assert_true(requests(&w) > before);
	before = requests(&w);
	script_advance(w.git.script, 11000);
	is(&w, ghost, rev(&w, "main"), SG_ANSWER_UNKNOWN);
	assert_int_equal(requests(&w), before); /* longer and longer */
	is(&w, "", rev(&w, "main"), SG_ANSWER_UNKNOWN);
	is(&w, NULL, rev(&w, "main"), SG_ANSWER_UNKNOWN);
	is(&w, rev(&w, "main"), "main", SG_ANSWER_UNKNOWN);
	world_release(&w);
}

static void without_single_commits_another_branch_is_unknown(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	git_behind_sh(&w.git, "git -C \"$BARE\" config uploadpack.allowAnySHA1InWant false");
	fetch(&w, "main");
	grow(&w, "develop", 3);
	is(&w, rev(&w, "develop~1"), rev(&w, "main"), SG_ANSWER_UNKNOWN);
	world_release(&w);
}

static void tags_are_read_at_the_server(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	grow(&w, "main", 4);
	git_behind_sh(&w.git, "set -e; cd \"$BARE\"; "
			      "git tag main refs/heads/main~3; git tag light refs/heads/main~2; "
			      "git tag -a -m x annotated refs/heads/main~1; git tag side develop");
	fetch(&w, "main");
	is(&w, "light", rev(&w, "refs/heads/main~3"), SG_ANSWER_YES);
	is(&w, "light", rev(&w, "refs/heads/main"), SG_ANSWER_NO);
	is(&w, "annotated", rev(&w, "light"), SG_ANSWER_YES);
	is(&w, "side", rev(&w, "refs/heads/main"), SG_ANSWER_NO);
	is(&w, "main", rev(&w, "refs/tags/main"), SG_ANSWER_UNKNOWN); /* a branch too */
	is(&w, "v9", rev(&w, "light"), SG_ANSWER_UNKNOWN);
	is(&w, "a b", rev(&w, "light"), SG_ANSWER_UNKNOWN);
	world_release(&w);
}

static void a_server_in_trouble_is_unknown(void **state)
{
	struct world w;
	const char *tip;

	(void)state;
	world_init(&w);
	fetch(&w, "main");
	grow(&w, "main", 3);
	tip = rev(&w, "main");
	(void)script_reply(w.git.script, "GET", GIT_BEHIND_URL "/info/refs?service=git-upload-pack",
		500, "boom");
	is(&w, tip, rev(&w, "main~2"), SG_ANSWER_UNKNOWN);
	script_advance(w.git.script, 11000);
	is(&w, tip, rev(&w, "main~2"), SG_ANSWER_YES);
	world_release(&w);
}

static void a_branch_that_was_rewritten_is_no(void **state)
{
	struct world w;
	const char *mine;

	(void)state;
	world_init(&w);
	grow(&w, "main", 4);
	mine = rev(&w, "main");
	fetch(&w, "main");
	git_behind_sh(&w.git, "git -C \"$BARE\" update-ref refs/heads/main main~2");
	grow(&w, "main", 3);
	is(&w, rev(&w, "main"), mine, SG_ANSWER_NO);
	world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_commit_and_its_parent_need_no_network),
		cmocka_unit_test(newer_and_older_commits_are_fetched),
		cmocka_unit_test(history_is_deepened_in_steps),
		cmocka_unit_test(all_of_history_is_the_last_step),
		cmocka_unit_test(many_looks_stay_cheap),
		cmocka_unit_test(a_commit_of_another_branch_is_no),
		cmocka_unit_test(merges_are_followed),
		cmocka_unit_test(what_nobody_knows_stays_unknown),
		cmocka_unit_test(without_single_commits_another_branch_is_unknown),
		cmocka_unit_test(tags_are_read_at_the_server),
		cmocka_unit_test(a_server_in_trouble_is_unknown),
		cmocka_unit_test(a_branch_that_was_rewritten_is_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
