#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/watch_impl.h"
#include "cluster_world.h"

#define SEED 42
#define PENDING ",\"annotations\":{\"argocd.argoproj.io/refresh\":\"normal\"}"
#define EXPIRED "{\"kind\":\"Status\",\"reason\":\"Expired\",\"message\":\"too old\",\"code\":410}"
#define FORBIDDEN                                                                                  \
	"{\"kind\":\"Status\",\"reason\":\"Forbidden\",\"message\":\"User \\\"ci\\\" cannot "      \
	"list\","                                                                                  \
	"\"code\":403}"
#define NOT_FOUND "{\"kind\":\"Status\",\"reason\":\"NotFound\",\"message\":\"x\",\"code\":404}"

static struct sg_watch *watch_of(struct cluster_world *w)
{
	struct sg_watch *watch;

	if (sg_watch_new(&w->client, &w->app, SEED, &watch, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	return watch;
}

/* The address that a watch with SEED asks for. */
static const char *stream_url(struct cluster_world *w, const char *version)
{
	struct sg_watch *watch = watch_of(w);
	const char *url = sg_arena_printf(&w->arena,
		BASE "?fieldSelector=metadata.name%%3Dweb-prod&watch=1&resourceVersion=%s"
		     "&allowWatchBookmarks=true&timeoutSeconds=%u",
		version, watch->timeout_s);

	assert_in_range(watch->timeout_s, 300, 600);
	assert_in_range(watch->silence_ms, 75000, 90000);
	sg_watch_free(watch);
	return url;
}

static struct script_answer *expect_list(
	struct cluster_world *w, const char *version, const char *items)
{
	return script_reply(w->script, "GET", LIST_URL, 200, cluster_world_list(w, version, items));
}

static struct script_answer *expect_stream(struct cluster_world *w, const char *version)
{
	return script_expect(w->script, "GET", stream_url(w, version));
}

static void frame_at(struct cluster_world *w, struct script_answer *a, int64_t at_ms,
	const char *type, const char *object)
{
	script_piece(a, at_ms, sg_str_of(cluster_world_frame(w, type, object)));
}

/* Pulls one event for at most MS; fails the test on a final error. */
static enum sg_watch_event_kind pull(
	struct cluster_world *w, struct sg_watch *watch, int64_t ms, const char *version)
{
	struct sg_watch_event event = {0};
	enum sg_watch_event_kind kind;

	if (sg_watch_next(watch, cluster_world_in(w, ms), &event, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	kind = event.kind;
	if (version)
		assert_string_equal(sg_cluster_version_of(event.object), version);
	else
		assert_null(event.doc);
	sg_watch_event_release(&event);
	return kind;
}

static enum sg_reason pull_final(struct cluster_world *w, struct sg_watch *watch, int64_t ms)
{
	struct sg_watch_event event = {0};

	assert_int_equal(sg_watch_next(watch, cluster_world_in(w, ms), &event, &w->err), -1);
	return w->err.reason;
}

static void finish(struct cluster_world *w, struct sg_watch *watch)
{
	sg_watch_free(watch);
	cluster_world_done(w);
}

static void a_list_comes_first_and_then_the_changes(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	int64_t start = script_now_ms(w->script);
	struct script_answer *a;

	expect_list(w, "100", cluster_world_app(w, "90", ""));
	a = expect_stream(w, "100");
	frame_at(w, a, 3000, "MODIFIED", cluster_world_app(w, "101", ""));
	frame_at(w, a, 3000, "MODIFIED", cluster_world_app(w, "102", ""));
	frame_at(w, a, 4000, "DELETED", cluster_world_app(w, "103", ""));
	frame_at(w, a, 5000, "ADDED", cluster_world_app(w, "104", ""));
	script_hang(a);
	assert_int_equal(sg_watch_state_of(watch), SG_WATCH_LISTING);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "101"), SG_WATCH_MODIFIED);
	assert_int_equal(sg_watch_state_of(watch), SG_WATCH_STREAMING);
	assert_int_equal(script_now_ms(w->script), start + 3000);
	assert_int_equal(pull(w, watch, 0, "102"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 500, NULL), SG_WATCH_NOTHING);
	assert_int_equal(script_now_ms(w->script), start + 3500);
	assert_int_equal(pull(w, watch, 60000, "103"), SG_WATCH_DELETED);
	assert_int_equal(pull(w, watch, 60000, "104"), SG_WATCH_ADDED);
	assert_null(sg_watch_trouble(watch));
	finish(w, watch);
}

static void a_missing_application_may_come_later(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	expect_list(w, "100", "");
	a = expect_stream(w, "100");
	frame_at(w, a, 3000, "ADDED", cluster_world_app(w, "101", ""));
	script_hang(a);
	assert_int_equal(pull(w, watch, 60000, NULL), SG_WATCH_MISSING);
	assert_int_equal(pull(w, watch, 60000, "101"), SG_WATCH_ADDED);
	finish(w, watch);
}

static void split_stream(struct cluster_world *w, size_t step)
{
	struct sg_watch *watch = watch_of(w);
	const char *list = cluster_world_list(w, "100", cluster_world_app(w, "90", ""));
	const char *text = sg_arena_printf(&w->arena, "%s%s\n%s",
		cluster_world_frame(w, "MODIFIED", cluster_world_app(w, "101", "")),
		cluster_world_frame(w, "BOOKMARK",
			"{\"kind\":\"Application\",\"metadata\":{\"resourceVersion\":\"140\"}}"),
		cluster_world_frame(w, "MODIFIED", cluster_world_app(w, "150", "")));
	struct script_answer *a = script_expect(w->script, "GET", LIST_URL);

	for (size_t i = 0; i < strlen(list); i += step)
		script_piece(a, (int64_t)i / 100, sg_str_sub(sg_str_of(list), i, i + step));
	a = expect_stream(w, "100");
	for (size_t i = 0; i < strlen(text); i += step)
		script_piece(a, (int64_t)i / 100, sg_str_sub(sg_str_of(text), i, i + step));
	script_hang(a);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "101"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 60000, "150"), SG_WATCH_MODIFIED);
	finish(w, watch);
}

