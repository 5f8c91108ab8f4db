/* io/http.h over the scripted client: policy before a byte is sent, waiting, timers, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "script_http.h"

#define URL "https://git.example.com/x?y=1"

static struct sg_http_req get(const char *url)
{
	return (struct sg_http_req){.method = "GET", .url = url, .max_body_bytes = 100};
}

static void origin_is(const char *url, const char *expected)
{
	struct sg_arena arena = {.head = NULL};
	struct sg_err err = SG_ERR_INIT;
	const char *origin = NULL;
	int rc = sg_http_origin(&arena, url, &origin, &err);

	if (!expected) {
		assert_int_equal(rc, -1);
		assert_int_equal(err.reason, SG_R_CONFIG_INVALID);
	} else {
		if (rc < 0)
			fail_msg("%s: %s", url, err.cause);
		assert_string_equal(origin, expected);
	}
	sg_arena_release(&arena);
}

static void origins_are_normalised(void **state)
{
	(void)state;
	origin_is("https://Git.Example.COM/a/b", "https://git.example.com:443");
	origin_is("HTTPS://h:8443?x", "https://h:8443");
	origin_is("http://127.0.0.1:80#f", "http://127.0.0.1:80");
	origin_is("http://localhost", "http://localhost:80");
	origin_is("https://h:/", "https://h:443");
	origin_is("https://[2001:DB8::1]/", "https://[2001:db8::1]:443");
	origin_is("https://[::1]:6443", "https://[::1]:6443");
}

static void addresses_that_could_be_read_twice_are_refused(void **state)
{
	static const char *const bad[] = {"", "h", "//h", "ftp://h/", "file:///etc/passwd",
		"https://", "https:///x", "https://:443/", "https://u:p@h/", "https://u@h/",
		"https://h@evil/", "https://h\\@evil/", "https://h%2eevil/", "https://h /",
		"https://h/\tx", "https://h/\nHost: x", "https://h\x7f/", "https://h:0/",
		"https://h:65536/", "https://h:1:2/", "https://h:99999999999999999999/",
		"https://h:+1/", "https://[::1/", "https://[]/", "https://[::1%25eth0]/",
		"https://[::1]x/", "https://\xc3\xa4.example/", "https://a,b/", "https://h:a/"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		origin_is(bad[i], NULL);
}

static void user_info_is_not_repeated(void **state)
{
	struct sg_arena arena = {.head = NULL};
	struct sg_err err = SG_ERR_INIT;
	const char *origin;

	(void)state;
	assert_int_equal(sg_http_origin(&arena, "https://bob:hunter22@h/x", &origin, &err), -1);
	assert_null(strstr(err.cause, "hunter22"));
	assert_null(strstr(err.where, "hunter22"));
	assert_non_null(strstr(err.hint, "by its own variable"));
	sg_arena_release(&arena);
}

static void loopback_is_only_this_machine(void **state)
{
	(void)state;
	assert_true(sg_http_is_loopback("http://localhost:1/x"));
	assert_true(sg_http_is_loopback("https://127.9.8.7"));
	assert_true(sg_http_is_loopback("http://[::1]:80/"));
	assert_false(sg_http_is_loopback("http://127.0.0.1.example.com/"));
	assert_false(sg_http_is_loopback("http://localhost.example.com/"));
	assert_false(sg_http_is_loopback("http://127.1/"));
	assert_false(sg_http_is_loopback("http://128.0.0.1/"));
	assert_false(sg_http_is_loopback("http://127.0.0.256/"));
	assert_false(sg_http_is_loopback("http://127.0.0.1./"));
	assert_false(sg_http_is_loopback("http://10.0.0.1/"));
	assert_false(sg_http_is_loopback("http://u@localhost/"));
	assert_false(sg_http_is_loopback("localhost"));
}

/* REQ is refused for REASON and nothing was sent. */
static void refused(const struct sg_http_req *req, enum sg_reason reason, const char *word)
{
	struct script *s = script_new();
	struct sg_http_call *call = NULL;
	struct sg_err err = SG_ERR_INIT;

	assert_int_equal(sg_http_start(script_http(s), req, &call, &err), -1);
	assert_int_equal(err.reason, reason);
	if (!strstr(err.cause, word))
		fail_msg("%s is not in: %s", word, err.cause);
	assert_int_equal(script_request_count(s), 0);
	assert_null(script_problem(s));
	script_free(s);
}

static void plain_http_stays_on_this_machine(void **state)
{
	struct sg_http_req req = get("http://git.example.com/x");
	struct script *s = script_new();
	struct sg_http_res res;
	struct sg_err err;

	(void)state;
	refused(&req, SG_R_CONFIG_INVALID, "git.example.com");
	(void)script_reply(s, "GET", "http://127.0.0.1:99/x", 204, "");
	req.url = "http://127.0.0.1:99/x";
	assert_int_equal(sg_http_send(script_http(s), &req, &res, &err), 0);
	assert_int_equal(res.status, 204);
	sg_http_res_release(&res);
	script_free(s);
}

