#include <string.h>

#include "cluster/app_reader.h"

struct operation {
	struct sg_app_operation facts;
	const char *phase;
	const char *started;
	const char *finished;
};

#define OPERATION(type, member, path) SG_APP_FIELD(type, operation, member, path)

static const struct sg_json_field operation_fields[] = {
	OPERATION(SG_FIELD_STR, phase, "phase"),
	OPERATION(SG_FIELD_STR, started, "startedAt"),
	OPERATION(SG_FIELD_STR, finished, "finishedAt"),
	OPERATION(SG_FIELD_STR, facts.message, "message"),
	OPERATION(SG_FIELD_I64, facts.retry_count, "retryCount"),
	OPERATION(SG_FIELD_STR, facts.initiated_by, "operation.initiatedBy.username"),
	OPERATION(SG_FIELD_BOOL, facts.dry_run, "operation.sync.dryRun"),
	OPERATION(SG_FIELD_BOOL, facts.prune, "operation.sync.prune"),
	OPERATION(SG_FIELD_I64, facts.heals, "operation.sync.autoHealAttemptsCount"),
	OPERATION(SG_FIELD_STR, facts.asked.one, "operation.sync.revision"),
	OPERATION(SG_FIELD_STR, facts.result.one, "syncResult.revision"),
};

struct result {
	struct sg_app_result facts;
	const char *status;
	const char *hook_type;
	const char *hook_phase;
};

#define RESULT(type, member, path) SG_APP_FIELD(type, result, member, path)

static const struct sg_json_field result_fields[] = {
	RESULT(SG_FIELD_STR, facts.kind, "kind"),
	RESULT(SG_FIELD_STR, facts.namespace, "namespace"),
	RESULT(SG_FIELD_STR, facts.name, "name"),
	RESULT(SG_FIELD_STR, facts.message, "message"),
	RESULT(SG_FIELD_STR, status, "status"),
	RESULT(SG_FIELD_STR, hook_type, "hookType"),
	RESULT(SG_FIELD_STR, hook_phase, "hookPhase"),
};

static bool is_word(const char *text, const char *word)
{
	return strcmp(text, word) == 0;
}

static struct sg_app_result judged(const struct result *raw)
{
	struct sg_app_result facts = raw->facts;
	bool failed = is_word(raw->hook_phase, "Failed") || is_word(raw->hook_phase, "Error");

	facts.hook = raw->hook_type[0] != '\0';
	facts.hook_failed = facts.hook && failed;
	facts.sync_failed = is_word(raw->status, "SyncFailed");
	facts.prune_skipped = is_word(raw->status, "PruneSkipped");
	facts.unhealthy = failed && is_word(raw->status, "Synced") && !facts.hook;
	return facts;
}

static int read_results(const struct sg_app_reader *reader, const struct sg_json *state,
	struct sg_app_operation *op)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	const struct sg_app_reader reads = {&scratch, reader->where, reader->err, NULL};
	struct sg_app_result *items = NULL, one;
	const struct sg_json *array;
	size_t count = 0;

	if (sg_app_reader_array(reader, state, "syncResult.resources", &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct result raw = {0};

		if (sg_app_reader_fields(&reads, e, "status.operationState.syncResult.resources[]",
			    result_fields, SG_COUNT(result_fields), &raw) < 0)
			return -1;
		one = judged(&raw);
		if (!one.hook_failed && !one.sync_failed && !one.unhealthy && !one.prune_skipped)
			continue; /* nobody asks for what went well */
		one.kind = sg_app_reader_word(reader, one.kind);
		one.namespace = sg_app_reader_word(reader, one.namespace);
		one.name = sg_app_reader_word(reader, one.name);
		one.message = sg_app_reader_word(reader, one.message);
		*(struct sg_app_result *)sg_arena_push(reader->arena, &items, &count, sizeof(one)) =
			one;
	}
	op->results = items;
	op->result_count = count;
	return 0;
}

static int read_partial(const struct sg_app_reader *reader, const struct sg_json *state,
	struct sg_app_operation *op)
{
	const struct sg_json *asked;

	if (sg_app_reader_array(reader, state, "operation.sync.resources", &asked) < 0)
		return -1;
	op->partial = sg_json_first(asked) != NULL;
	return 0;
}

static int read_times(const struct sg_app_reader *reader, const struct operation *raw,
	struct sg_app_operation *op)
{
	if (sg_app_reader_time(
		    reader, raw->started, "status.operationState.startedAt", &op->started_s) < 0)
		return -1;
	return sg_app_reader_time(
		reader, raw->finished, "status.operationState.finishedAt", &op->finished_s);
}

int sg_application_operation(
	const struct sg_app_reader *reader, const struct sg_json *object, struct sg_app *ret)
{
	const struct sg_json *state = sg_app_reader_at(object, "status.operationState");
	struct operation raw = {0};

	ret->operation_set = sg_app_reader_at(object, "operation") != NULL;
	if (sg_app_reader_fields(reader, state, "status.operationState", operation_fields,
		    SG_COUNT(operation_fields), &raw) < 0 ||
		read_times(reader, &raw, &raw.facts) < 0 ||
		read_partial(reader, state, &raw.facts) < 0 ||
		read_results(reader, state, &raw.facts) < 0)
		return -1;
	if (sg_app_reader_strings(
		    reader, state, "operation.sync.revisions", &raw.facts.asked.many) < 0 ||
		sg_app_reader_strings(
			reader, state, "syncResult.revisions", &raw.facts.result.many) < 0 ||
		sg_application_source_text(
			reader, sg_json_get(state, "syncResult"), &raw.facts.result_source) < 0)
		return -1;
	raw.facts.phase = sg_app_phase_parse(raw.phase);
	ret->operation = raw.facts;
	return 0;
}
