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

#define MISSING "{\"message\":\"404 Commit Not Found\"}"
#define TIP SHA_C
#define COMMITS PROJECT "/repository/commits?ref_name=" TIP "&path=values.yaml&per_page=100"
#define CAME(tag, more)                                                                            \
	"[{\"id\":\"" SHA_A "\",\"message\":\"x\\n\\nStagegate-Env: dev\\n"                        \
	"Stagegate-Image: catalog " tag "\\n" more "\"}]"
#define BY(number) "Stagegate-Pipeline: " ROOT "/shop/catalog/-/pipelines/" number "\\n"
#define PIPELINE(number) SOURCE "/pipelines/" number
#define BODY(id, iid)                                                                              \
	"{\"id\":" id ",\"iid\":" iid ",\"project_id\":201,\"web_url\":\"" ROOT                    \
	"/shop/catalog/-/pipelines/" id "\"}"

static const struct sg_environment dev = {.name = "dev"};

static int setup(void **state)
{
	struct source_world *r = sg_calloc(1, sizeof(*r));

	source_world_begin(r);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	source_world_end(*state);
	free(*state);
	return 0;
}

/* NULL: not older. */
static const char *ask_at(
	struct source_world *r, const char *tip, const char *wish, const char *than)
{
	const struct sg_age_ask ask = {.env = &dev,
		.service = "catalog",
		.wish = wish,
		.than = than,
		.than_at = {&dev, tip, "values.yaml"}};
	const char *why = "not set";

	if (sg_age_older(&r->world, &r->loaded, &ask, &why, &r->g->err) < 0)
		fail_msg("%s", r->g->err.cause);
	gitlab_world_done(r->g);
	return why;
}

static const char *older(struct source_world *r, const char *wish, const char *than)
{
	return ask_at(r, NULL, wish, than);
}

static void the_history_of_the_source_decides_both_ways(void **state)
{
	struct source_world *r = *state;

	source_world_reply(r, COMMIT("1.4.0"), 200, ID(SHA_A));
	source_world_reply(r, COMMIT("1.5.0"), 200, ID(SHA_B));
	source_world_reply(r, BASE(SHA_B, SHA_A), 200, ID(SHA_A));
	assert_non_null(strstr(older(r, "1.4.0", "1.5.0"), "is before bbbbbbbbbbbb"));
	/* kept for the run */
	assert_non_null(strstr(older(r, "1.4.0", "1.5.0"), "in shop/catalog"));
	source_world_reply(r, COMMIT("1.4.0"), 200, ID(SHA_A));
	source_world_reply(r, COMMIT("9.9.9"), 200, ID(SHA_B));
	source_world_reply(r, BASE(SHA_B, SHA_A), 200, ID(SHA_B));
	assert_null(older(r, "1.4.0", "9.9.9"));
}

static void one_commit_and_two_branches_leave_it_to_the_names(void **state)
{
	struct source_world *r = *state;

	source_world_reply(r, COMMIT("1.4.0"), 200, ID(SHA_A));
	source_world_reply(r, COMMIT("1.5.0"), 200, ID(SHA_A));
	assert_string_equal(older(r, "1.4.0", "1.5.0"), "");
	source_world_reply(r, COMMIT("1.4.1"), 200, ID(SHA_A));
	source_world_reply(r, COMMIT("1.5.1"), 200, ID(SHA_B));
	source_world_reply(r, BASE(SHA_B, SHA_A), 200, ID(SHA_C));
	assert_string_equal(older(r, "1.4.1", "1.5.1"), "");
	source_world_reply(r, COMMIT("1.4.2"), 200, ID(SHA_A));
	source_world_reply(r, COMMIT("1.5.2"), 200, ID(SHA_B));
	source_world_reply(
		r, BASE(SHA_B, SHA_A), 404, "{\"message\":\"404 Merge Base Not Found\"}");
	assert_string_equal(older(r, "1.4.2", "1.5.2"), "");
}

static void the_commit_behind_the_last_dash_is_the_one(void **state)
{
	struct source_world *r = *state;

	source_world_reply(r, COMMIT("aaaaaaa"), 200, ID(SHA_A));
	source_world_reply(r, COMMIT("bbbbbbbb"), 200, ID(SHA_B));
	source_world_reply(r, BASE(SHA_B, SHA_A), 200, ID(SHA_A));
	assert_non_null(strstr(older(r, "main-aaaaaaa", "v1.2.3-5-gbbbbbbbb"), "is before"));
	/* a branch of that name */
	source_world_reply(r, COMMIT("0123456"), 200, ID(SHA_A));
	assert_null(older(r, "main-0123456", "main-bbbbbbb"));
	/* what is no commit may be a version */
	source_world_reply(r, COMMIT("0123456"), 404, MISSING);
	source_world_reply(r, COMMIT("1.4.0-0123456"), 200, ID(SHA_A));
	source_world_reply(r, COMMIT("bbbbbbb"), 200, ID(SHA_B));
	source_world_reply(r, BASE(SHA_B, SHA_A), 200, ID(SHA_A));
	assert_non_null(strstr(older(r, "1.4.0-0123456", "bbbbbbb"), "is before"));
}

