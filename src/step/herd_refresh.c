/* Refreshes: several are under way at the same time, and nobody waits for one. */
#include <stdlib.h>

#include "base/alloc.h"
#include "step/follower.h"

#define AT_ONCE 16
/* Of one that is not answered. */
#define ASK_MAX_MS 30000

struct sg_herd_refresh {
	struct sg_follower *follower; /* who wants to know whether it was taken */
	struct sg_herd_app *app;
	enum sg_refresh_kind kind;
	struct sg_refresh *ask; /* NULL: it has not been sent yet */
	size_t news;            /* of the application, when it was sent */
	struct sg_herd_refresh *next;
};

void sg_herd_refresh(struct sg_herd *herd, struct sg_herd_app *app, enum sg_refresh_kind kind,
	struct sg_follower *follower)
{
	struct sg_herd_refresh *refresh = sg_calloc(1, sizeof(*refresh));

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
	sg_refresh_free(refresh->ask);
	free(refresh);
}

void sg_herd_release_refreshes(struct sg_herd *herd)
{
	while (herd->refreshes)
		drop(herd, &herd->refreshes);
}

/* Guarded by what is known of the application now, not when it was asked for. */
static void begin(struct sg_herd *herd, struct sg_herd_refresh *refresh)
{
	const struct sg_herd_app *app = refresh->app;
	int64_t until_ms = sg_loop_after(herd->client->http->loop, ASK_MAX_MS);

	if (herd->world->deadline_ms < until_ms)
		until_ms = herd->world->deadline_ms;
	refresh->news = app->news;
	refresh->ask = sg_refresh_new(herd->client, &app->name, refresh->kind,
		app->version[0] ? app->version : NULL, until_ms);
}

/*
 * The application as our patch left it is an event where the watch is none (cluster/watch.h). Where
 * something was told meanwhile it may be older than that.
 */
static void feed(const struct sg_herd_refresh *refresh, struct sg_json *object)
{
	if (refresh->news == refresh->app->news)
		sg_herd_feed(refresh->app, object);
	else
		sg_json_free(object);
}

static bool is_there(const struct sg_herd_refresh *refresh)
{
	return refresh->app->app && refresh->app->app->refresh;
}

/* 0: not over yet. -1: WHY it was not taken. */
static int step(struct sg_herd *herd, struct sg_herd_refresh *refresh, enum sg_refresh_result *ret,
	struct sg_err *why)
{
	struct sg_json *object;
	int n;

	*ret = SG_REFRESH_ALREADY_THERE;
	if (sg_follower_over(refresh->follower) || (!refresh->ask && is_there(refresh)))
		return 1;
	if (!refresh->ask)
		begin(herd, refresh);
	n = sg_refresh_step(refresh->ask, ret, &object, why);
	if (n > 0)
		feed(refresh, object);
	return n;
}

int sg_herd_step_refreshes(struct sg_herd *herd, struct sg_err *err)
{
	struct sg_herd_refresh **at = &herd->refreshes;

	for (size_t under_way = 0; *at && under_way < AT_ONCE;) {
		struct sg_herd_refresh *refresh = *at;
		enum sg_refresh_result result;
		struct sg_err why = SG_ERR_INIT;
		int n = step(herd, refresh, &result, &why);

		if (n == 0) {
			under_way++;
			at = &refresh->next;
			continue;
		}
		if (n < 0 && why.reason == SG_R_CANCELLED) {
			*err = why;
			return -1;
		}
		sg_follower_refreshed(refresh->follower, refresh->app, refresh->kind,
			n > 0 && result == SG_REFRESH_NOT_PERMITTED, n < 0 ? &why : NULL);
		sg_herd_stir(herd, refresh->follower);
		drop(herd, at);
	}
	return 0;
}

int64_t sg_herd_refreshes_due_ms(const struct sg_herd *herd)
{
	const struct sg_herd_refresh *refresh = herd->refreshes;
	int64_t due_ms = SG_NEVER;

	for (size_t i = 0; refresh && i < AT_ONCE; i++, refresh = refresh->next) {
		int64_t at_ms = refresh->ask ? sg_refresh_due_ms(refresh->ask) : 0;

		if (at_ms < due_ms)
			due_ms = at_ms;
	}
	return due_ms;
}
