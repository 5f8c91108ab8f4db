/* Commits by id: fetching them, what they say of themselves, what they change, what a plan makes.
 */
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
#define AFTER "image:\n  repository: registry.example.com/shop/catalog\n  tag: 1.4.2\n"
#define TEXT(literal)                                                                              \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}
#define MISSING "1111111111111111111111111111111111111111"

/* COUNT commits on main, each with one more line in apps/log.txt. */
static void grow(struct repo_world *w, int count)
{
	for (int i = 0; i < count; i++)
		git_behind_foreign(
			&w->git, "main", "apps/log.txt", sg_arena_printf(&w->arena, "%d\n", i));
}

static int fetch(struct repo_world *w, const char *const *oids, size_t count)
{
	return sg_repo_fetch_commits(w->repo, oids, count, &w->err);
}

static void are_here(struct repo_world *w, const char *const *oids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sg_tree_source *source;
		struct sg_buf buf SG_AUTO(sg_buf_release);

		sg_buf_init(&buf, 4096);
		repo_ok(w, sg_repo_source(w->repo, oids[i], "x", &w->arena, &source, &w->err));
		repo_ok(w, source->read(source, FILE_DEV, &buf, &w->err));
		assert_string_equal(buf.ptr, BEFORE);
	}
}

static void several_commits_come_in_one_exchange(void **state)
{
	struct repo_world w;
	const char *oids[4];
	int64_t when;

	(void)state;
	repo_world_init(&w);
	grow(&w, 3);
	oids[0] = repo_rev(&w, "main~1");
	oids[1] = repo_rev(&w, "main~3");
	oids[2] = oids[0];
	oids[3] = repo_rev(&w, "main");
	repo_ok(&w, fetch(&w, oids, 4));
	assert_int_equal(repo_requests(&w), 2);
	are_here(&w, oids, 4);
	repo_ok(&w, fetch(&w, oids, 4));
	repo_ok(&w, fetch(&w, oids, 0));
	assert_int_equal(repo_requests(&w), 2);
	/* what lies between was not asked for, and is not here */
	repo_fails(&w, sg_repo_commit_time(w.repo, repo_rev(&w, "main~2"), &when, &w.err),
		SG_R_REVISION_NOT_FOUND, "has not been fetched");
	repo_world_release(&w);
}

static void a_fetch_of_branches_goes_on_as_before(void **state)
{
	struct repo_world w;
	const char *oid;

	(void)state;
	repo_world_init(&w);
	grow(&w, 2);
	(void)repo_fetched(&w, "main");
	oid = repo_rev(&w, "main~1");
	repo_ok(&w, fetch(&w, &oid, 1));
	assert_int_equal(repo_requests(&w), 3);
	(void)repo_fetched(&w, "develop");
	assert_int_equal(repo_requests(&w), 4);
	are_here(&w, &oid, 1);
	repo_world_release(&w);
}

static void a_missing_commit_is_named(void **state)
{
	struct repo_world w;
	const char *oids[] = {NULL, MISSING};

	(void)state;
	repo_world_init(&w);
	oids[0] = repo_rev(&w, "main");
	repo_fails(&w, fetch(&w, oids, 2), SG_R_REVISION_NOT_FOUND, MISSING);
	/* nothing is broken by that */
	repo_ok(&w, fetch(&w, oids, 1));
	are_here(&w, oids, 1);
	oids[0] = "main";
	repo_fails(&w, fetch(&w, oids, 1), SG_R_REVISION_NOT_FOUND, "\"main\"");
	oids[0] = "";
	repo_fails(&w, fetch(&w, oids, 1), SG_R_REVISION_NOT_FOUND, "full");
	repo_world_release(&w);
}

static void what_is_no_commit_is_not_found(void **state)
{
	struct repo_world w;
	const char *oid;

	(void)state;
	repo_world_init(&w);
	oid = repo_rev(&w, "main^{tree}");
	repo_fails(&w, fetch(&w, &oid, 1), SG_R_REVISION_NOT_FOUND, "");
	oid = repo_rev(&w, "main:" FILE_DEV);
	repo_fails(&w, fetch(&w, &oid, 1), SG_R_REVISION_NOT_FOUND, "");
	repo_world_release(&w);
}

