/* cluster/plugin.h: a kubeconfig's `exec`, from its words to the credential of a request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "cluster/access.h"
#include "cluster/kubeconfig.h"
#include "io/fs.h"
#include "io/http_curl.h"

#define CA64 "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI="
#define V1 "client.authentication.k8s.io/v1"
#define ANSWER(status)                                                                             \
	"{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":" status "}"

struct world {
	struct sg_arena arena;
	const char *folder;
	struct sg_http *http;
	struct sg_clock clock; /* of the machine, but for unix_s */
	struct sg_cluster_ask ask;
	struct sg_cluster_access access;
	struct sg_err err;
};

static int64_t unix_now;

static int64_t told_unix_s(struct sg_clock *clock)
{
	(void)clock;
	return unix_now;
}

static int64_t real_now_ms(struct sg_clock *clock)
{
	(void)clock;
	return sg_clock_real()->now_ms(sg_clock_real());
}

static const char *path_of(struct world *w, const char *name)
{
	return sg_arena_printf(&w->arena, "%s/%s", w->folder, name);
}

static void write_file(struct world *w, const char *name, const char *text)
{
	struct sg_err err = SG_ERR_INIT;

	if (sg_fs_write(path_of(w, name), sg_str_of(text), 0700, &err) < 0)
		fail_msg("%s", err.cause);
}

static int setup(void **state)
{
	static const char *const nothing[] = {NULL};
	struct world *w = calloc(1, sizeof(*w));
	struct sg_http_curl_opts opts = {0};

	if (!w)
		return -1;
	w->clock = (struct sg_clock){.now_ms = real_now_ms, .unix_s = told_unix_s};
	opts.clock = &w->clock;
	unix_now = 1000000000;
	if (sg_fs_tempdir(&w->arena, NULL, &w->folder, &w->err) < 0 ||
		sg_http_curl_new(&opts, &w->http, &w->err) < 0)
		return -1;
	w->ask = (struct sg_cluster_ask){.allow_plugins = true,
		.loop = w->http->loop,
		.redactor = sg_redactor_new(),
		.env = sg_env_fixed(&w->arena, nothing)};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	sg_cluster_access_release(&w->access);
	sg_http_curl_free(w->http);
	sg_redactor_free(w->ask.redactor);
	sg_fs_rmtree(w->folder);
	sg_arena_release(&w->arena);
	free(w);
	return 0;
}

/* A kubeconfig whose user has EXEC and OTHER fields. */
static int load(struct world *w, const char *exec, const char *other)
{
	bool found;

	write_file(w, "config",
		sg_arena_printf(&w->arena,
			"apiVersion: v1\nkind: Config\n"
			"contexts: [{name: c, context: {cluster: k, user: u}}]\n"
			"clusters:\n- name: k\n  cluster:\n    server: https://k.example.com\n"
			"    certificate-authority-data: " CA64 "\n    extensions:\n"
			"    - name: client.authentication.k8s.io/exec\n"
			"      extension: {audience: a, n: 7, yes: true, word: 'true', l: [x, "
			"null]}\n"
			"users:\n- name: u\n  user: {exec: {%s}%s}\n",
			exec, other));
	w->ask.kubeconfig = path_of(w, "config");
	sg_cluster_access_release(&w->access);
	w->err = (struct sg_err)SG_ERR_INIT;
	return sg_kubeconfig_load(&w->ask, &found, &w->access, &w->err);
}

#define EXEC "apiVersion: " V1 ", interactiveMode: Never, command: ./login"

static int log_in(struct world *w, bool force, bool *ret_changed)
{
	w->err = (struct sg_err)SG_ERR_INIT;
	return sg_cluster_access_token(&w->access, 0, force, ret_changed, &w->err);
}

static void assert_token(const struct world *w, const char *token)
{
	assert_non_null(w->access.token);
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), token));
}

