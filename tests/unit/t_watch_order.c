/* No event goes back behind what is known, whoever says it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/watch_impl.h"
#include "cluster_world.h"

static struct sg_watch *watch_of(struct cluster_world *w)
{
	struct sg_watch *watch;

	script_any_order(w->script);
	if (sg_watch_new(&w->client, &w->app, 42, &watch, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	return watch;
}

/* The answers to the lists and the streams, in turn; the last one stays. */
struct server {
	const char *lists[6];
	const char *streams[6];
	size_t list, stream;
	int64_t list_ms; /* until a list is there */
};

static void answer(void *arg, const struct script_request *request, struct script_answer *a)
{
	struct server *server = arg;
	bool is_stream = strstr(request->url, "watch=1") || strstr(request->url, "/stream/");
	const char *const *texts = is_stream ? server->streams : server->lists;
	size_t *at = is_stream ? &server->stream : &server->list;

	if (texts[*at])
		script_piece(a, is_stream ? 2000 : server->list_ms, sg_str_of(texts[(*at)++]));
	if (is_stream)
		script_end(a, texts[*at] ? 4000 : 500000);
}

static void serve(struct cluster_world *w, struct server *server)
{
	struct script_answer *a = script_expect(w->script, "GET", "*");

	script_always(a);
	script_compute(a, answer, server);
}

static void pull(struct cluster_world *w, struct sg_watch *watch, int64_t ms,
	enum sg_watch_event_kind kind, const char *version)
{
	struct sg_watch_event event = {0};

