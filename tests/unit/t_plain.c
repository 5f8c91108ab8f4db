/* model/plain.h: one look at a workload that no GitOps controller brings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/plain.h"

#define WEB "registry.example.com/shop/web"
#define NEW WEB ":2"
#define OLD WEB ":1"
#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct world {
	struct sg_plain_fold fold;
	struct sg_workload workload;
	struct sg_workload_condition condition;
	const char *images[4];
	struct sg_app_pod pods[4];
	const char *held[4];
	struct sg_app_workloads seen, progress;
	struct sg_plain_look look;
	int64_t now_ms;
};

/* A Deployment of two pods that is all done; its pods are read. */
static void begin(struct world *w, const char *image)
{
	*w = (struct world){0};
	w->workload = (struct sg_workload){.kind = SG_WORKLOAD_DEPLOYMENT,
		.namespace = "shop",
		.name = "web",
		.uid = "u1",
		.generation = 3,
		.observed = 3,
		.wanted = 2,
		.replicas = 2,
		.updated = 2,
		.ready = 2,
		.available = 2,
		.current_revision = "",
		.update_revision = "",
		.images = {w->images, 2},
		.images_known = true};
	w->images[0] = "registry.example.com/proxy:9";
	w->images[1] = image;
	for (size_t i = 0; i < SG_COUNT(w->pods); i++) {
		w->held[i] = image;
		w->pods[i] = (struct sg_app_pod){.name = "shop/web-x", .images = {&w->held[i], 1}};
	}
	w->seen = (struct sg_app_workloads){
		.sentence = "", .complete = true, .pods = w->pods, .pod_count = 2};
	w->progress =
		(struct sg_app_workloads){.sentence = "words", .cause = SG_APP_CODE_CRASH_LOOP};
	w->look = (struct sg_plain_look){.workload = &w->workload, .pods = &w->seen};
	w->now_ms = 1000;
	sg_plain_fold_begin(&w->fold, "Deployment shop/web", NEW, 30000);
}

static void expect(struct world *w, enum sg_app_kind kind, enum sg_app_code code)
{
	sg_plain_fold_feed(&w->fold, &w->look, w->now_ms);
	assert_string_equal(sg_app_code_name(w->fold.verdict.code), sg_app_code_name(code));
	assert_int_equal(w->fold.verdict.kind, kind);
	assert_string_equal(w->fold.verdict.message, w->fold.message);
	assert_true(w->fold.message[0]);
	assert_int_equal(
		w->fold.verdict.row, kind == SG_APP_SUCCESS ? SG_APP_ROW_23 : SG_APP_ROW_NONE);
}

#define EXPECT_LIVE(w) expect(w, SG_APP_SUCCESS, SG_APP_CODE_DEPLOYED)
#define EXPECT_WAIT(w, code) expect(w, SG_APP_WAIT, SG_APP_CODE_##code)

static void test_what_runs_is_deployed(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	EXPECT_LIVE(&w);
	assert_string_equal(w.fold.message, "Deployment shop/web runs " NEW);
	assert_false(w.fold.verdict.images_unseen);
	assert_string_equal(w.fold.verdict.revision, "");
}

static void test_what_is_not_there(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	EXPECT_LIVE(&w);
	w.look.workload = NULL;
	EXPECT_WAIT(&w, WORKLOAD_MISSING);
	assert_string_equal(w.fold.message, "there is no Deployment shop/web");
	w.look.workload = &w.workload;
	w.workload.deleting = true;
	EXPECT_WAIT(&w, WORKLOAD_MISSING);
}

static void test_another_template_is_no_failure_and_no_success(void **state)
{
	struct world w;

	(void)state;
	begin(&w, OLD);
	EXPECT_WAIT(&w, NOT_APPLIED);
	assert_non_null(strstr(w.fold.message, OLD));
	assert_false(w.fold.progress_wanted || w.fold.pods_wanted);
	w.now_ms += 10000000; /* for ever */
	w.progress.ripe = true;
	w.look.progress = &w.progress;
	w.workload.available = 0;
	EXPECT_WAIT(&w, NOT_APPLIED);
}

