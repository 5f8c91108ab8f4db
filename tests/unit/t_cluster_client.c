#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/names.h"
#include "cluster/refresh.h"
#include "cluster_world.h"

#define STATUS_401 "{\"kind\":\"Status\",\"message\":\"Unauthorized\",\"code\":401}"
#define STATUS_403                                                                                 \
	"{\"kind\":\"Status\",\"reason\":\"Forbidden\",\"message\":\"User \\\"ci\\\" cannot "      \
	"patch "                                                                                   \
	"resource\",\"code\":403}"
#define STATUS_404 "{\"kind\":\"Status\",\"reason\":\"NotFound\",\"message\":\"x\",\"code\":404}"
#define STATUS_409 "{\"kind\":\"Status\",\"reason\":\"Conflict\",\"message\":\"x\",\"code\":409}"
#define PENDING ",\"annotations\":{\"argocd.argoproj.io/refresh\":\"normal\"}"
#define PATCH_URL ONE_APP "?fieldManager=stagegate"

static int get(struct cluster_world *w, int64_t budget_ms, struct sg_json **ret)
{
	w->err = (struct sg_err)SG_ERR_INIT;
	return sg_cluster_get_application(
		&w->client, &w->app, cluster_world_in(w, budget_ms), ret, &w->err);
}

static void an_application_is_read(void **state)
{
	struct cluster_world *w = *state;
	struct script_answer *a =
		script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "7", ""));
	struct sg_json *doc;

	script_want_header(a, "Accept", "application/json");
	script_want_cred(a, "Bearer first-token");
	assert_int_equal(get(w, 1000, &doc), 0);
	assert_string_equal(sg_cluster_version_of(doc), "7");
	assert_false(sg_refresh_is_pending(doc));
	sg_json_free(doc);
	cluster_world_done(w);
}

static void a_path_prefix_of_the_server_is_kept(void **state)
{
	struct cluster_world *w = *state;
	struct sg_json *doc;

	assert_int_equal(
		sg_cluster_access_server(&w->access,
			"https://gitlab.example.com/-/kubernetes-agent/k8s-proxy/", "t", &w->err),
		0);
	script_reply(w->script, "GET",
		"https://gitlab.example.com/-/kubernetes-agent/k8s-proxy/apis/argoproj.io/v1alpha1/"
		"namespaces/argocd/applications/web-prod",
		200, cluster_world_app(w, "7", ""));
	assert_int_equal(get(w, 1000, &doc), 0);
	sg_json_free(doc);
	cluster_world_done(w);
}

static void names_cannot_lead_elsewhere(void **state)
{
	static const char *const names[] = {
		"", "..", ".", "a/b", "Web", "a..b", "-a", "a-", "a b", "a%2fb", "a?x", NULL};
	struct cluster_world *w = *state;
	struct sg_json *doc;

	for (size_t i = 0; names[i]; i++) {
		w->app = (struct sg_cluster_app){"argocd", names[i]};
		assert_int_equal(get(w, 1000, &doc), -1);
		assert_int_equal(w->err.reason, SG_R_CONFIG_INVALID);
		w->app = (struct sg_cluster_app){names[i], "web"};
		assert_int_equal(get(w, 1000, &doc), -1);
		assert_int_equal(w->err.reason, SG_R_CONFIG_INVALID);
	}
	assert_false(sg_cluster_is_namespace(SG_STR("a.b")));
	assert_true(sg_cluster_is_name(SG_STR("a.b-1")));
	assert_int_equal(script_request_count(w->script), 0);
}

static void whom_we_speak_for_is_said_with_each_request(void **state)
{
	static const struct sg_http_header as[] = {
		{"Impersonate-User", "ci"}, {"Impersonate-Group", "builders"}};
	struct cluster_world *w = *state;
	struct script_answer *a =
		script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "7", ""));
	struct sg_json *doc;

	w->access.headers = as;
	w->access.header_count = SG_COUNT(as);
	for (size_t i = 0; i < SG_COUNT(as); i++)
		script_want_header(a, as[i].name, as[i].value);
	assert_int_equal(get(w, 1000, &doc), 0);
	sg_json_free(doc);
	cluster_world_done(w);
}

