#include "step/looks_await.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "step/looks_follower.h"

/* So many have a line of their own in the log. */
#define LINES_MAX 12
/* Looks at many must not become a load. */
#define LOOK_EACH_MS INT64_C(50)

struct awaiting {
	struct sg_world *world;
	const struct sg_await_rules *rules;
	struct sg_looks_follower *followers;
	size_t count;
};

static void begin(struct awaiting *all, struct sg_cluster_client *client,
	struct sg_ancestry *ancestry, const struct sg_await_ask *asks)
{
	int64_t least_ms = (int64_t)all->count * LOOK_EACH_MS;

	for (size_t i = 0; i < all->count; i++) {
		struct sg_looks_follower *follower = &all->followers[i];

		sg_looks_follower_begin(
			follower, all->world, client, ancestry, &all->rules->policy, &asks[i]);
		if (follower->interval_ms < least_ms)
			follower->interval_ms = least_ms;
		if (all->count <= LINES_MAX) {
			follower->progress = sg_calloc(1, sizeof(*follower->progress));
			sg_progress_init(follower->progress, follower->start_ms);
		}
	}
}

static bool is_live(const struct sg_looks_follower *follower)
{
	return follower->over && follower->end.final &&
	       follower->end.verdict.kind == SG_APP_SUCCESS;
}

/* True when nothing more is to be waited for: all are over, or one cannot succeed. */
static bool ended(const struct awaiting *all)
{
	size_t over = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct sg_looks_follower *follower = &all->followers[i];

		over += follower->over;
		if (follower->over && !is_live(follower) && !all->rules->keep_going)
			return true;
	}
	return over == all->count;
}

static int64_t due_ms(const struct awaiting *all)
{
	int64_t due = all->world->deadline_ms;

	for (size_t i = 0; i < all->count; i++) {
		int64_t at_ms = sg_looks_follower_due_ms(&all->followers[i]);

		due = at_ms < due ? at_ms : due;
	}
	return due;
}

/* ERR is about FOLLOWER: the end of the run, or of that one. */
static int lose(struct awaiting *all, struct sg_looks_follower *follower, struct sg_err *err)
{
	struct sg_err *why;

	(void)sg_wrap(err, "%s", follower->ask->service);
	if (!all->rules->keep_going || err->reason == SG_R_CANCELLED)
		return -1;
	why = sg_arena_alloc(all->world->arena, sizeof(*why));
	*why = *err;
	sg_looks_follower_fail(follower, why);
	return 0;
}

static int step_all(struct awaiting *all, struct sg_err *err)
{
	for (size_t i = 0; i < all->count && !ended(all); i++) {
		struct sg_err why = SG_ERR_INIT;

		if (sg_looks_follower_step(&all->followers[i], &why) == 0)
			continue;
		if (lose(all, &all->followers[i], &why) < 0) {
			*err = why;
			return -1;
		}
	}
	return 0;
}

/* Of none of them there is a verdict: the first says why. */
static int no_verdict(const struct awaiting *all, struct sg_err *err)
{
	for (size_t i = 0; i < all->count; i++)
		if (!all->followers[i].end.error)
			return 0;
	*err = *all->followers[0].end.error;
	return -1;
}

static int run(struct awaiting *all, bool *ret_timed_out, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(all->world);

	for (;;) {
		if (step_all(all, err) < 0)
			return -1;
		*ret_timed_out = sg_loop_now_ms(loop) >= all->world->deadline_ms;
		if (ended(all) || *ret_timed_out)
			return 0;
		if (sg_loop_wait(loop, due_ms(all), err) < 0)
			return -1;
	}
}

static void finish(
	struct awaiting *all, const struct sg_cluster_client *client, struct sg_await_done *done)
{
	struct sg_arena *arena = all->world->arena;

	done->follow = all->followers[0].ask->follow;
	done->ends = sg_arena_calloc(arena, all->count, sizeof(*done->ends));
	for (size_t i = 0; i < all->count; i++) {
		struct sg_looks_follower *follower = &all->followers[i];

		sg_looks_follower_stop(follower);
		if (!done->beside)
			done->beside = follower->beside;
		done->ends[i] = follower->end;
		if (follower->end.unreadable)
			done->unreadable = follower->end.unreadable;
	}
	if (client->read_only)
		done->read_only = sg_arena_printf(
			arena, "%s; %s", client->refusal.cause, client->refusal.hint);
}

/* A run that is asked to end says what it was waiting for. */
static void say_state(const struct awaiting *all, struct sg_err *err)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct sg_looks_follower *open = &all->followers[i];
		struct sg_app_verdict verdict;

		if (open->over)
			continue;
		verdict = open->eye->class->verdict(open->eye);
		(void)sg_wrap(err, "%s: %.200s", sg_app_code_name(verdict.code), verdict.message);
		(void)sg_wrap(err, "%s", open->ask->app.name);
		return;
	}
}

int sg_looks_await(struct sg_world *world, struct sg_cluster_client *client,
	struct sg_ancestry *ancestry, const struct sg_await_rules *rules,
	const struct sg_await_ask *asks, size_t count, struct sg_await_done *ret_done,
	struct sg_err *err)
{
	struct awaiting all = {.world = world, .rules = rules, .count = count};
	struct sg_await_done done = {0};
	int rc;

	all.followers = sg_calloc(count, sizeof(*all.followers));
	begin(&all, client, ancestry, asks);
	rc = run(&all, &done.timed_out, err);
	if (rc < 0 && err->reason == SG_R_CANCELLED)
		say_state(&all, err);
	if (rc == 0)
		rc = no_verdict(&all, err);
	if (rc == 0) {
		finish(&all, client, &done);
		*ret_done = done;
	}
	for (size_t i = 0; i < count; i++)
		sg_looks_follower_release(&all.followers[i]);
	free(all.followers);
	return rc;
}
