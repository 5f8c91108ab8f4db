/* Why something stands still that has no pod, or whose pod has not begun: what events say. */
#include "step/workload_scan_impl.h"

#define IDLE_MS 120000   /* old pods that go make room, and images are pulled */
#define SLACK_S 60       /* between the clocks of the cluster's parts */
#define LISTS_MAX 4      /* in one pass */
#define READ_MAX_MS 3000 /* the pass goes on without them */
#define EVENTS SG_WORKLOAD_KIND_COUNT

/*
 * Since when events count, of the cluster's clock: since nothing has moved. False: it is too early
 * to ask, or the cluster's time is not known. For the cause of what is broken any will do.
 */
static bool is_idle(struct scan *scan, const char *label, int64_t *ret_since_s)
{
	int64_t server_s = scan->read->client->server_unix_s, idle_ms;
	int64_t grace_ms = scan->ask->idle_grace_ms ? scan->ask->idle_grace_ms : IDLE_MS;

	*ret_since_s = INT64_MIN;
	if (scan->need != SG_SCAN_PROGRESS)
		return scan->need == SG_SCAN_CAUSE;
	idle_ms = scan->now_ms - sg_idle_since_ms(scan->ask->idle, label, scan->now_ms);
	*ret_since_s = server_s - idle_ms / 1000 - SLACK_S;
	return server_s > 0 && idle_ms >= grace_ms;
}

/* What else the pass has read counts all the same; more of them are not asked for in it. */
static int unread(struct scan *scan, const struct sg_err *why, struct sg_err *err)
{
	scan->event_lists = LISTS_MAX;
	if (why->reason == SG_R_FORBIDDEN || why->reason == SG_R_CANCELLED)
		return sg_scan_leave_out(scan, EVENTS, why, err);
	return 2;
}

int sg_scan_events(struct scan *scan, const struct sg_scan_mute *mute, struct sg_stuck *ret,
	struct sg_err *err)
{
	struct sg_workload_call read = *scan->read;
	int64_t until_ms = sg_loop_after(read.client->http->loop, READ_MAX_MS), since_s;
	struct sg_events events = {0};
	struct sg_err why = SG_ERR_INIT;

	if (!is_idle(scan, mute->label, &since_s) || !mute->uid[0] ||
		sg_scan_is_denied(scan, EVENTS))
		return 0;
	if (scan->event_lists == LISTS_MAX)
		return 2;
	scan->event_lists++;
	read.deadline_ms = until_ms < read.deadline_ms ? until_ms : read.deadline_ms;
	if (sg_cluster_list_events(&read, mute->namespace, mute->uid, &events, &why) < 0)
		return unread(scan, &why, err);
	return !events.cut && sg_events_stuck(events.items, events.count, since_s, mute->pod,
				      scan->read->arena, ret);
}
