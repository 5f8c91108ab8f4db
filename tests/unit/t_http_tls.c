/* The real client against servers whose certificates are wrong, each in its own way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "web.h"

static void good_certificate(void **state)
{
	struct sg_http *http = web_client(NULL);
	struct sg_http_req req = web_get(web_url("server", "/hello"));
	char url[64];

	(void)state;
	assert_string_equal(web_body(http, &req, 200), "hello");
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/hello", web_port("server"));
	req.url = url; /* by the address in the certificate */
	assert_string_equal(web_body(http, &req, 200), "hello");
	sg_http_curl_free(http);
}

static void fails(const char *server, enum sg_reason reason, const char *const *words)
{
	struct sg_http *http = web_client(NULL);
	struct sg_http_req req = web_get(web_url(server, "/hello"));

	web_fails(http, &req, reason, words);
	assert_int_equal(sg_http_curl_stats(http).requests, 0); /* nothing was sent */
	sg_http_curl_free(http);
}

static void expired(void **state)
{
	(void)state;
	fails("expired", SG_R_TLS_FAILED,
		WORDS("localhost", "has expired", "CN=expired", "2021-01-01 00:00:00 UTC",
			"renew"));
	assert_false(web_error()->transient);
	assert_null(strstr(web_error()->cause, "; it "));
}

static void not_valid_yet(void **state)
{
	(void)state;
	fails("future", SG_R_TLS_FAILED,
		WORDS("not valid yet", "CN=future", "2098-01-01 00:00:00 UTC", "clock"));
}

static void wrong_host(void **state)
{
	(void)state;
	fails("wrong", SG_R_TLS_FAILED,
		WORDS("is for other.example.com, www.example.com, 10.1.2.3, not for localhost"));
	assert_null(strstr(web_error()->hint, "--ca-file"));
}

static void unknown_authority(void **state)
{
	(void)state;
	fails("stranger", SG_R_TLS_FAILED,
		WORDS("\"CN=t ca2\"", "not known to /some/where/ca.pem", "--ca-file",
			"STAGEGATE_CA_FILE"));
}

static void self_signed(void **state)
{
	(void)state;
	fails("self", SG_R_TLS_FAILED, WORDS("self-signed", "/some/where/ca.pem", "--ca-file"));
}

static void weak_key(void **state)
{
	(void)state;
	fails("weak", SG_R_TLS_FAILED, WORDS("too weak"));
}

static void old_version(void **state)
{
	(void)state;
	fails("old", SG_R_TLS_FAILED, WORDS("localhost", "1.2"));
}

static void no_tls_at_all(void **state)
{
	(void)state;
	fails("plain", SG_R_TLS_FAILED, WORDS("localhost", "does not speak TLS"));
}

static void no_authorities(void **state)
{
	struct sg_http_curl_opts opts = {.ca_pem = SG_STR("\n"), .ca_from = "nothing"};
	struct sg_http *http = web_client(&opts);
	struct sg_http_req req = web_get(web_url("server", "/hello"));

	(void)state;
	web_fails(http, &req, SG_R_CONFIG_INVALID, WORDS("nothing", "PEM"));
	sg_http_curl_free(http);
}

static void trust_of_a_request(void **state)
{
	struct sg_http *http = web_client(NULL);
	struct sg_http_req good = web_get(web_url("server", "/hello")), other = good;
	struct sg_tls own = {.ca_pem = web_pem("ca2")};
	struct sg_tls broken = {.ca_pem = SG_STR("-----BEGIN CERTIFICATE-----\nAAAA\n"),
		.ca_from = "the kubeconfig"};

	(void)state;
	other.tls = &own;
	/* a kept connection is not shared with a call that trusts somebody else */
	(void)web_body(http, &good, 200);
	web_fails(http, &other, SG_R_TLS_FAILED, WORDS("CN=t ca", "given for this server"));
	(void)web_body(http, &good, 200);
	assert_int_equal(sg_http_curl_stats(http).requests, 2);
	other.url = web_url("stranger", "/hello");
	(void)web_body(http, &other, 200);
	other.tls = &broken;
	web_fails(http, &other, SG_R_CONFIG_INVALID, WORDS("the kubeconfig"));
	sg_http_curl_free(http);
}

static void insecure_is_for_that_call_only(void **state)
{
	struct sg_http *http = web_client(NULL);
	struct sg_tls insecure = {.insecure = true};
	struct sg_http_req req;
	static const char *const servers[] = {"expired", "wrong", "stranger", "self"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(servers); i++) {
		req = web_get(web_url(servers[i], "/hello"));
		req.tls = &insecure;
		assert_string_equal(web_body(http, &req, 200), "hello");
		req.tls = NULL; /* the kept connection must not be used */
		web_fails(http, &req, SG_R_TLS_FAILED, WORDS("certificate"));
	}
	sg_http_curl_free(http);
}

