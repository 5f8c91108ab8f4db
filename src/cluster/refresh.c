#include "cluster/refresh_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "cluster/read.h"

#define REFRESH "argocd.argoproj.io/refresh"
#define HYDRATE "argocd.argoproj.io/hydrate"
#define TRIES 5
#define PATH_MAX_BYTES 2048u
#define VERSION_SIZE 128u

enum sg_refresh_kind sg_refresh_kind_of(const struct sg_app_request *request)
{
	if (request->hydrate)
		return SG_REFRESH_HYDRATE;
	return request->refresh == SG_APP_REFRESH_HARD ? SG_REFRESH_HARD : SG_REFRESH_NORMAL;
}

bool sg_refresh_is_pending(const struct sg_json *object)
{
	const struct sg_json *annotations = sg_json_at(object, "metadata.annotations");

	return sg_json_get(annotations, REFRESH) != NULL;
}

static void write_body(enum sg_refresh_kind kind, const char *version, struct sg_buf *out)
{
	sg_buf_adds(out, "{\"metadata\":{\"resourceVersion\":\"");
	sg_text_json(sg_str_of(version), out);
	sg_buf_addf(out, "\",\"annotations\":{\"" REFRESH "\":\"%s\"",
		kind == SG_REFRESH_NORMAL ? "normal" : "hard");
	if (kind == SG_REFRESH_HYDRATE)
		sg_buf_adds(out, ",\"" HYDRATE "\":\"hard\"");
	sg_buf_adds(out, "}}}");
}

struct sg_refresh {
	struct sg_cluster_client *client;
	const struct sg_cluster_app *app;
	enum sg_refresh_kind kind;
	int64_t until_ms;
	char version[VERSION_SIZE]; /* of the application without the annotation; "": read first */
	int tries;
	struct sg_cluster_read *read; /* or the patch, as `patching` says; NULL: neither yet */
	bool patching;
	struct sg_json *object;    /* as the patch left it */
	struct sg_http_call *call; /* of Argo CD's own API */
};

struct sg_refresh *sg_refresh_new(struct sg_cluster_client *client,
	const struct sg_cluster_app *app, enum sg_refresh_kind kind, const char *seen_version,
	int64_t until_ms)
{
	struct sg_refresh *refresh = sg_calloc(1, sizeof(*refresh));

	refresh->client = client;
	refresh->app = app;
	refresh->kind = kind;
	refresh->until_ms = until_ms;
	if (seen_version && strlen(seen_version) < VERSION_SIZE)
		memcpy(refresh->version, seen_version, strlen(seen_version) + 1);
	return refresh;
}

static void drop_read(struct sg_refresh *refresh)
{
	sg_cluster_read_free(refresh->read);
	refresh->read = NULL;
}

void sg_refresh_free(struct sg_refresh *refresh)
{
	if (!refresh)
		return;
	drop_read(refresh);
	sg_json_free(refresh->object);
	sg_http_end(refresh->call);
	free(refresh);
}

/* ---- of a Kubernetes API server ---- */

/* The application was read: true in *ret_pending when a request is there already. */
static int look(struct sg_refresh *refresh, const struct sg_json *doc, bool *ret_pending,
	struct sg_err *err)
{
	const char *seen = sg_cluster_version_of(doc);

	if (!sg_cluster_is_app(doc, refresh->app) || !seen[0])
		return sg_cluster_fail_other(
			refresh->client, "application", refresh->app->name, NULL, err);
	if (strlen(seen) >= VERSION_SIZE)
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"the resourceVersion of the application is too long");
	memcpy(refresh->version, seen, strlen(seen) + 1);
	*ret_pending = sg_refresh_is_pending(doc);
	return 0;
}

/* Whether the answer to our patch is an object that our patch has changed. */
static int judge(struct sg_refresh *refresh, struct sg_str body, enum sg_refresh_result *ret,
	struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	bool readable = sg_json_parse(body, &refresh->object, &why) == 0;

	if (!readable || !sg_cluster_is_app(refresh->object, refresh->app))
		return sg_cluster_fail_other(refresh->client, "application", refresh->app->name,
			readable ? NULL : why.cause, err);
	*ret = strcmp(sg_cluster_version_of(refresh->object), refresh->version) == 0
		       ? SG_REFRESH_NOTHING_CHANGED
		       : SG_REFRESH_ASKED;
	return 0;
}

static int refused(struct sg_refresh *refresh, const struct sg_fault *fault,
	enum sg_refresh_result *ret, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*ret = SG_REFRESH_CONTENDED;
	if (fault->kind == SG_FAULT_CONFLICT)
		return 0;
	(void)sg_cluster_fail(refresh->client, refresh->app, "patch", fault, &why);
	if (fault->kind != SG_FAULT_FORBIDDEN || sg_cluster_may_patch_again(refresh->client)) {
		*err = why;
		return -1;
	}
	refresh->client->read_only = true;
	refresh->client->refusal = why;
	*ret = SG_REFRESH_NOT_PERMITTED;
	return 0;
}