static void a_credential_stays_with_its_origin(void **state)
{
	static const char *const others[] = {"https://evil.example.com/", "https://h:8443/",
		"http://localhost/", "https://h.example.com/", "https://hh/"};
	struct sg_secret *secret = sg_secret_new(NULL, SG_STR("s3cr3t-token"));
	struct sg_cred cred = {.kind = SG_CRED_BEARER, .origin = "https://h:443", .secret = secret};
	struct script *s = script_new();
	struct sg_http_req req = get("https://H/");
	struct sg_http_res res;
	struct sg_err err;

	(void)state;
	req.cred = &cred;
	script_want_cred(script_expect(s, "GET", "https://H/"), "Bearer s3cr3t-token");
	assert_int_equal(sg_http_send(script_http(s), &req, &res, &err), 0);
	sg_http_res_release(&res);
	assert_null(script_problem(s));
	for (size_t i = 0; i < SG_COUNT(others); i++) {
		req.url = others[i];
		refused(&req, SG_R_CREDENTIAL_ORIGIN, "https://h:443");
	}
	script_free(s);
	sg_secret_free(secret);
}

static void headers_cannot_be_split(void **state)
{
	struct sg_secret *broken = sg_secret_new(NULL, SG_STR("token\r\nHost: x"));
	struct sg_secret *empty = sg_secret_new(NULL, SG_STR(""));
	struct sg_cred cred = {
		.kind = SG_CRED_BASIC, .origin = "https://h:443", .user = "u", .secret = broken};
	struct sg_http_header header = {"X", "a\nb"};
	struct sg_http_req req = get("https://h/");

	(void)state;
	req.cred = &cred;
	refused(&req, SG_R_CREDENTIAL_MISSING, "line break");
	cred.secret = empty;
	refused(&req, SG_R_CREDENTIAL_MISSING, "empty");
	req.cred = NULL;
	req.headers = &header;
	req.header_count = 1;
	refused(&req, SG_R_CONFIG_INVALID, "X");
	header = (struct sg_http_header){"X: y\nZ", "a"};
	refused(&req, SG_R_CONFIG_INVALID, "control byte");
	sg_secret_free(broken);
	sg_secret_free(empty);
}

static void an_answer_comes_in_pieces(void **state)
{
	struct script *s = script_new();
	struct script_answer *a = script_expect(s, "GET", URL);
	struct sg_http_req req = get(URL);
	struct sg_http_call *call;
	struct sg_err err;
	int64_t start = script_now_ms(s);

	(void)state;
	script_header(a, "Content-Type", " text/plain ");
	script_delay(a, 5);
	script_piece(a, 20, SG_STR("one\n"));
	script_piece(a, 35, SG_STR("two\n"));
	script_end(a, 50);
	assert_int_equal(sg_http_start(script_http(s), &req, &call, &err), 0);
	assert_int_equal(call->status, 0);
	assert_int_equal(sg_http_await_headers(script_http(s), call, &err), 0);
	assert_int_equal(call->status, 200);
	assert_int_equal(script_now_ms(s) - start, 5);
	assert_true(sg_str_is(sg_http_header(&call->headers, "content-TYPE"), "text/plain"));
	assert_int_equal(sg_http_header(&call->headers, "Content").len, 0);
	assert_int_equal(sg_http_await_body(script_http(s), call, &err), 0);
	assert_string_equal(call->body.ptr, "one\n");
	sg_http_take(call, 4);
	assert_int_equal(sg_http_await_body(script_http(s), call, &err), 0);
	assert_string_equal(call->body.ptr, "two\n");
	assert_int_equal(script_now_ms(s) - start, 35);
	sg_http_take(call, 99);
	assert_int_equal(sg_http_await_body(script_http(s), call, &err), 0);
	assert_true(call->done);
	assert_false(call->failed);
	assert_int_equal(script_now_ms(s) - start, 50);
	assert_int_equal(script_open_calls(s), 1);
	sg_http_end_ptr(&call);
	assert_null(call);
	sg_http_end(NULL);
	assert_int_equal(script_open_calls(s), 0);
	assert_null(script_problem(s));
	script_free(s);
}

