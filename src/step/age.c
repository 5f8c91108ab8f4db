#include "step/age.h"

#include <string.h>

#include "model/image.h"
#include "model/place.h"
#include "model/tag.h"
#include "model/version_order.h"
#include "step/build_order.h"
#include "step/forge.h"

/* A branch has a commit, too, but which one an image of it was built from is not known. */
static bool names_a_commit(struct sg_str tag)
{
	return sg_tag_commit(tag).len || sg_version_is(tag);
}

/* Two versions of one commit, and those of two branches, have no order by commits. */
static int compare(
	struct sg_gitlab *source, struct sg_arena *arena, struct sg_age *age, struct sg_err *err)
{
	const char *wish, *than;
	char base[SG_OID_SIZE];

	if (sg_gitlab_revision(source, source->project, age->wish, arena, &wish, err) < 0 ||
		sg_gitlab_revision(source, source->project, age->than, arena, &than, err) < 0)
		return -1;
	if (strcmp(wish, than) != 0 && sg_gitlab_merge_base(source, than, wish, base, err) < 0)
		return -1;
	age->wish_oid = wish;
	age->than_oid = than;
	if (strcmp(wish, than) == 0)
		return 0;
	age->older = strcmp(base, wish) == 0;
	if (age->older || strcmp(base, than) == 0)
		age->words = sg_arena_printf(arena, " (its commit %.12s is %s %.12s in %s)", wish,
			age->older ? "before" : "after", than, source->project);
	return 0;
}

static const struct sg_age *known(const struct sg_loaded *loaded, const struct sg_age *ask)
{
	for (size_t i = 0; i < loaded->age_count; i++) {
		const struct sg_age *age = &loaded->ages[i];

		if (strcmp(age->project, ask->project) == 0 && strcmp(age->wish, ask->wish) == 0 &&
			strcmp(age->than, ask->than) == 0)
			return age;
	}
	return NULL;
}

static void keep(struct sg_loaded *loaded, const struct sg_age *age)
{
	struct sg_arena *arena = loaded->arena;
	struct sg_age *kept =
		sg_arena_push(arena, &loaded->ages, &loaded->age_count, sizeof(*kept));

	*kept = (struct sg_age){
		.project = sg_arena_strdup(arena, age->project),
		.wish = sg_arena_strdup(arena, age->wish),
		.than = sg_arena_strdup(arena, age->than),
		.words = sg_arena_strdup(arena, age->words),
		.older = age->older,
		.wish_oid = sg_arena_strdup(arena, age->wish_oid),
		.than_oid = sg_arena_strdup(arena, age->than_oid),
	};
}

/* What failed on the way is asked again the next time; what GitLab does not know is not. */
static int ask_source(struct sg_world *world, struct sg_loaded *loaded, int64_t until_ms,
	struct sg_age *age, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	struct sg_trouble trouble;
	struct sg_forge forge;

	sg_forge_brief(world, loaded, age->project, until_ms, &forge);
	if (compare(&forge.gitlab, world->arena, age, &why) < 0) {
		sg_debug(world->log, "%s: %s and %s: %s", age->project, age->wish, age->than,
			why.cause);
		if (sg_world_trouble(world, &why, &trouble, err) < 0)
			return -1;
		if (why.reason != SG_R_NOT_FOUND && why.reason != SG_R_REVISION_NOT_FOUND)
			return 0;
	}
	keep(loaded, age);
	return 0;
}

/* The project that the service is built from; NULL where none is configured. */
static int source_of(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_age_ask *ask, const char **ret_project, struct sg_err *err)
{
	const struct sg_service *entry = sg_policy_service(&loaded->policy, ask->service);

	*ret_project = NULL;
	if (!entry || !entry->source)
		return 0;
	return sg_template_expand(
		world->arena, entry->source, ask->service, ask->env, ret_project, err);
}

static int by_commits(struct sg_world *world, struct sg_loaded *loaded, int64_t until_ms,
	struct sg_age *age, struct sg_err *err)
{
	const struct sg_age *before;

