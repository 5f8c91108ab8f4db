#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/app_rows.h"

#define WANTED "cccccccccccccccccccccccccccccccccccccccc"
#define OLDER "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ODD "dddddddddddddddddddddddddddddddddddddddd"

/* Answers about ODD; OLDER is an ancestor. */
struct git {
	struct sg_ancestry ancestry;
	enum sg_answer odd_contains_wanted;
	enum sg_answer wanted_contains_odd;
};

static enum sg_answer contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor)
{
	struct git *git = (struct git *)(void *)ancestry;

	if (strcmp(descendant, ODD) == 0)
		return git->odd_contains_wanted;
	if (strcmp(ancestor, ODD) == 0)
		return git->wanted_contains_odd;
	return strcmp(ancestor, OLDER) == 0 ? SG_ANSWER_YES : SG_ANSWER_NO;
}

static const char *const images[] = {"shop:2", "proxy:1"};

struct bench {
	struct git git;
	struct sg_app_want want;
	struct sg_app_policy policy;
	struct sg_app_source source;
	struct sg_app app;
	struct sg_app_fold *fold;
};

static struct sg_app_destination nowhere(void)
{
	return (struct sg_app_destination){"", "", ""};
}

/* A green application at REVISION, and a fold that has not seen it yet. */
static void set_up(struct bench *b, const char *revision)
{
	*b = (struct bench){.git = {{contains}, SG_ANSWER_NO, SG_ANSWER_NO},
		.want = {.revision = WANTED, .repo_url = "https://h/r", .branch = "main"},
		.policy = sg_app_policy_default(),
		.source = {"https://h/r", "main", "", ""}};
	b->app = (struct sg_app){.namespace = "argocd",
		.name = "shop",
		.owner_set = "",
		.project = "default",
		.sources = &b->source,
		.source_count = 1,
		.destination = nowhere(),
		.compared_destination = nowhere(),
		.automated = true,
		.image_overrides = "",
		.spec_source = "",
		.compared_source = "",
		.sync = SG_SYNC_SYNCED,
		.revision = {.one = revision},
		.health = SG_APP_HEALTHY,
		.health_message = "",
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
	b->fold = sg_app_fold_new(&b->want, &b->policy, &b->git.ancestry, NULL);
}

static void tear_down(struct bench *b)
{
	sg_app_fold_free(b->fold);
}

static const struct sg_app_verdict *feed(struct bench *b, int64_t now_ms)
{
	sg_app_fold_feed(b->fold, &b->app, now_ms);
	return sg_app_fold_verdict(b->fold);
}

static void codes_and_exits(void **state)
{
	struct sg_app_verdict verdict = {.kind = SG_APP_SUCCESS};

	(void)state;
	assert_int_equal(sg_app_verdict_exit(&verdict), 0);
	verdict.kind = SG_APP_FAIL;
	assert_int_equal(sg_app_verdict_exit(&verdict), 1);
	verdict.kind = SG_APP_WAIT;
	assert_int_equal(sg_app_verdict_exit(&verdict), 8);
	verdict.kind = SG_APP_POLICY;
	assert_int_equal(sg_app_verdict_exit(&verdict), 75);
	for (int i = 0; i < sg_app_code_count(); i++) {
		enum sg_app_code code = (enum sg_app_code)i;
		int status = sg_app_code_exit(code);

		assert_true(
			status == 1 || status == 8 || status == 75 || code == SG_APP_CODE_DEPLOYED);
		assert_true(strlen(sg_app_code_text(code)) > 10);
	}
	assert_string_equal(sg_app_code_name(SG_APP_CODE_STILL_OUT_OF_SYNC), "STILL_OUT_OF_SYNC");
	assert_string_equal(sg_app_row_label(SG_APP_ROW_15A), "15a");
}

static void nothing_seen_yet(void **state)
{
	struct sg_app_request request;
	struct bench b;

	(void)state;
	set_up(&b, OLDER);
	sg_app_fold_tick(b.fold, 5);
	assert_int_equal(sg_app_fold_verdict(b.fold)->code, SG_APP_CODE_NOT_SEEN);
	assert_false(sg_app_fold_request(b.fold, 5, &request));
	sg_app_fold_gone(b.fold, 6);
	assert_int_equal(sg_app_fold_verdict(b.fold)->kind, SG_APP_FAIL);
	assert_int_equal(sg_app_fold_verdict(b.fold)->code, SG_APP_CODE_APP_DELETED);
	tear_down(&b);
}

static void one_answer_missing_is_unknown(void **state)
{
	static const struct {
		enum sg_answer after, before;
		enum sg_app_code code;
	} rows[] = {{SG_ANSWER_NO, SG_ANSWER_NO, SG_APP_CODE_SUPERSEDED},
		{SG_ANSWER_NO, SG_ANSWER_UNKNOWN, SG_APP_CODE_ANCESTRY_UNKNOWN},
		{SG_ANSWER_UNKNOWN, SG_ANSWER_NO, SG_APP_CODE_ANCESTRY_UNKNOWN},
		{SG_ANSWER_UNKNOWN, SG_ANSWER_UNKNOWN, SG_APP_CODE_ANCESTRY_UNKNOWN},
		{SG_ANSWER_UNKNOWN, SG_ANSWER_YES, SG_APP_CODE_OLDER_REVISION},
		{SG_ANSWER_YES, SG_ANSWER_UNKNOWN, SG_APP_CODE_DEPLOYED}};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct bench b;

		set_up(&b, ODD);
		b.git.odd_contains_wanted = rows[i].after;
		b.git.wanted_contains_odd = rows[i].before;
		assert_int_equal(feed(&b, 0)->code, rows[i].code);
		tear_down(&b);
	}
}

