/* The Applications of one cluster: followers over the watches of one herd. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "step/await_part.h"
#include "step/due.h"
#include "step/follower.h"

/* Looks beside the watches that are under way at the same time. */
#define LOOKS 16
/* After so long of steps the watches have their turn. */
#define TURN_MS 250
/* So many are checked by a read of their own in each --poll. */
#define CHECKED_A_POLL 8

struct herding {
	struct sg_await_part part;
	struct sg_herd herd;
	struct sg_follower *followers;
	struct sg_due due;
	struct sg_follower **lookers; /* the first LOOKS of them have a read under way */
	size_t looker_count;
	struct sg_follower **readers; /* whose workloads are read */
	size_t reader_count;
	struct sg_progress progress;       /* of very many together */
	const struct sg_follower *blocker; /* who was waiting last */
};

static struct sg_await_part *make(void)
{
	struct herding *all = sg_calloc(1, sizeof(*all));

	return &all->part;
}

static void release(struct sg_await_part *part)
{
	struct herding *all = (struct herding *)part;

	sg_console_forget(part->world->console, &all->progress);
	for (size_t i = 0; i < part->count; i++)
		sg_follower_release(&all->followers[i]);
	sg_herd_release(&all->herd);
	sg_due_release(&all->due);
	free(all->lookers);
	free(all->readers);
	free(all->followers);
	free(all);
}

static struct sg_loop *loop_of(const struct herding *all)
{
	return sg_world_loop(all->part.world);
}

static void count_over(struct herding *all, const struct sg_follower *follower)
{
	bool live = follower->end->final && follower->end->verdict.kind == SG_APP_SUCCESS;

	all->part.over++;
	all->part.live += live;
	all->part.decided = all->part.decided || !live;
	sg_due_set(&all->due, follower->number, SG_NEVER);
}

static void queue(struct herding *all, struct sg_follower *follower)
{
	if (follower->queued || !sg_follower_wants_look(follower))
		return;
	follower->queued = true;
	all->lookers[all->looker_count++] = follower;
}

/* One that is over was counted when its time was taken out. */
static bool was_counted(const struct herding *all, const struct sg_follower *follower)
{
	return follower->end && all->due.at_ms[follower->number] == SG_NEVER;
}

static int lose(struct herding *all, struct sg_follower *follower, struct sg_err *err)
{
	const struct sg_err *why;

	if (sg_await_part_lose(&all->part, follower->ask, &why, err) < 0)
		return -1;
	sg_follower_fail(follower, why);
	return 0;
}

/* One that is over is counted when its Rollouts are stopped, or that is given up. */
static int step_one(struct herding *all, struct sg_follower *follower, struct sg_err *err)
{
	int64_t due_ms;
	bool reading, over;
	int n = 0;

	if (was_counted(all, follower))
		return 0;
	if (sg_follower_step(follower, err) < 0 && lose(all, follower, err) < 0)
		return -1;
	over = sg_follower_over(follower);
	if (over)
		n = sg_follower_abort(follower, err);
	if (n > 0)
		count_over(all, follower);
	if (n != 0)
		return n < 0 ? -1 : 0;
	if (!over)
		all->blocker = follower;
	queue(all, follower);
	reading = sg_follower_reading(follower, &due_ms);
	if (!follower->reading && reading) {
		follower->reading = true;
		all->readers[all->reader_count++] = follower;
	}
	sg_due_set(&all->due, follower->number, over ? due_ms : sg_follower_due_ms(follower));
	return 0;
}

/* The reads under way; whoever has its answer makes room for the next. */
static int step_looks(struct herding *all, struct sg_err *err)
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

