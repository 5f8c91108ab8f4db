/* system() */
#define _XOPEN_SOURCE 700
/*
 * The room repo/ by itself on the real network, for tests and measurements:
 *
 *	repo_tool refs
 *	repo_tool bump BRANCH FILE OLD NEW
 *		fetch main and BRANCH, replace the first OLD, publish
 *	repo_tool work BRANCH FILE OLD NEW LEASE WORK
 *		the same, published as WORK, which is at LEASE ("": does not exist)
 *	repo_tool delete WORK LEASE
 *	repo_tool contains BRANCH DESCENDANT ANCESTOR
 *	repo_tool commits OID...
 *		fetch them; what each says of itself
 *	repo_tool merge BASE OURS THEIRS
 *		fetch them; the tree of the merge, and what differs between BASE and THEIRS
 *
 * REPO_URL, REPO_USER, REPO_TOKEN, REPO_TIMEOUT (seconds); the CA as the program itself finds it.
 * REPO_BETWEEN is a command that is run between fetch and publish. Answers are "name=value" lines;
 * the exit status is that of the error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "io/ca.h"
#include "io/clock.h"
#include "io/http_curl.h"
#include "io/signal.h"
#include "repo/repo.h"

enum { CA_MAX = 4 * 1024 * 1024, FILE_MAX = 4 * 1024 * 1024 };

struct tool {
	struct sg_arena arena;
	struct sg_buf ca;
	struct sg_http *http;
	struct sg_redactor *redactor;
	struct sg_secret *secret;
	struct sg_cred cred;
	struct sg_repo *repo;
	struct sg_err err;
};

static const char *env(const char *name)
{
	return sg_env_nonempty(sg_env_real(), name);
}

static int open_http(struct tool *t)
{
	struct sg_http_curl_opts opts = {.clock = sg_clock_real(), .user_agent = "repo_tool/1"};

	sg_buf_init(&t->ca, CA_MAX);
	if (sg_ca_load(&t->arena, sg_env_real(), NULL, &t->ca, &opts.ca_from, &t->err) < 0)
		return -1;
	opts.ca_pem = sg_buf_str(&t->ca);
	return sg_http_curl_new(&opts, &t->http, &t->err);
}

static int open_repo(struct tool *t)
{
	struct sg_repo_opts opts = {
		.http = t->http, .url = env("REPO_URL"), .tmpdir = env("TMPDIR")};
	int64_t ms = 60000;

	if (env("REPO_TIMEOUT"))
		(void)sg_num_duration_ms(sg_str_of(env("REPO_TIMEOUT")), &ms);
	opts.deadline_ms = sg_loop_after(t->http->loop, ms);
	opts.retry = (struct sg_retry_policy){.base_ms = 50,
		.max_ms = 1000,
		.max_after_ms = 5000,
		.tries = 3,
		.deadline_ms = opts.deadline_ms};
	t->redactor = sg_redactor_new();
	if (env("REPO_TOKEN")) {
		t->secret = sg_secret_new(t->redactor, sg_str_of(env("REPO_TOKEN")));
		t->cred = (struct sg_cred){.kind = SG_CRED_BASIC,
			.user = env("REPO_USER") ? env("REPO_USER") : "oauth2",
			.secret = t->secret};
		if (sg_http_origin(&t->arena, opts.url, &t->cred.origin, &t->err) < 0)
			return -1;
		opts.cred = &t->cred;
	}
	return sg_repo_open(&opts, &t->repo, &t->err);
}

static int run_refs(struct tool *t)
{
	const struct sg_repo_branch *branches;
	const char *head;
	size_t count;

	if (sg_repo_refs(t->repo, &t->err) < 0)
		return -1;
	branches = sg_repo_branches(t->repo, &count);
	head = sg_repo_head_branch(t->repo);
	printf("head=%s\n", head ? head : "");
	for (size_t i = 0; i < count && i < 20; i++)
		printf("branch=%s %s\n", branches[i].name, branches[i].tip);
	return 0;
}

/* The file with the first OLD replaced. */
static int edit(
	struct tool *t, const char *branch, char tip[65], char **words, struct sg_file_change *file)
{
	const char *wanted[] = {"main", branch};
	struct sg_buf buf SG_AUTO(sg_buf_release);
	struct sg_tree_source *source;
	long at;