static void without_git_only_the_same_is_known(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	sg_app_fold_free(b.fold);
	b.fold = sg_app_fold_new(&b.want, &b.policy, NULL, NULL);
	assert_int_equal(feed(&b, 0)->kind, SG_APP_SUCCESS);
	b.app.revision.one = OLDER;
	assert_int_equal(feed(&b, 1)->code, SG_APP_CODE_ANCESTRY_UNKNOWN);
	tear_down(&b);
}

static void evidence_is_in_the_message(void **state)
{
	const char *live[] = {"shop:1"};
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.want.images = images;
	b.want.image_count = 1;
	b.app.images = (struct sg_app_strings){live, 1};
	b.app.image_overrides = "shop:1 (kustomize.images)";
	assert_int_equal(feed(&b, 0)->code, SG_APP_CODE_IMAGE_MISMATCH);
	assert_non_null(strstr(feed(&b, 1)->message, "expected shop:2, running is shop:1"));
	assert_non_null(strstr(feed(&b, 1)->message, "kustomize.images"));
	assert_string_equal(feed(&b, 1)->revision, WANTED);
	tear_down(&b);
}

/* The sync of WANTED has failed with MESSAGE, and with these results. */
static const struct sg_app_verdict *failed(
	struct bench *b, const char *message, const struct sg_app_result *results, size_t count)
{
	set_up(b, WANTED);
	b->app.sync = SG_SYNC_OUT_OF_SYNC;
	b->app.operation.phase = SG_PHASE_FAILED;
	b->app.operation.message = message;
	b->app.operation.result.one = WANTED;
	b->app.operation.results = results;
	b->app.operation.result_count = count;
	return feed(b, 0);
}

static struct sg_app_result refused(const char *kind, const char *message)
{
	return (struct sg_app_result){.kind = kind,
		.namespace = "shop",
		.name = "web",
		.message = message,
		.sync_failed = true};
}

#define NOT_VALID "one or more synchronization tasks are not valid"
#define NOT_APPLIED "one or more objects failed to apply"

