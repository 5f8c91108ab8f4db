/* A merge request as push options: what each says, and what happens to text that is long or
 * hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "step/request_options.h"

static const char *no_variable(const struct sg_env *env, const char *name)
{
	(void)env;
	(void)name;
	return NULL;
}

struct run {
	struct sg_arena arena;
	struct sg_env env;
	struct sg_world world;
	struct sg_environment dev;
	struct sg_file_change file;
	struct sg_value_change value;
	struct sg_plan plan;
	bool draft;
	struct sg_request_options options;
};

static void begin(struct run *r)
{
	*r = (struct run){.env = {.get = no_variable},
		.dev = {.name = "dev", .branch = "develop"},
		.file = {"apps/a/values.yaml", SG_STR("tag: 1\n"), SG_STR("tag: 2\n")},
		.value = {.service = "a",
			.path = "apps/a/values.yaml",
			.place = "tag",
			.from = "1",
			.to = "2"}};
	r->world = (struct sg_world){.arena = &r->arena, .env = &r->env};
	r->plan = (struct sg_plan){.files = &r->file,
		.file_count = 1,
		.values = &r->value,
		.value_count = 1,
		.id = "0123",
		.message = "deploy(dev): a 2\n\nbody\n"};
}

static void make(struct run *r)
{
	const struct sg_request_options_ask ask = {
		.env = &r->dev, .service = "a", .plan = &r->plan, .draft = r->draft};

	sg_request_options_make(&r->world, &ask, &r->options);
	for (size_t i = 0; i < r->options.count; i++) {
		assert_null(strpbrk(r->options.items[i], "\n\r"));
		assert_true(strlen(r->options.items[i]) <= SG_PUSH_OPTION_MAX);
	}
}

/* The option that begins so; NULL: there is none. */
static const char *option(const struct run *r, const char *start)
{
	for (size_t i = 0; i < r->options.count; i++)
		if (strncmp(r->options.items[i], start, strlen(start)) == 0)
			return r->options.items[i];
	return NULL;
}

static void a_request_without_a_style(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	make(&r);
	assert_int_equal(r.options.count, 5);
	assert_string_equal(r.options.items[0], "merge_request.create");
	assert_string_equal(r.options.items[1], "merge_request.target=develop");
	assert_string_equal(r.options.items[2], "merge_request.title=deploy(dev): a 2");
	assert_non_null(strstr(r.options.items[3], "`2` |\\n"));
	assert_non_null(strstr(r.options.items[3], "\\n+tag: 2\\n```\\n"));
	assert_string_equal(r.options.items[4], "merge_request.remove_source_branch");
	assert_null(r.options.left_out);
	sg_arena_release(&r.arena);
}

static void everything_that_a_style_says(void **state)
{
	static const char *const labels[] = {"deploy", "env::dev", "a\\nb\n-o x"};
	static const char *const people[] = {"@ann", "@bob"};
	struct run r;

	(void)state;
	begin(&r);
	r.draft = true;
	r.dev.request = (struct sg_request_style){.labels = labels,
		.label_count = 3,
		.assignees = people,
		.assignee_count = 2,
		.reviewers = people,
		.reviewer_count = 1,
		.milestone = "2026 Q1",
		.squash = true,
		.squash_given = true,
		.remove_branch_given = true};
	make(&r);
	assert_int_equal(r.options.count, 11);
	assert_non_null(option(&r, "merge_request.title=Draft: deploy"));
	assert_non_null(option(&r, "merge_request.squash"));
	assert_non_null(option(&r, "merge_request.label=env::dev"));
	assert_non_null(option(&r, "merge_request.label=a\\ nb -o x"));
	assert_non_null(option(&r, "merge_request.assign=bob"));
	assert_non_null(option(&r, "merge_request.milestone=2026 Q1"));
	assert_null(option(&r, "merge_request.remove_source_branch"));
	assert_string_equal(r.options.left_out, "reviewers, remove_source_branch: false");
	r.dev.request.squash = false;
	make(&r);
	assert_string_equal(
		r.options.left_out, "reviewers, squash: false, remove_source_branch: false");
	sg_arena_release(&r.arena);
}

static void a_long_diff_is_left_away_and_then_all_of_it(void **state)
{
	char *long_line = malloc(SG_PUSH_OPTION_MAX);
	struct run r;

	(void)state;
	assert_non_null(long_line);
	memset(long_line, 'x', SG_PUSH_OPTION_MAX - 1);
	for (size_t i = 63; i < SG_PUSH_OPTION_MAX; i += 64)
		long_line[i] = '\n';
	begin(&r);
	r.file.after = (struct sg_str){long_line, SG_PUSH_OPTION_MAX};
	make(&r);
	assert_non_null(option(&r, "merge_request.description="));
	assert_null(strstr(option(&r, "merge_request.description="), "xxx"));
	assert_non_null(strstr(option(&r, "merge_request.description="), "| `1` | `2` |"));
	long_line[SG_PUSH_OPTION_MAX - 1] = '\0';
	r.value.to = long_line;
	make(&r);
	assert_null(option(&r, "merge_request.description="));
	assert_non_null(option(&r, "merge_request.title="));
	free(long_line);
	sg_arena_release(&r.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_without_a_style),
		cmocka_unit_test(everything_that_a_style_says),
		cmocka_unit_test(a_long_diff_is_left_away_and_then_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
