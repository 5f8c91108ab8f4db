/* Waiting as a story on a virtual clock: hours pass in milliseconds, nothing sleeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cluster_world.h"
#include "step/await.h"

#define OLD "1111111111111111111111111111111111111111"
#define NEW "2222222222222222222222222222222222222222"
#define REPO "https://git.example.com/gitops/apps.git"
#define EVENTS_MAX 16

/* What the cluster shows from AT_MS of the story on. */
struct event {
	int64_t at_ms;
	const char *object;
};

struct story {
	struct cluster_world *w;
	struct event events[EVENTS_MAX];
	size_t count;
	int64_t start_ms;
	int64_t watch_ms; /* how long the server lets a watch live */
	int64_t ahead_ms; /* our clock stood still for so long */
	int64_t mute_ms;  /* a watch from before that brings nothing more; 0: none does so */
	int64_t leap_ms;  /* what the next turn() does */
	int patch_status;
	int64_t patch_ms; /* until it is answered */
	int look_status;  /* of the plain GET; 0: the object */
	struct sg_settings settings;
	struct sg_console console;
	struct sg_buf lines;
	struct sg_world world;
	struct sg_await_home home;
	bool keep_going;
	struct sg_await_ask ask;
	struct sg_ancestry ancestry;
	struct sg_await_done done;
	const char *images[1];
};

static enum sg_answer contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor)
{
	(void)ancestry;
	return strcmp(descendant, ancestor) == 0 || strcmp(descendant, NEW) == 0 ? SG_ANSWER_YES
										 : SG_ANSWER_NO;
}

static const char *app(struct story *s, int version, const char *revision, const char *sync,
	const char *health, const char *tag, bool refresh)
{
	return sg_arena_printf(&s->w->arena,
		"{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Application\",\"metadata\":{"
		"\"name\":\"web-prod\",\"namespace\":\"argocd\",\"resourceVersion\":\"%d\","
		"\"annotations\":{%s}},\"spec\":{\"project\":\"default\",\"source\":{\"repoURL\":"
		"\"" REPO "\",\"targetRevision\":\"main\",\"path\":\"apps/web\"},"
		"\"destination\":{\"server\":\"https://kubernetes.default.svc\",\"namespace\":"
		"\"web\"},\"syncPolicy\":{\"automated\":{}}},\"status\":{\"sync\":{\"status\":"
		"\"%s\",\"revision\":\"%s\",\"comparedTo\":{\"source\":{\"repoURL\":\"" REPO "\","
		"\"targetRevision\":\"main\",\"path\":\"apps/web\"},\"destination\":{\"server\":"
		"\"https://kubernetes.default.svc\",\"namespace\":\"web\"}}},\"health\":{"
		"\"status\":\"%s\"},\"reconciledAt\":\"2024-01-02T03:%02d:05Z\",\"summary\":{"
		"\"images\":[\"registry.example.com/web:%s\"]}}}",
		version, refresh ? "\"argocd.argoproj.io/refresh\":\"normal\"" : "", sync, revision,
		health, version % 60, tag);
}

static void happens(struct story *s, int64_t at_ms, const char *object)
{
	assert_true(s->count < EVENTS_MAX);
	s->events[s->count++] = (struct event){at_ms, object};
}

static int64_t story_ms(const struct story *s)
{
	return script_now_ms(s->w->script) - s->start_ms;
}

/* As the cluster's clock has it. */
static int64_t there_ms(const struct story *s)
{
	return story_ms(s) + s->ahead_ms;
}

static const char *now_object(const struct story *s)
{
	const char *object = NULL;

	for (size_t i = 0; i < s->count; i++)
		if (s->events[i].at_ms <= there_ms(s))
			object = s->events[i].object;
	return object;
}

static void answer_watch(struct story *s, struct script_answer *answer)
{
	for (size_t i = 0; i < s->count; i++) {
		int64_t after_ms = s->events[i].at_ms - there_ms(s);

		if (there_ms(s) < s->mute_ms && s->events[i].at_ms >= s->mute_ms)
			continue;
		if (after_ms > 0 && after_ms < s->watch_ms)
			script_piece(answer, after_ms,
				sg_str_of(cluster_world_frame(
					s->w, "MODIFIED", s->events[i].object)));
	}
	if (there_ms(s) < s->mute_ms)
		script_hang(answer);
	else
		script_end(answer, s->watch_ms);
}