static void what_came_before_a_failure_can_be_taken(void **state)
{
	struct script *s = script_new();
	struct script_answer *a = script_expect(s, "GET", URL);
	struct sg_http_req req = get(URL);
	struct sg_http_call *call;
	struct sg_err err;

	(void)state;
	req.label = "watch";
	script_piece(a, 1, SG_STR("half"));
	script_fail(a, 2, SG_R_UNREACHABLE, true, "connection closed");
	assert_int_equal(sg_http_start(script_http(s), &req, &call, &err), 0);
	while (!call->done)
		assert_int_equal(sg_loop_wait(script_http(s)->loop, SG_NEVER, &err), 0);
	assert_int_equal(sg_http_await_headers(script_http(s), call, &err), 0);
	assert_int_equal(sg_http_await_body(script_http(s), call, &err), 0);
	assert_string_equal(call->body.ptr, "half");
	sg_http_take(call, 4);
	assert_int_equal(sg_http_await_body(script_http(s), call, &err), -1);
	assert_true(err.transient);
	assert_string_equal(err.cause, "connection closed");
	assert_string_equal(err.where, "watch: GET https://git.example.com/x");
	sg_http_end(call);
	script_free(s);
}

/* How sg_http_send() of REQ ends, and how much virtual time it took. */
static int64_t send_time(
	struct script *s, const struct sg_http_req *req, int rc_expected, struct sg_err *err)
{
	struct sg_http_res res;
	int64_t start = script_now_ms(s);

	*err = (struct sg_err)SG_ERR_INIT;
	assert_int_equal(sg_http_send(script_http(s), req, &res, err), rc_expected);
	if (rc_expected == 0)
		sg_http_res_release(&res);
	assert_int_equal(script_open_calls(s), 0);
	return script_now_ms(s) - start;
}

static void silence_ends_by_a_timer(void **state)
{
	struct script *s = script_new();
	struct sg_http_req req = get(URL);
	struct script_answer *a;
	struct sg_err err;

	(void)state;
	script_silence(script_expect(s, "GET", URL));
	assert_int_equal(send_time(s, &req, -1, &err), 30000);
	assert_int_equal(err.reason, SG_R_REMOTE_TIMEOUT);
	assert_true(err.transient);
	assert_string_equal(err.cause, "no answer came within 30s");

	a = script_expect(s, "GET", URL);
	script_piece(a, 10, SG_STR("abc"));
	script_hang(a);
	req.idle_timeout_ms = 500;
	assert_int_equal(send_time(s, &req, -1, &err), 510);
	assert_string_equal(
		err.cause, "the answer stopped after 3 bytes: nothing more within 500ms");

	a = script_expect(s, "GET", URL);
	for (int i = 0; i < 50; i++)
		script_piece(a, 400 * (i + 1), SG_STR("."));
	req.total_timeout_ms = 2000;
	assert_int_equal(send_time(s, &req, -1, &err), 2000);
	assert_string_equal(err.cause, "the answer was not complete within 2s");
	assert_non_null(strstr(err.hint, "--request-timeout"));
	assert_null(script_problem(s));
	script_free(s);
}

static void a_stream_may_be_silent(void **state)
{
	struct script *s = script_new();
	struct script_answer *a = script_expect(s, "GET", URL);
	struct sg_http_req req = get(URL);
	struct sg_err err;

	(void)state;
	req.idle_timeout_ms = req.total_timeout_ms = SG_NEVER;
	script_piece(a, 3600000, SG_STR("after an hour"));
	assert_int_equal(send_time(s, &req, 0, &err), 3600000);
	script_free(s);
}

static void too_much_is_refused_exactly(void **state)
{
	struct script *s = script_new();
	struct script_answer *a = script_expect(s, "GET", URL);
	struct sg_http_req req = get(URL);
	struct sg_err err;
	char bytes[101];

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	script_piece(a, 0, (struct sg_str){bytes, 60});
	script_piece(a, 0, (struct sg_str){bytes, 40});
	(void)send_time(s, &req, 0, &err);
	a = script_expect(s, "GET", URL);
	script_piece(a, 0, (struct sg_str){bytes, 60});
	script_piece(a, 0, (struct sg_str){bytes, 41});
	(void)send_time(s, &req, -1, &err);
	assert_int_equal(err.reason, SG_R_TOO_LARGE);
	assert_non_null(strstr(err.cause, "100 bytes"));
	assert_false(err.transient);
	script_free(s);
}

