#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab/mr.h"
#include "gitlab/page.h"
#include "gitlab_world.h"

#define FIRST MR "/notes?sort=asc&order_by=created_at&per_page=100"
#define PAGE(n) FIRST "&page=" n

/* A page of COUNT notes from number FROM on. */
static const char *page(struct gitlab_world *w, int from, int count)
{
	struct sg_buf text;
	const char *copy;

	sg_buf_init(&text, (size_t)1024 * 1024);
	sg_buf_addc(&text, '[');
	for (int i = 0; i < count; i++)
		sg_buf_addf(&text,
			"%s{\"id\":%d,\"created_at\":\"2026-02-03T04:05:06Z\",\"body\":\"b\"}",
			i ? "," : "", from + i);
	sg_buf_addc(&text, ']');
	copy = sg_arena_dup(&w->arena, sg_buf_str(&text));
	sg_buf_release(&text);
	return copy;
}

static int notes(struct gitlab_world *w, struct sg_gitlab_note **items, size_t *count)
{
	return sg_gitlab_mr_notes(&w->gitlab, 15, &w->arena, items, count, &w->err);
}

static struct script_answer *reply(struct gitlab_world *w, const char *url, int from, int count)
{
	return script_reply(w->script, "GET", url, 200, page(w, from, count));
}

static void pages_follow_links(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	size_t count;
	struct script_answer *a = reply(w, FIRST, 1, 2);

	script_header(a, "Link",
		"<" PAGE("1") ">; rel=\"first\", <" MR
			      "/notes?cursor=a%2Cb;c>; rel=\"next\", <" PAGE(
				      "3") ">; rel=\"last\"");
	a = reply(w, MR "/notes?cursor=a%2Cb;c", 3, 1);
	script_want_cred(a, "PRIVATE-TOKEN glpat-first-token");
	script_header(a, "link", "<" PAGE("1") ">; rel=\"prev\"");
	assert_int_equal(notes(w, &items, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(items[2].id, 3);
	gitlab_world_done(w);
}

static void pages_follow_numbers(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	size_t count;

	script_header(reply(w, FIRST, 1, 2), "X-Next-Page", "2");
	script_header(reply(w, PAGE("2"), 3, 0), "x-next-page", "3");
	script_header(reply(w, PAGE("3"), 3, 1), "x-next-page", "");
	assert_int_equal(notes(w, &items, &count), 0);
	assert_int_equal(count, 3);
	gitlab_world_done(w);
}

/* What failed before a success is no error (base/err.h). */
static void a_success_leaves_no_error_behind(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	size_t count;

	script_fail(script_expect(w->script, "GET", FIRST), 10, SG_R_UNREACHABLE, true, "reset");
	reply(w, FIRST, 1, 2);
	assert_int_equal(notes(w, &items, &count), 0);
	assert_int_equal(w->err.reason, SG_R_OK);
	gitlab_world_done(w);
}

/* A proxy dropped the headers. */
static void a_full_page_is_not_taken_for_all(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	size_t count;

	reply(w, FIRST, 1, 100);
	reply(w, PAGE("2"), 101, 100);
	reply(w, PAGE("3"), 201, 0);
	assert_int_equal(notes(w, &items, &count), 0);
	assert_int_equal(count, 200);
	script_header(reply(w, FIRST, 1, 100), "X-Page", "1");
	assert_int_equal(notes(w, &items, &count), 0);
	assert_int_equal(count, 100);
	gitlab_world_done(w);
}

static void a_link_to_elsewhere_is_refused(void **state)
{
	static const char *const links[] = {
		"https://evil.example.com:8443/gitlab/api/v4/projects/1/x?page=2",
		"https://git.example.com/gitlab/api/v4/projects/1/x?page=2",
		"http://git.example.com:8443/gitlab/api/v4/projects/1/x?page=2",
		"https://git.example.com:8443@evil.example.com/gitlab/api/v4/x",
		"https://git.example.com:8443/oauth/token",
		"/gitlab/api/v4/projects/1/x?page=2",
		"//evil.example.com/api/v4/x",
		"file:///etc/passwd",
		"x",
	};
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items = NULL;
	size_t count = 7;

	for (size_t i = 0; i < SG_COUNT(links); i++) {
		script_header(reply(w, FIRST, 1, 1), "Link",
			sg_arena_printf(&w->arena, "<%s>; rel=\"next\"", links[i]));
		assert_int_equal(notes(w, &items, &count), -1);
		gitlab_world_error(w, SG_R_CREDENTIAL_ORIGIN, links[i], "external_url");
	}
	assert_null(items);
	assert_int_equal(count, 7);
	gitlab_world_done(w);
}

static void pages_that_go_nowhere(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	size_t count;

	script_header(reply(w, FIRST, 1, 1), "Link", "<" FIRST ">; rel=\"next\"");
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "the same page", "");
	script_header(reply(w, FIRST, 1, 1), "X-Next-Page", "1");
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "behind page 1", "");
	gitlab_world_done(w);
}

