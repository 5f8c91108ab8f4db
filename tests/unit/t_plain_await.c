/* Waiting for workloads that no GitOps controller brings, as a story on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "cluster_world.h"
#include "step/await.h"

#define WEB "registry.example.com/shop/web"
#define NEW WEB ":2"
#define OLD WEB ":1"
#define DEPLOYMENT "/apis/apps/v1/namespaces/shop/deployments/web"
#define SETS "/replicasets"
#define PODS "/namespaces/shop/pods"
#define EVENTS_MAX 16

/* From AT_MS on the answer to whatever has PART in its address. */
struct event {
	int64_t at_ms;
	const char *part;
	int status;
	const char *body;
};

struct story {
	struct cluster_world *w;
	struct event events[EVENTS_MAX];
	size_t count;
	int64_t start_ms;
	const char *image;
	const char *slow; /* what has this in its address is answered after SLOW_MS */
	int64_t slow_ms;
	struct sg_settings settings;
	struct sg_world world;
	struct sg_await_home home;
	bool keep_going;
	struct sg_await_ask asks[2];
	struct sg_await_done done;
};

static int64_t story_ms(const struct story *s)
{
	return script_now_ms(s->w->script) - s->start_ms;
}

static void happens(struct story *s, int64_t at_ms, const char *part, int status, const char *body)
{
	assert_true(s->count < EVENTS_MAX);
	s->events[s->count++] = (struct event){at_ms, part, status, body};
}

static const char *said(const char *reason, int code)
{
	static char text[200];

	(void)snprintf(text, sizeof(text),
		"{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"said so\","
		"\"reason\":\"%s\",\"code\":%d}",
		reason, code);
	return text;
}

static void answer_get(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	const struct story *s = arg;
	const struct event *found = NULL;

	for (size_t i = 0; i < s->count; i++)
		if (s->events[i].at_ms <= story_ms(s) && strstr(request->url, s->events[i].part))
			found = &s->events[i];
	script_status(answer, found ? found->status : 404);
	script_header(answer, "Content-Type", "application/json");
	script_piece(answer, s->slow && strstr(request->url, s->slow) ? s->slow_ms : 5,
		sg_str_of(found && found->body
				  ? found->body
				  : said(found && found->status == 403 ? "Forbidden" : "NotFound",
					    found ? found->status : 404)));
}

/* A Deployment of one pod whose template has IMAGE, of which so many are available. */
static const char *deployment(struct story *s, const char *image, int generation, int available)
{
	return sg_arena_printf(&s->w->arena,
		"{\"apiVersion\":\"apps/"
		"v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\","
		"\"namespace\":\"shop\",\"uid\":\"u\",\"generation\":%d,\"annotations\":{"
		"\"deployment.kubernetes.io/revision\":\"%d\"}},\"spec\":{\"replicas\":1,"
		"\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"spec\":{"
		"\"containers\":[{\"name\":\"web\",\"image\":\"%s\"}]}}},\"status\":{"
		"\"observedGeneration\":%d,\"replicas\":1,\"updatedReplicas\":1,"
		"\"readyReplicas\":%d,\"availableReplicas\":%d}}",
		generation, generation, image, generation, available, available);
}

static const char *list(struct story *s, const char *kind, const char *items)
{
	return sg_arena_printf(&s->w->arena,
		"{\"kind\":\"%sList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[%s]}", kind,
		items);
}

static const char *pod(struct story *s, const char *image, const char *more)
{
	return sg_arena_printf(&s->w->arena,
		"{\"metadata\":{\"name\":\"web-x\",\"namespace\":\"shop\",\"uid\":\"p\","
		"\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"name\":\"web-2\",\"uid\":\"r\","
		"\"controller\":true}]%s},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":"
		"\"%s\"}]},\"status\":{\"phase\":\"Running\"}}",
		more, image);
}

static void good(struct story *s, int64_t at_ms)
{
	happens(s, at_ms, DEPLOYMENT, 200, deployment(s, NEW, 2, 1));
	happens(s, at_ms, PODS, 200, list(s, "Pod", pod(s, NEW, "")));
}

