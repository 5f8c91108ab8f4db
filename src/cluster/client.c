#include "cluster/client.h"

#include <string.h>

#include "cluster/argocd.h"
#include "io/http_date.h"

/* Of a whole stream; memory is bounded by the window, not by this. */
#define STREAM_MAX_BYTES (SIZE_MAX / 8)
#define URL_MAX_BYTES ((size_t)16 * 1024)
#define TOTAL_MS INT64_C(60000)
/* An answer that makes no sense may be a gateway's hiccup; more of them are not. */
#define ODD_TRIES 3
/* A denial that is followed by none for so long was that of a server that started. */
#define DENIAL_FORGOTTEN_MS (10 * SG_CLUSTER_STARTING_MS)
#define GROUP "argoproj.io/"
#define KIND "Application"

static int64_t now_of(const struct sg_cluster_client *client)
{
	return sg_loop_now_ms(client->http->loop);
}

/* A patch is guarded by the version of what it changes; what a POST starts is started twice. */
static bool is_replayable(const struct sg_cluster_req *req)
{
	return strcmp(req->method, "POST") != 0;
}

/* An HTTP request with what it points to. */
struct wire {
	struct sg_buf url;
	struct sg_http_header headers[2 + SG_CLUSTER_AS_MAX];
	struct sg_cred cred;
	struct sg_http_req req;
};

static void wire_release(struct wire *wire)
{
	sg_buf_release(&wire->url);
}

static int wire_init(struct wire *wire, struct sg_cluster_client *client,
	const struct sg_cluster_req *req, struct sg_err *err)
{
	const struct sg_cluster_access *access = client->access;
	size_t count;

	*wire = (struct wire){0};
	sg_buf_init(&wire->url, URL_MAX_BYTES);
	if (sg_cluster_access_token(client->access, now_of(client), false, NULL, err) < 0)
		return -1;
	sg_buf_adds(&wire->url, access->server);
	if (access->speech == SG_SPEAKS_ARGOCD) {
		if (sg_argocd_path(access, req->path, &wire->url, err) < 0)
			return -1;
	} else {
		sg_buf_adds(&wire->url, req->path);
	}
	if (wire->url.overflow)
		return sg_fail(
			err, SG_R_KUBECONFIG_INVALID, "the address of the server is too long");
	wire->headers[0] = (struct sg_http_header){"Accept", "application/json"};
	count = 1;
	if (req->content_type)
		wire->headers[count++] = (struct sg_http_header){"Content-Type", req->content_type};
	for (size_t i = 0; i < access->header_count; i++)
		wire->headers[count++] = access->headers[i];
	wire->cred = (struct sg_cred){
		.kind = SG_CRED_BEARER, .origin = access->origin, .secret = access->token};
	wire->req = (struct sg_http_req){
		.method = req->method,
		.url = wire->url.ptr,
		.headers = wire->headers,
		.header_count = count,
		.body = req->body,
		.cred = access->token ? &wire->cred : NULL,
		.tls = &access->tls,
		.proxy = access->proxy,
		.connect_timeout_ms = client->connect_timeout_ms,
		.replayable = is_replayable(req),
		.label = req->label,
	};
	return 0;
}

int sg_cluster_start(struct sg_cluster_client *client, const struct sg_cluster_req *req,
	bool endless, struct sg_http_call **ret_call, struct sg_err *err)
{
	SG_AUTO(wire_release) struct wire wire;

	if (wire_init(&wire, client, req, err) < 0)
		return -1;
	wire.req.max_body_bytes = STREAM_MAX_BYTES;
	wire.req.total_timeout_ms = endless ? SG_NEVER : client->request_timeout_ms;
	wire.req.idle_timeout_ms = endless ? SG_NEVER : 0;
	return sg_http_start(client->http, &wire.req, ret_call, err);
}

static int send_once(struct sg_cluster_client *client, const struct sg_cluster_req *req,
	int64_t deadline_ms, struct sg_http_res *ret, struct sg_err *err)
{
	SG_AUTO(wire_release) struct wire wire;
	int64_t left = deadline_ms - now_of(client);
	int64_t total = client->request_timeout_ms ? client->request_timeout_ms : TOTAL_MS;

	if (wire_init(&wire, client, req, err) < 0)
		return -1;
	if (left <= 0)
		return sg_fail(
			err, SG_R_TIMEOUT, "no time is left to ask %s", client->access->server);
	wire.req.max_body_bytes = req->max_bytes ? req->max_bytes : SG_CLUSTER_OBJECT_MAX_BYTES;
	wire.req.total_timeout_ms = total < left ? total : left;
	return sg_http_send(client->http, &wire.req, ret, err);
}

