/* repo/: looking, fetching, reading and publishing against a real git behind a scripted network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "git_behind.h"
#include "repo/repo.h"

#define FETCH_REFS GIT_BEHIND_URL "/info/refs?service=git-upload-pack"
#define FETCH GIT_BEHIND_URL "/git-upload-pack"
#define PUSH GIT_BEHIND_URL "/git-receive-pack"
#define FILE_DEV "apps/catalog/values-dev.yaml"
#define BEFORE "image:\n  repository: registry.example.com/shop/catalog\n  tag: 1.0.0\n"
#define AFTER "image:\n  repository: registry.example.com/shop/catalog\n  tag: 1.4.2\n"

struct world {
	struct git_behind git;
	struct sg_redactor *redactor;
	struct sg_secret *secret;
	struct sg_cred cred;
	struct sg_arena arena;
	struct sg_repo *repo;
	struct sg_err err;
};

static struct sg_repo *open_repo(struct world *w)
{
	struct sg_repo_opts opts = {
		.http = script_http(w->git.script),
		.url = GIT_BEHIND_URL "/",
		.cred = &w->cred,
		.tmpdir = w->git.tmp,
		.deadline_ms = script_now_ms(w->git.script) + 600000,
		.retry = {.base_ms = 500,
			.max_ms = 30000,
			.max_after_ms = 120000,
			.tries = 4,
			.deadline_ms = script_now_ms(w->git.script) + 600000,
			.seed = 7},
	};
	struct sg_repo *repo = NULL;

	if (sg_repo_open(&opts, &repo, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	return repo;
}

static void world_init(struct world *w)
{
	*w = (struct world){0};
	git_behind_init(&w->git);
	w->redactor = sg_redactor_new();
	w->secret = sg_secret_new(w->redactor, SG_STR("glpat-canary"));
	w->cred = (struct sg_cred){.kind = SG_CRED_BASIC,
		.origin = "https://git.test:443",
		.user = "oauth2",
		.secret = w->secret};
	w->repo = open_repo(w);
}

/* What breaks off is asked for again, so often in all. */
enum { BREAKS = 3 };

/* Nothing may be left: no call, no file of ours. */
static void world_release(struct world *w)
{
	sg_repo_close(w->repo);
	if (script_problem(w->git.script))
		fail_msg("%s", script_problem(w->git.script));
	assert_int_equal(script_open_calls(w->git.script), 0);
	git_behind_sh(&w->git, "test -z \"$(ls -A \"$TMP\")\"");
	git_behind_sh(&w->git, "git -C \"$BARE\" fsck --full --strict >/dev/null 2>&1");
	sg_arena_release(&w->arena);
	sg_secret_free(w->secret);
	sg_redactor_free(w->redactor);
	git_behind_release(&w->git);
}

static void ok(struct world *w, int rc)
{
	if (rc < 0)
		fail_msg("%s: %s: %s", sg_reason_name(w->err.reason), w->err.where, w->err.cause);
}

static void fails(struct world *w, int rc, enum sg_reason reason, const char *in_cause)
{
	assert_int_equal(rc, -1);
	if (w->err.reason != reason || !strstr(w->err.cause, in_cause))
		fail_msg("got %s: %s: %s (%s)", sg_reason_name(w->err.reason), w->err.where,
			w->err.cause, w->err.hint);
}

static const char *server_tip(struct world *w, const char *branch)
{
	char command[160], out[80];

	(void)snprintf(
		command, sizeof(command), "git -C \"$BARE\" rev-parse refs/heads/%s", branch);
	return sg_arena_strdup(&w->arena, git_behind_out(&w->git, command, out, sizeof(out)));
}

static const char *fetched_tip(struct world *w, const char *branch)
{
	char tip[65];

	ok(w, sg_repo_fetch(w->repo, &branch, 1, &w->err));
	ok(w, sg_repo_tip(w->repo, branch, tip, &w->err));
	return sg_arena_strdup(&w->arena, tip);
}

static struct sg_tree_source *source_at(struct world *w, const char *branch)
{
	struct sg_tree_source *source = NULL;

	ok(w, sg_repo_source(w->repo, fetched_tip(w, branch), branch, &w->arena, &source, &w->err));
	return source;
}

static struct sg_plan bump_plan(struct world *w, const char *branch, const char *parent)
{
	struct sg_file_change *file = sg_arena_calloc(&w->arena, 1, sizeof(*file));

	*file = (struct sg_file_change){
		.path = FILE_DEV, .before = SG_STR(BEFORE), .after = SG_STR(AFTER)};
	return (struct sg_plan){
		.branch = branch,
		.parent = parent,
		.environment = "dev",
		.files = file,
		.file_count = 1,
		.message = "catalog: 1.4.2 in dev\n\nStagegate-Id: 0123456789\n",
		.author = {"CI", "ci@example.com", 1767262000},
		.committer = {"stagegate", "bot@example.com", 1767262001},
	};
}

static int publish(struct world *w, const struct sg_plan *plan, struct sg_published *published)
{
	struct sg_publisher *publisher = NULL;

	ok(w, sg_repo_publisher(w->repo, &w->arena, &publisher, &w->err));
	return publisher->publish(publisher, plan, published, &w->err);
}