static void begin(struct story *s, struct cluster_world *w)
{
	struct script_answer *answer;

	*s = (struct story){.w = w, .image = NEW};
	s->start_ms = script_now_ms(w->script);
	script_any_order(w->script);
	answer = script_expect(w->script, "GET", "*");
	script_always(answer);
	script_compute(answer, answer_get, s);
	s->settings = (struct sg_settings){.poll_ms = 20000,
		.retry_base_ms = 500,
		.degraded_grace_ms = 30000,
		.pod_grace_ms = 20000};
	s->world = (struct sg_world){
		.settings = &s->settings,
		.arena = &w->arena,
		.redactor = w->redactor,
		.http = script_http(w->script),
		.deadline_ms = s->start_ms + 1200000,
		.random = 5,
	};
	s->home.policy = sg_app_policy_default();
	s->home.environment = "dev";
	s->home.client = &w->client;
	for (size_t i = 0; i < SG_COUNT(s->asks); i++)
		s->asks[i] = (struct sg_await_ask){
			.home = &s->home,
			.service = i ? "api" : "web",
			.app = {"shop", i ? "Deployment/api" : "Deployment/web"},
			.follow = SG_FOLLOW_WORKLOAD,
			.want = {.images = &s->image, .image_count = 1},
		};
}

static void renew(void **state, size_t round)
{
	if (round == 0)
		return;
	cluster_world_teardown(state);
	cluster_world_setup(state);
}

static int await(struct story *s, size_t count)
{
	return sg_await(&s->world, s->asks, count, s->keep_going, &s->done, &s->w->err);
}

static size_t sent(const struct story *s, const char *part)
{
	size_t count = 0;

	for (size_t i = 0; i < script_request_count(s->w->script); i++) {
		const struct script_request *request = script_request(s->w->script, i);

		assert_string_equal(request->method, "GET");
		count += strstr(request->url, part) != NULL;
	}
	return count;
}

static void finish(struct story *s)
{
	assert_null(script_problem(s->w->script));
	assert_int_equal(script_open_calls(s->w->script), 0);
}

static void expect_end(struct story *s, enum sg_app_kind kind, enum sg_app_code code)
{
	const struct sg_await_end *end;

	assert_int_equal(await(s, 1), 0);
	end = &s->done.ends[0];
	assert_string_equal(sg_app_code_name(end->verdict.code), sg_app_code_name(code));
	assert_int_equal(end->verdict.kind, kind);
	assert_int_equal(end->final, kind != SG_APP_WAIT);
	assert_int_equal(s->done.clusters[0].follow, SG_FOLLOW_WORKLOAD);
	finish(s);
}

#define EXPECT_LIVE(s) expect_end(s, SG_APP_SUCCESS, SG_APP_CODE_DEPLOYED)

static void test_good_already_is_read_twice(void **state)
{
	struct story s;

	begin(&s, *state);
	good(&s, 0);
	EXPECT_LIVE(&s);
	assert_int_equal(sent(&s, DEPLOYMENT), 2);
	assert_int_equal(sent(&s, PODS), 2);
	assert_int_equal(sent(&s, ""), 4);
	assert_true(story_ms(&s) < 1000);
	assert_int_equal(s.done.ends[0].image_count, 1);
	assert_string_equal(s.done.ends[0].images[0], NEW);
	assert_string_equal(s.done.ends[0].verdict.revision, "");
}

static void test_absent_then_old_then_applied(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 30000, DEPLOYMENT, 200, deployment(&s, OLD, 1, 1));
	happens(&s, 60000, DEPLOYMENT, 200, deployment(&s, NEW, 2, 0));
	happens(&s, 60000, SETS, 200, list(&s, "ReplicaSet", ""));
	good(&s, 90000);
	EXPECT_LIVE(&s);
	assert_true(story_ms(&s) >= 90000 && story_ms(&s) < 100000);
}

static void test_never_applied(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, DEPLOYMENT, 200, deployment(&s, OLD, 1, 1));
	expect_end(&s, SG_APP_WAIT, SG_APP_CODE_NOT_APPLIED);
	assert_true(s.done.timed_out);
	assert_int_equal(sent(&s, PODS) + sent(&s, SETS), 0);
	begin(&s, *state);
}

static void test_never_there(void **state)
{
	struct story s;

	begin(&s, *state);
	expect_end(&s, SG_APP_WAIT, SG_APP_CODE_WORKLOAD_MISSING);
	assert_true(s.done.timed_out);
	assert_string_equal(s.done.ends[0].verdict.message, "there is no Deployment shop/web");
}

static void test_a_success_that_the_second_look_does_not_show(void **state)
{
	struct story s;

	begin(&s, *state);
	good(&s, 0);
	happens(&s, 8, DEPLOYMENT, 200, deployment(&s, OLD, 3, 1));
	happens(&s, 9000, DEPLOYMENT, 200, deployment(&s, NEW, 4, 1));
	EXPECT_LIVE(&s);
	assert_true(story_ms(&s) >= 9000);
}