/* Of Argo CD 3.5, 2.14 and kubectl; of webhooks and policies as the API server words it. */
static void what_a_sync_failed_of_is_named(void **state)
{
	static const struct {
		const char *heading, *words;
		enum sg_app_code cause;
		const char *todo;
	} rows[] = {
		{NOT_VALID,
			"The Kubernetes API could not find cert-manager.io/Certificate for "
			"requested resource shop/web. Make sure the \"Certificate\" CRD is "
			"installed on the destination cluster.",
			SG_APP_CODE_CRD_MISSING, "install the CRD"},
		{NOT_VALID, "the server could not find the requested resource",
			SG_APP_CODE_CRD_MISSING, "install the CRD"},
		{NOT_APPLIED, "no matches for kind \"Certificate\" in version \"a/v1\"",
			SG_APP_CODE_CRD_MISSING, "install the CRD"},
		{NOT_APPLIED,
			"admission webhook \"validate.kyverno.svc-fail\" denied the request: "
			"resource could not find the requested resource",
			SG_APP_CODE_ADMISSION_DENIED, "correct the manifest"},
		{NOT_APPLIED,
			"ValidatingAdmissionPolicy 'tags' with binding 'all' denied request: no",
			SG_APP_CODE_ADMISSION_DENIED, "correct the manifest"},
		{NOT_APPLIED,
			"Internal error occurred: failed calling webhook \"v.example.com\": "
			"failed to call webhook: connection refused",
			SG_APP_CODE_WEBHOOK_DOWN, "has to run"},
		{NOT_APPLIED, "pods \"web\" is forbidden: exceeded quota: small", SG_APP_CODE_QUOTA,
			"small"},
		{NOT_APPLIED, "spec.replicas: Invalid value", SG_APP_CODE_NOT_SEEN, "Invalid"},
	};
	struct bench b;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		const struct sg_app_result result = refused("Certificate", rows[i].words);
		const struct sg_app_verdict *verdict = failed(&b, rows[i].heading, &result, 1);

		assert_int_equal(verdict->code, SG_APP_CODE_SYNC_FAILED);
		assert_int_equal(verdict->cause, rows[i].cause);
		assert_non_null(strstr(verdict->message, rows[i].heading));
		assert_non_null(strstr(verdict->message, "Certificate shop/web: "));
		assert_non_null(strstr(verdict->message, rows[i].words));
		assert_non_null(strstr(verdict->message, rows[i].todo));
		tear_down(&b);
	}
	assert_int_equal(
		failed(&b, NOT_APPLIED ", reason: admission webhook denied the request", NULL, 0)
			->cause,
		SG_APP_CODE_ADMISSION_DENIED);
	tear_down(&b);
}

/* The message strings the words of all results together: the name of the first one has room. */
static void a_long_message_hides_no_resource(void **state)
{
	struct sg_app_result results[3];
	struct bench b;
	char words[700], message[2200];
	const char *text;

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	(void)snprintf(
		message, sizeof(message), NOT_APPLIED ", reason: %s,%s,%s", words, words, words);
	for (size_t i = 0; i < SG_COUNT(results); i++)
		results[i] = refused("Deployment", words);
	text = failed(&b, message, results, SG_COUNT(results))->message;
	assert_non_null(strstr(text, NOT_APPLIED "; Deployment shop/web: x"));
	assert_non_null(strstr(text, "x (and 2 more)"));
	tear_down(&b);
}

/* Argo CD says no more than that "tasks completed unsuccessfully". */
static void what_did_not_get_healthy_in_its_wave_is_named(void **state)
{
	const struct sg_app_result result = {.kind = "Deployment",
		.namespace = "shop",
		.name = "web",
		.message = "Deployment \"web\" exceeded its progress deadline",
		.unhealthy = true};
	struct bench b;

	(void)state;
	(void)failed(&b, "one or more synchronization tasks completed unsuccessfully", &result, 1);
	assert_non_null(strstr(sg_app_fold_verdict(b.fold)->message, "Deployment shop/web: "));
	assert_int_equal(sg_app_fold_verdict(b.fold)->cause, SG_APP_CODE_PROGRESS_DEADLINE);
	tear_down(&b);
}

