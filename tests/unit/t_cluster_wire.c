/* Streams as they were recorded or constructed, played to a watch in every kind of pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>

#include <cmocka.h>

#include "cluster/watch_impl.h"
#include "cluster_world.h"

#define SEED 42

static struct sg_watch *watch_of(struct cluster_world *w)
{
	struct sg_watch *watch;

	if (sg_watch_new(&w->client, &w->app, SEED, &watch, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	return watch;
}

/* An empty list and the stream that follows it. */
static struct script_answer *expect_opening(struct cluster_world *w, struct sg_watch *watch)
{
	const char *select =
		sg_arena_printf(&w->arena, BASE "?fieldSelector=metadata.name%%3D%s", w->app.name);

	script_reply(w->script, "GET", sg_arena_printf(&w->arena, "%s&limit=500", select), 200,
		cluster_world_list(w, "1", ""));
	return script_expect(w->script, "GET",
		sg_arena_printf(&w->arena,
			"%s&watch=1&resourceVersion=1&allowWatchBookmarks=true&timeoutSeconds=%u",
			select, watch->timeout_s));
}

static bool is_change(const struct sg_json *frame, const struct sg_cluster_app *app)
{
	const char *type = sg_json_str(sg_json_get(frame, "type"), "");

	return (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0 ||
		       strcmp(type, "DELETED") == 0) &&
	       sg_cluster_is_app(sg_json_get(frame, "object"), app);
}

/* The next event must be the change of FRAME. */
static void expect_change(
	struct cluster_world *w, struct sg_watch *watch, const struct sg_json *frame)
{
	bool deleted = strcmp(sg_json_str(sg_json_get(frame, "type"), ""), "DELETED") == 0;
	const struct sg_json *object = sg_json_get(frame, "object");
	struct sg_watch_event event = {0};

	if (deleted && !watch->apps[0].there)
		return; /* nothing was there as far as this watch knows */
	do
		if (sg_watch_next(watch, cluster_world_in(w, 100000), &event, &w->err) < 0)
			fail_msg("%s", w->err.cause);
	while (event.kind == SG_WATCH_MISSING); /* the list before it was empty */
	assert_int_equal(event.kind == SG_WATCH_DELETED, deleted);
	assert_true(sg_json_equal(event.object, object));
	sg_watch_event_release(&event);
}

/* One stream of newline-delimited frames in pieces of STEP bytes; returns the changes seen. */
static int play_text(struct cluster_world *w, struct sg_str text, size_t step)
{
	struct sg_watch *watch = watch_of(w);
	struct script_answer *a = expect_opening(w, watch);
	struct sg_str rest = text, line;
	int changes = 0;

	for (size_t i = 0; i < text.len; i += step)
		script_piece(a, (int64_t)(i / 1000), sg_str_sub(text, i, i + step));
	script_hang(a);
	while (sg_str_cut(&rest, '\n', &line)) {
		struct sg_json *frame;

		if (line.len == 0)
			continue;
		assert_int_equal(sg_json_parse(line, &frame, &w->err), 0);
		if (is_change(frame, &w->app)) {
			expect_change(w, watch, frame);
			changes++;
		}
		sg_json_free(frame);
	}
	sg_watch_free(watch);
	cluster_world_done(w);
	return changes;
}

static void own_streams_arrive_in_any_pieces(void **state)
{
	static const size_t steps[] = {1, 2, 3, 7, 64, 1000, 1000000};
	struct cluster_world *w = *state;
	struct sg_str watch = cluster_world_file(w, "tests/data/cluster/wire-k8s-watch.ndjson");
	struct sg_str initial =
		cluster_world_file(w, "tests/data/cluster/wire-k8s-watchlist-initial.ndjson");

	for (size_t i = 0; i < SG_COUNT(steps); i++) {
		assert_int_equal(play_text(w, watch, steps[i]), 3);
		assert_int_equal(play_text(w, initial, steps[i]), 1);
	}
}

