/* The real client: transfers, limits, timers, what is sent to whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "web.h"

static struct sg_http *client;

static int new_client(void **state)
{
	(void)state;
	client = web_client(NULL);
	return 0;
}

static int free_client(void **state)
{
	(void)state;
	sg_http_curl_free(client);
	return 0;
}

static const char *get(const char *path, int status)
{
	struct sg_http_req req = web_get(web_url("server", path));

	return web_body(client, &req, status);
}

static void fails(const char *path, enum sg_reason reason, bool transient, const char *const *words)
{
	struct sg_http_req req = web_get(web_url("server", path));

	web_fails(client, &req, reason, words);
	assert_int_equal(web_error()->transient, transient);
}

static void one_connection_serves_all(void **state)
{
	struct sg_http_stats stats;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_string_equal(get("/hello", 200), "hello");
	(void)get("/empty", 204);
	(void)get("/status/404", 404);
	stats = sg_http_curl_stats(client);
	assert_int_equal(stats.requests, 7);
	assert_int_equal(stats.connections, 1);
	assert_true(stats.bytes_down > 5 * 5);
	assert_true(stats.bytes_up > 7 * 50);
}

static void any_status_is_an_answer(void **state)
{
	(void)state;
	assert_string_equal(get("/status/401", 401), "status");
	assert_string_equal(get("/status/500", 500), "status");
	assert_int_equal(sg_http_curl_stats(client).requests, 2);
}

static void what_is_sent(void **state)
{
	static const struct sg_http_header headers[] = {
		{"Content-Type", "text/x-thing"}, {"X-Empty", ""}, {"X-Two", "a b"}};
	struct sg_http_req req = web_get(web_url("server", "/echo/../a%20b?x=1"));
	const char *seen;

	(void)state;
	req.url = web_url("server", "/echo/../x?q=1");
	req.method = "PATCH";
	req.headers = headers;
	req.header_count = SG_COUNT(headers);
	req.body = SG_STR("the\0body");
	seen = web_body(client, &req, 200);
	assert_non_null(strstr(seen, "PATCH /echo/../x?q=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(seen, "\r\nContent-Type: text/x-thing\r\n"));
	assert_non_null(strstr(seen, "\r\nX-Empty:\r\n"));
	assert_non_null(strstr(seen, "\r\nX-Two: a b\r\n"));
	assert_non_null(strstr(seen, "\r\nContent-Length: 8\r\n"));
	assert_non_null(strstr(seen, "\r\nUser-Agent: stagegate/test\r\n"));
	assert_null(strstr(seen, "Accept-Encoding"));
	assert_null(strstr(seen, "Authorization"));
	assert_non_null(strstr(seen, "\r\n\r\nthe"));
}

static void methods_and_bodies(void **state)
{
	static const char *const methods[] = {"GET", "DELETE", "POST", "PUT"};
	struct sg_http_req req = web_get(web_url("server", "/echo"));
	char start[32];

	(void)state;
	for (size_t i = 0; i < SG_COUNT(methods); i++) {
		const char *seen;

		req.method = methods[i];
		(void)snprintf(start, sizeof(start), "%s /echo HTTP/1.1\r\n", methods[i]);
		seen = web_body(client, &req, 200);
		assert_true(sg_str_starts(sg_str_of(seen), start));
		assert_null(strstr(seen, "Content-Type"));
		assert_int_equal(strstr(seen, "Content-Length: 0") != NULL, i >= 2);
	}
	req.method = "HEAD";
	req.url = web_url("server", "/empty");
	assert_string_equal(web_body(client, &req, 204), "");
}

static void a_large_body_goes_up_at_once(void **state)
{
	size_t len = 3000000;
	char *bytes = test_malloc(len);
	struct sg_http_req req = web_get(web_url("server", "/echo"));

	(void)state;
	memset(bytes, 'u', len);
	req.method = "POST";
	req.body = (struct sg_str){bytes, len};
	req.max_body_bytes = len + 1000;
	assert_null(strstr(web_body(client, &req, 200), "Expect"));
	test_free(bytes);
}

static void credential_forms(void **state)
{
	static const struct {
		enum sg_cred_kind kind;
		const char *line;
	} forms[] = {
		{SG_CRED_BEARER, "\r\nAuthorization: Bearer s3cr3t-token\r\n"},
		{SG_CRED_BASIC, "\r\nAuthorization: Basic Y2k6czNjcjN0LXRva2Vu\r\n"},
		{SG_CRED_PRIVATE_TOKEN, "\r\nPRIVATE-TOKEN: s3cr3t-token\r\n"},
		{SG_CRED_JOB_TOKEN, "\r\nJOB-TOKEN: s3cr3t-token\r\n"},
	};
	struct sg_secret *secret = sg_secret_new(NULL, SG_STR("s3cr3t-token"));
	struct sg_http_req req = web_get(web_url("server", "/echo"));
	char origin[64];
	struct sg_cred cred = {.origin = origin, .user = "ci", .secret = secret};

	(void)state;
	(void)snprintf(origin, sizeof(origin), "https://localhost:%d", web_port("server"));
	req.cred = &cred;
	for (size_t i = 0; i < SG_COUNT(forms); i++) {
		cred.kind = forms[i].kind;
		assert_non_null(strstr(web_body(client, &req, 200), forms[i].line));
	}
	assert_int_equal(sg_http_curl_stats(client).requests, SG_COUNT(forms)); /* no 401 first */
	sg_secret_free(secret);
}