static void what_gitlab_does_not_know_is_asked_once(void **state)
{
	struct source_world *r = *state;

	source_world_reply(r, COMMIT("1.4.0"), 404, MISSING);
	source_world_reply(r, COMMIT("v1.4.0"), 404, MISSING);
	assert_string_equal(older(r, "1.4.0", "1.5.0"), "");
	assert_string_equal(older(r, "1.4.0", "1.5.0"), "");
}

static void what_did_not_answer_is_asked_again(void **state)
{
	struct source_world *r = *state;

	for (int i = 0; i < 2; i++) {
		source_world_reply(r, COMMIT("1.4.0"), 502, "<html>");
		source_world_reply(r, COMMIT("1.4.0"), 502, "<html>");
		assert_string_equal(older(r, "1.4.0", "1.5.0"), "");
	}
}

static void nobody_is_asked_without_a_token_a_source_or_a_gitlab(void **state)
{
	struct source_world *r = *state;

	r->loaded.remote.is_job_token = true;
	assert_string_equal(ask_at(r, TIP, "1.4.0", "1.5.0"), "");
	assert_null(ask_at(r, TIP, "build-a", "build-b"));
	r->loaded.remote.is_job_token = false;
	r->loaded.remote.cred = NULL;
	assert_null(ask_at(r, TIP, "1.6.0", "1.5.0"));
	r->loaded.remote.cred = &r->g->cred;
	r->loaded.remote.project = NULL;
	assert_null(ask_at(r, TIP, "build-a", "build-b"));
	r->loaded.remote.project = "gitops/apps";
	r->service.source = NULL;
	assert_null(older(r, "1.6.0", "1.5.0"));
	assert_null(older(r, NULL, "1.5.0"));
	assert_null(older(r, "1.5.0", NULL));
	assert_null(older(r, "1.5.0", "1.5.0@sha256:abc"));
}

static void the_lower_number_of_two_pipelines_is_older(void **state)
{
	struct source_world *r = *state;

	r->service.source = NULL;
	r->pipeline = ROOT "/shop/catalog/-/pipelines/7001";
	source_world_reply(r, COMMITS, 200, CAME("build-b", BY("7002")));
	source_world_reply(r, PIPELINE("7001"), 200, BODY("7001", "41"));
	source_world_reply(r, PIPELINE("7002"), 200, BODY("7002", "42"));
	assert_string_equal(ask_at(r, TIP, "build-a", "build-b"),
		" (its pipeline 41 is before pipeline 42 of shop/catalog)");
	/* all of it is kept */
	assert_non_null(ask_at(r, TIP, "build-c", "build-b"));
}

static void the_jobs_token_goes_before_the_variable(void **state)
{
	struct source_world *r = *state;

	r->service.source = NULL;
	r->loaded.remote.job = &r->g->job;
	r->pipeline = ROOT "/shop/catalog/-/pipelines/7009";
	source_world_reply(r, COMMITS, 200, CAME("build-b", BY("7002")));
	script_want_cred(script_reply(r->g->script, "GET", API "/job", 200,
				 "{\"pipeline\":" BODY("7001", "41") "}"),
		"JOB-TOKEN the-token-of-the-job");
	source_world_reply(r, PIPELINE("7002"), 200, BODY("7002", "42"));
	assert_non_null(strstr(ask_at(r, TIP, "build-a", "build-b"), "pipeline 41 is before"));
}

static void a_newer_pipeline_makes_no_version_newer(void **state)
{
	struct source_world *r = *state;

	r->service.source = NULL;
	r->pipeline = ROOT "/shop/catalog/-/pipelines/7002";
	assert_string_equal(ask_at(r, TIP, "1.4.0", "1.5.0"), "");
	source_world_reply(r, COMMITS, 200, CAME("20240512", BY("7001")));
	source_world_reply(r, PIPELINE("7002"), 200, BODY("7002", "42"));
	source_world_reply(r, PIPELINE("7001"), 200, BODY("7001", "41"));
	/* but times in names come last */
	assert_null(ask_at(r, TIP, "20240511", "20240512"));
}

static void pipelines_without_an_order(void **state)
{
	static const char *const came[] = {"[]", "{}", "[{\"id\":\"" SHA_A "\"}]",
		CAME("build-b", ""), CAME("build-c", BY("7002")), CAME("build-b", BY("7001")),
		CAME("build-b", "Stagegate-Pipeline: " ROOT "/shop/order/-/pipelines/7002\\n"),
		CAME("build-b",
			"Stagegate-Pipeline: https://x.example/shop/catalog/-/pipelines/7\\n"),
		CAME("build-b", BY("0")), CAME("build-b", BY("-1")), CAME("build-b", BY("7002/x"))};

	for (size_t i = 0; i < SG_COUNT(came); i++) {
		struct source_world *r;

		if (i > 0) {
			(void)teardown(state);
			(void)setup(state);
		}
		r = *state;
		r->service.source = NULL;
		r->pipeline = ROOT "/shop/catalog/-/pipelines/7001";
		source_world_reply(r, COMMITS, 200, came[i]);
		script_always(script_reply(
			r->g->script, "GET", PIPELINE("7001"), 200, BODY("7001", "41")));
		assert_null(ask_at(r, TIP, "build-a", "build-b"));
	}
}