static void a_look_names_branches_and_head(void **state)
{
	struct world w;
	const struct sg_repo_branch *branches;
	size_t count;

	(void)state;
	world_init(&w);
	ok(&w, sg_repo_refs(w.repo, &w.err));
	branches = sg_repo_branches(w.repo, &count);
	assert_int_equal(count, 2);
	assert_string_equal(branches[0].name, "develop");
	assert_string_equal(branches[1].name, "main");
	assert_string_equal(branches[1].tip, server_tip(&w, "main"));
	assert_string_equal(sg_repo_head_branch(w.repo), "main");
	assert_int_equal(script_request_count(w.git.script), 1);
	assert_string_equal(script_request(w.git.script, 0)->cred, "Basic oauth2:glpat-canary");
	world_release(&w);
}

static void unknown_branches_are_named(void **state)
{
	struct world w;
	const char *branches[] = {"main", "develpo"};
	char tip[65];

	(void)state;
	world_init(&w);
	fails(&w, sg_repo_fetch(w.repo, branches, 2, &w.err), SG_R_BRANCH_NOT_FOUND, "\"develpo\"");
	assert_non_null(strstr(w.err.hint, "\"develop\""));
	fails(&w, sg_repo_tip(w.repo, "zzz", tip, &w.err), SG_R_BRANCH_NOT_FOUND, "\"zzz\"");
	assert_non_null(strstr(w.err.hint, "2 branches"));
	fails(&w, sg_repo_tip(w.repo, "*", tip, &w.err), SG_R_BRANCH_NOT_FOUND, "\"*\"");
	world_release(&w);
}

static void an_empty_repository_says_so(void **state)
{
	struct world w;
	const char *branch = "main";

	(void)state;
	world_init(&w);
	git_behind_sh(&w.git, "rm -rf \"$BARE\" && git init -q --bare -b main \"$BARE\"");
	fails(&w, sg_repo_fetch(w.repo, &branch, 1, &w.err), SG_R_BRANCH_NOT_FOUND, "\"main\"");
	assert_non_null(strstr(w.err.hint, "empty"));
	world_release(&w);
}

static void two_branches_come_in_one_exchange(void **state)
{
	struct world w;
	const char *branches[] = {"main", "develop"};
	struct sg_tree_source *source;
	struct sg_buf buf SG_AUTO(sg_buf_release);
	int64_t when = 0;

	(void)state;
	sg_buf_init(&buf, 4096);
	world_init(&w);
	ok(&w, sg_repo_fetch(w.repo, branches, 2, &w.err));
	assert_int_equal(script_request_count(w.git.script), 2);
	assert_non_null(strstr(script_request(w.git.script, 1)->body.ptr, "deepen 1"));
	source = source_at(&w, "develop");
	assert_int_equal(script_request_count(w.git.script), 2);
	ok(&w, source->read(source, FILE_DEV, &buf, &w.err));
	assert_string_equal(buf.ptr, BEFORE);
	ok(&w, sg_repo_commit_time(w.repo, source->revision, &when, &w.err));
	assert_int_equal(when, 1767261600);
	world_release(&w);
}

static void a_second_fetch_needs_no_second_look(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	(void)fetched_tip(&w, "main");
	assert_int_equal(script_request_count(w.git.script), 2);
	(void)fetched_tip(&w, "develop");
	assert_int_equal(script_request_count(w.git.script), 3);
	(void)fetched_tip(&w, "develop");
	assert_int_equal(script_request_count(w.git.script), 3);
	world_release(&w);
}

static void after_a_new_look_only_what_is_new_comes(void **state)
{
	struct world w;
	size_t first;

	(void)state;
	world_init(&w);
	git_behind_foreign(&w.git, "main", "apps/big.txt", server_tip(&w, "main"));
	(void)fetched_tip(&w, "main");
	first = w.git.bytes_down;
	git_behind_foreign(&w.git, "main", "apps/cart/values-dev.yaml", "image: {}\n");
	ok(&w, sg_repo_refs(w.repo, &w.err));
	assert_string_equal(fetched_tip(&w, "main"), server_tip(&w, "main"));
	assert_non_null(strstr(script_request(w.git.script, 3)->body.ptr, "have "));
	assert_true(w.git.bytes_down - first < first);
	world_release(&w);
}

/* Instead of the C library's. */
static int synced;

int fsync(int fd)
{
	(void)fd;
	synced++;
	return 0;
}

/* Whoever lost a race and looks again has no time to wait for a disk. */
static void what_is_fetched_is_not_made_durable(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	synced = 0;
	for (int i = 0; i < 3; i++) {
		git_behind_foreign(&w.git, "main", "notes.txt", i % 2 ? "one\n" : "two\n");
		ok(&w, sg_repo_refs(w.repo, &w.err));
		assert_string_equal(fetched_tip(&w, "main"), server_tip(&w, "main"));
	}
	assert_int_equal(synced, 0);
	world_release(&w);
}

enum { MORE_THAN_ARE_OFFERED = 11 };

static void a_fetch_that_offers_several_commits_is_one_request(void **state)
{
	struct world w;
	size_t before;

	(void)state;
	world_init(&w);
	(void)fetched_tip(&w, "main");
	(void)fetched_tip(&w, "develop");
	for (int i = 0; i < MORE_THAN_ARE_OFFERED; i++) {
		before = script_request_count(w.git.script);
		git_behind_foreign(&w.git, "develop", "notes.txt", i % 2 ? "one\n" : "two\n");
		ok(&w, sg_repo_refs(w.repo, &w.err));
		assert_string_equal(fetched_tip(&w, "develop"), server_tip(&w, "develop"));
		assert_int_equal(script_request_count(w.git.script), before + 2);
	}
	world_release(&w);
}