/* The next request: a read where no version is known, else the patch. */
static int begin(struct sg_refresh *refresh, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path, body;
	struct sg_cluster_req req = {
		.method = "PATCH", .content_type = "application/merge-patch+json"};

	sg_buf_init(&path, PATH_MAX_BYTES);
	sg_buf_init(&body, PATH_MAX_BYTES);
	if (sg_cluster_path_app(refresh->app, &path, err) < 0)
		return -1;
	refresh->patching = refresh->version[0] != '\0';
	if (refresh->patching)
		sg_buf_adds(&path, "?fieldManager=stagegate");
	refresh->read = sg_cluster_read_new(refresh->client, path.ptr,
		refresh->patching ? "ask for a refresh" : "read the application",
		refresh->until_ms);
	if (refresh->patching) {
		write_body(refresh->kind, refresh->version, &body);
		req.body = sg_buf_str(&body);
		sg_cluster_read_send(refresh->read, &req);
	}
	return 0;
}

/* *RET is CONTENDED while there is another request to be made. */
static int take(struct sg_refresh *refresh, const struct sg_json *doc, const struct sg_fault *fault,
	enum sg_refresh_result *ret, struct sg_err *err)
{
	bool pending = false;

	if (refresh->patching) {
		if (fault->kind != SG_FAULT_NONE)
			return refused(refresh, fault, ret, err);
		refresh->client->patched = true;
		return judge(refresh, sg_cluster_read_text(refresh->read), ret, err);
	}
	if (!doc)
		return sg_cluster_fail(refresh->client, refresh->app, "get", fault, err);
	if (look(refresh, doc, &pending, err) < 0)
		return -1;
	*ret = pending ? SG_REFRESH_ALREADY_THERE : SG_REFRESH_CONTENDED;
	return 0;
}

/* One request to its end: 1. *RET is CONTENDED where another one follows. 0: not yet. */
static int ask_once(struct sg_refresh *refresh, enum sg_refresh_result *ret, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_fault fault = {0};
	int n;

	if (!refresh->read && begin(refresh, err) < 0)
		return -1;
	n = sg_cluster_read_step(refresh->read, &doc, &fault, err);
	if (n == 0)
		return 0;
	if (n > 0)
		n = take(refresh, doc, &fault, ret, err) < 0 ? -1 : 1;
	drop_read(refresh);
	return n;
}

/* After a conflict the application is read again. */
static int ask_kubernetes(
	struct sg_refresh *refresh, enum sg_refresh_result *ret, struct sg_err *err)
{
	int n = 1;

	*ret = SG_REFRESH_NOT_PERMITTED;
	if (refresh->client->read_only)
		return 1;
	for (*ret = SG_REFRESH_CONTENDED; refresh->tries < TRIES && n == 1;) {
		n = ask_once(refresh, ret, err);
		if (n != 1 || *ret != SG_REFRESH_CONTENDED)
			return n;
		if (refresh->patching) {
			refresh->tries++;
			refresh->version[0] = '\0';
		}
	}
	return n;
}

/* ---- of Argo CD's own API ---- */

/* It was taken, or the answer is left to whoever watches the application: hanging up does not take
 * it back. */
static bool is_over(const struct sg_refresh *refresh)
{
	return refresh->call->done || refresh->call->status == 200 ||
	       sg_loop_now_ms(refresh->client->http->loop) >= refresh->until_ms;
}

static int ask_argocd(struct sg_refresh *refresh, enum sg_refresh_result *ret, struct sg_err *err)
{
	int64_t until_ms = sg_loop_after(refresh->client->http->loop, SG_REFRESH_PATIENCE_MS);

	*ret = SG_REFRESH_ASKED;
	if (!refresh->call) {
		if (until_ms < refresh->until_ms)
			refresh->until_ms = until_ms;
		if (sg_refresh_start(
			    refresh->client, refresh->app, refresh->kind, &refresh->call, err) < 0)
			return -1;
	}
	if (!is_over(refresh))
		return 0;
	return sg_refresh_judge(refresh->client, refresh->app, refresh->call, err) < 0 ? -1 : 1;
}

/* ---- of both ---- */

int sg_refresh_step(struct sg_refresh *refresh, enum sg_refresh_result *ret,
	struct sg_json **ret_object, struct sg_err *err)
{
	bool argocd = refresh->client->access->speech == SG_SPEAKS_ARGOCD;
	int n = argocd ? ask_argocd(refresh, ret, err) : ask_kubernetes(refresh, ret, err);

	*ret_object = NULL;
	if (n == 1 && *ret == SG_REFRESH_ASKED) {
		*ret_object = refresh->object;
		refresh->object = NULL;
	}
	return n;
}

int64_t sg_refresh_due_ms(const struct sg_refresh *refresh)
{
	if (refresh->read)
		return sg_cluster_read_due_ms(refresh->read);
	return refresh->call && !is_over(refresh) ? refresh->until_ms : 0;
}

int sg_cluster_refresh(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	enum sg_refresh_kind kind, const char *seen_version, int64_t deadline_ms,
	enum sg_refresh_result *ret, struct sg_json **ret_object, struct sg_err *err)
{
	struct sg_refresh *refresh = sg_refresh_new(client, app, kind, seen_version, deadline_ms);
	struct sg_json *object = NULL;
	int n;

	while ((n = sg_refresh_step(refresh, ret, &object, err)) == 0)
		if (sg_loop_wait(client->http->loop, sg_refresh_due_ms(refresh), err) < 0) {
			n = -1;
			break;
		}
	sg_refresh_free(refresh);
	if (n < 0)
		return -1;
	if (ret_object)
		*ret_object = object;
	else
		sg_json_free(object);
	return 0;
}