static void test_one_container_that_was_left_behind(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.images[0] = OLD;
	EXPECT_WAIT(&w, NOT_APPLIED);
}

static void test_images_that_say_too_little(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.images[1] = "registry.example.com/shop/api:2";
	EXPECT_WAIT(&w, NO_SUCH_CONTAINER);
	w.images[1] = "mirror.example.com/shop/web:2";
	EXPECT_WAIT(&w, NO_SUCH_CONTAINER);
	w.workload.images.count = 0;
	EXPECT_WAIT(&w, NO_SUCH_CONTAINER);
	w.workload.images.count = 2;
	w.images[1] = WEB "@" DIGEST;
	EXPECT_WAIT(&w, IMAGE_UNCLEAR);
	w.images[1] = WEB;
	EXPECT_WAIT(&w, NOT_APPLIED); /* which is latest */
	w.images[1] = NEW "@" DIGEST;
	EXPECT_LIVE(&w);
	begin(&w, WEB "@" DIGEST);
	w.fold.image = NEW "@" DIGEST;
	EXPECT_LIVE(&w);
}

static void test_a_rollout_that_goes_on(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.workload.observed = 2;
	EXPECT_WAIT(&w, PROGRESSING);
	assert_true(w.fold.progress_wanted);
	begin(&w, NEW);
	w.workload.updated = 1;
	EXPECT_WAIT(&w, PROGRESSING);
	begin(&w, NEW);
	w.workload.replicas = 3;
	EXPECT_WAIT(&w, PROGRESSING);
	begin(&w, NEW);
	w.workload.available = 1;
	w.look.progress = &w.progress;
	EXPECT_WAIT(&w, PROGRESSING);
	assert_string_equal(w.fold.message, "words");
	assert_int_equal(w.fold.verdict.cause, SG_APP_CODE_CRASH_LOOP);
	w.workload.paused = true;
	EXPECT_WAIT(&w, SUSPENDED);
}

static void test_a_pod_that_is_stuck_fails_it(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.workload.available = 1;
	w.progress.ripe = true;
	w.look.progress = &w.progress;
	expect(&w, SG_APP_FAIL, SG_APP_CODE_CRASH_LOOP);
}

static void exceed(struct world *w)
{
	w->workload.available = 1;
	w->condition = (struct sg_workload_condition){
		"Progressing", "False", "ProgressDeadlineExceeded", "timed out", 0};
	w->workload.conditions = &w->condition;
	w->workload.condition_count = 1;
}

static void test_a_failure_has_to_stand(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	exceed(&w);
	EXPECT_WAIT(&w, PROGRESS_DEADLINE);
	w.now_ms += 29999;
	EXPECT_WAIT(&w, PROGRESS_DEADLINE);
	w.now_ms++;
	expect(&w, SG_APP_FAIL, SG_APP_CODE_PROGRESS_DEADLINE);
	/* what is applied anew has time again */
	w.workload.generation = w.workload.observed = 4;
	EXPECT_WAIT(&w, PROGRESS_DEADLINE);
	w.now_ms += 31000;
	w.workload.uid = "u2"; /* made anew */
	EXPECT_WAIT(&w, PROGRESS_DEADLINE);
	w.now_ms += 29000;
	w.workload.condition_count = 0;
	EXPECT_WAIT(&w, PROGRESSING);
	exceed(&w);
	w.now_ms += 1000;
	EXPECT_WAIT(&w, PROGRESS_DEADLINE);
}

static void test_pods_have_to_be_seen(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.look.pods = NULL;
	EXPECT_WAIT(&w, PODS_UNREAD);
	assert_true(w.fold.pods_wanted);
	w.look.pods = &w.seen;
	w.seen.complete = false; /* its numbers say enough */
	EXPECT_LIVE(&w);
	w.workload.kind = SG_WORKLOAD_REPLICA_SET;
	EXPECT_WAIT(&w, PODS_UNREAD);
}