static void reading_is_exact_and_bounded(void **state)
{
	struct world w;
	struct sg_tree_source *source;
	struct sg_tree_entry *entries;
	struct sg_buf buf SG_AUTO(sg_buf_release), small SG_AUTO(sg_buf_release);
	size_t count;

	(void)state;
	sg_buf_init(&buf, 4096);
	sg_buf_init(&small, 10);
	world_init(&w);
	git_behind_sh(&w.git, "set -e; cd \"$CLONE\"; git checkout -q main; ln -s values-dev.yaml "
			      "apps/cart/link; "
			      "ln -s cart apps/dirlink; printf 'x' >apps/run.sh; chmod +x "
			      "apps/run.sh; git add -A; "
			      "git update-index --add --cacheinfo "
			      "160000,1111111111111111111111111111111111111111,apps/sub; "
			      "git commit -qm odd; git push -q origin main");
	source = source_at(&w, "main");
	ok(&w, source->read(source, "apps/run.sh", &buf, &w.err));
	assert_string_equal(buf.ptr, "x");
	fails(&w, source->read(source, "apps/none.yaml", &buf, &w.err), SG_R_FILE_NOT_FOUND,
		"main has no \"apps/none.yaml\"");
	fails(&w, source->read(source, "none/none.yaml", &buf, &w.err), SG_R_FILE_NOT_FOUND, "");
	fails(&w, source->read(source, "apps/cart/link", &buf, &w.err), SG_R_EDIT_REFUSED,
		"\"apps/cart/link\" is a symbolic link");
	fails(&w, source->read(source, "apps/dirlink/values-dev.yaml", &buf, &w.err),
		SG_R_EDIT_REFUSED, "\"apps/dirlink\" is a symbolic link");
	fails(&w, source->read(source, "apps/sub", &buf, &w.err), SG_R_EDIT_REFUSED, "a submodule");
	fails(&w, source->read(source, "apps", &buf, &w.err), SG_R_EDIT_REFUSED, "a folder");
	fails(&w, source->read(source, "stagegate.yaml/x", &buf, &w.err), SG_R_EDIT_REFUSED,
		"a file");
	fails(&w, source->read(source, FILE_DEV, &small, &w.err), SG_R_TOO_LARGE,
		"the limit is 10");
	fails(&w, source->read(source, "../etc/passwd", &buf, &w.err), SG_R_CONFIG_INVALID, "");
	ok(&w, source->list(source, "apps", &w.arena, &entries, &count, &w.err));
	assert_int_equal(count, 6);
	assert_string_equal(entries[0].name, "cart");
	assert_true(entries[0].is_dir);
	assert_string_equal(entries[2].name, "dirlink");
	assert_false(entries[2].is_dir);
	ok(&w, source->list(source, "", &w.arena, &entries, &count, &w.err));
	assert_int_equal(count, 2);
	fails(&w, source->list(source, "none", &w.arena, &entries, &count, &w.err),
		SG_R_FILE_NOT_FOUND, "");
	fails(&w, source->list(source, "apps/dirlink", &w.arena, &entries, &count, &w.err),
		SG_R_EDIT_REFUSED, "");
	world_release(&w);
}

static void a_plan_becomes_a_commit_in_three_requests(void **state)
{
	struct world w;
	struct sg_published published;
	struct sg_plan plan;
	char out[512];

	(void)state;
	world_init(&w);
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	ok(&w, publish(&w, &plan, &published));
	assert_int_equal(published.outcome, SG_PUBLISHED);
	assert_int_equal(script_request_count(w.git.script), 3);
	assert_string_equal(published.commit, server_tip(&w, "develop"));
	assert_string_equal(
		git_behind_out(&w.git,
			"git -C \"$BARE\" log -1 --format='%an <%ae> %at|%cn <%ce> %ct|%P|%B' "
			"develop",
			out, sizeof(out)),
		sg_arena_printf(&w.arena,
			"CI <ci@example.com> 1767262000|stagegate <bot@example.com> "
			"1767262001|%s|catalog: "
			"1.4.2 in dev\n\nStagegate-Id: 0123456789",
			plan.parent));
	assert_string_equal(
		git_behind_out(&w.git, "git -C \"$BARE\" diff --numstat develop~1 develop", out,
			sizeof(out)),
		"1\t1\t" FILE_DEV);
	assert_string_equal(
		git_behind_out(&w.git, "git -C \"$BARE\" show develop:" FILE_DEV, out, sizeof(out)),
		"image:\n  repository: registry.example.com/shop/catalog\n  tag: 1.4.2");
	world_release(&w);
}

static void the_same_plan_is_the_same_commit(void **state)
{
	struct world w;
	struct sg_published first, second;
	struct sg_plan plan;

	(void)state;
	world_init(&w);
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	ok(&w, publish(&w, &plan, &first));
	git_behind_sh(&w.git, "git -C \"$BARE\" update-ref refs/heads/develop develop~1");
	sg_repo_close(w.repo);
	w.repo = open_repo(&w);
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	ok(&w, publish(&w, &plan, &second));
	assert_string_equal(first.commit, second.commit);
	world_release(&w);
}

static void a_commit_that_is_there_already_is_not_pushed_twice(void **state)
{
	struct world w;
	struct sg_published published;
	struct sg_plan plan;

	(void)state;
	world_init(&w);
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	ok(&w, publish(&w, &plan, &published));
	ok(&w, publish(&w, &plan, &published));
	assert_int_equal(published.outcome, SG_PUBLISH_STALE);
	assert_string_equal(published.commit, server_tip(&w, "develop"));
	world_release(&w);
}