static void a_full_window_holds_the_stream(void **state)
{
	struct script *s = script_new();
	struct script_answer *a = script_expect(s, "GET", URL);
	struct sg_http_req req = get(URL);
	struct sg_http_call *call;
	struct sg_err err;

	(void)state;
	req.window_bytes = 4;
	script_piece(a, 0, SG_STR("1234"));
	script_piece(a, 0, SG_STR("5678"));
	assert_int_equal(sg_http_start(script_http(s), &req, &call, &err), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(sg_loop_wait(script_http(s)->loop, script_now_ms(s), &err), 0);
	assert_string_equal(call->body.ptr, "1234");
	sg_http_take(call, 4);
	assert_int_equal(sg_http_await_body(script_http(s), call, &err), 0);
	assert_string_equal(call->body.ptr, "5678");
	sg_http_end(call);
	script_free(s);
}

static void a_signal_ends_the_wait(void **state)
{
	struct script *s = script_new();
	struct sg_http_req req = get(URL);
	struct sg_err err;

	(void)state;
	script_silence(script_expect(s, "GET", URL));
	script_cancel(s, 250, 15);
	assert_int_equal(send_time(s, &req, -1, &err), 250);
	assert_int_equal(err.reason, SG_R_CANCELLED);
	assert_int_equal(sg_err_exit(&err), 143);
	script_free(s);
}

static void what_is_under_way_may_be_finished(void **state)
{
	struct script *s = script_new();
	struct script_answer *a = script_expect(s, "GET", URL);
	struct sg_http_req req = get(URL);
	struct sg_err err;

	(void)state;
	script_piece(a, 4000, SG_STR("done"));
	script_silence(script_expect(s, "GET", URL));
	script_cancel(s, 250, 15);
	script_http(s)->loop->finish_ms = 5000;
	assert_int_equal(send_time(s, &req, 0, &err), 4000);
	assert_int_equal(send_time(s, &req, -1, &err), 1250);
	assert_int_equal(err.reason, SG_R_CANCELLED);
	script_http(s)->loop->finish_ms = 0;
	assert_int_equal(sg_loop_wait(script_http(s)->loop, SG_NEVER, &err), -1);
	script_free(s);
}

static void a_delay_lets_transfers_go_on(void **state)
{
	struct script *s = script_new();
	struct script_answer *a = script_expect(s, "GET", URL);
	struct sg_http_req req = get(URL);
	struct sg_http_call *call;
	struct sg_err err;
	int64_t start = script_now_ms(s);

	(void)state;
	script_piece(a, 30, SG_STR("x"));
	assert_int_equal(sg_http_start(script_http(s), &req, &call, &err), 0);
	assert_int_equal(sg_loop_delay(script_http(s)->loop, start + 100, &err), 0);
	assert_int_equal(script_now_ms(s), start + 100);
	assert_true(call->done);
	assert_int_equal(sg_loop_after(script_http(s)->loop, SG_NEVER), SG_NEVER);
	assert_int_equal(sg_loop_after(script_http(s)->loop, -5), start + 100);
	assert_int_equal(sg_loop_after(script_http(s)->loop, 5), start + 105);
	sg_http_end(call);
	script_free(s);
}

static void the_script_notices_what_is_wrong(void **state)
{
	struct script *s = script_new();
	struct sg_http_req req = get(URL);
	struct sg_err err;

	(void)state;
	(void)script_reply(s, "POST", URL, 200, "");
	(void)send_time(s, &req, -1, &err);
	assert_int_equal(err.reason, SG_R_BUG);
	assert_non_null(strstr(script_problem(s), "not expected"));
	script_free(s);

	s = script_new();
	(void)script_reply(s, "GET", URL, 200, "");
	assert_non_null(strstr(script_problem(s), "never came"));
	script_free(s);

	s = script_new();
	script_want_body(script_expect(s, "GET", URL), "thing");
	(void)send_time(s, &req, -1, &err);
	assert_non_null(strstr(script_problem(s), "without the body part thing"));
	script_free(s);

	s = script_new();
	script_silence(script_expect(s, "GET", URL));
	req.idle_timeout_ms = req.total_timeout_ms = SG_NEVER;
	(void)send_time(s, &req, -1, &err);
	assert_non_null(strstr(script_problem(s), "for ever"));
	script_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(origins_are_normalised),
		cmocka_unit_test(addresses_that_could_be_read_twice_are_refused),
		cmocka_unit_test(user_info_is_not_repeated),
		cmocka_unit_test(loopback_is_only_this_machine),
		cmocka_unit_test(plain_http_stays_on_this_machine),
		cmocka_unit_test(a_credential_stays_with_its_origin),
		cmocka_unit_test(headers_cannot_be_split),
		cmocka_unit_test(an_answer_comes_in_pieces),
		cmocka_unit_test(what_came_before_a_failure_can_be_taken),
		cmocka_unit_test(silence_ends_by_a_timer),
		cmocka_unit_test(a_stream_may_be_silent),
		cmocka_unit_test(too_much_is_refused_exactly),
		cmocka_unit_test(a_full_window_holds_the_stream),
		cmocka_unit_test(a_signal_ends_the_wait),
		cmocka_unit_test(what_is_under_way_may_be_finished),
		cmocka_unit_test(a_delay_lets_transfers_go_on),
		cmocka_unit_test(the_script_notices_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