static void frames_may_be_split_anywhere(void **state)
{
	for (size_t step = 1; step < 40; step++) {
		split_stream(*state, step);
	}
	split_stream(*state, 100000);
}

static void a_normal_end_goes_on_from_the_last_version(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	expect_list(w, "100", cluster_world_app(w, "90", ""));
	a = expect_stream(w, "100");
	frame_at(w, a, 1000, "BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"120\"}}");
	script_end(a, 300000);
	a = expect_stream(w, "120");
	frame_at(w, a, 500, "MODIFIED", cluster_world_app(w, "121", ""));
	script_hang(a);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	watch->silence_ms = 400000; /* of this test alone: the end comes first */
	assert_int_equal(pull(w, watch, 400000, "121"), SG_WATCH_MODIFIED);
	assert_int_equal(
		script_request(w->script, 2)->at_ms, script_request(w->script, 1)->at_ms + 300000);
	finish(w, watch);
}

static void an_end_inside_a_line_and_a_reset_lose_nothing(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	expect_list(w, "100", cluster_world_app(w, "90", ""));
	a = expect_stream(w, "100");
	frame_at(w, a, 2000, "MODIFIED", cluster_world_app(w, "101", ""));
	script_piece(a, 2500, SG_STR("{\"type\":\"MODIFIED\",\"obj"));
	a = expect_stream(w, "101");
	frame_at(w, a, 2000, "MODIFIED", cluster_world_app(w, "102", ""));
	script_piece(a, 2500, SG_STR("{\"type\""));
	script_fail(a, 3000, SG_R_UNREACHABLE, true, "connection reset by peer");
	a = expect_stream(w, "102");
	frame_at(w, a, 10, "MODIFIED", cluster_world_app(w, "103", ""));
	script_hang(a);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "101"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 60000, "102"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 60000, "103"), SG_WATCH_MODIFIED);
	finish(w, watch);
}

/* The stream of two changes ends by a reset before its byte CUT. */
static void cut_stream(struct cluster_world *w, size_t cut)
{
	static const char *const versions[] = {"100", "101", "102"};
	struct sg_watch *watch = watch_of(w);
	const char *frames[] = {
		cluster_world_frame(w, "MODIFIED", cluster_world_app(w, versions[1], "")),
		cluster_world_frame(w, "MODIFIED", cluster_world_app(w, versions[2], ""))};
	struct sg_str text = sg_str_of(sg_arena_printf(&w->arena, "%s%s", frames[0], frames[1]));
	size_t whole = cut >= text.len ? 2 : cut >= strlen(frames[0]);
	struct script_answer *a;

	expect_list(w, versions[0], cluster_world_app(w, "90", ""));
	a = expect_stream(w, versions[0]);
	script_piece(a, 2000, (struct sg_str){text.ptr, cut});
	script_fail(a, 3000, SG_R_UNREACHABLE, true, "connection reset by peer");
	a = expect_stream(w, versions[whole]);
	for (size_t i = whole; i < SG_COUNT(frames); i++)
		script_piece(a, 10, sg_str_of(frames[i]));
	script_hang(a);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "101"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 60000, "102"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 30000, NULL), SG_WATCH_NOTHING);
	finish(w, watch);
}

static void a_cut_at_any_byte_loses_and_doubles_nothing(void **state)
{
	struct cluster_world *w = *state;
	size_t length =
		2 * strlen(cluster_world_frame(w, "MODIFIED", cluster_world_app(w, "101", "")));

	for (size_t cut = 0; cut <= length; cut++)
		cut_stream(w, cut);
}

static void an_expired_version_is_listed_again(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	expect_list(w, "100", cluster_world_app(w, "90", ""));
	a = expect_stream(w, "100");
	frame_at(w, a, 2000, "ERROR", EXPIRED);
	expect_list(w, "200", cluster_world_app(w, "190", ""));
	script_reply(w->script, "GET", stream_url(w, "200"), 410, EXPIRED);
	expect_list(w, "300", cluster_world_app(w, "190", "")); /* the same: no event */
	a = expect_stream(w, "300");
	frame_at(w, a, 2000, "ERROR", EXPIRED);
	expect_list(w, "400", ""); /* gone meanwhile */
	a = expect_stream(w, "400");
	script_hang(a);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "190"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 60000, NULL), SG_WATCH_DELETED);
	assert_int_equal(pull(w, watch, 1000, NULL), SG_WATCH_NOTHING);
	finish(w, watch);
}