static void is_stale(struct world *w, const struct sg_plan *plan, const char *why, size_t requests)
{
	struct sg_published published = {0};

	ok(w, publish(w, plan, &published));
	assert_int_equal(published.outcome, SG_PUBLISH_STALE);
	if (!strstr(published.why, why))
		fail_msg("\"%s\" lacks \"%s\"", published.why, why);
	assert_int_equal(script_request_count(w->git.script), requests);
}

static void a_branch_that_moved_gets_nothing(void **state)
{
	struct world w;
	struct sg_plan plan;

	(void)state;
	world_init(&w);
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	git_behind_foreign(&w.git, "develop", "other.txt", "x\n");
	is_stale(&w, &plan, "failed to update ref", 3);
	world_release(&w);
}

static void a_branch_that_was_rewound_gets_nothing(void **state)
{
	struct world w;
	struct sg_plan plan;
	char out[64];

	(void)state;
	world_init(&w);
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	git_behind_sh(&w.git, "git -C \"$BARE\" update-ref refs/heads/develop develop~1");
	is_stale(&w, &plan, "failed to update ref", 3);
	git_behind_sh(&w.git, "git -C \"$BARE\" update-ref -d refs/heads/develop");
	is_stale(&w, &plan, "failed to update ref", 4);
	assert_string_equal(
		git_behind_out(&w.git, "git -C \"$BARE\" for-each-ref refs/heads/develop", out,
			sizeof(out)),
		"");
	git_behind_sh(&w.git, "git -C \"$BARE\" update-ref refs/heads/develop main");
	is_stale(&w, &plan, "failed to update ref", 5);
	assert_string_equal(server_tip(&w, "develop"), server_tip(&w, "main"));
	world_release(&w);
}

static void a_race_that_the_server_sees_is_stale(void **state)
{
	struct world w;
	struct sg_plan plan;

	(void)state;
	world_init(&w);
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	/* a hook is the last moment at which a ref can move under receive-pack */
	git_behind_sh(&w.git,
		"cat >\"$BARE/hooks/pre-receive\" <<'E'\n#!/bin/sh\nunset GIT_QUARANTINE_PATH\n"
		"git update-ref refs/heads/develop main\nE\nchmod +x \"$BARE/hooks/pre-receive\"");
	is_stale(&w, &plan, "failed to update ref", 3);
	assert_string_equal(server_tip(&w, "develop"), server_tip(&w, "main"));
	world_release(&w);
}

static void a_hook_that_declines_is_quoted(void **state)
{
	struct world w;
	struct sg_published published;
	struct sg_plan plan;
	const char *before;

	(void)state;
	world_init(&w);
	before = server_tip(&w, "develop");
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	git_behind_sh(&w.git,
		"printf '#!/bin/sh\\necho \"GL-HOOK-ERR: message needs a ticket\" >&2\\nexit 1\\n' "
		">\"$BARE/hooks/pre-receive\"; chmod +x \"$BARE/hooks/pre-receive\"");
	fails(&w, publish(&w, &plan, &published), SG_R_HOOK_DECLINED,
		"(pre-receive hook declined): GL-HOOK-ERR: message needs a ticket");
	git_behind_sh(&w.git,
		"printf '#!/bin/sh\\necho \"GitLab: You are not allowed to push code to protected "
		"branches on this project.\" >&2\\nexit 1\\n' >\"$BARE/hooks/pre-receive\"");
	fails(&w, publish(&w, &plan, &published), SG_R_BRANCH_PROTECTED,
		"GitLab: You are not allowed");
	assert_string_equal(server_tip(&w, "develop"), before);
	world_release(&w);
}

static void a_lost_answer_is_a_doubt(void **state)
{
	struct world w;
	struct sg_published published;
	struct sg_plan plan;

	(void)state;
	world_init(&w);
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	(void)snprintf(w.git.drop, sizeof(w.git.drop), "git-receive-pack");
	ok(&w, publish(&w, &plan, &published));
	assert_int_equal(published.outcome, SG_PUBLISH_DOUBT);
	assert_non_null(strstr(published.why, "reset"));
	assert_string_equal(published.commit, server_tip(&w, "develop"));
	assert_int_equal(script_request_count(w.git.script), 3); /* sent once */
	world_release(&w);
}

struct push_answer {
	int status;
	const char *type;
	const char *body;
	enum sg_publish_outcome outcome; /* when reason is OK */
	enum sg_reason reason;
	const char *words;
};

static void push_answered(struct world *w, const struct push_answer *a)
{
	struct sg_published published = {0};
	struct sg_plan plan = bump_plan(w, "develop", fetched_tip(w, "develop"));
	size_t before = script_request_count(w->git.script);
	struct script_answer *answer =
		script_reply(w->git.script, "POST", PUSH, a->status, a->body);
	int rc;

	if (a->type)
		script_header(answer, "Content-Type", a->type);
	rc = publish(w, &plan, &published);
	if (a->reason != SG_R_OK) {
		fails(w, rc, a->reason, a->words);
	} else {
		ok(w, rc);
		assert_int_equal(published.outcome, a->outcome);
		if (!strstr(published.why, a->words))
			fail_msg("\"%s\" lacks \"%s\"", published.why, a->words);
	}
	assert_int_equal(script_request_count(w->git.script), before + 1);
}

#define RESULT "application/x-git-receive-pack-result"