	if (sg_watch_next(watch, cluster_world_in(w, ms), &event, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	assert_int_equal(event.kind, kind);
	if (version)
		assert_string_equal(sg_cluster_version_of(event.object), version);
	sg_watch_event_release(&event);
}

static void overtake(struct cluster_world *w, struct sg_watch *watch, const char *version)
{
	struct sg_json *doc;

	assert_int_equal(
		sg_json_parse(sg_str_of(cluster_world_app(w, version, "")), &doc, &w->err), 0);
	sg_watch_overtake(watch, doc);
	sg_json_free(doc);
}

static const char *frames(struct cluster_world *w, const char *const *versions)
{
	const char *text = "";

	for (; *versions; versions++)
		text = sg_arena_printf(&w->arena, "%s%s", text,
			cluster_world_frame(w, "MODIFIED", cluster_world_app(w, *versions, "")));
	return text;
}

static void finish(struct cluster_world *w, struct sg_watch *watch)
{
	sg_watch_free(watch);
	cluster_world_done(w);
}

/* A read beside was ahead of the stream: its past is left out, nothing is listed again. */
static void a_read_beside_is_not_followed_by_its_past(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct server server = {
		.lists = {cluster_world_list(w, "95", cluster_world_app(w, "90", ""))},
		.streams = {frames(w, (const char *[]){"98", "99", "101", "102", NULL})},
	};

	serve(w, &server);
	pull(w, watch, 1000, SG_WATCH_ADDED, "90");
	overtake(w, watch, "101"); /* a longer number is the greater one */
	pull(w, watch, 60000, SG_WATCH_MODIFIED, "102");
	assert_int_equal(server.list, 1);
	finish(w, watch);
}

/* The list under way was begun before it; the next one is believed. */
static void nor_by_a_list_that_was_under_way(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct server server = {
		.lists = {cluster_world_list(w, "95", cluster_world_app(w, "90", "")),
			cluster_world_list(w, "30", cluster_world_app(w, "29", ""))},
		.streams = {frames(w, (const char *[]){"99", "100", NULL})},
		.list_ms = 3000,
	};

	serve(w, &server);
	pull(w, watch, 1000, SG_WATCH_NOTHING, NULL);
	overtake(w, watch, "99");
	pull(w, watch, 60000, SG_WATCH_MODIFIED, "100");
	assert_int_equal(server.list, 1);
	sg_watch_restart(watch); /* as after a cluster was restored from a backup */
	pull(w, watch, 60000, SG_WATCH_MODIFIED, "29");
	finish(w, watch);
}

/* A list under way that does not have it yet does not take it away. */
static void a_list_from_before_it_was_there_deletes_nothing(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct server server = {
		.lists = {cluster_world_list(w, "95", "")},
		.streams = {frames(w, (const char *[]){"99", "100", NULL})},
		.list_ms = 3000,
	};

	serve(w, &server);
	pull(w, watch, 1000, SG_WATCH_NOTHING, NULL);
	overtake(w, watch, "99");
	pull(w, watch, 60000, SG_WATCH_MODIFIED, "100");
	finish(w, watch);
}

/* Versions that are no numbers say nothing: the list begins anew, as it is of now. */
static void versions_that_do_not_count_are_listed_again(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct server server = {
		.lists = {cluster_world_list(w, "s", cluster_world_app(w, "abc", "")),
			cluster_world_list(w, "t", cluster_world_app(w, "abd", ""))},
	};

	serve(w, &server);
	pull(w, watch, 1000, SG_WATCH_ADDED, "abc");
	overtake(w, watch, "abd");
	pull(w, watch, 1000, SG_WATCH_NOTHING, NULL); /* it is known already */
	assert_int_equal(server.list, 2);
	finish(w, watch);
}

static const char *argocd_frame(struct cluster_world *w, const char *type, const char *object)
{
	return sg_arena_printf(
		&w->arena, "{\"result\":{\"type\":\"%s\",\"application\":%s}}\n", type, object);
}

/* One server of several has not heard of all yet; the next one has. */
static void a_server_of_argocd_that_lags_takes_nothing_back(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct server server = {
		.lists = {cluster_world_list(w, "95", cluster_world_app(w, "100", "")),
			cluster_world_list(w, "95", cluster_world_app(w, "99", "")),
			cluster_world_list(w, "95", cluster_world_app(w, "110", ""))},
		.streams = {argocd_frame(w, "ADDED", cluster_world_app(w, "98", "")),
			argocd_frame(w, "MODIFIED", cluster_world_app(w, "99", "")),
			argocd_frame(w, "DELETED", cluster_world_app(w, "110", ""))},
	};

	w->access.speech = SG_SPEAKS_ARGOCD;
	serve(w, &server);
	pull(w, watch, 1000, SG_WATCH_ADDED, "100");
	pull(w, watch, 60000, SG_WATCH_MODIFIED, "110");
	assert_int_equal(server.list, 3);
	pull(w, watch, 60000, SG_WATCH_DELETED, "110");
	finish(w, watch);
}

/* Deleted, and another server does not know it yet: it does not come back as it was. */
static void what_was_deleted_does_not_come_back_as_it_was(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch = watch_of(w);
	struct server server = {
		.lists = {cluster_world_list(w, "95", cluster_world_app(w, "100", "")),
			cluster_world_list(w, "95", cluster_world_app(w, "100", "")),
			cluster_world_list(w, "95", cluster_world_app(w, "103", ""))},
		.streams = {argocd_frame(w, "DELETED", cluster_world_app(w, "101", "")),
			argocd_frame(w, "ADDED", cluster_world_app(w, "101", "")),
			argocd_frame(w, "ADDED", cluster_world_app(w, "103", ""))},
	};

	w->access.speech = SG_SPEAKS_ARGOCD;
	serve(w, &server);
	pull(w, watch, 1000, SG_WATCH_ADDED, "100");
	pull(w, watch, 60000, SG_WATCH_DELETED, "101");
	pull(w, watch, 60000, SG_WATCH_ADDED, "103");
	finish(w, watch);
}

static bool is_behind(const char *known, const char *object, bool there)
{
	struct sg_watch_item item = {.there = there};
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc;
	bool answer;

	assert_int_equal(sg_json_parse(sg_str_of(known), &doc, &err), 0);
	sg_watch_keep_order(&item, doc);
	sg_json_free(doc);
	assert_int_equal(sg_json_parse(sg_str_of(object), &doc, &err), 0);
	answer = sg_watch_is_behind(&item, doc);
	sg_json_free(doc);
	free(item.version);
	return answer;
}

#define V(version) "{\"metadata\":{\"resourceVersion\":\"" version "\"}}"
#define VT(version, reconciled, started)                                                           \
	"{\"metadata\":{\"resourceVersion\":\"" version                                            \
	"\"},\"status\":{\"reconciledAt\":" reconciled                                             \
	",\"operationState\":{\"startedAt\":" started "}}}"
#define T1 "\"2024-01-02T03:04:05Z\""
#define T2 "\"2024-01-02T05:04:06+02:00\"" /* one second later */

static void the_order_of_two_states(void **state)
{
	static const struct {
		const char *known, *object;
		bool there, behind;
	} rows[] = {
		{V("100"), V("99"), true, true}, {V("99"), V("100"), true, false},
		{V("100"), V("100"), true, false}, {V("100"), V("100"), false, true},
		{V("18446744073709551616"), V("18446744073709551617"), true, false},
		{V("18446744073709551617"), V("18446744073709551616"), true, true},
		{V(""), V("1"), false, false}, {"{}", V("1"), true, false},
		{V("5"), "{}", true, false}, {"[]", "7", true, false},
		{V("x"), V("y"), true, false}, {V("x"), V("x"), true, false},
		{VT("100", T2, T2), VT("101", T1, T1), true, false}, /* the numbers decide */
		{VT("0100", T2, T2), VT("99", T1, T1), true, true},  /* no number of the server's */
		{VT("x", T2, T1), VT("y", T1, T1), true, true},
		{VT("x", T1, T1), VT("y", T2, T1), true, false},
		{VT("x", T2, T2), VT("y", T2, T1), true, true},
		{VT("x", T2, T1), VT("y", T2, T2), true, false},
		{VT("x", T2, T1), VT("y", T2, "null"), true, false}, /* a new operation is set */
		{VT("x", T2, T1), VT("y", "7", T1), true, true},
		{VT("x", T2, T1), VT("x", T1, T1), true, false}, /* the same is the same */
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (is_behind(rows[i].known, rows[i].object, rows[i].there) != rows[i].behind)
			fail_msg("row %zu", i);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_read_beside_is_not_followed_by_its_past),
		T(nor_by_a_list_that_was_under_way),
		T(a_list_from_before_it_was_there_deletes_nothing),
		T(versions_that_do_not_count_are_listed_again),
		T(a_server_of_argocd_that_lags_takes_nothing_back),
		T(what_was_deleted_does_not_come_back_as_it_was),
		cmocka_unit_test(the_order_of_two_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
