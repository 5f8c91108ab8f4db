#include "step/origin.h"

#include <string.h>

#include "gitlab/build.h"
#include "model/image.h"
#include "model/trailer.h"
#include "step/forge.h"

#define API_TRIES 2
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

static const struct sg_origin *known(const struct sg_loaded *loaded, const struct sg_origin *o)
{
	for (size_t i = 0; i < loaded->origin_count; i++) {
		const struct sg_origin *kept = &loaded->origins[i];

		if (kept->at.env == o->at.env && strcmp(kept->at.tip, o->at.tip) == 0 &&
			sg_str_same(kept->at.file, o->at.file) &&
			strcmp(kept->service, o->service) == 0 && strcmp(kept->tag, o->tag) == 0)
			return kept;
	}
	return NULL;
}

static void keep(struct sg_loaded *loaded, const struct sg_origin *o)
{
	struct sg_origin *kept = sg_arena_push(
		loaded->arena, &loaded->origins, &loaded->origin_count, sizeof(*kept));

	*kept = *o;
	kept->at.tip = sg_arena_strdup(loaded->arena, o->at.tip);
	kept->at.file = sg_arena_strdup(loaded->arena, o->at.file);
	kept->service = sg_arena_strdup(loaded->arena, o->service);
	kept->tag = sg_arena_strdup(loaded->arena, o->tag);
	kept->commit = sg_arena_strdup(loaded->arena, o->commit);
	kept->pipeline = sg_arena_strdup(loaded->arena, o->pipeline);
}

/* What did not answer is asked again the next time. */
static int look_there(
	struct sg_world *world, struct sg_loaded *loaded, struct sg_origin *o, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_commit *commits;
	enum said said = SAYS_NOTHING;
	struct sg_trouble trouble;
	struct sg_forge forge;
	size_t count;

	sg_forge_client(world, loaded, &forge);
	forge.gitlab.retry = sg_world_retry(world, API_TRIES);
	if (sg_gitlab_commits_of(&forge.gitlab, o->at.tip, o->at.file, world->arena, &commits,
		    &count, &why) < 0) {
		sg_debug(world->log, "the commits up to %.12s: %s", o->at.tip, why.cause);
		return sg_world_trouble(world, &why, &trouble, err);
	}
	for (size_t i = 0; i < count && said == SAYS_NOTHING; i++) {
		said = says(o, sg_str_of(commits[i].message));
		if (said == SAYS_THIS)
			take(world->arena, o, commits[i].id, sg_str_of(commits[i].message));
	}
	keep(loaded, o);
	return 0;
}

int sg_origin_find(struct sg_world *world, struct sg_loaded *loaded, const struct sg_origin_at *at,
	const char *service, const char *tag, bool ask_gitlab, struct sg_origin *ret_origin,
	struct sg_err *err)
{
	struct sg_origin o = {.at = *at, .service = service, .tag = tag};
	const struct sg_origin *before;
	int rc = 0;

	if (at->tip && look_here(world, loaded, &o) == SAYS_NOTHING) {
		before = known(loaded, &o);
		if (before) {
			o.commit = before->commit;
			o.pipeline = before->pipeline;
		} else if (ask_gitlab && sg_forge_may_read(loaded)) {
			rc = look_there(world, loaded, &o, err);
		}
	}
	*ret_origin = o;
	return rc;
}