static void odd_answers_to_a_push_are_doubts_or_refusals(void **state)
{
	static const struct push_answer answers[] = {
		{200, "text/html", "<html><title>Oops</title></html>", SG_PUBLISH_DOUBT, SG_R_OK,
			"Oops"},
		{200, RESULT, "", SG_PUBLISH_DOUBT, SG_R_OK, "too early"},
		{200, RESULT, "garbage garbage", SG_PUBLISH_DOUBT, SG_R_OK, ""},
		{200, RESULT, "0000", SG_PUBLISH_DOUBT, SG_R_OK, ""},
		{200, RESULT, "000eunpack ok\n0000", SG_PUBLISH_DOUBT, SG_R_OK, ""},
		{200, RESULT, "000eunpack ok\n0017ok refs/heads/main\n0000", SG_PUBLISH_DOUBT,
			SG_R_OK, ""},
		{200, RESULT, "000eunpack ok\n001aok refs/heads/develop\n", SG_PUBLISH_DOUBT,
			SG_R_OK, "too early"},
		{200, RESULT, "000eunpack ok\n001aok refs/heads/develop\n0000", SG_PUBLISHED,
			SG_R_OK, ""},
		{200, RESULT, "000eunpack ok\n0026ng refs/heads/develop fetch first\n0000",
			SG_PUBLISH_STALE, SG_R_OK, "fetch first"},
		{200, RESULT, "001dunpack index-pack failed\n0000", SG_PUBLISH_DOUBT,
			SG_R_PUSH_REJECTED, "unpack index-pack failed"},
		{500, "text/plain", "boom", SG_PUBLISH_DOUBT, SG_R_OK, "boom"},
		{502, "text/html", "<html><body>Bad Gateway</body></html>", SG_PUBLISH_DOUBT,
			SG_R_OK, "Bad Gateway"},
		{408, "text/plain", "", SG_PUBLISH_DOUBT, SG_R_OK, "408"},
		{401, "text/plain", "denied", SG_PUBLISH_DOUBT, SG_R_AUTH_FAILED, "denied"},
		{403, "text/plain", "no push", SG_PUBLISH_DOUBT, SG_R_FORBIDDEN, "no push"},
		{404, "text/plain", "", SG_PUBLISH_DOUBT, SG_R_REPOSITORY_NOT_FOUND, ""},
		{413, "text/html", "<html><title>413</title></html>", SG_PUBLISH_DOUBT,
			SG_R_TOO_LARGE, "413"},
		{302, "text/html", "", SG_PUBLISH_DOUBT, SG_R_REDIRECTED, ""},
	};

	struct world w;

	(void)state;
	world_init(&w);
	(void)fetched_tip(&w, "develop");
	for (size_t i = 0; i < SG_COUNT(answers); i++)
		push_answered(&w, &answers[i]);
	world_release(&w);
}

static void looks_at(
	struct world *w, int status, const char *location, const char *body, enum sg_reason reason)
{
	size_t before = script_request_count(w->git.script);
	struct script_answer *answer = script_reply(w->git.script, "GET", FETCH_REFS, status, body);

	if (location)
		script_header(answer, "Location", location);
	else
		script_header(
			answer, "Content-Type", "application/x-git-upload-pack-advertisement");
	fails(w, sg_repo_refs(w->repo, &w->err), reason, "");
	assert_int_equal(script_request_count(w->git.script), before + 1);
}

static void look_breaks_off(struct world *w, const char *body)
{
	size_t before = script_request_count(w->git.script);

	for (int i = 0; i < BREAKS; i++)
		script_header(script_reply(w->git.script, "GET", FETCH_REFS, 200, body),
			"Content-Type", "application/x-git-upload-pack-advertisement");
	fails(w, sg_repo_refs(w->repo, &w->err), SG_R_REMOTE_FAILED, "");
	assert_int_equal(script_request_count(w->git.script), before + BREAKS);
}

static void failures_of_a_look_have_their_reason(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	looks_at(&w, 401, NULL, "", SG_R_AUTH_FAILED);
	looks_at(&w, 403, NULL, "", SG_R_FORBIDDEN);
	looks_at(&w, 404, NULL, "", SG_R_REPOSITORY_NOT_FOUND);
	looks_at(&w, 301, "https://other.test/x.git/info/refs", "", SG_R_REDIRECTED);
	looks_at(&w, 200, "x", "<html>", SG_R_ANSWER_INVALID);
	look_breaks_off(&w, "");
	look_breaks_off(&w, "001e# service=git-upload-pack\n0000");
	looks_at(&w, 200, NULL, "<!DOCTYPE html><html>", SG_R_ANSWER_INVALID);
	looks_at(&w, 200, NULL, "0123\trefs/heads/main\n", SG_R_ANSWER_INVALID);
	looks_at(&w, 200, NULL, "zzzz# service", SG_R_ANSWER_INVALID);
	look_breaks_off(&w, "001e# service=git-upload-pack\n0000001fERR access denied or gone\n");
	look_breaks_off(&w,
		"001e# service=git-upload-pack\n0000"
		"0081deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef HEAD\0");
	world_release(&w);
}

static void a_busy_server_is_asked_again(void **state)
{
	struct world w;
	struct script_answer *answer;
	int64_t from;

	(void)state;
	world_init(&w);
	from = script_now_ms(w.git.script);
	(void)script_reply(w.git.script, "GET", FETCH_REFS, 503, "down");
	answer = script_reply(w.git.script, "GET", FETCH_REFS, 429, "Retry later");
	script_header(answer, "Retry-After", "7");
	script_fail(
		script_expect(w.git.script, "GET", FETCH_REFS), 0, SG_R_UNREACHABLE, true, "reset");
	ok(&w, sg_repo_refs(w.repo, &w.err));
	assert_int_equal(script_request_count(w.git.script), 4);
	assert_true(script_now_ms(w.git.script) - from >= 7000);
	(void)script_reply(w.git.script, "POST", FETCH, 502, "<html><title>502</title></html>");
	(void)fetched_tip(&w, "main");
	world_release(&w);
}