static void answer_get(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	struct story *s = arg;
	const char *object = now_object(s);

	if (strstr(request->url, "watch=")) {
		answer_watch(s, answer);
		return;
	}
	if (s->look_status && !strstr(request->url, "fieldSelector")) {
		script_status(answer, s->look_status);
		script_header(answer, "Retry-After", "99999999999999999999");
		return;
	}
	if (strstr(request->url, "fieldSelector"))
		object = cluster_world_list(s->w, "77", object ? object : "");
	if (object) {
		script_piece(answer, 5, sg_str_of(object));
		return;
	}
	script_status(answer, 404);
	script_header(answer, "Content-Type", "application/json");
	script_piece(answer, 5,
		SG_STR("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\","
		       "\"message\":"
		       "\"applications.argoproj.io \\\"web-prod\\\" not "
		       "found\",\"reason\":\"NotFound\","
		       "\"code\":404}"));
}

static void answer_patch(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	struct story *s = arg;

	(void)request;
	script_status(answer, s->patch_status);
	if (s->patch_status == 200)
		script_piece(answer, s->patch_ms, sg_str_of(now_object(s)));
	else
		script_piece(answer, 5,
			SG_STR("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\","
			       "\"message\":\"applications.argoproj.io \\\"web-prod\\\" is "
			       "forbidden\","
			       "\"reason\":\"Forbidden\",\"code\":403}"));
}

static void keep_line(void *arg, const char *line, size_t len)
{
	struct story *s = arg;

	sg_buf_add(&s->lines, line, len);
}

static void begin(struct story *s, struct cluster_world *w)
{
	*s = (struct story){.w = w, .watch_ms = 300000, .patch_status = 200, .patch_ms = 5};
	sg_buf_init(&s->lines, 1u << 20);
	s->start_ms = script_now_ms(w->script);
	script_any_order(w->script);
	for (size_t i = 0; i < 2; i++) {
		struct script_answer *answer = script_expect(w->script, i ? "PATCH" : "GET", "*");

		script_always(answer);
		script_compute(answer, i ? answer_patch : answer_get, s);
	}
	s->settings = (struct sg_settings){.poll_ms = 20000, .retry_base_ms = 500};
	s->console = (struct sg_console){
		.level = SG_LOG_INFO,
		.clock = script_http(w->script)->loop->clock,
		.write = keep_line,
		.arg = s,
	};
	sg_console_start(&s->console, script_http(w->script)->loop);
	s->world = (struct sg_world){
		.settings = &s->settings,
		.arena = &w->arena,
		.console = &s->console,
		.redactor = w->redactor,
		.http = script_http(w->script),
		.deadline_ms = s->start_ms + 1200000,
		.random = 5,
	};
	s->home.policy = sg_app_policy_default();
	s->home.policy.suspended = SG_APP_SUSPENDED_WAIT;
	s->ancestry.contains = contains;
	s->home.environment = "prod";
	s->home.client = &w->client;
	s->home.ancestry = &s->ancestry;
	s->images[0] = "registry.example.com/web:2";
	s->ask = (struct sg_await_ask){
		.home = &s->home,
		.service = "web",
		.app = w->app,
		.want = {.revision = NEW,
			.repo_url = REPO,
			.branch = "main",
			.images = s->images,
			.image_count = 1},
	};
}

static int await(struct story *s)
{
	return sg_await(&s->world, &s->ask, 1, s->keep_going, &s->done, &s->w->err);
}

static size_t patches(const struct story *s)
{
	size_t count = 0;

	for (size_t i = 0; i < script_request_count(s->w->script); i++)
		count += strcmp(script_request(s->w->script, i)->method, "PATCH") == 0;
	return count;
}

static void finish(struct story *s)
{
	assert_null(script_problem(s->w->script));
	assert_int_equal(script_open_calls(s->w->script), 0);
	sg_buf_release(&s->lines);
}