static void a_server_that_always_says_expired_is_not_hammered(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	script_always(expect_list(w, "100", cluster_world_app(w, "90", "")));
	a = expect_stream(w, "100");
	frame_at(w, a, 0, "ERROR", EXPIRED);
	script_always(a);
	assert_int_equal(pull(w, watch, 1000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 600000, NULL), SG_WATCH_NOTHING);
	assert_true(script_request_count(w->script) < 120); /* in ten minutes */
	assert_non_null(sg_watch_trouble(watch));
	finish(w, watch);
}

static void a_server_that_always_hangs_up_is_not_hammered(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	script_always(expect_list(w, "100", cluster_world_app(w, "90", "")));
	script_always(expect_stream(w, "100"));
	a = expect_stream(w, "101");
	frame_at(w, a, 0, "BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"101\"}}");
	script_always(a);
	assert_int_equal(pull(w, watch, 1000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 600000, NULL), SG_WATCH_NOTHING);
	assert_true(script_request_count(w->script) < 120);
	assert_non_null(strstr(sg_watch_trouble(watch)->cause, "as soon as it is open"));
	/* With a bookmark each time: once a second at most. */
	memcpy(watch->version, "101", 4);
	watch->phase = SG_PHASE_WATCH;
	assert_int_equal(pull(w, watch, 60000, NULL), SG_WATCH_NOTHING);
	assert_true(script_request_count(w->script) < 200);
	finish(w, watch);
}

static void throttling_and_failures_are_waited_out(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	a = script_reply(w->script, "GET", LIST_URL, 429, "Too many requests\n");
	script_header(a, "Retry-After", "9");
	script_fail(script_expect(w->script, "GET", LIST_URL), 5, SG_R_UNREACHABLE, true,
		"connection refused");
	script_piece(script_expect(w->script, "GET", LIST_URL), 5, SG_STR("{\"items\":[{\"a\""));
	expect_list(w, "100", cluster_world_app(w, "90", ""));
	script_reply(w->script, "GET", stream_url(w, "100"), 503, "<html>agent is away");
	a = script_reply(w->script, "GET", stream_url(w, "100"), 504,
		"{\"kind\":\"Status\",\"code\":504,\"message\":\"Too large resource version\","
		"\"details\":{\"retryAfterSeconds\":4}}");
	a = expect_stream(w, "100");
	frame_at(w, a, 10, "MODIFIED", cluster_world_app(w, "101", ""));
	script_hang(a);
	assert_int_equal(pull(w, watch, 5000, NULL), SG_WATCH_NOTHING);
	assert_non_null(strstr(sg_watch_trouble(watch)->cause, "Too many requests"));
	assert_int_equal(pull(w, watch, 120000, "90"), SG_WATCH_ADDED);
	assert_true(
		script_request(w->script, 1)->at_ms >= script_request(w->script, 0)->at_ms + 9000);
	assert_int_equal(pull(w, watch, 120000, "101"), SG_WATCH_MODIFIED);
	assert_true(
		script_request(w->script, 6)->at_ms >= script_request(w->script, 5)->at_ms + 4000);
	assert_null(sg_watch_trouble(watch));
	finish(w, watch);
}

static void a_watch_that_fails_and_fails_lists_again(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	expect_list(w, "100", cluster_world_app(w, "90", ""));
	for (int i = 0; i < 3; i++)
		script_reply(w->script, "GET", stream_url(w, "100"), 504,
			"{\"kind\":\"Status\",\"message\":\"Too large resource version\"}");
	expect_list(w, "50", cluster_world_app(w, "40", ""));
	a = expect_stream(w, "50");
	script_hang(a);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "40"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 1000, NULL), SG_WATCH_NOTHING);
	finish(w, watch);
}

static void a_dead_connection_is_noticed(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;
	int64_t opened;

	expect_list(w, "100", cluster_world_app(w, "90", ""));
	a = expect_stream(w, "100");
	frame_at(w, a, 50000, "BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"110\"}}");
	script_hang(a);
	script_silence(expect_stream(w, "110"));
	expect_list(w, "200", cluster_world_app(w, "190", ""));
	a = expect_stream(w, "200");
	script_hang(a);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 400000, "190"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 1000, NULL), SG_WATCH_NOTHING);
	opened = script_request(w->script, 1)->at_ms;
	assert_in_range(script_request(w->script, 2)->at_ms, opened + 125000, opened + 140000);
	opened = script_request(w->script, 2)->at_ms;
	assert_in_range(script_request(w->script, 3)->at_ms, opened + 75000, opened + 90000);
	finish(w, watch);
}

