#include "step/neighbours.h"

#include <string.h>

#include "gitlab/file.h"
#include "model/place.h"
#include "step/way.h"

/* Nobody waits long for an answer that is a courtesy. */
#define ANSWER_MAX_MS 5000

/* A wildcard stands for others than our service: by its own name it has our file only where the
 * templates make no difference between them. */
static bool has_place(struct sg_arena *scratch, const struct sg_service *entry,
	const struct sg_environment *env, const char *file)
{
	for (size_t i = 0; i < entry->update_count; i++) {
		const char *base = "", *name, *path;
		struct sg_err ignored = SG_ERR_INIT;

		if (entry->updates[i].file &&
			sg_template_expand(scratch, entry->path ? entry->path : "", entry->name,
				env, &base, &ignored) == 0 &&
			sg_template_expand(scratch, entry->updates[i].file, entry->name, env, &name,
				&ignored) == 0 &&
			sg_repo_path_join(scratch, base, name, &path, &ignored) == 0 &&
			strcmp(path, file) == 0)
			return true;
	}
	return false;
}

static bool is_shared(
	const struct sg_policy *policy, const struct sg_environment *env, const char *file)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	size_t count = 0;

	for (size_t i = 0; i < policy->service_count && count < 2; i++) {
		const struct sg_service *entry = &policy->services[i];

		if (has_place(&scratch, entry, env, file))
			count += strcmp(entry->name, "*") == 0 ? 2 : 1;
	}
	return count >= 2;
}

static const char *shared_file(const struct sg_policy *policy, const struct sg_neighbours_ask *ask)
{
	for (size_t i = 0; i < ask->plan->file_count; i++)
		if (is_shared(policy, ask->env, ask->plan->files[i].path))
			return ask->plan->files[i].path;
	return NULL;
}

/* What GitLab says about FILE, and when that was. */
static int ask_dates(struct sg_world *world, struct sg_loaded *loaded, const char *file,
	const char *commit, struct sg_gitlab_dates *dates, int64_t *now_s, struct sg_err *err)
{
	const struct sg_gitlab_dates_ask ask = {.path = file,
		.commit = commit,
		.since_s = *now_s - SG_CROWD_WINDOW_S,
		.not_of = sg_env_nonempty(world->env, "CI_PIPELINE_URL")};
	int64_t until_ms = sg_loop_after(sg_world_loop(world), ANSWER_MAX_MS);
	struct sg_forge forge;

	if (until_ms > world->deadline_ms)
		until_ms = world->deadline_ms;
	sg_forge_brief(world, loaded, NULL, until_ms, &forge);
	forge.gitlab.retry.tries = 1;
	if (sg_gitlab_file_dates(&forge.gitlab, &ask, dates, err) < 0)
		return -1;
	*now_s = forge.gitlab.server_unix_s;
	return 0;
}

/* By what GitLab says. Where limits are off, as they are by default on one's own, it says nothing.
 */
static bool is_calm(const struct sg_gitlab *gitlab)
{
	return gitlab->observed >= 0 && gitlab->observed < SG_NEIGHBOURS_BUSY;
}

int sg_neighbours_wait(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_neighbours_ask *ask, struct sg_crowd *crowd, int64_t *ret_wait_ms,
	struct sg_err *err)
{
	const struct sg_gitlab *gitlab = &loaded->way->forge.gitlab;
	int64_t now_s = gitlab->server_unix_s, now_ms;
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_dates dates;
	const char *file;

	*ret_wait_ms = 0;
	if (now_s <= 0 || (!ask->tip->just_changed && is_calm(gitlab)))
		return 0;
	file = shared_file(&loaded->policy, ask);
	if (!file)
		return 0;
	if (ask_dates(world, loaded, file, ask->plan->parent, &dates, &now_s, &why) < 0) {
		sg_debug(world->log, "who else changes %s is not known: %s", file, why.cause);
		if (why.reason != SG_R_CANCELLED)
			return 0;
		*err = why;
		return -1;
	}
	now_ms = sg_loop_now_ms(sg_world_loop(world));
	*ret_wait_ms =
		sg_crowd_let_by(crowd, dates.unix_s, dates.count, now_s, now_ms - ask->looked_ms,
			world->deadline_ms - now_ms, sg_retry_random(&world->random));
	sg_debug(world->log, "%s: %zu commits of late; others are let by for %d ms", file,
		dates.count, (int)*ret_wait_ms);
	return 0;
}
