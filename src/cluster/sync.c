#include "cluster/sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "cluster/app_reader.h"
#include "cluster/read.h"

#define PATH_MAX_BYTES 2048u
#define BODY_MAX_BYTES ((size_t)256 * 1024)
#define USER "stagegate"
/* Argo CD's own API: FailedPrecondition, another operation is under way (argocd.md 2.1, 2.3). */
#define GRPC_NOT_NOW 9

struct sg_sync {
	struct sg_cluster_client *client;
	const struct sg_cluster_app *app;
	char *revision, *version;
	const char *why;
	int64_t until_ms;
	char *before; /* when an operation with this WHY began that was there before; NULL: none */
	struct sg_cluster_read
		*read; /* of the application, then of the request that starts it ... */
	bool starting;
	bool looking; /* ... and of the application, where nobody knows whether that was done ... */
	bool failed;  /* ... and it counts as failed otherwise: */
	struct sg_err why_failed;
};

/* What the request is written from. */
struct ask {
	struct sg_cluster_client *client;
	const struct sg_cluster_app *app;
	const char *revision, *version, *why;
	const struct sg_json *doc; /* the application as it is */
};

static const struct sg_json *revisions_of(const struct sg_json *doc)
{
	return sg_app_reader_at(doc, "status.sync.revisions");
}

static bool is_at(const struct sg_json *doc, const char *revision)
{
	const struct sg_json *many = revisions_of(doc);

	if (!many)
		return strcmp(sg_json_str(sg_json_at(doc, "status.sync.revision"), ""), revision) ==
		       0;
	for (const struct sg_json *one = sg_json_first(many); one; one = sg_json_next(one))
		if (strcmp(sg_json_str(one, ""), revision) == 0)
			return true;
	return false;
}

static bool may_start(const struct ask *ask)
{
	return strcmp(sg_cluster_version_of(ask->doc), ask->version) == 0 &&
	       !sg_app_reader_at(ask->doc, "operation") &&
	       !sg_app_reader_at(ask->doc, "metadata.deletionTimestamp") &&
	       strcmp(sg_json_str(sg_json_at(ask->doc, "status.sync.status"), ""), "OutOfSync") ==
		       0 &&
	       is_at(ask->doc, ask->revision);
}

static void add_text(struct sg_buf *out, const char *before, const char *text, const char *after)
{
	sg_buf_adds(out, before);
	sg_text_json(sg_str_of(text), out);
	sg_buf_adds(out, after);
}

/* Nothing, where the application has no such thing. */
static void add_copy(
	struct sg_buf *out, const char *before, const struct sg_json *value, const char *after)
{
	if (!value)
		return;
	sg_buf_adds(out, before);
	sg_json_text(value, out);
	sg_buf_adds(out, after);
}

/* With a comma behind. */
static void add_revisions(const struct ask *ask, struct sg_buf *out)
{
	const struct sg_json *many = revisions_of(ask->doc);

	if (many)
		add_copy(out, "\"revisions\":", many, ",");
	else
		add_text(out, "\"revision\":\"", ask->revision, "\",");
}

static void write_patch(const struct ask *ask, struct sg_buf *out)
{
	const struct sg_json *policy = sg_json_at(ask->doc, "spec.syncPolicy");

	add_text(out, "[{\"op\":\"test\",\"path\":\"/metadata/resourceVersion\",\"value\":\"",
		sg_cluster_version_of(ask->doc), "\"},");
	if (sg_json_at(ask->doc, "status.operationState"))
		sg_buf_adds(out, "{\"op\":\"remove\",\"path\":\"/status/operationState\"},");
	add_text(out,
		"{\"op\":\"add\",\"path\":\"/operation\",\"value\":{\"initiatedBy\":{\"username\":"
		"\"" USER "\"},\"info\":[{\"name\":\"Reason\",\"value\":\"",
		ask->why, "\"}],");
	add_copy(out, "\"retry\":", sg_app_reader_at(policy, "retry"), ",");
	sg_buf_adds(out, "\"sync\":{");
	add_revisions(ask, out);
	add_copy(out, "\"syncOptions\":", sg_app_reader_at(policy, "syncOptions"), ",");
	sg_buf_adds(out, "\"syncStrategy\":{\"hook\":{}}}}}]");
}

/* Argo CD wants to know which source each revision is for (argocd.md 2.1). */
static void add_positions(const struct ask *ask, struct sg_buf *out)
{
	size_t count = sg_json_count(revisions_of(ask->doc));

	if (!count)
		return;
	sg_buf_adds(out, "\"sourcePositions\":[");
	for (size_t i = 0; i < count; i++)
		sg_buf_addf(out, "%s%zu", i ? "," : "", i + 1);
	sg_buf_adds(out, "],");
}

