/*
 * Ways in which a table, or whoever drives it, can be wrong. Each bends what goes into the real
 * fold, or what comes out; the histories must find every one of them.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "world.h"

/* X(name, what is broken) */
#define BREAKS(X)                                                                                  \
	X("no-ancestry", "an older revision counts as the wanted one")                             \
	X("unknown-is-yes", "a revision that Git does not know counts as the wanted one")          \
	X("lost-is-fine", "a revision without the wanted one counts as it")                        \
	X("no-proof", "failures are believed at the first look, without a grace")                  \
	X("no-row-3", "a comparison that failed is taken for one that went well")                  \
	X("no-row-5-8", "an operation that runs is not seen")                                      \
	X("no-row-6", "an operation that failed is not seen")                                      \
	X("no-row-12", "a changed spec is not seen")                                               \
	X("no-row-13", "a status from before the last sync is believed")                           \
	X("no-row-14-17", "out of sync is taken for synced")                                       \
	X("no-row-18", "degraded is taken for healthy")                                            \
	X("no-row-19", "progressing is taken for healthy")                                         \
	X("no-row-22", "images are not looked at")                                                 \
	X("no-children", "children are not looked at")                                             \
	X("no-refresh", "nobody asks for a refresh, and nothing else wakes the fold")              \
	X("any-failed-sync", "a failed sync of whatever revision is ours")                         \
	X("late-writes", "a late write of Running is believed for ever")                           \
	X("no-second-look", "a success of the watch is not read again")

bool breaks_know(const char *name)
{
#define SG_X(word, text)                                                                           \
	if (strcmp(name, word) == 0)                                                               \
		return true;
	BREAKS(SG_X)
#undef SG_X
	return false;
}

void breaks_print(void)
{
#define SG_X(word, text) (void)printf("%-16s %s\n", word, text);
	BREAKS(SG_X)
#undef SG_X
}

bool breaks_is(const char *name, const char *what)
{
	return name && strcmp(name, what) == 0;
}

void breaks_policy(const char *name, struct sg_app_policy *policy)
{
	if (breaks_is(name, "no-proof"))
		policy->confirm_ms = policy->degraded_grace_ms = policy->image_grace_ms =
			policy->out_of_sync_grace_ms = 0;
}

enum sg_answer breaks_answer(const char *name, enum sg_answer answer)
{
	if (breaks_is(name, "unknown-is-yes") && answer == SG_ANSWER_UNKNOWN)
		return SG_ANSWER_YES;
	return answer;
}

static void forget_operation(struct sg_app *app)
{
	app->operation_set = false;
	if (app->operation.phase == SG_PHASE_RUNNING ||
		app->operation.phase == SG_PHASE_TERMINATING)
		app->operation.phase = SG_PHASE_SUCCEEDED;
}

static void forget_children(struct facts *facts)
{
	size_t kept = 0;

	for (size_t i = 0; i < facts->app.resource_count; i++)
		if (strcmp(facts->resources[i].kind, "Application") != 0)
			facts->resources[kept++] = facts->resources[i];
	facts->app.resource_count = kept;
}

static void forget_comparison(struct sg_app *app, const char *wanted)
{
	if (app->sync != SG_SYNC_UNKNOWN || app->many_sources)
		return;
	app->revision.one = wanted;
	app->sync = SG_SYNC_SYNCED;
	app->condition_count = 0;
}

void breaks_facts(const char *name, const char *wanted, struct facts *facts)
{
	struct sg_app *app = &facts->app;

	if (breaks_is(name, "no-row-3"))
		forget_comparison(app, wanted);
	else if (breaks_is(name, "no-row-5-8"))
		forget_operation(app);
	else if (breaks_is(name, "no-row-6") && app->operation.phase >= SG_PHASE_FAILED)
		app->operation.phase = SG_PHASE_SUCCEEDED;
	else if (breaks_is(name, "no-row-12"))
		app->compared_source = app->spec_source;
	else if (breaks_is(name, "no-row-13"))
		app->operation.finished_s = SG_APP_NO_TIME;
	else if (breaks_is(name, "no-row-14-17") && app->sync == SG_SYNC_OUT_OF_SYNC)
		app->sync = SG_SYNC_SYNCED;
	else if (breaks_is(name, "no-row-18") && app->health == SG_APP_DEGRADED)
		app->health = SG_APP_HEALTHY;
	else if (breaks_is(name, "no-row-19") && app->health == SG_APP_PROGRESSING)
		app->health = SG_APP_HEALTHY;
	else if (breaks_is(name, "no-row-22"))
		app->images.count = 0;
	else if (breaks_is(name, "no-children"))
		forget_children(facts);
	else if (breaks_is(name, "late-writes") && app->operation.phase == SG_PHASE_RUNNING)
		app->operation_set = true;
	else if (breaks_is(name, "any-failed-sync"))
		app->operation.result = app->operation.asked = app->revision;
}
