#include "step/request_seen.h"

#include <string.h>

#define ASK_MS 10000

/* Words of an answer that was none; a signal is an error. */
static int not_seen(
	struct sg_world *world, const struct sg_err *why, const char **ret_why, struct sg_err *err)
{
	if (why->reason == SG_R_CANCELLED) {
		*err = *why;
		return -1;
	}
	*ret_why = sg_arena_strdup(world->arena, why->cause);
	return 0;
}

/* Why GitLab cannot be asked; NULL: it can. */
static const char *obstacle_of(const struct sg_loaded *loaded)
{
	const char *missing;

	if (!loaded->remote.cred)
		return loaded->remote.no_cred_why;
	return sg_forge_is_there(loaded, &missing) ? NULL : missing;
}

static bool is_open(const struct sg_mr *mr)
{
	return mr->state != SG_MR_CLOSED && mr->state != SG_MR_MERGED;
}

/* The newest of each kind; a list begins with the newest. */
static void sort(const struct sg_mr *mrs, size_t count, const char *branch, const char *target,
	struct sg_request_seen *seen)
{
	int64_t merged_iid = 0;

	for (size_t i = 0; i < count; i++) {
		const struct sg_mr *mr = &mrs[i];

		if (strcmp(mr->source_branch, branch) != 0 ||
			mr->source_project_id != mr->target_project_id)
			continue;
		if (strcmp(mr->target_branch, target) != 0) {
			if (is_open(mr) && !seen->elsewhere.iid)
				seen->elsewhere = *mr;
			continue;
		}
		switch (mr->state) {
		case SG_MR_OPENED:
		case SG_MR_LOCKED:
		case SG_MR_OTHER:
			if (!seen->open.iid)
				seen->open = *mr;
			break;
		case SG_MR_CLOSED:
			/* what was merged after it says more */
			if (!seen->closed.iid && mr->iid > merged_iid)
				seen->closed = *mr;
			break;
		case SG_MR_MERGED:
			if (!merged_iid)
				merged_iid = mr->iid;
			break;
		}
	}
}

/* Ours closed it, and may ask again; a person who closed it said no. Whose it is, is known where
 * the token has a user. */
static int whose(struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_request_seen *seen, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	if (loaded->remote.is_job_token || (!seen->open.iid && !seen->closed.iid))
		return 0;
	if (sg_forge_me(forge, &why) < 0) {
		if (why.reason != SG_R_CANCELLED)
			return 0;
		*err = why;
		return -1;
	}
	seen->foreign = seen->open.iid && !sg_request_is_ours(&seen->open, forge, &loaded->policy);
	if (seen->closed.iid && sg_forge_is_own(forge, &loaded->policy, seen->closed.closed_by.id))
		seen->closed.iid = 0;
	(void)world;
	return 0;
}

int sg_request_see(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_environment *env, const char *branch, struct sg_request_seen *ret_seen,
	struct sg_err *err)
{
	int64_t until_ms = sg_loop_after(sg_world_loop(world), ASK_MS);
	struct sg_request_seen seen = {.known = true};
	struct sg_err why = SG_ERR_INIT;
	const struct sg_gitlab_mr_list_ask list = {.source_branch = branch, .state = "all"};
	struct sg_forge forge;
	struct sg_mr *mrs;
	size_t count;

	*ret_seen = (struct sg_request_seen){.why = obstacle_of(loaded)};
	if (ret_seen->why)
		return 0;
	sg_forge_brief(world, loaded, NULL, until_ms, &forge);
	if (sg_gitlab_mr_list(&forge.gitlab, &list, world->arena, &mrs, &count, &why) < 0)
		return not_seen(world, &why, &ret_seen->why, err);
	sort(mrs, count, branch, env->branch, &seen);
	if (whose(world, loaded, &forge, &seen, err) < 0)
		return -1;
	*ret_seen = seen;
	return 0;
}

int sg_request_see_one(struct sg_world *world, const struct sg_loaded *loaded, int64_t iid,
	struct sg_mr *ret_mr, const char **ret_why, struct sg_err *err)
{
	int64_t until_ms = sg_loop_after(sg_world_loop(world), ASK_MS);
	struct sg_err why = SG_ERR_INIT;
	struct sg_forge forge;

	*ret_why = obstacle_of(loaded);
	if (*ret_why)
		return 0;
	sg_forge_brief(world, loaded, NULL, until_ms, &forge);
	if (sg_gitlab_mr_get(&forge.gitlab, iid, world->arena, ret_mr, &why) == 0)
		return 0;
	return not_seen(world, &why, ret_why, err);
}
