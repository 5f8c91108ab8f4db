/* Jobs that have failed, and the last runs of CronJobs: what they say of an application, and what
 * they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "cluster/workload.h"
#include "workloads_world.h"

#define BATCH SERVER "/apis/batch/v1/namespaces/shop/"
#define CRON BATCH "cronjobs/nightly"
#define RUN BATCH "jobs/nightly-29446680" /* 2025-12-27T02:00:00Z in minutes */
#define PODS SERVER "/api/v1/namespaces/shop/pods?limit=50&labelSelector=controller-uid%3Dj"
#define EVENTS SERVER "/api/v1/namespaces/shop/events?limit=50&fieldSelector=involvedObject.uid%3Dj"
#define AT "\"lastScheduleTime\":\"2025-12-27T02:00:00Z\""
#define BEFORE ",\"lastSuccessfulTime\":\"2025-12-26T02:00:09Z\""
#define AFTER ",\"lastSuccessfulTime\":\"2025-12-27T02:00:09Z\""
#define RUNS ",\"active\":[{\"name\":\"nightly-29446680\"}]"
#define GIVEN_UP                                                                                   \
	"\"conditions\":[{\"type\":\"Failed\",\"status\":\"True\",\"reason\":"                     \
	"\"BackoffLimitExceeded\",\"message\":\"Job has reached the specified backoff limit\"}]"
#define ENDED                                                                                      \
	"\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"main\",\"state\":{"               \
	"\"terminated\":{\"exitCode\":3,\"reason\":\"Error\"}}}]"
#define PULLING                                                                                    \
	"\"phase\":\"Pending\",\"containerStatuses\":[{\"name\":\"main\",\"state\":{\"waiting\":{" \
	"\"reason\":\"ImagePullBackOff\",\"message\":\"not found\"}}}]"

/* ---- of the status of a CronJob ---- */

static int decode(const char *status, struct sg_arena *arena, struct sg_workload *ret)
{
	struct sg_json *doc = NULL;
	struct sg_err err = SG_ERR_INIT;
	const char *text = sg_arena_printf(arena,
		"{\"metadata\":{\"name\":\"nightly\",\"namespace\":\"shop\"},\"status\":%s}",
		status);
	int n = sg_json_parse(sg_str_of(text), &doc, &err);

	if (n == 0)
		n = sg_workload_decode(doc, SG_WORKLOAD_CRON_JOB, arena, ret, &err);
	sg_json_free(doc);
	return n;
}

