#include <string.h>

#include "cluster/selector.h"
#include "cluster/workload.h"
#include "model/ids.h"

#define CONTAINERS_MAX 256

struct raw {
	struct sg_pod facts;
	const char *phase;
	const char *deletion;
	const char *creation;
};

#define RAW(type, member, path) SG_APP_FIELD(type, raw, member, path)

static const struct sg_json_field pod_fields[] = {
	RAW(SG_FIELD_STR, facts.namespace, "metadata.namespace"),
	RAW(SG_FIELD_STR, facts.name, "metadata.name"),
	RAW(SG_FIELD_STR, facts.uid, "metadata.uid"),
	RAW(SG_FIELD_STR, deletion, "metadata.deletionTimestamp"),
	RAW(SG_FIELD_STR, creation, "metadata.creationTimestamp"),
	RAW(SG_FIELD_STR, facts.restart_policy, "spec.restartPolicy"),
	RAW(SG_FIELD_STR, phase, "status.phase"),
	RAW(SG_FIELD_STR, facts.reason, "status.reason"),
	RAW(SG_FIELD_STR, facts.message, "status.message"),
};

struct raw_container {
	struct sg_container facts;
	const struct sg_json *waiting;
	const struct sg_json *running;
	const struct sg_json *ended;
	const struct sg_json *last;
};

#define CONTAINER(type, member, path) SG_APP_FIELD(type, raw_container, member, path)

static const struct sg_json_field container_fields[] = {
	CONTAINER(SG_FIELD_STR, facts.name, "name"),
	CONTAINER(SG_FIELD_STR, facts.image, "image"),
	CONTAINER(SG_FIELD_BOOL, facts.ready, "ready"),
	CONTAINER(SG_FIELD_I64, facts.restart_count, "restartCount"),
	CONTAINER(SG_FIELD_STR, facts.waiting_reason, "state.waiting.reason"),
	CONTAINER(SG_FIELD_STR, facts.waiting_message, "state.waiting.message"),
	CONTAINER(SG_FIELD_JSON, waiting, "state.waiting"),
	CONTAINER(SG_FIELD_JSON, running, "state.running"),
	CONTAINER(SG_FIELD_JSON, ended, "state.terminated"),
	CONTAINER(SG_FIELD_JSON, last, "lastState.terminated"),
};

static const struct sg_json_field end_fields[] = {
	SG_APP_FIELD(SG_FIELD_I64, sg_container_end, exit_code, "exitCode"),
	SG_APP_FIELD(SG_FIELD_STR, sg_container_end, reason, "reason"),
	SG_APP_FIELD(SG_FIELD_STR, sg_container_end, message, "message"),
};

static int64_t ran_s(const struct sg_json *value)
{
	const char *started = sg_json_str(sg_json_get(value, "startedAt"), "");
	const char *finished = sg_json_str(sg_json_get(value, "finishedAt"), "");
	int64_t from_s, to_s;

	if (!sg_time_parse(sg_str_of(started), &from_s) ||
		!sg_time_parse(sg_str_of(finished), &to_s))
		return -1;
	return to_s - from_s;
}

static int read_end(const struct sg_app_reader *reader, const struct sg_json *value,
	const char *path, struct sg_container_end *ret)
{
	ret->said = value != NULL;
	ret->ran_s = ran_s(value);
	return sg_app_reader_fields(reader, value, path, end_fields, SG_COUNT(end_fields), ret);
}

static int read_container(const struct sg_app_reader *reader, const struct sg_json *value,
	const char *path, struct sg_container *ret)
{
	struct raw_container raw = {0};

	if (sg_app_reader_fields(
		    reader, value, path, container_fields, SG_COUNT(container_fields), &raw) < 0 ||
		read_end(reader, raw.ended, path, &raw.facts.end) < 0 ||
		read_end(reader, raw.last, path, &raw.facts.last_end) < 0)
		return -1;
	raw.facts.started_s = SG_APP_NO_TIME;
	if (raw.running)
		raw.facts.started_s =
			sg_workload_time(sg_json_str(sg_json_get(raw.running, "startedAt"), ""));
	if (raw.waiting)
		raw.facts.state = SG_CONTAINER_WAITING;
	else if (raw.running)
		raw.facts.state = SG_CONTAINER_RUNNING;
	else if (raw.ended)
		raw.facts.state = SG_CONTAINER_ENDED;
	*ret = raw.facts;
	return 0;
}