/* Two pages that name each other. */
static void endless(void *arg, const struct script_request *request, struct script_answer *answer)
{
	(void)arg;
	script_piece(answer, 0, SG_STR("[]"));
	script_header(answer, "Link",
		strstr(request->url, "&page=2") ? "<" PAGE("3") ">; rel=next"
						: "<" PAGE("2") ">; rel=next");
}

static void pages_without_end(void **state)
{
	struct gitlab_world *w = *state;
	struct script_answer *a = script_expect(w->script, "GET", "*");
	struct sg_gitlab_note *items;
	size_t count;

	script_always(a);
	script_compute(a, endless, NULL);
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_TOO_LARGE, "more than 1000 pages", "");
	assert_int_equal(w->gitlab.requests, 1000);
}

struct many {
	struct gitlab_world *w;
	int total;
};

static void many_notes(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	struct many *many = arg;
	const char *at = strstr(request->url, "&page=");
	int number = 1;
	int left;

	if (at)
		(void)sscanf(at, "&page=%d", &number);
	left = many->total - (number - 1) * 100;
	script_piece(
		answer, 0, sg_str_of(page(many->w, (number - 1) * 100, left > 100 ? 100 : left)));
	if (left > 100)
		script_header(
			answer, "X-Next-Page", sg_arena_printf(&many->w->arena, "%d", number + 1));
}

static void ten_thousand_notes_and_one_more(void **state)
{
	struct gitlab_world *w = *state;
	struct script_answer *a = script_expect(w->script, "GET", "*");
	struct many many = {w, 10000};
	struct sg_gitlab_note *items;
	size_t count = 0;

	script_always(a);
	script_compute(a, many_notes, &many);
	assert_int_equal(notes(w, &items, &count), 0);
	assert_int_equal(count, 10000);
	many.total = 10001;
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(
		w, SG_R_TOO_LARGE, "the notes of the merge request are more than 10000", "");
	assert_int_equal(count, 10000);
}

static void big_notes(void *arg, const struct script_request *request, struct script_answer *answer)
{
	struct gitlab_world *w = arg;
	char *body = sg_arena_alloc(&w->arena, 4000001);

	(void)request;
	memset(body, 'x', 4000000);
	script_piece(answer, 0,
		sg_str_of(sg_arena_printf(&w->arena,
			"[{\"id\":1,\"created_at\":\"2026-02-03T04:05:06Z\",\"body\":\"%s\"}]",
			body)));
	script_header(answer, "X-Next-Page",
		sg_arena_printf(&w->arena, "%d", (int)w->gitlab.requests + 1));
}

static void notes_are_bounded_in_bytes(void **state)
{
	struct gitlab_world *w = *state;
	struct script_answer *a = script_expect(w->script, "GET", "*");
	struct sg_gitlab_note *items;
	size_t count;

	script_always(a);
	script_compute(a, big_notes, w);
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_TOO_LARGE, "larger than", "");
	assert_int_equal(w->gitlab.requests, 68);
}

static void a_list_that_changes_is_read_anew(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	struct script_answer *a;
	size_t count;

	for (int i = 0; i < 2; i++) {
		a = reply(w, FIRST, 1, 2);
		script_header(a, "X-Total", i == 0 ? "4" : "3");
		script_header(a, "X-Next-Page", "2");
		a = reply(w, PAGE("2"), 3, 1);
		script_header(a, "X-Total", "3");
	}
	assert_int_equal(notes(w, &items, &count), 0);
	assert_int_equal(count, 3);
	for (int i = 0; i < 3; i++) {
		a = reply(w, FIRST, 1, 2);
		script_header(a, "X-Total", "4");
		script_header(a, "X-Next-Page", "2");
		script_header(reply(w, PAGE("2"), 3, 1), "X-Total", "3");
	}
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_CONFLICT, "faster than they can be read", "");
	gitlab_world_done(w);
}