static void test_old_then_new_then_live(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, app(&s, 1, OLD, "Synced", "Healthy", "1", false));
	happens(&s, 50, app(&s, 2, OLD, "Synced", "Healthy", "1", true));
	happens(&s, 400, app(&s, 3, NEW, "Synced", "Progressing", "1", false));
	happens(&s, 5000, app(&s, 4, NEW, "Synced", "Healthy", "2", false));
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_true(s.done.ends[0].final);
	assert_string_equal(s.done.ends[0].verdict.revision, NEW);
	assert_true(story_ms(&s) >= 5000 && story_ms(&s) < 6000);
	assert_true(patches(&s) >= 1);
	finish(&s);
}

static void test_green_already_needs_two_looks_only(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, app(&s, 1, NEW, "Synced", "Healthy", "2", false));
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(patches(&s), 0);
	assert_true(story_ms(&s) < 1000);
	finish(&s);
}

/* The watch says green, but the plain GET that confirms already shows a degraded application. */
static void test_a_success_that_the_second_look_does_not_show(void **state)
{
	struct story s;

	begin(&s, *state);
	s.watch_ms = 100;
	happens(&s, 0, app(&s, 1, OLD, "Synced", "Healthy", "1", false));
	happens(&s, 60, app(&s, 2, NEW, "Synced", "Healthy", "2", false));
	happens(&s, 60, app(&s, 3, NEW, "Synced", "Degraded", "2", false));
	happens(&s, 9000, app(&s, 4, NEW, "Synced", "Healthy", "2", false));
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_true(story_ms(&s) >= 9000);
	finish(&s);
}

/* The watch tells of the success, and of nothing more, while a refresh is under way. */
static void test_what_comes_while_a_refresh_is_asked_for_is_seen_at_once(void **state)
{
	struct story s;

	begin(&s, *state);
	s.patch_ms = 300;
	happens(&s, 0, app(&s, 1, OLD, "Synced", "Healthy", "1", false));
	happens(&s, 100, app(&s, 2, NEW, "Synced", "Healthy", "2", false));
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(story_ms(&s), 100, 200);
	assert_int_equal(patches(&s), 1);
	finish(&s);
}

/* The second look is not answered until the time is up: that is said, not that it runs. */
static void test_a_success_that_no_second_look_confirms(void **state)
{
	static const int statuses[] = {429, 503};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		struct story s;
		char words[32];

		begin(&s, *state);
		s.look_status = statuses[i];
		happens(&s, 0, app(&s, 1, NEW, "Synced", "Healthy", "2", false));
		assert_int_equal(await(&s), 0);
		assert_true(s.done.timed_out);
		assert_false(s.done.ends[0].final);
		assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_WAIT);
		assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_NOT_CONFIRMED);
		(void)snprintf(words, sizeof(words), "answers %d", statuses[i]);
		assert_non_null(strstr(s.done.ends[0].verdict.message, words));
		finish(&s);
	}
}

static void test_a_failure_is_confirmed_before_it_is_believed(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, app(&s, 1, NEW, "Synced", "Degraded", "2", false));
	happens(&s, 31000, app(&s, 2, NEW, "Synced", "Degraded", "2", true));
	happens(&s, 31300, app(&s, 3, NEW, "Synced", "Degraded", "2", false));
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_FAIL);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_DEGRADED);
	assert_true(story_ms(&s) >= 31300 && story_ms(&s) < 32000);
	finish(&s);
}

static void leap(void *arg)
{
	const struct story *s = arg;

	script_advance(s->w->script, s->leap_ms);
}

static void stand_still(void *arg)
{
	struct story *s = arg;

	s->ahead_ms = s->leap_ms;
	script_turn_wall(s->w->script, s->leap_ms / 1000);
}

static void turn_forth(void *arg)
{
	script_turn_wall(((struct story *)arg)->w->script, INT64_C(10) * 365 * 86400);
}

static void turn_back(void *arg)
{
	script_turn_wall(((struct story *)arg)->w->script, -INT64_C(60) * 365 * 86400);
}

static void a_roll_out(struct story *s)
{
	happens(s, 0, app(s, 1, OLD, "Synced", "Healthy", "1", false));
	happens(s, 50, app(s, 2, OLD, "Synced", "Healthy", "1", true));
	happens(s, 400, app(s, 3, NEW, "Synced", "Degraded", "1", false));
	happens(s, 29000, app(s, 4, NEW, "Synced", "Progressing", "1", false));
	happens(s, 90000, app(s, 5, NEW, "Synced", "Healthy", "2", false));
}

