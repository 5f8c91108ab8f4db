/* What the rows of the decision table make of facts about workloads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/app_verdict.h"

#define WANTED "cccccccccccccccccccccccccccccccccccccccc"

static const char *const expected[] = {"r.example.com/shop:2"};

struct bench {
	struct sg_app_want want;
	struct sg_app_policy policy;
	struct sg_app_source source;
	struct sg_app app;
	struct sg_app_beside beside;
	const struct sg_app_workloads *facts;
	struct sg_app_fold *fold;
};

static const struct sg_app_workloads *facts_of(void *arg, const struct sg_app *app)
{
	const struct bench *b = arg;

	(void)app;
	return b->facts;
}

/* An application at the wanted revision, with that health and those images in its summary. */
static const struct sg_app_verdict *ask(struct bench *b, enum sg_app_health health,
	const struct sg_app_workloads *facts, const char **images, size_t count)
{
	static const struct sg_app_destination nowhere = {"", "", ""};

	*b = (struct bench){.want = {.revision = WANTED,
				    .repo_url = "https://h/r",
				    .branch = "main",
				    .images = expected,
				    .image_count = 1},
		.policy = sg_app_policy_default(),
		.source = {"https://h/r", "main", "", ""},
		.facts = facts};
	b->app = (struct sg_app){.namespace = "argocd",
		.name = "shop",
		.owner_set = "",
		.project = "default",
		.sources = &b->source,
		.source_count = 1,
		.destination = nowhere,
		.compared_destination = nowhere,
		.automated = true,
		.image_overrides = "",
		.spec_source = "",
		.compared_source = "",
		.sync = SG_SYNC_SYNCED,
		.revision = {.one = WANTED},
		.health = health,
		.health_message = "said by Argo CD",
		.images = {images, count},
		.reconciled_s = 1000,
		.operation = {.message = "",
			.started_s = SG_APP_NO_TIME,
			.finished_s = SG_APP_NO_TIME,
			.initiated_by = "",
			.asked = {.one = ""},
			.result = {.one = ""},
			.result_source = ""},
		.hydrator = {.hydrate_to = "",
			.phase = "",
			.message = "",
			.started_at = "",
			.dry_sha = "",
			.last_dry_sha = "",
			.last_hydrated_sha = "",
			.last_compared = ""}};
	b->beside = (struct sg_app_beside){.workloads = facts_of, .arg = b};
	b->fold = sg_app_fold_new(&b->want, &b->policy, NULL, &b->beside);
	sg_app_fold_feed(b->fold, &b->app, 0);
	return sg_app_fold_verdict(b->fold);
}

static void done(struct bench *b)
{
	sg_app_fold_free(b->fold);
}

static void a_stuck_pod_fails_a_rollout_only_when_it_is_ripe(void **state)
{
	struct sg_app_workloads facts = {
		.sentence = "pod shop-1: no such image", .cause = SG_APP_CODE_IMAGE_PULL};
	const struct sg_app_verdict *verdict;
	struct bench b;

	(void)state;
	verdict = ask(&b, SG_APP_PROGRESSING, &facts, NULL, 0);
	assert_int_equal(verdict->kind, SG_APP_WAIT);
	assert_int_equal(verdict->code, SG_APP_CODE_PROGRESSING);
	assert_non_null(strstr(verdict->message, "pod shop-1: no such image"));
	facts.ripe = true;
	sg_app_fold_tick(b.fold, 1000);
	assert_int_equal(verdict->kind, SG_APP_FAIL);
	assert_int_equal(verdict->code, SG_APP_CODE_IMAGE_PULL);
	assert_int_equal(verdict->row, SG_APP_ROW_19);
	done(&b);
}

/* Whatever the pods say: the rows before 19 answer first, and a healthy application is healthy. */
static void a_stuck_pod_fails_nothing_but_a_rollout(void **state)
{
	const struct sg_app_workloads facts = {
		.sentence = "stuck", .cause = SG_APP_CODE_CRASH_LOOP, .ripe = true};
	const char *images[] = {"r.example.com/shop:2"};
	static const struct {
		enum sg_app_health health;
		enum sg_app_kind kind;
		enum sg_app_code code;
	} rows[] = {
		{SG_APP_HEALTHY, SG_APP_SUCCESS, SG_APP_CODE_DEPLOYED},
		{SG_APP_SUSPENDED, SG_APP_POLICY, SG_APP_CODE_SUSPENDED},
		{SG_APP_DEGRADED, SG_APP_WAIT, SG_APP_CODE_DEGRADED},
		{SG_APP_MISSING, SG_APP_WAIT, SG_APP_CODE_MISSING},
	};
	struct bench b;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		const struct sg_app_verdict *verdict = ask(&b, rows[i].health, &facts, images, 1);

		assert_int_equal(verdict->kind, rows[i].kind);
		assert_int_equal(verdict->code, rows[i].code);
		done(&b);
	}
}

