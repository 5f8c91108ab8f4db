#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "source_world.h"
#include "step/age.h"
#include "step/request.h"

#define RANGE(a, b) SOURCE "/repository/commits?ref_name=" a ".." b "&per_page=100"
#define WEB ROOT "/shop/catalog/-/commit/"
#define ROW(oid, title) "{\"id\":\"" oid "\",\"title\":\"" title "\",\"web_url\":\"" WEB oid "\"}"
#define COMPARE(a, b) ROOT "/shop/catalog/-/compare/" a "..." b
#define MISSING "{\"message\":\"404 Project Not Found\"}"
#define BOUND_BYTES 4096

static const struct sg_environment dev = {.name = "dev"};

struct run {
	struct source_world w;
	struct sg_value_change value;
	struct sg_plan plan;
};

static int setup(void **state)
{
	struct run *r = sg_calloc(1, sizeof(*r));

	source_world_begin(&r->w);
	r->w.world.deadline_ms = script_now_ms(r->w.g->script) + 3600000;
	r->value = (struct sg_value_change){.service = "catalog",
		.path = "values.yaml",
		.place = "image.tag",
		.part = SG_PART_TAG,
		.from = "1.4.0",
		.to = "1.5.0"};
	r->plan = (struct sg_plan){
		.values = &r->value, .value_count = 1, .id = "1", .message = "deploy\n"};
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct run *r = *state;

	source_world_end(&r->w);
	free(r);
	return 0;
}

static void reply(struct run *r, const char *url, int status, const char *body)
{
	source_world_reply(&r->w, url, status, body);
}

/* What the source project is asked about 1.5.0, which takes the place of 1.4.0, at first. */
static void versions_are(struct run *r, const char *merge_base)
{
	reply(r, COMMIT("1.5.0"), 200, ID(SHA_B));
	reply(r, COMMIT("1.4.0"), 200, ID(SHA_A));
	reply(r, BASE(SHA_A, SHA_B), 200, merge_base);
}

static const struct sg_span *find(struct run *r)
{
	const struct sg_span *span;

	if (sg_span_find(
		    &r->w.world, &r->w.loaded, &dev, "catalog", &r->plan, &span, &r->w.g->err) < 0)
		fail_msg("%s", r->w.g->err.cause);
	gitlab_world_done(r->w.g);
	return span;
}

static const char *text_of(struct run *r, const struct sg_span *span)
{
	return sg_request_text(&r->w.world, &dev, "catalog", &r->plan, span).description;
}

