#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "step/request.h"
#include "step/requester.h"

#define HEAD "0123456789abcdef0123456789abcdef01234567"
#define FROM "fedcba9876543210fedcba9876543210fedcba98"
#define OURS 51

static void the_branch_is_always_the_same(void **state)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};

	(void)state;
	assert_string_equal(
		sg_request_branch(&arena, "production", "catalog"), "stagegate/production/catalog");
	assert_string_equal(sg_request_branch(&arena, "eu-1", "Web_2.0"), "stagegate/eu-1/Web_2.0");
}

/* git-check-ref-format refuses these as they are. */
static void a_name_that_git_refuses_is_replaced_and_stays_its_own(void **state)
{
	static const char *const odd[] = {"a..b", "a.", "a.lock", "a..c",
		"a-very-long-name-of-a-service-that-nobody-would-type-twice-0001",
		"a-very-long-name-of-a-service-that-nobody-would-type-twice-0002"};
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(odd); i++) {
		const char *branch = sg_request_branch(&arena, "dev", odd[i]);

		assert_null(strstr(branch, ".."));
		assert_null(strstr(branch, ".lock"));
		assert_true(branch[strlen(branch) - 1] != '.');
		assert_true(strlen(branch) <= strlen("stagegate/dev/") + 60);
		assert_string_equal(branch, sg_request_branch(&arena, "dev", odd[i]));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(branch, sg_request_branch(&arena, "dev", odd[j]));
	}
}

static struct sg_requesters read_notes(
	struct sg_arena *arena, const struct sg_gitlab_note *notes, size_t count)
{
	struct sg_world world = {.arena = arena};
	const struct sg_forge forge = {.me = {.id = OURS, .username = "bot"}};
	const struct sg_policy policy = {0};
	struct sg_requesters all;

	sg_requesters_read(&world, &forge, &policy, notes, count, &all);
	return all;
}

#define NOTE(n, user)                                                                              \
	"<!-- stagegate:requester v1 n=" n " user=" user " name=who head=" HEAD " from=" FROM      \
	" -->\ntext\n"

static void who_asked_is_read_from_our_own_notes_only(void **state)
{
	const struct sg_gitlab_note notes[] = {
		{.id = 1, .author_id = 11, .body = NOTE("1", "99")},
		{.id = 2, .author_id = OURS, .system = true, .body = NOTE("1", "99")},
		{.id = 3, .author_id = OURS, .body = "something else"},
		{.id = 4, .author_id = OURS, .body = NOTE("1", "21")},
		{.id = 5, .author_id = OURS, .body = NOTE("2", "22")},
		{.id = 6, .author_id = OURS, .body = NOTE("2", "23")},
		{.id = 7, .author_id = OURS, .body = NOTE("3", "21")},
	};
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_requesters all = read_notes(&arena, notes, SG_COUNT(notes));

	(void)state;
	assert_true(all.recorded);
	assert_null(all.trouble);
	assert_int_equal(all.count, 3);
	assert_int_equal(all.people[0].id, 21);
	assert_int_equal(all.people[1].id, 22);
	assert_int_equal(all.people[2].id, 23);
	assert_int_equal(all.last, 3);
	assert_int_equal(all.head_count, 4);
	assert_string_equal(all.heads[0].head, HEAD);
	assert_int_equal(all.heads[1].user, 22);
	assert_true(sg_requesters_have(&all, HEAD, 22));
	assert_true(sg_requesters_have(&all, HEAD, 0));
	assert_false(sg_requesters_have(&all, HEAD, 99));
	assert_false(sg_requesters_have(&all, FROM, 0));
	assert_string_equal(all.froms[0], FROM);
}

static void a_note_that_is_changed_gone_or_odd_is_trouble(void **state)
{
	static const struct {
		const char *first, *second;
		bool edited;
	} rows[] = {
		{NOTE("1", "21"), NOTE("2", "22"), true},
		{NOTE("1", "21"), NOTE("3", "22"), false},
		{NOTE("2", "21"), NOTE("3", "22"), false},
		{NOTE("1", "21"), NOTE("x", "22"), false},
		{NOTE("1", "21"), NOTE("2", "0"), false},
		{NOTE("1", "21"), NOTE("2", "99999999999999999999"), false},
		{NOTE("1", "21"), "<!-- stagegate:requester v1 ", false},
		{NOTE("1", "21"), "<!-- stagegate:requester v1 n=2 user=22 head=abc -->", false},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
		const struct sg_gitlab_note notes[] = {
			{.id = 1, .author_id = OURS, .body = rows[i].first},
			{.id = 2,
				.author_id = OURS,
				.body = rows[i].second,
				.edited = rows[i].edited},
		};
		struct sg_requesters all = read_notes(&arena, notes, SG_COUNT(notes));

		assert_true(all.recorded);
		assert_non_null(all.trouble);
	}
}

static void without_notes_nobody_is_known(void **state)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_requesters all = read_notes(&arena, NULL, 0);

	(void)state;
	assert_false(all.recorded);
	assert_int_equal(all.count, 0);
}

static const char *no_variable(const struct sg_env *env, const char *name)
{
	(void)env;
	(void)name;
	return NULL;
}

/* No line of a description may begin with a slash, and no mention or fence of others' may act. */
static void a_description_cannot_act(void **state)
{
	static const char before[] = "image:\n  tag: \"1\"\n/close\n```\n@all\n";
	static const char after[] = "image:\n  tag: \"2\"\n/close\n```\n@all\n";
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	const struct sg_env env = {.get = no_variable};
	struct sg_world world = {.arena = &arena, .env = &env};
	const struct sg_file_change file = {
		"apps/a/values.yaml", {before, strlen(before)}, {after, strlen(after)}};
	const struct sg_value_change value = {.service = "a",
		.path = "apps/a/values.yaml",
		.place = "image.tag",
		.from = "`1`\n/merge",
		.to = "@all | `2`"};
	const struct sg_plan plan = {.files = &file,
		.file_count = 1,
		.values = &value,
		.value_count = 1,
		.id = "0123",
		.reason = "it `fails`\n/approve @all",
		.message = "deploy(dev): a 2\n\nbody\n"};
	const struct sg_environment dev = {.name = "dev"};
	struct sg_gitlab_mr_text text = sg_request_text(&world, &dev, "a", &plan, NULL);
	const char *fence = strstr(text.description, "````diff\n");

	(void)state;
	assert_string_equal(text.title, "deploy(dev): a 2");
	assert_null(strstr(text.description, "\n/"));
	assert_non_null(fence);
	assert_non_null(strstr(fence + 4, "\n````\n"));
	assert_non_null(strstr(text.description, "Reason: `it fails /approve @all`\n"));
	assert_non_null(strstr(text.description, "`@all \xC2\xA6 2`"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_branch_is_always_the_same),
		cmocka_unit_test(a_name_that_git_refuses_is_replaced_and_stays_its_own),
		cmocka_unit_test(who_asked_is_read_from_our_own_notes_only),
		cmocka_unit_test(a_note_that_is_changed_gone_or_odd_is_trouble),
		cmocka_unit_test(without_notes_nobody_is_known),
		cmocka_unit_test(a_description_cannot_act),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
