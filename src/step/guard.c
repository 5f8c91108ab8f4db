#include "step/guard.h"

#include <string.h>

#include "model/place.h"
#include "step/age.h"

struct guarding {
	struct sg_world *world;
	struct sg_loaded *loaded;
	const struct sg_environment *env;
	const struct sg_guard *guard;
	const struct sg_changes *changes;
	const struct sg_tree_source *tip;
};

int sg_guard_expect_check(const char *expect, struct sg_err *err)
{
	if (sg_image_version_ok(sg_str_of(expect)))
		return 0;
	(void)sg_fail(
		err, SG_R_USAGE, "--expect-current: '%.100s' is no tag and no digest", expect);
	return sg_hint(err, "say what stands in the file now: 1.4.2, sha256:..., or "
			    "1.4.2@sha256:...");
}

/* Does the place say something else about a part that is expected? *RET_ASKED: it says anything. */
static bool differs(const struct sg_image_version *expected, const struct sg_value_change *value,
	bool *ret_asked)
{
	struct sg_image_version here = sg_place_version(value->part, value->from);
	bool is_reference = value->part == SG_PART_REFERENCE;
	bool is_tag = value->part == SG_PART_TAG || value->part == SG_PART_VERSION;
	bool of_tag = expected->tag.len && (is_reference || is_tag);
	bool of_digest = expected->digest.len && (is_reference || value->part == SG_PART_DIGEST);

	*ret_asked = *ret_asked || of_tag || of_digest;
	return (of_tag && !sg_str_eq(here.tag, expected->tag)) ||
	       (of_digest && !sg_str_eq(here.digest, expected->digest));
}

static int check_expected(const struct sg_guard *guard, const struct sg_changes *changes,
	const struct sg_tree_source *tip, struct sg_err *err)
{
	struct sg_image_version expected = sg_image_version_split(sg_str_of(guard->expect));
	bool asked = false;

	for (size_t i = 0; i < changes->value_count; i++) {
		const struct sg_value_change *value = &changes->values[i];

		if (!differs(&expected, value, &asked))
			continue;
		(void)sg_fail(err, SG_R_UNEXPECTED_VALUE,
			"%s:%d: %s of %s is '%.150s' at %.12s of %s, and '%.150s' is expected",
			value->path, value->line, value->place, value->service, value->from,
			tip->revision, tip->label, guard->expect);
		return sg_hint(err,
			"nothing was written; somebody was faster, or the expectation "
			"is out of date: git log -p -3 origin/%s -- %s",
			tip->label, value->path);
	}
	if (asked || !changes->value_count)
		return 0;
	return sg_fail(err, SG_R_UNEXPECTED_VALUE,
		"%s:%d: no place of %s holds what '%.150s' could be compared with",
		changes->values[0].path, changes->values[0].line, changes->values[0].service,
		guard->expect);
}

/* *RET_WHY as in sg_age_older(): NULL when it does not. */
static int goes_back(const struct guarding *g, const struct sg_value_change *value,
	const char **ret_why, struct sg_err *err)
{
	struct sg_arena *arena = g->world->arena;
	const struct sg_age_ask ask = {
		.env = g->env,
		.service = value->service,
		.wish = sg_arena_dup(arena, sg_place_version(value->part, value->to).tag),
		.than = sg_arena_dup(arena, sg_place_version(value->part, value->from).tag),
		.wish_at = g->guard->wish_at,
		.than_at = {g->env, g->tip->revision, value->path},
	};

	return sg_age_older(g->world, g->loaded, &ask, ret_why, err);
}

/* Which commit has put the present value there, as far as the tip or GitLab tells. */
static int who_put_it(const struct guarding *g, const struct sg_value_change *value,
	const char **ret_words, struct sg_err *err)
{
	struct sg_arena *arena = g->world->arena;
	const struct sg_tree_source *tip = g->tip;
	const struct sg_origin_at at = {g->env, tip->revision, value->path};
	struct sg_str tag = sg_place_version(value->part, value->from).tag;
	struct sg_origin origin;

	if (sg_origin_find(g->world, g->loaded, &at, value->service, sg_arena_dup(arena, tag), true,
		    &origin, err) < 0)
		return -1;
	if (!origin.commit)
		*ret_words = sg_arena_printf(arena,
			"it stands at %.12s, the tip of %s; its own commit: git log -1 "
			"-S'%.150s' %.12s -- %s",
			tip->revision, tip->label, value->from, tip->revision, value->path);
	else if (!origin.pipeline)
		*ret_words = sg_arena_printf(arena, "it came with commit %.12s", origin.commit);
	else
		*ret_words = sg_arena_printf(arena, "it came with commit %.12s of %.200s",
			origin.commit, origin.pipeline);
	return 0;
}

static int check_order(const struct guarding *g, bool *ret_back, struct sg_err *err)
{
	for (size_t i = 0; i < g->changes->value_count; i++) {
		const struct sg_value_change *value = &g->changes->values[i];
		const char *why, *who;

		if (goes_back(g, value, &why, err) < 0)
			return -1;
		if (!why)
			continue;
		*ret_back = true;
		if (g->guard->older_reason)
			continue;
		if (who_put_it(g, value, &who, err) < 0)
			return -1;
		(void)sg_fail(err, SG_R_OLDER,
			"%s:%d: %s of %s is '%.150s', and '%.150s' is older%s; %s", value->path,
			value->line, value->place, value->service, value->from, value->to, why,
			who);
		return sg_hint(err, "nothing was written; to go back on purpose add --allow-older "
				    "--reason TEXT");
	}
	return 0;
}

int sg_guard_check(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment *env, const struct sg_guard *guard,
	const struct sg_changes *changes, const struct sg_tree_source *tip, bool *ret_back,
	struct sg_err *err)
{
	const struct guarding g = {.world = world,
		.loaded = loaded,
		.env = env,
		.guard = guard,
		.changes = changes,
		.tip = tip};

	*ret_back = false;
	if (guard->expect && check_expected(guard, changes, tip, err) < 0)
		return -1;
	return check_order(&g, ret_back, err);
}
