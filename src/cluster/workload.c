#include "cluster/workload.h"

#include <string.h>

#include "cluster/app_reader.h"
#include "cluster/selector.h"
#include "model/ids.h"

struct raw {
	struct sg_workload facts;
	const char *deletion;
	const char *strategy;
	const struct sg_json *rolling_update;
	const struct sg_json *workload_ref;
	const struct sg_json *blue_green;
	const struct sg_json *active;
	const char *stable_old; /* where Argo Rollouts before 1.0 wrote it */
	const char *active_old;
	int64_t auto_promotion_s;
};

#define RAW(type, member, path) SG_APP_FIELD(type, raw, member, path)

static const struct sg_json_field common_fields[] = {
	RAW(SG_FIELD_STR, facts.namespace, "metadata.namespace"),
	RAW(SG_FIELD_STR, facts.name, "metadata.name"),
	RAW(SG_FIELD_STR, facts.uid, "metadata.uid"),
	RAW(SG_FIELD_STR, deletion, "metadata.deletionTimestamp"),
	RAW(SG_FIELD_I64, facts.generation, "metadata.generation"),
};

static const struct sg_json_field deployment_fields[] = {
	RAW(SG_FIELD_I64, facts.observed, "status.observedGeneration"),
	RAW(SG_FIELD_BOOL, facts.paused, "spec.paused"),
	RAW(SG_FIELD_I64, facts.wanted, "spec.replicas"),
	RAW(SG_FIELD_I64, facts.replicas, "status.replicas"),
	RAW(SG_FIELD_I64, facts.updated, "status.updatedReplicas"),
	RAW(SG_FIELD_I64, facts.ready, "status.readyReplicas"),
	RAW(SG_FIELD_I64, facts.available, "status.availableReplicas"),
	RAW(SG_FIELD_I64, facts.progress_deadline_s, "spec.progressDeadlineSeconds"),
};

static const struct sg_json_field stateful_set_fields[] = {
	RAW(SG_FIELD_I64, facts.observed, "status.observedGeneration"),
	RAW(SG_FIELD_I64, facts.wanted, "spec.replicas"),
	RAW(SG_FIELD_I64, facts.replicas, "status.replicas"),
	RAW(SG_FIELD_I64, facts.updated, "status.updatedReplicas"),
	RAW(SG_FIELD_I64, facts.ready, "status.readyReplicas"),
	RAW(SG_FIELD_I64, facts.partition, "spec.updateStrategy.rollingUpdate.partition"),
	RAW(SG_FIELD_STR, strategy, "spec.updateStrategy.type"),
	RAW(SG_FIELD_JSON, rolling_update, "spec.updateStrategy.rollingUpdate"),
	RAW(SG_FIELD_STR, facts.current_revision, "status.currentRevision"),
	RAW(SG_FIELD_STR, facts.update_revision, "status.updateRevision"),
};

static const struct sg_json_field daemon_set_fields[] = {
	RAW(SG_FIELD_I64, facts.observed, "status.observedGeneration"),
	RAW(SG_FIELD_I64, facts.wanted, "status.desiredNumberScheduled"),
	RAW(SG_FIELD_I64, facts.replicas, "status.currentNumberScheduled"),
	RAW(SG_FIELD_I64, facts.updated, "status.updatedNumberScheduled"),
	RAW(SG_FIELD_I64, facts.ready, "status.numberReady"),
	RAW(SG_FIELD_I64, facts.available, "status.numberAvailable"),
	RAW(SG_FIELD_STR, strategy, "spec.updateStrategy.type"),
};

static const struct sg_json_field job_fields[] = {
	RAW(SG_FIELD_BOOL, facts.paused, "spec.suspend"),
	RAW(SG_FIELD_I64, facts.job_completions, "spec.completions"),
	RAW(SG_FIELD_I64, facts.job_succeeded, "status.succeeded"),
};

static const struct sg_json_field cron_job_fields[] = {
	RAW(SG_FIELD_BOOL, facts.paused, "spec.suspend"),
	RAW(SG_FIELD_STR, facts.scheduled, "status.lastScheduleTime"),
	RAW(SG_FIELD_STR, facts.succeeded, "status.lastSuccessfulTime"),
	RAW(SG_FIELD_JSON, active, "status.active"),
};

