/*
 * The real fold, driven with the calls of step/follower in its order: what has arrived, time, the
 * second look, requests, the read beside the watch. Network and loop are replaced by a queue.
 */
#include <stdio.h>
#include <string.h>

#include "tool.h"

#define POLL_MS 20000

/* --- Git --- */

static enum sg_answer ask_git(const struct tool *tool, int descendant, int ancestor)
{
	const struct commit *commits = tool->plan->commits;
	int64_t now = tool->world.now_ms;

	if (descendant < 0 || ancestor < 0 || commits[descendant].known_ms > now ||
		commits[ancestor].known_ms > now)
		return SG_ANSWER_UNKNOWN;
	return git_contains(tool->plan, descendant, ancestor) ? SG_ANSWER_YES : SG_ANSWER_NO;
}

static enum sg_answer contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor)
{
	struct tool *tool = (struct tool *)(void *)ancestry;
	int d = git_by_sha(tool->plan, descendant), a = git_by_sha(tool->plan, ancestor);
	enum sg_answer answer = ask_git(tool, d, a);
	bool past = answer == SG_ANSWER_NO && ask_git(tool, a, d) == SG_ANSWER_YES;

	if (past && breaks_is(tool->broken, "no-ancestry"))
		return SG_ANSWER_YES;
	if (!past && answer == SG_ANSWER_NO && breaks_is(tool->broken, "lost-is-fine"))
		return SG_ANSWER_YES;
	return breaks_answer(tool->broken, answer);
}

/* --- beside the application --- */

static const struct sg_app_project *read_project(void *arg, const char *name)
{
	static const char *all[] = {"*"};
	static const struct sg_app_window window = {.kind = "deny",
		.schedule = "0 0 * * *",
		.duration = "1h",
		.time_zone = "",
		.applications = {all, 1}};
	static const struct sg_app_project project = {"team", &window, 1};
	const struct follower *follower = arg;

	(void)name;
	return follower->tool->plan->window_visible &&
			       follower->tool->plan->window_closed.from_ms != NEVER
		       ? &project
		       : NULL;
}

static const struct sg_app_set *read_set(void *arg, const char *namespace, const char *name)
{
	static const struct sg_app_set set = {
		.namespace = "argocd", .name = "set", .strategy_known = true, .rolling_sync = true};
	const struct follower *follower = arg;

	(void)namespace, (void)name;
	return follower->tool->plan->apps[follower->root].set_readable ? &set : NULL;
}

static const struct sg_app *read_item(void *arg, const char *namespace, const char *name)
{
	struct follower *follower = arg;

	(void)namespace;
	for (int i = 0; i < follower->tool->plan->app_count; i++)
		if (strcmp(facts_name(i), name) == 0 && follower->held[i].known)
			return &follower->held[i].facts[follower->held[i].current].app;
	return NULL;
}

/* --- the follower --- */

static void say_verdict(const struct follower *follower, const char *when)
{
	const struct sg_app_verdict *verdict = sg_app_fold_verdict(follower->fold);

	world_say(&follower->tool->world, follower->root, "    %s: %s, row %s, %s", when,
		sg_app_kind_name(verdict->kind), sg_app_row_label(verdict->row), verdict->message);
}

static void feed(struct follower *follower, int app, const struct object *object)
{
	struct held *held = &follower->held[app];
	struct tool *tool = follower->tool;
	int next = !held->current;
	struct facts *facts = &held->facts[next];
	int64_t now = tool->world.now_ms;

	facts_make(tool->plan, app, object, facts);
	breaks_facts(tool->broken, follower->want.revision, facts);
	held->version = object->version;
	if (app == follower->root)
		sg_app_fold_feed(follower->fold, &facts->app, now);
	held->current = next;
	held->known = true;
	if (app != follower->root)
		sg_app_fold_feed_other(
			follower->fold, facts_namespace, facts_name(app), &facts->app, now);
	if (tool->world.trace)
		say_verdict(follower, "seen");
}

static enum sg_app_kind kind_of(const struct follower *follower)
{
	return sg_app_fold_verdict(follower->fold)->kind;
}

static void drain(struct follower *follower)
{
	while (follower->count &&
		follower->queue[follower->first].at_ms <= follower->tool->world.now_ms) {
		struct event event = follower->queue[follower->first];

		if (kind_of(follower) != SG_APP_WAIT)
			return;
		follower->first = (follower->first + 1) % QUEUE;
		follower->count--;
		feed(follower, event.app, &event.object);
	}
}