static void how_the_last_run_stands(void **state)
{
	static const struct {
		const char *status;
		enum sg_cron_run run;
		const char *name;
	} rows[] = {
		{"{}", SG_CRON_RUN_NONE, ""},
		{"{" AT "}", SG_CRON_RUN_FAILED, "nightly-29446680"},
		{"{" AT BEFORE "}", SG_CRON_RUN_FAILED, "nightly-29446680"},
		{"{" AT AFTER "}", SG_CRON_RUN_DONE, "nightly-29446680"},
		{"{" AT BEFORE RUNS "}", SG_CRON_RUN_ACTIVE, "nightly-29446680"},
		{"{" AT AFTER ",\"active\":[]}", SG_CRON_RUN_DONE, "nightly-29446680"},
		{"{" AT BEFORE ",\"active\":{\"a\":1}}", SG_CRON_RUN_FAILED, "nightly-29446680"},
		{"{\"lastScheduleTime\":\"2025-12-27T02:00:59.9Z\"}", SG_CRON_RUN_FAILED,
			"nightly-29446680"},
		{"{\"lastScheduleTime\":\"soon\"" AFTER "}", SG_CRON_RUN_NONE, ""},
		{"{\"lastScheduleTime\":null" AFTER "}", SG_CRON_RUN_NONE, ""},
		{"{" AT ",\"lastSuccessfulTime\":\"never\"}", SG_CRON_RUN_FAILED,
			"nightly-29446680"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_arena arena = {0};
		struct sg_workload cron;

		if (decode(rows[i].status, &arena, &cron) < 0)
			fail_msg("row %zu is refused", i);
		if (sg_workload_last_run(&cron) != rows[i].run ||
			strcmp(sg_workload_run_name(&cron, &arena), rows[i].name) != 0)
			fail_msg("row %zu: %d %s", i, (int)sg_workload_last_run(&cron),
				sg_workload_run_name(&cron, &arena));
		sg_arena_release(&arena);
	}
}

static void what_is_no_time_is_refused(void **state)
{
	struct sg_arena arena = {0};
	struct sg_workload cron;

	(void)state;
	assert_int_equal(decode("{\"lastScheduleTime\":7}", &arena, &cron), -1);
	assert_int_equal(decode("{\"lastSuccessfulTime\":[]}", &arena, &cron), -1);
	sg_arena_release(&arena);
}

/* ---- of an application ---- */

static void reply(struct workloads_world *b, const char *url, const char *body)
{
	(void)script_reply(b->w->script, "GET", url, 200, body);
}

static void refuse(struct workloads_world *b, const char *url, int status, const char *reason)
{
	struct script_answer *a = script_reply(b->w->script, "GET", url, status,
		sg_arena_printf(&b->w->arena,
			"{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"no\",\"reason\":"
			"\"%s\",\"code\":%d}",
			reason, status));

	script_header(a, "Content-Type", "application/json");
}

static void begin(struct workloads_world *b, void **state, enum sg_app_row row)
{
	workloads_world_begin(b, *state, SG_APP_WAIT, row);
	b->resources[1] = workloads_world_resource("batch", "CronJob", "nightly");
	if (row != SG_APP_ROW_19)
		return;
	assert_false(workloads_world_look(b));
	script_advance(b->w->script, 3000);
}

static void cron_job(struct workloads_world *b, const char *status)
{
	reply(b, CRON,
		sg_arena_printf(&b->w->arena,
			"{\"metadata\":{\"name\":\"nightly\",\"namespace\":\"shop\",\"uid\":\"c\"},"
			"\"spec\":{\"jobTemplate\":{\"spec\":{\"template\":{\"spec\":{"
			"\"containers\":[{\"image\":\"r/job:2\"}]}}}}},\"status\":{%s}}",
			status));
}

static void job(struct workloads_world *b, const char *url, const char *owner, const char *image,
	const char *status)
{
	const char *name = strrchr(url, '/') + 1;

	reply(b, url,
		sg_arena_printf(&b->w->arena,
			"{\"metadata\":{\"name\":\"%s\",\"namespace\":\"shop\",\"uid\":\"j\","
			"\"ownerReferences\":[{\"kind\":\"CronJob\",\"name\":\"nightly\",\"uid\":"
			"\"%s\",\"controller\":true}]},\"spec\":{\"selector\":{\"matchLabels\":{"
			"\"controller-uid\":\"j\"}},\"template\":{\"spec\":{\"containers\":[{"
			"\"image\":\"%s\"}]}}},\"status\":{%s}}",
			name, owner, image, status));
}

static void pods(struct workloads_world *b, const char *owner, const char *status)
{
	reply(b, PODS,
		sg_arena_printf(&b->w->arena,
			"{\"metadata\":{},\"items\":[{\"metadata\":{\"name\":\"p\",\"namespace\":"
			"\"shop\",\"ownerReferences\":[{\"kind\":\"Job\",\"uid\":\"%s\","
			"\"controller\":true}]},\"spec\":{\"restartPolicy\":\"Never\","
			"\"containers\":[{\"name\":\"main\",\"image\":\"r/job:2\"}]},"
			"\"status\":{%s}}]}",
			owner, status));
}

static void says(struct workloads_world *b, enum sg_app_code cause, const char *sentence)
{
	assert_true(workloads_world_look(b));
	assert_string_equal(workloads_world_facts(b)->sentence, sentence);
	assert_int_equal(workloads_world_facts(b)->cause, cause);
	assert_false(workloads_world_facts(b)->ripe);
}

static void a_last_run_that_failed_is_named_with_its_pod(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_ROW_18);
	cron_job(&b, AT BEFORE);
	job(&b, RUN, "c", "r/job:2", GIVEN_UP);
	pods(&b, "j", ENDED);
	says(&b, SG_APP_CODE_JOB_FAILED,
		"CronJob shop/nightly: its last run has not succeeded, Job nightly-29446680: "
		"BackoffLimitExceeded: Job has reached the specified backoff limit; pod p: "
		"container main: ended with exit code 3 (Error)");
	workloads_world_end(&b);
}

static void pods_of_another_job_say_nothing(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_ROW_18);
	cron_job(&b, AT BEFORE);
	job(&b, RUN, "c", "r/job:2", GIVEN_UP);
	pods(&b, "another", ENDED);
	says(&b, SG_APP_CODE_JOB_FAILED,
		"CronJob shop/nightly: its last run has not succeeded, Job nightly-29446680: "
		"BackoffLimitExceeded: Job has reached the specified backoff limit");
	workloads_world_end(&b);
}

static void a_run_of_an_older_version_is_called_so(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_ROW_18);
	cron_job(&b, AT);
	job(&b, RUN, "c", "r/job:1", GIVEN_UP);
	pods(&b, "j", PULLING);
	says(&b, SG_APP_CODE_IMAGE_PULL,
		"CronJob shop/nightly: its last run has not succeeded, Job nightly-29446680 (of "
		"another image than its template names): BackoffLimitExceeded: Job has reached "
		"the specified backoff limit; pod p: container main: ImagePullBackOff: not found");
	workloads_world_end(&b);
}