static void write_post(const struct ask *ask, struct sg_buf *out)
{
	const struct sg_json *policy = sg_json_at(ask->doc, "spec.syncPolicy");

	sg_buf_adds(out, "{");
	add_revisions(ask, out);
	add_positions(ask, out);
	add_copy(out, "\"retryStrategy\":", sg_app_reader_at(policy, "retry"), ",");
	add_copy(out, "\"syncOptions\":{\"items\":", sg_app_reader_at(policy, "syncOptions"), "},");
	add_text(out, "\"appNamespace\":\"", ask->app->namespace, "\",");
	if (ask->client->access->project)
		add_text(out, "\"project\":\"", ask->client->access->project, "\",");
	add_text(out, "\"infos\":[{\"name\":\"Reason\",\"value\":\"", ask->why, "\"}],");
	sg_buf_adds(out, "\"prune\":false,\"strategy\":{\"hook\":{}}}");
}

/* A guard of our patch did not hold; any other 422 says what is wrong (argocd.md 3.3). */
static bool is_changed(const struct sg_fault *fault)
{
	return fault->status == 422 &&
	       sg_str_starts(sg_str_of(fault->message), "the server rejected our request");
}

/* It is permitted, and will be done later (argocd.md 2.1). */
static bool is_window(const struct sg_fault *fault)
{
	return sg_str_search(sg_str_of(fault->message), "blocked by sync window") >= 0;
}

static int refused(struct sg_sync *sync, const struct sg_fault *fault, enum sg_sync_result *ret,
	struct sg_err *err)
{
	struct sg_cluster_client *client = sync->client;
	bool argocd = client->access->speech == SG_SPEAKS_ARGOCD;
	struct sg_err why = SG_ERR_INIT;

	*ret = SG_SYNC_NOT_NOW;
	if (fault->kind == SG_FAULT_CONFLICT || fault->grpc == GRPC_NOT_NOW || is_changed(fault))
		return 0;
	(void)sg_cluster_fail(client, sync->app, argocd ? "sync" : "patch", fault, &why);
	if (fault->kind != SG_FAULT_FORBIDDEN || is_window(fault) ||
		(!argocd && sg_cluster_may_patch_again(client))) {
		*err = why;
		return -1;
	}
	client->sync_refusal = why;
	*ret = SG_SYNC_NOT_PERMITTED;
	return 0;
}

static int begin_start(struct sg_sync *sync, const struct ask *ask, struct sg_err *err)
{
	bool argocd = sync->client->access->speech == SG_SPEAKS_ARGOCD;
	SG_AUTO(sg_buf_release) struct sg_buf path, body;
	struct sg_cluster_req req = {.method = argocd ? "POST" : "PATCH",
		.content_type = argocd ? "application/json" : "application/json-patch+json"};

	sg_buf_init(&path, PATH_MAX_BYTES);
	sg_buf_init(&body, BODY_MAX_BYTES);
	if (sg_cluster_path_app(sync->app, &path, err) < 0)
		return -1;
	if (argocd)
		write_post(ask, &body);
	else
		write_patch(ask, &body);
	sg_buf_adds(&path, argocd ? "/sync" : "?fieldManager=" USER);
	if (body.overflow)
		return sg_fail(err, SG_R_TOO_LARGE,
			"the sync policy of %s is too large to be repeated", sync->app->name);
	req.body = sg_buf_str(&body);
	sync->read = sg_cluster_read_new(sync->client, path.ptr, "start a sync", sync->until_ms);
	sg_cluster_read_send(sync->read, &req);
	sync->starting = true;
	return 0;
}

static int begin_read(struct sg_sync *sync, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;

	sg_buf_init(&path, PATH_MAX_BYTES);
	if (sg_cluster_path_app(sync->app, &path, err) < 0)
		return -1;
	sync->read =
		sg_cluster_read_new(sync->client, path.ptr, "read the application", sync->until_ms);
	return 0;
}

static void drop_read(struct sg_sync *sync)
{
	sg_cluster_read_free(sync->read);
	sync->read = NULL;
}

static int no_application(const struct sg_sync *sync, struct sg_err *err)
{
	return sg_cluster_fail_other(sync->client, "application", sync->app->name, NULL, err);
}

/* Whether OPERATION has our WHY. */
static bool is_ours(const struct sg_sync *sync, const struct sg_json *operation)
{
	const struct sg_json *info = sg_app_reader_at(operation, "info");

	for (const struct sg_json *one = sg_json_first(info); one; one = sg_json_next(one))
		if (strcmp(sg_json_str(sg_json_get(one, "name"), ""), "Reason") == 0 &&
			strcmp(sg_json_str(sg_json_get(one, "value"), ""), sync->why) == 0)
			return true;
	return false;
}

/* When the last operation began; NULL: it has another WHY. */
static const char *begin_of_ours(const struct sg_sync *sync, const struct sg_json *doc)
{
	const struct sg_json *state = sg_app_reader_at(doc, "status.operationState");

	return is_ours(sync, sg_app_reader_at(state, "operation"))
		       ? sg_json_str(sg_json_get(state, "startedAt"), "")
		       : NULL;
}

/* The application was read. 1: it is not to be started. 0: it is being. */
static int judge(struct sg_sync *sync, const struct sg_json *doc, const struct sg_fault *fault,
	enum sg_sync_result *ret, struct sg_err *err)
{
	const struct ask ask = {.client = sync->client,
		.app = sync->app,
		.revision = sync->revision,
		.version = sync->version,
		.why = sync->why,
		.doc = doc};
	const char *before;

