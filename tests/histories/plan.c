/* A history by the dice: what is in Git, who does what, and the weather. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

#define MINUTE INT64_C(60000)

static const struct span no_span = {NEVER, NEVER};

static enum hook roll_hook(struct dice *dice)
{
	if (dice_chance(dice, 82))
		return HOOK_NONE;
	if (dice_chance(dice, 65))
		return HOOK_GOOD;
	return dice_chance(dice, 50) ? HOOK_BAD : HOOK_BAD_ONCE;
}

static void change(struct dice *dice, struct manifest *manifest, uint8_t number)
{
	int32_t rollout_ms = (int32_t)dice_span(dice, 500, 30000);

	if (dice_chance(dice, 8))
		rollout_ms = (int32_t)dice_span(dice, 30000, 240000);
	if (dice_chance(dice, 80))
		manifest->version = number;
	else
		manifest->config = number;
	manifest->rollout_ms = rollout_ms;
	manifest->broken = dice_chance(dice, 4);
	manifest->refused = dice_chance(dice, 5);
	manifest->crash = dice_chance(dice, 6);
	manifest->wave = dice_chance(dice, 15);
	manifest->paused = dice_chance(dice, 4);
	manifest->scaled_down = dice_chance(dice, 3);
	manifest->pre = roll_hook(dice);
	manifest->post = roll_hook(dice);
	if (dice_chance(dice, 12))
		manifest->extra = !manifest->extra;
}

static void name_commit(struct dice *dice, struct commit *commit)
{
	for (int i = 0; i < 40; i += 8)
		(void)snprintf(commit->sha + i, 9, "%08x", (unsigned)dice_roll(dice));
}

static int add_commit(struct dice *dice, struct plan *plan, int parent)
{
	int i = plan->commit_count++;
	struct commit *commit = &plan->commits[i];

	commit->parent = parent;
	if (parent >= 0)
		memcpy(commit->apps, plan->commits[parent].apps, sizeof(commit->apps));
	name_commit(dice, commit);
	return i;
}

/* Others' commits: this one and that, for some of the applications. */
static int add_change(struct dice *dice, struct plan *plan, int parent, unsigned percent)
{
	int i = add_commit(dice, plan, parent);

	for (int app = 0; app < plan->app_count; app++)
		if (plan->apps[app].sources != SOURCE_FOREIGN && dice_chance(dice, percent))
			change(dice, &plan->commits[i].apps[app], (uint8_t)i);
	return i;
}

/* The next commit goes back to what was before X. */
static int add_revert(struct dice *dice, struct plan *plan, int parent)
{
	int i = add_commit(dice, plan, parent);

	memcpy(plan->commits[i].apps, plan->commits[plan->commits[plan->wanted].parent].apps,
		sizeof(plan->commits[i].apps));
	return i;
}

static void roll_app(struct dice *dice, struct plan *plan, int app)
{
	struct app_plan *a = &plan->apps[app];

	*a = (struct app_plan){.parent = -1,
		.sources = dice_chance(dice, 75) ? SOURCE_ONE : (int)dice_span(dice, 1, 2),
		.automated = dice_chance(dice, 85),
		.self_heal = dice_chance(dice, 60),
		.prune = dice_chance(dice, 60),
		.retry_limit = dice_chance(dice, 50) ? 0 : (int)dice_span(dice, 1, 5),
		.retry_base_ms = dice_chance(dice, 50) ? 5000 : 1000,
		.by_set = dice_chance(dice, 6),
		.set_readable = dice_chance(dice, 80),
		.term_ms = dice_span(dice, 200, 30000),
		.poll_ms = dice_chance(dice, 80) ? 120000 : 180000,
		.followed = true,
		.wants_image = dice_chance(dice, 60),
		.webhook = dice_chance(dice, 30),
		.stale_once = dice_chance(dice, 3)};
	if (a->by_set)
		a->automated = a->self_heal = false;
	if (a->stale_once)
		a->wants_image = true;
}