	if (!age->project || !names_a_commit(sg_str_of(age->wish)) ||
		!names_a_commit(sg_str_of(age->than)))
		return 0;
	before = known(loaded, age);
	if (!before)
		return ask_source(world, loaded, until_ms, age, err);
	*age = *before;
	return 0;
}

static int by_pipelines(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_age_ask *ask, struct sg_age *age, struct sg_err *err)
{
	struct sg_build_order_ask builds = {.source = age->project};
	struct sg_origin wish = {0}, than;

	if (sg_origin_find(
		    world, loaded, &ask->than_at, ask->service, age->than, true, &than, err) < 0)
		return -1;
	if (!than.pipeline)
		return 0;
	if (ask->wish_at.tip && sg_origin_find(world, loaded, &ask->wish_at, ask->service,
					age->wish, true, &wish, err) < 0)
		return -1;
	if (ask->wish_at.tip && !wish.pipeline)
		return 0;
	builds.wish = wish.pipeline;
	builds.than = than.pipeline;
	return sg_build_order(world, loaded, &builds, &age->older, &age->words, err);
}

/* Outside of pipelines there is none that brings the wish. */
static bool has_pipeline(
	const struct sg_world *world, const struct sg_loaded *loaded, const struct sg_age_ask *ask)
{
	return ask->wish_at.tip || loaded->remote.job ||
	       sg_env_nonempty(world->env, "CI_PIPELINE_URL");
}

/* Commits decide. A newer pipeline does not: anybody can start one for an older version. */
static int decide(struct sg_world *world, struct sg_loaded *loaded, const struct sg_age_ask *ask,
	struct sg_age *age, struct sg_err *err)
{
	struct sg_str wish = sg_str_of(age->wish), than = sg_str_of(age->than);
	int order;

	if (source_of(world, loaded, ask, &age->project, err) < 0)
		return -1;
	if (sg_forge_may_read(loaded) &&
		by_commits(world, loaded, world->deadline_ms, age, err) < 0)
		return -1;
	if (age->words)
		return 0;
	if (sg_version_order(wish, than, &order) && order < 0) {
		age->older = true;
		age->words = "";
		return 0;
	}
	if (sg_forge_may_read(loaded) && has_pipeline(world, loaded, ask) &&
		by_pipelines(world, loaded, ask, age, err) < 0)
		return -1;
	if (!age->words && sg_tag_time_order(wish, than, &order) && order < 0) {
		age->older = true;
		age->words = " (by the times in their names)";
	}
	return 0;
}

/* False when there are no two tags to be compared. */
static bool begin(struct sg_arena *arena, const struct sg_age_ask *ask, struct sg_age *age)
{
	struct sg_str wish = sg_image_version_split(sg_str_of(ask->wish)).tag;
	struct sg_str than = sg_image_version_split(sg_str_of(ask->than)).tag;

	*age = (struct sg_age){0};
	if (!wish.len || !than.len || sg_str_eq(wish, than))
		return false;
	age->wish = sg_arena_dup(arena, wish);
	age->than = sg_arena_dup(arena, than);
	return true;
}

int sg_age_older(struct sg_world *world, struct sg_loaded *loaded, const struct sg_age_ask *ask,
	const char **ret_why, struct sg_err *err)
{
	struct sg_age age;

	*ret_why = NULL;
	if (!begin(world->arena, ask, &age))
		return 0;
	if (decide(world, loaded, ask, &age, err) < 0)
		return -1;
	*ret_why = age.older ? age.words : NULL;
	return 0;
}

int sg_age_by_commits(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_age_ask *ask, int64_t until_ms, struct sg_age *ret_age, struct sg_err *err)
{
	struct sg_age age;

	*ret_age = (struct sg_age){0};
	if (!begin(world->arena, ask, &age) || !sg_forge_may_read(loaded))
		return 0;
	if (source_of(world, loaded, ask, &age.project, err) < 0 ||
		by_commits(world, loaded, until_ms, &age, err) < 0)
		return -1;
	*ret_age = age;
	return 0;
}
