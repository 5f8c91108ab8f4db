#include "gitlab_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "io/fs.h"

int gitlab_world_setup(void **state)
{
	struct gitlab_world *w = sg_calloc(1, sizeof(*w));

	w->script = script_new();
	w->redactor = sg_redactor_new();
	w->token = sg_secret_new(w->redactor, SG_STR("glpat-first-token"));
	w->job_token = sg_secret_new(w->redactor, SG_STR("the-token-of-the-job"));
	w->cred = (struct sg_cred){.kind = SG_CRED_PRIVATE_TOKEN,
		.origin = "https://git.example.com:8443",
		.secret = w->token};
	w->job = (struct sg_cred){.kind = SG_CRED_JOB_TOKEN,
		.origin = "https://git.example.com:8443",
		.secret = w->job_token};
	w->gitlab = (struct sg_gitlab){
		.http = script_http(w->script),
		.api = API,
		.project = "gitops/apps",
		.cred = &w->cred,
		.retry = {.base_ms = 500,
			.max_ms = 30000,
			.max_after_ms = 120000,
			.deadline_ms = script_now_ms(w->script) + 60000,
			.seed = 7},
	};
	*state = w;
	return 0;
}

int gitlab_world_teardown(void **state)
{
	struct gitlab_world *w = *state;

	sg_secret_free(w->token);
	sg_secret_free(w->job_token);
	sg_redactor_free(w->redactor);
	script_free(w->script);
	sg_arena_release(&w->arena);
	free(w);
	return 0;
}

void gitlab_world_job_token(struct gitlab_world *w)
{
	w->gitlab.cred = &w->job;
	w->gitlab.job = &w->job;
}

struct sg_str gitlab_world_file(struct gitlab_world *w, const char *path)
{
	struct sg_buf text;
	struct sg_str copy;

	sg_buf_init(&text, SG_GITLAB_BODY_MAX);
	if (sg_fs_read(path, &text, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	copy = (struct sg_str){sg_arena_dup(&w->arena, sg_buf_str(&text)), text.len};
	sg_buf_release(&text);
	return copy;
}

const char *gitlab_world_sample(struct gitlab_world *w, const char *name)
{
	const char *root = getenv("STAGEGATE_CONTRACTS");

	if (!root)
		root = "../shared/contracts";
	if (!sg_fs_is_dir(root))
		return NULL;
	return sg_arena_printf(&w->arena, "%s/data/gitlab/%s", root, name);
}

struct sg_json *gitlab_world_json(const char *text)
{
	struct sg_json *doc = NULL;
	struct sg_err err = SG_ERR_INIT;

	if (sg_json_parse(sg_str_of(text), &doc, &err) < 0)
		fail_msg("%s", err.cause);
	return doc;
}

void gitlab_world_done(struct gitlab_world *w)
{
	const char *problem = script_problem(w->script);

	if (problem)
		fail_msg("%s", problem);
	assert_int_equal(script_open_calls(w->script), 0);
}

void gitlab_world_error(
	struct gitlab_world *w, enum sg_reason reason, const char *cause, const char *hint)
{
	if (w->err.reason != reason)
		fail_msg("%s instead of %s: %s", sg_reason_name(w->err.reason),
			sg_reason_name(reason), w->err.cause);
	if (!strstr(w->err.cause, cause))
		fail_msg("\"%s\" is not in the cause: %s", cause, w->err.cause);
	if (!strstr(w->err.hint, hint))
		fail_msg("\"%s\" is not in the hint: %s", hint, w->err.hint);
}