static void what_may_pass_is_tried_again(void **state)
{
	struct cluster_world *w = *state;
	struct script_answer *a;
	struct sg_json *doc;

	a = script_expect(w->script, "GET", ONE_APP);
	script_fail(a, 10, SG_R_UNREACHABLE, true, "connection reset");
	a = script_reply(w->script, "GET", ONE_APP, 429, "Too many requests\n");
	script_header(a, "Retry-After", "7");
	script_reply(w->script, "GET", ONE_APP, 500,
		"{\"kind\":\"Status\",\"message\":\"etcdserver: leader changed\",\"code\":500}");
	script_reply(w->script, "GET", ONE_APP, 502, "<html>");
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "7", ""));
	assert_int_equal(get(w, 300000, &doc), 0);
	assert_int_equal(w->err.reason, SG_R_OK);
	assert_true(
		script_request(w->script, 2)->at_ms - script_request(w->script, 1)->at_ms >= 7000);
	sg_json_free(doc);
	cluster_world_done(w);
}

static void the_trying_ends_with_the_deadline(void **state)
{
	struct cluster_world *w = *state;
	int64_t deadline = cluster_world_in(w, 20000);
	struct sg_json *doc;

	script_always(script_reply(w->script, "GET", ONE_APP, 503,
		"{\"kind\":\"Status\",\"message\":\"not ready\",\"code\":503}"));
	assert_int_equal(get(w, 20000, &doc), -1);
	assert_int_equal(w->err.reason, SG_R_REMOTE_FAILED);
	assert_non_null(strstr(w->err.cause, "not ready"));
	assert_true(w->err.transient);
	assert_true(script_now_ms(w->script) <= deadline);
	assert_true(script_request_count(w->script) > 3);
	cluster_world_done(w);
}

static void a_silent_server_costs_no_more_than_the_deadline(void **state)
{
	struct cluster_world *w = *state;
	int64_t deadline = cluster_world_in(w, 5000);
	struct sg_json *doc;

	script_silence(script_expect(w->script, "GET", ONE_APP));
	assert_int_equal(get(w, 5000, &doc), -1);
	assert_true(script_now_ms(w->script) <= deadline);
	cluster_world_done(w);
}

static void a_failure_for_good_is_not_repeated(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum sg_reason reason;
	} rows[] = {
		{404, STATUS_404, SG_R_APPLICATION_NOT_FOUND},
		{404, "404 page not found\n", SG_R_NOT_FOUND},
		{403, STATUS_403, SG_R_FORBIDDEN},
		{401, STATUS_401, SG_R_AUTH_FAILED},
		{302, "", SG_R_REDIRECTED},
	};
	struct cluster_world *w = *state;
	struct sg_json *doc;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		script_reply(w->script, "GET", ONE_APP, rows[i].status, rows[i].body);
		assert_int_equal(get(w, 60000, &doc), -1);
		assert_int_equal(w->err.reason, rows[i].reason);
		assert_int_equal(script_request_count(w->script), i + 1);
	}
	cluster_world_done(w);
}

static void an_answer_without_sense_is_repeated_a_little(void **state)
{
	static const struct {
		const char *body, *cause;
	} rows[] = {
		{"\n <html>login", "no application but an HTML page"},
		{"{}", "no application but other text (not \"web-prod\" of namespace"},
		{"", "no application but nothing"},
		{"{\"metadata\":{\"name\":\"other\",\"namespace\":\"argocd\",\"resourceVersion\":"
		 "\"1\"}}",
			"not \"web-prod\""},
		{"{\"kind\":\"AppProject\",\"metadata\":{\"name\":\"web-prod\",\"namespace\":"
		 "\"argocd\",\"resourceVersion\":\"1\"}}",
			"not \"web-prod\""},
		{"{\"metadata\":{\"name\":\"web-prod\",\"namespace\":\"argocd\"}}",
			"not \"web-prod\""},
		{"{\"metadata\":{\"name\":\"web-pr", "other text (1:"},
	};
	struct cluster_world *w = *state;
	struct sg_json *doc;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		for (int n = 0; n < 3; n++)
			script_reply(w->script, "GET", ONE_APP, 200, rows[i].body);
		assert_int_equal(get(w, 60000, &doc), -1);
		assert_int_equal(w->err.reason, SG_R_ANSWER_INVALID);
		assert_non_null(strstr(w->err.cause, rows[i].cause));
		assert_non_null(strstr(w->err.hint, "context \"prod\" of config"));
	}
	script_reply(w->script, "GET", ONE_APP, 200, "<html>");
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "7", ""));
	assert_int_equal(get(w, 60000, &doc), 0);
	sg_json_free(doc);
	cluster_world_done(w);
}