/* It never fails, and never ends. */
static void what_self_heal_does_again_and_again_is_said(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.app.sync = SG_SYNC_OUT_OF_SYNC;
	b.app.self_heal = true;
	assert_non_null(strstr(feed(&b, 0)->message, "automated sync has not started"));
	b.app.operation.phase = SG_PHASE_SUCCEEDED;
	b.app.operation.result.one = WANTED;
	b.app.operation.heals = 4;
	assert_int_equal(feed(&b, 1)->code, SG_APP_CODE_OUT_OF_SYNC);
	b.app.operation.partial = true; /* as self-heal's are */
	assert_non_null(strstr(feed(&b, 2)->message, "(by self-heal 4 times), and differs again"));
	b.app.operation.heals = 0;
	assert_non_null(strstr(feed(&b, 3)->message, "automated sync has not started"));
	b.app.operation.partial = false;
	assert_non_null(strstr(feed(&b, 4)->message, "it was synced, and differs again"));
	b.app.operation.dry_run = true;
	assert_non_null(strstr(feed(&b, 5)->message, "automated sync has not started"));
	tear_down(&b);
}

static void an_operation_that_has_not_begun_says_so(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.app.operation_set = true;
	assert_int_equal(feed(&b, 0)->code, SG_APP_CODE_SYNC_RUNNING);
	assert_non_null(strstr(feed(&b, 1)->message, "has not begun it yet"));
	tear_down(&b);
}

static void unseen_images_are_told(void **state)
{
	const char *live[] = {"proxy:1"};
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.want.images = images;
	b.want.image_count = 2;
	b.app.images = (struct sg_app_strings){live, 1};
	assert_int_equal(feed(&b, 0)->kind, SG_APP_SUCCESS);
	assert_int_equal(feed(&b, 0)->images_unseen, 1);
	tear_down(&b);
}

static void leftovers_are_told(void **state)
{
	const struct sg_app_resource left = {.group = "",
		.kind = "ConfigMap",
		.namespace = "n",
		.name = "old",
		.health_message = "",
		.sync = SG_SYNC_OUT_OF_SYNC,
		.requires_pruning = true};
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.app.sync = SG_SYNC_OUT_OF_SYNC;
	b.app.resources = &left;
	b.app.resource_count = 1;
	assert_int_equal(feed(&b, 0)->kind, SG_APP_FAIL);
	assert_non_null(strstr(feed(&b, 0)->message, "ConfigMap n/old"));
	b.policy.allow_prune_warning = true;
	assert_int_equal(feed(&b, 1)->kind, SG_APP_SUCCESS);
	assert_true(feed(&b, 1)->leftovers);
	tear_down(&b);
}

static void policies_of_suspension(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.app.health = SG_APP_SUSPENDED;
	assert_int_equal(feed(&b, 0)->kind, SG_APP_POLICY);
	b.policy.suspended = SG_APP_SUSPENDED_WAIT;
	assert_int_equal(feed(&b, 1)->kind, SG_APP_WAIT);
	b.policy.suspended = SG_APP_SUSPENDED_OK;
	assert_int_equal(feed(&b, 2)->kind, SG_APP_SUCCESS);
	tear_down(&b);
}

static void a_manual_sync_is_wanted_only_where_it_may_be(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.app.sync = SG_SYNC_OUT_OF_SYNC;
	b.app.automated = false;
	assert_int_equal(feed(&b, 0)->kind, SG_APP_FAIL);
	assert_false(feed(&b, 0)->sync_wanted);
	b.policy.sync_manually = true;
	assert_int_equal(feed(&b, 1)->kind, SG_APP_WAIT);
	assert_true(feed(&b, 1)->sync_wanted);
	tear_down(&b);
}

/* Asks whenever the fold wants to, every 100 ms until END; the times go to `times`. */
static size_t ask_until(struct bench *b, int64_t end, int64_t *times, size_t max)
{
	struct sg_app_request request;
	size_t count = 0;

	for (int64_t now = 0; now <= end; now += 100) {
		sg_app_fold_tick(b->fold, now);
		if (!sg_app_fold_request(b->fold, now, &request))
			continue;
		assert_string_equal(request.name, "shop");
		assert_string_equal(request.namespace, "argocd");
		if (count < max)
			times[count] = now;
		count++;
		sg_app_fold_requested(b->fold, &request, now);
	}
	return count;
}

static void requests_back_off(void **state)
{
	int64_t times[6];
	struct bench b;

	(void)state;
	set_up(&b, OLDER);
	(void)feed(&b, 0);
	assert_int_equal(sg_app_fold_next_look(b.fold, 0), 0);
	assert_int_equal(ask_until(&b, 200000, times, 6), 6);
	assert_true(times[0] == 0 && times[1] == 10000 && times[2] == 30000);
	assert_true(times[3] == 70000 && times[4] == 130000 && times[5] == 190000);
	tear_down(&b);
}

