#include "repo_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct sg_repo *open_repo(struct repo_world *w)
{
	struct sg_repo_opts opts = {.http = script_http(w->git.script),
		.url = GIT_BEHIND_URL,
		.tmpdir = w->git.tmp,
		.partial = true, /* the server says whether it can */
		.retry = {.base_ms = 1, .max_ms = 1, .tries = 1, .deadline_ms = SG_NEVER}};
	struct sg_repo *repo = NULL;

	repo_ok(w, sg_repo_open(&opts, &repo, &w->err));
	return repo;
}

void repo_world_init(struct repo_world *w)
{
	*w = (struct repo_world){0};
	git_behind_init(&w->git);
	w->repo = open_repo(w);
}

void repo_world_again(struct repo_world *w)
{
	sg_repo_close(w->repo);
	w->repo = open_repo(w);
}

void repo_world_release(struct repo_world *w)
{
	sg_repo_close(w->repo);
	if (script_problem(w->git.script))
		fail_msg("%s", script_problem(w->git.script));
	assert_int_equal(script_open_calls(w->git.script), 0);
	git_behind_sh(&w->git, "test -z \"$(ls -A \"$TMP\")\"");
	git_behind_sh(&w->git, "git -C \"$BARE\" fsck --full >/dev/null 2>&1");
	sg_arena_release(&w->arena);
	git_behind_release(&w->git);
}

void repo_ok(struct repo_world *w, int rc)
{
	if (rc < 0)
		fail_msg("%s: %s: %s", sg_reason_name(w->err.reason), w->err.where, w->err.cause);
}

void repo_fails(struct repo_world *w, int rc, enum sg_reason reason, const char *in_cause)
{
	assert_int_equal(rc, -1);
	if (w->err.reason != reason || !strstr(w->err.cause, in_cause))
		fail_msg("got %s: %s: %s (%s)", sg_reason_name(w->err.reason), w->err.where,
			w->err.cause, w->err.hint);
}

const char *repo_out(struct repo_world *w, const char *command)
{
	static const size_t size = 65536;

	return git_behind_out(&w->git, command, sg_arena_alloc(&w->arena, size), size);
}

const char *repo_rev(struct repo_world *w, const char *name)
{
	return repo_out(
		w, sg_arena_printf(&w->arena, "git -C \"$BARE\" rev-parse --verify -q '%s'", name));
}

const char *repo_fetched(struct repo_world *w, const char *branch)
{
	char tip[65];

	repo_ok(w, sg_repo_fetch(w->repo, &branch, 1, &w->err));
	repo_ok(w, sg_repo_tip(w->repo, branch, tip, &w->err));
	return sg_arena_strdup(&w->arena, tip);
}

size_t repo_requests(struct repo_world *w)
{
	return script_request_count(w->git.script);
}