static void server_name(void **state)
{
	struct sg_http *http = web_client(NULL);
	struct sg_http_req req = web_get(web_url("wrong", "/echo?q=1"));
	struct sg_tls tls = {.server_name = "www.example.com"};
	char host[64];
	const char *seen;

	(void)state;
	req.tls = &tls;
	(void)snprintf(host, sizeof(host), "\r\nHost: localhost:%d\r\n", web_port("wrong"));
	req.url = web_url("wrong", "/echo/x");
	seen = web_body(http, &req, 200);
	assert_non_null(strstr(seen, host));
	assert_non_null(strstr(seen, "GET /echo/x HTTP/1.1"));
	tls.server_name = "more.example.com";
	web_fails(
		http, &req, SG_R_TLS_FAILED, WORDS("www.example.com", "not for more.example.com"));
	tls.server_name = "evil/@x";
	web_fails(http, &req, SG_R_CONFIG_INVALID, WORDS("evil/@x"));
	sg_http_curl_free(http);
}

/*
 * The server's alert and its end of the connection race with what the client sends, so that the
 * alert may be lost; what it may be about is said in any case.
 */
static void without_certificate(struct sg_http *http, const struct sg_http_req *req)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_http_res res;

	assert_int_equal(sg_http_send(http, req, &res, &err), -1);
	print_message("    %s (%s)\n", err.cause, err.hint);
	assert_true(err.reason == SG_R_TLS_FAILED || err.reason == SG_R_UNREACHABLE);
	assert_non_null(strstr(err.hint, "demand a client certificate"));
}

static void client_certificate(const char *server)
{
	struct sg_secret *key = sg_secret_new(NULL, web_key("client"));
	struct sg_secret *other = sg_secret_new(NULL, web_key("server"));
	struct sg_http *http = web_client(NULL);
	struct sg_http_req req = web_get(web_url(server, "/hello"));
	struct sg_tls tls = {.client_cert_pem = web_pem("client"), .client_key = key};

	without_certificate(http, &req);
	req.tls = &tls;
	assert_string_equal(web_body(http, &req, 200), "hello");
	assert_string_equal(web_body(http, &req, 200), "hello");
	tls.client_cert_pem = web_pem("stranger");
	web_fails(http, &req, SG_R_CONFIG_INVALID, WORDS("client certificate"));
	tls.client_key = NULL;
	web_fails(http, &req, SG_R_CONFIG_INVALID, WORDS("without its key"));
	tls.client_cert_pem = SG_STR("no certificate");
	tls.client_key = other;
	web_fails(http, &req, SG_R_CONFIG_INVALID, WORDS("client certificate", "PEM"));
	sg_http_curl_free(http);
	sg_secret_free(key);
	sg_secret_free(other);
}

static void client_certificate_in_tls12(void **state)
{
	(void)state;
	client_certificate("mtls12");
}

static void client_certificate_in_tls13(void **state)
{
	(void)state;
	client_certificate("mtls13");
}

static void breaks(struct sg_http *http, const char *server, bool transient)
{
	struct sg_http_req req = web_get(web_url(server, "/close"));

	web_fails(http, &req, transient ? SG_R_UNREACHABLE : SG_R_TLS_FAILED,
		WORDS("TLS handshake", "demand a client certificate"));
	assert_int_equal(web_error()->transient, transient);
}

/*
 * Where one connection is good, another that breaks in the handshake is the way. From the second
 * turn on the first of them is that which libcurl opens for a kept one that was closed.
 */
static void a_broken_handshake_is_tried_again(void **state)
{
	struct sg_http *http = web_client(NULL);
	struct sg_http_req good = web_get(web_url("shaky", "/hello"));

	(void)state;
	for (int i = 0; i < 3; i++) {
		breaks(http, "shaky", true);
		breaks(http, "shaky", true);
		assert_string_equal(web_body(http, &good, 200), "hello");
	}
	sg_http_curl_free(http);
}

static void a_server_that_always_breaks_it_is_believed(void **state)
{
	struct sg_http *http = web_client(NULL);

	(void)state;
	breaks(http, "shut", true);
	breaks(http, "shut", true);
	breaks(http, "shut", false);
	sg_http_curl_free(http);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_certificate),
		cmocka_unit_test(expired),
		cmocka_unit_test(not_valid_yet),
		cmocka_unit_test(wrong_host),
		cmocka_unit_test(unknown_authority),
		cmocka_unit_test(self_signed),
		cmocka_unit_test(weak_key),
		cmocka_unit_test(old_version),
		cmocka_unit_test(no_tls_at_all),
		cmocka_unit_test(no_authorities),
		cmocka_unit_test(trust_of_a_request),
		cmocka_unit_test(insecure_is_for_that_call_only),
		cmocka_unit_test(server_name),
		cmocka_unit_test(client_certificate_in_tls12),
		cmocka_unit_test(client_certificate_in_tls13),
		cmocka_unit_test(a_broken_handshake_is_tried_again),
		cmocka_unit_test(a_server_that_always_breaks_it_is_believed),
	};
	int failed;

	(void)web_set_up(NULL);
	if (!web_ready())
		return 77;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)web_tear_down(NULL);
	return failed;
}