static int step_readers(struct herding *all, struct sg_err *err)
{
	int64_t now_ms = sg_loop_now_ms(loop_of(all)), due_ms;

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

static int step_due(struct herding *all, struct sg_err *err)
{
	int64_t now_ms = sg_loop_now_ms(loop_of(all));
	size_t number;

	for (size_t i = 0; i < all->part.count && sg_due_first(&all->due, &number) <= now_ms &&
			   sg_loop_now_ms(loop_of(all)) < now_ms + TURN_MS;
		i++)
		if (step_one(all, &all->followers[number], err) < 0)
			return -1;
	return 0;
}

/* Of very many: how far they are, and who was waiting last. */
static void tell_all(struct herding *all)
{
	const struct sg_await_part *part = &all->part;
	struct sg_progress_look look = {
		.now_ms = sg_loop_now_ms(loop_of(all)),
		.deadline_ms = part->world->deadline_ms,
	};
	char what[128], sentence[SG_APP_MESSAGE_MAX];
	const struct sg_follower *blocker = all->blocker;

	if (part->lines || !blocker || sg_follower_over(blocker))
		return;
	(void)snprintf(what, sizeof(what), "%zu applications%s%s", part->count,
		part->where ? " in " : "", part->where ? part->where : "");
	(void)snprintf(sentence, sizeof(sentence), "%zu run it, %zu do not yet; %s: %.500s",
		part->live, part->count - part->live, sg_await_label(blocker->ask),
		sg_app_fold_verdict(blocker->fold)->message);
	look.what = what;
	look.code = sg_app_code_name(sg_app_fold_verdict(blocker->fold)->code);
	look.sentence = sentence;
	sg_console_refresh(part->world->console, &all->progress, &look);
}

static int step(struct sg_await_part *part, struct sg_err *err)
{
	struct herding *all = (struct herding *)part;
	struct sg_follower *follower;
	int64_t until_ms;

	if (sg_herd_step(&all->herd, err) < 0)
		return part->where ? sg_wrap(err, "%s", part->where) : -1;
	until_ms = sg_loop_after(loop_of(all), TURN_MS);
	while (sg_loop_now_ms(loop_of(all)) < until_ms &&
		(follower = sg_herd_next_stirred(&all->herd)))
		if (step_one(all, follower, err) < 0)
			return -1;
	if (step_readers(all, err) < 0 || step_due(all, err) < 0 || step_looks(all, err) < 0)
		return -1;
	if (part->over == part->count)
		sg_herd_rest(&all->herd);
	else if (part->keep_going || !part->decided)
		tell_all(all);
	return 0;
}

static int64_t due_ms(const struct sg_await_part *part)
{
	const struct herding *all = (const struct herding *)part;
	size_t number;
	int64_t due = sg_due_first(&all->due, &number), at_ms = sg_herd_due_ms(&all->herd);

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

static void begin_one(struct herding *all, size_t i)
{
	struct sg_follower *follower = &all->followers[i];
	int64_t poll_ms = all->part.world->settings->poll_ms;

	follower->number = i;
	sg_follower_begin(follower, all->part.world, &all->herd, sg_await_part_ask(&all->part, i));
	follower->poll_ms += poll_ms * (int64_t)(i / CHECKED_A_POLL);
	follower->poll_every_ms += poll_ms * (int64_t)((all->part.count - 1) / CHECKED_A_POLL);
	if (all->part.lines) {
		follower->progress = sg_calloc(1, sizeof(*follower->progress));
		sg_progress_init(follower->progress, follower->start_ms);
	}
	sg_herd_stir(&all->herd, follower);
}

static void begin(struct sg_await_part *part)
{
	struct herding *all = (struct herding *)part;

	all->followers = sg_calloc(part->count, sizeof(*all->followers));
	all->lookers = sg_calloc(part->count, sizeof(struct sg_follower *));
	all->readers = sg_calloc(part->count, sizeof(struct sg_follower *));
	sg_herd_init(&all->herd, part->world, part->client);
	all->herd.keep_going = part->keep_going;
	sg_due_init(&all->due, part->count);
	sg_progress_init(&all->progress, sg_loop_now_ms(loop_of(all)));
	for (size_t i = 0; i < part->count; i++)
		begin_one(all, i);
}

/* Of those that have failed in the last moment, too. */
static int end(struct sg_await_part *part, int64_t *ret_due_ms, struct sg_err *err)
{
	struct herding *all = (struct herding *)part;

	for (size_t i = 0; i < part->count; i++) {
		struct sg_follower *follower = &all->followers[i];
		int64_t at_ms;

		if (!sg_follower_over(follower))
			continue;
		if (sg_follower_abort(follower, err) < 0)
			return -1;
		if (sg_follower_reading(follower, &at_ms) && at_ms < *ret_due_ms)
			*ret_due_ms = at_ms;
	}
	return 0;
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

static void finish(
	struct sg_await_part *part, struct sg_await_done *done, struct sg_await_cluster *ret)
{
	const struct herding *all = (const struct herding *)part;
	const struct sg_cluster_client *client = part->client;
	struct sg_arena *arena = part->world->arena;

	for (size_t i = 0; i < part->count; i++) {
		struct sg_await_end *one = &done->ends[part->numbers[i]];

		*one = sg_follower_end(&all->followers[i]);
		if (one->unreadable)
			ret->unreadable = one->unreadable;
	}
	ret->polling = all->herd.polling;
	ret->beside = all->herd.unreadable;
	if (client->sync_refusal.reason != SG_R_OK)
		ret->sync_refused = sg_arena_strdup(arena, client->sync_refusal.cause);
	ret->rollout_refused = rollout_refusal(arena, client);
	if (client->read_only)
		ret->read_only = sg_arena_strdup(arena, client->refusal.cause);
}

/* One whose Rollouts are being stopped, or who was waiting last; NULL: all are over. */
static const struct sg_follower *open_of(const struct herding *all)
{
	const struct sg_follower *open = all->blocker;

	for (size_t i = 0; i < all->part.count; i++) {
		const struct sg_follower *one = &all->followers[i];

		if (one->broken.pass)
			return one;
		if (!open || sg_follower_over(open))
			open = one;
	}
	return open && !sg_follower_over(open) ? open : NULL;
}

static const char *state(const struct sg_await_part *part)
{
	const struct herding *all = (const struct herding *)part;
	const struct sg_follower *open = open_of(all);
	const struct sg_app_verdict *verdict;

	if (!open)
		return NULL;
	verdict = open->end ? &open->end->verdict : sg_app_fold_verdict(open->fold);
	return sg_arena_printf(part->world->arena, "%s: %s: %s%.200s", sg_await_label(open->ask),
		sg_app_code_name(verdict->code), open->end ? "a Rollout is being aborted: " : "",
		verdict->message);
}

const struct sg_await_part_kind sg_await_herd_part = {
	.make = make,
	.begin = begin,
	.step = step,
	.due_ms = due_ms,
	.end = end,
	.finish = finish,
	.state = state,
	.free = release,
};
