/* How the controller compares: levels 0 to 3 of argocd.md 1.4, and what it writes after it. */
#include "world.h"

#define REFS_MS 180000    /* how long the head of a branch is cached */
#define SWALLOW_MS 180000 /* how long polls keep errors of the repository for themselves */
#define HEAL_MS 5000

static int64_t first(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void compare_want(struct world *world, int app, int level, int64_t delay_ms)
{
	struct app_state *state = &world->apps[app];

	if (level > state->wanted_level)
		state->wanted_level = level;
	state->wanted_ms = first(state->wanted_ms, world->now_ms + delay_ms);
}

int64_t compare_next(const struct world *world, int app)
{
	const struct app_state *state = &world->apps[app];
	int64_t at = first(state->poll_ms, state->set_ms);

	if (!controller_up(world, app))
		return at;
	return first(at, state->compare.running ? state->compare.next_ms : state->wanted_ms);
}

const struct manifest *rendered(const struct world *world, int app, int rev)
{
	const struct plan *plan = world->plan;

	if (plan->apps[app].stale_once && rev == plan->wanted && plan->commits[rev].parent >= 0 &&
		!world->apps[app].cache_cleared)
		rev = plan->commits[rev].parent;
	return &plan->commits[rev].apps[app];
}

/* A compare that takes the head of the branch from wherever its level allows; false: swallowed. */
static bool resolve(struct world *world, int app, struct compare *compare)
{
	struct app_state *state = &world->apps[app];
	bool down = span_holds(&world->plan->git_down, world->now_ms);

	if (compare->level == 1 && state->object.rev >= 0) {
		compare->rev = state->object.rev;
		return true;
	}
	if (compare->level < 3 && world->now_ms - state->refs_ms < REFS_MS) {
		compare->rev = state->refs;
		return true;
	}
	if (!down) {
		state->refs = compare->rev = world->head;
		state->refs_ms = world->now_ms;
		state->swallow_ms = NEVER;
		return true;
	}
	state->swallow_ms = first(state->swallow_ms, world->now_ms);
	compare->fails = true;
	compare->rev = world->head;
	return compare->level == 3 || world->now_ms - state->swallow_ms >= SWALLOW_MS;
}

static void render(struct world *world, int app, struct compare *compare)
{
	const struct plan *plan = world->plan;
	struct app_state *state = &world->apps[app];

	if (compare->had_refresh == REFRESH_HARD) {
		state->cached_failure = REV_EMPTY;
		state->cache_cleared = true;
	}
	if (plan->commits[compare->rev].apps[app].broken || state->cached_failure == compare->rev)
		compare->fails = true;
	if (compare->level < 2 || !span_holds(&plan->render_flake[app], world->now_ms))
		return;
	compare->fails = true;
	if (plan->flake_cached)
		state->cached_failure = compare->rev;
}

static void begin(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	struct object *object = &state->object;
	struct compare *compare = &state->compare;
	int level = state->wanted_level;

	state->wanted_level = -1;
	state->wanted_ms = NEVER;
	if (level == 0) {
		object->images = state->seen.pods;
		state->images_good = oracle_sees_images(world, app);
		world_write(world, app);
		return;
	}
	if (object->refresh != REFRESH_ABSENT || object->path != object->compared_path)
		level = 3;
	*compare = (struct compare){.running = true,
		.level = level,
		.next_ms = world->now_ms + world_pace(world, 30, 250),
		.had_refresh = object->refresh,
		.began_s = world_s(world->now_ms),
		.seen = state->seen,
		.began_ms = world->now_ms,
		.snapshot_ms = first(world->now_ms, state->unseen_ms),
		.good = oracle_sees_good(world, app),
		.images_good = oracle_sees_images(world, app),
		.path = object->path,
		.spec_fails = span_holds(&world->plan->project_bad, world->now_ms),
		.controller_fails = span_holds(&world->plan->controller_error[app], world->now_ms)};
	if (!resolve(world, app, compare))
		compare->running = false;
	else
		render(world, app, compare);
}

static bool is_leftover_only(const struct object *object)
{
	return object->extra_prune && !object->workload_off && !object->extra_off &&
	       !object->refused_off;
}

/* What the manifests of a commit and the cache say about each other. */
static void diff(
	const struct manifest *manifest, int path, const struct live *live, struct object *ret)
{
	ret->workload_off = live->version != manifest->version ||
			    live->config != workload_config(manifest, path) ||
			    live->paused != manifest->paused ||
			    live->scaled_down != manifest->scaled_down;
	ret->extra_listed = live->extra || manifest->extra;
	ret->extra_off = manifest->extra && !live->extra;
	ret->extra_prune = !manifest->extra && live->extra;
	ret->refused_off = manifest->refused;
	ret->sync = ret->workload_off || ret->extra_off || ret->extra_prune || ret->refused_off
			    ? SG_SYNC_OUT_OF_SYNC
			    : SG_SYNC_SYNCED;
}

enum attempt { TRY, SKIP, REFUSE, HEAL_LATER };

/* The preconditions of automated sync, argocd.md 1.5. */
static enum attempt attempt(struct world *world, int app, const struct object *now, int rev)
{
	const struct app_plan *plan = &world->plan->apps[app];
	const struct object_operation *op = &now->op;
	int attempted = op->result >= 0 ? op->result : op->asked;

	if (now->sync != SG_SYNC_OUT_OF_SYNC || (is_leftover_only(now) && !plan->prune))
		return SKIP;
	if (op->phase == SG_PHASE_NONE || (attempted >= 0 && attempted != rev))
		return TRY;
	if (op->phase == SG_PHASE_FAILED || op->phase == SG_PHASE_ERROR)
		return REFUSE;
	if (!plan->self_heal)
		return SKIP;
	if (world_s(world->now_ms) - op->finished_s < HEAL_MS / 1000 &&
		!dice_chance(&world->dice, 30))
		return HEAL_LATER;
	return TRY;
}

static void sync_automatically(struct world *world, int app, const struct object *now)
{
	struct app_state *state = &world->apps[app];
	struct compare *compare = &state->compare;

	if (!state->object.automated || state->object.operation_set || state->object.deleting)
		return;
	if (span_holds(&world->plan->window_closed, world->now_ms)) {
		compare->keeps_sync_error = true;
		return;
	}
	switch (attempt(world, app, now, compare->rev)) {
	case TRY:
		operation_set(world, app,
			&(struct operation){.asked = compare->rev,
				.by = BY_AUTOSYNC,
				.prune = world->plan->apps[app].prune,
				.limit = world->plan->apps[app].retry_limit});
		break;
	case REFUSE:
		compare->refuses = true;
		compare->refused_rev =
			now->op.result >= 0 || now->op.asked >= 0 ? compare->rev : REV_EMPTY;
		break;
	case HEAL_LATER:
		compare_want(world, app, 1, HEAL_MS);
		break;
	case SKIP:
		break;
	}
}

/* The decision comes first; the status patch of the same compare follows it. */
static void decide(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	struct compare *compare = &state->compare;
	struct object now = state->object;

	compare->decided = true;
	compare->next_ms = world->now_ms;
	if (compare->fails || compare->spec_fails || compare->controller_fails)
		return;
	diff(rendered(world, app, compare->rev), compare->path, &compare->seen.spec, &now);
	sync_automatically(world, app, &now);
	if (state->object.operation_set && state->object.op.phase == SG_PHASE_NONE)
		compare->next_ms += world_pace(world, 10, 60);
}

static void write_failure(const struct world *world, struct app_state *state)
{
	const struct compare *compare = &state->compare;
	struct object *object = &state->object;

	object->sync = SG_SYNC_UNKNOWN;
	object->invalid_spec = compare->spec_fails;
	object->controller_error = !compare->spec_fails && compare->controller_fails;
	object->comparison_error = false;
	if (compare->spec_fails || compare->controller_fails) {
		object->health = SG_APP_UNKNOWN;
		return;
	}
	object->comparison_error = true;
	object->rev = world->plan->old_words ? REV_EMPTY : REV_LITERAL;
	object->health = compare->seen.health;
	object->images = compare->seen.pods;
	object->compared_path = compare->path;
	object->workload_off = object->extra_prune = true;
}

static void write_result(const struct world *world, int app, struct app_state *state)
{
	const struct compare *compare = &state->compare;
	struct object *object = &state->object;

	object->invalid_spec = object->controller_error = object->comparison_error = false;
	diff(rendered(world, app, compare->rev), compare->path, &compare->seen.spec, object);
	object->rev = compare->rev;
	object->health = compare->seen.health;
	object->images = compare->seen.pods;
	object->compared_path = compare->path;
	if (compare->keeps_sync_error)
		return;
	object->sync_error = compare->refuses;
	state->refused =
		compare->refuses && git_contains(world->plan, compare->rev, world->plan->wanted);
	object->sync_error_rev = compare->refused_rev;
}

static void patch(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	struct compare *compare = &state->compare;
	struct object *object = &state->object;
	bool bad_spec = compare->spec_fails || compare->controller_fails;

	compare->running = false;
	object->health_set = true;
	if (compare->fails || bad_spec)
		write_failure(world, state);
	else
		write_result(world, app, state);
	if (compare->level >= 2 && !bad_spec)
		object->reconciled_s = compare->began_s;
	if (compare->had_refresh != REFRESH_ABSENT)
		object->refresh = REFRESH_ABSENT;
	else if (object->refresh != REFRESH_ABSENT)
		compare_want(world, app, 3, world_pace(world, 10, 100));
	state->snapshot_ms = compare->snapshot_ms;
	state->picture_good = compare->good;
	state->picture_began_ms = compare->began_ms;
	if (compare->began_ms <= state->outdated_ms)
		oracle_outdate(world, app, state->outdated_ms);
	state->images_good = compare->images_good;
	if (world->plan->apps[app].by_set && object->sync == SG_SYNC_OUT_OF_SYNC &&
		!object->operation_set)
		state->set_ms = first(state->set_ms, world->now_ms + world_pace(world, 500, 9000));
	world_write(world, app);
}

/* RollingSync starts syncs by itself, and barely. */
static void roll(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];

	state->set_ms = NEVER;
	if (state->object.sync == SG_SYNC_OUT_OF_SYNC && !state->object.operation_set &&
		!state->object.deleting)
		operation_set(world, app,
			&(struct operation){.asked = REV_EMPTY,
				.by = BY_SET,
				.bare = true,
				.prune = true,
				.limit = world->plan->apps[app].retry_limit});
}

static void poll(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	int64_t every_ms = world->plan->apps[app].poll_ms;

	state->poll_ms = world->now_ms + every_ms;
	if (world_s(world->now_ms) - state->object.reconciled_s >= every_ms / 1000)
		compare_want(world, app, 2, dice_span(&world->dice, 0, 60000));
}

void compare_step(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];

	if (world->now_ms >= state->poll_ms)
		poll(world, app);
	if (world->now_ms >= state->set_ms)
		roll(world, app);
	if (!controller_up(world, app))
		return;
	if (!state->compare.running) {
		if (world->now_ms >= state->wanted_ms)
			begin(world, app);
	} else if (world->now_ms >= state->compare.next_ms) {
		if (!state->compare.decided)
			decide(world, app);
		if (world->now_ms >= state->compare.next_ms)
			patch(world, app);
	}
}
