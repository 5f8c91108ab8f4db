/* cluster/sync.h: what is asked for, when nothing is, and what each answer means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/sync.h"
#include "cluster_world.h"

#define X "0123456789012345678901234567890123456789"
#define Y "9876543210987654321098765432109876543210"
#define PATCH_URL ONE_APP "?fieldManager=stagegate"
#define STATUS(code, reason)                                                                       \
	"{\"kind\":\"Status\",\"reason\":\"" reason "\",\"message\":\"x\",\"code\":" #code "}"
#define META                                                                                       \
	"\"metadata\":{\"namespace\":\"argocd\",\"name\":\"web-prod\",\"resourceVersion\":\"7\"}"
#define OUT "\"sync\":{\"status\":\"OutOfSync\",\"revision\":\"" X "\"}"

/* As the request leaves it. */
#define OPERATION "{\"info\":[{\"name\":\"Reason\",\"value\":\"pipeline \\\"7\\\"\"}],\"sync\":{}}"
#define PATCHED "{" META ",\"operation\":" OPERATION "}"
#define UNDER_WAY "\"status\":{\"operationState\":{\"operation\":" OPERATION "}}"
#define LOGIN "<!DOCTYPE html><html><body>Sign in</body></html>"

static enum sg_sync_result result;

static int ask_of(struct cluster_world *w, const char *version)
{
	struct sg_sync *sync = sg_sync_new(
		&w->client, &w->app, X, version, "pipeline \"7\"", cluster_world_in(w, 20000));
	int n;

	w->err = (struct sg_err)SG_ERR_INIT;
	while ((n = sg_sync_step(sync, &result, &w->err)) == 0)
		assert_int_equal(
			sg_loop_wait(w->client.http->loop, sg_sync_due_ms(sync), &w->err), 0);
	sg_sync_free(sync);
	return n < 0 ? -1 : 0;
}

static int ask(struct cluster_world *w)
{
	return ask_of(w, "7");
}

static void expect_app(struct cluster_world *w, const char *rest)
{
	script_reply(
		w->script, "GET", ONE_APP, 200, sg_arena_printf(&w->arena, "{" META ",%s}", rest));
}

static void the_operation_is_whole_and_nothing_old_stays(void **state)
{
	struct cluster_world *w = *state;
	struct script_answer *a;

	expect_app(w,
		"\"spec\":{\"syncPolicy\":{\"retry\":{\"limit\":3},\"syncOptions\":[\"A=b\"]}},"
		"\"status\":{" OUT ",\"operationState\":{\"phase\":\"Succeeded\"}}");
	a = script_reply(w->script, "PATCH", PATCH_URL, 200, PATCHED);
	script_want_header(a, "Content-Type", "application/json-patch+json");
	script_want_body(a,
		"[{\"op\":\"test\",\"path\":\"/metadata/resourceVersion\",\"value\":\"7\"},"
		"{\"op\":\"remove\",\"path\":\"/status/operationState\"},"
		"{\"op\":\"add\",\"path\":\"/operation\",\"value\":{\"initiatedBy\":{\"username\":"
		"\"stagegate\"},\"info\":[{\"name\":\"Reason\",\"value\":\"pipeline \\\"7\\\"\"}],"
		"\"retry\":{\"limit\":3},\"sync\":{\"revision\":\"" X
		"\",\"syncOptions\":[\"A=b\"],\"syncStrategy\":{\"hook\":{}}}}}]");
	assert_int_equal(ask(w), 0);
	assert_int_equal(result, SG_SYNC_STARTED);
	cluster_world_done(w);
}

static void what_is_not_there_is_not_removed(void **state)
{
	struct cluster_world *w = *state;
	struct script_answer *a;

	expect_app(w,
		"\"spec\":{},\"status\":{\"sync\":{\"status\":\"OutOfSync\",\"revisions\":[\"" Y
		"\",\"" X "\"]}}");
	a = script_reply(w->script, "PATCH", PATCH_URL, 200, PATCHED);
	script_want_body(a, "\"value\":\"7\"},{\"op\":\"add\"");
	script_want_body(a, "\"sync\":{\"revisions\":[\"" Y "\",\"" X "\"],\"syncStrategy\"");
	assert_int_equal(ask(w), 0);
	assert_int_equal(result, SG_SYNC_STARTED);
	cluster_world_done(w);
}