/* The names may come from the look itself, which the second look replaces. */
static void a_rewritten_branch_is_looked_at_again(void **state)
{
	const struct sg_repo_branch *branches;
	char tip[SG_OID_SIZE];
	const char *name;
	struct repo_world w;
	size_t count;

	(void)state;
	repo_world_init(&w);
	grow(&w, 2);
	repo_ok(&w, sg_repo_refs(w.repo, &w.err));
	branches = sg_repo_branches(w.repo, &count);
	name = branches[count - 1].name;
	assert_string_equal(name, "main");
	git_behind_sh(&w.git, "git -C \"$BARE\" update-ref refs/heads/main main~1; git -C "
			      "\"$BARE\" -c gc.reflogExpire=now gc -q --prune=now");
	repo_ok(&w, sg_repo_fetch(w.repo, &name, 1, &w.err));
	repo_ok(&w, sg_repo_tip(w.repo, "main", tip, &w.err));
	assert_string_equal(tip, repo_rev(&w, "main"));
	repo_world_release(&w);
}

/* A server that gives only what its names stand for. */
static void a_strict_server_gives_what_has_a_name(void **state)
{
	struct repo_world w;
	const char *named, *unnamed, *request;

	(void)state;
	repo_world_init(&w);
	grow(&w, 2);
	git_behind_sh(&w.git, "git -C \"$BARE\" config uploadpack.allowAnySHA1InWant false; git -C "
			      "\"$BARE\" update-ref refs/merge-requests/7/head main~1");
	named = repo_rev(&w, "main~1");
	unnamed = repo_rev(&w, "main~2");
	request = repo_rev(&w, "main");
	repo_ok(&w, fetch(&w, &named, 1));
	repo_ok(&w, fetch(&w, &request, 1));
	are_here(&w, &named, 1);
	repo_fails(&w, fetch(&w, &unnamed, 1), SG_R_REVISION_NOT_FOUND, unnamed);
	assert_non_null(strstr(w.err.hint, "allowAnySHA1InWant"));
	/* a name that came after the look is found by a second one */
	git_behind_sh(&w.git, "git -C \"$BARE\" update-ref refs/merge-requests/8/head main~2");
	repo_ok(&w, fetch(&w, &unnamed, 1));
	are_here(&w, &unnamed, 1);
	repo_world_release(&w);
}

static void odd_answers_have_their_reason(void **state)
{
	static const struct {
		const char *body;
		enum sg_reason reason;
	} answers[] = {
		{"", SG_R_REMOTE_FAILED},
		{"garbage that is no pkt-line", SG_R_ANSWER_INVALID},
		{"0034shallow " MISSING "00000008NAK\n", SG_R_REMOTE_FAILED},
		{"0045ERR upload-pack: not our ref " MISSING, SG_R_REVISION_NOT_FOUND},
		{"001cERR access denied or so\n", SG_R_REMOTE_FAILED},
	};
	struct repo_world w;
	const char *oid;

	(void)state;
	repo_world_init(&w);
	oid = repo_rev(&w, "main");
	for (size_t i = 0; i < SG_COUNT(answers); i++) {
		struct script_answer *answer;

		repo_ok(&w, sg_repo_refs(w.repo, &w.err));
		answer = script_reply(w.git.script, "POST", REPO_FETCH, 200, answers[i].body);
		script_header(answer, "Content-Type", "application/x-git-upload-pack-result");
		/* it is asked once more after a new look where that may help */
		if (answers[i].reason == SG_R_REVISION_NOT_FOUND) {
			script_reply(w.git.script, "GET", REPO_FETCH_REFS, 503, "");
			repo_fails(&w, fetch(&w, &oid, 1), SG_R_REMOTE_FAILED, "");
		} else {
			repo_fails(&w, fetch(&w, &oid, 1), answers[i].reason, "");
		}
	}
	repo_ok(&w, fetch(&w, &oid, 1));
	repo_world_release(&w);
}

static struct sg_commit_facts facts_of(struct repo_world *w, const char *oid)
{
	struct sg_commit_facts facts = {0};

