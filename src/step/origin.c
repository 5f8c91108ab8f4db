#include "step/origin.h"

#include <string.h>

#include "gitlab/build.h"
#include "model/image.h"
#include "model/trailer.h"
#include "step/forge.h"

#define ADDRESS_MAX_BYTES 500

enum said { SAYS_NOTHING, SAYS_THIS, SAYS_ANOTHER };

/* Is VALUE, as it stands at a place of any part, of this tag? */
static bool carries(struct sg_str value, const char *tag)
{
	struct sg_image image;

	if (sg_str_is(sg_image_version_split(value).tag, tag))
		return true;
	return sg_image_parse(value, &image) && sg_str_is(image.tag, tag);
}

/* Does the message say that its commit brought the tag of the service into the environment? */
static enum said says(const struct sg_origin *o, struct sg_str message)
{
	struct sg_str rest = sg_trailers(message), value, name;
	enum said said = SAYS_NOTHING;

	if (!sg_trailer_says(message, "Stagegate-Env", o->at.env->name))
		return SAYS_NOTHING;
	while (sg_trailer_next(&rest, "Stagegate-Image", &value)) {
		if (!sg_str_cut(&value, ' ', &name) || !sg_str_is(name, o->service))
			continue;
		if (carries(value, o->tag))
			return SAYS_THIS;
		said = SAYS_ANOTHER;
	}
	return said;
}

/* The pipeline of a promotion is not the one that the version is from. */
static void take(
	struct sg_arena *arena, struct sg_origin *o, const char *commit, struct sg_str message)
{
	const char *key = o->at.env->after_count ? "Stagegate-Origin" : "Stagegate-Pipeline";
	struct sg_str pipeline;

	o->commit = sg_arena_strdup(arena, commit);
	if (sg_trailer_find(message, key, &pipeline) && pipeline.len &&
		pipeline.len <= ADDRESS_MAX_BYTES)
		o->pipeline = sg_arena_dup(arena, pipeline);
}

/* What the tip itself says. */
static enum said look_here(struct sg_world *world, struct sg_loaded *loaded, struct sg_origin *o)
{
	struct sg_err ignored = SG_ERR_INIT;
	struct sg_commit_facts facts;
	enum said said;

	if (!loaded->repo ||
		sg_repo_commit_facts(loaded->repo, o->at.tip, world->arena, &facts, &ignored) < 0)
		return SAYS_NOTHING;
	said = says(o, sg_str_of(facts.message));
	if (said == SAYS_THIS)
		take(world->arena, o, o->at.tip, sg_str_of(facts.message));
	return said;
}

static const struct sg_history *known(const struct sg_loaded *loaded, const struct sg_origin_at *at)
{
	for (size_t i = 0; i < loaded->history_count; i++)
		if (strcmp(loaded->histories[i].tip, at->tip) == 0 &&
			sg_str_same(loaded->histories[i].file, at->file))
			return &loaded->histories[i];
	return NULL;
}

/* Of the commits those that may say something; the rest, which may be large, is let go. */
static const struct sg_history *keep(struct sg_loaded *loaded, const struct sg_origin_at *at,
	const struct sg_gitlab_commit *commits, size_t count)
{
	struct sg_arena *arena = loaded->arena;
	struct sg_history *history =
		sg_arena_push(arena, &loaded->histories, &loaded->history_count, sizeof(*history));
	struct sg_str ignored;

	history->tip = sg_arena_strdup(arena, at->tip);
	history->file = sg_arena_strdup(arena, at->file);
	for (size_t i = 0; i < count; i++) {
		struct sg_gitlab_commit *commit;

		if (!sg_trailer_find(sg_str_of(commits[i].message), "Stagegate-Env", &ignored))
			continue;
		commit = sg_arena_push(arena, &history->commits, &history->count, sizeof(*commit));
		commit->id = sg_arena_strdup(arena, commits[i].id);
		commit->message = sg_arena_strdup(arena, commits[i].message);
	}
	return history;
}

/* *ret_history: NULL where GitLab does not answer; it is asked again the next time. */
static int read_history(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_origin_at *at, const struct sg_history **ret_history, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_commit *commits;
	struct sg_trouble trouble;
	struct sg_forge forge;
	size_t count;

	*ret_history = NULL;
	sg_forge_brief(world, loaded, NULL, world->deadline_ms, &forge);
	if (sg_gitlab_commits_of(
		    &forge.gitlab, at->tip, at->file, &scratch, &commits, &count, &why) < 0) {
		sg_debug(world->log, "the commits up to %.12s: %s", at->tip, why.cause);
		return sg_world_trouble(world, &why, &trouble, err);
	}
	*ret_history = keep(loaded, at, commits, count);
	return 0;
}

/* What the last commits of the file say, which are read once for all that stands in it. */
static int look_there(
	struct sg_world *world, struct sg_loaded *loaded, struct sg_origin *o, struct sg_err *err)
{
	const struct sg_history *history = known(loaded, &o->at);
	enum said said = SAYS_NOTHING;

	if (!history && read_history(world, loaded, &o->at, &history, err) < 0)
		return -1;
	for (size_t i = 0; history && i < history->count && said == SAYS_NOTHING; i++) {
		struct sg_str message = sg_str_of(history->commits[i].message);

		said = says(o, message);
		if (said == SAYS_THIS)
			take(world->arena, o, history->commits[i].id, message);
	}
	return 0;
}

int sg_origin_find(struct sg_world *world, struct sg_loaded *loaded, const struct sg_origin_at *at,
	const char *service, const char *tag, bool ask_gitlab, struct sg_origin *ret_origin,
	struct sg_err *err)
{
	struct sg_origin o = {.at = *at, .service = service, .tag = tag};
	int rc = 0;

	if (at->tip && look_here(world, loaded, &o) == SAYS_NOTHING && ask_gitlab &&
		sg_forge_may_read(loaded))
		rc = look_there(world, loaded, &o, err);
	*ret_origin = o;
	return rc;
}