static void test_old_pods_are_waited_for(void **state)
{
	struct story s;
	const char *old;

	begin(&s, *state);
	good(&s, 0);
	old = pod(&s, OLD, ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"");
	happens(&s, 0, PODS, 200, list(&s, "Pod", old));
	happens(&s, 40000, PODS, 200, list(&s, "Pod", pod(&s, NEW, "")));
	EXPECT_LIVE(&s);
	assert_true(story_ms(&s) >= 40000);
}

#define CRASHES                                                                                    \
	"{\"metadata\":{\"name\":\"web-x\",\"namespace\":\"shop\",\"uid\":\"p\","                  \
	"\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"name\":\"web-2\",\"uid\":\"r\","          \
	"\"controller\":true}]},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"" NEW      \
	"\"}]},\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"web\","        \
	"\"ready\":false,\"restartCount\":5,\"state\":{\"waiting\":{\"reason\":"                   \
	"\"CrashLoopBackOff\",\"message\":\"back-off\"}},\"lastState\":{\"terminated\":{"          \
	"\"exitCode\":3,\"reason\":\"Error\"}}}]}}"
#define SET                                                                                        \
	"{\"metadata\":{\"name\":\"web-2\",\"namespace\":\"shop\",\"uid\":\"r\",\"labels\":{"      \
	"\"pod-template-hash\":\"h\"},\"annotations\":{\"deployment.kubernetes.io/revision\":"     \
	"\"2\"},\"ownerReferences\":[{\"kind\":\"Deployment\",\"name\":\"web\",\"uid\":\"u\","     \
	"\"controller\":true}]}}"

static void test_a_crash_fails_early_with_its_cause(void **state)
{
	struct story s;

	begin(&s, *state);
	s.settings.pod_log_lines = 5;
	happens(&s, 0, DEPLOYMENT, 200, deployment(&s, NEW, 2, 0));
	happens(&s, 0, SETS, 200, list(&s, "ReplicaSet", SET));
	happens(&s, 0, PODS, 200, list(&s, "Pod", CRASHES));
	happens(&s, 0, "/log?", 200, "first\nlast words\n");
	expect_end(&s, SG_APP_FAIL, SG_APP_CODE_CRASH_LOOP);
	assert_non_null(strstr(s.done.ends[0].verdict.message, "Deployment shop/web"));
	assert_non_null(strstr(s.done.ends[0].verdict.message, "exit code 3"));
	assert_int_equal(s.done.ends[0].log.count, 2);
	assert_string_equal(s.done.ends[0].log.items[1], "last words");
	assert_true(story_ms(&s) >= 20000 && story_ms(&s) < 60000);
}

static void test_causes_that_may_not_be_read_are_said(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, DEPLOYMENT, 200, deployment(&s, NEW, 2, 0));
	happens(&s, 0, SETS, 403, NULL);
	expect_end(&s, SG_APP_WAIT, SG_APP_CODE_PROGRESSING);
	assert_non_null(
		strstr(s.done.clusters[0].unreadable, "verb \"list\" on resource \"replicasets\""));
}

static void denied(struct story *s, const char *resource, const char *verb)
{
	char words[80];

	assert_int_equal(await(s, 1), -1);
	assert_int_equal(s->w->err.reason, SG_R_FORBIDDEN);
	(void)snprintf(words, sizeof(words), "verb \"%s\" on resource \"%s\"", verb, resource);
	assert_non_null(strstr(s->w->err.hint, words));
	finish(s);
}

static void test_without_a_right_the_right_is_named(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, DEPLOYMENT, 403, NULL);
	denied(&s, "deployments", "get");
	assert_true(story_ms(&s) < 1000);
}

/* A server that starts denies what it allows: half a minute is waited. */
static void test_without_the_right_to_pods(void **state)
{
	struct story s;

	begin(&s, *state);
	good(&s, 0);
	happens(&s, 0, PODS, 403, NULL);
	denied(&s, "pods", "list");
	assert_true(story_ms(&s) >= 30000 && story_ms(&s) < 60000);
}

static void test_without_an_image_nothing_is_asked(void **state)
{
	struct story s;

	begin(&s, *state);
	good(&s, 0);
	s.asks[0].want.image_count = 0;
	assert_int_equal(await(&s, 1), -1);
	assert_int_equal(s.w->err.reason, SG_R_CONFIG_INVALID);
	assert_non_null(strstr(s.w->err.hint, "--image"));
	assert_int_equal(script_request_count(s.w->script), 0);
	finish(&s);
}

static void test_one_of_two_that_cannot_be_judged(void **state)
{
	struct story s;

	begin(&s, *state);
	good(&s, 0);
	happens(&s, 0, "/deployments/api", 403, NULL);
	s.keep_going = true;
	assert_int_equal(await(&s, 2), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.done.ends[1].error->reason, SG_R_FORBIDDEN);
	finish(&s);
}

