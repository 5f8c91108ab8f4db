#include "io/http_curl_impl.h"

#include <limits.h>
#include <string.h>

#include "base/alloc.h"
#include "io/env.h"
#include "io/http_noproxy.h"
#include "io/http_proxy.h"

#define URL_MAX_BYTES ((size_t)64 * 1024)

static void set_policy(CURL *easy, bool tls)
{
	SG_CURL_SET(easy, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
	SG_CURL_SET(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SG_CURL_SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	SG_CURL_SET(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SG_CURL_SET(easy, CURLOPT_PATH_AS_IS, 1L);
	SG_CURL_SET(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	SG_CURL_SET(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	SG_CURL_SET(easy, CURLOPT_NOSIGNAL, 1L);
	/* a resolver thread that is stuck must not hold up the end of the process */
	SG_CURL_SET(easy, CURLOPT_QUICK_EXIT, 1L);
}

static void set_connection(struct sg_curl_call *call)
{
	int64_t connect_ms = call->timers.connect_ms;
	CURL *easy = call->easy;

	SG_CURL_SET(easy, CURLOPT_TCP_NODELAY, 1L);
	SG_CURL_SET(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	SG_CURL_SET(easy, CURLOPT_TCP_KEEPIDLE, 30L);
	SG_CURL_SET(easy, CURLOPT_TCP_KEEPINTVL, 15L);
	/* our own timer ends it; libcurl needs it to share the time among several addresses */
	SG_CURL_SET(easy, CURLOPT_CONNECTTIMEOUT_MS,
		connect_ms > LONG_MAX / 2 ? LONG_MAX / 2 : (long)connect_ms + 1000L);
	SG_CURL_SET(easy, CURLOPT_USERAGENT, call->client->user_agent);
}

static void set_method(CURL *easy, const struct sg_http_req *req)
{
	bool get = strcmp(req->method, "GET") == 0, has_body = req->body.len > 0;

	if (strcmp(req->method, "HEAD") == 0) {
		SG_CURL_SET(easy, CURLOPT_NOBODY, 1L);
	} else if (has_body || strcmp(req->method, "POST") == 0 ||
		   strcmp(req->method, "PUT") == 0 || strcmp(req->method, "PATCH") == 0) {
		SG_CURL_SET(easy, CURLOPT_POST, 1L);
		SG_CURL_SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body.len);
		SG_CURL_SET(easy, CURLOPT_POSTFIELDS, has_body ? req->body.ptr : "");
		SG_CURL_SET(easy, CURLOPT_CUSTOMREQUEST, req->method);
	} else if (!get) {
		SG_CURL_SET(easy, CURLOPT_CUSTOMREQUEST, req->method);
	}
}

/*
 * Plain http is for this machine only and never leaves it by way of a proxy. A name that other
 * clients resolve on the proxy's side of SOCKS is resolved there here too.
 */
static void set_proxy(CURL *easy, const struct sg_http_req *req, const struct sg_http_url *url)
{
	SG_AUTO(sg_buf_wipe) struct sg_buf proxy;
	const char *socks = "socks5://";

	sg_buf_init(&proxy, URL_MAX_BYTES);
	if (!req->proxy && !sg_http_url_loopback(url))
		return; /* the proxy environment, as libcurl reads it */
	sg_buf_adds(&proxy, req->proxy ? req->proxy : "");
	if (sg_str_starts(sg_buf_str(&proxy), socks))
		sg_buf_splice(&proxy, 0, strlen(socks), SG_STR("socks5h://"));
	SG_CURL_SET(easy, CURLOPT_PROXY, proxy.ptr);
	if (proxy.len > 0)
		SG_CURL_SET(easy, CURLOPT_NOPROXY, ""); /* asked for by name: no exception */
}

static void keep_proxy(struct sg_curl_call *call, const struct sg_http_req *req)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};

	call->proxy = sg_strdup(sg_http_proxy_of(&scratch, sg_env_real(), req->url, req->proxy));
}

/* The exceptions are about the host that is called, not about the name in its certificate. */
static void set_exceptions(const struct sg_curl_call *call, const struct sg_http_req *req)
{
	const char *list = sg_env_nonempty(sg_env_real(), "no_proxy");

	if (!list)
		list = sg_env_nonempty(sg_env_real(), "NO_PROXY");
	if (req->proxy || !call->server_name)
		return;
	if (list && sg_http_noproxy(sg_str_of(list), call->host))
		SG_CURL_SET(call->easy, CURLOPT_PROXY, "");
	else
		SG_CURL_SET(call->easy, CURLOPT_NOPROXY, "");
}

static bool is_default_port(const struct sg_http_url *url)
{
	return url->port == (url->tls ? 443u : 80u);
}

/*
 * For a name of the certificate that is not the URL's host: libcurl is told that the URL has that
 * name, where to connect instead, and what Host to send (argocd.md 3.6).
 */
static int set_server_name(struct sg_curl_call *call, const struct sg_http_req *req,
	const struct sg_http_url *url, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf text;
	struct sg_http_url renamed;
	const char *name = req->tls->server_name;

	sg_buf_init(&text, URL_MAX_BYTES);
	sg_buf_addf(&text, "https://%s:%u", name, url->port);
	if (sg_http_url_parse(text.ptr, &renamed, err) < 0 || renamed.target.len > 0)
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"the server name for TLS is no plain host name: %.80s", name);
	sg_buf_addstr(&text, url->target);
	SG_CURL_SET(call->easy, CURLOPT_URL, text.ptr);
	sg_buf_reset(&text);
	sg_buf_addf(&text, "%s:%u:%.*s:%u", name, url->port, SG_STR_ARG(url->host), url->port);
	call->connect_to = curl_slist_append(NULL, text.ptr);
	SG_CURL_SET(call->easy, CURLOPT_CONNECT_TO, call->connect_to);
	sg_buf_reset(&text);
	sg_buf_addstr(&text, url->host);
	if (!is_default_port(url))
		sg_buf_addf(&text, ":%u", url->port);
	call->headers = sg_curl_headers(req, text.ptr);
	call->server_name = sg_strdup(name);
	return 0;
}

static int set_url(struct sg_curl_call *call, const struct sg_http_req *req,
	const struct sg_http_url *url, struct sg_err *err)
{
	const char *name = req->tls ? req->tls->server_name : NULL;

	if (name && url->tls && !sg_str_ieq(sg_str_of(name), sg_str_of(call->host)))
		return set_server_name(call, req, url, err);
	SG_CURL_SET(call->easy, CURLOPT_URL, req->url);
	call->headers = sg_curl_headers(req, NULL);
	return 0;
}

int sg_curl_set_options(struct sg_curl_call *call, const struct sg_http_req *req,
	const struct sg_http_url *url, struct sg_err *err)
{
	if (set_url(call, req, url, err) < 0)
		return -1;
	if (url->tls && sg_curl_set_tls(call, req->tls, err) < 0)
		return -1;
	set_policy(call->easy, url->tls);
	set_connection(call);
	set_method(call->easy, req);
	set_proxy(call->easy, req, url);
	set_exceptions(call, req);
	keep_proxy(call, req);
	SG_CURL_SET(call->easy, CURLOPT_HTTPHEADER, call->headers);
	sg_curl_set_callbacks(call);
	sg_curl_set_trace(call);
	return 0;
}
