#include "cluster/sync.h"

#include <string.h>

#include "base/text.h"
#include "cluster/app_reader.h"

#define PATH_MAX_BYTES 2048u
#define BODY_MAX_BYTES ((size_t)256 * 1024)
#define USER "stagegate"
/* Argo CD's own API: FailedPrecondition, another operation is under way (argocd.md 2.1, 2.3). */
#define GRPC_NOT_NOW 9

struct ask {
	struct sg_cluster_client *client;
	const struct sg_cluster_app *app;
	const char *revision, *version, *why;
	int64_t deadline_ms;
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

static int refused(struct ask *ask, const char *verb, const struct sg_fault *fault,
	enum sg_sync_result *ret, struct sg_err *err)
{
	*ret = SG_SYNC_NOT_NOW;
	if (fault->kind == SG_FAULT_CONFLICT || fault->grpc == GRPC_NOT_NOW || is_changed(fault))
		return 0;
	(void)sg_cluster_fail(ask->client, ask->app, verb, fault, err);
	if (fault->kind != SG_FAULT_FORBIDDEN || is_window(fault) ||
		(ask->client->access->speech == SG_SPEAKS_KUBERNETES &&
			sg_cluster_may_patch_again(ask->client)))
		return -1;
	ask->client->sync_refusal = *err;
	*ret = SG_SYNC_NOT_PERMITTED;
	return 0;
}

static int start(struct ask *ask, enum sg_sync_result *ret, struct sg_err *err)
{
	bool argocd = ask->client->access->speech == SG_SPEAKS_ARGOCD;
	SG_AUTO(sg_buf_release) struct sg_buf path, body;
	SG_AUTO(sg_http_res_release) struct sg_http_res res = {0};
	struct sg_cluster_req req = {.method = argocd ? "POST" : "PATCH",
		.content_type = argocd ? "application/json" : "application/json-patch+json",
		.label = "start a sync"};
	struct sg_fault fault;

	sg_buf_init(&path, PATH_MAX_BYTES);
	sg_buf_init(&body, BODY_MAX_BYTES);
	if (sg_cluster_path_app(ask->app, &path, err) < 0)
		return -1;
	if (argocd)
		write_post(ask, &body);
	else
		write_patch(ask, &body);
	sg_buf_adds(&path, argocd ? "/sync" : "?fieldManager=" USER);
	if (body.overflow)
		return sg_fail(err, SG_R_TOO_LARGE,
			"the sync policy of %s is too large to be repeated", ask->app->name);
	req.path = path.ptr;
	req.body = sg_buf_str(&body);
	if (sg_cluster_send(ask->client, &req, ask->deadline_ms, &res, &fault, err) < 0)
		return -1;
	if (fault.kind != SG_FAULT_NONE)
		return refused(ask, argocd ? "sync" : "patch", &fault, ret, err);
	ask->client->patched = !argocd;
	*ret = SG_SYNC_STARTED;
	return 0;
}

int sg_cluster_sync(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	const char *revision, const char *version, const char *why, int64_t deadline_ms,
	enum sg_sync_result *ret, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct ask ask = {.client = client,
		.app = app,
		.revision = revision,
		.version = version,
		.why = why,
		.deadline_ms = deadline_ms};

	if (sg_cluster_get_application(client, app, deadline_ms, &doc, err) < 0)
		return -1;
	ask.doc = doc;
	*ret = SG_SYNC_NOT_NOW;
	return may_start(&ask) ? start(&ask, ret, err) : 0;
}