static void nothing_is_run_unless_it_may(void **state)
{
	struct world *w = *state;

	w->ask.allow_plugins = false;
	write_file(w, "login", "#!/bin/sh\ntouch $(dirname $0)/was-run\n");
	assert_int_equal(load(w, EXEC, ""), -1);
	assert_int_equal(w->err.reason, SG_R_KUBECONFIG_INVALID);
	assert_non_null(strstr(w->err.cause, "exec: a program would be run to log in"));
	assert_non_null(strstr(w->err.hint, "--exec-plugins"));
	w->ask.allow_plugins = true;
	assert_int_equal(load(w, EXEC, ""), 0); /* not before somebody wants to ask something */
	assert_false(sg_fs_is_dir(path_of(w, "was-run")));
	assert_int_equal(load(w, EXEC, ", token: inline"), 0);
	assert_null(w->access.plugin);
	assert_token(w, "inline");
}

static void its_token_is_ours_until_it_expires(void **state)
{
	struct world *w = *state;
	bool changed;

	write_file(w, "login",
		"#!/bin/sh\necho run >>$(dirname $0)/runs\nn=$(grep -c . $(dirname $0)/runs)\n"
		"echo '{\"apiVersion\":\"" V1
		"\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t'"
		"$n'\",\"expirationTimestamp\":\"2001-09-09T01:46:50Z\"}}'\n");
	assert_int_equal(load(w, EXEC, ""), 0);
	assert_int_equal(log_in(w, false, &changed), 0);
	assert_true(changed);
	assert_token(w, "t1");
	unix_now += 9;
	assert_int_equal(log_in(w, false, &changed), 0);
	assert_false(changed);
	assert_token(w, "t1");
	unix_now += 1; /* 2001-09-09T01:46:50Z */
	assert_int_equal(log_in(w, false, NULL), 0);
	assert_token(w, "t2");
	unix_now -= 10;
	assert_int_equal(log_in(w, true, &changed), 0); /* a 401 */
	assert_true(changed);
	assert_token(w, "t3");
}

static void it_is_told_what_it_asks_for(void **state)
{
	struct world *w = *state;
	const char *script = "#!/bin/sh\nprintf '%s' \"$KUBERNETES_EXEC_INFO $A $*\" "
			     ">$(dirname $0)/told\necho '" ANSWER("{\"token\":\"t\"}") "'\n";
	struct sg_buf told;

	sg_buf_init(&told, 64 * 1024);
	write_file(w, "login", script);
	assert_int_equal(load(w,
				 EXEC ", args: [one, 'two three'], env: [{name: A, value: b}], "
				      "provideClusterInfo: true",
				 ""),
		0);
	assert_int_equal(log_in(w, false, NULL), 0);
	assert_int_equal(sg_fs_read(path_of(w, "told"), &told, &w->err), 0);
	assert_string_equal(told.ptr,
		"{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"spec\":{\"cluster\":{"
		"\"server\":\"https://k.example.com\",\"certificate-authority-data\":\"" CA64 "\","
		"\"config\":{\"audience\":\"a\",\"n\":7,\"yes\":true,\"word\":\"true\","
		"\"l\":[\"x\",null]}},\"interactive\":false}} b one two three");
	sg_buf_release(&told);
}

static void a_certificate_comes_with_its_key(void **state)
{
	struct world *w = *state;

	write_file(w, "login",
		"#!/bin/sh\necho '" ANSWER(
			"{\"clientCertificateData\":\"CERT\",\"clientKeyData\":\"KEY\"}") "'\n");
	assert_int_equal(load(w, EXEC, ""), 0);
	assert_int_equal(log_in(w, false, NULL), 0);
	assert_true(sg_str_is(w->access.tls.client_cert_pem, "CERT"));
	assert_true(sg_str_is(sg_secret_bytes(w->access.tls.client_key), "KEY"));
	assert_null(w->access.token);
}

struct bad {
	const char *script; /* behind #!/bin/sh; NULL: there is no such program */
	enum sg_reason reason;
	const char *cause;
};