static void a_page_that_is_no_list(void **state)
{
	static const struct {
		const char *body, *cause;
	} rows[] = {
		{"{}", "expected an array"},
		{"[1]", "note: expected an object"},
		{"[null]", "note: expected an object"},
		{"[{\"id\":1}]", "note.created_at: missing"},
		{"[{\"id\":9223372036854775808,\"created_at\":\"2026-02-03T04:05:06Z\"}]",
			"note.id: expected an integer"},
		{"[{\"id\":1,\"created_at\":\"2026-02-03T04:05:06Z\",\"author\":{\"id\":\"5\"}}]",
			"note.author.id: expected an integer"},
		{"[{\"id\":1,", "no JSON but other text"},
		{"", "nothing"},
	};
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	size_t count;

	w->gitlab.retry.tries = 1;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		script_reply(w->script, "GET", FIRST, 200, rows[i].body);
		assert_int_equal(notes(w, &items, &count), -1);
		gitlab_world_error(w, SG_R_ANSWER_INVALID, rows[i].cause, "");
	}
	gitlab_world_done(w);
}

/* The second page fails: what came before is no answer. */
static void a_part_is_no_answer(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items = NULL;
	size_t count = 7;

	script_header(reply(w, FIRST, 1, 2), "X-Next-Page", "2");
	script_reply(w->script, "GET", PAGE("2"), 404, "{\"message\":\"404 Not found\"}");
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "404", "");
	assert_null(items);
	assert_int_equal(count, 7);
	gitlab_world_done(w);
}

static void links_are_cut_out(void **state)
{
	static const struct {
		const char *value, *next;
	} rows[] = {
		{"<a>; rel=\"next\"", "a"},
		{"<a>;rel=next", "a"},
		{"<a>; REL=\"NEXT\"", "a"},
		{"<a>; title=\"x\"; rel=\"prev next\"", "a"},
		{"<a>; rel=\"prev\", <b>; rel=\"next\", <c>; rel=\"last\"", "b"},
		{"<a,b>; rel=\"first\",<c,d>; rel=\"next\"", "c,d"},
		{"<a>; rel=\"nextish\"", ""},
		{"<a>; title=\"rel=next\"", ""},
		{"<a", ""},
		{"a>; rel=next", ""},
		{"> <a>; rel=next", ""},
		{"<>; rel=next", ""},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (!sg_str_is(sg_gitlab_link_next(sg_str_of(rows[i].value)), rows[i].next))
			fail_msg("%s", rows[i].value);
}

static void reading_is_tried_again(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	int64_t start = script_now_ms(w->script);
	struct script_answer *a;
	size_t count;

	script_fail(script_expect(w->script, "GET", FIRST), 5, SG_R_UNREACHABLE, true, "reset");
	script_reply(w->script, "GET", FIRST, 502, "<html>");
	script_reply(w->script, "GET", FIRST, 500, "{\"message\":\"500 Internal Server Error\"}");
	a = script_reply(w->script, "GET", FIRST, 429, "Retry later\n");
	script_header(a, "Retry-After", "4");
	a = script_reply(w->script, "GET", FIRST, 429, "{\"message\":{\"error\":\"too often\"}}");
	script_header(a, "Date", "Tue, 02 Jan 2024 03:04:05 GMT");
	script_header(a, "RateLimit-Remaining", "0");
	script_header(a, "RateLimit-Reset", "1704164655");
	reply(w, FIRST, 1, 1);
	assert_int_equal(notes(w, &items, &count), 0);
	assert_in_range(script_now_ms(w->script) - start, 14000, 22000);
	assert_int_equal(w->gitlab.requests, 6);
	gitlab_world_done(w);
}

static void reading_ends_with_what_was_last_seen(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	struct script_answer *a;
	size_t count;

	w->gitlab.retry.tries = 2;
	script_reply(w->script, "GET", FIRST, 502, "<html>");
	script_reply(w->script, "GET", FIRST, 503, "{\"message\":\"503 Service Unavailable\"}");
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_REMOTE_FAILED, "answers 503: 503 Service Unavailable", "");
	assert_true(w->err.transient);
	script_reply(w->script, "GET", FIRST, 502, "<html>");
	script_fail(script_expect(w->script, "GET", FIRST), 5, SG_R_UNREACHABLE, true, "reset");
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_UNREACHABLE, "reset", "");
	a = script_reply(w->script, "GET", FIRST, 429,
		"{\"message\":{\"error\":\"This endpoint has been requested too many times\"}}");
	script_header(a, "Retry-After", "121");
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(
		w, SG_R_THROTTLED, "requested too many times) and asks to come back", "");
	w->gitlab.retry.deadline_ms = 0;
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_TIMEOUT, "no time is left", "");
	gitlab_world_done(w);
}

