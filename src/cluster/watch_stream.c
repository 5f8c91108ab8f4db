/* The frames of a watch under way. */
#include <stdio.h>
#include <string.h>

#include "cluster/argocd.h"
#include "cluster/watch_impl.h"
#include "io/json_peek.h"

/* A watch that ends earlier without a frame is a failure; with one, the next waits for so long. */
#define SHORT_MS INT64_C(1000)
/* A watch that lived for so long ends a row of failures. */
#define LONG_MS INT64_C(10000)

enum sg_watch_step sg_watch_open_stream(struct sg_watch *watch, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	char seconds[24];

	(void)snprintf(seconds, sizeof(seconds), "%u", watch->timeout_s);
	sg_buf_init(&path, 4096);
	sg_buf_adds(&path, watch->select_path);
	sg_cluster_path_param(&path, "watch", "1");
	sg_cluster_path_param(&path, "resourceVersion", watch->version);
	sg_cluster_path_param(&path, "allowWatchBookmarks", "true");
	sg_cluster_path_param(&path, "timeoutSeconds", seconds);
	return sg_watch_start(watch, path.ptr,
		watch->count > 1 ? "watch the applications" : "watch the application", true, err);
}

static enum sg_watch_step odd_frame(struct sg_watch *watch, const char *what, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	watch->version[0] = '\0'; /* what it was about is lost: list */
	(void)sg_fail(&why, SG_R_ANSWER_INVALID, "%s sends a frame that is not understood: %s",
		watch->client->access->server, what);
	return sg_watch_confused(watch, &why, err);
}

static void well(struct sg_watch *watch)
{
	sg_watch_well(watch);
	watch->failures = watch->stream_failures = 0;
}

/* Takes DOC, a frame about OBJECT inside it. */
static enum sg_watch_step take_change(struct sg_watch *watch, struct sg_json *doc,
	const struct sg_json *object, bool deleted, struct sg_watch_event *ret, struct sg_err *err)
{
	struct sg_watch_item *item;

	if (!sg_watch_keep_version(watch->version, sg_cluster_version_of(object))) {
		sg_json_free(doc);
		return odd_frame(watch, "an object without resourceVersion", err);
	}
	well(watch);
	item = sg_watch_item_of(watch, object);
	if (!item || sg_watch_is_behind(item, object)) {
		sg_json_free(doc);
		return SG_STEP_AGAIN;
	}
	return deleted ? sg_watch_tell_gone(item, doc, object, ret)
		       : sg_watch_tell(item, doc, object, ret);
}

static enum sg_watch_step take_bookmark(
	struct sg_watch *watch, const struct sg_json *object, struct sg_err *err)
{
	if (!sg_watch_keep_version(watch->version, sg_cluster_version_of(object)))
		return odd_frame(watch, "a bookmark without resourceVersion", err);
	well(watch);
	return SG_STEP_AGAIN;
}

static bool speaks_argocd(const struct sg_watch *watch)
{
	return watch->client->access->speech == SG_SPEAKS_ARGOCD;
}

/* Where a frame has what: of the cluster's API, and of Argo CD's own. */
static const struct places {
	const char *type, *name, *version;
} places[] = {
	{"type", "object.metadata.name", "object.metadata.resourceVersion"},
	{"result.type", "result.application.metadata.name",
		"result.application.metadata.resourceVersion"},
};

/* A change of an application that nobody waits for: only its version counts. */
static bool pass_over(struct sg_watch *watch, struct sg_str line)
{
	const struct places *at = &places[speaks_argocd(watch)];
	struct sg_str type, version;

	if (!sg_watch_is_foreign(watch, line, at->name) || !sg_json_peek(line, at->type, &type) ||
		!sg_json_peek(line, at->version, &version))
		return false;
	if (!sg_str_is(type, "MODIFIED") && !sg_str_is(type, "ADDED") &&
		!sg_str_is(type, "DELETED"))
		return false;
	if (version.len == 0 || version.len >= sizeof(watch->version))
		return false;
	memcpy(watch->version, version.ptr, version.len);
	watch->version[version.len] = '\0';
	well(watch);
	return true;
}