static void a_tls_failure_is_not_repeated(void **state)
{
	struct cluster_world *w = *state;
	struct sg_json *doc;

	script_fail(script_expect(w->script, "GET", ONE_APP), 5, SG_R_TLS_FAILED, false,
		"certificate has expired");
	assert_int_equal(get(w, 60000, &doc), -1);
	assert_int_equal(w->err.reason, SG_R_TLS_FAILED);
	cluster_world_done(w);
}

static void a_401_reads_the_token_again_once(void **state)
{
	struct cluster_world *w = *state;
	struct sg_json *doc;

	cluster_world_token_file(w, "second-token");
	w->access.token_read_ms = script_now_ms(w->script);
	script_want_cred(
		script_reply(w->script, "GET", ONE_APP, 401, STATUS_401), "Bearer first-token");
	script_want_cred(
		script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "7", "")),
		"Bearer second-token");
	assert_int_equal(get(w, 60000, &doc), 0);
	sg_json_free(doc);
	script_want_cred(
		script_reply(w->script, "GET", ONE_APP, 401, STATUS_401), "Bearer second-token");
	assert_int_equal(get(w, 60000, &doc), -1);
	assert_int_equal(w->err.reason, SG_R_AUTH_FAILED);
	cluster_world_done(w);
}

static void an_old_token_is_read_again_before_it_is_used(void **state)
{
	struct cluster_world *w = *state;
	struct sg_json *doc;

	cluster_world_token_file(w, "second-token");
	w->access.token_read_ms = script_now_ms(w->script);
	script_want_cred(
		script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "7", "")),
		"Bearer first-token");
	script_want_cred(
		script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "8", "")),
		"Bearer second-token");
	assert_int_equal(get(w, 1000, &doc), 0);
	sg_json_free(doc);
	script_advance(w->script, 60000);
	assert_int_equal(get(w, 1000, &doc), 0);
	sg_json_free(doc);
	cluster_world_done(w);
}

static void a_signal_ends_the_trying(void **state)
{
	struct cluster_world *w = *state;
	struct sg_json *doc;

	script_always(script_reply(w->script, "GET", ONE_APP, 503, ""));
	script_cancel(w->script, 3000, 15);
	assert_int_equal(get(w, 60000, &doc), -1);
	assert_int_equal(w->err.reason, SG_R_CANCELLED);
	cluster_world_done(w);
}

/* One of another namespace, which somebody in between lists too, is not meant. */
static void names_are_of_one_namespace(void **state)
{
	const struct sg_cluster_pick pick = {.namespace = "argocd"};
	struct cluster_world *w = *state;
	const char *const *names;
	size_t count;

	script_reply(w->script, "GET", BASE "?limit=100", 200,
		"{\"items\":[{\"metadata\":{\"name\":\"web\",\"namespace\":\"team\"}},{"
		"\"metadata\":{"
		"\"name\":\"web\",\"namespace\":\"argocd\"}}],\"metadata\":{}}");
	assert_int_equal(sg_cluster_names(&w->client, &pick, cluster_world_in(w, 1000), &w->arena,
				 &names, &count, &w->err),
		0);
	assert_int_equal(count, 1);
	cluster_world_done(w);
}

static enum sg_refresh_result refresh(
	struct cluster_world *w, enum sg_refresh_kind kind, const char *seen)
{
	enum sg_refresh_result result = SG_REFRESH_CONTENDED;