/* Its history is short, and names are no proof. */
static void a_job_that_is_gone_or_not_its_own(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_ROW_18);
	cron_job(&b, AT BEFORE);
	refuse(&b, RUN, 404, "NotFound");
	says(&b, SG_APP_CODE_JOB_FAILED, "CronJob shop/nightly: its last run has not succeeded");
	script_advance(b.w->script, 20000);
	cron_job(&b, AT BEFORE);
	job(&b, RUN, "somebody", "r/job:2", GIVEN_UP);
	says(&b, SG_APP_CODE_JOB_FAILED, "CronJob shop/nightly: its last run has not succeeded");
	workloads_world_end(&b);
}

static void what_may_not_be_read_is_said(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_ROW_18);
	cron_job(&b, AT BEFORE);
	refuse(&b, RUN, 403, "Forbidden");
	says(&b, SG_APP_CODE_JOB_FAILED, "CronJob shop/nightly: its last run has not succeeded");
	assert_non_null(strstr(sg_workloads_denied(b.workloads), "\"jobs\""));
	script_advance(b.w->script, 20000);
	cron_job(&b, AT BEFORE); /* and is not asked for again at once */
	says(&b, SG_APP_CODE_JOB_FAILED, "CronJob shop/nightly: its last run has not succeeded");
	workloads_world_end(&b);
}

/* The script has no answer for more: whoever is not to blame is not looked into. */
static void one_that_is_not_to_blame_costs_one_request(void **state)
{
	static const char *const statuses[] = {AT AFTER, AT BEFORE RUNS, ""};
	struct workloads_world b;

	begin(&b, state, SG_APP_ROW_18);
	for (size_t i = 0; i < SG_COUNT(statuses); i++) {
		cron_job(&b, statuses[i]);
		says(&b, SG_APP_CODE_NOT_SEEN, "");
		script_advance(b.w->script, 20000);
	}
	workloads_world_end(&b);
}

static void a_workload_that_failed_itself_is_nearer(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_ROW_18);
	b.resources[2] = workloads_world_resource("batch", "Job", "migrate");
	b.app.resource_count = 3;
	cron_job(&b, AT BEFORE);
	refuse(&b, RUN, 404, "NotFound");
	job(&b, BATCH "jobs/migrate", "", "r/job:2", GIVEN_UP);
	pods(&b, "j", ENDED);
	reply(&b, EVENTS, "{\"metadata\":{},\"items\":[]}");
	says(&b, SG_APP_CODE_JOB_FAILED,
		"Job shop/migrate: BackoffLimitExceeded: Job has reached the specified backoff "
		"limit; pod p: container main: ended with exit code 3 (Error) (and 1 more)");
	workloads_world_end(&b);
}

static void what_health_does_not_count_is_left_alone(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_ROW_18);
	reply(&b, CRON,
		"{\"metadata\":{\"name\":\"nightly\",\"namespace\":\"shop\",\"annotations\":{"
		"\"argocd.argoproj.io/ignore-healthcheck\":\"true\"}},\"status\":{" AT BEFORE "}}");
	says(&b, SG_APP_CODE_NOT_SEEN, "");
	workloads_world_end(&b);
}

/* It may be of the template before, with the same image. */
static void a_run_that_is_not_over_is_named_and_fails_nothing(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_ROW_19);
	for (int i = 0; i < 30; i++) {
		cron_job(&b, AT BEFORE RUNS);
		job(&b, RUN, "c", "r/job:2", "\"active\":1");
		pods(&b, "j", PULLING);
		says(&b, SG_APP_CODE_IMAGE_PULL,
			"CronJob shop/nightly: its last run is not over, Job nightly-29446680: 0 "
			"of "
			"1 completions; pod p: container main: ImagePullBackOff: not found");
		script_advance(b.w->script, 20000);
	}
	cron_job(&b, AT BEFORE); /* a failure of before the roll-out does not keep it up */
	says(&b, SG_APP_CODE_NOT_SEEN, "");
	workloads_world_end(&b);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_the_last_run_stands),
		cmocka_unit_test(what_is_no_time_is_refused),
		TEST(a_last_run_that_failed_is_named_with_its_pod),
		TEST(pods_of_another_job_say_nothing),
		TEST(a_run_of_an_older_version_is_called_so),
		TEST(a_job_that_is_gone_or_not_its_own),
		TEST(what_may_not_be_read_is_said),
		TEST(one_that_is_not_to_blame_costs_one_request),
		TEST(a_workload_that_failed_itself_is_nearer),
		TEST(what_health_does_not_count_is_left_alone),
		TEST(a_run_that_is_not_over_is_named_and_fails_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
