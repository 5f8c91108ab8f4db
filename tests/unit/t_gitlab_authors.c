#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab/project.h"
#include "gitlab_world.h"

#define SHOP API "/projects/shop%2Fcatalog"
#define COMMIT(rev) SHOP "/repository/commits/" rev
#define RANGE SHOP "/repository/commits?ref_name=" SHA_A ".." SHA_B "&per_page=100"
#define BASE SHOP "/repository/merge_base?refs%5B%5D=" SHA_A "&refs%5B%5D=" SHA_B

static void is_at(struct gitlab_world *w, const char *url, const char *sha)
{
	script_reply(
		w->script, "GET", url, 200, sg_arena_printf(&w->arena, "{\"id\":\"%s\"}", sha));
}

static void both_are_there(struct gitlab_world *w)
{
	is_at(w, COMMIT("1.4.1"), SHA_A);
	is_at(w, COMMIT("1.4.2"), SHA_B);
}

static const char *commit(struct gitlab_world *w, const char *sha, const char *email)
{
	return sg_arena_printf(&w->arena,
		"{\"id\":\"%s\",\"author_email\":\"%s\",\"author_name\":\"n\","
		"\"committer_email\":\"c@example.com\"}",
		sha, email);
}

static int between(struct gitlab_world *w, struct sg_gitlab_author **items, size_t *count)
{
	return sg_gitlab_authors_between(
		&w->gitlab, "shop/catalog", "1.4.1", "1.4.2", &w->arena, items, count, &w->err);
}

static void authors_are_found(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_author *items;
	size_t count;

	both_are_there(w);
	script_reply(w->script, "GET", RANGE, 200,
		sg_arena_printf(&w->arena, "[%s,%s,%s,%s]", commit(w, SHA_B, "dev@example.com"),
			commit(w, SHA_C, "Dev@Example.com"), commit(w, SHA_C, "two@example.com"),
			commit(w, SHA_C, "none@example.com")));
	script_reply(w->script, "GET", API "/users?search=dev%40example.com", 200,
		"[{\"id\":99,\"name\":\"dev@example.com\",\"public_email\":\"\"},"
		"{\"id\":11,\"name\":\"Dora\",\"public_email\":\"DEV@example.com\"}]");
	script_reply(w->script, "GET", API "/users?search=two%40example.com", 200,
		"[{\"id\":12,\"name\":\"Devin\",\"username\":\"dev-2\"}]");
	script_reply(w->script, "GET", API "/users?search=none%40example.com", 200, "[]");
	assert_int_equal(between(w, &items, &count), 0);
	assert_int_equal(count, 3);
	assert_string_equal(items[0].email, "dev@example.com");
	assert_int_equal(items[0].user_id, 11);
	assert_int_equal(items[1].user_id, 12);
	assert_int_equal(items[2].user_id, 0);
	gitlab_world_done(w);
}

/* Anybody can write an e-mail into his name, and several users prove nothing. */
static void users_that_only_look_alike(void **state)
{
	static const char *const answers[] = {
		"[{\"id\":99,\"name\":\"dev@example.com\",\"public_email\":\"\"}]",
		"[{\"id\":99}]",
		"[{\"id\":12,\"name\":\"a\"},{\"id\":13,\"name\":\"b\"}]",
		"[{\"id\":-4,\"name\":\"a\",\"public_email\":\"dev@example.com\"}]",
		"[{\"id\":\"4\",\"name\":\"a\",\"public_email\":\"dev@example.com\"}]",
		"[7]",
	};
	struct gitlab_world *w = *state;
	struct sg_gitlab_author *items;
	size_t count;

	for (size_t i = 0; i < SG_COUNT(answers); i++) {
		both_are_there(w);
		script_reply(w->script, "GET", RANGE, 200,
			sg_arena_printf(&w->arena, "[%s]", commit(w, SHA_B, "dev@example.com")));
		script_reply(
			w->script, "GET", API "/users?search=dev%40example.com", 200, answers[i]);
		assert_int_equal(between(w, &items, &count), 0);
		assert_int_equal(items[0].user_id, 0);
	}
	gitlab_world_done(w);
}

static void addresses_of_gitlabs_own(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_author *items;
	size_t count;

	both_are_there(w);
	script_reply(w->script, "GET", RANGE, 200,
		sg_arena_printf(&w->arena, "[%s,%s,%s,%s,%s]",
			commit(w, SHA_B, "11-dora@users.noreply.git.example.com"),
			commit(w, SHA_C, "12-gone@users.noreply.git.example.com"),
			commit(w, SHA_C, "old-name@users.noreply.git.example.com"),
			commit(w, SHA_C, "11-dora@users.noreply.evil.example.com"),
			commit(w, SHA_C, "no address")));
	script_reply(w->script, "GET", API "/users/11", 200, "{\"id\":11,\"username\":\"dora\"}");
	script_reply(
		w->script, "GET", API "/users/12", 404, "{\"message\":\"404 User Not Found\"}");
	script_reply(w->script, "GET", API "/users?username=old-name", 200, "[{\"id\":14}]");
	script_reply(w->script, "GET", API "/users?search=11-dora%40users.noreply.evil.example.com",
		200, "[]");
	assert_int_equal(between(w, &items, &count), 0);
	assert_int_equal(count, 5);
	assert_int_equal(items[0].user_id, 11);
	assert_int_equal(items[1].user_id, 0);
	assert_int_equal(items[2].user_id, 14);
	assert_int_equal(items[3].user_id, 0);
	assert_int_equal(items[4].user_id, 0);
	assert_int_equal(w->err.reason, SG_R_OK);
	gitlab_world_done(w);
}