static void a_redirect_is_an_answer(void **state)
{
	struct sg_http_req req = web_get(web_url("server", "/redirect/307"));
	struct sg_http_res res;
	struct sg_err err;

	(void)state;
	assert_int_equal(sg_http_send(client, &req, &res, &err), 0);
	assert_int_equal(res.status, 307);
	assert_true(sg_str_ends(sg_http_header(&res.headers, "Location"), "/target"));
	sg_http_res_release(&res);
	(void)get("/redirect/302", 302);
	assert_null(strstr(get("/log", 200), "/target"));
}

static void interim_answers_and_trailers_are_no_headers(void **state)
{
	struct sg_http_req req = web_get(web_url("server", "/interim"));
	struct sg_http_res res;
	struct sg_err err;

	(void)state;
	assert_int_equal(sg_http_send(client, &req, &res, &err), 0);
	assert_int_equal(res.status, 200);
	assert_int_equal(sg_http_header(&res.headers, "X-Early").len, 0);
	assert_true(sg_str_is(sg_http_header(&res.headers, "x-late"), "yes"));
	assert_true(sg_str_is(sg_http_header(&res.headers, "x-fold"), "one two"));
	assert_string_equal(res.body.ptr, "late");
	sg_http_res_release(&res);
	req.url = web_url("server", "/trailers");
	assert_int_equal(sg_http_send(client, &req, &res, &err), 0);
	assert_int_equal(sg_http_header(&res.headers, "X-Trailer").len, 0);
	assert_string_equal(res.body.ptr, "body");
	sg_http_res_release(&res);
}

static void bodies_have_a_limit(void **state)
{
	struct sg_http_req req = web_get(web_url("server", "/big/5000"));

	(void)state;
	req.max_body_bytes = 5000;
	assert_int_equal(strlen(web_body(client, &req, 200)), 5000);
	req.max_body_bytes = 4999;
	web_fails(client, &req, SG_R_TOO_LARGE, WORDS("4999 bytes"));
	assert_false(web_error()->transient);
	req.url = web_url("server", "/endless");
	req.max_body_bytes = 200000;
	web_fails(client, &req, SG_R_TOO_LARGE, WORDS("200000 bytes"));
}

static void headers_have_a_limit(void **state)
{
	(void)state;
	assert_string_equal(get("/headers/60000", 200), "h");
	fails("/headers/70000", SG_R_TOO_LARGE, false, WORDS("headers", "65536 bytes"));
}

static void an_endless_stream_waits_in_its_window(void **state)
{
	struct sg_http_req req = web_get(web_url("server", "/endless"));
	struct sg_http_call *call;
	struct sg_err err;
	uint64_t total = 0;
	long sent;

	(void)state;
	req.window_bytes = 65536;
	req.max_body_bytes = (size_t)1 << 40;
	assert_int_equal(sg_http_start(client, &req, &call, &err), 0);
	for (int i = 0; i < 6; i++) {
		int64_t until = sg_loop_after(client->loop, 20);

		assert_int_equal(sg_http_await_body(client, call, &err), 0);
		assert_int_equal(sg_loop_delay(client->loop, until, &err), 0);
		assert_in_range(call->body.len, 1, 65536 + 16384);
		total += call->body.len;
		sg_http_take(call, call->body.len);
	}
	assert_true(total > 3 * 65536); /* it goes on after each taking */
	assert_false(call->done);
	/* the rest waits on the server's side of the sockets */
	sent = strtol(get("/sent", 200), NULL, 10);
	assert_true(sent < 32L * 1024 * 1024);
	sg_http_end(call);
	assert_string_equal(get("/hello", 200), "hello");
}