static void test_old_pods_are_waited_for(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.seen.pod_count = 3;
	w.held[2] = OLD;
	w.pods[2].ending = true;
	EXPECT_WAIT(&w, OLD_IMAGE_RUNNING);
	assert_non_null(strstr(w.fold.message, "; in shop/web-x (terminating)"));
	w.pods[2].finished = true;
	EXPECT_LIVE(&w);
}

static void test_pods_that_people_replace(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.workload.kind = SG_WORKLOAD_DAEMON_SET;
	w.workload.on_delete = true;
	EXPECT_LIVE(&w);
	w.pods[1].ending = true;
	EXPECT_WAIT(&w, PROGRESSING);
	w.pods[1].ending = false;
	w.workload.available = 1;
	EXPECT_WAIT(&w, PROGRESSING);
	w.workload.available = 2;
	w.held[1] = OLD;
	EXPECT_WAIT(&w, OLD_IMAGE_RUNNING);
	assert_non_null(strstr(w.fold.message, "only when somebody deletes it"));
	w.workload.kind = SG_WORKLOAD_STATEFUL_SET;
	EXPECT_WAIT(&w, OLD_IMAGE_RUNNING);
}

static void test_no_pods_at_all(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.workload.wanted = w.workload.replicas = w.workload.updated = w.workload.available = 0;
	w.seen.pod_count = 0;
	EXPECT_LIVE(&w);
	assert_true(w.fold.verdict.images_unseen);
	assert_string_equal(w.fold.message, "Deployment shop/web has " NEW);
}

static void test_jobs(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.workload.kind = SG_WORKLOAD_JOB;
	w.workload.job_completions = 1;
	w.seen.pod_count = 0;
	EXPECT_WAIT(&w, PROGRESSING);
	w.condition = (struct sg_workload_condition){"Complete", "True", "", "", 0};
	w.workload.conditions = &w.condition;
	w.workload.condition_count = 1;
	EXPECT_LIVE(&w);
	assert_false(w.fold.verdict.images_unseen);
	w.images[1] = OLD; /* it ran long ago */
	EXPECT_WAIT(&w, NOT_APPLIED);
	w.images[1] = NEW;
	w.condition.type = "Failed";
	EXPECT_WAIT(&w, JOB_FAILED);
	w.now_ms += 30000;
	expect(&w, SG_APP_FAIL, SG_APP_CODE_JOB_FAILED);
	w.workload.kind = SG_WORKLOAD_CRON_JOB;
	EXPECT_LIVE(&w);
	w.workload.paused = true;
	EXPECT_LIVE(&w);
}

/* A Rollout whose template is in a Deployment: only its pods tell. */
static void test_a_template_that_is_elsewhere(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.workload.kind = SG_WORKLOAD_ROLLOUT;
	w.workload.images_known = false;
	w.workload.images.count = 0;
	w.workload.rollout = (struct sg_rollout){.observed = "3",
		.phase = "Healthy",
		.message = "",
		.current_hash = "a",
		.stable_hash = "a",
		.active_hash = "",
		.workload_generation = "",
		.workload_observed = ""};
	EXPECT_LIVE(&w);
	w.held[0] = w.held[1] = OLD;
	EXPECT_WAIT(&w, OLD_IMAGE_RUNNING);
	w.seen.pod_count = 0;
	EXPECT_WAIT(&w, NOT_APPLIED);
}

static void test_a_pod_that_was_given_another_image(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.workload.kind = SG_WORKLOAD_POD;
	w.workload.wanted = 1;
	w.workload.pod = (struct sg_pod){.phase = SG_POD_RUNNING,
		.ready = true,
		.restart_policy = "Always",
		.reason = "",
		.message = "",
		.unschedulable = ""};
	w.seen.pod_count = 1;
	EXPECT_LIVE(&w);
	w.held[0] = OLD;
	EXPECT_WAIT(&w, OLD_IMAGE_RUNNING);
	w.held[0] = "sha256:0123";
	EXPECT_WAIT(&w, NOT_APPLIED);
	w.workload.pod.deleting = true;
	EXPECT_WAIT(&w, WORKLOAD_MISSING);
}

