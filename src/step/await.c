#include "step/await.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "step/follower.h"

struct sg_app_want sg_await_want(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_environment *env, const char *revision, const char *image)
{
	const char *head = sg_repo_head_branch(loaded->repo);
	const char **images = sg_arena_calloc(world->arena, 1, sizeof(*images));

	images[0] = image;
	return (struct sg_app_want){
		.revision = revision,
		.repo_url = loaded->remote.url,
		.branch = env->branch,
		.branch_is_default = head && strcmp(head, env->branch) == 0,
		.images = images,
		.image_count = image ? 1 : 0,
	};
}

struct sg_app_policy sg_await_policy(const struct sg_world *world)
{
	const struct sg_settings *settings = world->settings;
	struct sg_app_policy policy = sg_app_policy_default();

	policy.confirm_ms = settings->confirm_ms;
	policy.degraded_grace_ms = settings->degraded_grace_ms;
	policy.image_grace_ms = settings->image_grace_ms;
	policy.out_of_sync_grace_ms = settings->out_of_sync_grace_ms;
	return policy;
}

struct awaiting {
	struct sg_world *world;
	struct sg_app_policy policy;
	struct sg_follower *followers;
	size_t count;
};

static void release(struct awaiting *all)
{
	for (size_t i = 0; i < all->count; i++)
		sg_follower_release(&all->followers[i]);
	free(all->followers);
}

/* True when nothing more is to be waited for: all have succeeded, or one cannot. */
static bool over(const struct awaiting *all)
{
	size_t ended = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct sg_follower *follower = &all->followers[i];

		if (!sg_follower_ended(follower))
			continue;
		if (sg_app_fold_verdict(follower->fold)->kind != SG_APP_SUCCESS)
			return true;
		ended++;
	}
	return ended == all->count;
}

static int step_all(struct awaiting *all, int64_t *ret_due_ms, struct sg_err *err)
{
	*ret_due_ms = all->world->deadline_ms;
	for (size_t i = 0; i < all->count; i++) {
		struct sg_follower *follower = &all->followers[i];
		int64_t due_ms;

		if (sg_follower_ended(follower))
			continue;
		if (sg_follower_step(follower, err) < 0)
			return sg_wrap(err, "%s", follower->ask->service);
		due_ms = sg_follower_due_ms(follower);
		if (due_ms < *ret_due_ms)
			*ret_due_ms = due_ms;
	}
	return 0;
}

static int run(struct awaiting *all, bool *ret_timed_out, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(all->world);
	int64_t due_ms;

	*ret_timed_out = false;
	for (;;) {
		if (step_all(all, &due_ms, err) < 0)
			return -1;
		if (over(all))
			return 0;
		if (sg_loop_now_ms(loop) >= all->world->deadline_ms) {
			*ret_timed_out = true;
			return 0;
		}
		if (sg_loop_wait(loop, due_ms, err) < 0)
			return -1;
	}
}

static int begin(struct awaiting *all, struct sg_cluster_client *client,
	struct sg_ancestry *ancestry, const struct sg_await_ask *asks, size_t count,
	struct sg_err *err)
{
	for (size_t i = 0; i < count; i++) {
		all->count = i + 1;
		if (sg_follower_begin(&all->followers[i], all->world, client, ancestry,
			    &all->policy, &asks[i], err) < 0)
			return sg_wrap(err, "%s", asks[i].service);
	}
	return 0;
}

static void finish(const struct awaiting *all, const struct sg_cluster_client *client,
	struct sg_await_done *done)
{
	struct sg_arena *arena = all->world->arena;

	done->ends = sg_arena_calloc(arena, all->count, sizeof(*done->ends));
	for (size_t i = 0; i < all->count; i++) {
		done->ends[i] = sg_follower_end(&all->followers[i]);
		if (all->followers[i].polling)
			done->polling = all->followers[i].polling;
	}
	if (client->read_only)
		done->read_only = sg_arena_strdup(arena, client->refusal.cause);
}

int sg_await(struct sg_world *world, struct sg_cluster_client *client, struct sg_ancestry *ancestry,
	const struct sg_app_policy *policy, const struct sg_await_ask *asks, size_t count,
	struct sg_await_done *ret_done, struct sg_err *err)
{
	struct awaiting all = {.world = world, .policy = *policy};
	struct sg_await_done done = {0};
	int rc;

	all.followers = sg_calloc(count, sizeof(*all.followers));
	rc = begin(&all, client, ancestry, asks, count, err);
	if (rc == 0)
		rc = run(&all, &done.timed_out, err);
	if (rc == 0) {
		finish(&all, client, &done);
		*ret_done = done;
	}
	release(&all);
	return rc;
}