static void a_confirmation_is_asked_for_when_the_grace_is_over(void **state)
{
	struct sg_app_request request;
	int64_t times[4];
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.app.health = SG_APP_DEGRADED;
	b.policy.degraded_grace_ms = 25000;
	(void)feed(&b, 0);
	assert_int_equal(ask_until(&b, 26000, times, 4), 3);
	assert_true(times[0] == 0 && times[1] == 10000 && times[2] == 25000);
	assert_true(sg_app_fold_request(b.fold, 70000, &request));
	assert_true(request.confirms);
	assert_int_equal(request.refresh, SG_APP_REFRESH_NORMAL);
	tear_down(&b);
}

/* What was asked before the grace was over proves nothing about it, whenever that is answered. */
static void a_request_takes_its_time(void **state)
{
	struct sg_app_request request;
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.app.health = SG_APP_DEGRADED;
	b.policy.degraded_grace_ms = 25000;
	(void)feed(&b, 0);
	assert_true(sg_app_fold_request(b.fold, 20000, &request));
	sg_app_fold_requesting(b.fold, &request, 20000);
	assert_false(sg_app_fold_request(b.fold, 29000, &request));
	assert_int_equal(sg_app_fold_next_look(b.fold, 29000), 59000);
	request = (struct sg_app_request){.namespace = b.app.namespace, .name = "another"};
	sg_app_fold_answered(b.fold, &request, 29500);
	assert_false(sg_app_fold_request(b.fold, 29500, &request));
	request.name = b.app.name;
	sg_app_fold_answered(b.fold, &request, 30000);
	assert_true(sg_app_fold_request(b.fold, 30000, &request));
	assert_true(request.confirms);
	sg_app_fold_requesting(b.fold, &request, 30000);
	sg_app_fold_answered(b.fold, &request, 60000);
	assert_false(sg_app_fold_request(b.fold, 79000, &request)); /* 20 s behind the answer */
	assert_true(sg_app_fold_request(b.fold, 80000, &request));
	tear_down(&b);
}

static void nothing_is_asked_while_a_refresh_is_on_its_way(void **state)
{
	struct sg_app_request request;
	struct bench b;

	(void)state;
	set_up(&b, OLDER);
	b.app.refresh = true;
	(void)feed(&b, 0);
	assert_false(sg_app_fold_request(b.fold, 100000, &request));
	assert_int_equal(sg_app_fold_next_look(b.fold, 100), 30100);
	b.app.refresh = false;
	(void)feed(&b, 100000);
	assert_true(sg_app_fold_request(b.fold, 100000, &request));
	b.policy.may_refresh = false;
	assert_false(sg_app_fold_request(b.fold, 100000, &request));
	tear_down(&b);
}

static void rows_without_r_ask_for_nothing(void **state)
{
	struct sg_app_request request;
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.app.health = SG_APP_PROGRESSING;
	(void)feed(&b, 0);
	assert_false(sg_app_fold_request(b.fold, 1000000, &request));
	b.app.health = SG_APP_HEALTHY;
	(void)feed(&b, 1000000);
	assert_false(sg_app_fold_request(b.fold, 2000000, &request));
	tear_down(&b);
}

static void a_stale_status_is_given_15_seconds(void **state)
{
	struct sg_app_request request;
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.app.operation.phase = SG_PHASE_SUCCEEDED;
	b.app.operation.finished_s = 2000;
	assert_int_equal(feed(&b, 0)->code, SG_APP_CODE_STALE_STATUS);
	assert_false(sg_app_fold_request(b.fold, 14999, &request));
	assert_int_equal(sg_app_fold_next_look(b.fold, 0), 15000);
	assert_true(sg_app_fold_request(b.fold, 15000, &request));
	tear_down(&b);
}