static void the_due_time_is_enough_to_wait_for(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;
	struct sg_watch_event event = {0};
	int events = 0;

	a = script_reply(w->script, "GET", LIST_URL, 503, "");
	expect_list(w, "100", cluster_world_app(w, "90", ""));
	a = expect_stream(w, "100");
	frame_at(w, a, 5000, "MODIFIED", cluster_world_app(w, "101", ""));
	script_hang(a);
	while (script_now_ms(w->script) < 1000000 + 60000) { /* as a flow with many watches does */
		int64_t due;

		assert_int_equal(sg_watch_next(watch, 0, &event, &w->err), 0);
		events += event.kind != SG_WATCH_NOTHING;
		if (event.kind == SG_WATCH_NOTHING) {
			due = sg_watch_due_ms(watch);
			due = due < 1060000 ? due : 1060000;
			assert_int_equal(
				sg_loop_wait(script_http(w->script)->loop, due, &w->err), 0);
		}
		sg_watch_event_release(&event);
	}
	assert_int_equal(events, 2);
	finish(w, watch);
}

static void pages_are_followed(void **state)
{
	static const char page[] = "{\"metadata\":{\"continue\":\"a/b=\",\"resourceVersion\":"
				   "\"100\"},\"items\":[{\"metadata\":{\"name\":\"other\","
				   "\"namespace\":\"argocd\",\"resourceVersion\":\"5\"}}]}";
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);

	script_reply(w->script, "GET", LIST_URL, 200, page);
	script_reply(w->script, "GET", LIST_URL "&continue=a%2Fb%3D", 410, EXPIRED);
	script_reply(w->script, "GET", LIST_URL, 200, page);
	script_reply(w->script, "GET", LIST_URL "&continue=a%2Fb%3D", 200,
		cluster_world_list(w, "100", cluster_world_app(w, "90", "")));
	script_hang(expect_stream(w, "100"));
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 1000, NULL), SG_WATCH_NOTHING);
	finish(w, watch);
}

static void pages_without_end_are_refused(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);

	script_always(script_reply(w->script, "GET", LIST_URL, 200,
		"{\"metadata\":{\"continue\":\"x\",\"resourceVersion\":\"1\"},\"items\":[]}"));
	script_always(script_reply(w->script, "GET", LIST_URL "&continue=x", 200,
		"{\"metadata\":{\"continue\":\"x\",\"resourceVersion\":\"1\"},\"items\":[]}"));
	assert_int_equal(pull_final(w, watch, 1000), SG_R_ANSWER_INVALID);
	assert_true(script_request_count(w->script) < 1500);
	finish(w, watch);
}

static void objects_of_others_are_ignored(void **state)
{
	static const char other[] = "{\"kind\":\"Application\",\"metadata\":{\"name\":\"other\","
				    "\"namespace\":\"argocd\",\"resourceVersion\":\"150\"}}";
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	expect_list(w, "100", other);
	a = expect_stream(w, "100");
	frame_at(w, a, 1000, "DELETED", other);
	frame_at(w, a, 1100, "ADDED", cluster_world_app(w, "151", ""));
	script_hang(a);
	assert_int_equal(pull(w, watch, 60000, NULL), SG_WATCH_MISSING);
	assert_int_equal(pull(w, watch, 60000, "151"), SG_WATCH_ADDED);
	finish(w, watch);
}

static void odd_frames_lead_to_a_new_list(void **state)
{
	static const char *const frames[] = {"nonsense\n", "{\"type\":\"NEW\",\"object\":{}}\n",
		"{\"type\":\"MODIFIED\"}\n", "{\"type\":\"MODIFIED\",\"object\":[]}\n",
		"{\"type\":\"BOOKMARK\",\"object\":{}}\n", "[]\n", "<html>\n",
		"{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"resourceVersion\":7}}}\n",
		"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":400}}\n",
		"{\"type\":\"ERROR\"}\n"};
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	char version[16];

	for (size_t i = 0; i < SG_COUNT(frames); i++) {
		struct script_answer *a;

		(void)snprintf(version, sizeof(version), "%zu", 100 + i);
		expect_list(w, version, cluster_world_app(w, version, ""));
		a = expect_stream(w, version);
		script_piece(a, 2000, sg_str_of(frames[i]));
		script_hang(a);
		assert_int_equal(
			pull(w, watch, 120000, version), i ? SG_WATCH_MODIFIED : SG_WATCH_ADDED);
		assert_int_equal(pull(w, watch, 2000, NULL), SG_WATCH_NOTHING);
		assert_non_null(sg_watch_trouble(watch));
	}
	finish(w, watch);
}

static void a_frame_above_the_limit_is_not_kept(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	size_t len = (size_t)1024 * 1024;
	char *piece = malloc(len);
	struct script_answer *a;

	assert_non_null(piece);
	memset(piece, 'x', len);
	expect_list(w, "100", cluster_world_app(w, "90", ""));
	a = expect_stream(w, "100");
	for (int i = 0; i < 17; i++)
		script_piece(a, i, (struct sg_str){piece, len});
	free(piece);
	script_hang(a);
	expect_list(w, "200", cluster_world_app(w, "190", ""));
	script_hang(expect_stream(w, "200"));
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "190"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 1000, NULL), SG_WATCH_NOTHING);
	finish(w, watch);
}

