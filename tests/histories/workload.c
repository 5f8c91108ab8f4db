/* What really runs: roll-outs, pods, and the controller's view of them. */
#include "world.h"

uint8_t workload_config(const struct manifest *manifest, int path)
{
	return (uint8_t)(manifest->config + 32 * (path & 3));
}

bool workload_matches(const struct live *live, const struct manifest *manifest, int path)
{
	return live->version == manifest->version &&
	       live->config == workload_config(manifest, path) &&
	       live->paused == manifest->paused && live->extra == manifest->extra &&
	       live->scaled_down == manifest->scaled_down && !manifest->refused;
}

enum sg_app_health workload_health(const struct world *world, int app)
{
	const struct workload *work = &world->apps[app].work;

	if (work->spec.paused)
		return SG_APP_SUSPENDED;
	if (world->now_ms >= work->failing_ms)
		return SG_APP_DEGRADED;
	if (world->now_ms < work->ready_ms)
		return SG_APP_PROGRESSING;
	if (span_holds(&world->plan->flap[app], world->now_ms))
		return SG_APP_DEGRADED;
	return SG_APP_HEALTHY;
}

/* The cache of the controller follows a little later. */
static void will_be_seen(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	int64_t lag = dice_chance(&world->dice, 5) ? dice_span(&world->dice, 500, 3000)
						   : dice_span(&world->dice, 5, 300);

	if (state->unseen_ms == NEVER)
		state->unseen_ms = world->now_ms;
	if (state->see_ms > world->now_ms + lag)
		state->see_ms = world->now_ms + lag;
}

void workload_set(struct world *world, int app, struct live spec, const struct manifest *manifest)
{
	struct app_state *state = &world->apps[app];
	struct workload *work = &state->work;
	bool rolls = spec.version != work->spec.version || spec.paused != work->spec.paused ||
		     spec.scaled_down != work->spec.scaled_down;

	work->spec = spec;
	will_be_seen(world, app);
	if (!rolls)
		return;
	work->ready_ms = work->failing_ms = work->gone_ms = NEVER;
	if (!spec.scaled_down)
		work->pods |= UINT32_C(1) << spec.version;
	if (spec.paused)
		return;
	if (manifest && manifest->crash) {
		work->failing_ms = world->now_ms + dice_span(&world->dice, 15000, 90000);
		return;
	}
	work->ready_ms = world->now_ms + (manifest ? manifest->rollout_ms : 2000);
	work->gone_ms = work->ready_ms + world->plan->apps[app].term_ms;
}

void workload_apply(struct world *world, int app, const struct manifest *manifest, bool part)
{
	const struct operation *op = &world->apps[app].op;
	struct live spec = world->apps[app].work.spec;

	spec.config = workload_config(manifest, op->path);
	if (!part) {
		spec.version = manifest->version;
		spec.paused = manifest->paused;
		spec.scaled_down = manifest->scaled_down;
		if (manifest->extra || op->prune)
			spec.extra = manifest->extra;
	}
	workload_set(world, app, spec, manifest);
}

static int64_t first(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t ahead(const struct world *world, int64_t at_ms)
{
	return at_ms > world->now_ms ? at_ms : NEVER;
}

int64_t workload_next(const struct world *world, int app)
{
	const struct app_state *state = &world->apps[app];
	const struct workload *work = &state->work;
	const struct span *flap = &world->plan->flap[app];
	int64_t at = first(ahead(world, work->ready_ms), ahead(world, work->failing_ms));

	at = first(at, work->gone_ms);
	at = first(at, first(ahead(world, flap->from_ms), ahead(world, flap->to_ms)));
	return first(at, state->see_ms);
}

static bool same_live(const struct live *a, const struct live *b)
{
	return a->version == b->version && a->config == b->config && a->paused == b->paused &&
	       a->extra == b->extra && a->scaled_down == b->scaled_down;
}

/* The cache catches up: a compare at the revision that is known, or only the list of images. */
void workload_see(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	struct sight before = state->seen;

	state->see_ms = state->unseen_ms = NEVER;
	state->seen = (struct sight){.spec = state->work.spec,
		.health = workload_health(world, app),
		.pods = state->work.pods,
		.at_ms = world->now_ms};
	if (!same_live(&before.spec, &state->seen.spec) || before.health != state->seen.health)
		compare_want(world, app, 1, world_pace(world, 0, 300));
	else if (before.pods != state->seen.pods)
		compare_want(world, app, 0, world_pace(world, 0, 300));
}

void workload_step(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	struct workload *work = &state->work;
	const struct span *flap = &world->plan->flap[app];

	if (world->now_ms >= work->gone_ms) {
		work->pods = work->spec.scaled_down ? 0 : UINT32_C(1) << work->spec.version;
		work->gone_ms = NEVER;
		will_be_seen(world, app);
	}
	if (world->now_ms == work->ready_ms || world->now_ms == work->failing_ms ||
		world->now_ms == flap->from_ms || world->now_ms == flap->to_ms)
		will_be_seen(world, app);
	if (world->now_ms >= state->see_ms)
		workload_see(world, app);
}