	sg_buf_init(&buf, FILE_MAX);
	if (sg_repo_fetch(t->repo, wanted, 2, &t->err) < 0 ||
		sg_repo_tip(t->repo, branch, tip, &t->err) < 0 ||
		sg_repo_source(t->repo, tip, branch, &t->arena, &source, &t->err) < 0 ||
		source->read(source, words[0], &buf, &t->err) < 0)
		return -1;
	file->path = words[0];
	file->before = (struct sg_str){sg_arena_dup(&t->arena, sg_buf_str(&buf)), buf.len};
	at = sg_str_search(file->before, words[1]);
	if (at < 0)
		return sg_fail(&t->err, SG_R_KEY_NOT_FOUND, "no \"%s\" in %s", words[1], words[0]);
	sg_buf_splice(&buf, (size_t)at, (size_t)at + strlen(words[1]), sg_str_of(words[2]));
	file->after = (struct sg_str){sg_arena_dup(&t->arena, sg_buf_str(&buf)), buf.len};
	return 0;
}

static const char *outcome_name(enum sg_publish_outcome outcome)
{
	switch (outcome) {
	case SG_PUBLISHED:
		return "published";
	case SG_PUBLISH_STALE:
		return "stale";
	case SG_PUBLISH_DOUBT:
		return "doubt";
	}
	return "?";
}

static void tell(const struct sg_published *published)
{
	printf("outcome=%s\ncommit=%s\nwhy=%s\n", outcome_name(published->outcome),
		published->commit, published->why);
}

/* WORK: where to, or NULL for the branch itself. */
static int run_bump(struct tool *t, char **words, const char *lease, const char *work)
{
	struct sg_file_change file;
	struct sg_publisher *publisher;
	struct sg_published published;
	struct sg_plan plan = {.branch = work ? work : words[0],
		.lease = lease,
		.environment = "dev",
		.files = &file,
		.file_count = 1,
		.message = "bump\n\nStagegate-Id: 0\n",
		.author = {"CI", "ci@example.com", 0},
		.committer = {"CI", "ci@example.com", 0}};
	int64_t when;
	char tip[65], tree[65];

	if (edit(t, words[0], tip, words + 1, &file) < 0)
		return -1;
	printf("parent=%s\n", tip);
	if (env("REPO_BETWEEN") && system(env("REPO_BETWEEN")) != 0)
		return sg_fail(&t->err, SG_R_BUG, "REPO_BETWEEN failed");
	if (sg_repo_commit_time(t->repo, tip, &when, &t->err) < 0 ||
		sg_repo_plan_tree(t->repo, &file, 1, tip, tree, &t->err) < 0)
		return -1;
	printf("tree=%s\n", tree);
	plan.parent = tip;
	plan.author.unix_s = plan.committer.unix_s = when + 1;
	if (sg_repo_publisher(t->repo, &t->arena, &publisher, &t->err) < 0 ||
		publisher->publish(publisher, &plan, &published, &t->err) < 0)
		return -1;
	tell(&published);
	return 0;
}

static int run_delete(struct tool *t, char **words)
{
	struct sg_published published;

	if (sg_repo_refs(t->repo, &t->err) < 0)
		return -1;
	if (env("REPO_BETWEEN") && system(env("REPO_BETWEEN")) != 0)
		return sg_fail(&t->err, SG_R_BUG, "REPO_BETWEEN failed");
	if (sg_repo_delete_branch(t->repo, words[0], words[1], &published, &t->err) < 0)
		return -1;
	tell(&published);
	return 0;
}