	repo_ok(w, fetch(w, &oid, 1));
	repo_ok(w, sg_repo_commit_facts(w->repo, oid, &w->arena, &facts, &w->err));
	return facts;
}

static void a_commit_tells_who_and_what(void **state)
{
	struct repo_world w;
	struct sg_commit_facts facts;

	(void)state;
	repo_world_init(&w);
	git_behind_sh(&w.git,
		"set -e; cd \"$CLONE\"; git checkout -q main; echo x >x; git add x; "
		"GIT_AUTHOR_NAME='Ä. Person' GIT_AUTHOR_EMAIL=a@example.com "
		"GIT_AUTHOR_DATE='1767270000 +0200' GIT_COMMITTER_NAME=GitLab "
		"GIT_COMMITTER_EMAIL=noreply@example.com GIT_COMMITTER_DATE='1767280000 -0500' "
		"git commit -qm 'one line\n\nand a body'; git merge -q --no-ff -m 'Merge it' "
		"origin/develop; git push -q origin main");
	facts = facts_of(&w, repo_rev(&w, "main~1"));
	assert_int_equal(facts.parent_count, 1);
	assert_string_equal(facts.parents[0], repo_rev(&w, "main~2"));
	assert_string_equal(facts.tree, repo_rev(&w, "main~1^{tree}"));
	assert_string_equal(facts.author.name, "Ä. Person");
	assert_string_equal(facts.author.email, "a@example.com");
	assert_int_equal(facts.author.unix_s, 1767270000);
	assert_string_equal(facts.committer.name, "GitLab");
	assert_string_equal(facts.committer.email, "noreply@example.com");
	assert_int_equal(facts.committer.unix_s, 1767280000);
	assert_string_equal(facts.subject, "one line");
	/* although history is cut off behind it here */
	facts = facts_of(&w, repo_rev(&w, "main"));
	assert_int_equal(facts.parent_count, 2);
	assert_string_equal(facts.parents[0], repo_rev(&w, "main~1"));
	assert_string_equal(facts.parents[1], repo_rev(&w, "develop"));
	assert_string_equal(facts.subject, "Merge it");
	repo_world_release(&w);
}

/* Writes a raw commit whose text after the tree line is TEXT (printf's format); its id. */
static const char *raw_commit(struct repo_world *w, const char *text)
{
	const char *oid = repo_out(w,
		sg_arena_printf(&w->arena,
			"cd \"$BARE\"; { echo \"tree $(git rev-parse 'main^{tree}')\"; %s; } | git "
			"hash-object --literally -t commit -w --stdin",
			text));

	git_behind_sh(&w->git,
		sg_arena_printf(&w->arena,
			"mkdir -p \"$BARE/refs/odd\"; echo %s >\"$BARE/refs/odd/x\"", oid));
	return oid;
}

#define WHO "S <s@example.com> 1767261700 +0000"

static void hostile_commits_are_bounded(void **state)
{
	struct repo_world w;
	struct sg_commit_facts facts;
	const char *oid;

	(void)state;
	repo_world_init(&w);
	oid = raw_commit(&w, "n=$(head -c 999 /dev/zero | tr '\\0' n); echo \"author $n <$n@x> 1 "
			     "+0000\"; echo 'committer " WHO "'; echo; head -c 254 /dev/zero | tr "
			     "'\\0' s; printf 'äöü\\n'");
	facts = facts_of(&w, oid);
	assert_int_equal(strlen(facts.author.name), SG_COMMIT_TEXT_MAX);
	assert_int_equal(strlen(facts.author.email), SG_COMMIT_TEXT_MAX);
	assert_int_equal(strlen(facts.subject), SG_COMMIT_TEXT_MAX); /* 254 and the two of "ä" */
	assert_int_equal(facts.parent_count, 0);
	oid = raw_commit(&w, "echo 'author " WHO "'; echo 'committer " WHO "'");
	assert_string_equal(facts_of(&w, oid).subject, "");
	/* a parent in the body is none */
	oid = raw_commit(&w, "echo 'author " WHO "'; echo 'committer " WHO "'; echo; echo; echo "
			     "'parent " MISSING "'");
	facts = facts_of(&w, oid);
	assert_int_equal(facts.parent_count, 0);
	assert_string_equal(facts.subject, "parent " MISSING);
	git_behind_sh(&w.git, "rm \"$BARE/refs/odd/x\"");
	repo_world_release(&w);
}

