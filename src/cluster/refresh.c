#include "cluster/refresh_impl.h"

#include <string.h>

#include "base/text.h"

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

/* One refresh on its way. */
struct ask {
	struct sg_cluster_client *client;
	const struct sg_cluster_app *app;
	enum sg_refresh_kind kind;
	int64_t deadline_ms;
	char version[VERSION_SIZE]; /* of the application without the annotation; "": read first */
	struct sg_json *object;     /* as the patch left it */
};

/* Reads the application; true in *ret_pending when a request is there already. */
static int look(struct ask *ask, bool *ret_pending, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const char *seen;

	if (sg_cluster_get_application(ask->client, ask->app, ask->deadline_ms, &doc, err) < 0)
		return -1;
	seen = sg_cluster_version_of(doc);
	if (strlen(seen) >= VERSION_SIZE)
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"the resourceVersion of the application is too long");
	memcpy(ask->version, seen, strlen(seen) + 1);
	*ret_pending = sg_refresh_is_pending(doc);
	return 0;
}

/* Whether the answer to our patch is an object that our patch has changed. */
static int judge(
	struct ask *ask, struct sg_str body, enum sg_refresh_result *ret, struct sg_err *err)
{
	if (sg_json_parse(body, &ask->object, err) < 0)
		return -1;
	if (!sg_cluster_is_app(ask->object, ask->app))
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"the server answers a patch with something else than the application");
	*ret = strcmp(sg_cluster_version_of(ask->object), ask->version) == 0
		       ? SG_REFRESH_NOTHING_CHANGED
		       : SG_REFRESH_ASKED;
	return 0;
}

static int refused(struct ask *ask, const struct sg_fault *fault, enum sg_refresh_result *ret,
	struct sg_err *err)
{
	*ret = SG_REFRESH_CONTENDED;
	if (fault->kind == SG_FAULT_CONFLICT)
		return 0;
	(void)sg_cluster_fail(ask->client, ask->app, "patch", fault, err);
	if (fault->kind != SG_FAULT_FORBIDDEN || sg_cluster_may_patch_again(ask->client))
		return -1;
	ask->client->read_only = true;
	ask->client->refusal = *err;
	*ret = SG_REFRESH_NOT_PERMITTED;
	return 0;
}

static int patch(struct ask *ask, enum sg_refresh_result *ret, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path, body;
	SG_AUTO(sg_http_res_release) struct sg_http_res res = {0};
	struct sg_cluster_req req = {.method = "PATCH", .label = "ask for a refresh"};
	struct sg_fault fault;

	sg_buf_init(&path, PATH_MAX_BYTES);
	sg_buf_init(&body, PATH_MAX_BYTES);
	if (sg_cluster_path_app(ask->app, &path, err) < 0)
		return -1;
	sg_buf_adds(&path, "?fieldManager=stagegate");
	write_body(ask->kind, ask->version, &body);
	req.path = path.ptr;
	req.body = sg_buf_str(&body);
	req.content_type = "application/merge-patch+json";
	if (sg_cluster_send(ask->client, &req, ask->deadline_ms, &res, &fault, err) < 0)
		return -1;
	if (fault.kind != SG_FAULT_NONE)
		return refused(ask, &fault, ret, err);
	ask->client->patched = true;
	return judge(ask, sg_buf_str(&res.body), ret, err);
}

static int run(struct ask *ask, enum sg_refresh_result *ret, struct sg_err *err)
{
	enum sg_refresh_result result = SG_REFRESH_CONTENDED;
	bool pending = false;

	for (int i = 0; i < TRIES && result == SG_REFRESH_CONTENDED; i++) {
		if (!ask->version[0] && look(ask, &pending, err) < 0)
			return -1;
		if (pending)
			result = SG_REFRESH_ALREADY_THERE;
		else if (patch(ask, &result, err) < 0)
			return -1;
		if (result == SG_REFRESH_CONTENDED)
			ask->version[0] = '\0';
	}
	*ret = result;
	return 0;
}

int sg_cluster_refresh(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	enum sg_refresh_kind kind, const char *seen_version, int64_t deadline_ms,
	enum sg_refresh_result *ret, struct sg_json **ret_object, struct sg_err *err)
{
	struct ask ask = {.client = client, .app = app, .kind = kind, .deadline_ms = deadline_ms};
	int n = 0;

	if (seen_version && strlen(seen_version) < VERSION_SIZE)
		memcpy(ask.version, seen_version, strlen(seen_version) + 1);
	if (client->access->speech == SG_SPEAKS_ARGOCD) {
		*ret = SG_REFRESH_ASKED;
		if (ret_object)
			*ret_object = NULL;
		return sg_refresh_by_argocd(client, app, kind, deadline_ms, err);
	}
	if (client->read_only)
		*ret = SG_REFRESH_NOT_PERMITTED;
	else
		n = run(&ask, ret, err);
	if (n == 0 && ret_object && *ret == SG_REFRESH_ASKED) {
		*ret_object = ask.object;
		ask.object = NULL;
	}
	sg_json_free(ask.object);
	return n;
}