	w->err = (struct sg_err)SG_ERR_INIT;
	if (sg_cluster_refresh(&w->client, &w->app, kind, seen, cluster_world_in(w, 60000), &result,
		    NULL, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	return result;
}

static void a_refresh_is_asked_for_under_guard(void **state)
{
	struct cluster_world *w = *state;
	struct script_answer *a = script_reply(
		w->script, "PATCH", PATCH_URL, 200, cluster_world_app(w, "8", PENDING));

	script_want_header(a, "Content-Type", "application/merge-patch+json");
	script_want_body(a, "{\"metadata\":{\"resourceVersion\":\"7\",\"annotations\":{"
			    "\"argocd.argoproj.io/refresh\":\"normal\"}}}");
	assert_int_equal(refresh(w, SG_REFRESH_NORMAL, "7"), SG_REFRESH_ASKED);
	a = script_reply(w->script, "PATCH", PATCH_URL, 200, cluster_world_app(w, "9", PENDING));
	script_want_body(a, "\"argocd.argoproj.io/refresh\":\"hard\"}}}");
	assert_int_equal(refresh(w, SG_REFRESH_HARD, "8"), SG_REFRESH_ASKED);
	a = script_reply(w->script, "PATCH", PATCH_URL, 200, cluster_world_app(w, "10", PENDING));
	script_want_body(a, "\"argocd.argoproj.io/refresh\":\"hard\",\"argocd.argoproj.io/"
			    "hydrate\":\"hard\"}}}");
	assert_int_equal(refresh(w, SG_REFRESH_HYDRATE, "9"), SG_REFRESH_ASKED);
	cluster_world_done(w);
}

/* Over Argo CD's own API a 200 is the answer, but not that of a proxy that wants a password. */
static void a_page_is_no_refresh(void **state)
{
	struct cluster_world *w = *state;
	const char *url = SERVER "/api/v1/applications/web-prod?appNamespace=argocd&refresh=normal";
	enum sg_refresh_result result;

	w->access.speech = SG_SPEAKS_ARGOCD;
	script_reply(w->script, "GET", url, 200, cluster_world_app(w, "7", ""));
	assert_int_equal(refresh(w, SG_REFRESH_NORMAL, NULL), SG_REFRESH_ASKED);
	script_header(script_reply(w->script, "GET", url, 200, "<!DOCTYPE html><html></html>"),
		"Content-Type", "text/html; charset=utf-8");
	assert_int_equal(sg_cluster_refresh(&w->client, &w->app, SG_REFRESH_NORMAL, NULL,
				 cluster_world_in(w, 1000), &result, NULL, &w->err),
		-1);
	assert_int_equal(w->err.reason, SG_R_ANSWER_INVALID);
	cluster_world_done(w);
}

static void without_a_version_it_looks_first(void **state)
{
	struct cluster_world *w = *state;
	struct sg_json *object = NULL;
	enum sg_refresh_result result;

	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "7", ""));
	script_want_body(script_reply(w->script, "PATCH", PATCH_URL, 200,
				 cluster_world_app(w, "8", PENDING)),
		"\"resourceVersion\":\"7\"");
	assert_int_equal(sg_cluster_refresh(&w->client, &w->app, SG_REFRESH_NORMAL, NULL,
				 cluster_world_in(w, 1000), &result, &object, &w->err),
		0);
	assert_int_equal(result, SG_REFRESH_ASKED);
	assert_true(sg_refresh_is_pending(object));
	sg_json_free(object);
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "8", PENDING));
	assert_int_equal(refresh(w, SG_REFRESH_NORMAL, NULL), SG_REFRESH_ALREADY_THERE);
	cluster_world_done(w);
}

static void a_conflict_is_looked_at_again(void **state)
{
	struct cluster_world *w = *state;

	script_reply(w->script, "PATCH", PATCH_URL, 409, STATUS_409);
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "9", ""));
	script_want_body(script_reply(w->script, "PATCH", PATCH_URL, 200,
				 cluster_world_app(w, "10", PENDING)),
		"\"resourceVersion\":\"9\"");
	assert_int_equal(refresh(w, SG_REFRESH_NORMAL, "7"), SG_REFRESH_ASKED);
	script_reply(w->script, "PATCH", PATCH_URL, 409, STATUS_409);
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "11", PENDING));
	assert_int_equal(refresh(w, SG_REFRESH_NORMAL, "10"), SG_REFRESH_ALREADY_THERE);
	cluster_world_done(w);
}

static void endless_conflicts_end(void **state)
{
	struct cluster_world *w = *state;

	script_always(script_reply(w->script, "PATCH", PATCH_URL, 409, STATUS_409));
	script_always(script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "9", "")));
	assert_int_equal(refresh(w, SG_REFRESH_NORMAL, "7"), SG_REFRESH_CONTENDED);
	assert_true(script_request_count(w->script) < 12);
	cluster_world_done(w);
}

static void a_patch_that_changes_nothing_is_told(void **state)
{
	struct cluster_world *w = *state;

	script_reply(w->script, "PATCH", PATCH_URL, 200, cluster_world_app(w, "7", PENDING));
	assert_int_equal(refresh(w, SG_REFRESH_NORMAL, "7"), SG_REFRESH_NOTHING_CHANGED);
	cluster_world_done(w);
}

