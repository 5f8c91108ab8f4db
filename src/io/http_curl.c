#include "io/http_curl_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void unlink_call(struct sg_curl_call *call)
{
	struct sg_curl_call **at = &call->client->calls;

	while (*at && *at != call)
		at = &(*at)->next;
	if (*at)
		*at = call->next;
}

static void count(struct sg_curl_call *call)
{
	struct sg_http_stats *stats = &call->client->stats;
	long connects = 0, request = 0, headers = 0;
	curl_off_t down = 0;

	(void)curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connects);
	(void)curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &request);
	(void)curl_easy_getinfo(call->easy, CURLINFO_HEADER_SIZE, &headers);
	(void)curl_easy_getinfo(call->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
	stats->connections += (uint64_t)connects;
	stats->bytes_up += (uint64_t)request; /* the body counted in */
	stats->bytes_down += (uint64_t)headers + (uint64_t)down;
}

void sg_curl_detach(struct sg_curl_call *call)
{
	if (!call->added)
		return;
	call->added = false;
	count(call);
	(void)curl_multi_remove_handle(call->client->multi, call->easy);
}

static void call_free(struct sg_curl_call *call)
{
	sg_curl_detach(call);
	unlink_call(call);
	if (call->easy)
		curl_easy_cleanup(call->easy);
	sg_curl_headers_free(call->headers);
	curl_slist_free_all(call->connect_to);
	sg_buf_release(&call->call.headers);
	sg_buf_release(&call->call.body);
	sg_buf_release(&call->cert);
	sg_buf_wipe(&call->key);
	free(call->method);
	free(call->url);
	free(call->label);
	free(call->host);
	free(call->server_name);
	free(call->proxy);
	free(call);
}

static void end(struct sg_http_call *call)
{
	call_free((struct sg_curl_call *)call);
}

static void resume(struct sg_http_call *base)
{
	struct sg_curl_call *call = (struct sg_curl_call *)base;

	if (!call->paused || call->call.done || call->call.body.len >= call->window)
		return;
	call->paused = false;
	sg_http_timers_touch(&call->timers, sg_loop_now_ms(&call->client->loop));
	/* may deliver at once; an error comes again from the multi handle */
	(void)curl_easy_pause(call->easy, CURLPAUSE_CONT);
}

static const struct sg_http_ops ops = {.resume = resume, .end = end};

static char *host_of(const struct sg_http_url *url)
{
	bool v6 = url->host.ptr[0] == '[';

	return sg_strndup(url->host.ptr + v6, url->host.len - (v6 ? 2 : 0));
}

static int64_t chosen(int64_t asked, int64_t standard)
{
	return asked ? asked : standard;
}

static void start_timers(struct sg_curl_call *call, const struct sg_http_req *req)
{
	struct sg_curl_client *client = call->client;
	struct sg_http_req timed = *req;

	timed.connect_timeout_ms = chosen(req->connect_timeout_ms, client->connect_ms);
	timed.idle_timeout_ms = chosen(req->idle_timeout_ms, client->idle_ms);
	timed.total_timeout_ms = chosen(req->total_timeout_ms, client->total_ms);
	call->start_ms = sg_loop_now_ms(&client->loop);
	sg_http_timers_start(&call->timers, &timed, call->start_ms);
}

static struct sg_curl_call *call_new(
	struct sg_curl_client *client, const struct sg_http_req *req, const struct sg_http_url *url)
{
	struct sg_curl_call *call = sg_calloc(1, sizeof(*call));

	call->call.ops = &ops;
	call->client = client;
	call->method = sg_strdup(req->method);
	call->url = sg_strdup(req->url);
	call->label = sg_strdup(req->label);
	call->host = host_of(url);
	call->server = sg_curl_server_of(client, call->host, url->port);
	call->max_body = req->max_body_bytes;
	call->window = req->window_bytes ? req->window_bytes : SG_HTTP_WINDOW;
	call->replayable = req->replayable;
	sg_buf_init(&call->call.headers, SG_HTTP_HEADERS_MAX);
	sg_buf_init(&call->call.body, call->max_body);
	sg_buf_init(&call->cert, (size_t)1 << 20);
	sg_buf_init(&call->key, (size_t)1 << 20);
	start_timers(call, req);
	call->next = client->calls;
	client->calls = call;
	call->easy = curl_easy_init();
	if (!call->easy)
		sg_die("out of memory", __FILE__, __LINE__, "curl_easy_init");
	return call;
}

static int start(struct sg_http *http, const struct sg_http_req *req,
	struct sg_http_call **ret_call, struct sg_err *err)
{
	struct sg_curl_client *client = (struct sg_curl_client *)http;
	struct sg_http_url url;
	struct sg_curl_call *call;

	if (sg_http_url_parse(req->url, &url, err) < 0)
		return -1;
	call = call_new(client, req, &url);
	if (sg_curl_set_options(call, req, &url, err) < 0) {
		call_free(call);
		return sg_http_wrap(req->label, req->method, req->url, err);
	}
	if (curl_multi_add_handle(client->multi, call->easy) != CURLM_OK)
		SG_BUG("curl_multi_add_handle");
	call->added = true;
	*ret_call = &call->call;
	return 0;
}

static int global_init(struct sg_err *err)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	if (code != CURLE_OK)
		return sg_fail(err, SG_R_BUG, "libcurl: %s", curl_easy_strerror(code));
	return 0;
}

int sg_http_curl_new(
	const struct sg_http_curl_opts *opts, struct sg_http **ret_http, struct sg_err *err)
{
	struct sg_curl_client *client;

	if (global_init(err) < 0)
		return -1;
	client = sg_calloc(1, sizeof(*client));
	client->http = (struct sg_http){.loop = &client->loop, .start = start};
	client->loop = (struct sg_loop){.clock = opts->clock, .wait = sg_curl_wait};
	client->log = opts->log;
	client->trace = opts->trace;
	client->multi = curl_multi_init();
	if (!client->multi)
		sg_die("out of memory", __FILE__, __LINE__, "curl_multi_init");
	client->user_agent = sg_strdup(opts->user_agent ? opts->user_agent : "stagegate");
	client->connect_ms = chosen(opts->connect_timeout_ms, SG_HTTP_CONNECT_MS);
	client->total_ms = chosen(opts->request_timeout_ms, SG_HTTP_TOTAL_MS);
	client->idle_ms = chosen(opts->idle_timeout_ms, SG_HTTP_IDLE_MS);
	client->ca_pem = sg_strndup(opts->ca_pem.ptr, opts->ca_pem.len);
	client->ca_len = opts->ca_pem.len;
	client->ca_from = sg_strdup(opts->ca_from ? opts->ca_from : "");
	*ret_http = &client->http;
	return 0;
}

void sg_http_curl_free(struct sg_http *http)
{
	struct sg_curl_client *client = (struct sg_curl_client *)http;

	if (!client)
		return;
	while (client->calls) {
		struct sg_curl_call *call = client->calls;

		client->calls = call->next;
		call_free(call);
	}
	(void)curl_multi_cleanup(client->multi);
	sg_curl_trusts_free(client);
	sg_curl_servers_free(client);
	free(client->user_agent);
	free(client->ca_pem);
	free(client->ca_from);
	free(client);
	curl_global_cleanup();
}

struct sg_http_stats sg_http_curl_stats(const struct sg_http *http)
{
	return ((const struct sg_curl_client *)http)->stats;
}
