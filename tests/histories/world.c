/* The clock of the world: what is due next, and everything that happens then. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

#define EPOCH_S INT64_C(1777885200)

int64_t world_s(int64_t ms)
{
	return EPOCH_S + ms / 1000;
}

bool controller_up(const struct world *world, int app)
{
	return !span_holds(&world->plan->controller_down, world->now_ms) &&
	       !world->apps[app].object.skip;
}

/* How long the controller takes for something; sometimes it takes long. */
int64_t world_pace(struct world *world, int64_t low_ms, int64_t high_ms)
{
	int64_t ms = dice_span(&world->dice, low_ms, high_ms);

	return world->plan->slow && dice_chance(&world->dice, 40)
		       ? ms * dice_span(&world->dice, 2, 20)
		       : ms;
}

void world_say(const struct world *world, int app, const char *fmt, ...)
{
	va_list args;

	if (!world->trace)
		return;
	(void)printf("%9lld  %-6s ", (long long)world->now_ms, facts_name(app));
	va_start(args, fmt);
	(void)vprintf(fmt, args);
	va_end(args);
	(void)printf("\n");
}

static void say_object(const struct world *world, int app)
{
	const struct object *o = &world->apps[app].object;

	world_say(world, app,
		"v%llu%s%s%s %s@%d %s rec %lld%s%s%s%s op %s%d/%d started %lld ended %lld%s%s "
		"images %x | live v%d c%d pods %x%s",
		(unsigned long long)o->version, o->refresh ? " REFRESH" : "",
		o->skip ? " SKIP" : "", o->deleting ? " DELETING" : "", sg_app_sync_name(o->sync),
		o->rev, sg_app_health_name(o->health), (long long)(o->reconciled_s - EPOCH_S),
		o->comparison_error ? " COMPARISON" : "", o->invalid_spec ? " INVALID" : "",
		o->controller_error ? " UNKNOWN" : "", o->sync_error ? " SYNCERROR" : "",
		o->operation_set ? "+" : "", (int)o->op.phase, o->op.result,
		o->op.started_s == SG_APP_NO_TIME ? -1 : (long long)(o->op.started_s - EPOCH_S),
		o->op.finished_s == SG_APP_NO_TIME ? -1 : (long long)(o->op.finished_s - EPOCH_S),
		o->op.dry_run ? " dry" : "", o->op.partial ? " partial" : "", o->images,
		world->apps[app].work.spec.version, world->apps[app].work.spec.config,
		world->apps[app].work.pods, world->apps[app].good ? " GOOD" : "");
}

void world_write(struct world *world, int app)
{
	world->apps[app].object.version = ++world->version;
	oracle_written(world, app);
	say_object(world, app);
	if (world->written)
		world->written(world->arg, app);
}

bool world_refresh(struct world *world, int app, enum refresh_word word)
{
	struct object *object = &world->apps[app].object;

	if (object->refresh == word)
		return false;
	object->refresh = word;
	world_write(world, app);
	compare_want(world, app, 3, world_pace(world, 10, 150));
	return true;
}

static void start_app(struct world *world, int app)
{
	const struct plan *plan = world->plan;
	const struct manifest *manifest = &plan->commits[0].apps[app];
	struct app_state *state = &world->apps[app];
	struct live live = {manifest->version, manifest->config, manifest->paused, manifest->extra,
		manifest->scaled_down};
	uint32_t pods = manifest->scaled_down ? 0 : UINT32_C(1) << manifest->version;

	*state = (struct app_state){.see_ms = NEVER,
		.wanted_level = -1,
		.wanted_ms = NEVER,
		.refs_ms = -NEVER / 2,
		.cached_failure = REV_EMPTY,
		.late_ms = NEVER,
		.set_ms = NEVER,
		.swallow_ms = NEVER,
		.failed_rev = REV_EMPTY,
		.unseen_ms = NEVER};
	state->work = (struct workload){.spec = live, .pods = pods};
	state->work.failing_ms = state->work.gone_ms = NEVER;
	state->seen = (struct sight){live, SG_APP_HEALTHY, pods, 0};
	state->poll_ms = dice_span(&world->dice, 0, plan->apps[app].poll_ms);
	state->op.next_ms = NEVER;
	state->object = (struct object){.version = ++world->version,
		.there = true,
		.target = (enum target)dice_span(&world->dice, TARGET_BRANCH, TARGET_FULL),
		.automated = plan->apps[app].automated,
		.sync = SG_SYNC_SYNCED,
		.health = manifest->paused ? SG_APP_SUSPENDED : SG_APP_HEALTHY,
		.health_set = true,
		.reconciled_s = world_s(0),
		.images = pods,
		.extra_listed = manifest->extra,
		.op = {.phase = SG_PHASE_SUCCEEDED,
			.started_s = world_s(-600000),
			.finished_s = world_s(-595000),
			.by = BY_AUTOSYNC}};
}

void world_start(const struct plan *plan, struct world *ret)
{
	*ret = (struct world){.plan = plan, .with_people = true, .pushed = 1};
	ret->dice.state = plan->seed * 2 + plan->number * UINT64_C(0x632be59bd9b4e019);
	for (int i = 0; i < plan->app_count; i++)
		start_app(ret, i);
	oracle_note(ret);
}

static int64_t first(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t edge(const struct span *span, int64_t now_ms)
{
	if (span->from_ms > now_ms)
		return span->from_ms;
	return span->to_ms > now_ms ? span->to_ms : NEVER;
}

int64_t world_next(const struct world *world)
{
	const struct plan *plan = world->plan;
	int64_t at = NEVER;

	if (world->with_people && world->deed < plan->deed_count)
		at = plan->deeds[world->deed].at_ms;
	at = first(at, edge(&plan->controller_down, world->now_ms));
	at = first(at, edge(&plan->project_bad, world->now_ms));
	at = first(at, edge(&plan->git_down, world->now_ms));
	for (int i = 0; i < plan->app_count; i++) {
		at = first(at, workload_next(world, i));
		at = first(at, compare_next(world, i));
		at = first(at, operation_next(world, i));
	}
	return at < world->now_ms ? world->now_ms : at;
}

static void step(struct world *world)
{
	const struct plan *plan = world->plan;

	while (world->with_people && world->deed < plan->deed_count &&
		plan->deeds[world->deed].at_ms <= world->now_ms)
		people_do(world, &plan->deeds[world->deed++]);
	for (int i = 0; i < plan->app_count; i++) {
		workload_step(world, i);
		operation_step(world, i);
		compare_step(world, i);
	}
	oracle_note(world);
}

void world_run(struct world *world, int64_t until_ms)
{
	for (int64_t at = world_next(world); at <= until_ms; at = world_next(world)) {
		world->now_ms = at;
		oracle_note(world);
		step(world);
	}
	if (until_ms > world->now_ms)
		world->now_ms = until_ms;
	oracle_note(world);
}
