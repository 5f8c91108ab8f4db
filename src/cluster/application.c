#include "cluster/application.h"

#include <string.h>

#include "cluster/app_reader.h"

struct metadata {
	const char *namespace;
	const char *name;
	const char *uid;
	const char *deletion;
};

#define META(type, member, path) SG_APP_FIELD(type, metadata, member, path)

static const struct sg_json_field metadata_fields[] = {
	META(SG_FIELD_STR, namespace, "namespace"),
	META(SG_FIELD_STR, name, "name"),
	META(SG_FIELD_STR, uid, "uid"),
	META(SG_FIELD_STR, deletion, "deletionTimestamp"),
};

#define ANNOTATION_REFRESH "argocd.argoproj.io/refresh"
#define ANNOTATION_SKIP "argocd.argoproj.io/skip-reconcile"

/* What Go's ParseBool takes for true. */
static bool is_true_word(const char *text)
{
	static const char *const words[] = {"1", "t", "T", "true", "True", "TRUE"};

	for (size_t i = 0; i < SG_COUNT(words); i++)
		if (strcmp(words[i], text) == 0)
			return true;
	return false;
}

static int read_owner(
	const struct sg_app_reader *reader, const struct sg_json *metadata, struct sg_app *app)
{
	const struct sg_json *owners;

	app->owner_set = "";
	if (sg_app_reader_array(reader, metadata, "ownerReferences", &owners) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(owners); e; e = sg_json_next(e))
		if (strcmp(sg_json_str(sg_json_get(e, "kind"), ""), "ApplicationSet") == 0)
			app->owner_set = sg_arena_strdup(
				reader->arena, sg_json_str(sg_json_get(e, "name"), ""));
	return 0;
}

/* "kind namespace/name" for messages, as far as the object says it. */
static const char *object_name(
	struct sg_arena *arena, const char *kind, const struct sg_json *metadata)
{
	return sg_arena_printf(arena, "%s %.253s/%.253s", kind,
		sg_json_str(sg_json_get(metadata, "namespace"), ""),
		sg_json_str(sg_json_get(metadata, "name"), "?"));
}

static int read_metadata(
	const struct sg_app_reader *reader, const struct sg_json *object, struct metadata *ret)
{
	const struct sg_json *metadata = sg_app_reader_at(object, "metadata");

	*ret = (struct metadata){0};
	if (sg_app_reader_fields(reader, metadata, "metadata", metadata_fields,
		    SG_COUNT(metadata_fields), ret) < 0)
		return -1;
	if (!ret->name[0])
		return sg_fail(reader->err, SG_R_ANSWER_INVALID, "%s: metadata.name: missing",
			reader->where);
	return 0;
}

int sg_application_decode(const struct sg_json *object, struct sg_arena *arena, struct sg_app *ret,
	struct sg_err *err)
{
	const struct sg_json *metadata = sg_json_get(object, "metadata");
	const struct sg_json *annotations = sg_json_get(metadata, "annotations");
	struct sg_app_words words = {0};
	struct sg_app_reader reader = {
		arena, object_name(arena, "application", metadata), err, &words};
	struct sg_app app = {0};
	struct metadata meta;

	if (read_metadata(&reader, object, &meta) < 0)
		return -1;
	app.namespace = meta.namespace;
	app.name = meta.name;
	app.uid = meta.uid;
	app.deleting = meta.deletion[0] != '\0';
	app.marks = sg_app_reader_marks(&reader, object);
	app.refresh = sg_json_get(annotations, ANNOTATION_REFRESH) != NULL;
	app.skip_reconcile =
		is_true_word(sg_json_str(sg_json_get(annotations, ANNOTATION_SKIP), ""));
	if (read_owner(&reader, metadata, &app) < 0 ||
		sg_application_spec(&reader, object, &app) < 0 ||
		sg_application_status(&reader, object, &app) < 0 ||
		sg_application_operation(&reader, object, &app) < 0)
		return -1;
	*ret = app;
	return 0;
}

#define WINDOW(type, member, path) SG_APP_FIELD(type, sg_app_window, member, path)

static const struct sg_json_field window_fields[] = {
	WINDOW(SG_FIELD_STR, kind, "kind"),
	WINDOW(SG_FIELD_STR, schedule, "schedule"),
	WINDOW(SG_FIELD_STR, duration, "duration"),
	WINDOW(SG_FIELD_STR, time_zone, "timeZone"),
	WINDOW(SG_FIELD_BOOL, and_operator, "andOperator"),
};

static int read_window(
	const struct sg_app_reader *reader, const struct sg_json *value, struct sg_app_window *ret)
{
	if (sg_app_reader_fields(reader, value, "spec.syncWindows[]", window_fields,
		    SG_COUNT(window_fields), ret) < 0)
		return -1;
	if (sg_app_reader_strings(reader, value, "applications", &ret->applications) < 0 ||
		sg_app_reader_strings(reader, value, "namespaces", &ret->namespaces) < 0)
		return -1;
	return sg_app_reader_strings(reader, value, "clusters", &ret->clusters);
}

int sg_application_project_decode(const struct sg_json *object, struct sg_arena *arena,
	struct sg_app_project *ret, struct sg_err *err)
{
	const struct sg_json *metadata = sg_json_get(object, "metadata"), *array;
	struct sg_app_reader reader = {arena, object_name(arena, "project", metadata), err, NULL};
	struct sg_app_window *windows = NULL;
	struct metadata meta;
	size_t count = 0;

	if (read_metadata(&reader, object, &meta) < 0 ||
		sg_app_reader_array(&reader, object, "spec.syncWindows", &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e))
		if (read_window(&reader, e,
			    sg_arena_push(arena, &windows, &count, sizeof(*windows))) < 0)
			return -1;
	*ret = (struct sg_app_project){
		.name = meta.name, .windows = windows, .window_count = count};
	return 0;
}

#define STEP(type, member, path) SG_APP_FIELD(type, sg_app_step, member, path)

static const struct sg_json_field step_fields[] = {
	STEP(SG_FIELD_STR, application, "application"),
	STEP(SG_FIELD_STR, status, "status"),
	STEP(SG_FIELD_STR, step, "step"),
	STEP(SG_FIELD_STR, message, "message"),
};

int sg_application_set_decode(const struct sg_json *object, struct sg_arena *arena,
	struct sg_app_set *ret, struct sg_err *err)
{
	const struct sg_json *metadata = sg_json_get(object, "metadata"), *array;
	struct sg_app_reader reader = {
		arena, object_name(arena, "application set", metadata), err, NULL};
	const char *type = sg_json_str(sg_json_at(object, "spec.strategy.type"), "");
	struct sg_app_step *steps = NULL;
	struct metadata meta;
	size_t count = 0;

	if (read_metadata(&reader, object, &meta) < 0 ||
		sg_app_reader_array(&reader, object, "status.applicationStatus", &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e))
		if (sg_app_reader_fields(&reader, e, "status.applicationStatus[]", step_fields,
			    SG_COUNT(step_fields),
			    sg_arena_push(arena, &steps, &count, sizeof(*steps))) < 0)
			return -1;
	*ret = (struct sg_app_set){.namespace = meta.namespace,
		.name = meta.name,
		.strategy_known = sg_app_reader_at(object, "spec") != NULL,
		.rolling_sync = strcmp(type, "RollingSync") == 0,
		.steps = steps,
		.step_count = count};
	return 0;
}