static const struct sg_json_field rollout_fields[] = {
	RAW(SG_FIELD_STR, facts.rollout.observed, "status.observedGeneration"),
	RAW(SG_FIELD_BOOL, facts.paused, "spec.paused"),
	RAW(SG_FIELD_I64, facts.wanted, "spec.replicas"),
	RAW(SG_FIELD_I64, facts.replicas, "status.replicas"),
	RAW(SG_FIELD_I64, facts.updated, "status.updatedReplicas"),
	RAW(SG_FIELD_I64, facts.ready, "status.readyReplicas"),
	RAW(SG_FIELD_I64, facts.available, "status.availableReplicas"),
	RAW(SG_FIELD_I64, facts.progress_deadline_s, "spec.progressDeadlineSeconds"),
	RAW(SG_FIELD_JSON, workload_ref, "spec.workloadRef"),
	RAW(SG_FIELD_JSON, blue_green, "spec.strategy.blueGreen"),
	RAW(SG_FIELD_STR, facts.rollout.phase, "status.phase"),
	RAW(SG_FIELD_STR, facts.rollout.message, "status.message"),
	RAW(SG_FIELD_STR, facts.rollout.current_hash, "status.currentPodHash"),
	RAW(SG_FIELD_STR, facts.rollout.stable_hash, "status.stableRS"),
	RAW(SG_FIELD_STR, stable_old, "status.canary.stableRS"),
	RAW(SG_FIELD_STR, facts.rollout.active_hash, "status.blueGreen.activeSelector"),
	RAW(SG_FIELD_STR, active_old, "status.activeSelector"),
	RAW(SG_FIELD_STR, facts.rollout.workload_observed, "status.workloadObservedGeneration"),
	RAW(SG_FIELD_BOOL, facts.rollout.controller_pause, "status.controllerPause"),
	RAW(SG_FIELD_BOOL, facts.rollout.aborted, "status.abort"),
	RAW(SG_FIELD_STR, facts.rollout.version, "metadata.resourceVersion"),
	RAW(SG_FIELD_I64, facts.rollout.step, "status.currentStepIndex"),
	RAW(SG_FIELD_I64, auto_promotion_s, "spec.strategy.blueGreen.autoPromotionSeconds"),
};

#define KIND(kind, fields, template) [SG_WORKLOAD_##kind] = {fields, SG_COUNT(fields), template}

/* Where each kind says what, and the spec of the pods that it makes. */
static const struct {
	const struct sg_json_field *fields;
	size_t count;
	const char *template;
} readings[] = {
	KIND(DEPLOYMENT, deployment_fields, "spec.template.spec"),
	KIND(STATEFUL_SET, stateful_set_fields, "spec.template.spec"),
	KIND(DAEMON_SET, daemon_set_fields, "spec.template.spec"),
	KIND(REPLICA_SET, deployment_fields, "spec.template.spec"),
	KIND(JOB, job_fields, "spec.template.spec"),
	KIND(CRON_JOB, cron_job_fields, "spec.jobTemplate.spec.template.spec"),
	[SG_WORKLOAD_POD] = {NULL, 0, "spec"},
	KIND(ROLLOUT, rollout_fields, "spec.template.spec"),
};

struct condition {
	struct sg_workload_condition facts;
	const char *changed;
	const char *updated;
};

#define CONDITION(member, path) SG_APP_FIELD(SG_FIELD_STR, condition, member, path)

static const struct sg_json_field condition_fields[] = {
	CONDITION(facts.type, "type"),
	CONDITION(facts.status, "status"),
	CONDITION(facts.reason, "reason"),
	CONDITION(facts.message, "message"),
	CONDITION(changed, "lastTransitionTime"),
	CONDITION(updated, "lastUpdateTime"),
};

int64_t sg_workload_time(const char *text)
{
	int64_t unix_s;

	return sg_time_parse(sg_str_of(text), &unix_s) ? unix_s : SG_APP_NO_TIME;
}

static int64_t later_of(const char *changed, const char *updated)
{
	int64_t a_s = sg_workload_time(changed), b_s = sg_workload_time(updated);

	if ((changed[0] && a_s == SG_APP_NO_TIME) || (updated[0] && b_s == SG_APP_NO_TIME))
		return SG_APP_NO_TIME;
	return a_s > b_s ? a_s : b_s;
}

