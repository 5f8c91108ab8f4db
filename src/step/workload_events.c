/* Why something stands still that has no pod, or whose pod has not begun: what events say. */
#include "step/workload_scan_impl.h"

#define IDLE_MS 120000 /* old pods that go make room, and images are pulled */
#define SLACK_S 60     /* between the clocks of the cluster's parts */
#define LISTS_MAX 4    /* in one pass */
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

int sg_scan_events(struct scan *scan, const struct sg_scan_mute *mute, struct sg_stuck *ret,
	struct sg_err *err)
{
	struct sg_events events = {0};
	struct sg_err why = SG_ERR_INIT;
	int64_t since_s;

	if (!is_idle(scan, mute->label, &since_s) || !mute->uid[0] ||
		sg_scan_is_denied(scan, EVENTS) || scan->event_lists == LISTS_MAX)
		return 0;
	scan->event_lists++;
	if (sg_cluster_list_events(scan->read, mute->namespace, mute->uid, &events, &why) < 0)
		return sg_scan_leave_out(scan, EVENTS, &why, err);
	return !events.cut && sg_events_stuck(events.items, events.count, since_s, mute->pod,
				      scan->read->arena, ret);
}