static void too_many_parents_are_refused(void **state)
{
	struct repo_world w;
	struct sg_commit_facts facts;
	const char *oid;

	(void)state;
	repo_world_init(&w);
	oid = raw_commit(&w, "p=$(git rev-parse main); for i in $(seq 1001); do echo parent $p; "
			     "done; echo 'author " WHO "'; echo 'committer " WHO "'; echo; echo x");
	repo_ok(&w, fetch(&w, &oid, 1));
	repo_fails(&w, sg_repo_commit_facts(w.repo, oid, &w.arena, &facts, &w.err), SG_R_TOO_LARGE,
		"1000 parents");
	repo_fails(&w, sg_repo_commit_facts(w.repo, MISSING, &w.arena, &facts, &w.err),
		SG_R_REVISION_NOT_FOUND, MISSING);
	repo_world_release(&w);
}

static void a_broken_commit_is_no_commit(void **state)
{
	static const char *const texts[] = {"echo author nobody", "echo 'author " WHO "'",
		"printf 'parent 123\\n'; echo 'author " WHO "'; echo 'committer " WHO
		"'; echo; echo x"};
	struct repo_world w;
	struct sg_commit_facts facts;

	(void)state;
	repo_world_init(&w);
	for (size_t i = 0; i < SG_COUNT(texts); i++) {
		const char *oid = raw_commit(&w, texts[i]);

		assert_int_equal(fetch(&w, &oid, 1), -1);
		assert_int_equal(sg_repo_commit_facts(w.repo, oid, &w.arena, &facts, &w.err), -1);
	}
	git_behind_sh(&w.git, "cd \"$BARE\"; rm refs/odd/x; git prune --expire=now");
	repo_world_release(&w);
}

static const struct sg_file_change changes[] = {
	{.path = FILE_DEV, .before = TEXT(BEFORE), .after = TEXT(AFTER)},
	{.path = "apps/catalog/run.sh", .before = TEXT("x\n"), .after = TEXT("y\n")},
	{.path = "new/deep/file.yaml", .after = TEXT("new: true\n")},
};

static void a_plan_makes_the_tree_that_git_would_write(void **state)
{
	struct repo_world w;
	const char *base;
	char tree[65];
	size_t before;

	(void)state;
	repo_world_init(&w);
	git_behind_sh(&w.git, "set -e; cd \"$CLONE\"; git checkout -q main; printf 'x\\n' "
			      ">apps/catalog/run.sh; chmod +x apps/catalog/run.sh; ln -s x l; git "
			      "add -A; git commit -qm x; git push -q origin main");
	base = repo_fetched(&w, "main");
	before = repo_requests(&w);
	repo_ok(&w, sg_repo_plan_tree(w.repo, changes, 3, base, tree, &w.err));
	assert_string_equal(tree,
		repo_out(&w, "set -e; cd \"$CLONE\"; sed -i s/1.0.0/1.4.2/ " FILE_DEV
			     "; printf 'y\\n' >apps/catalog/run.sh; mkdir -p new/deep; echo 'new: "
			     "true' >new/deep/file.yaml; git add -A; git write-tree"));
	repo_ok(&w, sg_repo_plan_tree(w.repo, NULL, 0, base, tree, &w.err));
	assert_string_equal(tree, repo_rev(&w, "main^{tree}"));
	assert_int_equal(repo_requests(&w), before);
	assert_string_equal(repo_rev(&w, "main"), base);
	repo_world_release(&w);
}