/* Argo CD says what its sync waits for, and not why that is not done. */
static void what_a_sync_waits_for_is_told(void **state)
{
	struct sg_app_workloads facts = {.sentence = "",
		.cause = SG_APP_CODE_IMAGE_PULL,
		.waited = "Job shop/migrate: pod migrate-1: no such image",
		.waited_for = "waiting for completion of hook batch/Job/migrate"};
	const struct sg_app_verdict *verdict;
	struct bench b;

	(void)state;
	verdict = ask(&b, SG_APP_HEALTHY, &facts, NULL, 0);
	b.app.operation_set = true;
	b.app.operation.phase = SG_PHASE_RUNNING;
	b.app.operation.message = "waiting for completion of hook batch/Job/migrate";
	sg_app_fold_feed(b.fold, &b.app, 1);
	assert_int_equal(verdict->kind, SG_APP_WAIT);
	assert_int_equal(verdict->code, SG_APP_CODE_SYNC_RUNNING);
	assert_int_equal(verdict->cause, SG_APP_CODE_IMAGE_PULL);
	assert_non_null(strstr(verdict->message, "batch/Job/migrate; Job shop/migrate: pod"));
	b.app.operation.message = "waiting for healthy state of apps/Deployment/web";
	sg_app_fold_feed(b.fold, &b.app, 2);
	assert_null(strstr(verdict->message, "migrate"));
	done(&b);
}

/* Newer Argo CD calls an application Suspended for a CronJob that Git suspends. */
static void a_suspended_cron_job_is_waited_for_by_nobody(void **state)
{
	static const enum sg_app_suspended policies[] = {
		SG_APP_SUSPENDED_ASK, SG_APP_SUSPENDED_WAIT, SG_APP_SUSPENDED_OK};
	struct sg_app_workloads facts = {.sentence = "", .at_rest = true};
	const char *right[] = {"r.example.com/shop:2"}, *wrong[] = {"r.example.com/shop:1"};
	struct bench b;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(policies); i++) {
		const struct sg_app_verdict *verdict = ask(&b, SG_APP_SUSPENDED, &facts, right, 1);

		b.policy.suspended = policies[i];
		sg_app_fold_tick(b.fold, 1);
		assert_int_equal(verdict->kind, SG_APP_SUCCESS);
		done(&b);
	}
	assert_int_equal(
		ask(&b, SG_APP_SUSPENDED, &facts, wrong, 1)->code, SG_APP_CODE_IMAGE_MISMATCH);
	done(&b);
	facts.at_rest = false;
	assert_int_equal(ask(&b, SG_APP_SUSPENDED, &facts, right, 1)->code, SG_APP_CODE_SUSPENDED);
	done(&b);
}

static void the_cause_of_a_degraded_one_is_told(void **state)
{
	struct sg_app_workloads facts = {.sentence = "Deployment shop/web: exceeded its deadline",
		.cause = SG_APP_CODE_PROGRESS_DEADLINE};
	const struct sg_app_verdict *verdict;
	struct bench b;

	(void)state;
	verdict = ask(&b, SG_APP_DEGRADED, &facts, NULL, 0);
	assert_int_equal(verdict->cause, SG_APP_CODE_PROGRESS_DEADLINE);
	assert_non_null(strstr(verdict->message, "Deployment shop/web"));
	assert_null(strstr(verdict->message, "said by Argo CD"));
	facts = (struct sg_app_workloads){.sentence = ""};
	sg_app_fold_tick(b.fold, 1);
	assert_int_equal(verdict->cause, SG_APP_CODE_NOT_SEEN);
	assert_non_null(strstr(verdict->message, "said by Argo CD"));
	b.facts = NULL;
	sg_app_fold_tick(b.fold, 2);
	assert_non_null(strstr(verdict->message, "said by Argo CD"));
	done(&b);
}

#define OLD "r.example.com/shop:1"
#define NEW "r.example.com/shop:2"

static struct sg_app_pod pod(const char **image, bool finished)
{
	return (struct sg_app_pod){
		.name = finished ? "job-1" : "shop-1", .images = {image, 1}, .finished = finished};
}

