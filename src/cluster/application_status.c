#include <string.h>

#include "cluster/app_reader.h"

struct words {
	const char *sync;
	const char *health;
	const char *reconciled;
	const char *health_changed;
};

#define WORDS(type, member, path) SG_APP_FIELD(type, words, member, path)

static const struct sg_json_field word_fields[] = {
	WORDS(SG_FIELD_STR, sync, "sync.status"),
	WORDS(SG_FIELD_STR, health, "health.status"),
	WORDS(SG_FIELD_STR, reconciled, "reconciledAt"),
	WORDS(SG_FIELD_STR, health_changed, "health.lastTransitionTime"),
};

#define STATUS(type, member, path) SG_APP_FIELD(type, sg_app, member, path)

static const struct sg_json_field status_fields[] = {
	STATUS(SG_FIELD_STR, revision.one, "sync.revision"),
	STATUS(SG_FIELD_STR, health_message, "health.message"),
	STATUS(SG_FIELD_STR, hydrator.phase, "sourceHydrator.currentOperation.phase"),
	STATUS(SG_FIELD_STR, hydrator.message, "sourceHydrator.currentOperation.message"),
	STATUS(SG_FIELD_STR, hydrator.started_at, "sourceHydrator.currentOperation.startedAt"),
	STATUS(SG_FIELD_STR, hydrator.dry_sha, "sourceHydrator.currentOperation.drySHA"),
	STATUS(SG_FIELD_STR, hydrator.last_dry_sha,
		"sourceHydrator.lastSuccessfulOperation.drySHA"),
	STATUS(SG_FIELD_STR, hydrator.last_hydrated_sha,
		"sourceHydrator.lastSuccessfulOperation.hydratedSHA"),
	STATUS(SG_FIELD_STR, hydrator.last_compared, "sourceHydrator.lastComparedDryRevision"),
};

struct condition {
	const char *type;
	const char *message;
};

#define CONDITION(type, member, path) SG_APP_FIELD(type, condition, member, path)

static const struct sg_json_field condition_fields[] = {
	CONDITION(SG_FIELD_STR, type, "type"),
	CONDITION(SG_FIELD_STR, message, "message"),
};

static int read_conditions(
	const struct sg_app_reader *reader, const struct sg_json *status, struct sg_app *app)
{
	struct sg_app_condition *items = NULL;
	const struct sg_json *array;
	size_t count = 0;

	if (sg_app_reader_array(reader, status, "conditions", &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct sg_app_condition *item;
		struct condition raw = {0};

		if (sg_app_reader_fields(reader, e, "status.conditions[]", condition_fields,
			    SG_COUNT(condition_fields), &raw) < 0)
			return -1;
		item = sg_arena_push(reader->arena, &items, &count, sizeof(*item));
		item->type = sg_app_condition_parse(raw.type);
		item->message = raw.message;
	}
	app->conditions = items;
	app->condition_count = count;
	return 0;
}

struct resource {
	struct sg_app_resource facts;
	const char *status;
};

#define RESOURCE(type, member, path) SG_APP_FIELD(type, resource, member, path)

static const struct sg_json_field resource_fields[] = {
	RESOURCE(SG_FIELD_STR, facts.group, "group"),
	RESOURCE(SG_FIELD_STR, facts.kind, "kind"),
	RESOURCE(SG_FIELD_STR, facts.namespace, "namespace"),
	RESOURCE(SG_FIELD_STR, facts.name, "name"),
	RESOURCE(SG_FIELD_STR, facts.health_message, "health.message"),
	RESOURCE(SG_FIELD_BOOL, facts.requires_pruning, "requiresPruning"),
	RESOURCE(SG_FIELD_STR, status, "status"),
};

static int read_resources(
	const struct sg_app_reader *reader, const struct sg_json *status, struct sg_app *app)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	const struct sg_app_reader reads = {&scratch, reader->where, reader->err, NULL};
	struct sg_app_resource *items;
	const struct sg_json *array;
	size_t count = 0;

	if (sg_app_reader_array(reader, status, "resources", &array) < 0)
		return -1;
	items = sg_arena_calloc(reader->arena, sg_json_count(array), sizeof(*items));
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct sg_app_resource *item = &items[count++];
		struct resource raw = {0};

		if (sg_app_reader_fields(&reads, e, "status.resources[]", resource_fields,
			    SG_COUNT(resource_fields), &raw) < 0)
			return -1;
		raw.facts.sync = sg_app_sync_parse(raw.status);
		*item = raw.facts;
		item->group = sg_app_reader_word(reader, item->group);
		item->kind = sg_app_reader_word(reader, item->kind);
		item->namespace = sg_app_reader_word(reader, item->namespace);
		item->name = sg_app_reader_word(reader, item->name);
		item->health_message = sg_app_reader_word(reader, item->health_message);
	}
	app->resources = items;
	app->resource_count = count;
	return 0;
}

/* The last entry is the newest (argocd.md 1.3). */
static int read_deployed(
	const struct sg_app_reader *reader, const struct sg_json *status, struct sg_app *app)
{
	static const struct sg_json_field fields[] = {
		{"deployedAt", SG_FIELD_STR, 0, false},
	};
	const struct sg_json *array, *last = NULL;
	const char *deployed = "";

	if (sg_app_reader_array(reader, status, "history", &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e))
		last = e;
	if (last && sg_app_reader_fields(reader, last, "status.history[]", fields, SG_COUNT(fields),
			    &deployed) < 0)
		return -1;
	return sg_app_reader_time(
		reader, deployed, "status.history[].deployedAt", &app->deployed_s);
}

int sg_application_status(
	const struct sg_app_reader *reader, const struct sg_json *object, struct sg_app *ret)
{
	const struct sg_json *status = sg_app_reader_at(object, "status");
	struct words words = {0};

	if (sg_app_reader_fields(
		    reader, status, "status", word_fields, SG_COUNT(word_fields), &words) < 0 ||
		sg_app_reader_fields(reader, status, "status", status_fields,
			SG_COUNT(status_fields), ret) < 0 ||
		sg_app_reader_time(
			reader, words.reconciled, "status.reconciledAt", &ret->reconciled_s) < 0 ||
		sg_app_reader_time(reader, words.health_changed, "status.health.lastTransitionTime",
			&ret->health_changed_s) < 0 ||
		read_deployed(reader, status, ret) < 0)
		return -1;
	ret->sync = sg_app_sync_parse(words.sync);
	ret->health = sg_app_health_parse(words.health);
	if (sg_app_reader_strings(reader, status, "sync.revisions", &ret->revision.many) < 0 ||
		sg_app_reader_strings(reader, status, "summary.images", &ret->images) < 0 ||
		read_conditions(reader, status, ret) < 0)
		return -1;
	return read_resources(reader, status, ret);
}