static void comparison_errors_ask_hard_from_the_second_request_on(void **state)
{
	const struct sg_app_condition error = {SG_CONDITION_COMPARISON, "broken"};
	struct sg_app_request request;
	struct bench b;

	(void)state;
	set_up(&b, WANTED);
	b.app.conditions = &error;
	b.app.condition_count = 1;
	(void)feed(&b, 0);
	assert_true(sg_app_fold_request(b.fold, 0, &request));
	assert_int_equal(request.refresh, SG_APP_REFRESH_NORMAL);
	sg_app_fold_requested(b.fold, &request, 0);
	assert_true(sg_app_fold_request(b.fold, 10000, &request));
	assert_int_equal(request.refresh, SG_APP_REFRESH_HARD);
	assert_false(request.hydrate);
	tear_down(&b);
}

static void a_hydration_is_forced_once(void **state)
{
	struct sg_app_request request;
	struct bench b;

	(void)state;
	set_up(&b, ODD);
	b.app.hydrator.used = true;
	b.app.hydrator.phase = "Hydrated";
	b.app.hydrator.last_dry_sha = OLDER;
	b.app.hydrator.last_hydrated_sha = ODD;
	b.app.hydrator.last_compared = WANTED;
	assert_int_equal(feed(&b, 0)->code, SG_APP_CODE_OLDER_REVISION);
	for (int i = 0; i < 4; i++) {
		int64_t now = i * 100000;

		assert_true(sg_app_fold_request(b.fold, now, &request));
		assert_int_equal(request.hydrate, i == 1);
		sg_app_fold_requested(b.fold, &request, now);
	}
	tear_down(&b);
}

/*
 * Without the right to patch comparisons have to do that are apart by the grace. The first one may
 * be from long before the row: only what was seen to move counts.
 */
static void confirmed_by_a_later_comparison(void **state)
{
	static const struct {
		const char *revision;
		enum sg_app_sync sync;
		int64_t grace_s;
		enum sg_app_code code;
	} rows[] = {{WANTED, SG_SYNC_SYNCED, 30, SG_APP_CODE_DEGRADED},
		{WANTED, SG_SYNC_UNKNOWN, 230, SG_APP_CODE_COMPARISON_ERROR},
		{ODD, SG_SYNC_SYNCED, 230, SG_APP_CODE_SUPERSEDED}};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct bench b;

		set_up(&b, rows[i].revision);
		b.app.health = SG_APP_DEGRADED;
		b.app.sync = rows[i].sync;
		assert_int_equal(feed(&b, 0)->kind, SG_APP_WAIT);
		b.policy.may_refresh = false;
		b.app.reconciled_s = 5000;
		assert_int_equal(feed(&b, 1000)->kind, SG_APP_WAIT);
		b.app.reconciled_s = 5000 + rows[i].grace_s - 1;
		assert_int_equal(feed(&b, 2000)->kind, SG_APP_WAIT);
		b.policy.may_refresh = true;
		b.app.reconciled_s++;
		assert_int_equal(feed(&b, 3000)->kind, SG_APP_WAIT);
		b.policy.may_refresh = false;
		assert_int_equal(feed(&b, 4000)->kind, SG_APP_FAIL);
		assert_int_equal(sg_app_fold_verdict(b.fold)->code, rows[i].code);
		tear_down(&b);
	}
}

/* A watch that has not seen the deletion, as where it is polled, goes on with another object. */
static void one_that_was_made_anew_is_another_one(void **state)
{
	struct bench b;

	(void)state;
	for (int anew = 0; anew < 2; anew++) {
		set_up(&b, "");
		b.app.uid = "1";
		(void)feed(&b, 0);
		b.app.refresh = true;
		(void)feed(&b, 31000);
		b.app.refresh = false;
		b.app.uid = anew ? "2" : "1";
		assert_int_equal(feed(&b, 32000)->code, SG_APP_CODE_COMPARISON_ERROR);
		assert_int_equal(feed(&b, 32000)->kind, anew ? SG_APP_WAIT : SG_APP_FAIL);
		tear_down(&b);
	}
}

#define CHILDREN 200

/* A parent of many, and how often any of them is judged. */
struct family {
	struct bench b;
	struct sg_app_beside beside;
	struct sg_app children[CHILDREN];
	struct sg_app_resource rows[CHILDREN];
	char names[CHILDREN][8];
	size_t judged;
};