static void the_credential_is_renewed_in_mid_run(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	cluster_world_token_file(w, "second-token");
	w->access.token_read_ms = script_now_ms(w->script);
	script_want_cred(
		expect_list(w, "100", cluster_world_app(w, "90", "")), "Bearer first-token");
	script_want_cred(script_reply(w->script, "GET", stream_url(w, "100"), 401, "Unauthorized"),
		"Bearer first-token");
	a = expect_stream(w, "100");
	script_want_cred(a, "Bearer second-token");
	frame_at(w, a, 10, "MODIFIED", cluster_world_app(w, "101", ""));
	script_end(a, 2000);
	script_always(script_reply(w->script, "GET", stream_url(w, "101"), 401, "Unauthorized"));
	script_always(script_reply(w->script, "GET", LIST_URL, 401, "Unauthorized"));
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "101"), SG_WATCH_MODIFIED);
	assert_int_equal(pull_final(w, watch, 90000), SG_R_AUTH_FAILED); /* it is the same token */
	finish(w, watch);
}

static void a_server_that_starts_denies_for_a_moment(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	int64_t denied_ms;
	struct script_answer *a;

	expect_list(w, "100", cluster_world_app(w, "90", ""));
	a = expect_stream(w, "100");
	frame_at(w, a, 2000, "MODIFIED", cluster_world_app(w, "101", ""));
	script_fail(a, 3000, SG_R_UNREACHABLE, true, "connection reset by peer");
	script_reply(w->script, "GET", stream_url(w, "101"), 403, FORBIDDEN);
	script_reply(w->script, "GET", stream_url(w, "101"), 401, "Unauthorized");
	script_reply(w->script, "GET", LIST_URL, 403, FORBIDDEN);
	expect_list(w, "200", cluster_world_app(w, "102", ""));
	a = expect_stream(w, "200");
	script_end(a, 20000);
	script_always(script_reply(w->script, "GET", stream_url(w, "200"), 403, FORBIDDEN));
	script_always(script_reply(w->script, "GET", LIST_URL, 403, FORBIDDEN));
	script_reply(w->script, "GET", ONE_APP, 403, FORBIDDEN);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "101"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 60000, "102"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 21000, NULL), SG_WATCH_NOTHING);
	denied_ms = script_now_ms(w->script);
	assert_int_equal(pull(w, watch, 90000, NULL), SG_WATCH_POLLING);
	assert_true(
		script_now_ms(w->script) - denied_ms >= 29000); /* that long it is not believed */
	assert_int_equal(pull_final(w, watch, 1000), SG_R_FORBIDDEN);
	finish(w, watch);
}

/* The right to watch is taken away, the one to list stays: no list makes the denial younger. */
static void a_lost_right_to_watch_ends_in_polling(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct sg_watch_event event = {0};
	struct script_answer *a;

	script_any_order(w->script);
	a = script_reply(w->script, "GET", stream_url(w, "100"), 403, FORBIDDEN);
	script_always(a);
	a = script_reply(w->script, "GET", LIST_URL, 200,
		cluster_world_list(w, "100", cluster_world_app(w, "90", "")));
	script_always(a);
	watch->allowed = 1u << SG_PHASE_WATCH;
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(sg_watch_next(watch, cluster_world_in(w, 120000), &event, &w->err), 0);
	assert_int_equal(event.kind, SG_WATCH_POLLING);
	sg_watch_event_release(&event);
	sg_watch_free(watch);
}

static void without_the_right_to_watch_it_is_polled(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct sg_watch_event event = {0};
	struct script_answer *a;

	script_reply(w->script, "GET", LIST_URL, 403, FORBIDDEN);
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "90", ""));
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "90", ""));
	script_reply(w->script, "GET", ONE_APP, 503, "");
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "91", ""));
	script_reply(w->script, "GET", ONE_APP, 404, NOT_FOUND);
	a = script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "95", ""));
	script_delay(a, 100);
	assert_int_equal(sg_watch_next(watch, cluster_world_in(w, 60000), &event, &w->err), 0);
	assert_int_equal(event.kind, SG_WATCH_POLLING);
	assert_int_equal(event.why.reason, SG_R_FORBIDDEN);
	assert_non_null(strstr(event.why.hint, "verb \"list\""));
	sg_watch_event_release(&event);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "91"), SG_WATCH_MODIFIED);
	assert_true(
		script_request(w->script, 2)->at_ms == script_request(w->script, 1)->at_ms + 5000);
	assert_int_equal(pull(w, watch, 60000, NULL), SG_WATCH_DELETED);
	assert_int_equal(pull(w, watch, 60000, "95"), SG_WATCH_ADDED);
	assert_null(sg_watch_trouble(watch));
	script_always(script_reply(w->script, "GET", ONE_APP, 403, FORBIDDEN));
	assert_int_equal(pull_final(w, watch, 90000), SG_R_FORBIDDEN);
	finish(w, watch);
}

