/*
 * Refreshes over Argo CD's own API, whose answer comes once the request is consumed (argocd.md
 * 2.1): several are under way at the same time, and nobody waits for one.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "step/follower.h"

#define AT_ONCE 16

struct sg_herd_refresh {
	struct sg_follower *follower; /* who wants to know whether it was taken */
	struct sg_herd_app *app;
	enum sg_refresh_kind kind;
	struct sg_http_call *call; /* NULL: it has not been sent yet */
	int64_t until_ms;
	struct sg_herd_refresh *next;
};

static int64_t now_of(const struct sg_herd *herd)
{
	return sg_loop_now_ms(herd->client->http->loop);
}

void sg_herd_refresh(struct sg_herd *herd, struct sg_herd_app *app, enum sg_refresh_kind kind,
	struct sg_follower *follower)
{
	struct sg_herd_refresh *refresh;

	if (app->refreshing)
		return;
	refresh = sg_calloc(1, sizeof(*refresh));
	*refresh = (struct sg_herd_refresh){.follower = follower, .app = app, .kind = kind};
	app->refreshing = true;
	*(herd->refreshes ? herd->refreshes_end : &herd->refreshes) = refresh;
	herd->refreshes_end = &refresh->next;
}

static void drop(struct sg_herd *herd, struct sg_herd_refresh **at)
{
	struct sg_herd_refresh *refresh = *at;

	*at = refresh->next;
	if (!*at)
		herd->refreshes_end = at;
	refresh->app->refreshing = false;
	sg_http_end(refresh->call);
	free(refresh);
}

void sg_herd_release_refreshes(struct sg_herd *herd)
{
	while (herd->refreshes)
		drop(herd, &herd->refreshes);
}

static int begin(struct sg_herd *herd, struct sg_herd_refresh *refresh, struct sg_err *why)
{
	refresh->until_ms = sg_loop_after(herd->client->http->loop, SG_REFRESH_PATIENCE_MS);
	return sg_refresh_start(
		herd->client, &refresh->app->name, refresh->kind, &refresh->call, why);
}

/* It was taken, or the answer is left to whoever watches the application: hanging up does not take
 * it back. */
static bool is_over(const struct sg_herd *herd, const struct sg_herd_refresh *refresh)
{
	return refresh->call->done || refresh->call->status == 200 ||
	       now_of(herd) >= refresh->until_ms;
}

/* 0: not over yet. -1: WHY it was not taken. */
static int step(struct sg_herd *herd, struct sg_herd_refresh *refresh, struct sg_err *why)
{
	if (sg_follower_over(refresh->follower))
		return 1;
	if (!refresh->call && begin(herd, refresh, why) < 0)
		return -1;
	if (!is_over(herd, refresh))
		return 0;
	return sg_refresh_judge(herd->client, &refresh->app->name, refresh->call, why) < 0 ? -1 : 1;
}

int sg_herd_step_refreshes(struct sg_herd *herd, struct sg_err *err)
{
	struct sg_herd_refresh **at = &herd->refreshes;

	for (size_t under_way = 0; *at && under_way < AT_ONCE;) {
		struct sg_herd_refresh *refresh = *at;
		struct sg_err why = SG_ERR_INIT;
		int n = step(herd, refresh, &why);

		if (n == 0) {
			under_way++;
			at = &refresh->next;
			continue;
		}
		if (n < 0 && why.reason == SG_R_CANCELLED) {
			*err = why;
			return -1;
		}
		sg_follower_refreshed(refresh->follower, refresh->app->name.name, &why);
		drop(herd, at);
	}
	return 0;
}

int64_t sg_herd_refreshes_due_ms(const struct sg_herd *herd)
{
	const struct sg_herd_refresh *refresh = herd->refreshes;
	int64_t due_ms = SG_NEVER;

	for (size_t i = 0; refresh && i < AT_ONCE; i++, refresh = refresh->next) {
		if (!refresh->call || is_over(herd, refresh))
			return 0;
		if (refresh->until_ms < due_ms)
			due_ms = refresh->until_ms;
	}
	return due_ms;
}
