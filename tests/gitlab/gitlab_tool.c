/*
 * The room gitlab/ by itself on the real network, for tests: one call, its result as "name=value"
 * lines; the exit status is that of the error. The calls are the rows at the end.
 *
 * GITLAB_API, GITLAB_PROJECT, GITLAB_TOKEN or GITLAB_JOB_TOKEN; the CA as the program itself finds
 * it. GITLAB_TIMEOUT (20s) is the deadline.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "gitlab/mr.h"
#include "gitlab/people.h"
#include "gitlab/project.h"
#include "io/ca.h"
#include "io/clock.h"
#include "io/http_curl.h"
#include "io/signal.h"

enum { CA_MAX = 4 * 1024 * 1024 };

struct tool {
	struct sg_arena arena;
	struct sg_buf ca;
	struct sg_http *http;
	struct sg_redactor *redactor;
	struct sg_secret *token, *job_token;
	struct sg_cred cred, job;
	struct sg_gitlab gitlab;
	struct sg_gitlab_answer answer;
	struct sg_err err;
};

static const char *env(const char *name)
{
	return sg_env_nonempty(sg_env_real(), name);
}

static int open_http(struct tool *t)
{
	struct sg_http_curl_opts opts = {.clock = sg_clock_real(), .user_agent = "gitlab_tool/1"};

	sg_buf_init(&t->ca, CA_MAX);
	if (sg_ca_load(&t->arena, sg_env_real(), NULL, &t->ca, &opts.ca_from, &t->err) < 0)
		return -1;
	opts.ca_pem = sg_buf_str(&t->ca);
	return sg_http_curl_new(&opts, &t->http, &t->err);
}

static int take_token(struct tool *t, const char *name, enum sg_cred_kind kind,
	struct sg_secret **secret, struct sg_cred *cred)
{
	if (!env(name))
		return 0;
	*secret = sg_secret_new(t->redactor, sg_str_of(env(name)));
	*cred = (struct sg_cred){.kind = kind, .secret = *secret};
	return sg_http_origin(&t->arena, env("GITLAB_API"), &cred->origin, &t->err);
}

static int open_gitlab(struct tool *t)
{
	int64_t ms = 20000;

	t->redactor = sg_redactor_new();
	if (take_token(t, "GITLAB_TOKEN", SG_CRED_PRIVATE_TOKEN, &t->token, &t->cred) < 0 ||
		take_token(t, "GITLAB_JOB_TOKEN", SG_CRED_JOB_TOKEN, &t->job_token, &t->job) < 0)
		return -1;
	if (env("GITLAB_TIMEOUT"))
		(void)sg_num_duration_ms(sg_str_of(env("GITLAB_TIMEOUT")), &ms);
	t->gitlab = (struct sg_gitlab){.http = t->http,
		.api = env("GITLAB_API"),
		.project = env("GITLAB_PROJECT"),
		.cred = t->token       ? &t->cred
			: t->job_token ? &t->job
				       : NULL,
		.job = t->job_token ? &t->job : NULL,
		.retry = {.base_ms = 20,
			.max_ms = 500,
			.max_after_ms = 5000,
			.deadline_ms = sg_loop_after(t->http->loop, ms),
			.seed = 1}};
	return 0;
}

static void show_answer(const struct sg_gitlab_answer *answer)
{
	static const char *const names[] = {"done", "refused", "doubt"};

	printf("outcome=%s\nstatus=%d\nwhy=%s\n", names[answer->outcome], answer->status,
		answer->why);
}

static void show_mr(const struct sg_mr *mr)
{
	printf("iid=%" PRId64 "\nstate=%s\nsource=%s\ntarget=%s\nsha=%s\nbase=%s\nlanded=%s\n",
		mr->iid, sg_mr_state_name(mr->state), mr->source_branch, mr->target_branch, mr->sha,
		mr->base_sha, sg_mr_landed(mr));
	printf("detailed=%s\nclass=%s\nauthor=%" PRId64 "\nmerged_by=%" PRId64
	       "\npipeline=%s\ncurrent=%d\nprepared=%d\nmay_not_merge=%d\n",
		mr->detailed_status, sg_mr_class_name(sg_mr_status_of(mr->detailed_status)->class),
		mr->author.id, mr->merged_by.id,
		sg_pipeline_class_name(sg_pipeline_class_of(&mr->pipeline)),
		sg_mr_pipeline_is_current(mr), mr->prepared_unix_s > 0, mr->may_not_merge);
}

static int64_t number(const char *text)
{
	return strtoll(text, NULL, 10);
}

static int run_get(struct tool *t, char **words)
{
	struct sg_mr mr;

	if (sg_gitlab_mr_get(&t->gitlab, number(words[0]), &t->arena, &mr, &t->err) < 0)
		return -1;
	show_mr(&mr);
	return 0;
}

static int run_list(struct tool *t, char **words)
{
	struct sg_mr *mrs;
	size_t count;

	if (sg_gitlab_mr_list(&t->gitlab,
		    &(struct sg_gitlab_mr_list_ask){.source_branch = words[0],
			    .target_branch = words[1],
			    .state = words[2]},
		    &t->arena, &mrs, &count, &t->err) < 0)
		return -1;
	printf("count=%zu\n", count);
	if (count)
		show_mr(&mrs[0]);
	return 0;
}

static int run_create(struct tool *t, char **words)
{
	const struct sg_gitlab_mr_text text = {words[2], words[3]};
	const struct sg_gitlab_mr_wish wish = {0};
	struct sg_mr mr = {0};

	if (sg_gitlab_mr_create(&t->gitlab, words[0], words[1], &text, &wish, &t->arena, &mr,
		    &t->answer, &t->err) < 0)
		return -1;
	show_answer(&t->answer);
	if (t->answer.outcome == SG_GITLAB_DONE)
		show_mr(&mr);
	return 0;
}

static int run_update(struct tool *t, char **words)
{
	const struct sg_gitlab_mr_text text = {words[1], words[2]};

	if (sg_gitlab_mr_update(&t->gitlab, number(words[0]), &text, &t->answer, &t->err) < 0)
		return -1;
	show_answer(&t->answer);
	return 0;
}

static int run_close(struct tool *t, char **words)
{
	if (sg_gitlab_mr_close(&t->gitlab, number(words[0]), &t->answer, &t->err) < 0)
		return -1;
	show_answer(&t->answer);
	return 0;
}

static int run_merge(struct tool *t, char **words)
{
	if (sg_gitlab_mr_merge(&t->gitlab, number(words[0]), words[1], false, &t->answer, &t->err) <
		0)
		return -1;
	show_answer(&t->answer);
	return 0;
}

static int run_recheck(struct tool *t, char **words)
{
	return sg_gitlab_mr_recheck(&t->gitlab, number(words[0]), &t->err);
}

static int run_versions(struct tool *t, char **words)
{
	struct sg_gitlab_version *versions;
	size_t count;

	if (sg_gitlab_mr_versions(
		    &t->gitlab, number(words[0]), &t->arena, &versions, &count, &t->err) < 0)
		return -1;
	printf("count=%zu\n", count);
	for (size_t i = 0; i < count; i++)
		printf("version%zu=%s %s\n", i, versions[i].head, versions[i].base);
	return 0;
}

static int run_approvals(struct tool *t, char **words)
{
	struct sg_gitlab_approval *items;
	size_t count;

	if (sg_gitlab_mr_approvals(
		    &t->gitlab, number(words[0]), &t->arena, &items, &count, &t->err) < 0)
		return -1;
	printf("count=%zu\n", count);
	for (size_t i = 0; i < count; i++)
		printf("approval%zu=%" PRId64 " %s %d\n", i, items[i].user_id, items[i].username,
			items[i].approved_unix_ms > 0);
	return 0;
}

static int run_notes(struct tool *t, char **words)
{
	struct sg_gitlab_note *notes;
	size_t count;

	if (sg_gitlab_mr_notes(&t->gitlab, number(words[0]), &t->arena, &notes, &count, &t->err) <
		0)
		return -1;
	printf("count=%zu\n", count);
	for (size_t i = 0; i < count; i++)
		printf("note%zu=%" PRId64 " %" PRId64 " %s%s\n", i, notes[i].id, notes[i].author_id,
			notes[i].system   ? "system "
			: notes[i].edited ? "edited "
					  : "",
			notes[i].system ? "" : notes[i].body);
	return 0;
}

static int run_note_add(struct tool *t, char **words)
{
	if (sg_gitlab_mr_note_add(&t->gitlab, number(words[0]), words[1], &t->answer, &t->err) < 0)
		return -1;
	show_answer(&t->answer);
	return 0;
}

static int run_note_edit(struct tool *t, char **words)
{
	if (sg_gitlab_mr_note_edit(&t->gitlab, number(words[0]), number(words[1]), words[2],
		    &t->answer, &t->err) < 0)
		return -1;
	show_answer(&t->answer);
	return 0;
}

static int run_project(struct tool *t, char **words)
{
	struct sg_gitlab_project project;

	(void)words;
	if (sg_gitlab_project_get(&t->gitlab, &t->arena, &project, &t->err) < 0)
		return -1;
	printf("id=%" PRId64 "\npath=%s\nbranch=%s\nmethod=%s\nsquash=%s\nmust=%d\nci=%d\n",
		project.id, project.path, project.default_branch, project.merge_method,
		project.squash_option, project.pipeline_must_succeed, project.has_ci);
	return 0;
}

static int run_branch(struct tool *t, char **words)
{
	bool is_protected;

	if (sg_gitlab_branch_protected(&t->gitlab, words[0], &is_protected, &t->err) < 0)
		return -1;
	printf("protected=%d\n", is_protected);
	return 0;
}

static int run_merge_base(struct tool *t, char **words)
{
	char oid[65];

	if (sg_gitlab_merge_base(&t->gitlab, words[0], words[1], oid, &t->err) < 0)
		return -1;
	printf("oid=%s\n", oid);
	return 0;
}

static int run_freeze(struct tool *t, char **words)
{
	struct sg_freeze_period *periods;
	size_t count;

	(void)words;
	if (sg_gitlab_freeze_periods(&t->gitlab, &t->arena, &periods, &count, &t->err) < 0)
		return -1;
	printf("count=%zu\n", count);
	for (size_t i = 0; i < count; i++)
		printf("period%zu=%s|%s|%s\n", i, periods[i].freeze_start, periods[i].freeze_end,
			periods[i].cron_timezone);
	return 0;
}

static int run_blocker(struct tool *t, char **words)
{
	struct sg_gitlab_job job;
	struct sg_mr mr;
	bool found;

	if (sg_gitlab_mr_get(&t->gitlab, number(words[0]), &t->arena, &mr, &t->err) < 0 ||
		sg_gitlab_pipeline_blocker(
			&t->gitlab, mr.pipeline.id, &t->arena, &found, &job, &t->err) < 0)
		return -1;
	printf("found=%d\n", found);
	if (found)
		printf("job=%s\njob_status=%s\n", job.name, job.status);
	return 0;
}

static int run_status_set(struct tool *t, char **words)
{
	const struct sg_gitlab_status_ask ask = {
		.sha = words[0], .name = words[1], .state = words[2], .description = words[3]};

	if (sg_gitlab_status_set(&t->gitlab, &ask, &t->answer, &t->err) < 0)
		return -1;
	show_answer(&t->answer);
	return 0;
}

static int run_statuses(struct tool *t, char **words)
{
	struct sg_gitlab_status *items;
	size_t count;

	if (sg_gitlab_statuses(&t->gitlab, words[0], words[1], &t->arena, &items, &count, &t->err) <
		0)
		return -1;
	printf("count=%zu\n", count);
	for (size_t i = 0; i < count; i++)
		printf("status%zu=%s %" PRId64 "\n", i, items[i].state, items[i].author_id);
	return 0;
}

static int run_authors(struct tool *t, char **words)
{
	struct sg_gitlab_author *items;
	size_t count;

	if (sg_gitlab_authors_between(&t->gitlab, words[0], words[1], words[2], &t->arena, &items,
		    &count, &t->err) < 0)
		return -1;
	printf("count=%zu\n", count);
	for (size_t i = 0; i < count; i++)
		printf("author%zu=%s %" PRId64 "\n", i, items[i].email, items[i].user_id);
	return 0;
}

static void show_user(const struct sg_gitlab_user *user)
{
	printf("id=%" PRId64 "\nusername=%s\nactive=%d\nbot=%d\n", user->id, user->username,
		user->active, user->bot);
}

static int run_whoami(struct tool *t, char **words)
{
	struct sg_gitlab_user user;

	(void)words;
	if (sg_gitlab_whoami(&t->gitlab, &t->arena, &user, &t->err) < 0)
		return -1;
	show_user(&user);
	return 0;
}

static int run_job_user(struct tool *t, char **words)
{
	struct sg_gitlab_user user;

	(void)words;
	if (sg_gitlab_job_user(&t->gitlab, &t->arena, &user, &t->err) < 0)
		return -1;
	show_user(&user);
	return 0;
}

static int run_member(struct tool *t, char **words)
{
	struct sg_gitlab_user user;
	bool member;

	if (sg_gitlab_user_get(&t->gitlab, number(words[1]), &t->arena, &user, &t->err) < 0)
		return -1;
	show_user(&user);
	if (sg_gitlab_is_member(
		    &t->gitlab, words[0], &user, t->gitlab.server_unix_s, &member, &t->err) < 0)
		return -1;
	printf("member=%d\n", member);
	return 0;
}

static const struct {
	const char *name;
	int words;
	int (*run)(struct tool *t, char **words);
} calls[] = {
	{"get", 1, run_get},             /* IID */
	{"list", 3, run_list},           /* SOURCE TARGET STATE */
	{"create", 4, run_create},       /* SOURCE TARGET TITLE DESCRIPTION */
	{"update", 3, run_update},       /* IID TITLE DESCRIPTION */
	{"close", 1, run_close},         /* IID */
	{"merge", 2, run_merge},         /* IID SHA */
	{"recheck", 1, run_recheck},     /* IID */
	{"versions", 1, run_versions},   /* IID */
	{"approvals", 1, run_approvals}, /* IID */
	{"notes", 1, run_notes},         /* IID */
	{"note-add", 2, run_note_add},   /* IID BODY */
	{"note-edit", 3, run_note_edit}, /* IID NOTE BODY */
	{"project", 0, run_project}, {"branch", 1, run_branch}, /* NAME */
	{"merge-base", 2, run_merge_base},                      /* A B */
	{"freeze", 0, run_freeze}, {"blocker", 1, run_blocker}, /* IID */
	{"status-set", 4, run_status_set},                      /* SHA NAME STATE DESCRIPTION */
	{"statuses", 2, run_statuses},                          /* SHA NAME */
	{"authors", 3, run_authors},                            /* PROJECT FROM TO */
	{"whoami", 0, run_whoami}, {"job-user", 0, run_job_user},
	{"member", 2, run_member}, /* @NAME USER-ID */
};