static const struct sg_app *child_of(void *arg, const char *namespace, const char *name)
{
	const struct family *f = arg;

	(void)namespace;
	return &f->children[strtoul(name + 1, NULL, 10)];
}

static const struct sg_app_workloads *count_judged(void *arg, const struct sg_app *app)
{
	struct family *f = arg;

	(void)app;
	f->judged++;
	return NULL;
}

/* Each of 500 children has a dozen of events: what is not about it costs next to nothing. */
static void an_event_of_one_child_judges_no_other(void **state)
{
	static struct family f;

	(void)state;
	set_up(&f.b, WANTED);
	tear_down(&f.b);
	f.b.app.destination = f.b.app.compared_destination =
		(struct sg_app_destination){"in-cluster", "", ""};
	for (size_t i = 0; i < CHILDREN; i++) {
		(void)snprintf(f.names[i], sizeof(f.names[i]), "c%03zu", i);
		f.children[i] = f.b.app;
		f.children[i].name = f.names[i];
		f.children[i].health = SG_APP_PROGRESSING;
		f.rows[i] = (struct sg_app_resource){.group = "argoproj.io",
			.kind = "Application",
			.namespace = "argocd",
			.name = f.names[i],
			.health_message = "",
			.sync = SG_SYNC_SYNCED};
	}
	f.b.app.resources = f.rows;
	f.b.app.resource_count = CHILDREN;
	f.beside = (struct sg_app_beside){.item = child_of, .workloads = count_judged, .arg = &f};
	f.b.fold = sg_app_fold_new(&f.b.want, &f.b.policy, &f.b.git.ancestry, &f.beside);
	assert_int_equal(feed(&f.b, 0)->code, SG_APP_CODE_PROGRESSING);
	for (size_t i = 0; i < CHILDREN; i++) {
		f.judged = 0;
		f.children[i].health = SG_APP_HEALTHY;
		sg_app_fold_feed_other(f.b.fold, "argocd", f.names[i], &f.children[i], 1);
		assert_int_equal(f.judged, 2); /* that one, and the parent */
	}
	assert_int_equal(sg_app_fold_verdict(f.b.fold)->kind, SG_APP_SUCCESS);
	f.judged = 0;
	sg_app_fold_tick(f.b.fold, 2);
	assert_int_equal(f.judged, CHILDREN + 1);
	tear_down(&f.b);
}

/* What brings its children into another cluster has one here only by the marks. */
static void another_one_in_the_place_of_a_child_is_none(void **state)
{
	static struct family f;
	const struct sg_app_marks marks = {"shop:argoproj.io/Application:argocd/c000", ""};
	struct sg_app *child = &f.children[0];

	(void)state;
	set_up(&f.b, WANTED);
	tear_down(&f.b);
	f.b.app.destination = f.b.app.compared_destination =
		(struct sg_app_destination){"other", "", ""};
	*child = f.b.app;
	child->name = "c000";
	child->marks = marks;
	f.rows[0] = (struct sg_app_resource){.group = "argoproj.io",
		.kind = "Application",
		.namespace = "argocd",
		.name = "c000",
		.health_message = "",
		.sync = SG_SYNC_SYNCED};
	f.b.app.resources = f.rows;
	f.b.app.resource_count = 1;
	f.beside = (struct sg_app_beside){.item = child_of, .arg = &f};
	f.b.fold = sg_app_fold_new(&f.b.want, &f.b.policy, &f.b.git.ancestry, &f.beside);
	assert_int_equal(feed(&f.b, 0)->kind, SG_APP_SUCCESS);
	child->uid = "another";
	child->marks = (struct sg_app_marks){"", ""};
	sg_app_fold_feed_other(f.b.fold, "argocd", "c000", child, 1);
	assert_int_equal(sg_app_fold_verdict(f.b.fold)->code, SG_APP_CODE_CHILD_UNREADABLE);
	child->marks = marks;
	sg_app_fold_feed_other(f.b.fold, "argocd", "c000", child, 2);
	assert_int_equal(sg_app_fold_verdict(f.b.fold)->kind, SG_APP_SUCCESS);
	tear_down(&f.b);
}