static void trying_again_ends(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (int i = 0; i < 4; i++)
		(void)script_reply(w.git.script, "GET", FETCH_REFS, 503, "down for good");
	fails(&w, sg_repo_refs(w.repo, &w.err), SG_R_REMOTE_FAILED, "(503): down for good");
	assert_true(w.err.transient);
	assert_int_equal(w.err.http_status, 503);
	world_release(&w);
}

static void a_pack_that_is_cut_is_an_early_end(void **state)
{
	static const size_t cuts[] = {1, 40, 200, 600};
	const char *branch = "main";

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cuts); i++) {
		struct world w;

		world_init(&w);
		ok(&w, sg_repo_refs(w.repo, &w.err));
		w.git.cut_after = cuts[i];
		fails(&w, sg_repo_fetch(w.repo, &branch, 1, &w.err), SG_R_REMOTE_FAILED,
			"too early");
		assert_true(w.err.transient);
		w.git.cut_after = 0;
		ok(&w, sg_repo_refs(w.repo, &w.err));
		(void)fetched_tip(&w, "main");
		world_release(&w);
	}
}

static void a_pack_that_is_cut_once_is_fetched_again(void **state)
{
	const char *branch = "main";
	struct world w;
	size_t before;

	(void)state;
	world_init(&w);
	ok(&w, sg_repo_refs(w.repo, &w.err));
	before = script_request_count(w.git.script);
	script_header(script_reply(w.git.script, "POST", FETCH, 200, "00000008NAK\n"),
		"Content-Type", "application/x-git-upload-pack-result");
	ok(&w, sg_repo_fetch(w.repo, &branch, 1, &w.err));
	assert_int_equal(script_request_count(w.git.script), before + 3); /* with a new look */
	assert_string_equal(fetched_tip(&w, "main"), server_tip(&w, "main"));
	world_release(&w);
}

static void crumbs_are_put_together(void **state)
{
	struct world w;
	struct sg_published published;
	struct sg_plan plan;

	(void)state;
	world_init(&w);
	w.git.every_ms = 1;
	w.git.piece_bytes = 3;
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	ok(&w, publish(&w, &plan, &published));
	assert_int_equal(published.outcome, SG_PUBLISHED);
	world_release(&w);
}

static void fetch_answered(struct world *w, const char *body, enum sg_reason reason)
{
	const char *branch = "main";
	struct script_answer *answer;

	ok(w, sg_repo_refs(w->repo, &w->err));
	answer = script_reply(w->git.script, "POST", FETCH, 200, body);
	script_header(answer, "Content-Type", "application/x-git-upload-pack-result");
	fails(w, sg_repo_fetch(w->repo, &branch, 1, &w->err), reason, "");
}

/* Before each further try is a look. */
static void fetch_breaks_off(struct world *w, const char *body)
{
	const char *branch = "main";
	size_t before;

	ok(w, sg_repo_refs(w->repo, &w->err));
	before = script_request_count(w->git.script);
	for (int i = 0; i < BREAKS; i++)
		script_header(script_reply(w->git.script, "POST", FETCH, 200, body), "Content-Type",
			"application/x-git-upload-pack-result");
	fails(w, sg_repo_fetch(w->repo, &branch, 1, &w->err), SG_R_REMOTE_FAILED, "too early");
	assert_int_equal(script_request_count(w->git.script), before + 2 * BREAKS - 1);
}

/* Commits that are asked for by id, too. */
static void a_commit_that_breaks_off_is_asked_for_again(void **state)
{
	struct world w;
	const char *oid;
	size_t before;

	(void)state;
	world_init(&w);
	oid = server_tip(&w, "main");
	ok(&w, sg_repo_refs(w.repo, &w.err));
	before = script_request_count(w.git.script);
	script_header(script_reply(w.git.script, "POST", FETCH, 200, ""), "Content-Type",
		"application/x-git-upload-pack-result");
	ok(&w, sg_repo_fetch_commits(w.repo, &oid, 1, &w.err));
	assert_int_equal(script_request_count(w.git.script), before + 3);
	world_release(&w);
}

static void odd_answers_to_a_fetch_have_their_reason(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	fetch_breaks_off(&w, "");
	fetch_answered(&w, "zzzz", SG_R_ANSWER_INVALID);
	fetch_answered(&w, "0003", SG_R_ANSWER_INVALID);
	fetch_breaks_off(&w, "0000");
	fetch_breaks_off(&w, "00000008NAK\n");
	fetch_answered(&w, "00000008NAK\n0009\1xxxx0000", SG_R_ANSWER_INVALID);
	fetch_answered(&w, "0035shallow zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\n0000",
		SG_R_ANSWER_INVALID);
	fetch_answered(&w, "0028ERR access denied or not exported xx", SG_R_REMOTE_FAILED);
	(void)fetched_tip(&w, "main");
	world_release(&w);
}

static void a_branch_rewritten_after_the_look_is_looked_at_again(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	git_behind_sh(&w.git, "git -C \"$BARE\" config uploadpack.allowAnySHA1InWant false");
	ok(&w, sg_repo_refs(w.repo, &w.err));
	git_behind_sh(&w.git, "git -C \"$BARE\" update-ref refs/heads/develop main");
	assert_string_equal(fetched_tip(&w, "develop"), server_tip(&w, "main"));
	assert_int_equal(script_request_count(w.git.script), 4);
	world_release(&w);
}