static void test_answers_that_are_something_else(void **state)
{
	static const char *const bodies[] = {"{", "[]", "{}", "null", "{\"metadata\":{\"name\":7}}",
		"{\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":\"x\"}}"};
	struct story s;

	for (size_t i = 0; i < SG_COUNT(bodies); i++) {
		renew(state, i);
		begin(&s, *state);
		happens(&s, 0, DEPLOYMENT, 200, bodies[i]);
		assert_int_equal(await(&s, 1), -1);
		assert_int_equal(s.w->err.reason, SG_R_ANSWER_INVALID);
	}
}

static void test_a_server_that_is_away(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, "", 503, "away");
	good(&s, 400000);
	EXPECT_LIVE(&s);
	assert_true(story_ms(&s) >= 400000);
}

static void test_a_signal_says_what_was_waited_for(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, DEPLOYMENT, 200, deployment(&s, OLD, 1, 1));
	script_cancel(s.w->script, 30000, 15);
	assert_int_equal(await(&s, 1), -1);
	assert_int_equal(s.w->err.reason, SG_R_CANCELLED);
	assert_non_null(strstr(s.w->err.where, "Deployment/web: NOT_APPLIED"));
}

/* The workload, its ReplicaSets, its pods: each is asked for on its own. */
static const char *const parts[] = {DEPLOYMENT, SETS, PODS};

static void begin_slow(struct story *s, struct cluster_world *w, const char *part)
{
	begin(s, w);
	s->keep_going = true;
	s->slow = part;
	s->slow_ms = 9000;
	happens(s, 0, DEPLOYMENT, 200, deployment(s, NEW, 2, 0));
	happens(s, 0, PODS, 200, list(s, "Pod", pod(s, NEW, "")));
	happens(s, 0, SETS, 200, list(s, "ReplicaSet", SET));
	happens(s, 0, "/deployments/api", 200, deployment(s, OLD, 1, 1));
}

static void test_a_slow_look_holds_up_nobody_else(void **state)
{
	for (size_t i = 0; i < SG_COUNT(parts); i++) {
		struct story s;

		renew(state, i);
		begin_slow(&s, *state, parts[i]);
		s.asks[1].timeout_ms = 7000;
		good(&s, 30000);
		assert_int_equal(await(&s, 2), 0);
		assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
		assert_in_range(s.done.ends[0].elapsed_ms, 30000, 65000);
		assert_true(s.done.ends[1].timed_out);
		assert_int_equal(s.done.ends[1].elapsed_ms, 7000);
		assert_true(sent(&s, parts[i]) >= 2);
		finish(&s);
	}
}

static void test_its_own_time_ends_in_the_middle_of_a_look(void **state)
{
	for (size_t i = 0; i < SG_COUNT(parts); i++) {
		struct story s;

		renew(state, i);
		begin_slow(&s, *state, parts[i]);
		s.asks[0].timeout_ms = 4000;
		assert_int_equal(await(&s, 1), 0);
		assert_true(s.done.ends[0].timed_out);
		assert_int_equal(s.done.ends[0].elapsed_ms, 4000);
		assert_int_equal(sent(&s, parts[i]), 1);
		finish(&s);
	}
}

static void test_a_signal_in_the_middle_of_a_look(void **state)
{
	for (size_t i = 0; i < SG_COUNT(parts); i++) {
		struct story s;

		renew(state, i);
		begin_slow(&s, *state, parts[i]);
		script_cancel(s.w->script, 4000, 15);
		assert_int_equal(await(&s, 1), -1);
		assert_int_equal(s.w->err.reason, SG_R_CANCELLED);
		assert_int_equal(story_ms(&s), 4000);
		finish(&s);
	}
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_good_already_is_read_twice),
		TEST(test_absent_then_old_then_applied),
		TEST(test_never_applied),
		TEST(test_never_there),
		TEST(test_a_success_that_the_second_look_does_not_show),
		TEST(test_old_pods_are_waited_for),
		TEST(test_a_crash_fails_early_with_its_cause),
		TEST(test_causes_that_may_not_be_read_are_said),
		TEST(test_without_a_right_the_right_is_named),
		TEST(test_without_the_right_to_pods),
		TEST(test_without_an_image_nothing_is_asked),
		TEST(test_one_of_two_that_cannot_be_judged),
		TEST(test_answers_that_are_something_else),
		TEST(test_a_server_that_is_away),
		TEST(test_a_signal_says_what_was_waited_for),
		TEST(test_a_slow_look_holds_up_nobody_else),
		TEST(test_its_own_time_ends_in_the_middle_of_a_look),
		TEST(test_a_signal_in_the_middle_of_a_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