/* The date is nobody's business here: the same requests at the same time, the same end. */
static void test_the_wall_clock_may_be_turned(void **state)
{
	struct story s;
	int64_t elapsed_ms;
	size_t count;

	begin(&s, *state);
	a_roll_out(&s);
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	elapsed_ms = s.done.ends[0].elapsed_ms;
	count = script_request_count(s.w->script);
	finish(&s);
	assert_int_equal(cluster_world_teardown(state), 0);
	assert_int_equal(cluster_world_setup(state), 0);
	begin(&s, *state);
	a_roll_out(&s);
	for (int64_t i = 0; i < 8; i++)
		script_later(s.w->script, 200 + 11000 * i, i % 2 ? turn_back : turn_forth, &s);
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.done.ends[0].elapsed_ms, elapsed_ms);
	assert_int_equal(script_request_count(s.w->script), count);
	finish(&s);
}

/* The process was stopped for longer than every grace: that alone proves nothing. */
static void test_a_leap_of_our_clock_is_no_failure(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, app(&s, 1, NEW, "Synced", "Degraded", "2", false));
	happens(&s, 701000, app(&s, 2, NEW, "Synced", "Progressing", "2", false));
	happens(&s, 720000, app(&s, 3, NEW, "Synced", "Healthy", "2", false));
	s.leap_ms = 690000;
	script_later(s.w->script, 10000, leap, &s);
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(story_ms(&s), 720000, 721000);
	finish(&s);
}

/* What stands there after a leap that reaches behind the deadline was seen once, or not at all. */
static void test_a_leap_behind_the_deadline_ends_it_at_once(void **state)
{
	static const int64_t good_ms[] = {5000, 600000};

	for (size_t i = 0; i < SG_COUNT(good_ms); i++) {
		struct story s;

		begin(&s, *state);
		happens(&s, 0, app(&s, 1, NEW, "Synced", "Progressing", "2", false));
		happens(&s, good_ms[i], app(&s, 2, NEW, "Synced", "Healthy", "2", false));
		s.leap_ms = 2000000;
		script_later(s.w->script, 3000, leap, &s);
		assert_int_equal(await(&s), 0);
		assert_true(s.done.timed_out);
		assert_false(s.done.ends[0].final);
		assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_WAIT);
		assert_in_range(story_ms(&s), 2003000, 2003100);
		finish(&s);
	}
}

/* Hours in which our clock did not count: the connection is dead without a word, the date is
 * another one, and the deadline is as far away as it was. */
static void test_a_clock_that_stood_still(void **state)
{
	struct story s;

	begin(&s, *state);
	s.mute_ms = 5000;
	s.leap_ms = 7200000;
	happens(&s, 0, app(&s, 1, OLD, "Synced", "Healthy", "1", false));
	happens(&s, 3600000, app(&s, 2, NEW, "Synced", "Degraded", "2", false));
	happens(&s, 7230000, app(&s, 3, NEW, "Synced", "Healthy", "2", false));
	script_later(s.w->script, 5000, stand_still, &s);
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(story_ms(&s), 30000, 100000);
	finish(&s);
}

static void test_a_clock_that_stood_still_keeps_its_deadline(void **state)
{
	struct story s;

	begin(&s, *state);
	s.world.deadline_ms = s.start_ms + 120000;
	s.mute_ms = 5000;
	s.leap_ms = 7200000;
	happens(&s, 0, app(&s, 1, OLD, "Synced", "Healthy", "1", false));
	happens(&s, 3600000, app(&s, 2, NEW, "Synced", "Progressing", "2", false));
	script_later(s.w->script, 5000, stand_still, &s);
	assert_int_equal(await(&s), 0);
	assert_true(s.done.timed_out);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_PROGRESSING);
	assert_int_equal(story_ms(&s), 120000);
	finish(&s);
}

static size_t count_of(const struct sg_buf *text, const char *word)
{
	size_t count = 0;

	for (const char *p = text->ptr; (p = strstr(p, word)); p++)
		count++;
	return count;
}

