/* Refreshes that a follower asks for. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
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

static struct sg_herd_app *herd_app_of(
	struct sg_follower *follower, const struct sg_cluster_app *app)
{
	return is_own(follower, app) ? follower->seen
				     : sg_herd_child(follower->herd, app, follower);
}

/* As our own patch left it, for a watch that is none (cluster/watch.h). */
static void patched(
	struct sg_follower *follower, const struct sg_cluster_app *app, struct sg_json *object)
{
	sg_herd_feed(herd_app_of(follower, app), object);
}

/* The version that was fed last, of an application that is ours or a child. */
const char *sg_follower_version_of(struct sg_follower *follower, const struct sg_cluster_app *app)
{
	const char *version =
		is_own(follower, app) ? follower->version : herd_app_of(follower, app)->version;

	return version[0] ? version : NULL;
}

void sg_follower_refused(
	struct sg_follower *follower, const char *request, const struct sg_err *why)
{
	char text[320];

	sg_free_ptr(&follower->refusal);
	if (!why)
		return;
	(void)snprintf(text, sizeof(text), "no %s: %.255s", request, why->cause);
	follower->refusal = sg_strdup(text);
}

void sg_follower_refreshed(struct sg_follower *follower, const char *name, const struct sg_err *why)
{
	bool taken = why->reason == SG_R_OK;

	if (!taken)
		sg_debug(follower->world->log, "refresh of %s: %s", name, why->cause);
	sg_follower_refused(follower, "refresh could be asked for", taken ? NULL : why);
}

static int ask_kubernetes(struct sg_follower *follower, const struct sg_cluster_app *app,
	enum sg_refresh_kind kind, struct sg_err *err)
{
	enum sg_refresh_result result;
	struct sg_json *object = NULL;
	struct sg_err trouble = SG_ERR_INIT;

	if (sg_cluster_refresh(follower->client, app, kind, sg_follower_version_of(follower, app),
		    sg_follower_until_ms(follower), &result, &object, &trouble) < 0) {
		if (trouble.reason == SG_R_CANCELLED) {
			*err = trouble;
			return -1;
		}
	} else if (result == SG_REFRESH_NOT_PERMITTED) {
		follower->policy.may_refresh = false; /* a warning of its own says it */
		trouble = (struct sg_err)SG_ERR_INIT;
	}
	sg_follower_refreshed(follower, app->name, &trouble);
	if (object)
		patched(follower, app, object);
	return 0;
}

/*
 * Trouble while asking is not the end: the watch goes on, and the fold asks again with its own
 * back-off. Only a signal ends the run here.
 */
int sg_follower_ask(struct sg_follower *follower, struct sg_err *err)
{
	struct sg_app_request request;
	struct sg_cluster_app app; /* a child's refresh goes to the child */

	if (!follower->policy.may_refresh ||
		!sg_app_fold_request(follower->fold, sg_follower_now_ms(follower), &request))
		return 0;
	app = (struct sg_cluster_app){request.namespace, request.name};
	if (follower->client->access->speech == SG_SPEAKS_ARGOCD)
		sg_herd_refresh(follower->herd, herd_app_of(follower, &app),
			sg_refresh_kind_of(&request), follower);
	else if (ask_kubernetes(follower, &app, sg_refresh_kind_of(&request), err) < 0)
		return -1;
	sg_app_fold_requested(follower->fold, &request, sg_follower_now_ms(follower));
	return 0;
}