static void a_plan_for_other_files_is_refused(void **state)
{
	static const struct sg_file_change other = {
		.path = FILE_DEV, .before = TEXT("other\n"), .after = TEXT(AFTER)};
	static const struct sg_file_change link = {
		.path = "l", .before = TEXT("x"), .after = TEXT("y")};
	static const struct sg_file_change outside = {.path = "../x", .after = TEXT("y")};
	struct repo_world w;
	const char *base;
	char tree[65] = "untouched";

	(void)state;
	repo_world_init(&w);
	git_behind_sh(&w.git, "set -e; cd \"$CLONE\"; git checkout -q main; ln -s x l; git add -A; "
			      "git commit -qm x; git push -q origin main");
	base = repo_fetched(&w, "main");
	repo_fails(&w, sg_repo_plan_tree(w.repo, &other, 1, base, tree, &w.err), SG_R_BUG,
		"made from");
	repo_fails(&w, sg_repo_plan_tree(w.repo, &link, 1, base, tree, &w.err), SG_R_EDIT_REFUSED,
		"plain file");
	repo_fails(&w, sg_repo_plan_tree(w.repo, &outside, 1, base, tree, &w.err),
		SG_R_CONFIG_INVALID, "");
	repo_fails(&w, sg_repo_plan_tree(w.repo, &other, 1, MISSING, tree, &w.err),
		SG_R_REVISION_NOT_FOUND, MISSING);
	assert_string_equal(tree, "untouched");
	repo_world_release(&w);
}

/* The proof of a merge request's head: its tree is the plan's on its parent. */
static void a_published_plan_has_the_planned_tree(void **state)
{
	struct repo_world w;
	struct sg_publisher *publisher;
	struct sg_published published;
	struct sg_commit_facts facts;
	struct sg_plan plan = {.branch = "stagegate/dev/catalog",
		.lease = "",
		.files = changes,
		.file_count = 1,
		.message = "x\n",
		.author = {"CI", "ci@example.com", 1},
		.committer = {"CI", "ci@example.com", 1}};
	char tree[65];

	(void)state;
	repo_world_init(&w);
	plan.parent = repo_fetched(&w, "main");
	repo_ok(&w, sg_repo_publisher(w.repo, &w.arena, &publisher, &w.err));
	repo_ok(&w, publisher->publish(publisher, &plan, &published, &w.err));
	assert_int_equal(published.outcome, SG_PUBLISHED);
	repo_world_again(&w);
	(void)repo_fetched(&w, "main");
	facts = facts_of(&w, published.commit);
	assert_string_equal(facts.parents[0], plan.parent);
	repo_ok(&w, sg_repo_plan_tree(w.repo, changes, 1, facts.parents[0], tree, &w.err));
	assert_string_equal(facts.tree, tree);
	repo_world_release(&w);
}

/* The commit that came first is forgotten as an offer, and still can be built upon. */
static void an_old_acquaintance_can_be_built_upon(void **state)
{
	struct repo_world w;
	struct sg_publisher *publisher;
	struct sg_published published;
	const char *oid;
	struct sg_plan plan = {.branch = "stagegate/dev/catalog",
		.lease = "",
		.files = changes,
		.file_count = 1,
		.message = "x\n",
		.author = {"CI", "ci@example.com", 1},
		.committer = {"CI", "ci@example.com", 1}};

	(void)state;
	repo_world_init(&w);
	grow(&w, 13);
	plan.parent = repo_rev(&w, "main~12");
	repo_ok(&w, fetch(&w, &plan.parent, 1));
	for (int i = 10; i > 0; i--) {
		oid = repo_rev(&w, sg_arena_printf(&w.arena, "main~%d", i));
		repo_ok(&w, fetch(&w, &oid, 1));
	}
	(void)repo_fetched(&w, "main");
	(void)repo_fetched(&w, "develop");
	repo_ok(&w, sg_repo_publisher(w.repo, &w.arena, &publisher, &w.err));
	repo_ok(&w, publisher->publish(publisher, &plan, &published, &w.err));
	assert_int_equal(published.outcome, SG_PUBLISHED);
	assert_string_equal(repo_rev(&w, "stagegate/dev/catalog~1"), plan.parent);
	repo_world_release(&w);
}

