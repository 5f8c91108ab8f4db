#include "cluster/flux.h"

#include <string.h>

#include "cluster/app_reader.h"

/* What all of them have. */
struct raw {
	struct sg_flux_object facts;
	const char *deletion;
};

#define RAW(type, member, path) SG_APP_FIELD(type, raw, member, path)

static const struct sg_json_field object_fields[] = {
	RAW(SG_FIELD_STR, facts.namespace, "metadata.namespace"),
	RAW(SG_FIELD_STR, facts.name, "metadata.name"),
	RAW(SG_FIELD_STR, deletion, "metadata.deletionTimestamp"),
	RAW(SG_FIELD_I64, facts.generation, "metadata.generation"),
	RAW(SG_FIELD_BOOL, facts.suspended, "spec.suspend"),
	RAW(SG_FIELD_I64, facts.observed, "status.observedGeneration"),
	RAW(SG_FIELD_STR, facts.handled, "status.lastHandledReconcileAt"),
};

struct condition {
	struct sg_flux_condition facts;
	const char *changed;
};

#define CONDITION(type, member, path) SG_APP_FIELD(type, condition, member, path)

static const struct sg_json_field condition_fields[] = {
	CONDITION(SG_FIELD_STR, facts.type, "type"),
	CONDITION(SG_FIELD_STR, facts.status, "status"),
	CONDITION(SG_FIELD_STR, facts.reason, "reason"),
	CONDITION(SG_FIELD_STR, facts.message, "message"),
	CONDITION(SG_FIELD_I64, facts.observed, "observedGeneration"),
	CONDITION(SG_FIELD_STR, changed, "lastTransitionTime"),
};

static int read_conditions(const struct sg_app_reader *reader, const struct sg_json *object,
	struct sg_flux_object *ret)
{
	struct sg_flux_condition *items = NULL;
	const struct sg_json *array;
	size_t count = 0;

	if (sg_app_reader_array(reader, object, "status.conditions", &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct condition raw = {.facts = {.observed = SG_FLUX_UNSAID}};

		if (sg_app_reader_fields(reader, e, "status.conditions[]", condition_fields,
			    SG_COUNT(condition_fields), &raw) < 0 ||
			sg_app_reader_time(reader, raw.changed,
				"status.conditions[].lastTransitionTime", &raw.facts.changed_s) < 0)
			return -1;
		*(struct sg_flux_condition *)sg_arena_push(
			reader->arena, &items, &count, sizeof(*items)) = raw.facts;
	}
	ret->conditions = items;
	ret->condition_count = count;
	return 0;
}

/* "HelmRelease shop/web" for messages, as far as the object says it. */
static const char *place(
	const struct sg_json *object, enum sg_flux_kind kind, struct sg_arena *arena)
{
	return sg_arena_printf(arena, "%s %.253s/%.253s", sg_flux_kind_name(kind),
		sg_json_str(sg_json_at(object, "metadata.namespace"), ""),
		sg_json_str(sg_json_at(object, "metadata.name"), "?"));
}

static int read_object(const struct sg_app_reader *reader, const struct sg_json *object,
	enum sg_flux_kind kind, struct sg_flux_object *ret)
{
	struct raw raw = {
		.facts = {.kind = kind, .generation = SG_FLUX_UNSAID, .observed = SG_FLUX_UNSAID}};

	if (sg_app_reader_fields(reader, object, "", object_fields, SG_COUNT(object_fields), &raw) <
		0)
		return -1;
	if (!raw.facts.name || !raw.facts.name[0])
		return sg_fail(reader->err, SG_R_ANSWER_INVALID, "%s: metadata.name: missing",
			reader->where);
	raw.facts.deleting = raw.deletion[0] != '\0';
	if (read_conditions(reader, object, &raw.facts) < 0)
		return -1;
	*ret = raw.facts;
	return 0;
}

struct entry {
	const char *id;
};

static int read_inventory(const struct sg_app_reader *reader, const struct sg_json *object,
	struct sg_flux_inventory *ret)
{
	static const struct sg_json_field fields[] = {SG_APP_FIELD(SG_FIELD_STR, entry, id, "id")};
	const struct sg_json *array;
	struct sg_flux_ref *refs;
	size_t count = 0;

	if (sg_app_reader_array(reader, object, "status.inventory.entries", &array) < 0)
		return -1;
	refs = sg_arena_calloc(reader->arena, sg_json_count(array) + 1, sizeof(*refs));
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct entry raw = {0};

		if (sg_app_reader_fields(reader, e, "status.inventory.entries[]", fields,
			    SG_COUNT(fields), &raw) < 0)
			return -1;
		if (!sg_flux_ref_parse(raw.id, reader->arena, &refs[count++]))
			return sg_fail(reader->err, SG_R_ANSWER_INVALID,
				"%s: status.inventory.entries[].id: names no object",
				reader->where);
	}
	*ret = (struct sg_flux_inventory){refs, count};
	return 0;
}

/* A label of the kustomize-controller; their names have dots, so no path finds them. */
static const char *owner_label(
	const struct sg_json *object, struct sg_arena *arena, const char *name)
{
	const struct sg_json *labels = sg_json_at(object, "metadata.labels");

	return sg_arena_strdup(arena, sg_json_str(sg_json_get(labels, name), ""));
}

#define KUSTOMIZATION(type, member, path) SG_APP_FIELD(type, sg_flux_kustomization, member, path)