static void pipelines_that_gitlab_does_not_show(void **state)
{
	static const struct {
		int status;
		const char *body;
	} rows[] = {{404, "{\"message\":\"404 Not found\"}"},
		{403, "{\"message\":\"403 Forbidden\"}"}, {200, BODY("7003", "1")},
		{200, "{\"id\":7002,\"iid\":42,\"project_id\":999}"}};

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct source_world *r;

		if (i > 0) {
			(void)teardown(state);
			(void)setup(state);
		}
		r = *state;
		r->pipeline = ROOT "/shop/catalog/-/pipelines/7001";
		source_world_reply(r, COMMITS, 200, CAME("build-b", BY("7002")));
		source_world_reply(r, PIPELINE("7001"), 200, BODY("7001", "41"));
		source_world_reply(r, PIPELINE("7002"), rows[i].status, rows[i].body);
		assert_null(ask_at(r, TIP, "build-a", "build-b"));
	}
}

static void pipelines_of_another_project_than_the_source_say_nothing(void **state)
{
	struct source_world *r = *state;

	r->service.source = "shop/elsewhere";
	r->pipeline = ROOT "/shop/catalog/-/pipelines/7001";
	source_world_reply(r, COMMITS, 200, CAME("build-b", BY("7002")));
	source_world_reply(r, PIPELINE("7001"), 200, BODY("7001", "41"));
	assert_null(ask_at(r, TIP, "build-a", "build-b"));
	r->service.source = "201";
	source_world_reply(r, PIPELINE("7002"), 200, BODY("7002", "42"));
	assert_non_null(ask_at(r, TIP, "build-a", "build-b"));
}

/* Where versions come by promotion, the pipeline that they are from is another trailer. */
static void a_promotion_compares_where_its_versions_are_from(void **state)
{
	static const char *const after[] = {"dev"};
	const struct sg_environment staging = {.name = "staging", .after = after, .after_count = 1};
	const struct sg_age_ask ask = {.env = &staging,
		.service = "catalog",
		.wish = "build-a@sha256:0",
		.than = "build-b",
		.wish_at = {.env = &dev, .tip = SHA_A},
		.than_at = {.env = &staging, .tip = SHA_B}};
	static const char promoted[] =
		"[{\"id\":\"" SHA_C "\",\"message\":\"x\\n\\nStagegate-Env: staging\\n"
		"Stagegate-Image: catalog shop/catalog:build-b@sha256:"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\n"
		"Stagegate-Pipeline: " ROOT "/gitops/apps/-/pipelines/9\\n"
		"Stagegate-Origin: " ROOT "/shop/catalog/-/pipelines/7002\\n\"}]";
	struct source_world *r = *state;
	const char *why;

	r->pipeline = ROOT "/shop/catalog/-/pipelines/7003";
	source_world_reply(
		r, PROJECT "/repository/commits?ref_name=" SHA_B "&per_page=100", 200, promoted);
	source_world_reply(r, PROJECT "/repository/commits?ref_name=" SHA_A "&per_page=100", 200,
		CAME("build-a", BY("7001")));
	source_world_reply(r, PIPELINE("7001"), 200, BODY("7001", "41"));
	source_world_reply(r, PIPELINE("7002"), 200, BODY("7002", "42"));
	assert_int_equal(sg_age_older(&r->world, &r->loaded, &ask, &why, &r->g->err), 0);
	gitlab_world_done(r->g);
	assert_non_null(strstr(why, "pipeline 41 is before pipeline 42"));
}

static void a_signal_ends_it(void **state)
{
	struct source_world *r = *state;
	const struct sg_age_ask ask = {
		.env = &dev, .service = "catalog", .wish = "1.4.0", .than = "1.5.0"};
	const char *why;

	script_silence(script_expect(r->g->script, "GET", COMMIT("1.4.0")));
	script_cancel(r->g->script, 10, 15);
	assert_int_equal(sg_age_older(&r->world, &r->loaded, &ask, &why, &r->g->err), -1);
	assert_int_equal(r->g->err.reason, SG_R_CANCELLED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_history_of_the_source_decides_both_ways),
		TEST(one_commit_and_two_branches_leave_it_to_the_names),
		TEST(the_commit_behind_the_last_dash_is_the_one),
		TEST(what_gitlab_does_not_know_is_asked_once),
		TEST(what_did_not_answer_is_asked_again),
		TEST(nobody_is_asked_without_a_token_a_source_or_a_gitlab),
		TEST(the_lower_number_of_two_pipelines_is_older),
		TEST(the_jobs_token_goes_before_the_variable),
		TEST(a_newer_pipeline_makes_no_version_newer),
		TEST(pipelines_without_an_order),
		TEST(pipelines_that_gitlab_does_not_show),
		TEST(pipelines_of_another_project_than_the_source_say_nothing),
		TEST(a_promotion_compares_where_its_versions_are_from),
		TEST(a_signal_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
