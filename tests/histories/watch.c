/* The stream between the world and a follower: late, cut, and after that only the newest. */
#include "base/err.h"
#include "tool.h"

bool in_family(const struct plan *plan, int root, int app)
{
	for (; app >= 0; app = plan->apps[app].parent)
		if (app == root)
			return true;
	return false;
}

static void enqueue(struct follower *follower, int app, int64_t at_ms)
{
	struct event *event;

	SG_ASSERT(follower->count < QUEUE);
	if (at_ms < follower->last_ms)
		at_ms = follower->last_ms;
	follower->last_ms = at_ms;
	event = &follower->queue[(follower->first + follower->count++) % QUEUE];
	*event = (struct event){at_ms, app, follower->tool->world.apps[app].object};
}

static const struct span *cut(const struct tool *tool)
{
	for (size_t i = 0; i < SG_COUNT(tool->plan->watch_cut); i++)
		if (span_holds(&tool->plan->watch_cut[i], tool->world.now_ms))
			return &tool->plan->watch_cut[i];
	return NULL;
}

/* The world has written: the stream brings it, unless it is cut; then only the newest comes later.
 */
void watch_written(void *arg, int app)
{
	struct tool *tool = arg;
	const struct span *silent = cut(tool);

	for (int i = 0; i < tool->count; i++) {
		struct follower *follower = &tool->followers[i];

		if (!follower->fold || follower->ended || silent ||
			!in_family(tool->plan, follower->root, app))
			continue;
		enqueue(follower, app,
			tool->world.now_ms + dice_span(&tool->dice, 0, tool->plan->watch_lag_ms));
	}
}

/* A list: the newest state of everything, and nothing older behind it. */
void watch_relist(struct follower *follower, int64_t at_ms)
{
	const struct plan *plan = follower->tool->plan;

	follower->count = 0;
	follower->last_ms = at_ms;
	for (int i = plan->app_count - 1; i >= 0; i--)
		if (in_family(plan, follower->root, i))
			enqueue(follower, i, at_ms);
}

void watch_restart(struct follower *follower)
{
	const struct tool *tool = follower->tool;
	const struct span *silent = cut(tool);

	watch_relist(follower, silent ? silent->to_ms : tool->world.now_ms);
}