/* 1: ask again, the wait is over. 0: what we have is the answer (or the error). -1: ERR is new. */
static int decide(struct sg_cluster_client *client, const struct sg_cluster_req *req, bool failed,
	const struct sg_fault *fault, int tried, struct sg_err *err)
{
	struct sg_retry_step step;

	if (failed ? !err->transient : !sg_fault_may_pass(fault))
		return 0;
	step = sg_retry_next(&client->retry, tried, is_replayable(req), failed ? 0 : fault->status,
		failed, failed ? -1 : fault->retry_after_ms, now_of(client),
		sg_retry_random(&client->retry.seed));
	if (!step.again)
		return 0;
	if (sg_loop_delay(
		    client->http->loop, sg_loop_after(client->http->loop, step.wait_ms), err) < 0)
		return -1;
	return 1;
}

/* Whether a 401 is worth another try: the credential on disk is another one than we sent. */
static bool renewed(struct sg_cluster_client *client, const struct sg_fault *fault, bool *once)
{
	struct sg_err ignored = SG_ERR_INIT;
	bool changed = false;

	if (fault->kind != SG_FAULT_AUTH || *once)
		return false;
	*once = true;
	return sg_cluster_access_token(client->access, now_of(client), true, &changed, &ignored) ==
		       0 &&
	       changed;
}

int sg_cluster_gave_up(
	const struct sg_cluster_client *client, const struct sg_fault *fault, struct sg_err *err)
{
	const struct sg_cluster_app nobody = {"", ""};

	return sg_cluster_fail(client, &nobody, "get", fault, err);
}

void sg_cluster_note_date(struct sg_cluster_client *client, const struct sg_buf *headers)
{
	int64_t unix_s;

	if (sg_http_date(sg_http_header(headers, "Date"), &unix_s))
		client->server_unix_s = unix_s;
}

int sg_cluster_send(struct sg_cluster_client *client, const struct sg_cluster_req *req,
	int64_t deadline_ms, struct sg_http_res *ret_res, struct sg_fault *ret_fault,
	struct sg_err *err)
{
	bool once = false;

	client->retry.deadline_ms = deadline_ms;
	for (int tried = 1;; tried++) {
		struct sg_http_res res = {0};
		struct sg_fault fault = {0};
		struct sg_err why = SG_ERR_INIT;
		bool failed = send_once(client, req, deadline_ms, &res, &why) < 0;
		int n;

		if (!failed) {
			sg_cluster_note_date(client, &res.headers);
			sg_fault_read(res.status, &res.headers, sg_buf_str(&res.body), &fault);
		}
		n = !failed && renewed(client, &fault, &once)
			    ? 1
			    : decide(client, req, failed, &fault, tried, &why);
		if (n == 0 && !failed && !sg_fault_may_pass(&fault)) {
			*ret_res = res;
			*ret_fault = fault;
			return 0;
		}
		sg_http_res_release(&res);
		if (n < 0 || (n == 0 && failed)) {
			*err = why;
			return -1;
		}
		if (n == 0)
			return sg_cluster_gave_up(client, &fault, err);
	}
}

int sg_cluster_fail(const struct sg_cluster_client *client, const struct sg_cluster_app *app,
	const char *verb, const struct sg_fault *fault, struct sg_err *err)
{
	const struct sg_fault_about about = {
		.verb = verb,
		.server = client->access->server,
		.identity = client->access->source,
		.namespace = app->namespace,
		.name = app->name,
		.argocd = client->access->speech == SG_SPEAKS_ARGOCD,
	};

	return sg_fault_fail(fault, &about, err);
}

const char *sg_cluster_version_of(const struct sg_json *object)
{
	return sg_json_str(sg_json_at(object, "metadata.resourceVersion"), "");
}

bool sg_cluster_is_app(const struct sg_json *object, const struct sg_cluster_app *app)
{
	const struct sg_json *metadata = sg_json_get(object, "metadata");

	return sg_str_starts(
		       sg_str_of(sg_json_str(sg_json_get(object, "apiVersion"), GROUP)), GROUP) &&
	       strcmp(sg_json_str(sg_json_get(object, "kind"), KIND), KIND) == 0 &&
	       strcmp(sg_json_str(sg_json_get(metadata, "namespace"), ""), app->namespace) == 0 &&
	       strcmp(sg_json_str(sg_json_get(metadata, "name"), ""), app->name) == 0;
}

