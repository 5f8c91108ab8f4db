#include "model/event.h"

#include <string.h>

#include "base/attr.h"

#define TEXT_MAX 300

enum subject { OF_MAKER, OF_POD };

/* GRACE_MS: on top of the time in which nothing has moved. A volume may have to leave another node
 * first, what it holds may be written by somebody else, and a node may have to be added. */
static const struct bad {
	const char *reason;
	enum subject subject;
	enum sg_app_code code;
	int64_t grace_ms;
} bad[] = {
	{"FailedCreate", OF_MAKER, SG_APP_CODE_PODS_REFUSED, 0},
	{"ReplicaSetCreateError", OF_MAKER, SG_APP_CODE_PODS_REFUSED, 0},
	{"FailedScheduling", OF_POD, SG_APP_CODE_UNSCHEDULABLE, 300000},
	{"FailedMount", OF_POD, SG_APP_CODE_VOLUME_FAILED, 60000},
	{"FailedAttachVolume", OF_POD, SG_APP_CODE_VOLUME_FAILED, 360000},
};

/* What shows that it went on. */
static const char *const good[] = {"ScalingReplicaSet", "SuccessfulCreate", "Scheduled",
	"SuccessfulAttachVolume", "Pulling", "Pulled", "Created", "Started"};

static bool is_good(const struct sg_event *event)
{
	for (size_t i = 0; i < SG_COUNT(good); i++)
		if (strcmp(event->reason, good[i]) == 0)
			return true;
	return false;
}

static const struct bad *bad_of(const struct sg_event *event, enum subject subject)
{
	if (strcmp(event->type, "Warning") != 0 || !event->timed)
		return NULL;
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		if (bad[i].subject == subject && strcmp(bad[i].reason, event->reason) == 0)
			return &bad[i];
	return NULL;
}

/* Times have seconds: what went well in the same one may have been later. */
static bool went_on(const struct sg_event *events, size_t count, int64_t since_s)
{
	for (size_t i = 0; i < count; i++)
		if (is_good(&events[i]) && (!events[i].timed || events[i].last_s >= since_s))
			return true;
	return false;
}

bool sg_events_stuck(const struct sg_event *events, size_t count, int64_t since_s, const char *pod,
	struct sg_arena *arena, struct sg_stuck *ret)
{
	const struct sg_event *newest = NULL;
	const struct bad *why = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct bad *found = bad_of(&events[i], pod ? OF_POD : OF_MAKER);

		if (!found || (newest && events[i].last_s <= newest->last_s))
			continue;
		newest = &events[i];
		why = found;
	}
	if (!newest || newest->last_s < since_s || went_on(events, count, newest->last_s))
		return false;
	*ret = (struct sg_stuck){.code = why->code,
		.grace_ms = why->grace_ms,
		.sentence = sg_arena_printf(arena, "%s%.253s: event %.60s: %.*s",
			pod ? "pod " : "no pods", pod ? pod : "", newest->reason, TEXT_MAX,
			newest->message)};
	if (why->subject == OF_MAKER && strstr(newest->message, "exceeded quota"))
		ret->code = SG_APP_CODE_QUOTA;
	return true;
}