static const char *changed(struct repo_world *w, const char *base, const char *head)
{
	struct sg_buf all;
	const char *const *paths;
	size_t count;

	repo_ok(w, sg_repo_changed_paths(w->repo, base, head, &w->arena, &paths, &count, &w->err));
	assert_true(count <= SG_REPO_PATHS_MAX);
	sg_buf_init(&all, 1 << 20);
	for (size_t i = 0; i < count; i++)
		sg_buf_addf(&all, "%s%s", i ? "\n" : "", paths[i]);
	base = sg_arena_dup(&w->arena, sg_buf_str(&all));
	sg_buf_release(&all);
	return base;
}

static void changed_paths_are_those_of_git_diff(void **state)
{
	struct repo_world w;
	const char *base, *head;

	(void)state;
	repo_world_init(&w);
	git_behind_sh(&w.git,
		"set -e; cd \"$CLONE\"; git checkout -q main; echo x >>" FILE_DEV
		"; rm apps/cart/values-dev.yaml; chmod +x apps/orders/values-dev.yaml; mkdir -p "
		"n/m; echo n >n/m/n; echo n >p.m; rm -r apps/orders/values-prod.yaml; mkdir "
		"apps/orders/values-prod.yaml; echo x >apps/orders/values-prod.yaml/x; ln -s x l; "
		"echo '  # ' >>.gitlab-ci.yml; git add -A; git commit -qm x; git push -q origin "
		"main");
	head = repo_fetched(&w, "main");
	base = repo_rev(&w, "main~1");
	repo_ok(&w, fetch(&w, &base, 1));
	assert_string_equal(changed(&w, base, head),
		repo_out(&w,
			"git -C \"$BARE\" diff --no-renames --name-only main~1 main | LC_ALL=C "
			"sort"));
	assert_string_equal(changed(&w, head, base), changed(&w, base, head));
	assert_string_equal(changed(&w, head, head), "");
	repo_world_release(&w);
}

static void changed_paths_are_bounded(void **state)
{
	struct repo_world w;
	const char *const *paths;
	const char *base, *head;
	size_t count;

	(void)state;
	repo_world_init(&w);
	git_behind_sh(&w.git,
		"set -e; cd \"$CLONE\"; git checkout -q main; for i in $(seq 100 399); "
		"do echo x >$i; done; p=0; for i in 1 2 3 4 5 6 7 8 9; do p=$p/$(head "
		"-c 200 /dev/zero | tr '\\0' p); done; mkdir -p $p; echo x >$p/x; git "
		"add -A; git commit -qm x; git push -q origin main");
	head = repo_fetched(&w, "main");
	base = repo_rev(&w, "main~1");
	repo_ok(&w, fetch(&w, &base, 1));
	repo_ok(&w, sg_repo_changed_paths(w.repo, base, head, &w.arena, &paths, &count, &w.err));
	assert_int_equal(count, SG_REPO_PATHS_MAX);
	assert_int_equal(strlen(paths[0]), 1024);
	assert_string_equal(paths[1], "100");
	repo_fails(&w,
		sg_repo_changed_paths(w.repo, base, MISSING, &w.arena, &paths, &count, &w.err),
		SG_R_REVISION_NOT_FOUND, MISSING);
	repo_world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_commits_come_in_one_exchange),
		cmocka_unit_test(a_fetch_of_branches_goes_on_as_before),
		cmocka_unit_test(a_rewritten_branch_is_looked_at_again),
		cmocka_unit_test(a_missing_commit_is_named),
		cmocka_unit_test(what_is_no_commit_is_not_found),
		cmocka_unit_test(a_strict_server_gives_what_has_a_name),
		cmocka_unit_test(odd_answers_have_their_reason),
		cmocka_unit_test(a_commit_tells_who_and_what),
		cmocka_unit_test(hostile_commits_are_bounded),
		cmocka_unit_test(too_many_parents_are_refused),
		cmocka_unit_test(a_broken_commit_is_no_commit),
		cmocka_unit_test(a_plan_makes_the_tree_that_git_would_write),
		cmocka_unit_test(a_plan_for_other_files_is_refused),
		cmocka_unit_test(a_published_plan_has_the_planned_tree),
		cmocka_unit_test(an_old_acquaintance_can_be_built_upon),
		cmocka_unit_test(changed_paths_are_those_of_git_diff),
		cmocka_unit_test(changed_paths_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