int sg_workload_conditions(const struct sg_app_reader *reader, const struct sg_json *object,
	const struct sg_workload_condition **ret_items, size_t *ret_count)
{
	struct sg_workload_condition *items = NULL;
	const struct sg_json *array;
	size_t count = 0;

	if (sg_app_reader_array(reader, object, "status.conditions", &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct condition raw = {0};

		if (sg_app_reader_fields(reader, e, "status.conditions[]", condition_fields,
			    SG_COUNT(condition_fields), &raw) < 0)
			return -1;
		raw.facts.changed_s = later_of(raw.changed, raw.updated);
		*(struct sg_workload_condition *)sg_arena_push(
			reader->arena, &items, &count, sizeof(*items)) = raw.facts;
	}
	*ret_items = items;
	*ret_count = count;
	return 0;
}

struct pause {
	const char *reason;
	const char *since;
};

static int read_pauses(const struct sg_app_reader *reader, const struct sg_json *object,
	struct sg_rollout *rollout)
{
	static const struct sg_json_field fields[] = {
		SG_APP_FIELD(SG_FIELD_STR, pause, reason, "reason"),
		SG_APP_FIELD(SG_FIELD_STR, pause, since, "startTime")};
	struct sg_app_strings *ret = &rollout->pauses;
	const struct sg_json *array;
	size_t i = 0;

	if (sg_app_reader_array(reader, object, "status.pauseConditions", &array) < 0)
		return -1;
	ret->items = sg_arena_calloc(reader->arena, sg_json_count(array) + 1, sizeof(*ret->items));
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct pause one = {0};

		if (sg_app_reader_fields(reader, e, "status.pauseConditions[]", fields,
			    SG_COUNT(fields), &one) < 0)
			return -1;
		if (i == 0)
			rollout->paused_since = one.since;
		ret->items[i++] = one.reason;
	}
	ret->count = i;
	return 0;
}

/* `pause: {}` says something here; what is no whole step, or not there, has no pause without end.
 */
static bool is_open_ended(const struct sg_json *object, const struct raw *raw)
{
	const struct sg_json *step, *pause;
	int64_t left = raw->facts.rollout.step;

	if (raw->blue_green)
		return raw->auto_promotion_s == 0;
	step = sg_json_first(sg_json_at(object, "spec.strategy.canary.steps"));
	for (; step && left > 0; left--)
		step = sg_json_next(step);
	pause = left == 0 ? sg_json_get(step, "pause") : NULL;
	return sg_json_type(pause) == SG_JSON_OBJECT && !sg_app_reader_at(pause, "duration");
}

#define REVISION_DEPLOYMENT "deployment.kubernetes.io/revision"
#define REVISION_DAEMON_SET "deprecated.daemonset.template.generation"
#define REVISION_WORKLOAD "rollout.argoproj.io/workload-generation"
#define IGNORE_HEALTH "argocd.argoproj.io/ignore-healthcheck"

static void read_annotations(
	const struct sg_app_reader *reader, const struct sg_json *object, struct sg_workload *facts)
{
	bool daemon_set = facts->kind == SG_WORKLOAD_DAEMON_SET;

	facts->revision = sg_app_reader_annotation(
		reader, object, daemon_set ? REVISION_DAEMON_SET : REVISION_DEPLOYMENT);
	facts->marks = sg_app_reader_marks(reader, object);
	facts->rollout.workload_generation =
		sg_app_reader_annotation(reader, object, REVISION_WORKLOAD);
	facts->health_ignored =
		strcmp(sg_app_reader_annotation(reader, object, IGNORE_HEALTH), "true") == 0;
}

struct writer {
	const char *subresource; /* "status": of its controller */
	const char *time;
};

/*
 * When a CronJob got what it says: nothing else in it tells. Each manager's time is that of its
 * last change of any field.
 */