static void a_held_stream_is_not_idle(void **state)
{
	struct sg_http_req req = web_get(web_url("server", "/endless"));
	struct sg_http_call *call;
	struct sg_err err;

	(void)state;
	req.window_bytes = 4096;
	req.idle_timeout_ms = 50;
	req.max_body_bytes = (size_t)1 << 40;
	assert_int_equal(sg_http_start(client, &req, &call, &err), 0);
	assert_int_equal(sg_http_await_body(client, call, &err), 0);
	assert_int_equal(sg_loop_delay(client->loop, sg_loop_after(client->loop, 150), &err), 0);
	assert_false(call->done);
	sg_http_take(call, call->body.len);
	assert_int_equal(sg_http_await_body(client, call, &err), 0);
	sg_http_end(call);
}

static void timed_as(
	enum sg_reason reason, struct sg_http_req *req, int64_t least, const char *const *words)
{
	int64_t start = sg_loop_now_ms(client->loop), took;

	web_fails(client, req, reason, words);
	assert_true(web_error()->transient);
	took = sg_loop_now_ms(client->loop) - start;
	if (took < least || took > least + 10000)
		fail_msg("ended after %ld ms", (long)took);
}

static void timed(struct sg_http_req *req, int64_t least, const char *const *words)
{
	timed_as(SG_R_REMOTE_TIMEOUT, req, least, words);
}

static void each_timer_says_its_name(void **state)
{
	struct sg_http_req req = web_get(web_url("server", "/slow/2000"));

	(void)state;
	req.idle_timeout_ms = 60;
	timed(&req, 60, WORDS("no answer came within 60ms", "--idle-timeout"));
	req.url = web_url("server", "/stall");
	timed(&req, 60, WORDS("stopped after 5 bytes", "60ms"));
	req.url = web_url("server", "/drip");
	req.idle_timeout_ms = 0;
	req.total_timeout_ms = 150;
	timed(&req, 150, WORDS("not complete within 150ms", "--request-timeout"));
	req.until_ms = sg_loop_after(client->loop, 80);
	timed(&req, 80, WORDS("not complete within", "--timeout"));
	req = web_get(web_url("silent", "/"));
	req.connect_timeout_ms = 70;
	timed_as(SG_R_UNREACHABLE, &req, 70,
		WORDS("no connection within 70ms to localhost", "TLS handshake",
			"--connect-timeout"));
}

static void a_drip_is_alive(void **state)
{
	struct sg_http_req req = web_get(web_url("server", "/drip"));
	struct sg_http_call *call;
	struct sg_err err;

	(void)state;
	req.idle_timeout_ms = 2000;
	assert_int_equal(sg_http_start(client, &req, &call, &err), 0);
	assert_int_equal(sg_http_await_headers(client, call, &err), 0);
	assert_int_equal(sg_loop_delay(client->loop, sg_loop_after(client->loop, 2500), &err), 0);
	assert_false(call->done);
	assert_true(call->body.len > 3);
	sg_http_end(call);
}

static void cut_answers_say_where(void **state)
{
	(void)state;
	fails("/truncated", SG_R_UNREACHABLE, true,
		WORDS("closed the connection", "after 10 of 1000 bytes"));
	assert_int_equal(web_error()->http_status, 200);
	fails("/truncated-chunk", SG_R_UNREACHABLE, true, WORDS("after 10 bytes"));
	fails("/reset", SG_R_UNREACHABLE, true, WORDS("reset", "after 10 of 1000 bytes"));
	fails("/close", SG_R_UNREACHABLE, true, WORDS("localhost", "before it answered"));
}

static void malformed_answers(void **state)
{
	(void)state;
	fails("/bad-http", SG_R_ANSWER_INVALID, false, WORDS("localhost", "not valid HTTP"));
	fails("/bad-chunk", SG_R_ANSWER_INVALID, false, WORDS("not valid HTTP"));
	fails("/bad-length", SG_R_ANSWER_INVALID, false, WORDS("not valid HTTP"));
	fails("/two-lengths", SG_R_ANSWER_INVALID, false, WORDS("not valid HTTP"));
	fails("/nul", SG_R_ANSWER_INVALID, false, WORDS("not valid HTTP"));
}

static void nobody_listens(void **state)
{
	struct sg_http_req req = web_get(web_url("closed", "/"));

	(void)state;
	web_fails(client, &req, SG_R_UNREACHABLE, WORDS("localhost", "refused"));
	assert_true(web_error()->transient);
}

