/* Syncs that a follower starts, where the configuration lets it. */
#include <string.h>

#include "base/alloc.h"
#include "step/follower.h"

/* Between two tries. */
#define AGAIN_MS 10000

static const char *why(const struct sg_follower *follower)
{
	const char *job = sg_env_nonempty(follower->world->env, "CI_JOB_URL");

	return sg_arena_printf(follower->world->arena, "stagegate waits for %s%s%s",
		follower->ask->service, job ? ": " : "", job ? job : "");
}

static void say(struct sg_follower *follower)
{
	struct sg_arena *arena = follower->world->arena;
	const char **slot =
		sg_arena_push(arena, &follower->did.items, &follower->did.count, sizeof(*slot));

	*slot = sg_arena_printf(arena, "Application %s/%s: a sync of %.12s was started",
		follower->sync_app->name.namespace, follower->sync_app->name.name,
		follower->sync_revision);
	sg_console_did(follower->world->console, follower->sync_app->name.name,
		sg_app_code_name(SG_APP_CODE_NEEDS_MANUAL_SYNC), NULL,
		"a sync of %.12s was started", follower->sync_revision);
}

/* Each version of the application is asked once: what comes of it is seen by the watch. */
static bool is_new(struct sg_follower *follower, const char *version)
{
	if (!version || (follower->synced && strcmp(follower->synced, version) == 0))
		return false;
	sg_free_ptr(&follower->synced);
	follower->synced = sg_strdup(version);
	return true;
}

/* WHY NULL: it was not. */
static void refused(struct sg_follower *follower, const struct sg_err *why)
{
	const struct sg_cluster_app *name = &follower->sync_app->name;

	sg_follower_refused(follower, "sync could be started", follower->client, name->namespace,
		name->name, why);
}

/* It is tried again with the next look: what stands in the way may go without a trace here. */
static void later(struct sg_follower *follower, const struct sg_err *trouble)
{
	sg_debug(follower->world->log, "sync of %s: %s", follower->sync_app->name.name,
		trouble->cause);
	refused(follower, trouble);
	sg_free_ptr(&follower->synced);
	follower->sync_ms = sg_follower_now_ms(follower) + AGAIN_MS;
}

void sg_follower_drop_sync(struct sg_follower *follower)
{
	sg_sync_free(follower->sync);
	follower->sync = NULL;
	sg_free_ptr(&follower->sync_revision);
}

/* False: none is wanted. */
static bool begin(struct sg_follower *follower)
{
	struct sg_app_wanted_sync sync;
	struct sg_cluster_app name;

	if (!follower->policy.sync_manually || sg_follower_now_ms(follower) < follower->sync_ms ||
		!sg_app_fold_sync(follower->fold, &sync))
		return false;
	name = (struct sg_cluster_app){sync.namespace, sync.name};
	if (!is_new(follower, sg_follower_version_of(follower, &name)))
		return false;
	follower->sync_app = sg_follower_herd_app(follower, &name);
	follower->sync_revision = sg_strdup(sync.revision);
	follower->sync = sg_sync_new(follower->client, &follower->sync_app->name, sync.revision,
		follower->synced, why(follower), sg_follower_until_ms(follower));
	return true;
}

/* What came of it. */
static void finish(struct sg_follower *follower, enum sg_sync_result result)
{
	refused(follower, NULL);
	if (result == SG_SYNC_STARTED)
		say(follower);
	sg_follower_drop_sync(follower);
	if (result == SG_SYNC_NOT_PERMITTED) {
		follower->policy.sync_manually = false;
		sg_follower_take_side(follower); /* judges anew */
	}
}

int sg_follower_sync(struct sg_follower *follower, struct sg_err *err)
{
	struct sg_err trouble = SG_ERR_INIT;
	enum sg_sync_result result;
	int n;

	if (!follower->sync && !begin(follower))
		return 0;
	n = sg_sync_step(follower->sync, &result, &trouble);
	if (n < 0 && trouble.reason == SG_R_CANCELLED) {
		*err = trouble;
		return -1;
	}
	if (n > 0)
		finish(follower, result);
	if (n < 0) {
		later(follower, &trouble);
		sg_follower_drop_sync(follower);
	}
	return 0;
}