static void without_the_right_nothing_is_asked_twice(void **state)
{
	struct cluster_world *w = *state;

	script_reply(w->script, "PATCH", PATCH_URL, 403, STATUS_403);
	assert_int_equal(refresh(w, SG_REFRESH_NORMAL, "7"), SG_REFRESH_NOT_PERMITTED);
	assert_true(w->client.read_only);
	assert_int_equal(w->client.refusal.reason, SG_R_FORBIDDEN);
	assert_non_null(strstr(w->client.refusal.hint, "verb \"patch\""));
	assert_int_equal(refresh(w, SG_REFRESH_NORMAL, "7"), SG_REFRESH_NOT_PERMITTED);
	assert_int_equal(script_request_count(w->script), 1);
	cluster_world_done(w);
}

/* Somebody else's application that may be patched makes the denial of this one no younger. */
static void a_server_that_starts_leaves_the_right_to_patch(void **state)
{
	struct cluster_world *w = *state;
	enum sg_refresh_result result;

	for (int i = 0; i < 2; i++) {
		script_reply(
			w->script, "PATCH", PATCH_URL, 200, cluster_world_app(w, "8", PENDING));
		assert_int_equal(refresh(w, SG_REFRESH_NORMAL, "7"), SG_REFRESH_ASKED);
		script_reply(w->script, "PATCH", PATCH_URL, 403, STATUS_403);
		if (i == 0) {
			assert_int_equal(
				sg_cluster_refresh(&w->client, &w->app, SG_REFRESH_NORMAL, "8",
					cluster_world_in(w, 60000), &result, NULL, &w->err),
				-1);
			assert_int_equal(w->err.reason, SG_R_FORBIDDEN);
			assert_false(w->client.read_only);
			script_advance(w->script, 30000);
		} else {
			assert_int_equal(
				refresh(w, SG_REFRESH_NORMAL, "8"), SG_REFRESH_NOT_PERMITTED);
		}
	}
	assert_true(w->client.read_only);
	cluster_world_done(w);
}

static void an_application_that_is_gone_is_an_error(void **state)
{
	struct cluster_world *w = *state;
	enum sg_refresh_result result;

	script_reply(w->script, "PATCH", PATCH_URL, 404, STATUS_404);
	assert_int_equal(sg_cluster_refresh(&w->client, &w->app, SG_REFRESH_NORMAL, "7",
				 cluster_world_in(w, 1000), &result, NULL, &w->err),
		-1);
	assert_int_equal(w->err.reason, SG_R_APPLICATION_NOT_FOUND);
	cluster_world_done(w);
}

/* Somebody between answers for the server. */
static void whose_answer_to_a_patch_makes_no_sense_is_said(void **state)
{
	static const char *const answers[] = {"<html>hello</html>", "{\"metadata\":", "", "[]"};
	struct cluster_world *w = *state;
	enum sg_refresh_result result;

	for (size_t i = 0; i < SG_COUNT(answers); i++) {
		w->err = (struct sg_err)SG_ERR_INIT;
		script_reply(w->script, "PATCH", PATCH_URL, 200, answers[i]);
		assert_int_equal(sg_cluster_refresh(&w->client, &w->app, SG_REFRESH_NORMAL, "7",
					 cluster_world_in(w, 60000), &result, NULL, &w->err),
			-1);
		assert_int_equal(w->err.reason, SG_R_ANSWER_INVALID);
		assert_non_null(strstr(w->err.cause, w->access.server));
		assert_non_null(
			strstr(w->err.cause, "something else than the application \"web-prod\""));
	}
	cluster_world_done(w);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(an_application_is_read),
		T(a_path_prefix_of_the_server_is_kept),
		T(names_cannot_lead_elsewhere),
		T(whom_we_speak_for_is_said_with_each_request),
		T(what_may_pass_is_tried_again),
		T(the_trying_ends_with_the_deadline),
		T(a_silent_server_costs_no_more_than_the_deadline),
		T(a_failure_for_good_is_not_repeated),
		T(an_answer_without_sense_is_repeated_a_little),
		T(a_tls_failure_is_not_repeated),
		T(a_401_reads_the_token_again_once),
		T(an_old_token_is_read_again_before_it_is_used),
		T(a_signal_ends_the_trying),
		T(a_refresh_is_asked_for_under_guard),
		T(without_a_version_it_looks_first),
		T(a_conflict_is_looked_at_again),
		T(endless_conflicts_end),
		T(a_patch_that_changes_nothing_is_told),
		T(without_the_right_nothing_is_asked_twice),
		T(names_are_of_one_namespace),
		T(a_server_that_starts_leaves_the_right_to_patch),
		T(an_application_that_is_gone_is_an_error),
		T(a_page_is_no_refresh),
		T(whose_answer_to_a_patch_makes_no_sense_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