/* Who wants to know for sure reads it beside the watch, and may get no answer: it is said again. */
static void what_argocd_does_not_know_is_said_with_each_read(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct sg_watch_event event = {0};

	w->access.speech = SG_SPEAKS_ARGOCD;
	script_reply(w->script, "GET", "*", 403, FORBIDDEN);
	script_reply(w->script, "GET", "*", 200, cluster_world_app(w, "90", ""));
	script_reply(w->script, "GET", "*", 404, NOT_FOUND);
	script_reply(w->script, "GET", "*", 404, NOT_FOUND);
	script_reply(w->script, "GET", "*", 200, cluster_world_app(w, "91", ""));
	assert_int_equal(sg_watch_next(watch, cluster_world_in(w, 60000), &event, &w->err), 0);
	assert_int_equal(event.kind, SG_WATCH_POLLING);
	sg_watch_event_release(&event);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, NULL), SG_WATCH_DELETED);
	assert_int_equal(pull(w, watch, 60000, NULL), SG_WATCH_DELETED);
	assert_int_equal(pull(w, watch, 60000, "91"), SG_WATCH_MODIFIED);
	finish(w, watch);
}

static void a_watch_that_is_refused_later_polls_too(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct sg_watch_event event = {0};

	expect_list(w, "100", cluster_world_app(w, "90", ""));
	script_reply(w->script, "GET", stream_url(w, "100"), 403, FORBIDDEN);
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "91", ""));
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(sg_watch_next(watch, cluster_world_in(w, 1000), &event, &w->err), 0);
	assert_int_equal(event.kind, SG_WATCH_POLLING);
	assert_non_null(strstr(event.why.hint, "verb \"watch\""));
	assert_int_equal(pull(w, watch, 60000, "91"), SG_WATCH_MODIFIED);
	finish(w, watch);
}

static struct sg_json *parse(struct cluster_world *w, const char *text)
{
	struct sg_json *doc;

	assert_int_equal(sg_json_parse(sg_str_of(text), &doc, &w->err), 0);
	return doc;
}

static void our_own_patch_is_an_event_only_in_polling(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct sg_watch_event event = {0};
	struct script_answer *a;

	sg_watch_feed(watch, parse(w, cluster_world_app(w, "80", PENDING))); /* dropped */
	script_reply(w->script, "GET", LIST_URL, 403, FORBIDDEN);
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "90", ""));
	a = script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "90", ""));
	script_delay(a, 1000); /* under way while we patch: its answer must not come after */
	script_reply(w->script, "GET", ONE_APP, 200, cluster_world_app(w, "92", ""));
	assert_int_equal(sg_watch_next(watch, cluster_world_in(w, 1000), &event, &w->err), 0);
	assert_int_equal(pull(w, watch, 1000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 5500, NULL), SG_WATCH_NOTHING);
	sg_watch_feed(watch, NULL); /* changes nothing */
	assert_int_equal(script_open_calls(w->script), 1);
	sg_watch_feed(watch, parse(w, cluster_world_app(w, "91", PENDING)));
	assert_int_equal(pull(w, watch, 0, "91"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 60000, "92"), SG_WATCH_MODIFIED);
	finish(w, watch);
}

static void a_restart_lists_again(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);

	expect_list(w, "100", cluster_world_app(w, "90", ""));
	script_hang(expect_stream(w, "100"));
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 1000, NULL), SG_WATCH_NOTHING);
	expect_list(w, "200", cluster_world_app(w, "190", ""));
	script_hang(expect_stream(w, "200"));
	sg_watch_restart(watch);
	assert_int_equal(pull(w, watch, 1000, "190"), SG_WATCH_MODIFIED);
	assert_int_equal(pull(w, watch, 1000, NULL), SG_WATCH_NOTHING);
	finish(w, watch);
}

/* ---- several applications of one namespace ---- */

#define ALL_URL BASE "?limit=500"

static const char *named(struct cluster_world *w, const char *name, const char *version)
{
	return sg_arena_printf(&w->arena,
		"{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Application\",\"metadata\":{"
		"\"name\":\"%s\",\"namespace\":\"argocd\",\"resourceVersion\":\"%s\"}}",
		name, version);
}

static struct sg_watch *watch_of_three(struct cluster_world *w)
{
	static const char *const names[] = {"web", "api", "web-2"};
	struct sg_watch *watch;

