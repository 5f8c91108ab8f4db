#include "step/await.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "step/due.h"
#include "step/follower.h"
#include "step/looks_await.h"

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

/* Looks beside the watches that are under way at the same time. */
#define LOOKS 16
/* Refreshes are asked for one after the other; after so long the watches have their turn. */
#define TURN_MS 250
/* So many have a line of their own in the log; more share one. */
#define LINES_MAX 12
/* So many are checked by a read of their own in each --poll. */
#define CHECKED_A_POLL 8

struct awaiting {
	struct sg_world *world;
	const struct sg_await_rules *rules;
	struct sg_app_policy policy;
	struct sg_herd herd;
	struct sg_follower *followers;
	size_t count;
	struct sg_due due;
	struct sg_follower **lookers; /* the first LOOKS of them have a read under way */
	size_t looker_count;
	struct sg_follower **readers; /* whose workloads are read */
	size_t reader_count;
	size_t over;  /* of all */
	size_t live;  /* of those that are over */
	bool decided; /* one cannot succeed */
	int64_t start_ms;
	struct sg_progress progress;       /* of very many together */
	const struct sg_follower *blocker; /* who was waiting last */
};

static void release(struct awaiting *all)
{
	sg_console_forget(all->world->console, &all->progress);
	for (size_t i = 0; i < all->count; i++)
		sg_follower_release(&all->followers[i]);
	sg_herd_release(&all->herd);
	sg_due_release(&all->due);
	free(all->lookers);
	free(all->readers);
	free(all->followers);
}

static void count_over(struct awaiting *all, const struct sg_follower *follower)
{
	bool live = follower->end->final && follower->end->verdict.kind == SG_APP_SUCCESS;

	all->over++;
	all->live += live;
	all->decided = all->decided || !live;
	sg_due_set(&all->due, follower->number, SG_NEVER);
}

static void queue(struct awaiting *all, struct sg_follower *follower)
{
	if (follower->queued || !sg_follower_wants_look(follower))
		return;
	follower->queued = true;
	all->lookers[all->looker_count++] = follower;
}

/* One that is over was counted when its time was taken out. */
static bool was_counted(const struct awaiting *all, const struct sg_follower *follower)
{
	return follower->end && all->due.at_ms[follower->number] == SG_NEVER;
}

/* ERR is about FOLLOWER: the end of the run, or of that one. */
static int lose(struct awaiting *all, struct sg_follower *follower, struct sg_err *err)
{
	struct sg_err *why;

	(void)sg_wrap(err, "%s", follower->ask->service);
	if (!all->rules->keep_going || err->reason == SG_R_CANCELLED)
		return -1;
	why = sg_arena_alloc(all->world->arena, sizeof(*why));
	*why = *err;
	sg_follower_fail(follower, why);
	return 0;
}

static int step_one(struct awaiting *all, struct sg_follower *follower, struct sg_err *err)
{
	int64_t due_ms;

	if (was_counted(all, follower))
		return 0;
	if (sg_follower_step(follower, err) < 0 && lose(all, follower, err) < 0)
		return -1;
	if (sg_follower_over(follower)) {
		if (sg_follower_abort(follower, err) < 0)
			return -1;
		count_over(all, follower);
		return 0;
	}
	all->blocker = follower;
	queue(all, follower);
	if (!follower->reading && sg_follower_reading(follower, &due_ms)) {
		follower->reading = true;
		all->readers[all->reader_count++] = follower;
	}
	sg_due_set(&all->due, follower->number, sg_follower_due_ms(follower));
	return 0;
}

/* The reads under way; whoever has its answer makes room for the next. */
static int step_looks(struct awaiting *all, struct sg_err *err)
{
	size_t i = 0;

	while (i < all->looker_count && i < LOOKS) {
		struct sg_follower *follower = all->lookers[i];
		int n = sg_follower_look(follower, err);

		if (n < 0 && lose(all, follower, err) < 0)
			return -1;
		if (n == 0) {
			i++;
			continue;
		}
		follower->queued = false;
		all->lookers[i] = all->lookers[--all->looker_count];
		if (step_one(all, follower, err) < 0)
			return -1;
	}
	return 0;
}

static int step_readers(struct awaiting *all, struct sg_err *err)
{
	int64_t now_ms = sg_loop_now_ms(sg_world_loop(all->world)), due_ms;

	for (size_t i = all->reader_count; i-- > 0;) {
		struct sg_follower *follower = all->readers[i];

		if (sg_follower_reading(follower, &due_ms) && due_ms <= now_ms &&
			step_one(all, follower, err) < 0)
			return -1;
		if (sg_follower_reading(follower, &due_ms))
			continue;
		follower->reading = false;
		all->readers[i] = all->readers[--all->reader_count];
	}
	return 0;
}

