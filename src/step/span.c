#include "step/span.h"

#include <string.h>

#include "base/text.h"
#include "model/place.h"
#include "step/age.h"
#include "step/forge.h"

#define PATIENCE_MS 10000
#define SUBJECT_MAX_BYTES 120

/* The first two tags of the service that differ; false: there are none. */
static bool find_tags(struct sg_arena *arena, const struct sg_plan *plan, struct sg_span *span)
{
	for (size_t i = 0; i < plan->value_count; i++) {
		const struct sg_value_change *value = &plan->values[i];
		struct sg_str from = sg_place_version(value->part, value->from).tag;
		struct sg_str to = sg_place_version(value->part, value->to).tag;

		if (strcmp(value->service, span->service) != 0 || !from.len || !to.len ||
			sg_str_eq(from, to))
			continue;
		span->from = sg_arena_dup(arena, from);
		span->to = sg_arena_dup(arena, to);
		return true;
	}
	return false;
}

static const struct sg_span *known(const struct sg_loaded *loaded, const struct sg_span *ask)
{
	for (size_t i = 0; i < loaded->span_count; i++) {
		const struct sg_span *span = &loaded->spans[i];

		if (strcmp(span->service, ask->service) == 0 && strcmp(span->env, ask->env) == 0 &&
			strcmp(span->from, ask->from) == 0 && strcmp(span->to, ask->to) == 0)
			return span;
	}
	return NULL;
}

/* GitLab says where it shows a commit; beside it are the commits between two. */
static const char *compare_url(struct sg_arena *arena, const struct sg_gitlab_subject *commit,
	const char *from, const char *to)
{
	struct sg_str url = sg_str_of(commit->web_url);
	const char *end = sg_arena_printf(arena, "/-/commit/%s", commit->id);

	if (!sg_str_ends(url, end))
		return NULL;
	url.len -= strlen(end);
	return sg_arena_printf(arena, "%.*s/-/compare/%s...%s", SG_STR_ARG(url), from, to);
}

static void take(
	struct sg_arena *arena, const struct sg_gitlab_between *between, struct sg_span *span)
{
	char subject[SUBJECT_MAX_BYTES + 1];

	span->count = between->count;
	span->more = between->more;
	for (size_t i = 0; i < between->count && i < SG_SPAN_SHOWN; i++) {
		struct sg_span_commit *commit =
			sg_arena_push(arena, &span->commits, &span->shown, sizeof(*commit));

		sg_text_line(subject, sizeof(subject), sg_str_of(between->commits[i].subject));
		commit->id = sg_arena_strdup(arena, between->commits[i].id);
		commit->subject = sg_arena_strdup(arena, subject);
	}
}

/* -1: for whatever reason there is no answer. */
static int read_commits(struct sg_world *world, struct sg_loaded *loaded, const struct sg_age *age,
	int64_t until_ms, struct sg_span *span, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	const char *from = age->older ? age->wish_oid : age->than_oid;
	const char *to = age->older ? age->than_oid : age->wish_oid;
	struct sg_gitlab_between between;
	struct sg_forge forge;

	sg_forge_brief(world, loaded, age->project, until_ms, &forge);
	if (sg_gitlab_commits_between(&forge.gitlab, from, to, &scratch, &between, err) < 0)
		return -1;
	span->kind = age->older ? SG_SPAN_BACK : age->words ? SG_SPAN_FORWARD : SG_SPAN_BESIDE;
	span->url = compare_url(loaded->arena, &between.commits[0], from, to);
	take(loaded->arena, &between, span);
	return 0;
}

static void take_one(struct sg_arena *arena, const struct sg_age *age, struct sg_span *span)
{
	struct sg_span_commit *commit =
		sg_arena_push(arena, &span->commits, &span->shown, sizeof(*commit));

	commit->id = sg_arena_strdup(arena, age->wish_oid);
	commit->subject = "";
	span->kind = SG_SPAN_SAME;
	span->count = 1;
}

static int ask_source(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment *env, struct sg_span *span, struct sg_err *err)
{
	int64_t until_ms = sg_loop_now_ms(sg_world_loop(world)) + PATIENCE_MS;
	const struct sg_age_ask ask = {
		.env = env, .service = span->service, .wish = span->to, .than = span->from};
	struct sg_err why = SG_ERR_INIT;
	struct sg_trouble ignored;
	struct sg_age age;

	if (until_ms > world->deadline_ms)
		until_ms = world->deadline_ms;
	if (sg_age_by_commits(world, loaded, &ask, until_ms, &age, err) < 0)
		return -1;
	if (!age.wish_oid)
		return 0;
	if (strcmp(age.wish_oid, age.than_oid) == 0) {
		take_one(loaded->arena, &age, span);
		return 0;
	}
	if (read_commits(world, loaded, &age, until_ms, span, &why) == 0)
		return 0;
	sg_debug(world->log, "%s: the commits between %s and %s: %s", age.project, span->from,
		span->to, why.cause);
	return sg_world_trouble(world, &why, &ignored, err);
}

int sg_span_find(struct sg_world *world, struct sg_loaded *loaded, const struct sg_environment *env,
	const char *service, const struct sg_plan *plan, const struct sg_span **ret_span,
	struct sg_err *err)
{
	struct sg_span span = {.service = service, .env = env->name}, *kept;
	const struct sg_span *found;

	*ret_span = NULL;
	if (!find_tags(loaded->arena, plan, &span))
		return 0;
	found = known(loaded, &span);
	if (!found) {
		if (ask_source(world, loaded, env, &span, err) < 0)
			return -1;
		kept = sg_arena_push(
			loaded->arena, &loaded->spans, &loaded->span_count, sizeof(*kept));
		*kept = span;
		kept->service = sg_arena_strdup(loaded->arena, service);
		found = kept;
	}
	*ret_span = found->kind == SG_SPAN_UNKNOWN ? NULL : found;
	return 0;
}
