#include "step/await.h"

#include <string.h>

#include "step/await_part.h"

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

void sg_await_policy_of(const struct sg_environment *env, struct sg_app_policy *policy)
{
	policy->sync_manually = env->sync;
	policy->resume = env->rollout.pause == SG_PAUSE_RESUME;
	policy->abort = env->rollout.on_failure == SG_FAILURE_ABORT;
}

const char *sg_await_label(const struct sg_await_ask *ask)
{
	return ask->label ? ask->label : ask->app.name;
}

/* So many have a line of their own in the log; more share one. */
#define LINES_MAX 12

struct awaiting {
	struct sg_world *world;
	const struct sg_await_ask *asks;
	size_t count;
	bool keep_going;
	struct sg_await_part **parts;
	size_t part_count;
};

int sg_await_part_lose(const struct sg_await_part *part, const struct sg_await_ask *ask,
	const struct sg_err **ret_why, struct sg_err *err)
{
	struct sg_err *why;

	(void)sg_wrap(err, "%s%s%s", ask->service, part->where ? " in " : "",
		part->where ? ask->home->environment : "");
	if (!part->keep_going || err->reason == SG_R_CANCELLED)
		return -1;
	why = sg_arena_alloc(part->world->arena, sizeof(*why));
	*why = *err;
	*ret_why = why;
	return 0;
}

/* ---- who is followed together ---- */

static const struct sg_await_part_kind *kind_of(const struct sg_await_ask *ask)
{
	return ask->follow == SG_FOLLOW_APPLICATION ? &sg_await_herd_part : &sg_await_looks_part;
}

static struct sg_await_part *part_of(struct awaiting *all, const struct sg_await_ask *ask)
{
	struct sg_await_part *part;

	for (size_t i = all->part_count; i-- > 0;)
		if (all->parts[i]->client == ask->home->client &&
			all->parts[i]->kind == kind_of(ask))
			return all->parts[i];
	part = kind_of(ask)->make();
	part->kind = kind_of(ask);
	part->world = all->world;
	part->client = ask->home->client;
	part->first = all->asks;
	part->numbers = sg_arena_calloc(all->world->arena, all->count, sizeof(*part->numbers));
	part->keep_going = all->keep_going;
	part->lines = all->count <= LINES_MAX;
	*(struct sg_await_part **)sg_arena_push(all->world->arena, &all->parts, &all->part_count,
		sizeof(struct sg_await_part *)) = part;
	return part;
}

static bool has_several(const struct awaiting *all)
{
	for (size_t i = 1; i < all->count; i++)
		if (all->asks[i].home != all->asks[0].home)
			return true;
	return false;
}

/* One more environment of PART, of which those of one stand together. */
static void name(struct sg_await_part *part, const struct sg_await_ask *ask)
{
	const char *environment = ask->home->environment;

	if (part->count && sg_await_part_ask(part, part->count - 1)->home == ask->home)
		return;
	part->where = part->where ? sg_arena_printf(
					    part->world->arena, "%s, %s", part->where, environment)
				  : environment;
}

static void begin(struct awaiting *all)
{
	bool several = has_several(all);

	for (size_t i = 0; i < all->count; i++) {
		struct sg_await_part *part = part_of(all, &all->asks[i]);

		if (several)
			name(part, &all->asks[i]);
		part->numbers[part->count++] = i;
	}
	for (size_t i = 0; i < all->part_count; i++)
		all->parts[i]->kind->begin(all->parts[i]);
}

/* ---- the wheel ---- */

static int step_all(struct awaiting *all, struct sg_err *err)
{
	for (size_t i = 0; i < all->part_count; i++) {
		struct sg_await_part *part = all->parts[i];

		if (part->over < part->count && part->kind->step(part, err) < 0)
			return -1;
	}
	return 0;
}

/* True when nothing more is to be waited for: all are over, or one cannot succeed. */
static bool ended(const struct awaiting *all)
{
	size_t over = 0;

	for (size_t i = 0; i < all->part_count; i++) {
		over += all->parts[i]->over;
		if (all->parts[i]->decided && !all->keep_going)
			return true;
	}
	return over == all->count;
}

