/* What is no Application of Argo CD, in one cluster: no watches, but looks at each. */
#include <stdlib.h>

#include "base/alloc.h"
#include "step/await_part.h"
#include "step/looks_follower.h"

/* Looks at many must not become a load. */
#define LOOK_EACH_MS INT64_C(50)
/* Looks that are under way at the same time; and as many requests. */
#define LOOKS 16

struct looking {
	struct sg_await_part part;
	struct sg_looks_follower *followers;
	size_t turn; /* whose look has its turn first */
};

static struct sg_await_part *make(void)
{
	struct looking *all = sg_calloc(1, sizeof(*all));

	return &all->part;
}

static void release(struct sg_await_part *part)
{
	struct looking *all = (struct looking *)part;

	for (size_t i = 0; i < part->count; i++)
		sg_looks_follower_release(&all->followers[i]);
	free(all->followers);
	free(all);
}

static void begin(struct sg_await_part *part)
{
	struct looking *all = (struct looking *)part;
	int64_t least_ms = (int64_t)part->count * LOOK_EACH_MS;

	all->followers = sg_calloc(part->count, sizeof(*all->followers));
	for (size_t i = 0; i < part->count; i++) {
		struct sg_looks_follower *follower = &all->followers[i];

		sg_looks_follower_begin(follower, part->world, sg_await_part_ask(part, i));
		follower->crowd = part->count;
		if (follower->interval_ms < least_ms)
			follower->interval_ms = least_ms;
		if (part->lines) {
			follower->progress = sg_calloc(1, sizeof(*follower->progress));
			sg_progress_init(follower->progress, follower->start_ms);
		}
	}
}

static size_t count_looks(const struct sg_await_part *part)
{
	const struct looking *all = (const struct looking *)part;
	size_t count = 0;

	for (size_t i = 0; i < part->count; i++)
		count += !all->followers[i].over && all->followers[i].looking;
	return count;
}

static size_t count_asks(const struct sg_await_part *part)
{
	const struct looking *all = (const struct looking *)part;
	size_t count = 0;

	for (size_t i = 0; i < part->count; i++)
		count += !all->followers[i].over && all->followers[i].asking;
	return count;
}

/* One whose look has to wait for those of others is due again with the first that may be over. */
static int64_t due_ms(const struct sg_await_part *part)
{
	const struct looking *all = (const struct looking *)part;
	int64_t now_ms = sg_loop_now_ms(sg_world_loop(part->world));
	int64_t due = SG_NEVER;
	bool full = count_looks(part) >= LOOKS;

	for (size_t i = 0; i < part->count; i++) {
		const struct sg_looks_follower *follower = &all->followers[i];
		int64_t at_ms = sg_looks_follower_due_ms(follower);

		if (full && !follower->looking && !follower->asking && at_ms <= now_ms)
			at_ms = now_ms + LOOK_EACH_MS;
		due = at_ms < due ? at_ms : due;
	}
	return due;
}

static void count_over(struct sg_await_part *part, const struct sg_looks_follower *follower)
{
	bool live = follower->end.final && follower->end.verdict.kind == SG_APP_SUCCESS;

	part->over++;
	part->live += live;
	part->decided = part->decided || !live;
}

static int step_one(
	struct sg_await_part *part, struct sg_looks_follower *follower, struct sg_err *err)
{
	const struct sg_err *why;
	struct sg_err trouble = SG_ERR_INIT;

	if (follower->over)
		return 0;
	if (sg_looks_follower_step(follower, &trouble) < 0) {
		if (sg_await_part_lose(part, follower->ask, &why, &trouble) < 0) {
			*err = trouble;
			return -1;
		}
		sg_looks_follower_fail(follower, why);
	}
	if (follower->over)
		count_over(part, follower);
	return 0;
}

/* True when it has to wait with its look, not with its end. */
static bool has_to_wait(
	const struct sg_await_part *part, const struct sg_looks_follower *follower, size_t looks)
{
	int64_t now_ms = sg_loop_now_ms(sg_world_loop(part->world));

	return looks >= LOOKS && !follower->over && !follower->looking && !follower->asking &&
	       now_ms < follower->deadline_ms;
}

static int step(struct sg_await_part *part, struct sg_err *err)
{
	struct looking *all = (struct looking *)part;
	size_t looks = count_looks(part), asks = count_asks(part), first = all->turn;
	bool waits = false;

	for (size_t i = 0; i < part->count && (part->keep_going || !part->decided); i++) {
		size_t number = (first + i) % part->count;
		struct sg_looks_follower *follower = &all->followers[number];

		if (has_to_wait(part, follower, looks)) {
			all->turn = waits ? all->turn : number;
			waits = true;
			continue;
		}
		looks -= !follower->over && follower->looking;
		asks -= !follower->over && follower->asking;
		follower->hushed = asks >= LOOKS; /* one more has to wait for its next look */
		if (step_one(part, follower, err) < 0)
			return -1;
		looks += !follower->over && follower->looking;
		asks += !follower->over && follower->asking;
	}
	return 0;
}

static void finish(
	struct sg_await_part *part, struct sg_await_done *done, struct sg_await_cluster *ret)
{
	struct looking *all = (struct looking *)part;
	const struct sg_cluster_client *client = part->client;
	struct sg_arena *arena = part->world->arena;

	ret->follow = sg_await_part_ask(part, 0)->follow;
	for (size_t i = 0; i < part->count; i++) {
		struct sg_looks_follower *follower = &all->followers[i];

		sg_looks_follower_stop(follower);
		if (!ret->beside)
			ret->beside = follower->beside;
		done->ends[part->numbers[i]] = follower->end;
		if (follower->end.unreadable)
			ret->unreadable = follower->end.unreadable;
	}
	if (client->read_only)
		ret->read_only = sg_arena_printf(
			arena, "%s; %s", client->refusal.cause, client->refusal.hint);
}

static const char *state(const struct sg_await_part *part)
{
	const struct looking *all = (const struct looking *)part;

	for (size_t i = 0; i < part->count; i++) {
		const struct sg_looks_follower *open = &all->followers[i];
		struct sg_app_verdict verdict;

		if (open->over)
			continue;
		verdict = open->eye->class->verdict(open->eye);
		return sg_arena_printf(part->world->arena, "%s: %s: %.200s",
			sg_await_label(open->ask), sg_app_code_name(verdict.code), verdict.message);
	}
	return NULL;
}

const struct sg_await_part_kind sg_await_looks_part = {
	.make = make,
	.begin = begin,
	.step = step,
	.due_ms = due_ms,
	.finish = finish,
	.state = state,
	.free = release,
};