static void roll_apps(struct dice *dice, struct plan *plan)
{
	int64_t shape = dice_span(dice, 0, 99);

	plan->app_count = shape < 60 ? 1 : (int)dice_span(dice, 2, APPS_MAX);
	for (int i = 0; i < plan->app_count; i++) {
		roll_app(dice, plan, i);
		if (i == 0 || shape >= 85)
			continue;
		plan->apps[i].followed = false;
		plan->apps[i].parent = i > 1 && dice_chance(dice, 30) ? i - 1 : 0;
		if (dice_chance(dice, 20))
			plan->apps[i].sources = SOURCE_FOREIGN;
	}
	for (int i = 0; i < plan->app_count && shape >= 60 && shape < 85; i++)
		plan->apps[i].wants_image = plan->apps[i].stale_once = false;
}

static void add_deed(struct plan *plan, int64_t at_ms, enum deed_kind kind, int app, int value)
{
	if (plan->deed_count < DEEDS_MAX)
		plan->deeds[plan->deed_count++] = (struct deed){at_ms, kind, app, value};
}

static void roll_push(struct dice *dice, struct plan *plan, int64_t at_ms, int *tip)
{
	int64_t kind = dice_span(dice, 0, 99);
	int commit;

	if (plan->commit_count >= COMMITS_MAX)
		return;
	if (kind < 35)
		commit = add_commit(dice, plan, *tip);
	else if (kind < 74)
		commit = add_change(dice, plan, *tip, 70);
	else if (kind < 90)
		commit = add_revert(dice, plan, *tip);
	else
		commit = add_change(dice, plan, plan->commits[plan->wanted].parent, 50);
	plan->commits[commit].known_ms =
		dice_chance(dice, 60) ? 0 : at_ms + dice_span(dice, 0, 40000);
	if (plan->git_silent)
		plan->commits[commit].known_ms = NEVER;
	for (int c = commit; c >= 0; c = plan->commits[c].parent) /* known with all before it */
		if (plan->commits[c].known_ms > plan->commits[commit].known_ms)
			plan->commits[c].known_ms = plan->commits[commit].known_ms;
	*tip = commit;
	add_deed(plan, at_ms, DEED_PUSH, 0, commit);
}

static void roll_deed(struct dice *dice, struct plan *plan, int64_t at_ms)
{
	static const struct {
		enum deed_kind kind;
		int weight;
	} kinds[] = {{DEED_REFRESH, 30}, {DEED_SYNC, 14}, {DEED_SYNC_BARE, 8}, {DEED_SYNC_PART, 6},
		{DEED_DRY_RUN, 8}, {DEED_TERMINATE, 5}, {DEED_EDIT, 6}, {DEED_EDIT_BACK, 3},
		{DEED_SKIP, 1}, {DEED_DELETE, 1}, {DEED_RETARGET, 1}, {DEED_MOVE, 6},
		{DEED_AUTO_OFF, 2}, {DEED_AUTO_ON, 4}, {DEED_ROGUE, 2}, {DEED_RESUME, 3}};
	int64_t at = dice_span(dice, 0, 99);
	size_t i = 0;

	while (i + 1 < SG_COUNT(kinds) && at >= kinds[i].weight)
		at -= kinds[i++].weight;
	add_deed(plan, at_ms, kinds[i].kind, (int)dice_span(dice, 0, plan->app_count - 1),
		dice_chance(dice, 50));
}