static int run_commits(struct tool *t, char **oids, size_t count)
{
	if (sg_repo_fetch_commits(t->repo, (const char *const *)oids, count, &t->err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct sg_commit_facts facts;

		if (sg_repo_commit_facts(t->repo, oids[i], &t->arena, &facts, &t->err) < 0)
			return -1;
		printf("facts%zu=%s %s %s <%s> %" PRId64 " %s\n", i, facts.tree,
			facts.parent_count ? facts.parents[0] : "-", facts.author.name,
			facts.author.email, facts.committer.unix_s, facts.subject);
	}
	return 0;
}

static int run_merge(struct tool *t, char **oids)
{
	const char *const *paths;
	char tree[65] = "conflict";
	bool conflict;
	size_t count;

	if (sg_repo_fetch_commits(t->repo, (const char *const *)oids, 3, &t->err) < 0 ||
		sg_repo_merge_tree(t->repo, oids[0], oids[1], oids[2], tree, &conflict, &t->err) <
			0 ||
		sg_repo_changed_paths(
			t->repo, oids[0], oids[2], &t->arena, &paths, &count, &t->err) < 0)
		return -1;
	printf("merged=%s\n", tree);
	for (size_t i = 0; i < count; i++)
		printf("path%zu=%s\n", i, paths[i]);
	return 0;
}

static int run_contains(struct tool *t, char **words)
{
	static const char *const names[] = {"no", "yes", "unknown"};
	struct sg_ancestry *ancestry;

	if (sg_repo_ancestry(t->repo, words[0], &t->arena, &ancestry, &t->err) < 0)
		return -1;
	printf("contains=%s\n", names[ancestry->contains(ancestry, words[1], words[2])]);
	return 0;
}

static int run(struct tool *t, int argc, char **argv)
{
	if (open_http(t) < 0 || open_repo(t) < 0)
		return -1;
	if (argc == 2 && strcmp(argv[1], "refs") == 0)
		return run_refs(t);
	if (argc == 6 && strcmp(argv[1], "bump") == 0)
		return run_bump(t, argv + 2, NULL, NULL);
	if (argc == 8 && strcmp(argv[1], "work") == 0)
		return run_bump(t, argv + 2, argv[6], argv[7]);
	if (argc == 4 && strcmp(argv[1], "delete") == 0)
		return run_delete(t, argv + 2);
	if (argc > 2 && strcmp(argv[1], "commits") == 0)
		return run_commits(t, argv + 2, (size_t)argc - 2);
	if (argc == 5 && strcmp(argv[1], "merge") == 0)
		return run_merge(t, argv + 2);
	if (argc == 5 && strcmp(argv[1], "contains") == 0)
		return run_contains(t, argv + 2);
	return sg_fail(&t->err, SG_R_USAGE, "see the top of repo_tool.c");
}

int main(int argc, char **argv)
{
	struct tool t = {.err = SG_ERR_INIT};
	int rc;

	sg_signal_install();
	rc = run(&t, argc, argv);
	sg_repo_close(t.repo);
	if (t.http) {
		struct sg_http_stats stats = sg_http_curl_stats(t.http);

		printf("requests=%" PRIu64 "\nconnections=%" PRIu64 "\nup=%" PRIu64
		       "\ndown=%" PRIu64 "\n",
			stats.requests, stats.connections, stats.bytes_up, stats.bytes_down);
		sg_http_curl_free(t.http);
	}
	if (rc < 0)
		printf("error=%s\nwhere=%s\ncause=%s\nhint=%s\ntransient=%d\n",
			sg_reason_name(t.err.reason), t.err.where, t.err.cause, t.err.hint,
			t.err.transient);
	sg_secret_free(t.secret);
	sg_redactor_free(t.redactor);
	sg_buf_release(&t.ca);
	sg_arena_release(&t.arena);
	return rc < 0 ? sg_err_exit(&t.err) : 0;
}