static void tags_with_and_without_v(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_author *items;
	size_t count;

	script_reply(
		w->script, "GET", COMMIT("1.4.1"), 404, "{\"message\":\"404 Commit Not Found\"}");
	is_at(w, COMMIT("v1.4.1"), SHA_A);
	script_reply(w->script, "GET", COMMIT("v1.4.2"), 404, "");
	is_at(w, COMMIT("1.4.2"), SHA_A);
	assert_int_equal(sg_gitlab_authors_between(&w->gitlab, "shop/catalog", "1.4.1", "v1.4.2",
				 &w->arena, &items, &count, &w->err),
		0);
	assert_int_equal(count, 0);
	gitlab_world_done(w);
}

/* The commit that the image was built from, not a branch or a tag that is called so. */
static void tags_that_end_with_their_commit(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_author *items;
	size_t count;

	is_at(w, COMMIT("aaaaaaa"), SHA_A);
	is_at(w, COMMIT("bbbbbbb"), SHA_B);
	script_reply(w->script, "GET", RANGE, 200,
		sg_arena_printf(&w->arena, "[%s]", commit(w, SHA_B, "two@example.com")));
	script_reply(w->script, "GET", API "/users?search=two%40example.com", 200, "[]");
	assert_int_equal(sg_gitlab_authors_between(&w->gitlab, "shop/catalog", "main-aaaaaaa",
				 "main-bbbbbbb", &w->arena, &items, &count, &w->err),
		0);
	assert_int_equal(count, 1);
	is_at(w, COMMIT("aaaaaaa"), SHA_B);
	assert_int_equal(sg_gitlab_authors_between(&w->gitlab, "shop/catalog", "main-aaaaaaa",
				 "main-bbbbbbb", &w->arena, &items, &count, &w->err),
		-1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "names another thing than a commit", "");
	gitlab_world_done(w);
}

static void revisions_that_are_not_there(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_author *items;
	size_t count;

	script_reply(
		w->script, "GET", COMMIT("1.4.1"), 404, "{\"message\":\"404 Commit Not Found\"}");
	script_reply(w->script, "GET", COMMIT("v1.4.1"), 404, "{\"message\":\"404 x\"}");
	assert_int_equal(between(w, &items, &count), -1);
	gitlab_world_error(
		w, SG_R_NOT_FOUND, "about project shop/catalog: 404 Commit Not Found", "hidden");
	assert_non_null(strstr(w->err.where, "revision \"1.4.1\""));
	script_reply(
		w->script, "GET", COMMIT("1.4.1"), 404, "{\"message\":\"404 Commit Not Found\"}");
	script_reply(w->script, "GET", COMMIT("v1.4.1"), 403, "{\"message\":\"403 Forbidden\"}");
	assert_int_equal(between(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "403", "");
	script_reply(w->script, "GET", COMMIT("1.4.1"), 200, "{\"id\":\"1.4.1\"}");
	assert_int_equal(between(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "commit.id", "");
	gitlab_world_done(w);
}

static void a_list_that_is_not_whole(void **state)
{
	struct gitlab_world *w = *state;
	const char *const lists[] = {
		sg_arena_printf(&w->arena, "[%s]", commit(w, SHA_C, "a@b")),
		sg_arena_printf(
			&w->arena, "[%s,%s]", commit(w, SHA_B, "a@b"), commit(w, SHA_A, "a@b")),
	};
	struct sg_gitlab_author *items;
	size_t count;

	for (size_t i = 0; i < SG_COUNT(lists); i++) {
		both_are_there(w);
		script_reply(w->script, "GET", RANGE, 200, lists[i]);
		assert_int_equal(between(w, &items, &count), -1);
		gitlab_world_error(w, SG_R_ANSWER_INVALID, "is not the whole list", "");
	}
	both_are_there(w);
	script_reply(w->script, "GET", RANGE, 200, "[]");
	is_at(w, BASE, SHA_A);
	assert_int_equal(between(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "is not the whole list", "");
	assert_string_equal(w->gitlab.project, "gitops/apps");
	gitlab_world_done(w);
}

/* To an older version: nothing is in it that was not there before. */
static void the_way_back_has_no_authors(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_author *items;
	size_t count = 7;

	both_are_there(w);
	script_reply(w->script, "GET", RANGE, 200, "[]");
	is_at(w, BASE, SHA_B);
	assert_int_equal(between(w, &items, &count), 0);
	assert_int_equal(count, 0);
	gitlab_world_done(w);
}

static void more_authors_than_anybody_asks_for(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_author *items;
	struct sg_buf text;
	size_t count;

	sg_buf_init(&text, (size_t)1024 * 1024);
	for (int i = 0; i < 201; i++)
		sg_buf_addf(&text, "%s%s", i ? "," : "[",
			commit(w, SHA_B, sg_arena_printf(&w->arena, "a%d@example.com", i)));
	sg_buf_addc(&text, ']');
	both_are_there(w);
	script_reply(w->script, "GET", RANGE, 200, text.ptr);
	assert_int_equal(between(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_TOO_LARGE, "authors are more than 200", "");
	gitlab_world_done(w);
	sg_buf_release(&text);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, gitlab_world_setup, gitlab_world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(authors_are_found),
		T(users_that_only_look_alike),
		T(addresses_of_gitlabs_own),
		T(tags_with_and_without_v),
		T(tags_that_end_with_their_commit),
		T(revisions_that_are_not_there),
		T(a_list_that_is_not_whole),
		T(the_way_back_has_no_authors),
		T(more_authors_than_anybody_asks_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