/* Has the container NAME of the spec a probe whose passing makes it ready? */
static bool is_probed(const struct sg_json *object, const char *name)
{
	const struct sg_json *all = sg_json_at(object, "spec.containers");

	for (const struct sg_json *e = sg_json_first(all); e; e = sg_json_next(e))
		if (strcmp(sg_json_str(sg_json_get(e, "name"), ""), name) == 0)
			return sg_json_get(e, "readinessProbe") || sg_json_get(e, "startupProbe");
	return false;
}

struct containers {
	struct sg_container *items;
	size_t count;
};

static int read_containers(const struct sg_app_reader *reader, const struct sg_json *object,
	bool init, struct containers *all)
{
	const char *path = init ? "status.initContainerStatuses" : "status.containerStatuses";
	const struct sg_json *array;

	if (sg_app_reader_array(reader, object, path, &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct sg_container *item;

		if (all->count == CONTAINERS_MAX)
			return sg_fail(reader->err, SG_R_ANSWER_INVALID,
				"%s: more than %d containers", reader->where, CONTAINERS_MAX);
		item = sg_arena_push(reader->arena, &all->items, &all->count, sizeof(*item));
		if (read_container(reader, e, path, item) < 0)
			return -1;
		item->init = init;
		item->probed = !init && is_probed(object, item->name);
	}
	return 0;
}

static int read_conditions(
	const struct sg_app_reader *reader, const struct sg_json *object, struct sg_pod *pod)
{
	const struct sg_workload_condition *items;
	size_t count;

	if (sg_workload_conditions(reader, object, &items, &count) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct sg_workload_condition *one = &items[i];

		if (strcmp(one->type, "Ready") == 0) {
			pod->ready = strcmp(one->status, "True") == 0;
			pod->ready_s = one->changed_s;
		}
		if (strcmp(one->type, "PodScheduled") == 0 && strcmp(one->status, "False") == 0 &&
			strcmp(one->reason, "Unschedulable") == 0)
			pod->unschedulable = one->message[0] ? one->message : "no node takes it";
	}
	return 0;
}

/* CREATED is by the clock of the API server; the others are by that of the node. */
static int64_t ready_since(const struct sg_pod *pod, const char *created)
{
	int64_t since_s = sg_workload_time(created);
	bool any = false;

	if (!pod->ready || pod->ready_s == SG_APP_NO_TIME || since_s == SG_APP_NO_TIME)
		return SG_APP_NO_TIME;
	if (pod->ready_s > since_s)
		since_s = pod->ready_s;
	for (size_t i = 0; i < pod->container_count; i++) {
		const struct sg_container *one = &pod->containers[i];

		if (one->init)
			continue;
		if (one->started_s == SG_APP_NO_TIME)
			return SG_APP_NO_TIME;
		any = true;
		since_s = one->started_s > since_s ? one->started_s : since_s;
	}
	return any ? since_s : SG_APP_NO_TIME;
}

int sg_pod_decode(const struct sg_json *object, struct sg_arena *arena, struct sg_pod *ret,
	struct sg_err *err)
{
	const struct sg_json *metadata = sg_json_get(object, "metadata");
	struct sg_app_reader reader = {arena, "", err, NULL};
	struct raw raw = {.facts = {.unschedulable = "", .ready_s = SG_APP_NO_TIME}};
	struct containers containers = {0};

	reader.where = sg_arena_printf(
		arena, "pod %.253s", sg_json_str(sg_json_get(metadata, "name"), "?"));
	if (sg_json_type(object) != SG_JSON_OBJECT)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s: expected an object", reader.where);
	if (sg_app_reader_fields(&reader, object, "", pod_fields, SG_COUNT(pod_fields), &raw) < 0)
		return -1;
	if (!raw.facts.name[0])
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "%s: metadata.name: missing", reader.where);
	raw.facts.phase = sg_pod_phase_parse(raw.phase);
	raw.facts.deleting = raw.deletion[0] != '\0';
	if (!raw.facts.restart_policy[0])
		raw.facts.restart_policy = "Always";
	if (sg_workload_owner(&reader, object, &raw.facts.owner) < 0 ||
		sg_workload_images(&reader, sg_json_get(object, "spec"), &raw.facts.images) < 0 ||
		read_containers(&reader, object, true, &containers) < 0 ||
		read_containers(&reader, object, false, &containers) < 0 ||
		read_conditions(&reader, object, &raw.facts) < 0)
		return -1;
	raw.facts.containers = containers.items;
	raw.facts.container_count = containers.count;
	raw.facts.ready_s = ready_since(&raw.facts, raw.creation);
	*ret = raw.facts;
	return 0;
}