/* The second look: the application itself, then each of its children, as long as all is well. */
static void confirm(struct follower *follower)
{
	struct tool *tool = follower->tool;

	if (kind_of(follower) != SG_APP_SUCCESS)
		return;
	if (breaks_is(tool->broken, "no-second-look")) {
		follower->confirmed = true;
		return;
	}
	feed(follower, follower->root, &tool->world.apps[follower->root].object);
	for (int i = 0; i < tool->plan->app_count && kind_of(follower) == SG_APP_SUCCESS; i++)
		if (i != follower->root && in_family(tool->plan, follower->root, i) &&
			follower->held[i].version != tool->world.apps[i].object.version)
			feed(follower, i, &tool->world.apps[i].object);
	follower->confirmed = kind_of(follower) == SG_APP_SUCCESS;
	if (!follower->confirmed)
		watch_restart(follower);
}

/* The patch needs an object without the annotation; on a conflict it reads and tries again. */
static void go_on_asking(struct follower *follower, int app)
{
	struct tool *tool = follower->tool;
	struct ask *ask = &follower->asks[app];
	const struct sg_app_request request = {
		.namespace = facts_namespace, .name = facts_name(app)};

	if (!ask->patched && tool->world.now_ms >= ask->patch_ms) {
		ask->patched = true;
		world_say(&tool->world, app, "    we ask for a refresh");
		if (tool->world.apps[app].object.refresh == REFRESH_ABSENT)
			(void)world_refresh(&tool->world, app, ask->word);
	}
	if (tool->world.now_ms < ask->answer_ms)
		return;
	ask->under_way = false;
	sg_app_fold_answered(follower->fold, &request, tool->world.now_ms);
}

/* Most answers come at once; others when much has happened since, or not at all. */
static void begin_asking(struct follower *follower, int app, const struct sg_app_request *request)
{
	struct tool *tool = follower->tool;
	int64_t now = tool->world.now_ms;
	struct ask *ask = &follower->asks[app];

	*ask = (struct ask){.under_way = true,
		.word = request->refresh == SG_APP_REFRESH_HARD ? REFRESH_HARD : REFRESH_NORMAL,
		.patch_ms = now,
		.answer_ms = now};
	if (dice_chance(&tool->delays, 40)) {
		ask->patch_ms += dice_span(&tool->delays, 0, 12000);
		ask->answer_ms = ask->patch_ms + dice_span(&tool->delays, 0, 18000);
	}
	if (dice_chance(&tool->delays, 5)) {
		ask->patch_ms = NEVER;
		ask->answer_ms = now + 30000;
	}
	sg_app_fold_requesting(follower->fold, request, now);
	go_on_asking(follower, app);
}

static void ask_refresh(struct follower *follower)
{
	struct tool *tool = follower->tool;
	struct sg_app_request request;

	for (int i = 0; i < tool->plan->app_count; i++)
		if (follower->asks[i].under_way)
			go_on_asking(follower, i);
	if (!follower->policy.may_refresh || breaks_is(tool->broken, "no-refresh") ||
		!sg_app_fold_request(follower->fold, tool->world.now_ms, &request))
		return;
	for (int i = 0; i < tool->plan->app_count; i++)
		if (strcmp(facts_name(i), request.name) == 0)
			begin_asking(follower, i, &request);
}

/* Twice in a row another version than the watch, which has not moved: the watch is dead. */
static void read_beside(struct follower *follower)
{
	const struct world *world = &follower->tool->world;
	uint64_t seen = follower->held[follower->root].version;

	if (world->now_ms < follower->poll_ms)
		return;
	follower->poll_ms = world->now_ms + POLL_MS;
	if (world->apps[follower->root].object.version != seen && follower->polled == seen)
		watch_restart(follower);
	follower->polled = seen;
}

static void judge_end(struct follower *follower)
{
	struct tool *tool = follower->tool;
	const struct sg_app_verdict *verdict = sg_app_fold_verdict(follower->fold);
	struct judgement *judgement = &tool->outcome->judgement;

	uint64_t versions[APPS_MAX];

	for (int i = 0; i < APPS_MAX; i++)
		versions[i] = follower->held[i].version;
	follower->ended = true;
	say_verdict(follower, "the end");
	if (verdict->kind == SG_APP_SUCCESS)
		oracle_green(&tool->world, follower->root, judgement);
	else if (verdict->kind == SG_APP_FAIL)
		oracle_red(&tool->world, follower->root, verdict, versions, judgement);
	else if (verdict->kind == SG_APP_WAIT)
		oracle_end(&tool->world, follower->root, verdict, judgement);
}