/* A controller that is down, busy, or of another namespace leaves no other trace. */
static void a_refresh_that_nobody_takes_up_is_said(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, OLDER);
	(void)feed(&b, 0);
	b.app.refresh = true;
	(void)feed(&b, 1000);
	sg_app_fold_tick(b.fold, 60000);
	assert_null(strstr(sg_app_fold_verdict(b.fold)->message, "not taken up"));
	sg_app_fold_tick(b.fold, 61000);
	assert_int_equal(sg_app_fold_verdict(b.fold)->code, SG_APP_CODE_OLDER_REVISION);
	assert_non_null(strstr(sg_app_fold_verdict(b.fold)->message, "not taken up"));
	b.app.refresh = false;
	assert_null(strstr(feed(&b, 70000)->message, "not taken up"));
	b.app.refresh = true;
	assert_null(strstr(feed(&b, 80000)->message, "not taken up"));
	tear_down(&b);
}

static void globs(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool hit;
	} rows[] = {{"", "", true}, {"", "a", false}, {"a", "a", true}, {"a", "b", false},
		{"*", "", true}, {"*", "a/b.c", true}, {"a*", "ba", false},
		{"*-prod", "web-prod", true}, {"*-prod", "web-prod-2", false}, {"w?b", "web", true},
		{"w?b", "wb", false}, {"[a-c]x", "bx", true}, {"[!a-c]x", "bx", false},
		{"[^a-c]x", "dx", true}, {"[abc", "a", false}, {"[]", "]", false},
		{"[a-]x", "-x", true}, {"{a,b}c", "bc", true}, {"{a,b}c", "cc", false},
		{"{a,b", "a", false}, {"{,x}y", "y", true}, {"{a*,b}c", "axxc", true},
		{"\\*", "*", true}, {"\\*", "a", false}, {"a**b", "axb", true}};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (sg_app_glob(rows[i].pattern, rows[i].text) != rows[i].hit)
			fail_msg("%s / %s", rows[i].pattern, rows[i].text);
}

static void a_hostile_glob_ends(void **state)
{
	char pattern[512], text[4000];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 2);
	pattern[510] = 'b';
	pattern[511] = '\0';
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_false(sg_app_glob(pattern, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_and_exits),
		cmocka_unit_test(nothing_seen_yet),
		cmocka_unit_test(one_answer_missing_is_unknown),
		cmocka_unit_test(without_git_only_the_same_is_known),
		cmocka_unit_test(evidence_is_in_the_message),
		cmocka_unit_test(what_a_sync_failed_of_is_named),
		cmocka_unit_test(a_long_message_hides_no_resource),
		cmocka_unit_test(what_did_not_get_healthy_in_its_wave_is_named),
		cmocka_unit_test(what_self_heal_does_again_and_again_is_said),
		cmocka_unit_test(an_operation_that_has_not_begun_says_so),
		cmocka_unit_test(unseen_images_are_told),
		cmocka_unit_test(leftovers_are_told),
		cmocka_unit_test(policies_of_suspension),
		cmocka_unit_test(a_manual_sync_is_wanted_only_where_it_may_be),
		cmocka_unit_test(requests_back_off),
		cmocka_unit_test(a_confirmation_is_asked_for_when_the_grace_is_over),
		cmocka_unit_test(a_request_takes_its_time),
		cmocka_unit_test(nothing_is_asked_while_a_refresh_is_on_its_way),
		cmocka_unit_test(rows_without_r_ask_for_nothing),
		cmocka_unit_test(a_stale_status_is_given_15_seconds),
		cmocka_unit_test(comparison_errors_ask_hard_from_the_second_request_on),
		cmocka_unit_test(a_hydration_is_forced_once),
		cmocka_unit_test(confirmed_by_a_later_comparison),
		cmocka_unit_test(one_that_was_made_anew_is_another_one),
		cmocka_unit_test(an_event_of_one_child_judges_no_other),
		cmocka_unit_test(another_one_in_the_place_of_a_child_is_none),
		cmocka_unit_test(a_refresh_that_nobody_takes_up_is_said),
		cmocka_unit_test(globs),
		cmocka_unit_test(a_hostile_glob_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
