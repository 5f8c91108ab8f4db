#include "step/gate_status.h"

#include <string.h>

const char *sg_gate_status_name(struct sg_arena *arena, const struct sg_environment *env)
{
	return sg_arena_printf(arena, "stagegate/%s", env->name);
}

int sg_gate_status_last(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_forge *forge, const struct sg_environment *env, const char *sha,
	int64_t until_unix_ms, const struct sg_gitlab_status **ret_status, struct sg_err *err)
{
	const struct sg_gitlab_status *last = NULL;
	struct sg_gitlab_status *all;
	size_t count;

	if (sg_gitlab_statuses(&forge->gitlab, sha, sg_gate_status_name(world->arena, env),
		    world->arena, &all, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!sg_forge_is_own(forge, &loaded->policy, all[i].author_id) ||
			all[i].created_unix_ms > until_unix_ms)
			continue;
		if (all[i].finished_unix_ms > until_unix_ms)
			all[i].state = "pending";
		last = &all[i];
	}
	*ret_status = last;
	return 0;
}

int sg_gate_status_holds_pipeline(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_forge *forge, const struct sg_environment *env, const struct sg_mr *mr,
	bool *ret_holds, const char **ret_words, struct sg_err *err)
{
	const struct sg_gitlab_status *last;
	bool done = false;

	if (sg_gate_status_last(world, loaded, forge, env, mr->sha, INT64_MAX, &last, err) < 0)
		return -1;
	if (last && strcmp(last->state, "pending") == 0 &&
		sg_gitlab_pipeline_jobs_done(&forge->gitlab, mr->pipeline.id, &done, err) < 0)
		return -1;
	*ret_holds = done;
	*ret_words = done ? last->description : "";
	return 0;
}
