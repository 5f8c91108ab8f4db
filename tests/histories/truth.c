/* What really runs, kept up to date with each change of the world. */
#include "world.h"

static bool is_of_a_commit_with_it(const struct world *world, int app, const struct live *live)
{
	const struct plan *plan = world->plan;
	int path = world->apps[app].object.path;

	if (plan->apps[app].sources == SOURCE_FOREIGN)
		return workload_matches(live, &plan->commits[world->head].apps[app], path);
	for (int i = plan->commit_count - 1; i >= 0; i--)
		if ((world->pushed >> i & 1) &&
			workload_matches(live, &plan->commits[i].apps[app], path) &&
			git_contains(plan, i, plan->wanted))
			return true;
	return false;
}

static bool is_fine(const struct world *world, enum sg_app_health health)
{
	return health == SG_APP_HEALTHY ||
	       (health == SG_APP_SUSPENDED && world->plan->policy.suspended == SG_APP_SUSPENDED_OK);
}

static bool image_runs(const struct world *world, int app, const struct live *live, uint32_t pods)
{
	const struct plan *plan = world->plan;
	uint32_t wanted = UINT32_C(1) << plan->commits[plan->wanted].apps[app].version;

	if (!plan->apps[app].wants_image || pods == 0)
		return true;
	return live->paused ? (pods & wanted) != 0 : pods == wanted;
}

/*
 * No sync at work that has something left to do, and none at a commit that contains X whose hook
 * has failed.
 */
static bool sync_is_over(const struct world *world, int app)
{
	const struct app_state *state = &world->apps[app];
	const struct operation *op = &state->op;
	bool bad_hook = state->failed_hook && state->failed_rev >= 0 &&
			git_contains(world->plan, state->failed_rev, world->plan->wanted);
	bool waits = op->step == OP_END ||
		     (op->step == OP_WAVE && rendered(world, app, op->rev)->post == HOOK_NONE);

	return (op->step == OP_IDLE || op->dry_run || waits) && !bad_hook;
}

static bool really_runs(const struct world *world, int app)
{
	const struct workload *work = &world->apps[app].work;

	return is_of_a_commit_with_it(world, app, &work->spec) &&
	       is_fine(world, workload_health(world, app)) &&
	       image_runs(world, app, &work->spec, work->pods) && sync_is_over(world, app);
}

bool oracle_sees_good(const struct world *world, int app)
{
	const struct sight *seen = &world->apps[app].seen;

	return is_of_a_commit_with_it(world, app, &seen->spec) && is_fine(world, seen->health) &&
	       sync_is_over(world, app);
}

/* The end of a sync, or another spec: what was seen before says nothing about what is now. */
void oracle_outdate(struct world *world, int app, int64_t at_ms)
{
	struct app_state *state = &world->apps[app];

	state->outdated_ms = at_ms;
	if (at_ms == world->now_ms) {
		state->good = false;
		state->good_ms = at_ms - 1;
	}
	if (state->picture_began_ms > at_ms)
		return;
	state->picture_good = false;
	if (state->snapshot_ms < at_ms)
		state->snapshot_ms = at_ms;
}

bool oracle_sees_images(const struct world *world, int app)
{
	const struct sight *seen = &world->apps[app].seen;

	return image_runs(world, app, &seen->spec, seen->pods);
}

static void since(int64_t *since_ms, bool holds, int64_t now_ms)
{
	if (!holds)
		*since_ms = NEVER;
	else if (*since_ms == NEVER)
		*since_ms = now_ms;
}

static void note(struct trouble *trouble, bool holds, int64_t now_ms)
{
	if (trouble->now)
		trouble->last_ms = now_ms;
	if (holds && !trouble->now) {
		trouble->before_since_ms = trouble->since_ms;
		trouble->before_last_ms = trouble->last_ms;
		trouble->since_ms = now_ms;
	}
	trouble->now = holds;
}

static void note_app(struct world *world, int app)
{
	const struct plan *plan = world->plan;
	struct app_state *state = &world->apps[app];
	const struct manifest *head = &plan->commits[world->head].apps[app];
	int64_t now = world->now_ms;
	bool idle = state->op.step == OP_IDLE;

	if (state->good)
		state->good_ms = now;
	state->good = really_runs(world, app);
	if (state->good)
		state->good_ms = now;
	since(&state->good_since_ms, state->good, now);
	note(&state->sick, workload_health(world, app) == SG_APP_DEGRADED, now);
	note(&state->broken,
		head->broken || span_holds(&plan->git_down, now) ||
			span_holds(&plan->render_flake[app], now) || state->cached_failure >= 0,
		now);
	note(&state->controller,
		span_holds(&plan->controller_error[app], now) ||
			span_holds(&plan->project_bad, now),
		now);
	note(&state->drift, idle && !workload_matches(&state->work.spec, head, state->object.path),
		now);
	note(&state->image, !image_runs(world, app, &state->work.spec, state->work.pods), now);
}

void oracle_note(struct world *world)
{
	const struct plan *plan = world->plan;

	note(&world->off_branch, !git_contains(plan, world->head, plan->wanted), world->now_ms);
	for (int i = 0; i < plan->app_count; i++)
		note_app(world, i);
}

/*
 * A sync of X, or of a commit that contains it, has failed in truth, and no newer commit has been
 * compared. That a hook has failed counts in any case (argocd.md 0.2, row 6).
 */
bool oracle_sync_failed(const struct world *world, int app)
{
	const struct app_state *state = &world->apps[app];
	const struct plan *plan = world->plan;

	if (state->failed_nameless)
		return true;
	if (plan->apps[app].sources ==
		SOURCE_FOREIGN) /* one revision, whichever commit is compared */
		return state->failed_rev >= 0;
	if (state->failed_rev < 0 || !git_contains(plan, state->failed_rev, plan->wanted))
		return false;
	return state->failed_hook || state->object.rev < 0 || state->object.sync_error ||
	       state->object.rev == state->failed_rev ||
	       !git_contains(plan, state->object.rev, plan->wanted);
}

static void note_what_is_said(struct world *world, struct app_state *state)
{
	const struct object *object = &state->object;

	note(&state->says_sick, object->health == SG_APP_DEGRADED, world->now_ms);
	note(&state->says_broken, object->comparison_error, world->now_ms);
	note(&state->says_refused, object->invalid_spec || object->controller_error, world->now_ms);
}

/* Of the commit that was compared last; a sync that was made of it is made again by self-heal
 * alone. */
static bool prunes_by_itself(const struct app_plan *plan, const struct object *object)
{
	const struct object_operation *op = &object->op;
	int attempted = op->result >= 0 ? op->result : op->asked;
	bool again = op->phase == SG_PHASE_NONE || (attempted >= 0 && attempted != object->rev);

	return plan->by_set || (object->automated && plan->prune && (again || plan->self_heal));
}

void oracle_written(struct world *world, int app)
{
	const struct app_plan *plan = &world->plan->apps[app];
	struct app_state *state = &world->apps[app];
	const struct object *object = &state->object;

	note_what_is_said(world, state);
	state->truths[object->version % TRUTHS] = (struct written_truth){.version = object->version,
		.sync_failed =
			oracle_sync_failed(world, app) || (object->sync_error && state->refused),
		.manual = !object->automated,
		.leftover = object->extra_prune && !prunes_by_itself(plan, object),
		.blocked = object->operation_set && object->op.message == SAYS_WINDOW,
		.attempt_failed = state->op.attempt > 0,
		.picture_ms = state->snapshot_ms};
}
