/* The real client by way of proxies, and what its trace shows. */
#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "io/http_noproxy.h"
#include "web.h"

/* A name that only the proxy knows; it leads to the good server. */
#define FAR "https://gitops.test/echo"

static struct sg_http *client;
static struct sg_buf lines;

static void put_line(void *arg, enum sg_log_level level, struct sg_str message)
{
	(void)arg;
	(void)level;
	sg_buf_addstr(&lines, message);
	sg_buf_addc(&lines, '\n');
}

static void clear_proxy(void)
{
	static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy",
		"ALL_PROXY", "no_proxy", "NO_PROXY"};

	for (size_t i = 0; i < SG_COUNT(names); i++)
		(void)unsetenv(names[i]);
}

static int set_up(void **state)
{
	(void)state;
	clear_proxy();
	client = web_client(NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sg_http_curl_free(client);
	clear_proxy();
	return 0;
}

static void use(const char *variable, const char *user, const char *name)
{
	char url[96];

	(void)snprintf(url, sizeof(url), "http://%s127.0.0.1:%d", user, web_port(name));
	(void)setenv(variable, url, 1);
}

/* What the server and the proxy were asked so far. */
static const char *seen(void)
{
	struct sg_http *direct = web_client(NULL);
	struct sg_http_req req = web_get(web_url("server", "/log"));
	const char *log;

	req.proxy = "";
	log = web_body(direct, &req, 200);
	sg_http_curl_free(direct);
	return log;
}

/* The credential for the far server, made of SECRET. */
static struct sg_cred far_cred(const struct sg_secret *secret)
{
	return (struct sg_cred){.kind = SG_CRED_PRIVATE_TOKEN,
		.origin = "https://gitops.test:443",
		.secret = secret};
}

static void the_environments_proxy_gets_none_of_our_headers(void **state)
{
	static const struct sg_http_header headers[] = {{"X-Ours", "yes"}};
	struct sg_secret *secret = sg_secret_new(NULL, SG_STR("s3cr3t-token"));
	struct sg_cred cred = far_cred(secret);
	struct sg_http_req req = web_get(FAR);
	const char *answer, *log;

	(void)state;
	use("https_proxy", "", "proxy");
	req.headers = headers;
	req.header_count = 1;
	req.cred = &cred;
	answer = web_body(client, &req, 200);
	assert_non_null(strstr(answer, "PRIVATE-TOKEN: s3cr3t-token"));
	assert_non_null(strstr(answer, "X-Ours: yes"));
	assert_non_null(strstr(answer, "Host: gitops.test\r\n"));
	log = strstr(seen(), "proxy CONNECT gitops.test:443 HTTP/1.1");
	assert_non_null(log);
	assert_null(strstr(log, "s3cr3t"));
	assert_null(strstr(log, "X-Ours"));
	(void)web_body(client, &req, 200);
	assert_int_equal(sg_http_curl_stats(client).connections, 1); /* the tunnel is kept */
	sg_secret_free(secret);
}

static void the_proxys_own_credential_is_sent(void **state)
{
	struct sg_http_req req = web_get(FAR);

	(void)state;
	use("https_proxy", "bob:pw@", "proxy");
	(void)web_body(client, &req, 200);
	assert_non_null(strstr(seen(), "Proxy-Authorization: Basic Ym9iOnB3"));
}

/* The resolver says no, or is itself out of reach: both name the step. */
static void resolves_not(const struct sg_http_req *req, const char *word)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_http_res res;

	assert_int_equal(sg_http_send(client, req, &res, &err), -1);
	assert_non_null(strstr(err.cause, "resolve"));
	assert_non_null(strstr(err.cause, word));
}

static void no_proxy_makes_exceptions(void **state)
{
	struct sg_http_req req = web_get(FAR);

	(void)state;
	req.connect_timeout_ms = 300;
	use("HTTPS_PROXY", "", "proxy");
	(void)setenv("NO_PROXY", ".svc,gitops.test", 1);
	resolves_not(&req, "gitops.test");
}

static void excepted(const char *list, const char *host, bool expected)
{
	if (sg_http_noproxy(sg_str_of(list), host) != expected)
		fail_msg("%s: %s", list, host);
}

static void exceptions_by_name_and_network(void **state)
{
	(void)state;
	excepted("*", "h", true);
	excepted(" * ", "10.0.0.1", true);
	excepted("", "h", false);
	excepted(",, ,", "h", false);
	excepted("example.com", "example.com", true);
	excepted("example.com", "Git.Example.COM", true);
	excepted(".example.com", "example.com", true);
	excepted("example.com.", "example.com", true);
	excepted("example.com", "example.com.", true);
	excepted("example.com", "badexample.com", false);
	excepted("example.com", "com", false);
	excepted("a, .svc\tb.test,c", "kubernetes.default.svc", true);
	excepted("a, .svc\tb.test,c", "x.b.test", true);
	excepted("a, .svc\tb.test,c", "c", true);
	excepted("10.0.0.1", "10.0.0.1", true);
	excepted("10.0.0.0/8", "10.200.3.4", true);
	excepted("10.0.0.0/8", "11.0.0.1", false);
	excepted("10.0.0.128/25", "10.0.0.129", true);
	excepted("10.0.0.128/25", "10.0.0.127", false);
	excepted("0.0.0.0/0", "1.2.3.4", true);
	excepted("10.0.0.0/33", "10.0.0.1", false);
	excepted("10.0.0.0/x", "10.0.0.0", false);
	excepted("0.1", "10.0.0.1", false);
	excepted("fd00::/8", "fd12::1", true);
	excepted("[::1]", "::1", true);
	excepted("::1", "0:0:0:0:0:0:0:1", true);
	excepted("fd00::/8", "10.0.0.1", false);
}