/* No application came, though the server said 200: what it was, for people. */
static int no_application(const struct sg_cluster_client *client, struct sg_str body,
	const struct sg_err *why, struct sg_err *err)
{
	body = sg_str_trim(body);
	(void)sg_fail(err, SG_R_ANSWER_INVALID, "%s answers with no application but %s (%.100s)",
		client->access->server,
		sg_str_starts(body, "<") ? "an HTML page"
		: body.len               ? "other text"
					 : "nothing",
		why->cause);
	return sg_hint(err,
		"is this the API server? Check the server address and its path in %.200s, and the "
		"proxy",
		client->access->source);
}

int sg_cluster_fail_other(const struct sg_cluster_client *client, const char *what,
	const char *name, const char *why, struct sg_err *err)
{
	return sg_fail(err, SG_R_ANSWER_INVALID,
		"%s answers with something else than %s%s%s%s%s%s%s", client->access->server,
		name ? "the " : "", what, name ? " \"" : "", name ? name : "", name ? "\"" : "",
		why ? ": " : "", why ? why : "");
}

static int read_application(const struct sg_cluster_client *client,
	const struct sg_cluster_app *app, struct sg_str body, struct sg_json **ret_doc,
	struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;

	if (sg_json_parse(body, &doc, &why) < 0)
		return no_application(client, body, &why, err);
	if (!sg_cluster_is_app(doc, app) || !sg_cluster_version_of(doc)[0]) {
		(void)sg_fail(&why, SG_R_ANSWER_INVALID, "not \"%s\" of namespace \"%s\"",
			app->name, app->namespace);
		return no_application(client, body, &why, err);
	}
	*ret_doc = doc;
	doc = NULL;
	return 0;
}

static int get_once(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	int64_t deadline_ms, struct sg_json **ret_doc, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_http_res_release) struct sg_http_res res = {0};
	struct sg_cluster_req req = {.method = "GET", .label = "read the application"};
	struct sg_fault fault = {0};

	sg_buf_init(&path, URL_MAX_BYTES);
	if (sg_cluster_path_app(app, &path, err) < 0)
		return -1;
	req.path = path.ptr;
	if (sg_cluster_send(client, &req, deadline_ms, &res, &fault, err) < 0)
		return -1;
	if (fault.kind != SG_FAULT_NONE)
		return sg_cluster_fail(client, app, "get", &fault, err);
	return read_application(client, app, sg_buf_str(&res.body), ret_doc, err);
}

bool sg_cluster_may_patch_again(struct sg_cluster_client *client)
{
	int64_t now_ms = now_of(client);

	if (!client->patched)
		return false;
	if (!client->patch_denied || now_ms - client->patch_denied_ms > DENIAL_FORGOTTEN_MS)
		client->patch_denied_ms = now_ms;
	client->patch_denied = true;
	return now_ms - client->patch_denied_ms < SG_CLUSTER_STARTING_MS;
}

int sg_cluster_again_after_odd(struct sg_cluster_client *client, int tried, struct sg_err *err)
{
	struct sg_loop *loop = client->http->loop;
	struct sg_retry_step step;

	if (tried >= ODD_TRIES)
		return 0;
	step = sg_retry_next(&client->retry, tried, true, 503, false, -1, now_of(client),
		sg_retry_random(&client->retry.seed));
	if (!step.again)
		return 0;
	return sg_loop_delay(loop, sg_loop_after(loop, step.wait_ms), err) < 0 ? -1 : 1;
}

int sg_cluster_get_application(struct sg_cluster_client *client, const struct sg_cluster_app *app,
	int64_t deadline_ms, struct sg_json **ret_doc, struct sg_err *err)
{
	for (int tried = 1;; tried++) {
		struct sg_err why = SG_ERR_INIT;
		int n = 0;

		if (get_once(client, app, deadline_ms, ret_doc, &why) == 0)
			return 0;
		if (why.reason == SG_R_ANSWER_INVALID)
			n = sg_cluster_again_after_odd(client, tried, err);
		if (n == 0)
			*err = why;
		if (n <= 0)
			return -1;
	}
}
