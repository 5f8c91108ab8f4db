/*
 * The truth (truth.c), and what it says about a verdict. It knows the world, not the decision
 * table: what runs, how healthy, and where the world goes when people leave it alone.
 *
 * A failure is right when the world does not get there, or when one of these holds in truth; they
 * are the limits of what the table promises (argocd.md 0.2):
 * - a trouble was there when the controller looked, and had lasted for the grace of its row, or the
 *   object had said so for that long and nobody had looked in between;
 * - a sync of X, or of a commit that contains it, has failed for good and no newer commit has been
 *   compared yet, though one may be on the branch; a failed hook counts whatever was compared;
 * - automated sync refuses what was compared last, and that contains X;
 * - a leftover that nobody prunes by himself, or a manual application, at the commit that was
 *   compared last;
 * - what the policy asks for: the first failed attempt, a window that blocks.
 * An operation that somebody has overwritten cannot be known any more, nor what a late write of
 * Running hides, nor of which commit a sync of a set was that has ended without a result. Two
 * troubles of row 2 share one grace.
 */
#include <stdarg.h>
#include <stdio.h>

#include "world.h"

#define STEADY_MS 30000 /* reached means: for that long */
#define SETTLED_MS 300000
#define SETTLED_BY_POLL_MS 600000 /* where nothing but the poll compares */

static bool is_family(const struct plan *plan, int root, int app)
{
	for (; app >= 0; app = plan->apps[app].parent)
		if (app == root)
			return true;
	return false;
}

/* Its branch has X, and nothing keeps the application from it. */
static bool follows(const struct world *world, int app)
{
	const struct object *object = &world->apps[app].object;

	return git_contains(world->plan, world->head, world->plan->wanted) && !object->deleting &&
	       !object->skip && object->target != TARGET_OTHER;
}

bool oracle_is_wanted(const struct world *world, int root)
{
	for (int i = 0; i < world->plan->app_count; i++)
		if (is_family(world->plan, root, i) && (!world->apps[i].good || !follows(world, i)))
			return false;
	return true;
}

static void say(struct judgement *ret, const char *fmt, ...) SG_PRINTF(2, 3);
static void say(struct judgement *ret, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(ret->why, sizeof(ret->why), fmt, args);
	va_end(args);
}

/*
 * Right when it was so in the picture of the cluster that the confirming read shows, or at some
 * moment since: what the controller has not seen or not written yet, nobody can know.
 */
void oracle_green(const struct world *world, int root, struct judgement *ret)
{
	for (int i = 0; i < world->plan->app_count; i++) {
		const struct app_state *state = &world->apps[i];

		if (!is_family(world->plan, root, i) || state->good_ms >= state->snapshot_ms ||
			(state->picture_good && state->images_good))
			continue;
		ret->false_green = true;
		say(ret,
			"success at %lld ms, but %s did not run it after %lld ms (picture of %lld)",
			(long long)world->now_ms, facts_name(i), (long long)state->good_ms,
			(long long)state->snapshot_ms);
		return;
	}
}

static int64_t latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Since when the whole family has been as wanted; NEVER: it is not. */
static int64_t wanted_since(const struct world *world, int root)
{
	int64_t at = 0;

	if (!oracle_is_wanted(world, root))
		return NEVER;
	for (int i = 0; i < world->plan->app_count; i++)
		if (is_family(world->plan, root, i))
			at = latest(at, world->apps[i].good_since_ms);
	return at;
}

/* Where the world goes when people leave it alone: is the wanted state reached, and does it last?
 */
static bool gets_there(const struct world *world, int root, int64_t *ret_ms)
{
	struct world ahead = *world;

	ahead.with_people = ahead.trace = false;
	ahead.written = NULL;
	while (ahead.now_ms < world->plan->deadline_ms) {
		int64_t at = world_next(&ahead), reached = wanted_since(&ahead, root);
		int64_t until = reached == NEVER ? at : reached + STEADY_MS;

		if (reached != NEVER && until <= ahead.now_ms) {
			*ret_ms = reached;
			return true;
		}
		if (until > at)
			until = at;
		if (until > world->plan->deadline_ms)
			return false;
		world_run(&ahead, until);
	}
	return false;
}

#define CACHE_LAG_MS 4000     /* the controller's cache is at most that old */
#define CACHED_REFS_MS 180000 /* and its head of a branch, where only polls compare */

static bool lasted(int64_t since_ms, int64_t last_ms, int64_t grace_ms, int64_t picture_ms)
{
	return last_ms >= picture_ms && last_ms - since_ms >= grace_ms - CACHE_LAG_MS;
}

/*
 * It was there when the controller looked, and had lasted for the grace; or the object had said so
 * for that long, and nobody looked in between. What we are shown late may be over, and be back.
 */
static bool lasts(const struct trouble *trouble, const struct trouble *said, int64_t grace_ms,
	int64_t picture_ms)
{
	int64_t since_ms =
		said && said->since_ms < trouble->since_ms ? said->since_ms : trouble->since_ms;

	return lasted(since_ms, trouble->last_ms, grace_ms, picture_ms) ||
	       lasted(trouble->before_since_ms, trouble->before_last_ms, grace_ms, picture_ms);
}

/* What was true when the object was written that was judged; forgotten: nothing. */
static struct written_truth truth_of(const struct app_state *state, uint64_t version)
{
	struct written_truth truth = state->truths[version % TRUTHS];