static void exceptions_are_about_the_host_that_is_called(void **state)
{
	struct sg_tls tls = {.server_name = "localhost"};
	struct sg_http_req req = web_get(FAR);

	(void)state;
	req.tls = &tls;
	use("https_proxy", "", "proxy");
	assert_non_null(strstr(web_body(client, &req, 200), "Host: gitops.test\r\n"));
	(void)setenv("NO_PROXY", "localhost", 1);
	(void)web_body(client, &req, 200);
	(void)setenv("NO_PROXY", "gitops.test", 1);
	req.connect_timeout_ms = 300;
	resolves_not(&req, "gitops.test");
}

static void a_request_may_name_its_proxy(void **state)
{
	struct sg_http_req req = web_get(FAR);
	char url[64];

	(void)state;
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", web_port("proxy"));
	use("https_proxy", "", "closed");
	(void)setenv("NO_PROXY", "gitops.test", 1);
	req.proxy = url;
	(void)web_body(client, &req, 200);
	req.proxy = NULL;
	(void)unsetenv("NO_PROXY");
	web_fails(client, &req, SG_R_UNREACHABLE, WORDS("refused"));
}

static void this_machine_needs_no_proxy(void **state)
{
	struct sg_http_req req = web_get(web_url("server", "/hello"));
	char url[64];

	(void)state;
	use("https_proxy", "", "closed");
	use("http_proxy", "", "closed");
	use("all_proxy", "", "closed");
	assert_string_equal(web_body(client, &req, 200), "hello");
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/hello", web_port("plain"));
	req.url = url;
	assert_string_equal(web_body(client, &req, 200), "hello");
}

static void what_a_proxy_refuses(void **state)
{
	struct sg_http_req req = web_get(FAR);

	(void)state;
	use("https_proxy", "", "proxy-login");
	web_fails(client, &req, SG_R_AUTH_FAILED,
		WORDS("gitops.test", "407", "https_proxy=http://USER:PASSWORD@PROXY:PORT"));
	assert_false(web_error()->transient);
	use("https_proxy", "", "proxy-no");
	web_fails(client, &req, SG_R_UNREACHABLE, WORDS("proxy", "gitops.test", "403"));
	assert_false(web_error()->transient);
	use("https_proxy", "bob:pw@", "closed");
	web_fails(client, &req, SG_R_UNREACHABLE,
		WORDS("cannot connect to the proxy http://127.0.0.1:", "way to gitops.test",
			"https_proxy"));
	assert_null(strstr(web_error()->cause, "bob"));
	(void)setenv("https_proxy", "http://no-such-proxy.invalid:3128", 1);
	req.connect_timeout_ms = 500;
	resolves_not(&req, "prox");
}

static void the_trace_shows_no_secret(void **state)
{
	struct sg_log log = {.level = SG_LOG_DEBUG, .put = put_line};
	struct sg_http_curl_opts opts = {.log = &log, .trace = true};
	struct sg_http *traced = web_client(&opts);
	struct sg_secret *secret = sg_secret_new(NULL, SG_STR("s3cr3t-token"));
	struct sg_http_req req = web_get(web_url("server", "/echo"));
	char origin[64];
	struct sg_cred cred = {
		.kind = SG_CRED_BASIC, .origin = origin, .user = "ci", .secret = secret};

	(void)state;
	sg_buf_init(&lines, 1000000);
	(void)snprintf(origin, sizeof(origin), "https://localhost:%d", web_port("server"));
	req.cred = &cred;
	req.method = "POST";
	req.body = SG_STR("the-body-itself");
	(void)web_body(traced, &req, 200);
	cred.kind = SG_CRED_JOB_TOKEN;
	(void)web_body(traced, &req, 200);
	assert_non_null(strstr(lines.ptr, "> POST /echo HTTP/1.1"));
	assert_non_null(strstr(lines.ptr, "> Authorization: "));
	assert_non_null(strstr(lines.ptr, "> JOB-TOKEN: [MASKED]"));
	assert_non_null(strstr(lines.ptr, "< HTTP/1.1 200 OK"));
	assert_null(strstr(lines.ptr, "s3cr3t"));
	assert_null(strstr(lines.ptr, "Y2k6czNjcjN0LXRva2Vu"));
	assert_null(strstr(lines.ptr, "the-body-itself"));
	sg_http_curl_free(traced);
	sg_secret_free(secret);
	sg_buf_release(&lines);
}

#define WITH_CLIENT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CLIENT(the_environments_proxy_gets_none_of_our_headers),
		WITH_CLIENT(the_proxys_own_credential_is_sent),
		WITH_CLIENT(no_proxy_makes_exceptions),
		WITH_CLIENT(exceptions_by_name_and_network),
		WITH_CLIENT(exceptions_are_about_the_host_that_is_called),
		WITH_CLIENT(a_request_may_name_its_proxy),
		WITH_CLIENT(this_machine_needs_no_proxy),
		WITH_CLIENT(what_a_proxy_refuses),
		WITH_CLIENT(the_trace_shows_no_secret),
	};
	int failed;

	(void)web_set_up(NULL);
	if (!web_ready())
		return 77;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)web_tear_down(NULL);
	return failed;
}