static int run(struct tool *t, int argc, char **argv)
{
	for (size_t i = 0; argc >= 2 && i < SG_COUNT(calls); i++)
		if (strcmp(argv[1], calls[i].name) == 0 && argc == calls[i].words + 2)
			return open_http(t) < 0 || open_gitlab(t) < 0 ? -1
								      : calls[i].run(t, argv + 2);
	return sg_fail(&t->err, SG_R_USAGE, "see the rows of gitlab_tool.c");
}

int main(int argc, char **argv)
{
	struct tool t = {.err = SG_ERR_INIT};
	int rc;

	sg_signal_install();
	rc = run(&t, argc, argv);
	printf("requests=%zu\ndate=%d\n", t.gitlab.requests, t.gitlab.server_unix_s > 0);
	if (rc < 0)
		printf("error=%s\nwhere=%s\ncause=%s\nhint=%s\n", sg_reason_name(t.err.reason),
			t.err.where, t.err.cause, t.err.hint);
	if (t.http)
		sg_http_curl_free(t.http);
	sg_secret_free(t.token);
	sg_secret_free(t.job_token);
	sg_redactor_free(t.redactor);
	sg_buf_release(&t.ca);
	sg_arena_release(&t.arena);
	return rc < 0 ? sg_err_exit(&t.err) : 0;
}