static void step(struct follower *follower)
{
	int64_t now = follower->tool->world.now_ms;

	drain(follower);
	if (sg_app_fold_next_look(follower->fold, now) <= now)
		sg_app_fold_tick(follower->fold, now);
	confirm(follower);
	if (follower->confirmed || kind_of(follower) == SG_APP_FAIL ||
		kind_of(follower) == SG_APP_POLICY) {
		judge_end(follower);
		return;
	}
	ask_refresh(follower);
	read_beside(follower);
}

static int64_t first(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t due(const struct follower *follower)
{
	int64_t now = follower->tool->world.now_ms;
	int64_t at = first(sg_app_fold_next_look(follower->fold, now), follower->poll_ms);

	if (breaks_is(follower->tool->broken, "no-refresh"))
		at = follower->poll_ms;
	for (int i = 0; i < follower->tool->plan->app_count; i++) {
		const struct ask *ask = &follower->asks[i];

		if (ask->under_way)
			at = first(at, ask->patched ? ask->answer_ms
						    : first(ask->patch_ms, ask->answer_ms));
	}
	if (follower->count)
		at = first(at, follower->queue[follower->first].at_ms);
	return at;
}

static void begin(struct tool *tool, int root)
{
	const struct plan *plan = tool->plan;
	struct follower *follower = &tool->followers[tool->count++];

	*follower = (struct follower){.tool = tool, .root = root, .policy = plan->policy};
	follower->images[0] = facts_image(plan->commits[plan->wanted].apps[root].version);
	follower->want = (struct sg_app_want){.revision = plan->commits[plan->wanted].sha,
		.repo_url = facts_repository,
		.branch = "main",
		.branch_is_default = true,
		.images = follower->images,
		.image_count = plan->apps[root].wants_image};
	breaks_policy(tool->broken, &follower->policy);
	follower->beside = (struct sg_app_beside){
		.project = read_project, .set = read_set, .item = read_item, .arg = follower};
	follower->fold = sg_app_fold_new(
		&follower->want, &follower->policy, &tool->ancestry, &follower->beside);
	follower->poll_ms = tool->world.now_ms + POLL_MS;
	watch_relist(follower, tool->world.now_ms);
}

/* When the next thing happens: in the world, to a follower, or a stream comes back. */
static int64_t next(const struct tool *tool)
{
	int64_t at = world_next(&tool->world);

	for (size_t i = 0; i < SG_COUNT(tool->plan->watch_cut); i++)
		if (tool->plan->watch_cut[i].to_ms > tool->world.now_ms)
			at = first(at, tool->plan->watch_cut[i].to_ms);
	for (int i = 0; i < tool->count; i++)
		if (!tool->followers[i].ended)
			at = first(at, due(&tool->followers[i]));
	return at;
}

static void reconnect(struct tool *tool)
{
	for (size_t c = 0; c < SG_COUNT(tool->plan->watch_cut); c++)
		if (tool->plan->watch_cut[c].to_ms == tool->world.now_ms)
			for (int i = 0; i < tool->count; i++)
				if (!tool->followers[i].ended)
					watch_restart(&tool->followers[i]);
}

static bool any_open(const struct tool *tool)
{
	for (int i = 0; i < tool->count; i++)
		if (!tool->followers[i].ended)
			return true;
	return false;
}

static void run(struct tool *tool)
{
	struct judgement *judgement = &tool->outcome->judgement;

	while (any_open(tool) && !judgement->why[0]) {
		int64_t at = first(next(tool), tool->plan->deadline_ms);

		world_run(&tool->world, at);
		reconnect(tool);
		for (int i = 0; i < tool->count; i++) {
			if (!tool->followers[i].ended)
				step(&tool->followers[i]);
			if (!tool->followers[i].ended && at >= tool->plan->deadline_ms)
				judge_end(&tool->followers[i]);
		}
	}
}

void tool_run(const struct plan *plan, const char *broken, bool trace, struct outcome *ret)
{
	static struct tool tool; /* large; one history at a time */

	*ret = (struct outcome){.ended = ""};
	tool.ancestry.contains = contains;
	tool.plan = plan;
	tool.broken = broken;
	tool.dice.state = plan->seed ^ (plan->number << 20);
	tool.delays.state = ~tool.dice.state;
	tool.count = 0;
	tool.outcome = ret;
	world_start(plan, &tool.world);
	tool.world.trace = trace;
	world_run(&tool.world, plan->start_ms);
	tool.world.written = watch_written;
	tool.world.arg = &tool;
	for (int i = 0; i < plan->app_count; i++)
		if (plan->apps[i].followed)
			begin(&tool, i);
	run(&tool);
	for (int i = 0; i < tool.count; i++)
		sg_app_fold_free(tool.followers[i].fold);
}