#define SMALL(size, n) MR "/notes?sort=asc&order_by=created_at&per_page=" size "&page=" n

static void too_large(struct gitlab_world *w, const char *url)
{
	char *body = sg_arena_alloc(&w->arena, SG_GITLAB_BODY_MAX + 2);

	memset(body, ' ', SG_GITLAB_BODY_MAX + 1);
	script_piece(script_expect(w->script, "GET", url), 0,
		(struct sg_str){body, SG_GITLAB_BODY_MAX + 1});
}

static void an_answer_above_the_limit(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	size_t count;

	too_large(w, FIRST);
	too_large(w, MR "/notes?sort=asc&order_by=created_at&per_page=20");
	too_large(w, MR "/notes?sort=asc&order_by=created_at&per_page=4");
	too_large(w, MR "/notes?sort=asc&order_by=created_at&per_page=1");
	assert_int_equal(notes(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_TOO_LARGE, "", "");
	gitlab_world_done(w);
}

/* Anybody may write something long: none of it is left out, nothing comes twice. */
static void a_page_above_the_limit_is_read_in_smaller_ones(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	size_t count;

	reply(w, FIRST, 1, 100);
	too_large(w, PAGE("2"));
	script_header(reply(w, SMALL("20", "6"), 101, 20), "X-Next-Page", "7");
	too_large(w, SMALL("20", "7"));
	reply(w, SMALL("4", "31"), 121, 4);
	script_header(
		reply(w, SMALL("4", "32"), 125, 3), "Link", "<" SMALL("4", "33") ">; rel=\"next\"");
	too_large(w, SMALL("4", "33"));
	script_header(reply(w, SMALL("1", "129"), 128, 1), "X-Page", "129");
	assert_int_equal(notes(w, &items, &count), 0);
	assert_int_equal(count, 128);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(items[i].id, i + 1);
	gitlab_world_done(w);
}

/* Any two of the three notes behind the FIRST make an answer too large. */
struct long_ones {
	struct gitlab_world *w;
	int total, first;
};

static void with_long_ones(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	const struct long_ones *l = arg;
	const char *at = strstr(request->url, "&per_page="), *next;
	int size = 0, number = 1, begin, end;

	assert_non_null(at);
	(void)sscanf(at, "&per_page=%d", &size);
	next = strstr(request->url, "&page=");
	if (next)
		(void)sscanf(next, "&page=%d", &number);
	begin = (number - 1) * size;
	end = begin + size < l->total ? begin + size : l->total;
	if (size > 1 && begin <= l->first + 2 && l->first < end) {
		char *body = sg_arena_alloc(&l->w->arena, SG_GITLAB_BODY_MAX + 2);

		memset(body, ' ', SG_GITLAB_BODY_MAX + 1);
		script_piece(answer, 0, (struct sg_str){body, SG_GITLAB_BODY_MAX + 1});
		return;
	}
	script_piece(answer, 0, sg_str_of(page(l->w, begin + 1, end - begin)));
	script_header(answer, "X-Next-Page",
		end < l->total ? sg_arena_printf(&l->w->arena, "%d", number + 1) : "");
}

/* The small pages end behind what was too large: else there would be one request for each note. */
static void after_small_pages_come_large_ones(void **state)
{
	struct gitlab_world *w = *state;
	struct script_answer *a = script_expect(w->script, "GET", "*");
	struct long_ones many = {w, 5000, 41};
	struct sg_gitlab_note *items;
	size_t count = 0;

	script_always(a);
	script_compute(a, with_long_ones, &many);
	assert_int_equal(notes(w, &items, &count), 0);
	assert_int_equal(count, 5000);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(items[i].id, i + 1);
	assert_in_range(w->gitlab.requests, 50, 75);
}

/* As long as GitLab takes them, and with what it sends as six bytes. */
static struct sg_str long_body(struct gitlab_world *w)
{
	struct sg_buf text SG_AUTO(sg_buf_release);

	sg_buf_init(&text, (size_t)7 << 20);
	for (int i = 0; i < 1 << 20; i++)
		sg_buf_adds(&text, "\\u003c");
	return (struct sg_str){sg_arena_dup(&w->arena, sg_buf_str(&text)), text.len};
}

struct longest {
	struct gitlab_world *w;
	struct sg_str body;
	int total;
};

static void longest_notes(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	const struct longest *l = arg;
	const char *at = strstr(request->url, "&per_page="), *next = strstr(request->url, "&page=");
	int size = 0, number = 1, begin;

	assert_non_null(at);
	(void)sscanf(at, "&per_page=%d", &size);
	if (next)
		(void)sscanf(next, "&page=%d", &number);
	begin = (number - 1) * size;
	for (int i = begin; i < begin + size && i < begin + 2 && i < l->total; i++) {
		script_piece(answer, 0,
			sg_str_of(sg_arena_printf(&l->w->arena,
				"%c{\"id\":%d,\"created_at\":\"2026-02-03T04:05:06Z\",\"body\":\"",
				i > begin ? ',' : '[', i + 1)));
		script_piece(answer, 0, l->body);
		script_piece(answer, 0, SG_STR("\"}"));
	}
	script_piece(answer, 0, l->total > begin ? SG_STR("]") : SG_STR("[]"));
	script_header(answer, "X-Next-Page",
		begin + size < l->total ? sg_arena_printf(&l->w->arena, "%d", number + 1) : "");
}

static void a_few_of_the_longest_notes_hold_nobody_up(void **state)
{
	struct gitlab_world *w = *state;
	struct script_answer *a = script_expect(w->script, "GET", "*");
	struct longest longest = {w, long_body(w), 30};
	struct sg_gitlab_note *items;
	size_t count = 0;

	script_always(a);
	script_compute(a, longest_notes, &longest);
	if (notes(w, &items, &count) < 0)
		fail_msg("%s: %s", w->err.where, w->err.cause);
	assert_int_equal(count, 30);
	assert_int_equal(strlen(items[29].body), 1024);
}

/* Of what strangers write no more is kept than tells that it is none of ours. */
static void long_notes_are_cut(void **state)
{
	static const char *const begins[] = {"x", "<!-- stagegate:requester ", "x"};
	struct gitlab_world *w = *state;
	struct sg_gitlab_note *items;
	struct sg_buf text SG_AUTO(sg_buf_release);
	size_t count;

	sg_buf_init(&text, (size_t)8 << 20);
	for (int i = 0; i < 3; i++) {
		sg_buf_addf(&text, "%c{\"id\":%d,\"created_at\":\"2026-02-03T04:05:06Z\",",
			i ? ',' : '[', i + 1);
		sg_buf_addf(
			&text, "\"system\":%s,\"body\":\"%s", i == 2 ? "true" : "false", begins[i]);
		for (int k = 0; k < 1000000; k++)
			sg_buf_addc(&text, 'y');
		sg_buf_adds(&text, "\"}");
	}
	sg_buf_addc(&text, ']');
	script_reply(w->script, "GET", FIRST, 200, text.ptr);
	assert_int_equal(notes(w, &items, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(strlen(items[0].body), 1024);
	assert_int_equal(strlen(items[1].body), 512 * 1024);
	assert_true(sg_str_starts(sg_str_of(items[1].body), begins[1]));
	assert_int_equal(strlen(items[2].body), 512 * 1024);
	gitlab_world_done(w);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, gitlab_world_setup, gitlab_world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(pages_follow_links),
		T(pages_follow_numbers),
		T(a_success_leaves_no_error_behind),
		T(a_full_page_is_not_taken_for_all),
		T(a_link_to_elsewhere_is_refused),
		T(pages_that_go_nowhere),
		T(pages_without_end),
		T(ten_thousand_notes_and_one_more),
		T(notes_are_bounded_in_bytes),
		T(a_list_that_changes_is_read_anew),
		T(a_page_that_is_no_list),
		T(a_part_is_no_answer),
		T(links_are_cut_out),
		T(reading_is_tried_again),
		T(reading_ends_with_what_was_last_seen),
		T(an_answer_above_the_limit),
		T(a_page_above_the_limit_is_read_in_smaller_ones),
		T(after_small_pages_come_large_ones),
		T(a_few_of_the_longest_notes_hold_nobody_up),
		T(long_notes_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