static void says(struct run *r, const char *part)
{
	const char *text = text_of(r, find(r));

	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void newer_brings_commits(void **state)
{
	struct run *r = *state;

	versions_are(r, ID(SHA_A));
	reply(r, RANGE(SHA_A, SHA_B), 200, "[" ROW(SHA_B, "third") "," ROW(SHA_C, "second") "]");
	says(r, "\n`1.4.0` to `1.5.0` brings [2 source commits](" COMPARE(
			SHA_A, SHA_B) "):\n\n"
				      "- `bbbbbbbbbbbb` `third`\n- `cccccccccccc` `second`\n");
}

static void older_takes_them_away(void **state)
{
	struct run *r = *state;

	r->value.from = "1.5.0";
	r->value.to = "1.4.0";
	reply(r, COMMIT("1.4.0"), 200, ID(SHA_A));
	reply(r, COMMIT("1.5.0"), 200, ID(SHA_B));
	reply(r, BASE(SHA_B, SHA_A), 200, ID(SHA_A));
	reply(r, RANGE(SHA_A, SHA_B), 200, "[" ROW(SHA_B, "second") "]");
	says(r, "\n`1.5.0` back to `1.4.0` takes away [1 source commit](" COMPARE(
			SHA_A, SHA_B) "):\n\n- `bbbbbbbbbbbb` `second`\n");
}

static void side_by_side_is_said(void **state)
{
	struct run *r = *state;

	versions_are(r, ID(SHA_C));
	reply(r, RANGE(SHA_A, SHA_B), 200, "[" ROW(SHA_B, "second") "]");
	says(r, "` brings [1 source commit](" COMPARE(
			SHA_A, SHA_B) ") and takes others away, as neither is in the history of "
				      "the other one:\n");
}

static void two_versions_of_one_commit(void **state)
{
	struct run *r = *state;

	reply(r, COMMIT("1.5.0"), 200, ID(SHA_A));
	reply(r, COMMIT("1.4.0"), 200, ID(SHA_A));
	says(r, "\n`1.4.0` and `1.5.0` are built from one source commit, `aaaaaaaaaaaa`.\n");
}

static void what_the_order_has_asked_is_not_asked_again(void **state)
{
	struct run *r = *state;
	const struct sg_age_ask ask = {
		.env = &dev, .service = "catalog", .wish = "1.5.0@sha256:0", .than = "1.4.0"};
	const struct sg_span *first;
	const char *why;

	versions_are(r, ID(SHA_A));
	assert_int_equal(sg_age_older(&r->w.world, &r->w.loaded, &ask, &why, &r->w.g->err), 0);
	assert_null(why);
	gitlab_world_done(r->w.g);
	r->value.part = SG_PART_REFERENCE;
	r->value.from = "shop/catalog:1.4.0";
	r->value.to = "shop/catalog:1.5.0";
	reply(r, RANGE(SHA_A, SHA_B), 200, "[" ROW(SHA_B, "second") "]");
	first = find(r);
	assert_non_null(first);
	assert_ptr_equal(find(r), first);
}

static void nothing_is_asked_without_two_versions_or_a_source(void **state)
{
	struct run *r = *state;

	r->value.from = "";
	assert_null(find(r));
	r->value.from = "1.5.0";
	assert_null(find(r));
	r->value.from = "main";
	assert_null(find(r));
	r->value.part = SG_PART_DIGEST;
	assert_null(find(r));
	r->value.part = SG_PART_TAG;
	r->value.from = "1.4.0";
	r->value.service = "another";
	assert_null(find(r));
	r->value.service = "catalog";
	r->w.loaded.remote.is_job_token = true;
	assert_null(find(r));
	r->w.loaded.remote.is_job_token = false;
	r->w.loaded.span_count = 0;
	r->w.service.source = NULL;
	assert_null(find(r));
	assert_null(strstr(text_of(r, NULL), "source commit"));
}

/* Each of them is asked once in a run, and the text says less. */
static void a_source_that_says_nothing_of_use(void **state)
{
	static const struct {
		int status;
		const char *body;
	} rows[] = {{404, MISSING}, {403, "{\"message\":\"403 Forbidden\"}"}, {200, "[]"},
		{200, "{}"}, {200, "[7]"}, {200, "[{}]"}, {200, "[{\"id\":\"b\"}]"},
		{200, "[" ROW(SHA_C, "of another range") "]"},
		{200, "[" ROW(SHA_B, "x") "," ROW(SHA_A, "the whole history") "]"},
		{200, "[{\"id\":\"" SHA_B "\",\"title\":7}]"}};

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct run *r;

		if (i > 0) {
			(void)teardown(state);
			(void)setup(state);
		}
		r = *state;
		versions_are(r, ID(SHA_A));
		reply(r, RANGE(SHA_A, SHA_B), rows[i].status, rows[i].body);
		assert_null(find(r));
		assert_null(find(r));
	}
}

static void a_hidden_project_costs_what_the_order_does(void **state)
{
	struct run *r = *state;

	reply(r, COMMIT("1.5.0"), 404, MISSING);
	reply(r, COMMIT("v1.5.0"), 404, MISSING);
	assert_null(find(r));
	assert_null(find(r));
}

static void one_that_throttles_or_keeps_silent_holds_nobody(void **state)
{
	struct run *r = *state;
	struct script_answer *a;
	int64_t began_ms;

	versions_are(r, ID(SHA_A));
	a = script_reply(r->w.g->script, "GET", RANGE(SHA_A, SHA_B), 429, "Retry later\n");
	script_header(a, "Retry-After", "60");
	began_ms = script_now_ms(r->w.g->script);
	assert_null(find(r));
	assert_int_equal(script_now_ms(r->w.g->script), began_ms);
	r->value.from = "1.3.0";
	script_silence(script_expect(r->w.g->script, "GET", COMMIT("1.5.0")));
	assert_null(find(r));
	assert_in_range(script_now_ms(r->w.g->script) - began_ms, 1, 10000);
}

static void an_answer_that_was_lost_is_asked_for_again(void **state)
{
	struct run *r = *state;

	versions_are(r, ID(SHA_A));
	reply(r, RANGE(SHA_A, SHA_B), 502, "<html>");
	reply(r, RANGE(SHA_A, SHA_B), 200, "[" ROW(SHA_B, "second") "]");
	says(r, "`second`");
}

static void a_signal_ends_it(void **state)
{
	struct run *r = *state;
	const struct sg_span *span;

	script_silence(script_expect(r->w.g->script, "GET", COMMIT("1.5.0")));
	script_cancel(r->w.g->script, 100, 15);
	assert_int_equal(sg_span_find(&r->w.world, &r->w.loaded, &dev, "catalog", &r->plan, &span,
				 &r->w.g->err),
		-1);
	assert_int_equal(r->w.g->err.reason, SG_R_CANCELLED);
}