static int step_due(struct awaiting *all, struct sg_err *err)
{
	int64_t now_ms = sg_loop_now_ms(sg_world_loop(all->world));
	size_t number;

	for (size_t i = 0; i < all->count && sg_due_first(&all->due, &number) <= now_ms &&
			   sg_loop_now_ms(sg_world_loop(all->world)) < now_ms + TURN_MS;
		i++)
		if (step_one(all, &all->followers[number], err) < 0)
			return -1;
	return 0;
}

static int step_all(struct awaiting *all, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(all->world);
	struct sg_follower *follower;
	int64_t until_ms;

	if (sg_herd_step(&all->herd, err) < 0)
		return -1;
	until_ms = sg_loop_after(loop, TURN_MS);
	while (sg_loop_now_ms(loop) < until_ms && (follower = sg_herd_next_stirred(&all->herd)))
		if (step_one(all, follower, err) < 0)
			return -1;
	if (step_readers(all, err) < 0 || step_due(all, err) < 0)
		return -1;
	return step_looks(all, err);
}

/* True when nothing more is to be waited for: all are over, or one cannot succeed. */
static bool ended(const struct awaiting *all)
{
	return all->over == all->count || (all->decided && !all->rules->keep_going);
}

static int64_t due_ms(const struct awaiting *all)
{
	size_t number;
	int64_t due = all->world->deadline_ms, at_ms;

	at_ms = sg_due_first(&all->due, &number);
	due = at_ms < due ? at_ms : due;
	at_ms = sg_herd_due_ms(&all->herd);
	due = at_ms < due ? at_ms : due;
	for (size_t i = 0; i < all->looker_count && i < LOOKS; i++) {
		const struct sg_follower *follower = all->lookers[i];

		at_ms = follower->read ? sg_cluster_read_due_ms(follower->read) : 0;
		due = at_ms < due ? at_ms : due;
	}
	for (size_t i = 0; i < all->reader_count; i++)
		if (sg_follower_reading(all->readers[i], &at_ms) && at_ms < due)
			due = at_ms;
	return all->herd.stirred ? 0 : due;
}

/* Of very many: how far they are, and who was waiting last. */
static void tell_all(struct awaiting *all)
{
	struct sg_progress_look look = {
		.now_ms = sg_loop_now_ms(sg_world_loop(all->world)),
		.deadline_ms = all->world->deadline_ms,
	};
	char what[64], sentence[SG_APP_MESSAGE_MAX];
	const struct sg_follower *blocker = all->blocker;

	if (all->count <= LINES_MAX || !blocker || sg_follower_over(blocker))
		return;
	(void)snprintf(what, sizeof(what), "%zu applications", all->count);
	(void)snprintf(sentence, sizeof(sentence), "%zu run it, %zu do not yet; %s: %.500s",
		all->live, all->count - all->live, blocker->ask->app.name,
		sg_app_fold_verdict(blocker->fold)->message);
	look.what = what;
	look.code = sg_app_code_name(sg_app_fold_verdict(blocker->fold)->code);
	look.sentence = sentence;
	sg_console_refresh(all->world->console, &all->progress, &look);
}

/* Of those that have failed in the last moment, too. */
static int abort_all(struct awaiting *all, struct sg_err *err)
{
	for (size_t i = 0; i < all->count; i++)
		if (sg_follower_abort(&all->followers[i], err) < 0)
			return -1;
	return 0;
}

static int run(struct awaiting *all, bool *ret_timed_out, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(all->world);

	*ret_timed_out = false;
	for (;;) {
		if (step_all(all, err) < 0)
			return -1;
		if (ended(all))
			return abort_all(all, err);
		if (sg_loop_now_ms(loop) >= all->world->deadline_ms) {
			*ret_timed_out = true;
			return 0;
		}
		tell_all(all);
		if (sg_loop_wait(loop, due_ms(all), err) < 0)
			return -1;
	}
}

static void begin(struct awaiting *all, struct sg_cluster_client *client,
	struct sg_ancestry *ancestry, const struct sg_await_ask *asks, size_t count)
{
	int64_t poll_ms = all->world->settings->poll_ms;

