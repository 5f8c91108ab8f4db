/* Refreshes that a follower asks for. */
#include <string.h>

#include "step/follower.h"

/* A request beside the watch must not hold up the others for long. */
#define ASK_MAX_MS 30000

int64_t sg_follower_until_ms(const struct sg_follower *follower)
{
	int64_t limit_ms = sg_follower_now_ms(follower) + ASK_MAX_MS;

	return limit_ms < follower->world->deadline_ms ? limit_ms : follower->world->deadline_ms;
}

static bool is_own(const struct sg_follower *follower, const struct sg_cluster_app *app)
{
	return strcmp(app->name, follower->ask->app.name) == 0 &&
	       strcmp(app->namespace, follower->ask->app.namespace) == 0;
}

struct sg_herd_app *sg_follower_herd_app(
	struct sg_follower *follower, const struct sg_cluster_app *app)
{
	return is_own(follower, app) ? follower->seen
				     : sg_herd_child(follower->herd, app, follower, NULL);
}

/* The version that was fed last, of an application that is ours or a child. */
const char *sg_follower_version_of(struct sg_follower *follower, const struct sg_cluster_app *app)
{
	const char *version = is_own(follower, app) ? follower->version
						    : sg_follower_herd_app(follower, app)->version;

	return version[0] ? version : NULL;
}

void sg_follower_refreshed(struct sg_follower *follower, const struct sg_herd_app *app,
	enum sg_refresh_kind kind, bool denied, const struct sg_err *why)
{
	const struct sg_app_request request = {.namespace = app->name.namespace,
		.name = app->name.name,
		.hydrate = kind == SG_REFRESH_HYDRATE};

	if (follower->end)
		return;
	if (denied)
		follower->policy.may_refresh = false; /* a warning of its own says it */
	if (why)
		sg_debug(follower->world->log, "refresh of %s: %s", app->name.name, why->cause);
	sg_follower_refused(follower, "refresh could be asked for", follower->client,
		app->name.namespace, app->name.name, why);
	sg_app_fold_answered(follower->fold, &request, sg_follower_now_ms(follower));
}

/*
 * Trouble while asking is not the end: the watch goes on, and the fold asks again with its own
 * back-off. A refresh that somebody else's follower has under way is as good as ours.
 */
void sg_follower_ask(struct sg_follower *follower)
{
	int64_t now_ms = sg_follower_now_ms(follower);
	struct sg_app_request request;
	struct sg_cluster_app name; /* a child's refresh goes to the child */
	struct sg_herd_app *app;

	if (!follower->policy.may_refresh || !sg_app_fold_request(follower->fold, now_ms, &request))
		return;
	name = (struct sg_cluster_app){request.namespace, request.name};
	app = sg_follower_herd_app(follower, &name);
	if (app->refreshing) {
		sg_app_fold_requested(follower->fold, &request, now_ms);
		return;
	}
	sg_herd_refresh(follower->herd, app, sg_refresh_kind_of(&request), follower);
	sg_app_fold_requesting(follower->fold, &request, now_ms);
}