static struct sg_cluster_frame read_frame(const struct sg_watch *watch, const struct sg_json *doc)
{
	struct sg_cluster_frame frame = {.type = sg_json_str(sg_json_get(doc, "type"), ""),
		.object = sg_json_get(doc, "object")};

	if (speaks_argocd(watch))
		return sg_argocd_frame_read(doc);
	if (strcmp(frame.type, "ERROR") == 0)
		sg_fault_read_frame(frame.object, &frame.fault);
	return frame;
}

static enum sg_watch_step take_frame(
	struct sg_watch *watch, struct sg_str line, struct sg_watch_event *ret, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_cluster_frame frame;
	struct sg_err why = SG_ERR_INIT;

	watch->frames++;
	if (pass_over(watch, line))
		return SG_STEP_AGAIN;
	if (sg_json_parse(line, &doc, &why) < 0)
		return odd_frame(watch, why.cause, err);
	frame = read_frame(watch, doc);
	if (strcmp(frame.type, "BOOKMARK") == 0)
		return take_bookmark(watch, frame.object, err);
	if (strcmp(frame.type, "ERROR") == 0)
		return sg_watch_react(watch, &frame.fault, ret, err);
	if (strcmp(frame.type, "ADDED") == 0 || strcmp(frame.type, "MODIFIED") == 0 ||
		strcmp(frame.type, "DELETED") == 0) {
		bool deleted = strcmp(frame.type, "DELETED") == 0;
		struct sg_json *taken = doc;

		doc = NULL;
		return take_change(watch, taken, frame.object, deleted, ret, err);
	}
	return odd_frame(watch, "its type is unknown", err);
}

/* Argo CD's own stream does not tell what was deleted before it began: list again. */
static void begin_anew(struct sg_watch *watch)
{
	watch->version[0] = '\0';
	watch->phase = SG_PHASE_LIST;
}

/* The server closed the stream, or the connection broke: go on from the last version. */
static enum sg_watch_step end_stream(struct sg_watch *watch, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	int64_t lived_ms = sg_watch_now(watch) - watch->started_ms;
	bool early = watch->frames == 0 && lived_ms < SHORT_MS;

	if (lived_ms >= LONG_MS)
		watch->failures = watch->stream_failures = 0;
	if (watch->call->failed)
		why = watch->call->err;
	else if (sg_json_lines_broken(&watch->lines))
		(void)sg_fail(&why, SG_R_REMOTE_FAILED, "the stream ends inside a line");
	else if (early)
		(void)sg_fail(&why, SG_R_REMOTE_FAILED, "the stream ends as soon as it is open");
	if (speaks_argocd(watch))
		watch->version[0] = '\0';
	if (why.reason != SG_R_OK) {
		(void)sg_transient(&why); /* it was open: whatever ended it may pass */
		return sg_watch_retreat(watch, &why, -1, err);
	}
	sg_watch_hang_up(watch);
	if (speaks_argocd(watch))
		begin_anew(watch);
	watch->not_before_ms = watch->started_ms + SHORT_MS;
	return SG_STEP_AGAIN;
}

/* Nothing for too long: open it again, the second time from a new list. */
static enum sg_watch_step end_silence(struct sg_watch *watch)
{
	sg_watch_hang_up(watch);
	watch->not_before_ms = 0;
	watch->failures = watch->stream_failures = 0;
	if (++watch->silences > 1 || speaks_argocd(watch)) {
		watch->silences = 0;
		begin_anew(watch);
	}
	return SG_STEP_AGAIN;
}

enum sg_watch_step sg_watch_step_stream(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err)
{
	struct sg_str bytes = sg_watch_bytes(watch), line;
	struct sg_err why = SG_ERR_INIT;
	int n = sg_json_lines_next(&watch->lines, &bytes, &line, &why);

	if (n < 0)
		return odd_frame(watch, why.cause, err);
	sg_watch_ate(watch, bytes);
	if (n > 0)
		return take_frame(watch, line, ret, err);
	if (watch->call->done)
		return end_stream(watch, err);
	if (sg_watch_now(watch) - watch->byte_ms >= watch->silence_ms)
		return end_silence(watch);
	return SG_STEP_IDLE;
}