	if (!doc)
		return sg_cluster_fail(sync->client, sync->app, "get", fault, err);
	if (!sg_cluster_is_app(doc, sync->app))
		return no_application(sync, err);
	*ret = SG_SYNC_NOT_NOW;
	before = begin_of_ours(sync, doc);
	sync->before = before ? sg_strdup(before) : NULL;
	drop_read(sync);
	return may_start(&ask) ? begin_start(sync, &ask, err) : 1;
}

/* Nobody knows whether it was done: the application says it. WHY it counts as failed otherwise;
 * NULL: it is another one by then. */
static int look(struct sg_sync *sync, const struct sg_err *why, struct sg_err *err)
{
	drop_read(sync);
	sync->starting = false;
	sync->looking = true;
	sync->failed = why != NULL;
	if (why)
		sync->why_failed = *why;
	return begin_read(sync, err);
}

/* Whether DOC has the operation that we have asked for; an earlier one may have the same WHY. */
static bool has_ours(const struct sg_sync *sync, const struct sg_json *doc)
{
	const char *last = begin_of_ours(sync, doc);

	return is_ours(sync, sg_app_reader_at(doc, "operation")) ||
	       (last && (!sync->before || strcmp(last, sync->before) != 0));
}

static int looked(struct sg_sync *sync, const struct sg_json *doc, const struct sg_fault *fault,
	enum sg_sync_result *ret, struct sg_err *err)
{
	*ret = SG_SYNC_STARTED;
	if (doc && has_ours(sync, doc))
		return 1;
	*ret = SG_SYNC_NOT_NOW;
	if (sync->failed) {
		*err = sync->why_failed;
		return -1;
	}
	return doc ? 1 : sg_cluster_fail(sync->client, sync->app, "get", fault, err);
}

/* A page that asks for a password may come with 200, too. */
static bool is_answer(const struct sg_sync *sync)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;

	return sg_json_parse(sg_cluster_read_text(sync->read), &doc, &why) == 0 &&
	       sg_cluster_is_app(doc, sync->app);
}

/* The request that starts it was answered. After an answer that was lost the guard of the next try
 * does not hold because of what the first one did. */
static int started(struct sg_sync *sync, const struct sg_fault *fault, enum sg_sync_result *ret,
	struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	if (fault->kind != SG_FAULT_NONE) {
		if (refused(sync, fault, ret, err) < 0)
			return -1;
		return *ret == SG_SYNC_NOT_NOW && fault->resent ? look(sync, NULL, err) : 1;
	}
	if (!is_answer(sync)) {
		(void)no_application(sync, &why);
		return look(sync, &why, err);
	}
	if (sync->client->access->speech == SG_SPEAKS_KUBERNETES)
		sync->client->patched = true;
	*ret = SG_SYNC_STARTED;
	return 1;
}

static int answered(struct sg_sync *sync, const struct sg_json *doc, const struct sg_fault *fault,
	enum sg_sync_result *ret, struct sg_err *err)
{
	if (sync->looking)
		return looked(sync, doc, fault, ret, err);
	if (sync->starting)
		return started(sync, fault, ret, err);
	return judge(sync, doc, fault, ret, err);
}

/* There is no answer. Of a request that was sent once nobody knows whether it was done. */
static int unanswered(struct sg_sync *sync, const struct sg_err *why, struct sg_err *err)
{
	if (sync->starting && why->transient &&
		sg_loop_now_ms(sync->client->http->loop) < sync->until_ms)
		return look(sync, why, err);
	*err = sync->looking && sync->failed && why->reason != SG_R_CANCELLED ? sync->why_failed
									      : *why;
	return -1;
}

int sg_sync_step(struct sg_sync *sync, enum sg_sync_result *ret, struct sg_err *err)
{
	int n = 0;

	if (!sync->read && begin_read(sync, err) < 0)
		return -1;
	while (n == 0) {
		SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
		struct sg_fault fault = {0};
		struct sg_err why = SG_ERR_INIT;

		n = sg_cluster_read_step(sync->read, &doc, &fault, &why);
		if (n == 0)
			return 0;
		n = n < 0 ? unanswered(sync, &why, err) : answered(sync, doc, &fault, ret, err);
	}
	return n;
}

int64_t sg_sync_due_ms(const struct sg_sync *sync)
{
	return sync->read ? sg_cluster_read_due_ms(sync->read) : 0;
}

struct sg_sync *sg_sync_new(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	const char *revision, const char *version, const char *why, int64_t until_ms)
{
	struct sg_sync *sync = sg_calloc(1, sizeof(*sync));

	*sync = (struct sg_sync){.client = client,
		.app = app,
		.revision = sg_strdup(revision),
		.version = sg_strdup(version),
		.why = why,
		.until_ms = until_ms};
	return sync;
}

void sg_sync_free(struct sg_sync *sync)
{
	if (!sync)
		return;
	drop_read(sync);
	free(sync->revision);
	free(sync->version);
	free(sync->before);
	free(sync);
}