static void a_pack_that_is_too_large_is_refused(void **state)
{
	struct world w;
	const char *branch = "main";
	struct sg_repo_opts opts = {.url = GIT_BEHIND_URL, .max_pack_bytes = 900};

	(void)state;
	world_init(&w);
	sg_repo_close(w.repo);
	opts.http = script_http(w.git.script);
	opts.cred = &w.cred;
	opts.tmpdir = w.git.tmp;
	opts.retry = (struct sg_retry_policy){
		.base_ms = 1, .max_ms = 1, .tries = 1, .deadline_ms = SG_NEVER};
	ok(&w, sg_repo_open(&opts, &w.repo, &w.err));
	fails(&w, sg_repo_fetch(w.repo, &branch, 1, &w.err), SG_R_TOO_LARGE, "900");
	world_release(&w);
}

static void a_signal_ends_a_slow_fetch_at_once(void **state)
{
	struct world w;
	const char *branch = "main";
	int64_t from;

	(void)state;
	world_init(&w);
	ok(&w, sg_repo_refs(w.repo, &w.err));
	w.git.every_ms = 20000;
	from = script_now_ms(w.git.script);
	script_cancel(w.git.script, 3000, 15);
	fails(&w, sg_repo_fetch(w.repo, &branch, 1, &w.err), SG_R_CANCELLED, "");
	assert_int_equal(w.err.signo, 15);
	assert_int_equal(script_now_ms(w.git.script) - from, 3000);
	world_release(&w);
}

static void the_deadline_ends_a_slow_fetch(void **state)
{
	struct world w;
	const char *branch = "main";

	(void)state;
	world_init(&w);
	ok(&w, sg_repo_refs(w.repo, &w.err));
	script_silence(script_expect(w.git.script, "POST", FETCH));
	script_advance(w.git.script, 590000);
	fails(&w, sg_repo_fetch(w.repo, &branch, 1, &w.err), SG_R_TIMEOUT, "");
	fails(&w, sg_repo_refs(w.repo, &w.err), SG_R_TIMEOUT, "deadline");
	world_release(&w);
}

static void a_signal_while_pushing_is_a_doubt(void **state)
{
	struct world w;
	struct sg_published published;
	struct sg_plan plan;

	(void)state;
	world_init(&w);
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	script_silence(script_expect(w.git.script, "POST", PUSH));
	script_cancel(w.git.script, 2000, 15);
	ok(&w, publish(&w, &plan, &published));
	assert_int_equal(published.outcome, SG_PUBLISH_DOUBT);
	world_release(&w);
}

static void many_branches_are_no_trouble(void **state)
{
	struct world w;
	struct sg_published published;
	struct sg_plan plan;
	size_t count;

	(void)state;
	world_init(&w);
	git_behind_sh(&w.git, "set -e; c=$(git -C \"$BARE\" rev-parse main); for i in $(seq 1 "
			      "3000); do echo \"create "
			      "refs/merge-requests/$i/head $c\"; echo \"create "
			      "refs/heads/feature/$i $c\"; done | git -C "
			      "\"$BARE\" update-ref --stdin; git -C \"$BARE\" pack-refs --all");
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	(void)sg_repo_branches(w.repo, &count);
	assert_int_equal(count, 3002);
	ok(&w, publish(&w, &plan, &published));
	assert_int_equal(published.outcome, SG_PUBLISHED);
	world_release(&w);
}

static void a_large_file_beside_does_not_matter(void **state)
{
	struct world w;
	struct sg_published published;
	struct sg_plan plan;
	struct sg_tree_source *source;
	struct sg_buf buf SG_AUTO(sg_buf_release);

	(void)state;
	sg_buf_init(&buf, 1000);
	world_init(&w);
	git_behind_sh(&w.git,
		"set -e; cd \"$CLONE\"; git checkout -q develop; head -c 40000000 /dev/zero "
		">zero; git add -A; git commit -qm x; git push -q origin develop");
	source = source_at(&w, "develop");
	fails(&w, source->read(source, "zero", &buf, &w.err), SG_R_TOO_LARGE, "40000000 bytes");
	plan = bump_plan(&w, "develop", source->revision);
	ok(&w, publish(&w, &plan, &published));
	assert_int_equal(published.outcome, SG_PUBLISHED);
	world_release(&w);
}

static void a_delta_that_unfolds_to_much_is_refused(void **state)
{
	struct world w;
	const char *branch = "develop";

	(void)state;
	world_init(&w);
	git_behind_sh(&w.git,
		"set -e; cd \"$CLONE\"; git checkout -q develop; head -c 40000000 /dev/zero "
		">zero; { echo x; cat zero; } >one; git add -A; git commit -qm x; git push -q "
		"origin develop; git -C \"$BARE\" repack -qadf");
	fails(&w, sg_repo_fetch(w.repo, &branch, 1, &w.err), SG_R_TOO_LARGE, "Out of memory");
	world_release(&w);
}

static void plans_that_do_not_fit_are_refused(void **state)
{
	struct world w;
	struct sg_published published;
	struct sg_plan plan;
	struct sg_file_change file = {
		.path = FILE_DEV, .before = SG_STR("other"), .after = SG_STR("x")};

	(void)state;
	world_init(&w);
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	plan.files = &file;
	fails(&w, publish(&w, &plan, &published), SG_R_BUG, "not what the plan was made from");
	file = (struct sg_file_change){.path = "a/.git/x", .after = SG_STR("x")};
	fails(&w, publish(&w, &plan, &published), SG_R_CONFIG_INVALID, "");
	plan = bump_plan(&w, "develop", plan.parent);
	plan.author.name = "<>";
	fails(&w, publish(&w, &plan, &published), SG_R_CONFIG_INVALID, "identity");
	plan = bump_plan(&w, "develop", "1111111111111111111111111111111111111111");
	fails(&w, publish(&w, &plan, &published), SG_R_REVISION_NOT_FOUND, "has not been fetched");
	plan = bump_plan(&w, "develop", "main");
	fails(&w, publish(&w, &plan, &published), SG_R_REVISION_NOT_FOUND, "no full commit id");
	assert_int_equal(script_request_count(w.git.script), 2); /* nothing was sent */
	world_release(&w);
}