static int by_time(const void *a, const void *b)
{
	const struct deed *x = a, *y = b;

	return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

/* People act around the push of X: mostly soon after it. */
static int64_t roll_time(struct dice *dice, int64_t pushed_ms)
{
	if (dice_chance(dice, 50))
		return pushed_ms + dice_span(dice, 0, 20000);
	return pushed_ms + dice_span(dice, -pushed_ms / 2, 8 * MINUTE);
}

static void roll_deeds(struct dice *dice, struct plan *plan)
{
	int64_t pushed_ms = dice_span(dice, 2000, 3 * MINUTE), pushes_ms;
	int count = (int)dice_span(dice, 0, 7) - 2, pushes = (int)dice_span(dice, 0, 6) - 2;
	int tip;

	(void)add_change(dice, plan, -1, 0);
	tip = dice_chance(dice, 30) ? add_change(dice, plan, 0, 50) : 0;
	if (tip)
		add_deed(plan, dice_span(dice, 500, pushed_ms), DEED_PUSH, 0, tip);
	plan->wanted = tip = add_change(dice, plan, tip, 85);
	add_deed(plan, pushed_ms, DEED_PUSH, 0, tip);
	pushes_ms = pushed_ms;
	for (int i = 0; i < pushes; i++) {
		pushes_ms += dice_chance(dice, 40) ? dice_span(dice, 10, 5000)
						   : dice_span(dice, 1000, 3 * MINUTE);
		roll_push(dice, plan, pushes_ms, &tip);
	}
	for (int i = 0; i < count; i++)
		roll_deed(dice, plan, roll_time(dice, pushed_ms));
	qsort(plan->deeds, (size_t)plan->deed_count, sizeof(plan->deeds[0]), by_time);
	plan->start_ms = pushed_ms + (dice_chance(dice, 75) ? dice_span(dice, 1, 4000)
							    : dice_span(dice, 0, 6 * MINUTE));
	plan->deadline_ms = plan->start_ms + dice_span(dice, 12, 30) * MINUTE;
}

/* Old manifests under a new revision are told by the image alone (argocd.md 0.2, the limits). */
static void settle_stale(struct plan *plan)
{
	const struct commit *wanted = &plan->commits[plan->wanted];

	for (int i = 0; i < plan->app_count; i++)
		if (wanted->apps[i].version == plan->commits[wanted->parent].apps[i].version ||
			wanted->apps[i].scaled_down ||
			plan->commits[wanted->parent].apps[i].scaled_down)
			plan->apps[i].stale_once = false;
}

static struct span roll_span(struct dice *dice, const struct plan *plan, unsigned percent,
	int64_t low_ms, int64_t high_ms)
{
	int64_t from = plan->start_ms + dice_span(dice, -2 * MINUTE, 4 * MINUTE);

	if (!dice_chance(dice, percent) || from < 1)
		return no_span;
	return (struct span){from, from + dice_span(dice, low_ms, high_ms)};
}

static void roll_weather(struct dice *dice, struct plan *plan)
{
	plan->git_down = roll_span(dice, plan, 4, 1000, 5 * MINUTE);
	plan->controller_down = roll_span(dice, plan, 4, 1000, 4 * MINUTE);
	plan->window_closed = roll_span(dice, plan, 6, MINUTE, 20 * MINUTE);
	plan->project_bad = roll_span(dice, plan, 3, 1000, 3 * MINUTE);
	plan->window_visible = dice_chance(dice, 70);
	plan->slow = dice_chance(dice, 20);
	plan->old_words = dice_chance(dice, 30);
	plan->flake_cached = dice_chance(dice, 50);
	plan->can_late_write = dice_chance(dice, 50);
	for (int i = 0; i < plan->app_count; i++) {
		plan->flap[i] = roll_span(dice, plan, 10, 100, 50000);
		plan->render_flake[i] = roll_span(dice, plan, 4, 100, 60000);
		plan->controller_error[i] = roll_span(dice, plan, 1, 100, 60000);
	}
	for (size_t i = 0; i < SG_COUNT(plan->watch_cut); i++)
		plan->watch_cut[i] = roll_span(dice, plan, 15, 100, MINUTE);
	plan->watch_lag_ms =
		dice_chance(dice, 80) ? dice_span(dice, 1, 50) : dice_span(dice, 50, 4000);
}

static void roll_policy(struct dice *dice, struct plan *plan)
{
	plan->policy = sg_app_policy_default();
	plan->policy.suspended = (enum sg_app_suspended)dice_span(dice, 0, 2);
	plan->policy.fail_on_first_sync_error = dice_chance(dice, 8);
	plan->policy.fail_on_sync_window = dice_chance(dice, 8);
	plan->policy.may_refresh = dice_chance(dice, 90);
}

void plan_make(uint64_t seed, uint64_t number, struct plan *ret)
{
	struct dice dice = {seed * UINT64_C(0x9e3779b97f4a7c15) ^ number};

	(void)dice_roll(&dice);
	*ret = (struct plan){.seed = seed, .number = number};
	ret->git_silent = dice_chance(&dice, 4);
	roll_apps(&dice, ret);
	roll_deeds(&dice, ret);
	settle_stale(ret);
	roll_weather(&dice, ret);
	roll_policy(&dice, ret);
}

static void print_span(const char *name, int app, const struct span *span)
{
	if (span->from_ms != NEVER)
		(void)printf("  %s%s%s from %lld to %lld\n", name, app < 0 ? "" : " of ",
			app < 0 ? "" : facts_name(app), (long long)span->from_ms,
			(long long)span->to_ms);
}

static void print_app(const struct plan *plan, int app)
{
	const struct app_plan *a = &plan->apps[app];

	(void)printf("  %s: parent %d, sources %d%s%s%s%s%s%s%s%s, retries %d\n", facts_name(app),
		a->parent, a->sources, a->automated ? ", auto" : "", a->self_heal ? ", heals" : "",
		a->prune ? ", prunes" : "", a->by_set ? ", rolled by a set" : "",
		a->followed ? ", followed" : "", a->wants_image ? ", image wanted" : "",
		a->webhook ? ", webhook" : "", a->stale_once ? ", stale cache" : "",
		a->retry_limit);
	for (int c = 0; c < plan->commit_count; c++) {
		const struct manifest *m = &plan->commits[c].apps[app];

		(void)printf(
			"    @%d%s (after %d) v%d c%d%s%s%s%s%s%s%s pre %d post %d rollout %d\n", c,
			c == plan->wanted ? " X" : "", plan->commits[c].parent, m->version,
			m->config, m->paused ? " paused" : "", m->extra ? " extra" : "",
			m->scaled_down ? " no-pods" : "", m->broken ? " broken" : "",
			m->refused ? " refused" : "", m->crash ? " crash" : "",
			m->wave ? " wave" : "", (int)m->pre, (int)m->post, m->rollout_ms);
	}
}

void plan_print(const struct plan *plan)
{
	(void)printf("history %llu of seed %llu: start %lld, deadline %lld, lag %lld%s%s%s\n",
		(unsigned long long)plan->number, (unsigned long long)plan->seed,
		(long long)plan->start_ms, (long long)plan->deadline_ms,
		(long long)plan->watch_lag_ms, plan->slow ? ", slow" : "",
		plan->policy.may_refresh ? "" : ", no refresh",
		plan->git_silent ? ", git silent" : "");
	for (int i = 0; i < plan->app_count; i++)
		print_app(plan, i);
	for (int i = 0; i < plan->deed_count; i++)
		(void)printf("  %lld %s %s %d\n", (long long)plan->deeds[i].at_ms,
			deed_name(plan->deeds[i].kind), facts_name(plan->deeds[i].app),
			plan->deeds[i].value);
	print_span("git down", -1, &plan->git_down);
	print_span("controller down", -1, &plan->controller_down);
	print_span("window closed", -1, &plan->window_closed);
	print_span("project bad", -1, &plan->project_bad);
	for (int i = 0; i < plan->app_count; i++) {
		print_span("flap", i, &plan->flap[i]);
		print_span("render flake", i, &plan->render_flake[i]);
		print_span("controller error", i, &plan->controller_error[i]);
	}
	print_span("watch cut", -1, &plan->watch_cut[0]);
	print_span("watch cut", -1, &plan->watch_cut[1]);
}