/* Nothing but the read is sent. */
static void one_that_has_changed_is_left_alone(void **state)
{
	static const char *const states[] = {
		"\"operation\":{\"sync\":{}},\"status\":{" OUT "}",
		"\"status\":{\"sync\":{\"status\":\"Synced\",\"revision\":\"" X "\"}}",
		"\"status\":{\"sync\":{\"status\":\"OutOfSync\",\"revision\":\"" Y "\"}}",
		"\"status\":{\"sync\":{\"status\":\"OutOfSync\",\"revisions\":[\"" Y "\"]}}",
		"\"status\":{\"sync\":{\"status\":\"OutOfSync\",\"revision\":null}}",
		"\"status\":{}",
	};
	struct cluster_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(states); i++) {
		expect_app(w, states[i]);
		assert_int_equal(ask(w), 0);
		assert_int_equal(result, SG_SYNC_NOT_NOW);
	}
	expect_app(w, "\"status\":{" OUT "}");
	assert_int_equal(ask_of(w, "6"), 0); /* its spec may be another one than was judged */
	assert_int_equal(result, SG_SYNC_NOT_NOW);
	cluster_world_done(w);
}

#define CHANGED                                                                                    \
	"{\"kind\":\"Status\",\"reason\":\"Invalid\",\"message\":\"the server rejected our "       \
	"request due to an error in our request\",\"details\":{},\"code\":422}"

static void somebody_was_faster(void **state)
{
	struct cluster_world *w = *state;

	expect_app(w, "\"status\":{" OUT "}");
	script_reply(w->script, "PATCH", PATCH_URL, 422, CHANGED);
	assert_int_equal(ask(w), 0);
	assert_int_equal(result, SG_SYNC_NOT_NOW);
	expect_app(w, "\"status\":{" OUT "}");
	script_reply(w->script, "PATCH", PATCH_URL, 409, STATUS(409, "Conflict"));
	assert_int_equal(ask(w), 0);
	assert_int_equal(result, SG_SYNC_NOT_NOW);
	cluster_world_done(w);
}

static void what_is_not_permitted_is_kept_for_people(void **state)
{
	struct cluster_world *w = *state;

	expect_app(w, "\"status\":{" OUT "}");
	script_reply(w->script, "PATCH", PATCH_URL, 403, STATUS(403, "Forbidden"));
	assert_int_equal(ask(w), 0);
	assert_int_equal(result, SG_SYNC_NOT_PERMITTED);
	assert_int_equal(w->client.sync_refusal.reason, SG_R_FORBIDDEN);
	assert_non_null(strstr(w->client.sync_refusal.hint, "verb \"patch\""));
	cluster_world_done(w);
}

static void a_server_that_starts_is_not_believed(void **state)
{
	struct cluster_world *w = *state;

	expect_app(w, "\"status\":{" OUT "}");
	script_reply(w->script, "PATCH", PATCH_URL, 200, PATCHED);
	assert_int_equal(ask(w), 0);
	for (int i = 0; i < 2; i++) {
		expect_app(w, "\"status\":{" OUT "}");
		script_reply(w->script, "PATCH", PATCH_URL, 403, STATUS(403, "Forbidden"));
		assert_int_equal(ask(w), i == 0 ? -1 : 0);
		script_advance(w->script, 30000);
	}
	assert_int_equal(result, SG_SYNC_NOT_PERMITTED);
	cluster_world_done(w);
}