static void no_such_name(void **state)
{
	struct sg_http_req req = web_get("https://no-such-host.invalid/");
	struct sg_http_res res;
	struct sg_err err;

	(void)state;
	req.connect_timeout_ms = 300; /* where the resolver itself is out of reach */
	assert_int_equal(sg_http_send(client, &req, &res, &err), -1);
	assert_true(err.transient);
	assert_non_null(strstr(err.cause, "no-such-host.invalid"));
	assert_non_null(strstr(err.cause, "resolve"));
}

static void link_local_addresses_are_refused(void **state)
{
	struct sg_http_req req = web_get("https://169.254.169.254/latest");

	(void)state;
	web_fails(client, &req, SG_R_CONFIG_INVALID, WORDS("169.254.169.254", "metadata"));
	req.url = "https://[fd00:ec2::254]/latest";
	web_fails(client, &req, SG_R_CONFIG_INVALID, WORDS("metadata"));
	req.url = "https://[::ffff:169.254.169.254]/latest";
	web_fails(client, &req, SG_R_CONFIG_INVALID, WORDS("metadata"));
}

static void what_may_be_sent_once_is_sent_once(void **state)
{
	struct sg_http_req req = web_get(web_url("server", "/close-second"));

	(void)state;
	/* a GET is repeated on a new connection */
	(void)get("/hello", 200);
	assert_string_equal(get("/close-second", 200), "first");
	assert_int_equal(sg_http_curl_stats(client).connections, 2);
	/* a change is not: the server has read it */
	req.method = "POST";
	req.body = SG_STR("do it");
	req.replayable = false;
	web_fails(client, &req, SG_R_UNREACHABLE, WORDS("may or may not"));
	assert_int_equal(sg_http_curl_stats(client).requests, 4);
}

static void two_streams_at_once(void **state)
{
	struct sg_http_req req = web_get(web_url("server", "/drip"));
	struct sg_http_call *one, *two;
	struct sg_err err;

	(void)state;
	assert_int_equal(sg_http_start(client, &req, &one, &err), 0);
	assert_int_equal(sg_http_start(client, &req, &two, &err), 0);
	assert_string_equal(get("/hello", 200), "hello");
	assert_int_equal(sg_http_await_body(client, two, &err), 0);
	assert_int_equal(sg_http_await_headers(client, one, &err), 0);
	sg_http_end(one);
	sg_http_end(two);
}

static void a_client_ends_with_calls_open(void **state)
{
	struct sg_http *other = web_client(NULL);
	struct sg_http_req req = web_get(web_url("server", "/endless"));
	struct sg_http_call *call;
	struct sg_err err;

	(void)state;
	assert_int_equal(sg_http_start(other, &req, &call, &err), 0);
	assert_int_equal(sg_http_await_headers(other, call, &err), 0);
	sg_http_curl_free(other);
}

static void nothing_to_wait_for(void **state)
{
	int64_t start = sg_loop_now_ms(client->loop);
	struct sg_err err;

	(void)state;
	assert_int_equal(sg_loop_delay(client->loop, start + 30, &err), 0);
	assert_in_range(sg_loop_now_ms(client->loop) - start, 30, 300);
}

#define WITH_CLIENT(test) cmocka_unit_test_setup_teardown(test, new_client, free_client)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CLIENT(one_connection_serves_all),
		WITH_CLIENT(any_status_is_an_answer),
		WITH_CLIENT(what_is_sent),
		WITH_CLIENT(methods_and_bodies),
		WITH_CLIENT(a_large_body_goes_up_at_once),
		WITH_CLIENT(credential_forms),
		WITH_CLIENT(a_redirect_is_an_answer),
		WITH_CLIENT(interim_answers_and_trailers_are_no_headers),
		WITH_CLIENT(bodies_have_a_limit),
		WITH_CLIENT(headers_have_a_limit),
		WITH_CLIENT(an_endless_stream_waits_in_its_window),
		WITH_CLIENT(a_held_stream_is_not_idle),
		WITH_CLIENT(each_timer_says_its_name),
		WITH_CLIENT(a_drip_is_alive),
		WITH_CLIENT(cut_answers_say_where),
		WITH_CLIENT(malformed_answers),
		WITH_CLIENT(nobody_listens),
		WITH_CLIENT(no_such_name),
		WITH_CLIENT(link_local_addresses_are_refused),
		WITH_CLIENT(what_may_be_sent_once_is_sent_once),
		WITH_CLIENT(two_streams_at_once),
		WITH_CLIENT(a_client_ends_with_calls_open),
		WITH_CLIENT(nothing_to_wait_for),
	};
	int failed;

	(void)web_set_up(NULL);
	if (!web_ready())
		return 77;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)web_tear_down(NULL);
	return failed;
}