static int read_written(
	const struct sg_app_reader *reader, const struct sg_json *object, int64_t *ret)
{
	static const struct sg_json_field fields[] = {
		SG_APP_FIELD(SG_FIELD_STR, writer, subresource, "subresource"),
		SG_APP_FIELD(SG_FIELD_STR, writer, time, "time")};
	const struct sg_json *array;
	int64_t latest_s = SG_APP_NO_TIME;

	*ret = SG_APP_NO_TIME;
	if (sg_app_reader_array(reader, object, "metadata.managedFields", &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct writer one = {0};
		int64_t at_s;

		if (sg_app_reader_fields(reader, e, "metadata.managedFields[]", fields,
			    SG_COUNT(fields), &one) < 0)
			return -1;
		if (strcmp(one.subresource, "status") == 0)
			continue;
		at_s = sg_workload_time(one.time);
		if (at_s == SG_APP_NO_TIME)
			return 0;
		latest_s = at_s > latest_s ? at_s : latest_s;
	}
	*ret = latest_s;
	return 0;
}

static int read_kind(
	const struct sg_app_reader *reader, const struct sg_json *object, struct raw *raw)
{
	const struct sg_json *pods = sg_json_at(object, readings[raw->facts.kind].template);

	if (sg_app_reader_fields(reader, object, "", readings[raw->facts.kind].fields,
		    readings[raw->facts.kind].count, raw) < 0 ||
		sg_workload_images(reader, pods, &raw->facts.images) < 0 ||
		sg_workload_selector(
			reader, sg_json_at(object, "spec.selector"), &raw->facts.selector) < 0 ||
		(raw->facts.kind == SG_WORKLOAD_CRON_JOB &&
			read_written(reader, object, &raw->facts.written_s) < 0))
		return -1;
	raw->facts.images_known = raw->workload_ref == NULL;
	raw->facts.rollout.open_ended = is_open_ended(object, raw);
	return read_pauses(reader, object, &raw->facts.rollout);
}

/* What no table of its kind has set. */
static void fill_absent(struct raw *raw)
{
	struct sg_rollout *rollout = &raw->facts.rollout;
	const char **texts[] = {&raw->strategy, &raw->stable_old, &raw->active_old,
		&raw->facts.current_revision, &raw->facts.update_revision, &rollout->observed,
		&rollout->phase, &rollout->message, &rollout->current_hash, &rollout->stable_hash,
		&rollout->active_hash, &rollout->workload_observed, &rollout->paused_since,
		&rollout->version, &raw->facts.scheduled, &raw->facts.succeeded};

	for (size_t i = 0; i < SG_COUNT(texts); i++)
		if (!*texts[i])
			*texts[i] = "";
	if (!rollout->stable_hash[0])
		rollout->stable_hash = raw->stable_old;
	if (!rollout->active_hash[0])
		rollout->active_hash = raw->active_old;
	rollout->blue_green = raw->blue_green != NULL;
	raw->facts.runs_now =
		sg_json_type(raw->active) == SG_JSON_ARRAY && sg_json_first(raw->active);
	raw->facts.deleting = raw->deletion[0] != '\0';
	raw->facts.on_delete = strcmp(raw->strategy, "OnDelete") == 0;
	raw->facts.rolling = raw->rolling_update != NULL && !raw->facts.on_delete;
}

static struct raw nothing_said(enum sg_workload_kind kind)
{
	bool replicated = kind != SG_WORKLOAD_DAEMON_SET;

	return (struct raw){.facts = {.kind = kind,
				    .generation = SG_WORKLOAD_UNSAID,
				    .observed = SG_WORKLOAD_UNSAID,
				    .wanted = replicated ? 1 : SG_WORKLOAD_UNSAID,
				    .replicas = SG_WORKLOAD_UNSAID,
				    .updated = SG_WORKLOAD_UNSAID,
				    .ready = SG_WORKLOAD_UNSAID,
				    .available = SG_WORKLOAD_UNSAID,
				    .progress_deadline_s = SG_WORKLOAD_UNSAID,
				    .job_completions = 1,
				    .written_s = SG_APP_NO_TIME,
				    .rollout = {.step = SG_WORKLOAD_UNSAID}}};
}

int sg_workload_decode(const struct sg_json *object, enum sg_workload_kind kind,
	struct sg_arena *arena, struct sg_workload *ret, struct sg_err *err)
{
	const struct sg_json *metadata = sg_json_get(object, "metadata");
	struct sg_app_reader reader = {arena, "", err, NULL};
	struct raw raw = nothing_said(kind);

	reader.where = sg_arena_printf(arena, "%s %.253s", sg_workload_kind_name(kind),
		sg_json_str(sg_json_get(metadata, "name"), "?"));
	if (sg_json_type(object) != SG_JSON_OBJECT)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s: expected an object", reader.where);
	if (sg_app_reader_fields(
		    &reader, object, "", common_fields, SG_COUNT(common_fields), &raw) < 0 ||
		read_kind(&reader, object, &raw) < 0)
		return -1;
	if (!raw.facts.name[0])
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "%s: metadata.name: missing", reader.where);
	if (sg_workload_owner(&reader, object, &raw.facts.owner) < 0)
		return -1;
	raw.facts.template_hash = sg_workload_label_of(&reader, object, "pod-template-hash");
	if (!raw.facts.template_hash[0])
		raw.facts.template_hash =
			sg_workload_label_of(&reader, object, "rollouts-pod-template-hash");
	fill_absent(&raw);
	read_annotations(&reader, object, &raw.facts);
	if (kind == SG_WORKLOAD_POD) {
		if (sg_pod_decode(object, arena, &raw.facts.pod, err) < 0)
			return -1;
	} else if (sg_workload_conditions(&reader, object, &raw.facts.conditions,
			   &raw.facts.condition_count) < 0) {
		return -1;
	}
	*ret = raw.facts;
	return 0;
}