static void test_the_deadline_ends_it_with_the_last_blocker(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, app(&s, 1, NEW, "Synced", "Progressing", "2", false));
	assert_int_equal(await(&s), 0);
	assert_true(s.done.timed_out);
	assert_false(s.done.ends[0].final);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_PROGRESSING);
	assert_int_equal(story_ms(&s), 1200000);
	assert_true(count_of(&s.lines, "PROGRESSING") >= 19); /* a heartbeat each minute */
	assert_true(count_of(&s.lines, "PROGRESSING") <= 22);
	finish(&s);
}

/* A job log of two and a half minutes: changes, and a word each minute. */
static void test_the_log_of_a_slow_rollout(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, app(&s, 1, OLD, "Synced", "Healthy", "1", false));
	happens(&s, 10000, app(&s, 2, NEW, "Synced", "Progressing", "2", false));
	happens(&s, 150000, app(&s, 3, NEW, "Synced", "Healthy", "2", false));
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_string_equal(s.lines.ptr,
		"web-prod: NOT_SEEN: the application has not been seen yet (after 0s, 20m left)\n"
		"web-prod: OLDER_REVISION: the application is still at an older revision: still at "
		"111111111111 (after 0s, 19m 59s left)\n"
		"web-prod: PROGRESSING: the roll-out is not finished (after 10s, 19m 50s left)\n"
		"web-prod: PROGRESSING: the roll-out is not finished (after 1m 10s, 18m 50s left)\n"
		"web-prod: PROGRESSING: the roll-out is not finished (after 2m 10s, 17m 50s "
		"left)\n");
	finish(&s);
}

static void test_an_application_that_is_not_there(void **state)
{
	struct story s;

	begin(&s, *state);
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.reason, SG_R_APPLICATION_NOT_FOUND);
	finish(&s);
}

static void test_without_permission_to_patch_it_reads_on(void **state)
{
	struct story s;

	begin(&s, *state);
	s.patch_status = 403;
	happens(&s, 0, app(&s, 1, OLD, "Synced", "Healthy", "1", false));
	happens(&s, 170000, app(&s, 2, NEW, "Synced", "Healthy", "2", false));
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_non_null(s.done.clusters[0].read_only);
	assert_null(s.done.ends[0].refusal);
	assert_int_equal(patches(&s), 1);
	finish(&s);
}

static void test_a_signal_ends_it(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, app(&s, 1, OLD, "Synced", "Healthy", "1", false));
	script_cancel(s.w->script, 3000, 15);
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.reason, SG_R_CANCELLED);
	assert_string_equal(s.w->err.where,
		"web-prod: OLDER_REVISION: the application is still at an older revision: still at "
		"111111111111");
	finish(&s);
}

static void test_a_refresh_that_the_server_does_not_take_is_told(void **state)
{
	struct story s;

	begin(&s, *state);
	s.patch_status = 422;
	happens(&s, 0, app(&s, 1, OLD, "Synced", "Healthy", "1", false));
	assert_int_equal(await(&s), 0);
	assert_true(s.done.timed_out);
	assert_null(s.done.clusters[0].read_only);
	assert_non_null(s.done.ends[0].refusal);
	assert_non_null(strstr(s.done.ends[0].refusal, "422"));
	assert_true(patches(&s) > 1);
	finish(&s);
}

#define STORY(fn) cmocka_unit_test_setup_teardown(fn, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(test_old_then_new_then_live),
		STORY(test_green_already_needs_two_looks_only),
		STORY(test_a_success_that_the_second_look_does_not_show),
		STORY(test_what_comes_while_a_refresh_is_asked_for_is_seen_at_once),
		STORY(test_a_success_that_no_second_look_confirms),
		STORY(test_a_failure_is_confirmed_before_it_is_believed),
		STORY(test_the_wall_clock_may_be_turned),
		STORY(test_a_leap_of_our_clock_is_no_failure),
		STORY(test_a_leap_behind_the_deadline_ends_it_at_once),
		STORY(test_a_clock_that_stood_still),
		STORY(test_a_clock_that_stood_still_keeps_its_deadline),
		STORY(test_the_deadline_ends_it_with_the_last_blocker),
		STORY(test_the_log_of_a_slow_rollout),
		STORY(test_an_application_that_is_not_there),
		STORY(test_without_permission_to_patch_it_reads_on),
		STORY(test_a_signal_ends_it),
		STORY(test_a_refresh_that_the_server_does_not_take_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