static void test_an_image_that_is_none(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NEW);
	w.fold.image = "";
	EXPECT_WAIT(&w, IMAGE_UNCLEAR);
	w.fold.image = NULL; /* how far it is, whatever it is */
	EXPECT_LIVE(&w);
	assert_int_equal(sg_plain_has(&w.workload, NEW), SG_ANSWER_YES);
	assert_int_equal(sg_plain_has(&w.workload, OLD), SG_ANSWER_NO);
	assert_int_equal(sg_plain_has(&w.workload, ""), SG_ANSWER_UNKNOWN);
	assert_int_equal(sg_plain_has(&w.workload, "example.com/x:1"), SG_ANSWER_UNKNOWN);
}

static void test_texts_are_cut(void **state)
{
	static char image[sizeof(WEB) + 128];
	struct world w;

	(void)state;
	memset(image, 'a', sizeof(image) - 1);
	memcpy(image, WEB ":", strlen(WEB ":"));
	begin(&w, image);
	EXPECT_WAIT(&w, NOT_APPLIED);
	begin(&w, NEW);
	w.seen.pod_count = 3;
	w.held[2] = image;
	EXPECT_WAIT(&w, OLD_IMAGE_RUNNING);
	assert_true(strlen(w.fold.message) < SG_APP_MESSAGE_MAX);
}

static bool parses(struct sg_arena *arena, const char *text, struct sg_plain_name *name)
{
	return sg_plain_name_parse(arena, sg_str_of(text), "here", name);
}

static void test_names(void **state)
{
	static const char *const bad[] = {"", "/", "web", "deployment", "deployment/", "/web",
		"pods/web", "deploy/web", "shop/deployment/", "/deployment/web", "a/b/c",
		"shop/deployment/web/", "a/shop/deployment/web", "shop/web"};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_plain_name name;

	(void)state;
	assert_true(parses(&arena, "deployment/web", &name));
	assert_int_equal(name.kind, SG_WORKLOAD_DEPLOYMENT);
	assert_string_equal(name.namespace, "here");
	assert_string_equal(name.name, "web");
	assert_true(parses(&arena, "shop/StatefulSet/db", &name));
	assert_int_equal(name.kind, SG_WORKLOAD_STATEFUL_SET);
	assert_string_equal(name.namespace, "shop");
	assert_string_equal(name.name, "db");
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		assert_false(parses(&arena, bad[i], &name));
}

static void test_several_names(void **state)
{
	struct sg_str rest = SG_STR(" ,a/b, c/d\te/f,"), one;
	size_t count = 0;

	(void)state;
	while (sg_plain_name_cut(&rest, &one)) {
		assert_int_equal(one.len, 3);
		count++;
	}
	assert_int_equal(count, 3);
	rest = SG_STR(" , ");
	assert_false(sg_plain_name_cut(&rest, &one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_runs_is_deployed),
		cmocka_unit_test(test_what_is_not_there),
		cmocka_unit_test(test_another_template_is_no_failure_and_no_success),
		cmocka_unit_test(test_one_container_that_was_left_behind),
		cmocka_unit_test(test_images_that_say_too_little),
		cmocka_unit_test(test_a_rollout_that_goes_on),
		cmocka_unit_test(test_a_pod_that_is_stuck_fails_it),
		cmocka_unit_test(test_a_failure_has_to_stand),
		cmocka_unit_test(test_pods_have_to_be_seen),
		cmocka_unit_test(test_old_pods_are_waited_for),
		cmocka_unit_test(test_pods_that_people_replace),
		cmocka_unit_test(test_no_pods_at_all),
		cmocka_unit_test(test_jobs),
		cmocka_unit_test(test_a_template_that_is_elsewhere),
		cmocka_unit_test(test_a_pod_that_was_given_another_image),
		cmocka_unit_test(test_an_image_that_is_none),
		cmocka_unit_test(test_texts_are_cut),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_several_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
