#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab/build.h"
#include "gitlab_world.h"

#define PIPELINE API "/projects/shop%2Fcatalog/pipelines/7001"
#define BY_NUMBER API "/projects/201/pipelines/7001"
#define BODY "{\"id\":7001,\"iid\":41,\"project_id\":201,\"web_url\":\"u\",\"sha\":null}"
#define COMMITS                                                                                    \
	PROJECT "/repository/commits?ref_name=" SHA_A "&path=apps%2Fa%20b%2Fvalues.yaml&per_page=" \
		"100"

static int get(struct gitlab_world *w, struct sg_gitlab_build *build)
{
	return sg_gitlab_build_get(&w->gitlab, "shop/catalog", 7001, &w->arena, build, &w->err);
}

static void a_pipeline_is_read(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_build build;

	script_reply(w->script, "GET", PIPELINE, 200, BODY);
	assert_int_equal(get(w, &build), 0);
	assert_int_equal(build.id, 7001);
	assert_int_equal(build.iid, 41);
	assert_int_equal(build.project_id, 201);
	assert_string_equal(build.web_url, "u");
	gitlab_world_done(w);
}

static void a_pipeline_that_is_not_to_be_seen(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_build build;

	script_reply(w->script, "GET", PIPELINE, 404, "{\"message\":\"404 Not found\"}");
	assert_int_equal(get(w, &build), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "shop/catalog", "");
	script_reply(w->script, "GET", PIPELINE, 403, "{\"message\":\"403 Forbidden\"}");
	assert_int_equal(get(w, &build), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "answers 403", "");
	gitlab_world_done(w);
}

static void an_answer_that_is_no_such_pipeline(void **state)
{
	static const char *const bodies[] = {"{}", "[]", "{\"id\":7002,\"iid\":1,\"project_id\":1}",
		"{\"id\":7001,\"iid\":\"41\",\"project_id\":201}", "{\"id\":7001,\"iid\":41}",
		"{\"id\":7001,\"project_id\":201}", "{\"id\":7001,\"iid\":-1,\"project_id\":201}",
		"{\"id\":-7,\"iid\":1}", "{\"id\":7001,\"iid\":null,\"project_id\":201}"};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(bodies); i++) {
		struct sg_gitlab_build build;

		script_reply(w->script, "GET", PIPELINE, 200, bodies[i]);
		assert_int_equal(get(w, &build), -1);
		gitlab_world_error(w, SG_R_ANSWER_INVALID, "pipeline", "");
	}
	gitlab_world_done(w);
}

static void the_own_one_is_asked_with_the_jobs_token(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_build build;

	w->gitlab.job = &w->job;
	script_want_cred(
		script_reply(w->script, "GET", API "/job", 200, "{\"id\":1,\"pipeline\":" BODY "}"),
		"JOB-TOKEN the-token-of-the-job");
	assert_int_equal(sg_gitlab_build_own(&w->gitlab, &w->arena, &build, &w->err), 0);
	assert_int_equal(build.iid, 41);
	gitlab_world_done(w);
}

static void a_job_that_does_not_number_its_pipeline(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_build build;

	w->gitlab.job = &w->job;
	script_reply(w->script, "GET", API "/job", 200,
		"{\"id\":1,\"pipeline\":{\"id\":7001,\"project_id\":201}}");
	script_want_cred(script_reply(w->script, "GET", BY_NUMBER, 200, BODY),
		"PRIVATE-TOKEN glpat-first-token");
	assert_int_equal(sg_gitlab_build_own(&w->gitlab, &w->arena, &build, &w->err), 0);
	assert_int_equal(build.iid, 41);
	gitlab_world_done(w);
}

static void no_own_one(void **state)
{
	static const char *const bodies[] = {"{\"id\":1}", "{\"pipeline\":null}",
		"{\"pipeline\":{\"id\":7001,\"iid\":41}}", "{\"pipeline\":7}"};
	struct gitlab_world *w = *state;
	struct sg_gitlab_build build;

	assert_int_equal(sg_gitlab_build_own(&w->gitlab, &w->arena, &build, &w->err), -1);
	gitlab_world_error(w, SG_R_CREDENTIAL_MISSING, "no CI_JOB_TOKEN", "");
	w->gitlab.job = &w->job;
	for (size_t i = 0; i < SG_COUNT(bodies); i++) {
		script_reply(w->script, "GET", API "/job", 200, bodies[i]);
		assert_int_equal(sg_gitlab_build_own(&w->gitlab, &w->arena, &build, &w->err), -1);
		gitlab_world_error(w, SG_R_ANSWER_INVALID, "job.pipeline", "");
	}
	gitlab_world_done(w);
}

static int commits(struct gitlab_world *w, struct sg_gitlab_commit **items, size_t *count)
{
	return sg_gitlab_commits_of(
		&w->gitlab, SHA_A, "apps/a b/values.yaml", &w->arena, items, count, &w->err);
}

static void the_commits_of_a_file(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_commit *items;
	size_t count;

	script_reply(w->script, "GET", COMMITS, 200,
		"[{\"id\":\"" SHA_B "\",\"message\":\"a\\n\\nK: v\\n\"},{\"id\":\"" SHA_C "\"}]");
	assert_int_equal(commits(w, &items, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(items[0].id, SHA_B);
	assert_string_equal(items[0].message, "a\n\nK: v\n");
	assert_string_equal(items[1].message, "");
	script_reply(w->script, "GET",
		PROJECT "/repository/commits?ref_name=" SHA_A "&per_page=100", 200, "[]");
	assert_int_equal(
		sg_gitlab_commits_of(&w->gitlab, SHA_A, NULL, &w->arena, &items, &count, &w->err),
		0);
	script_reply(w->script, "GET", COMMITS, 200, "[]");
	assert_int_equal(commits(w, &items, &count), 0);
	assert_int_equal(count, 0);
	script_reply(w->script, "GET", COMMITS, 200, "{}");
	assert_int_equal(commits(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "commits: expected an array", "");
	script_reply(w->script, "GET", COMMITS, 200, "[{\"id\":\"abc\"}]");
	assert_int_equal(commits(w, &items, &count), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "commit.id", "");
	gitlab_world_done(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gitlab_world_setup, gitlab_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pipeline_is_read),
		TEST(a_pipeline_that_is_not_to_be_seen),
		TEST(an_answer_that_is_no_such_pipeline),
		TEST(the_own_one_is_asked_with_the_jobs_token),
		TEST(a_job_that_does_not_number_its_pipeline),
		TEST(no_own_one),
		TEST(the_commits_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