/* The text of a recorded line, as it went over the wire. */
static void wire_of(const struct sg_json *line, struct sg_buf *out)
{
	const char *text = sg_json_str(sg_json_get(line, "text"), NULL);

	if (text)
		sg_buf_adds(out, text);
	else
		sg_json_text(sg_json_get(line, "json"), out);
	if (!sg_json_bool(sg_json_get(line, "noTrailingNewline"), false))
		sg_buf_addc(out, '\n');
}

static void script_lines(struct script_answer *a, const struct sg_json *lines, size_t step)
{
	for (const struct sg_json *line = sg_json_first(lines); line; line = sg_json_next(line)) {
		struct sg_buf wire;
		int64_t at_ms = 0;

		sg_buf_init(&wire, SG_CLUSTER_OBJECT_MAX_BYTES);
		wire_of(line, &wire);
		(void)sg_json_i64(sg_json_get(line, "atMs"), &at_ms);
		for (size_t i = 0; i < wire.len; i += step)
			script_piece(a, at_ms, sg_str_sub(sg_buf_str(&wire), i, i + step));
		sg_buf_release(&wire);
	}
	script_hang(a);
}

/* Changes of the recorded stream that came out of the watch; -1 when the file holds none. */
static int play_recorded(struct cluster_world *w, const char *path, size_t step)
{
	const struct sg_json *response, *lines;
	struct sg_watch *watch;
	struct sg_json *doc;
	int64_t status = 0;
	int changes = 0;

	assert_int_equal(sg_json_parse(cluster_world_file(w, path), &doc, &w->err), 0);
	response = sg_json_get(doc, "response");
	lines = sg_json_get(response, "lines");
	(void)sg_json_i64(sg_json_get(response, "status"), &status);
	if (!lines || status != 200) {
		sg_json_free(doc);
		return -1;
	}
	watch = watch_of(w);
	script_lines(expect_opening(w, watch), lines, step);
	for (const struct sg_json *line = sg_json_first(lines); line; line = sg_json_next(line)) {
		if (!is_change(sg_json_get(line, "json"), &w->app))
			continue;
		expect_change(w, watch, sg_json_get(line, "json"));
		changes++;
	}
	sg_watch_free(watch);
	sg_json_free(doc);
	return changes;
}

static void a_recorded_stream_is_followed(void **state)
{
	struct cluster_world *w = *state;

	w->app.name = "demo";
	assert_true(play_recorded(w, "tests/data/cluster/kube-watch-selector-name.json", 1) > 0);
	assert_true(play_recorded(w, "tests/data/cluster/kube-watch-selector-name.json", 100) > 0);
}

static void an_expired_version_as_recorded_leads_to_a_list(void **state)
{
	struct cluster_world *w = *state;
	struct sg_watch *watch;
	struct sg_watch_event event = {0};
	struct sg_json *doc;

	w->app.name = "demo";
	watch = watch_of(w);
	assert_int_equal(sg_json_parse(cluster_world_file(
					       w, "tests/data/cluster/kube-watch-expired-410.json"),
				 &doc, &w->err),
		0);
	script_lines(expect_opening(w, watch), sg_json_at(doc, "response.lines"), 5);
	script_hang(expect_opening(w, watch));
	assert_int_equal(sg_watch_next(watch, cluster_world_in(w, 5000), &event, &w->err), 0);
	assert_int_equal(event.kind, SG_WATCH_MISSING);
	assert_int_equal(sg_watch_next(watch, cluster_world_in(w, 5000), &event, &w->err), 0);
	assert_int_equal(event.kind, SG_WATCH_NOTHING);
	sg_watch_free(watch);
	sg_json_free(doc);
	cluster_world_done(w);
}