	if (sg_watch_new_many(&w->client, "argocd", names, 3, SEED, &watch, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	return watch;
}

static struct script_answer *expect_stream_of_all(
	struct cluster_world *w, const struct sg_watch *watch, const char *version)
{
	return script_expect(w->script, "GET",
		sg_arena_printf(&w->arena,
			BASE "?watch=1&resourceVersion=%s&allowWatchBookmarks=true"
			     "&timeoutSeconds=%u",
			version, watch->timeout_s));
}

/* One event: of which application, and what. */
static enum sg_watch_event_kind pull_of(
	struct cluster_world *w, struct sg_watch *watch, size_t index, const char *version)
{
	struct sg_watch_event event = {0};
	enum sg_watch_event_kind kind;

	if (sg_watch_next(watch, cluster_world_in(w, 60000), &event, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	kind = event.kind;
	assert_int_equal(event.index, index);
	if (version)
		assert_string_equal(sg_cluster_version_of(event.object), version);
	sg_watch_event_release(&event);
	return kind;
}

static void one_connection_serves_several(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of_three(w);
	struct script_answer *a;
	const char *page = sg_arena_printf(&w->arena,
		"{\"metadata\":{\"continue\":\"next\",\"resourceVersion\":\"100\"},\"items\":[%s,%"
		"s]}",
		named(w, "api", "90"), named(w, "aaa", "91"));

	script_reply(w->script, "GET", ALL_URL, 200, page);
	script_reply(w->script, "GET", ALL_URL "&continue=next", 200,
		cluster_world_list(w, "100",
			sg_arena_printf(&w->arena, "%s,%s", named(w, "web", "80"),
				named(w, "web-3", "81"))));
	a = expect_stream_of_all(w, watch, "100");
	frame_at(w, a, 1000, "MODIFIED", named(w, "web", "101"));
	frame_at(w, a, 1000, "MODIFIED", named(w, "other", "102"));
	frame_at(w, a, 1100, "ADDED", named(w, "web-2", "103"));
	frame_at(w, a, 1200, "DELETED", named(w, "api", "104"));
	frame_at(w, a, 1300, "DELETED", named(w, "other", "105"));
	script_end(a, 20000);
	a = expect_stream_of_all(w, watch, "105"); /* what is passed over counts, too */
	script_hang(a);
	assert_false(sg_watch_listed(watch));
	assert_int_equal(pull_of(w, watch, 1, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull_of(w, watch, 0, "80"), SG_WATCH_ADDED);
	assert_int_equal(pull_of(w, watch, 2, NULL), SG_WATCH_MISSING);
	assert_int_equal(pull_of(w, watch, 0, "101"), SG_WATCH_MODIFIED);
	assert_int_equal(pull_of(w, watch, 2, "103"), SG_WATCH_ADDED);
	assert_int_equal(pull_of(w, watch, 1, "104"), SG_WATCH_DELETED);
	assert_int_equal(pull_of(w, watch, 0, NULL), SG_WATCH_NOTHING);
	assert_true(sg_watch_listed(watch));
	finish(w, watch);
}

static void a_new_list_tells_what_is_gone(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of_three(w);
	struct script_answer *a;
	const char *all = sg_arena_printf(&w->arena, "%s,%s,%s", named(w, "api", "1"),
		named(w, "web", "2"), named(w, "web-2", "3"));

	script_reply(w->script, "GET", ALL_URL, 200, cluster_world_list(w, "100", all));
	a = expect_stream_of_all(w, watch, "100");
	frame_at(w, a, 1000, "ERROR", EXPIRED);
	script_reply(w->script, "GET", ALL_URL, 200,
		cluster_world_list(w, "200",
			sg_arena_printf(&w->arena, "%s,%s", named(w, "api", "1"),
				named(w, "web-2", "150"))));
	script_hang(expect_stream_of_all(w, watch, "200"));
	assert_int_equal(pull_of(w, watch, 1, "1"), SG_WATCH_ADDED);
	assert_int_equal(pull_of(w, watch, 0, "2"), SG_WATCH_ADDED);
	assert_int_equal(pull_of(w, watch, 2, "3"), SG_WATCH_ADDED);
	assert_int_equal(pull_of(w, watch, 2, "150"), SG_WATCH_MODIFIED);
	assert_int_equal(pull_of(w, watch, 0, NULL), SG_WATCH_DELETED);
	assert_int_equal(pull_of(w, watch, 0, NULL), SG_WATCH_NOTHING);
	finish(w, watch);
}

static void a_namespace_that_may_not_be_listed_is_said(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of_three(w);
	struct sg_watch_event event = {0};

	script_reply(w->script, "GET", ALL_URL, 403, FORBIDDEN);
	assert_int_equal(sg_watch_next(watch, cluster_world_in(w, 1000), &event, &w->err), 0);
	assert_int_equal(event.kind, SG_WATCH_REFUSED);
	assert_int_equal(event.why.reason, SG_R_FORBIDDEN);
	sg_watch_event_release(&event);
	sg_watch_restart(watch); /* changes nothing */
	assert_int_equal(pull_of(w, watch, 0, NULL), SG_WATCH_NOTHING);
	assert_int_equal(sg_watch_due_ms(watch), SG_NEVER);
	finish(w, watch);
}

/* Not in pieces that could be dropped by name: the parser decides. */
static void names_that_are_written_oddly(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of_three(w);

	script_reply(w->script, "GET", ALL_URL, 200,
		cluster_world_list(w, "100",
			"{\"kind\":\"Application\",\"metadata\":{\"name\":\"w\\u0065b\","
			"\"namespace\":\"argocd\",\"resourceVersion\":\"5\"}},"
			"{\"kind\":\"Application\",\"metadata\":{\"name\":\"api\","
			"\"namespace\":\"elsewhere\",\"resourceVersion\":\"6\"}}"));
	assert_int_equal(pull_of(w, watch, 0, "5"), SG_WATCH_ADDED);
	sg_watch_free(watch);
}

struct final_row {
	int status;
	const char *body;
	enum sg_reason reason;
};

static void what_cannot_pass_is_final(void **state)
{
	static const struct final_row finals[] = {
		{401, "Unauthorized", SG_R_AUTH_FAILED},
		{404, "404 page not found\n", SG_R_NOT_FOUND},
		{404, "{\"message\":\"agent not found\"}", SG_R_NOT_FOUND},
		{302, "", SG_R_REDIRECTED},
		{400, "{\"kind\":\"Status\",\"message\":\"field label not supported\"}",
			SG_R_REMOTE_FAILED},
		{200, "<html>login", SG_R_ANSWER_INVALID},
		{200, "{}", SG_R_ANSWER_INVALID},
		{200, "{\"items\":[{\"a\":}]}", SG_R_JSON_INVALID},
	};
	struct cluster_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(finals); i++) {
		struct sg_watch *watch = watch_of(w);

		for (int n = 0; n < (finals[i].status == 200 ? 3 : 1); n++)
			script_reply(w->script, "GET", LIST_URL, finals[i].status, finals[i].body);
		assert_int_equal(pull_final(w, watch, 60000), finals[i].reason);
		assert_non_null(strstr(w->err.cause, w->access.server));
		finish(w, watch);
	}
}

static void a_missing_crd_may_come_back_once_it_was_there(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a;

	expect_list(w, "100", cluster_world_app(w, "90", ""));
	a = expect_stream(w, "100");
	script_end(a, 20000);
	script_reply(w->script, "GET", stream_url(w, "100"), 404, "404 page not found\n");
	a = expect_stream(w, "100");
	frame_at(w, a, 10, "MODIFIED", cluster_world_app(w, "101", ""));
	script_hang(a);
	assert_int_equal(pull(w, watch, 60000, "90"), SG_WATCH_ADDED);
	assert_int_equal(pull(w, watch, 60000, "101"), SG_WATCH_MODIFIED);
	finish(w, watch);
}

static void a_tls_failure_is_final(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);

	script_fail(script_expect(w->script, "GET", LIST_URL), 5, SG_R_TLS_FAILED, false,
		"certificate has expired");
	assert_int_equal(pull_final(w, watch, 60000), SG_R_TLS_FAILED);
	finish(w, watch);
}

static void a_signal_ends_the_wait(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);

	expect_list(w, "100", "");
	script_hang(expect_stream(w, "100"));
	script_cancel(w->script, 3000, 15);
	assert_int_equal(pull(w, watch, 60000, NULL), SG_WATCH_MISSING);
	assert_int_equal(pull_final(w, watch, 60000), SG_R_CANCELLED);
	finish(w, watch);
}

static void a_name_that_cannot_be_one_is_refused(void **state)
{
	struct cluster_world *w = *state;
	const struct sg_cluster_app app = {"argocd", "../secrets"};
	struct sg_watch *watch;

	assert_int_equal(sg_watch_new(&w->client, &app, SEED, &watch, &w->err), -1);
	assert_int_equal(w->err.reason, SG_R_CONFIG_INVALID);
	sg_watch_free(NULL);
	sg_watch_event_release(NULL);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(a_list_comes_first_and_then_the_changes),
		T(a_missing_application_may_come_later),
		T(frames_may_be_split_anywhere),
		T(a_normal_end_goes_on_from_the_last_version),
		T(an_end_inside_a_line_and_a_reset_lose_nothing),
		T(a_cut_at_any_byte_loses_and_doubles_nothing),
		T(an_expired_version_is_listed_again),
		T(a_server_that_always_says_expired_is_not_hammered),
		T(a_server_that_always_hangs_up_is_not_hammered),
		T(throttling_and_failures_are_waited_out),
		T(a_watch_that_fails_and_fails_lists_again),
		T(a_dead_connection_is_noticed),
		T(the_due_time_is_enough_to_wait_for),
		T(pages_are_followed),
		T(pages_without_end_are_refused),
		T(objects_of_others_are_ignored),
		T(odd_frames_lead_to_a_new_list),
		T(a_frame_above_the_limit_is_not_kept),
		T(the_credential_is_renewed_in_mid_run),
		T(a_server_that_starts_denies_for_a_moment),
		T(a_lost_right_to_watch_ends_in_polling),
		T(without_the_right_to_watch_it_is_polled),
		T(what_argocd_does_not_know_is_said_with_each_read),
		T(a_watch_that_is_refused_later_polls_too),
		T(our_own_patch_is_an_event_only_in_polling),
		T(a_restart_lists_again),
		T(one_connection_serves_several),
		T(a_new_list_tells_what_is_gone),
		T(a_namespace_that_may_not_be_listed_is_said),
		T(names_that_are_written_oddly),
		T(what_cannot_pass_is_final),
		T(a_missing_crd_may_come_back_once_it_was_there),
		T(a_tls_failure_is_final),
		T(a_signal_ends_the_wait),
		T(a_name_that_cannot_be_one_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