static void other_answers_are_errors(void **state)
{
	struct cluster_world *w = *state;

	expect_app(w, "\"status\":{" OUT "}");
	script_reply(w->script, "PATCH", PATCH_URL, 415, STATUS(415, "UnsupportedMediaType"));
	assert_int_equal(ask(w), -1);
	assert_int_equal(w->err.reason, SG_R_REMOTE_FAILED);
	expect_app(w, "\"status\":{" OUT "}");
	script_reply(w->script, "PATCH", PATCH_URL, 422, STATUS(422, "Invalid"));
	assert_int_equal(ask(w), -1); /* a webhook, or the schema: it is told */
	assert_int_equal(w->err.reason, SG_R_REMOTE_FAILED);
	script_reply(w->script, "GET", ONE_APP, 404, STATUS(404, "NotFound"));
	assert_int_equal(ask(w), -1);
	assert_int_equal(w->err.reason, SG_R_APPLICATION_NOT_FOUND);
	cluster_world_done(w);
}

#define ARGOCD SERVER "/api/v1/applications/web-prod"

static void through_argocd_s_own_api(void **state)
{
	struct cluster_world *w = *state;
	struct script_answer *a;

	w->access.speech = SG_SPEAKS_ARGOCD;
	w->access.project = "shop";
	script_reply(w->script, "GET", ARGOCD "?appNamespace=argocd&project=shop", 200,
		"{" META ",\"spec\":{\"syncPolicy\":{\"syncOptions\":[\"A=b\"]}},\"status\":{" OUT
		"}}");
	a = script_reply(w->script, "POST", ARGOCD "/sync", 400,
		"{\"error\":\"x\",\"code\":9,\"message\":\"another operation is already in "
		"progress\"}");
	script_want_header(a, "Content-Type", "application/json");
	script_want_body(a,
		"{\"revision\":\"" X
		"\",\"syncOptions\":{\"items\":[\"A=b\"]},\"appNamespace\":\"argocd\",\"project\":"
		"\"shop\",\"infos\":[{\"name\":\"Reason\",\"value\":\"pipeline \\\"7\\\"\"}],"
		"\"prune\":false,\"strategy\":{\"hook\":{}}}");
	assert_int_equal(ask(w), 0);
	assert_int_equal(result, SG_SYNC_NOT_NOW);
	cluster_world_done(w);
}

/* What a POST starts may have been started, though no answer came; and a window opens again. */
static void a_post_is_sent_once(void **state)
{
	struct cluster_world *w = *state;
	const char *url = ARGOCD "?appNamespace=argocd";

	w->access.speech = SG_SPEAKS_ARGOCD;
	script_reply(w->script, "GET", url, 200, "{" META ",\"status\":{" OUT "}}");
	script_fail(script_expect(w->script, "POST", ARGOCD "/sync"), 1, SG_R_UNREACHABLE, true,
		"connection reset by peer");
	script_reply(w->script, "GET", url, 200, "{" META ",\"status\":{" OUT "}}");
	assert_int_equal(ask(w), -1);
	assert_non_null(strstr(w->err.cause, "reset"));
	script_reply(w->script, "GET", url, 200, "{" META ",\"status\":{" OUT "}}");
	script_reply(w->script, "POST", ARGOCD "/sync", 403,
		"{\"error\":\"x\",\"code\":7,\"message\":\"cannot sync: blocked by sync window\"}");
	assert_int_equal(ask(w), -1);
	assert_non_null(strstr(w->err.cause, "sync window"));
	assert_int_equal(w->client.sync_refusal.reason, SG_R_OK);
	cluster_world_done(w);
}