static void history_is_no_image_that_runs(void **state)
{
	const char *both[] = {OLD, NEW}, *old[] = {OLD}, *new[] = {NEW};
	struct sg_app_pod pods[] = {pod(old, true), pod(new, false), pod(old, false)};
	struct sg_app_workloads facts = {.sentence = "", .pods = pods, .pod_count = 2};
	const struct sg_app_verdict *verdict;
	struct bench b;

	(void)state;
	verdict = ask(&b, SG_APP_HEALTHY, &facts, both, 2);
	assert_int_equal(verdict->code, SG_APP_CODE_OLD_IMAGE_RUNNING); /* not all is known */
	facts.complete = true;
	sg_app_fold_tick(b.fold, 1);
	assert_int_equal(verdict->code, SG_APP_CODE_DEPLOYED);
	assert_int_equal(verdict->images_unseen, 0);
	pods[0].finished = false; /* it runs again */
	sg_app_fold_tick(b.fold, 2);
	assert_int_equal(verdict->code, SG_APP_CODE_OLD_IMAGE_RUNNING);
	assert_non_null(strstr(verdict->message, "in job-1"));
	pods[0].finished = true;
	facts.pod_count = 3; /* one finished, one that runs */
	pods[2].ending = true;
	sg_app_fold_tick(b.fold, 3);
	assert_int_equal(verdict->code, SG_APP_CODE_OLD_IMAGE_RUNNING);
	assert_non_null(strstr(verdict->message, "in shop-1 (terminating)"));
	facts.keeps_old = "StatefulSet shop/db replaces a pod only when somebody deletes it";
	sg_app_fold_tick(b.fold, 3);
	assert_non_null(strstr(verdict->message, "; StatefulSet shop/db replaces a pod only"));
	facts.pod_count = 0; /* nobody knows who holds it */
	sg_app_fold_tick(b.fold, 4);
	assert_int_equal(verdict->code, SG_APP_CODE_OLD_IMAGE_RUNNING);
	done(&b);
}

static void without_pods_the_templates_decide(void **state)
{
	const char *old[] = {OLD}, *new[] = {NEW}, *both[] = {NEW, OLD}, *others[] = {"proxy:1"};
	struct sg_app_workloads facts = {.sentence = "", .complete = true, .templates = {new, 1}};
	const struct sg_app_verdict *verdict;
	struct bench b;

	(void)state;
	verdict = ask(&b, SG_APP_HEALTHY, &facts, others, 1);
	assert_int_equal(verdict->code, SG_APP_CODE_DEPLOYED);
	assert_int_equal(verdict->images_unseen, 0);
	facts.complete = false;
	sg_app_fold_tick(b.fold, 1);
	assert_int_equal(verdict->code, SG_APP_CODE_DEPLOYED);
	assert_int_equal(verdict->images_unseen, 1);
	facts = (struct sg_app_workloads){
		.sentence = "", .complete = true, .templates = {others, 1}};
	sg_app_fold_tick(b.fold, 2);
	assert_int_equal(verdict->images_unseen, 1);
	facts.templates = (struct sg_app_strings){old, 1};
	sg_app_fold_tick(b.fold, 3);
	assert_int_equal(verdict->code, SG_APP_CODE_IMAGE_MISMATCH);
	facts.templates = (struct sg_app_strings){both, 2};
	sg_app_fold_tick(b.fold, 4);
	assert_int_equal(verdict->code, SG_APP_CODE_OLD_IMAGE_RUNNING);
	done(&b);
}

/* A pod may hold what the template named before, and the summary may not show it yet. */
static void a_pod_that_was_read_counts_beside_the_templates(void **state)
{
	const char *old[] = {OLD}, *new[] = {NEW}, *others[] = {"proxy:1"};
	struct sg_app_pod pods[] = {pod(old, false), pod(new, false)};
	struct sg_app_workloads facts = {.sentence = "",
		.complete = true,
		.templates = {new, 1},
		.pods = pods,
		.pod_count = 1};
	const struct sg_app_verdict *verdict;
	struct bench b;

	(void)state;
	verdict = ask(&b, SG_APP_HEALTHY, &facts, others, 1);
	assert_int_equal(verdict->code, SG_APP_CODE_OLD_IMAGE_RUNNING);
	assert_non_null(strstr(verdict->message, "in shop-1"));
	facts.pod_count = 2;
	sg_app_fold_tick(b.fold, 1);
	assert_int_equal(verdict->code, SG_APP_CODE_OLD_IMAGE_RUNNING);
	facts.complete = false;
	sg_app_fold_tick(b.fold, 2);
	assert_int_equal(verdict->code, SG_APP_CODE_OLD_IMAGE_RUNNING);
	pods[0].finished = true;
	sg_app_fold_tick(b.fold, 3);
	assert_int_equal(verdict->code, SG_APP_CODE_DEPLOYED);
	assert_int_equal(verdict->images_unseen, 0);
	done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stuck_pod_fails_a_rollout_only_when_it_is_ripe),
		cmocka_unit_test(a_stuck_pod_fails_nothing_but_a_rollout),
		cmocka_unit_test(what_a_sync_waits_for_is_told),
		cmocka_unit_test(a_suspended_cron_job_is_waited_for_by_nobody),
		cmocka_unit_test(the_cause_of_a_degraded_one_is_told),
		cmocka_unit_test(history_is_no_image_that_runs),
		cmocka_unit_test(without_pods_the_templates_decide),
		cmocka_unit_test(a_pod_that_was_read_counts_beside_the_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