/* The two recorded pages, one item each. */
static void recorded_pages_are_followed(void **state)
{
	static const char *const names[] = {"kube-list-limit-1", "kube-list-continue"};
	struct cluster_world *w = *state;
	struct sg_json *docs[2];
	const char *token;
	struct sg_watch *watch;
	struct sg_watch_event event = {0};

	w->app.name = "demo2";
	watch = watch_of(w);
	for (size_t i = 0; i < SG_COUNT(names); i++) {
		const char *path =
			sg_arena_printf(&w->arena, "tests/data/cluster/%s.json", names[i]);

		assert_int_equal(sg_json_parse(cluster_world_file(w, path), &docs[i], &w->err), 0);
	}
	token = sg_json_str(sg_json_at(docs[0], "response.body.metadata.continue"), "");
	for (size_t i = 0; i < SG_COUNT(names); i++) {
		const char *select = BASE "?fieldSelector=metadata.name%3Ddemo2&limit=500";
		struct sg_buf body;

		sg_buf_init(&body, SG_CLUSTER_OBJECT_MAX_BYTES);
		sg_json_text(sg_json_at(docs[i], "response.body"), &body);
		script_reply(w->script, "GET",
			i ? sg_arena_printf(&w->arena, "%s&continue=%s", select, token) : select,
			200, body.ptr);
		sg_buf_release(&body);
	}
	assert_int_equal(sg_watch_next(watch, cluster_world_in(w, 0), &event, &w->err), 0);
	while (event.kind == SG_WATCH_NOTHING) {
		assert_int_equal(
			sg_loop_wait(script_http(w->script)->loop, sg_watch_due_ms(watch), &w->err),
			0);
		assert_int_equal(sg_watch_next(watch, 0, &event, &w->err), 0);
	}
	assert_int_equal(event.kind, SG_WATCH_ADDED);
	sg_watch_event_release(&event);
	sg_watch_free(watch);
	for (size_t i = 0; i < SG_COUNT(docs); i++)
		sg_json_free(docs[i]);
	cluster_world_done(w);
}

/* With a server of its own. */
static int play_alone(const char *path)
{
	void *state = NULL;
	struct cluster_world *w;
	int n;

	assert_int_equal(cluster_world_setup(&state), 0);
	w = state;
	w->app.name = "demo";
	n = play_recorded(w, path, 11);
	cluster_world_teardown(&state);
	return n;
}

static void every_recorded_stream_is_followed(void **state)
{
	struct cluster_world *w = *state;
	const char *folder = cluster_world_samples(w, "recorded-http");
	DIR *dir = folder ? opendir(folder) : NULL;
	int streams = 0, changes = 0;

	if (!dir) {
		print_message("skipped: the recorded streams are not there\n");
		skip();
	}
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		const char *path = sg_arena_printf(&w->arena, "%s/%s", folder, entry->d_name);
		int n;

		if (strncmp(entry->d_name, "kube-watch", 10) != 0)
			continue;
		n = play_alone(path);
		streams += n >= 0;
		changes += n > 0 ? n : 0;
	}
	(void)closedir(dir);
	assert_true(streams >= 10);
	assert_true(changes >= 8);
}

static void the_constructed_streams_are_followed(void **state)
{
	struct cluster_world *w = *state;
	const char *folder = cluster_world_samples(w, "constructed");

	if (!folder) {
		print_message("skipped: the constructed streams are not there\n");
		skip();
	}
	assert_int_equal(play_text(w,
				 cluster_world_file(w, sg_arena_printf(&w->arena,
							       "%s/wire-k8s-watch.ndjson", folder)),
				 1),
		3);
	assert_int_equal(play_text(w,
				 cluster_world_file(w,
					 sg_arena_printf(&w->arena,
						 "%s/wire-k8s-watchlist-initial.ndjson", folder)),
				 1),
		1);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(own_streams_arrive_in_any_pieces),
		T(a_recorded_stream_is_followed),
		T(an_expired_version_as_recorded_leads_to_a_list),
		T(recorded_pages_are_followed),
		T(every_recorded_stream_is_followed),
		T(the_constructed_streams_are_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