	return truth.version == version ? truth : (struct written_truth){.picture_ms = NEVER};
}

static bool app_explains(
	const struct world *world, int app, enum sg_app_code code, uint64_t version)
{
	const struct plan *plan = world->plan;
	const struct sg_app_policy *policy = &plan->policy;
	const struct app_state *state = &world->apps[app];
	struct written_truth truth = truth_of(state, version);
	int64_t looked_ms = truth.picture_ms - (policy->may_refresh ? 0 : CACHED_REFS_MS);

	switch ((int)code) { /* the others explain nothing by themselves */
	case SG_APP_CODE_SPEC_INVALID:
	case SG_APP_CODE_CONTROLLER_ERROR: /* one row, and one grace */
		return lasts(&state->controller, &state->says_refused, policy->confirm_ms,
			truth.picture_ms);
	case SG_APP_CODE_COMPARISON_ERROR:
		return lasts(&state->broken, &state->says_broken, policy->confirm_ms, looked_ms);
	case SG_APP_CODE_SUPERSEDED:
		return lasts(&world->off_branch, NULL, policy->confirm_ms, looked_ms);
	case SG_APP_CODE_DEGRADED:
		return lasts(&state->sick, &state->says_sick, policy->degraded_grace_ms,
			truth.picture_ms);
	case SG_APP_CODE_IMAGE_MISMATCH:
		return lasts(&state->image, NULL, policy->image_grace_ms, truth.picture_ms);
	case SG_APP_CODE_STILL_OUT_OF_SYNC:
		return lasts(&state->drift, NULL, policy->out_of_sync_grace_ms, truth.picture_ms);
	case SG_APP_CODE_SYNC_FAILED:
		return truth.sync_failed ||
		       (policy->fail_on_first_sync_error && truth.attempt_failed);
	case SG_APP_CODE_HOOK_FAILED:
	case SG_APP_CODE_SYNC_TERMINATED:
	case SG_APP_CODE_AUTOSYNC_REFUSED:
		return truth.sync_failed;
	case SG_APP_CODE_SYNC_WINDOW:
		return policy->fail_on_sync_window && truth.blocked;
	case SG_APP_CODE_NEEDS_PRUNE:
		return truth.leftover;
	case SG_APP_CODE_NEEDS_MANUAL_SYNC:
		return truth.manual && !policy->sync_manually;
	default:
		return false;
	}
}

void oracle_red(const struct world *world, int root, const struct sg_app_verdict *verdict,
	const uint64_t *versions, struct judgement *ret)
{
	int64_t at_ms = 0;

	for (int i = 0; i < world->plan->app_count; i++)
		if (is_family(world->plan, root, i) &&
			app_explains(world, i, verdict->code, versions[i]))
			return;
	if (!gets_there(world, root, &at_ms))
		return;
	ret->false_red = true;
	say(ret, "%s at %lld ms, but the world gets there at %lld ms",
		sg_app_code_name(verdict->code), (long long)world->now_ms, (long long)at_ms);
}

/* Since when nothing is the matter but the tool; NEVER: something is. */
static int64_t calm_since(const struct world *world, int app)
{
	const struct plan *plan = world->plan;
	const struct app_state *state = &world->apps[app];
	const struct span *spans[] = {&plan->git_down, &plan->controller_down, &plan->project_bad,
		&plan->flap[app], &plan->render_flake[app], &plan->controller_error[app]};
	int64_t at = latest(state->good_since_ms, plan->start_ms);

	/* a late write is disproved by a refresh alone (argocd.md 0.1, `inflight`) */
	if (plan->commits[world->head].apps[app].broken ||
		(state->object.op.phase == SG_PHASE_RUNNING && !plan->policy.may_refresh) ||
		state->op.step != OP_IDLE ||
		!workload_matches(&state->work.spec, &plan->commits[world->head].apps[app],
			state->object.path) ||
		(state->cached_failure >= 0 && !plan->policy.may_refresh))
		return NEVER;
	at = latest(at, plan->commits[world->head].known_ms);
	for (size_t i = 0; i < SG_COUNT(spans); i++)
		if (spans[i]->from_ms <= world->now_ms)
			at = latest(at, spans[i]->to_ms);
	for (size_t i = 0; i < SG_COUNT(plan->watch_cut); i++)
		if (plan->watch_cut[i].from_ms <= world->now_ms)
			at = latest(at, plan->watch_cut[i].to_ms);
	if (world->deed > 0)
		at = latest(at, plan->deeds[world->deed - 1].at_ms);
	return at;
}

void oracle_end(const struct world *world, int root, const struct sg_app_verdict *verdict,
	struct judgement *ret)
{
	const struct plan *plan = world->plan;
	int64_t at = wanted_since(world, root);
	int64_t bound = plan->policy.may_refresh ? SETTLED_MS : SETTLED_BY_POLL_MS;

	if (verdict->code == SG_APP_CODE_NOT_SEEN || verdict->message[0] == '\0') {
		ret->hang = true;
		say(ret, "the deadline, and no blocker is named");
		return;
	}
	for (int i = 0; i < plan->app_count && at != NEVER; i++)
		if (is_family(plan, root, i))
			at = latest(at, calm_since(world, i));
	if (world->now_ms - at < bound)
		return;
	ret->hang = true;
	say(ret, "%s at the deadline %lld, but all is well since %lld",
		sg_app_code_name(verdict->code), (long long)world->now_ms, (long long)at);
}
