#include "cluster/app_reader.h"
#include "cluster/workload.h"
#include "model/ids.h"

struct raw {
	struct sg_event facts;
	const char *last;     /* as client-go's older recorder writes it */
	const char *observed; /* as events.k8s.io writes it, of one that was seen again ... */
	const char *once;     /* ... and of one that was not */
};

#define RAW(member, path) SG_APP_FIELD(SG_FIELD_STR, raw, member, path)

static const struct sg_json_field fields[] = {
	RAW(facts.about_uid, "involvedObject.uid"),
	RAW(facts.type, "type"),
	RAW(facts.reason, "reason"),
	RAW(facts.message, "message"),
	RAW(last, "lastTimestamp"),
	RAW(observed, "series.lastObservedTime"),
	RAW(once, "eventTime"),
};

int sg_event_decode(const struct sg_json *object, struct sg_arena *arena, struct sg_event *ret,
	struct sg_err *err)
{
	const struct sg_app_reader reader = {arena, "event", err, NULL};
	struct raw raw = {0};
	const char **times[] = {&raw.last, &raw.observed, &raw.once};

	if (sg_json_type(object) != SG_JSON_OBJECT)
		return sg_fail(err, SG_R_ANSWER_INVALID, "event: expected an object");
	if (sg_app_reader_fields(&reader, object, "", fields, SG_COUNT(fields), &raw) < 0)
		return -1;
	for (size_t i = 0; i < SG_COUNT(times); i++) {
		int64_t at_s;

		if (!sg_time_parse(sg_str_of(*times[i]), &at_s))
			continue;
		if (!raw.facts.timed || at_s > raw.facts.last_s)
			raw.facts.last_s = at_s;
		raw.facts.timed = true;
	}
	*ret = raw.facts;
	return 0;
}
