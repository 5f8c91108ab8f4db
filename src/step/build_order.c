#include "step/build_order.h"

#include <inttypes.h>
#include <string.h>

#include "base/num.h"
#include "gitlab/build.h"
#include "step/forge.h"

#define MARK "/-/pipelines/"

struct known {
	const char *project;          /* as it was asked for */
	struct sg_gitlab_build build; /* iid 0: GitLab does not show it */
};

struct sg_build_order {
	struct known *items;
	size_t count;
	bool own_asked;
	struct sg_gitlab_build own; /* id 0: not known */
};

struct ordering {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_forge forge;
	struct sg_build_order *builds;
};

/* "ROOT/GROUP/PROJECT/-/pipelines/7" of our GitLab, taken apart. */
static bool read_address(
	const struct ordering *o, const char *address, const char **ret_project, int64_t *ret_id)
{
	struct sg_str rest = sg_str_of(address);
	const char *root = o->loaded->remote.gitlab;
	uint64_t id;
	long at;

	if (!sg_str_starts(rest, root) || rest.len <= strlen(root) || rest.ptr[strlen(root)] != '/')
		return false;
	rest = sg_str_sub(rest, strlen(root) + 1, rest.len);
	at = sg_str_search(rest, MARK);
	if (at <= 0 || !sg_num_u64(sg_str_sub(rest, (size_t)at + strlen(MARK), rest.len), &id) ||
		id == 0 || id > INT64_MAX)
		return false;
	*ret_project = sg_arena_dup(o->world->arena, sg_str_sub(rest, 0, (size_t)at));
	*ret_id = (int64_t)id;
	return true;
}

/* 0 also when there is no answer, which may be another one the next time. */
static int unless_signal(
	const struct ordering *o, const struct sg_err *why, bool *ret_final, struct sg_err *err)
{
	struct sg_trouble trouble;

	sg_debug(o->world->log, "the order of pipelines: %s", why->cause);
	*ret_final = why->reason == SG_R_NOT_FOUND || why->reason == SG_R_FORBIDDEN;
	return sg_world_trouble(o->world, why, &trouble, err);
}

static void keep(struct ordering *o, const char *project, const struct sg_gitlab_build *build)
{
	struct sg_arena *arena = o->loaded->arena;
	struct known *known =
		sg_arena_push(arena, &o->builds->items, &o->builds->count, sizeof(*known));

	known->project = sg_arena_strdup(arena, project);
	known->build = *build;
	known->build.web_url = sg_arena_strdup(arena, build->web_url);
}

/* ret->iid is 0 when GitLab does not show it. */
static int ask_for(struct ordering *o, const char *project, int64_t id, struct sg_gitlab_build *ret,
	struct sg_err *err)
{
	struct sg_gitlab_build build = {.id = id};
	struct sg_err why = SG_ERR_INIT;
	bool final = true;

	for (size_t i = 0; i < o->builds->count; i++) {
		const struct known *known = &o->builds->items[i];

		if (known->build.id == id && strcmp(known->project, project) == 0) {
			*ret = known->build;
			return 0;
		}
	}
	if (sg_gitlab_build_get(&o->forge.gitlab, project, id, o->world->arena, &build, &why) < 0) {
		build = (struct sg_gitlab_build){.id = id};
		if (unless_signal(o, &why, &final, err) < 0)
			return -1;
	}
	if (final)
		keep(o, project, &build);
	*ret = build;
	return 0;
}

static int ask_for_own(struct ordering *o, struct sg_gitlab_build *ret, struct sg_err *err)
{
	const char *address = sg_env_nonempty(o->world->env, "CI_PIPELINE_URL");
	struct sg_err why = SG_ERR_INIT;
	const char *project;
	bool final = true;
	int64_t id;

	if (o->forge.gitlab.job) {
		if (sg_gitlab_build_own(&o->forge.gitlab, o->world->arena, ret, &why) < 0) {
			*ret = (struct sg_gitlab_build){0};
			if (unless_signal(o, &why, &final, err) < 0)
				return -1;
		}
		o->builds->own_asked = final;
		o->builds->own = *ret;
		o->builds->own.web_url = sg_arena_strdup(o->loaded->arena, ret->web_url);
		return 0;
	}
	if (address && read_address(o, address, &project, &id))
		return ask_for(o, project, id, ret, err);
	return 0;
}

static int wish_of(struct ordering *o, const struct sg_build_order_ask *ask,
	struct sg_gitlab_build *ret, struct sg_err *err)
{
	const char *project;
	int64_t id;

	*ret = (struct sg_gitlab_build){0};
	if (ask->wish)
		return read_address(o, ask->wish, &project, &id) ? ask_for(o, project, id, ret, err)
								 : 0;
	if (!o->builds->own_asked)
		return ask_for_own(o, ret, err);
	*ret = o->builds->own;
	return 0;
}

/* The path of a pipeline's project by its address; its number where the address says nothing. */
static const char *project_of(const struct ordering *o, const struct sg_gitlab_build *build)
{
	const char *project;
	int64_t id;

	if (build->web_url && read_address(o, build->web_url, &project, &id))
		return project;
	return sg_arena_printf(o->world->arena, "%" PRId64, build->project_id);
}

static bool is_of(const struct ordering *o, const struct sg_gitlab_build *build, const char *source)
{
	return !source || strcmp(source, project_of(o, build)) == 0 ||
	       strcmp(source, sg_arena_printf(o->world->arena, "%" PRId64, build->project_id)) == 0;
}

static int compare(struct ordering *o, const struct sg_build_order_ask *ask, bool *ret_older,
	const char **ret_words, struct sg_err *err)
{
	struct sg_gitlab_build wish, than;
	const char *project;
	int64_t id;

	if (!read_address(o, ask->than, &project, &id))
		return 0;
	if (wish_of(o, ask, &wish, err) < 0)
		return -1;
	if (!wish.iid || wish.id == id || !is_of(o, &wish, ask->source) ||
		strcmp(project, project_of(o, &wish)) != 0)
		return 0;
	if (ask_for(o, project, id, &than, err) < 0)
		return -1;
	if (!than.iid || than.project_id != wish.project_id || than.iid == wish.iid)
		return 0;
	*ret_older = wish.iid < than.iid;
	*ret_words = sg_arena_printf(o->world->arena,
		" (its pipeline %" PRId64 " is %s pipeline %" PRId64 " of %s)", wish.iid,
		*ret_older ? "before" : "after", than.iid, project);
	return 0;
}

int sg_build_order(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_build_order_ask *ask, bool *ret_older, const char **ret_words,
	struct sg_err *err)
{
	struct ordering o = {.world = world, .loaded = loaded};

	*ret_words = NULL;
	*ret_older = false;
	if (!ask->than || !sg_forge_may_read(loaded))
		return 0;
	if (!loaded->builds)
		loaded->builds = sg_arena_calloc(loaded->arena, 1, sizeof(*loaded->builds));
	o.builds = loaded->builds;
	sg_forge_brief(world, loaded, NULL, world->deadline_ms, &o.forge);
	return compare(&o, ask, ret_older, ret_words, err);
}