static void what_goes_wrong_is_named_and_never_shown(void **state)
{
	static const struct bad rows[] = {
		{NULL, SG_R_CREDENTIAL_MISSING, "/login cannot be run: No such file or directory"},
		{"echo s3cret; exit 4", SG_R_CREDENTIAL_MISSING, "/login failed with exit code 4"},
		{"echo s3cret", SG_R_ANSWER_INVALID, "its answer is not JSON"},
		{"echo '{\"kind\":\"s3cret\"}'", SG_R_ANSWER_INVALID,
			"its answer is no ExecCredential"},
		{"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"s3cret\"}'",
			SG_R_ANSWER_INVALID, "its answer has another apiVersion"},
		{"echo '" ANSWER("{}") "'", SG_R_CREDENTIAL_MISSING,
			"neither a token nor a certificate"},
		{"echo '" ANSWER("{\"token\":\"s3cret two\"}") "'", SG_R_ANSWER_INVALID,
			"something that is no token"},
		{"echo '" ANSWER("{\"clientKeyData\":\"s3cret\"}") "'", SG_R_ANSWER_INVALID,
			"and not with both"},
		{"echo '" ANSWER("{\"token\":\"t\",\"expirationTimestamp\":\"s3cret\"}") "'",
			SG_R_ANSWER_INVALID, "expirationTimestamp of its answer is no time"},
		{"yes s3cret", SG_R_CREDENTIAL_MISSING, "writes more than 262144 bytes"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		if (rows[i].script)
			write_file(w, "login",
				sg_arena_printf(&w->arena, "#!/bin/sh\n%s\n", rows[i].script));
		assert_int_equal(load(w, EXEC ", installHint: install login", ""), 0);
		assert_int_equal(log_in(w, false, NULL), -1);
		if (w->err.reason != rows[i].reason || !strstr(w->err.cause, rows[i].cause))
			fail_msg("row %zu: %s", i, w->err.cause);
		assert_non_null(strstr(w->err.cause, "/config:14:16: user \"u\": exec: "));
		assert_string_equal(w->err.hint, "install login");
		assert_null(strstr(w->err.cause, "s3cret"));
	}
}

static void one_that_has_worked_may_fail_for_a_moment(void **state)
{
	struct world *w = *state;

	write_file(w, "login",
		"#!/bin/sh\necho '" ANSWER("{\"token\":\"t\",\"expirationTimestamp\":"
					   "\"2001-09-09T01:56:40Z\"}") "'\n");
	assert_int_equal(load(w, EXEC, ""), 0);
	assert_int_equal(log_in(w, false, NULL), 0);
	unix_now += 700;
	write_file(w, "login", "#!/bin/sh\nexit 1\n");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(log_in(w, false, NULL), -1);
		assert_int_equal(w->err.reason, SG_R_CREDENTIAL_MISSING);
		assert_int_equal(w->err.transient, i < 2);
		unix_now += 30;
	}
}

static void bad_words_are_named(void **state)
{
	static const struct {
		const char *exec, *cause;
	} rows[] = {
		{"command: x", ":14:16: exec of user \"u\": apiVersion: " V1 " or " V1
			       "beta1 is expected"},
		{"apiVersion: " V1 ", command: x", "interactiveMode: it is missing"},
		{"apiVersion: " V1 ", interactiveMode: Always, command: x",
			"interactiveMode: nobody can be asked"},
		{"apiVersion: " V1 ", interactiveMode: Later, command: x",
			"interactiveMode: Never, IfAvailable or Always is expected"},
		{"apiVersion: " V1 ", interactiveMode: Never", "command: it is missing"},
		{EXEC ", args: x", "args: a list of at most 256 texts is expected"},
		{EXEC ", args: [[x]]", "args: a list of texts is expected"},
		{EXEC ", env: {A: b}", "env: a list of at most 256 {name, value} is expected"},
		{EXEC ", env: [{value: b}]", "env: a list of {name, value} is expected"},
		{EXEC ", env: [{name: 'A=b'}]", "env: a list of {name, value} is expected"},
		{EXEC ", provideClusterInfo: maybe",
			"provideClusterInfo: true or false is expected"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		assert_int_equal(load(w, rows[i].exec, ""), -1);
		if (!strstr(w->err.cause, rows[i].cause))
			fail_msg("row %zu: %s", i, w->err.cause);
		assert_int_equal(w->err.reason, SG_R_KUBECONFIG_INVALID);
	}
}

static void a_beta_plugin_needs_no_mode(void **state)
{
	assert_int_equal(load(*state, "apiVersion: " V1 "beta1, command: get-token", ""), 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(nothing_is_run_unless_it_may),
		T(its_token_is_ours_until_it_expires),
		T(it_is_told_what_it_asks_for),
		T(a_certificate_comes_with_its_key),
		T(what_goes_wrong_is_named_and_never_shown),
		T(one_that_has_worked_may_fail_for_a_moment),
		T(bad_words_are_named),
		T(a_beta_plugin_needs_no_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