static void new_files_and_modes_are_kept(void **state)
{
	struct world w;
	struct sg_published published;
	struct sg_plan plan;
	struct sg_file_change files[] = {
		{.path = "tools/run.sh", .before = SG_STR("a\n"), .after = SG_STR("b\n")},
		{.path = "apps/new/holds/dev", .after = SG_STR("held\n")},
	};
	char out[512];

	(void)state;
	world_init(&w);
	git_behind_sh(&w.git,
		"set -e; cd \"$CLONE\"; git checkout -q develop; mkdir tools; echo a "
		">tools/run.sh; chmod +x tools/run.sh; git add -A; git commit -qm x; git "
		"push -q origin develop");
	plan = bump_plan(&w, "develop", fetched_tip(&w, "develop"));
	plan.files = files;
	plan.file_count = 2;
	ok(&w, publish(&w, &plan, &published));
	assert_string_equal(git_behind_out(&w.git,
				    "git -C \"$BARE\" diff --raw --no-abbrev --no-renames "
				    "develop~1 develop | cut -d' ' "
				    "-f1,2,5",
				    out, sizeof(out)),
		":000000 100644 A\tapps/new/holds/dev\n:100755 100755 M\ttools/run.sh");
	world_release(&w);
}

static void the_temporary_folder_holds_no_secret(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	(void)fetched_tip(&w, "main");
	git_behind_sh(&w.git,
		"test -n \"$(ls -A \"$TMP\")\"; ! grep -r canary \"$TMP\"; ! grep -r "
		"git.test \"$TMP\"; test $(stat -c %a \"$TMP\"/*) = 700; test ! -e shallow");
	world_release(&w);
}

static void addresses_are_checked_before_anything(void **state)
{
	static const char *const bad[] = {"https://git.test", "https://git.test/",
		"ssh://git.test/x", "https://u:p@git.test/x.git", "https://git.test/x.git?a=b",
		"https://git.test/x.git#f", "git@git.test:x.git", ""};
	struct world w;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		struct sg_repo_opts opts = {
			.http = script_http(w.git.script), .url = bad[i], .tmpdir = w.git.tmp};
		struct sg_repo *repo = NULL;

		fails(&w, sg_repo_open(&opts, &repo, &w.err), SG_R_CONFIG_INVALID, "");
		assert_null(repo);
	}
	world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_look_names_branches_and_head),
		cmocka_unit_test(unknown_branches_are_named),
		cmocka_unit_test(an_empty_repository_says_so),
		cmocka_unit_test(two_branches_come_in_one_exchange),
		cmocka_unit_test(a_second_fetch_needs_no_second_look),
		cmocka_unit_test(after_a_new_look_only_what_is_new_comes),
		cmocka_unit_test(what_is_fetched_is_not_made_durable),
		cmocka_unit_test(a_fetch_that_offers_several_commits_is_one_request),
		cmocka_unit_test(reading_is_exact_and_bounded),
		cmocka_unit_test(a_plan_becomes_a_commit_in_three_requests),
		cmocka_unit_test(the_same_plan_is_the_same_commit),
		cmocka_unit_test(a_commit_that_is_there_already_is_not_pushed_twice),
		cmocka_unit_test(a_branch_that_moved_gets_nothing),
		cmocka_unit_test(a_branch_that_was_rewound_gets_nothing),
		cmocka_unit_test(a_race_that_the_server_sees_is_stale),
		cmocka_unit_test(a_hook_that_declines_is_quoted),
		cmocka_unit_test(a_lost_answer_is_a_doubt),
		cmocka_unit_test(odd_answers_to_a_push_are_doubts_or_refusals),
		cmocka_unit_test(failures_of_a_look_have_their_reason),
		cmocka_unit_test(a_busy_server_is_asked_again),
		cmocka_unit_test(trying_again_ends),
		cmocka_unit_test(a_pack_that_is_cut_is_an_early_end),
		cmocka_unit_test(a_pack_that_is_cut_once_is_fetched_again),
		cmocka_unit_test(crumbs_are_put_together),
		cmocka_unit_test(a_commit_that_breaks_off_is_asked_for_again),
		cmocka_unit_test(odd_answers_to_a_fetch_have_their_reason),
		cmocka_unit_test(a_branch_rewritten_after_the_look_is_looked_at_again),
		cmocka_unit_test(a_pack_that_is_too_large_is_refused),
		cmocka_unit_test(a_signal_ends_a_slow_fetch_at_once),
		cmocka_unit_test(the_deadline_ends_a_slow_fetch),
		cmocka_unit_test(a_signal_while_pushing_is_a_doubt),
		cmocka_unit_test(many_branches_are_no_trouble),
		cmocka_unit_test(a_large_file_beside_does_not_matter),
		cmocka_unit_test(a_delta_that_unfolds_to_much_is_refused),
		cmocka_unit_test(plans_that_do_not_fit_are_refused),
		cmocka_unit_test(new_files_and_modes_are_kept),
		cmocka_unit_test(the_temporary_folder_holds_no_secret),
		cmocka_unit_test(addresses_are_checked_before_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