static int64_t due_ms(const struct awaiting *all)
{
	int64_t due = all->world->deadline_ms;

	for (size_t i = 0; i < all->part_count; i++) {
		const struct sg_await_part *part = all->parts[i];
		int64_t at_ms = part->over < part->count ? part->kind->due_ms(part) : due;

		due = at_ms < due ? at_ms : due;
	}
	return due;
}

static int end_all(struct awaiting *all, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(all->world);

	for (;;) {
		int64_t due = SG_NEVER;

		for (size_t i = 0; i < all->part_count; i++) {
			struct sg_await_part *part = all->parts[i];
			int64_t at_ms = SG_NEVER;

			if (part->kind->end && part->kind->end(part, &at_ms, err) < 0)
				return -1;
			due = at_ms < due ? at_ms : due;
		}
		if (due == SG_NEVER)
			return 0;
		if (sg_loop_wait(loop, due, err) < 0)
			return -1;
	}
}

static int run(struct awaiting *all, bool *ret_timed_out, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(all->world);

	for (;;) {
		if (step_all(all, err) < 0)
			return -1;
		*ret_timed_out = sg_loop_now_ms(loop) >= all->world->deadline_ms;
		if (ended(all))
			return end_all(all, err);
		if (*ret_timed_out)
			return 0;
		if (sg_loop_wait(loop, due_ms(all), err) < 0)
			return -1;
	}
}

/* ---- the end ---- */

static void finish(const struct awaiting *all, struct sg_await_done *done)
{
	struct sg_arena *arena = all->world->arena;

	done->ends = sg_arena_calloc(arena, all->count, sizeof(*done->ends));
	done->clusters = sg_arena_calloc(arena, all->part_count, sizeof(*done->clusters));
	done->cluster_count = all->part_count;
	for (size_t i = 0; i < all->part_count; i++) {
		done->clusters[i].where = all->parts[i]->where;
		all->parts[i]->kind->finish(all->parts[i], done, &done->clusters[i]);
	}
}

/* Of none of them there is a verdict: the first says why. */
static int no_verdict(
	const struct awaiting *all, const struct sg_await_done *done, struct sg_err *err)
{
	for (size_t i = 0; i < all->count; i++)
		if (!done->ends[i].error)
			return 0;
	*err = *done->ends[0].error;
	return -1;
}

/* All that an error's `where` has room for. */
#define STATE_MAX_BYTES 300

/* "ENVIRONMENTS: 1 of 2 run it: NAME: CODE: SENTENCE", as far as that is known; NULL: nothing is.
 */
static const char *state_of(const struct sg_await_part *part)
{
	const char *open = part->kind->state(part), *where = part->where;

	if (!where && (!open || part->count == 1))
		return open;
	return sg_arena_printf(part->world->arena, "%s%s%zu of %zu run it%s%s", where ? where : "",
		where ? ": " : "", part->live, part->count, open ? ": " : "", open ? open : "");
}

/* A run that is asked to end says how far it has come, and what it was waiting for: in each of its
 * clusters, all with the same room. */
static void say_state(const struct awaiting *all, struct sg_err *err)
{
	int room = (int)(STATE_MAX_BYTES / all->part_count);
	const char *text = NULL;

	for (size_t i = 0; i < all->part_count; i++) {
		const char *one = state_of(all->parts[i]);

		if (one)
			text = sg_arena_printf(all->world->arena, "%s%s%.*s", text ? text : "",
				text ? "; " : "", room - 2, one);
	}
	if (text)
		(void)sg_wrap(err, "%s", text);
}

static void release(struct awaiting *all)
{
	for (size_t i = 0; i < all->part_count; i++)
		all->parts[i]->kind->free(all->parts[i]);
}

int sg_await(struct sg_world *world, const struct sg_await_ask *asks, size_t count, bool keep_going,
	struct sg_await_done *ret_done, struct sg_err *err)
{
	struct awaiting all = {
		.world = world, .asks = asks, .count = count, .keep_going = keep_going};
	struct sg_await_done done = {0};
	int rc;

	begin(&all);
	rc = run(&all, &done.timed_out, err);
	if (rc < 0 && err->reason == SG_R_CANCELLED)
		say_state(&all, err);
	if (rc == 0) {
		finish(&all, &done);
		rc = no_verdict(&all, &done, err);
	}
	if (rc == 0)
		*ret_done = done;
	release(&all);
	return rc;
}