/* The answer is lost; the next try is refused because of what the first one did. */
static void what_was_done_without_an_answer_was_started(void **state)
{
	static const char *const others = "\"operation\":{\"info\":[{\"name\":\"Reason\"}]}";
	struct cluster_world *w = *state;

	for (int i = 0; i < 2; i++) {
		expect_app(w, "\"status\":{" OUT "}");
		script_fail(script_expect(w->script, "PATCH", PATCH_URL), 1, SG_R_UNREACHABLE, true,
			"connection reset by peer");
		script_reply(w->script, "PATCH", PATCH_URL, 422, CHANGED);
		expect_app(w, i ? others : UNDER_WAY);
		assert_int_equal(ask(w), 0);
		assert_int_equal(result, i ? SG_SYNC_NOT_NOW : SG_SYNC_STARTED);
	}
	w->access.speech = SG_SPEAKS_ARGOCD;
	script_reply(w->script, "GET", ARGOCD "?appNamespace=argocd", 200,
		"{" META ",\"status\":{" OUT "}}");
	script_fail(script_expect(w->script, "POST", ARGOCD "/sync"), 1, SG_R_UNREACHABLE, true,
		"connection reset by peer");
	script_reply(w->script, "GET", ARGOCD "?appNamespace=argocd", 200, PATCHED);
	assert_int_equal(ask(w), 0);
	assert_int_equal(result, SG_SYNC_STARTED);
	cluster_world_done(w);
}

/* Without a job the words are the same each time, and one wait may start several. */
static void an_earlier_sync_with_the_same_words_is_another_one(void **state)
{
	static const char *const before =
		"\"status\":{" OUT ",\"operationState\":{\"startedAt\":\"2026-05-04T09:00:02Z\","
		"\"operation\":" OPERATION "}}";
	static const char *const later =
		"\"status\":{" OUT ",\"operationState\":{\"startedAt\":\"2026-05-04T10:00:02Z\","
		"\"operation\":" OPERATION "}}";
	struct cluster_world *w = *state;

	expect_app(w, before);
	script_reply(w->script, "PATCH", PATCH_URL, 200, LOGIN);
	expect_app(w, before);
	assert_int_equal(ask(w), -1);
	assert_int_equal(w->err.reason, SG_R_ANSWER_INVALID);
	expect_app(w, before);
	script_reply(w->script, "PATCH", PATCH_URL, 200, LOGIN);
	expect_app(w, later);
	assert_int_equal(ask(w), 0);
	assert_int_equal(result, SG_SYNC_STARTED);
	cluster_world_done(w);
}

static void who_is_interrupted_while_he_looks_is_interrupted(void **state)
{
	struct cluster_world *w = *state;

	expect_app(w, "\"status\":{" OUT "}");
	script_reply(w->script, "PATCH", PATCH_URL, 200, LOGIN);
	script_fail(script_expect(w->script, "GET", ONE_APP), 1, SG_R_CANCELLED, false, "stopped");
	assert_int_equal(ask(w), -1);
	assert_int_equal(w->err.reason, SG_R_CANCELLED);
	cluster_world_done(w);
}

/* What a proxy says with 200 starts nothing; the application tells whether it came through. */
static void a_page_is_no_yes(void **state)
{
	struct cluster_world *w = *state;

	for (int i = 0; i < 2; i++) {
		expect_app(w, "\"status\":{" OUT "}");
		script_reply(
			w->script, "PATCH", PATCH_URL, 200, i ? "{\"kind\":\"Status\"}" : LOGIN);
		expect_app(w, "\"status\":{" OUT "}");
		assert_int_equal(ask(w), -1);
		assert_int_equal(w->err.reason, SG_R_ANSWER_INVALID);
	}
	expect_app(w, "\"status\":{" OUT "}");
	script_reply(w->script, "PATCH", PATCH_URL, 200, LOGIN);
	expect_app(w, UNDER_WAY);
	assert_int_equal(ask(w), 0);
	assert_int_equal(result, SG_SYNC_STARTED);
	cluster_world_done(w);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(the_operation_is_whole_and_nothing_old_stays),
		T(what_is_not_there_is_not_removed),
		T(one_that_has_changed_is_left_alone),
		T(somebody_was_faster),
		T(what_is_not_permitted_is_kept_for_people),
		T(other_answers_are_errors),
		T(through_argocd_s_own_api),
		T(a_server_that_starts_is_not_believed),
		T(a_post_is_sent_once),
		T(what_was_done_without_an_answer_was_started),
		T(a_page_is_no_yes),
		T(an_earlier_sync_with_the_same_words_is_another_one),
		T(who_is_interrupted_while_he_looks_is_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