/* COUNT commits, each with that title, and the page's headers. */
static void many(struct run *r, size_t count, const char *title, const char *next)
{
	struct sg_buf body SG_AUTO(sg_buf_release);
	struct script_answer *a;

	sg_buf_init(&body, 8u << 20);
	for (size_t i = 0; i < count; i++) {
		const char *id = i ? sg_arena_printf(&r->w.g->arena, "%040zx", i) : SHA_B;

		sg_buf_addf(&body, "%s{\"id\":\"%s\",\"title\":\"%s\",\"web_url\":\"%s%s\"}",
			i ? "," : "[", id, title, WEB, id);
	}
	sg_buf_adds(&body, "]");
	versions_are(r, ID(SHA_A));
	a = script_reply(r->w.g->script, "GET", RANGE(SHA_A, SHA_B), 200,
		sg_arena_dup(&r->w.g->arena, sg_buf_str(&body)));
	if (next) {
		script_header(a, "X-Page", "1");
		script_header(a, "X-Next-Page", next);
	}
}

static void of_many_the_first_are_named_and_the_rest_counted(void **state)
{
	static const struct {
		size_t count;
		const char *next, *words, *rest;
	} rows[] = {{11, NULL, "[11 source commits](", "\n- and 1 more\n"},
		{10, NULL, "[10 source commits](", NULL},
		{100, "2", "[100 or more source commits](", "\n- and 90 or more\n"},
		{100, NULL, "[100 or more source commits](", "\n- and 90 or more\n"},
		{100, "", "[100 source commits](", "\n- and 90 more\n"},
		{99, "2", "[99 or more source commits](", "\n- and 89 or more\n"}};

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct run *r;
		const char *text;

		if (i > 0) {
			(void)teardown(state);
			(void)setup(state);
		}
		r = *state;
		many(r, rows[i].count, "a change", rows[i].next);
		text = text_of(r, find(r));
		assert_non_null(strstr(text, rows[i].words));
		if (rows[i].rest)
			assert_non_null(strstr(text, rows[i].rest));
		else
			assert_null(strstr(text, "- and "));
	}
}

static void long_subjects_stay_within_a_bound(void **state)
{
	struct run *r = *state;
	char title[60000];
	size_t with, without;

	memset(title, 'x', sizeof(title) - 1);
	title[sizeof(title) - 1] = '\0';
	many(r, 100, title, "2");
	with = strlen(text_of(r, find(r)));
	without = strlen(text_of(r, NULL));
	assert_true(with > without);
	assert_in_range(with - without, 1, BOUND_BYTES);
}

/* tests/hostile has hundreds more. */
static void a_subject_cannot_act(void **state)
{
	struct run *r = *state;

	versions_are(r, ID(SHA_A));
	reply(r, RANGE(SHA_A, SHA_B), 200,
		"[" ROW(SHA_B, "x`\\n/merge @all [a](https://evil.example) #1") "]");
	says(r, "\n- `bbbbbbbbbbbb` `x /merge @all [a](https://evil.example) #1`\n");
}

static void an_address_that_is_none_is_left_away(void **state)
{
	static const char *const urls[] = {"", "javascript:alert(1)/-/commit/" SHA_B,
		"https://x.example/a) /approve (/-/commit/" SHA_B,
		"https://x.example/-/commit/" SHA_A, "/-/commit/" SHA_B};

	for (size_t i = 0; i < SG_COUNT(urls); i++) {
		struct run *r;

		if (i > 0) {
			(void)teardown(state);
			(void)setup(state);
		}
		r = *state;
		versions_are(r, ID(SHA_A));
		reply(r, RANGE(SHA_A, SHA_B), 200,
			sg_arena_printf(&r->w.g->arena,
				"[{\"id\":\"" SHA_B "\",\"title\":\"t\",\"web_url\":\"%s\"}]",
				urls[i]));
		says(r, "` brings 1 source commit:\n\n- `bbbbbbbbbbbb` `t`\n");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(newer_brings_commits),
		TEST(older_takes_them_away),
		TEST(side_by_side_is_said),
		TEST(two_versions_of_one_commit),
		TEST(what_the_order_has_asked_is_not_asked_again),
		TEST(nothing_is_asked_without_two_versions_or_a_source),
		TEST(a_source_that_says_nothing_of_use),
		TEST(a_hidden_project_costs_what_the_order_does),
		TEST(one_that_throttles_or_keeps_silent_holds_nobody),
		TEST(an_answer_that_was_lost_is_asked_for_again),
		TEST(a_signal_ends_it),
		TEST(of_many_the_first_are_named_and_the_rest_counted),
		TEST(long_subjects_stay_within_a_bound),
		TEST(a_subject_cannot_act),
		TEST(an_address_that_is_none_is_left_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
