/*
 * Any bytes as events of an application and one beside it: parsing, decoding and the decision
 * table end; time alone never makes an answer; a success has a revision.
 *
 * Input: one object a line. A line that begins with '+' is about another application, with '-' says
 * that ours is gone. 40 s pass between two lines.
 */
#include <string.h>

#include "base/attr.h"
#include "cluster/application.h"
#include "model/app_verdict.h"

#include "fuzz.h"

#define LINES_MAX 24
#define STEP_MS 40000

struct world {
	struct sg_ancestry ancestry; /* first: it is cast back */
	struct sg_arena arena;
	struct sg_app_fold *fold;
	const struct sg_app *other;
	int64_t now_ms;
};

/* An order that is as good as any: by the first byte. */
static enum sg_answer contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor)
{
	(void)ancestry;
	if (descendant[0] == 'f' || ancestor[0] == 'f')
		return SG_ANSWER_UNKNOWN;
	return descendant[0] >= ancestor[0] ? SG_ANSWER_YES : SG_ANSWER_NO;
}

static const struct sg_app *item(void *arg, const char *namespace, const char *name)
{
	struct world *w = arg;

	(void)namespace;
	(void)name;
	return w->other;
}

static const struct sg_app *decode(struct world *w, struct sg_str line)
{
	struct sg_app *app = sg_arena_alloc(&w->arena, sizeof(*app));
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc = NULL;
	int rc;

	if (sg_json_parse(line, &doc, &err) < 0) {
		PROMISE(err.reason == SG_R_JSON_INVALID || err.reason == SG_R_TOO_LARGE);
		return NULL;
	}
	rc = sg_application_decode(doc, &w->arena, app, &err);
	PROMISE(rc == 0 || err.cause[0]);
	sg_json_free(doc);
	return rc == 0 ? app : NULL;
}

static void check(struct world *w)
{
	const struct sg_app_verdict *verdict = sg_app_fold_verdict(w->fold);
	struct sg_app_request request;

	PROMISE(strlen(verdict->message) < SG_APP_MESSAGE_MAX);
	PROMISE(verdict->kind != SG_APP_SUCCESS || strlen(verdict->revision) == 40);
	PROMISE(verdict->kind != SG_APP_SUCCESS || verdict->code == SG_APP_CODE_DEPLOYED);
	PROMISE(sg_app_fold_next_look(w->fold, w->now_ms) >= w->now_ms);
	if (sg_app_fold_request(w->fold, w->now_ms, &request)) {
		PROMISE(request.refresh != SG_APP_REFRESH_NONE);
		sg_app_fold_requested(w->fold, &request, w->now_ms);
	}
}

/* Silence may change the code of a WAIT, and nothing else. */
static void check_silence(struct world *w)
{
	enum sg_app_kind before = sg_app_fold_verdict(w->fold)->kind;

	w->now_ms += STEP_MS;
	sg_app_fold_tick(w->fold, w->now_ms);
	PROMISE(sg_app_fold_verdict(w->fold)->kind == before);
}

static void show(struct world *w, struct sg_str line)
{
	const struct sg_app *app;

	if (sg_str_starts(line, "-")) {
		sg_app_fold_gone(w->fold, w->now_ms);
	} else if (sg_str_starts(line, "+")) {
		app = decode(w, sg_str_sub(line, 1, line.len));
		if (!app)
			return;
		w->other = app;
		sg_app_fold_feed_other(w->fold, app->namespace, app->name, app, w->now_ms);
	} else {
		app = decode(w, line);
		if (!app)
			return;
		sg_app_fold_feed(w->fold, app, w->now_ms);
	}
	check(w);
	check_silence(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const images[] = {"reg.example.org:5000/team/shop:2.0"};
	const struct sg_app_want want = {.revision = "cccccccc0123456789abcdef0123456789abcdef",
		.repo_url = "https://git.example.org/team/deploy.git",
		.branch = "main",
		.branch_is_default = true,
		.images = images,
		.image_count = 1};
	const struct sg_app_policy policy = sg_app_policy_default();
	struct world w = {.ancestry = {contains}};
	const struct sg_app_beside beside = {.item = item, .arg = &w};
	struct sg_str rest = {(const char *)data, size}, line;

	w.fold = sg_app_fold_new(&want, &policy, &w.ancestry, &beside);
	for (int i = 0; i < LINES_MAX && sg_str_cut(&rest, '\n', &line); i++)
		show(&w, line);
	sg_app_fold_free(w.fold);
	sg_arena_release(&w.arena);
	return 0;
}