	sg_herd_init(&all->herd, all->world, client);
	all->herd.keep_going = all->rules->keep_going;
	sg_due_init(&all->due, count);
	all->start_ms = sg_loop_now_ms(sg_world_loop(all->world));
	sg_progress_init(&all->progress, all->start_ms);
	all->count = count;
	for (size_t i = 0; i < count; i++) {
		struct sg_follower *follower = &all->followers[i];

		follower->number = i;
		sg_follower_begin(
			follower, all->world, &all->herd, ancestry, &all->policy, &asks[i]);
		follower->poll_ms += poll_ms * (int64_t)(i / CHECKED_A_POLL);
		follower->poll_every_ms += poll_ms * (int64_t)((count - 1) / CHECKED_A_POLL);
		if (count <= LINES_MAX) {
			follower->progress = sg_calloc(1, sizeof(*follower->progress));
			sg_progress_init(follower->progress, follower->start_ms);
		}
		sg_herd_stir(&all->herd, follower);
	}
}

/* Of none of them there is a verdict: the first says why. */
static int no_verdict(const struct awaiting *all, struct sg_err *err)
{
	for (size_t i = 0; i < all->count; i++)
		if (!all->followers[i].end || !all->followers[i].end->error)
			return 0;
	*err = *all->followers[0].end->error;
	return -1;
}

/* The other cluster's, where it is that one that has the Rollouts. */
static const char *rollout_refusal(struct sg_arena *arena, const struct sg_cluster_client *client)
{
	const struct sg_err *why = &client->rollout_refusal;

	if (why->reason == SG_R_OK && client->beyond)
		why = &client->beyond->rollout_refusal;
	return why->reason == SG_R_OK ? NULL
				      : sg_arena_printf(arena, "%s; %s", why->cause, why->hint);
}

static void finish(const struct awaiting *all, const struct sg_cluster_client *client,
	struct sg_await_done *done)
{
	struct sg_arena *arena = all->world->arena;

	done->ends = sg_arena_calloc(arena, all->count, sizeof(*done->ends));
	for (size_t i = 0; i < all->count; i++)
		done->ends[i] = sg_follower_end(&all->followers[i]);
	done->polling = all->herd.polling;
	done->beside = all->herd.unreadable;
	for (size_t i = 0; i < all->count; i++)
		if (done->ends[i].unreadable)
			done->unreadable = done->ends[i].unreadable;
	if (client->sync_refusal.reason != SG_R_OK)
		done->sync_refused = sg_arena_strdup(arena, client->sync_refusal.cause);
	done->rollout_refused = rollout_refusal(arena, client);
	if (client->read_only)
		done->read_only = sg_arena_strdup(arena, client->refusal.cause);
}

/* A run that is asked to end says how far it has come, and what it was waiting for. */
static void say_state(const struct awaiting *all, struct sg_err *err)
{
	const struct sg_follower *open = all->blocker;
	const struct sg_app_verdict *verdict;

	for (size_t i = 0; i < all->count && (!open || sg_follower_over(open)); i++)
		open = &all->followers[i];
	if (!open || sg_follower_over(open))
		return;
	verdict = sg_app_fold_verdict(open->fold);
	(void)sg_wrap(err, "%s: %.200s", sg_app_code_name(verdict->code), verdict->message);
	(void)sg_wrap(err, "%s", open->ask->app.name);
	if (all->count > 1)
		(void)sg_wrap(err, "%zu of %zu run it", all->live, all->count);
}

int sg_await(struct sg_world *world, struct sg_cluster_client *client, struct sg_ancestry *ancestry,
	const struct sg_await_rules *rules, const struct sg_await_ask *asks, size_t count,
	struct sg_await_done *ret_done, struct sg_err *err)
{
	struct awaiting all = {.world = world, .rules = rules, .policy = rules->policy};
	struct sg_await_done done = {0};
	int rc;

	if (asks[0].follow != SG_FOLLOW_APPLICATION)
		return sg_looks_await(world, client, ancestry, rules, asks, count, ret_done, err);
	all.followers = sg_calloc(count, sizeof(*all.followers));
	all.lookers = sg_calloc(count, sizeof(struct sg_follower *));
	all.readers = sg_calloc(count, sizeof(struct sg_follower *));
	begin(&all, client, ancestry, asks, count);
	rc = run(&all, &done.timed_out, err);
	if (rc < 0 && err->reason == SG_R_CANCELLED)
		say_state(&all, err);
	if (rc == 0)
		rc = no_verdict(&all, err);
	if (rc == 0) {
		finish(&all, client, &done);
		*ret_done = done;
	}
	release(&all);
	return rc;
}