static const struct sg_json_field kustomization_fields[] = {
	KUSTOMIZATION(SG_FIELD_STR, source_kind, "spec.sourceRef.kind"),
	KUSTOMIZATION(SG_FIELD_STR, source_namespace, "spec.sourceRef.namespace"),
	KUSTOMIZATION(SG_FIELD_STR, source_name, "spec.sourceRef.name"),
	KUSTOMIZATION(SG_FIELD_BOOL, waits, "spec.wait"),
	KUSTOMIZATION(SG_FIELD_STR, applied, "status.lastAppliedRevision"),
	KUSTOMIZATION(SG_FIELD_STR, attempted, "status.lastAttemptedRevision"),
	KUSTOMIZATION(SG_FIELD_STR, origin, "status.lastAppliedOriginRevision"),
};

int sg_flux_kustomization_decode(const struct sg_json *object, struct sg_arena *arena,
	struct sg_flux_kustomization *ret, struct sg_err *err)
{
	const struct sg_app_reader reader = {
		arena, place(object, SG_FLUX_KUSTOMIZATION, arena), err, NULL};
	struct sg_flux_kustomization facts = {0};

	if (read_object(&reader, object, SG_FLUX_KUSTOMIZATION, &facts.object) < 0 ||
		sg_app_reader_fields(&reader, object, "", kustomization_fields,
			SG_COUNT(kustomization_fields), &facts) < 0 ||
		read_inventory(&reader, object, &facts.inventory) < 0)
		return -1;
	facts.owner = owner_label(object, arena, "kustomize.toolkit.fluxcd.io/name");
	facts.owner_namespace = owner_label(object, arena, "kustomize.toolkit.fluxcd.io/namespace");
	facts.elsewhere = sg_app_reader_at(object, "spec.kubeConfig") != NULL;
	if (!facts.source_namespace[0])
		facts.source_namespace = facts.object.namespace;
	*ret = facts;
	return 0;
}

#define REPOSITORY(member, path) SG_APP_FIELD(SG_FIELD_STR, sg_flux_repository, member, path)

static const struct sg_json_field repository_fields[] = {
	REPOSITORY(url, "spec.url"),
	REPOSITORY(branch, "spec.ref.branch"),
	REPOSITORY(tag, "spec.ref.tag"),
	REPOSITORY(semver, "spec.ref.semver"),
	REPOSITORY(ref_name, "spec.ref.name"),
	REPOSITORY(commit, "spec.ref.commit"),
	REPOSITORY(revision, "status.artifact.revision"),
};

int sg_flux_repository_decode(const struct sg_json *object, struct sg_arena *arena,
	struct sg_flux_repository *ret, struct sg_err *err)
{
	const struct sg_app_reader reader = {
		arena, place(object, SG_FLUX_REPOSITORY, arena), err, NULL};
	struct sg_flux_repository facts = {0};

	if (read_object(&reader, object, SG_FLUX_REPOSITORY, &facts.object) < 0 ||
		sg_app_reader_fields(&reader, object, "", repository_fields,
			SG_COUNT(repository_fields), &facts) < 0)
		return -1;
	*ret = facts;
	return 0;
}

struct release {
	struct sg_flux_release facts;
	bool install_blind, upgrade_blind;
	const char *chart_source;
};

#define RELEASE(type, member, path) SG_APP_FIELD(type, release, member, path)

static const struct sg_json_field release_fields[] = {
	RELEASE(SG_FIELD_BOOL, install_blind, "spec.install.disableWait"),
	RELEASE(SG_FIELD_BOOL, upgrade_blind, "spec.upgrade.disableWait"),
	RELEASE(SG_FIELD_I64, facts.failures, "status.failures"),
	RELEASE(SG_FIELD_STR, chart_source, "spec.chart.spec.sourceRef.kind"),
};

#define SNAPSHOT(member, path) SG_APP_FIELD(SG_FIELD_STR, sg_flux_release, member, path)

static const struct sg_json_field snapshot_fields[] = {
	SNAPSHOT(chart_version, "chartVersion"),
	SNAPSHOT(release_status, "status"),
};

/* The first entry is the newest. */
static int read_history(const struct sg_app_reader *reader, const struct sg_json *object,
	struct sg_flux_release *ret)
{
	const struct sg_json *array;

	if (sg_app_reader_array(reader, object, "status.history", &array) < 0)
		return -1;
	return sg_app_reader_fields(reader, sg_json_first(array), "status.history[]",
		snapshot_fields, SG_COUNT(snapshot_fields), ret);
}

int sg_flux_release_decode(const struct sg_json *object, struct sg_arena *arena,
	struct sg_flux_release *ret, struct sg_err *err)
{
	const struct sg_app_reader reader = {
		arena, place(object, SG_FLUX_RELEASE, arena), err, NULL};
	struct release raw = {0};
	const struct sg_json *values;

	if (read_object(&reader, object, SG_FLUX_RELEASE, &raw.facts.object) < 0 ||
		sg_app_reader_fields(
			&reader, object, "", release_fields, SG_COUNT(release_fields), &raw) < 0 ||
		read_history(&reader, object, &raw.facts) < 0 ||
		read_inventory(&reader, object, &raw.facts.inventory) < 0)
		return -1;
	raw.facts.applied_only = raw.install_blind || raw.upgrade_blind;
	raw.facts.elsewhere = sg_app_reader_at(object, "spec.kubeConfig") != NULL;
	raw.facts.chart_moves = strcmp(raw.chart_source, "GitRepository") == 0 ||
				strcmp(raw.chart_source, "Bucket") == 0 ||
				sg_app_reader_at(object, "spec.chartRef") != NULL;
	if (sg_app_reader_array(&reader, object, "spec.valuesFrom", &values) < 0)
		return -1;
	raw.facts.indirect = sg_json_count(values) > 0;
	raw.facts.owner = owner_label(object, arena, "kustomize.toolkit.fluxcd.io/name");
	raw.facts.owner_namespace =
		owner_label(object, arena, "kustomize.toolkit.fluxcd.io/namespace");
	*ret = raw.facts;
	return 0;
}
