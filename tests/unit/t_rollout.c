/* Argo Rollouts that are let go on, or stopped: which, when, how often, and which are left alone.
 */
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
#define LATER "3333333333333333333333333333333333333333"
#define REPO "https://git.example.com/gitops/apps.git"
#define ROLLOUT SERVER "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web"
#define STEPS                                                                                      \
	"\"canary\":{\"steps\":[{\"setWeight\":20},{\"pause\":{}},{\"setWeight\":60},"             \
	"{\"pause\":{}},{\"setWeight\":100}]}"
#define PLANNED "{\"reason\":\"CanaryPauseStep\",\"startTime\":\"2024-01-02T03:0%d:00Z\"}"

/* A cluster with one application that has one Rollout. */
struct town {
	struct cluster_world *w;
	int version, app_version;
	int step; /* canary: pauses are at 1 and 3 */
	bool paused, done, aborted, crashes;
	bool degraded;  /* by something else than the Rollout ... */
	bool refreshes; /* ... and a refresh was asked for */
	const char *strategy, *pause, *spec, *hash, *tag, *revision, *operation, *observed;
	bool one_pause;
	int patches; /* of the Rollout, that were taken */
	bool aborting;
	int64_t patched_ms;
	int refuse;     /* the next patch of the Rollout is answered so; 0: taken */
	bool always;    /* every one */
	bool lost;      /* the next one is taken, and its answer is lost */
	int pages;      /* so many are answered by a page, and not taken */
	bool silent;    /* no patch is answered */
	bool no_status; /* the kind has no status of its own */
	bool three;     /* two more Rollouts like it, web-1 and web-2 */
	bool away;      /* Rollouts cannot be read once all were */
	bool two;       /* api-prod is there, too, without a Rollout ... */
	bool is_up;     /* ... and is done */
	void (*between)(struct town *t); /* after the Rollout was read, before the application */
	bool after_rollout;
	struct sg_settings settings;
	struct sg_world world;
	struct sg_await_home home;
	struct sg_await_ask ask;
	struct sg_ancestry ancestry;
	struct sg_await_done done_;
	const char *images[1];
};

static enum sg_answer contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor)
{
	(void)ancestry;
	return strcmp(descendant, ancestor) == 0 || strcmp(descendant, OLD) != 0 ? SG_ANSWER_YES
										 : SG_ANSWER_NO;
}

static const char *health(const struct town *t)
{
	if (t->aborted || t->degraded)
		return "Degraded";
	if (t->done)
		return "Healthy";
	return t->paused ? "Suspended" : "Progressing";
}

#define SPEC                                                                                       \
	"\"source\":{\"repoURL\":\"" REPO "\",\"targetRevision\":\"main\",\"path\":\"web\"},"      \
	"\"destination\":{\"server\":\"https://kubernetes.default.svc\",\"namespace\":\"shop\"}"

static const char *other_app(struct town *t)
{
	return sg_arena_printf(&t->w->arena,
		"{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Application\",\"metadata\":{"
		"\"name\":\"api-prod\",\"namespace\":\"argocd\",\"resourceVersion\":\"%d\"},"
		"\"spec\":{\"project\":\"default\"," SPEC
		",\"syncPolicy\":{\"automated\":{}}},\"status\":{\"sync\":{\"status\":\"Synced\","
		"\"revision\":\"" NEW "\",\"comparedTo\":{" SPEC
		"}},\"health\":{\"status\":\"%s\"},"
		"\"reconciledAt\":\"2024-01-02T03:%02d:05Z\"}}",
		t->app_version, t->is_up ? "Healthy" : "Progressing", t->app_version % 60);
}

#define ONE_ROLLOUT(name)                                                                          \
	"{\"group\":\"argoproj.io\",\"kind\":\"Rollout\",\"namespace\":\"shop\",\"name\":\"" name  \
	"\",\"status\":\"Synced\"}"

static const char *app(struct town *t)
{
	return sg_arena_printf(&t->w->arena,
		"{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Application\",\"metadata\":{"
		"\"name\":\"web-prod\",\"namespace\":\"argocd\",\"resourceVersion\":\"%d\"%s},%s"
		"\"spec\":{\"project\":\"default\"," SPEC
		",\"syncPolicy\":{\"automated\":{}}},\"status\":{\"sync\":{\"status\":\"Synced\","
		"\"revision\":\"%s\",\"comparedTo\":{" SPEC "}},\"health\":{\"status\":\"%s\"},"
		"\"resources\":[" ONE_ROLLOUT("web") "%s],"
						     "\"reconciledAt\":\"2024-01-02T03:%02d:05Z\","
						     "\"summary\":{\"images\":["
						     "\"registry.example.com/web:2\"]}}}",
		t->app_version,
		t->refreshes ? ",\"annotations\":{\"argocd.argoproj.io/refresh\":\"normal\"}" : "",
		t->operation, t->revision, health(t),
		t->three ? "," ONE_ROLLOUT("web-1") "," ONE_ROLLOUT("web-2") : "",
		t->app_version % 60);
}

static const char *rollout(struct town *t, const char *name)
{
	struct sg_arena *arena = &t->w->arena;
	const char *pauses = t->paused && !t->pause ? sg_arena_printf(arena, PLANNED, t->step)
			     : t->paused            ? t->pause
						    : "";

	return sg_arena_printf(arena,
		"{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Rollout\",\"metadata\":{"
		"\"name\":\"%s\",\"namespace\":\"shop\",\"uid\":\"u1\",\"generation\":4,"
		"\"resourceVersion\":\"%d\"},\"spec\":{\"replicas\":2,%s\"selector\":{"
		"\"matchLabels\":{\"app\":\"web\"}},\"strategy\":{%s},\"template\":{\"spec\":{"
		"\"containers\":[{\"name\":\"app\",\"image\":\"registry.example.com/web:%s\"}]}}},"
		"\"status\":{\"observedGeneration\":\"%s\",\"phase\":\"%s\",\"currentPodHash\":"
		"\"%s\",\"stableRS\":\"%s\",\"currentStepIndex\":%d,\"controllerPause\":%s,"
		"\"abort\":%s,\"pauseConditions\":[%s]}}",
		name, t->version, t->spec, t->strategy, t->tag, t->observed,
		t->done     ? "Healthy"
		: t->paused ? "Paused"
			    : "Progressing",
		t->hash, t->done ? t->hash : "stable", t->step, t->paused ? "true" : "false",
		t->aborted ? "true" : "false", pauses);
}

static const char *pods(const struct town *t)
{
	if (!t->crashes)
		return "{\"items\":[]}";
	return "{\"items\":[{\"metadata\":{\"name\":\"web-x\",\"namespace\":\"shop\",\"uid\":"
	       "\"p1\"},\"spec\":{\"containers\":[{\"name\":\"app\"}]},\"status\":{\"phase\":"
	       "\"Running\",\"containerStatuses\":[{\"name\":\"app\",\"ready\":false,"
	       "\"restartCount\":5,\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}},"
	       "\"lastState\":{\"terminated\":{\"exitCode\":3}}}]}}]}";
}

static void changed(struct town *t)
{
	t->version++;
	t->app_version++;
}

/* The controller has gone on to the next step. */
static void goes_on(void *arg)
{
	struct town *t = arg;

	if (t->aborted)
		return;
	t->step += 2;
	t->paused = t->step < 4 && !t->one_pause;
	t->done = !t->paused;
	changed(t);
}

static void say(struct script_answer *answer, int status, const char *reason)
{
	char text[400];

	(void)snprintf(text, sizeof(text),
		"{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":"
		"\"said %s\",\"reason\":\"%s\",\"code\":%d%s}",
		reason, reason, status, strcmp(reason, "NotFound") == 0 ? ",\"details\":{}" : "");
	script_status(answer, status);
	script_header(answer, "Content-Type", "application/json");
	script_piece(answer, 2, sg_str_of(text));
}

static bool holds(const struct script_request *request, const char *text)
{
	return sg_str_search(request->body, text) >= 0;
}

static void take(struct town *t, const struct script_request *request)
{
	t->patches++;
	t->patched_ms = script_now_ms(t->w->script);
	t->aborting = holds(request, "{\"abort\":true}");
	assert_true(t->aborting || holds(request, "\"status\":{\"pauseConditions\":null}"));
	if (t->aborting)
		t->aborted = true;
	t->paused = false;
	changed(t);
	script_later(t->w->script, 700, goes_on, t);
}

static void refreshed(void *arg)
{
	struct town *t = arg;

	t->refreshes = false;
	t->app_version++;
}

static void answer_patch(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	struct town *t = arg;
	char version[64];

	if (t->silent) {
		script_silence(answer);
		return;
	}
	if (!strstr(request->url, "/rollouts/")) { /* a refresh: the annotation is gone at once */
		t->app_version++;
		t->refreshes = t->degraded;
		if (t->degraded)
			script_later(t->w->script, 2000, refreshed, t);
		script_piece(answer, 2, sg_str_of(app(t)));
		return;
	}
	if (t->no_status && strstr(request->url, "/status?")) {
		script_status(answer, 404);
		script_piece(answer, 2, SG_STR("404 page not found\n"));
		return;
	}
	if (t->pages) {
		t->pages--;
		script_piece(answer, 2, SG_STR("<!DOCTYPE html><html>Sign in</html>"));
		return;
	}
	if (t->refuse) {
		say(answer, t->refuse, t->refuse == 403 ? "Forbidden" : "Conflict");
		t->refuse = t->always ? t->refuse : 0;
		return;
	}
	(void)snprintf(version, sizeof(version), "\"resourceVersion\":\"%d\"", t->version);
	if (!holds(request, version)) {
		say(answer, 409, "Conflict");
		return;
	}
	take(t, request);
	if (t->lost)
		script_fail(answer, 5, SG_R_UNREACHABLE, true, "the line is gone");
	else
		script_piece(answer, 2, sg_str_of(rollout(t, "web")));
	t->lost = false;
}

static size_t asked(const struct town *t, const char *method, const char *part)
{
	size_t count = 0;

	for (size_t i = 0; i < script_request_count(t->w->script); i++) {
		const struct script_request *one = script_request(t->w->script, i);

		count += strcmp(one->method, method) == 0 && strstr(one->url, part);
	}
	return count;
}

static void answer_watch(
	struct town *t, const struct script_request *request, struct script_answer *answer)
{
	const char *at = strstr(request->url, "resourceVersion=");
	int seen = -1;

	if (at)
		(void)sscanf(at, "resourceVersion=%d", &seen);
	if (seen != t->app_version)
		script_piece(answer, 3, sg_str_of(cluster_world_frame(t->w, "MODIFIED", app(t))));
	if (seen != t->app_version && t->two)
		script_piece(
			answer, 4, sg_str_of(cluster_world_frame(t->w, "MODIFIED", other_app(t))));
	script_end(answer, 300);
}

static void answer_get(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	struct town *t = arg;
	const char *text;

	if (t->after_rollout && t->between && strcmp(request->url, ONE_APP) == 0) {
		t->between(t);
		t->between = NULL;
	}
	t->after_rollout = strstr(request->url, "/rollouts/") != NULL;
	text = app(t);
	if (strstr(request->url, "watch=")) {
		answer_watch(t, request, answer);
		return;
	}
	if (t->after_rollout && t->away && asked(t, "GET", "/rollouts/") > 3) {
		script_fail(answer, 5, SG_R_UNREACHABLE, true, "the line is cut");
		return;
	}
	if (t->after_rollout) {
		text = rollout(t, strrchr(request->url, '/') + 1);
	} else if (strstr(request->url, "/pods")) {
		text = pods(t);
	} else if (strstr(request->url, "/events")) {
		text = "{\"items\":[]}";
	} else if (strstr(request->url, "/api-prod")) {
		text = other_app(t);
	} else if (strstr(request->url, "/applications?")) {
		char version[16];

		if (t->two)
			text = sg_arena_printf(&t->w->arena, "%s,%s", text, other_app(t));
		(void)snprintf(version, sizeof(version), "%d", t->app_version);
		text = cluster_world_list(t->w, version, text);
	}
	script_piece(answer, 3, sg_str_of(text));
}

static void begin(struct town *t, struct cluster_world *w)
{
	*t = (struct town){.w = w,
		.version = 70,
		.app_version = 10,
		.step = 1,
		.paused = true,
		.strategy = STEPS,
		.spec = "",
		.hash = "fresh",
		.tag = "2",
		.revision = NEW,
		.operation = "",
		.observed = "4"};
	script_any_order(w->script);
	for (size_t i = 0; i < 2; i++) {
		struct script_answer *answer = script_expect(w->script, i ? "PATCH" : "GET", "*");

		script_always(answer);
		script_compute(answer, i ? answer_patch : answer_get, t);
	}
	t->settings =
		(struct sg_settings){.poll_ms = 5000, .retry_base_ms = 100, .pod_grace_ms = 10000};
	t->world = (struct sg_world){
		.settings = &t->settings,
		.arena = &w->arena,
		.redactor = w->redactor,
		.http = script_http(w->script),
		.deadline_ms = script_now_ms(w->script) + 120000,
		.random = 5,
	};
	t->home.policy = sg_app_policy_default();
	t->home.policy.suspended = SG_APP_SUSPENDED_WAIT;
	t->home.policy.resume = t->home.policy.abort = true;
	t->home.environment = "prod";
	t->home.client = &w->client;
	t->home.ancestry = &t->ancestry;
	t->ancestry.contains = contains;
	t->images[0] = "registry.example.com/web:2";
	t->ask = (struct sg_await_ask){
		.home = &t->home,
		.service = "web",
		.app = w->app,
		.want = {.revision = NEW,
			.repo_url = REPO,
			.branch = "main",
			.images = t->images,
			.image_count = 1},
	};
}

static struct sg_await_end await(struct town *t)
{
	assert_int_equal(sg_await(&t->world, &t->ask, 1, false, &t->done_, &t->w->err), 0);
	assert_null(script_problem(t->w->script));
	assert_int_equal(script_open_calls(t->w->script), 0);
	return t->done_.ends[0];
}

static void left_alone(struct town *t, const char *code)
{
	struct sg_await_end end = await(t);

	assert_string_equal(sg_app_code_name(end.verdict.code), code);
	assert_int_equal(asked(t, "PATCH", "/rollouts/"), 0);
	assert_int_equal(end.did.count, 0);
}

/* ---- going on ---- */

static void each_pause_is_ended_once(void **state)
{
	struct town t;
	struct sg_await_end end;

	begin(&t, *state);
	end = await(&t);
	assert_int_equal(end.verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(t.patches, 2);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/web/status?fieldManager=stagegate"), 2);
	assert_int_equal(end.did.count, 2);
	assert_string_equal(end.did.items[0],
		"Rollout shop/web was resumed after step 2, at the template fresh");
	assert_string_equal(end.did.items[1],
		"Rollout shop/web was resumed after step 4, at the template fresh");
	assert_null(end.refusal);
}

static void it_is_not_done_without_being_told(void **state)
{
	struct town t;

	begin(&t, *state);
	t.home.policy.resume = false;
	left_alone(&t, "SUSPENDED");
}

static void people_are_asked_only_about_what_does_not_go_on(void **state)
{
	struct town t;

	begin(&t, *state);
	t.home.policy.suspended = SG_APP_SUSPENDED_ASK;
	assert_int_equal(await(&t).verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(t.patches, 2);
}

static void by_hand(void *arg)
{
	struct town *t = arg;

	t->paused = false;
	changed(t);
	script_later(t->w->script, 9000, goes_on, t);
}

/* What was read of the pause says nothing about the roll-out that goes on. */
static void one_that_somebody_lets_go_on_is_no_failure(void **state)
{
	struct town t;

	begin(&t, *state);
	t.home.policy.resume = false;
	t.one_pause = true;
	script_later(t.w->script, 12000, by_hand, &t);
	left_alone(&t, "DEPLOYED");
}

static void a_pause_that_counts_as_healthy_is_left(void **state)
{
	struct town t;

	begin(&t, *state);
	t.home.policy.suspended = SG_APP_SUSPENDED_OK;
	left_alone(&t, "DEPLOYED");
}

static void a_blue_green_one_is_switched(void **state)
{
	struct town t;

	begin(&t, *state);
	t.strategy = "\"blueGreen\":{\"activeService\":\"web\",\"autoPromotionEnabled\":false}";
	t.pause = "{\"reason\":\"BlueGreenPause\",\"startTime\":\"2024-01-02T03:00:00Z\"}";
	t.one_pause = true;
	assert_int_equal(await(&t).verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(t.patches, 1);
}

static void what_somebody_else_holds_is_not_touched(void **state)
{
	static const struct {
		const char *strategy, *pause, *spec, *observed;
	} held[] = {
		{STEPS, NULL, "\"paused\":true,", "4"},
		{STEPS, NULL, "", "3"},
		{STEPS, "{\"reason\":\"InconclusiveAnalysisRun\",\"startTime\":\"x\"}", "", "4"},
		{STEPS, "{\"reason\":\"InconclusiveExperiment\",\"startTime\":\"x\"}", "", "4"},
		{STEPS, "{\"reason\":\"BlueGreenPause\",\"startTime\":\"x\"}", "", "4"},
		{STEPS,
			"{\"reason\":\"CanaryPauseStep\",\"startTime\":\"x\"},"
			"{\"reason\":\"InconclusiveAnalysisRun\",\"startTime\":\"x\"}",
			"", "4"},
		{STEPS, "{\"reason\":\"Sometime\",\"startTime\":\"x\"}", "", "4"},
		{STEPS, "", "", "4"},
		{"\"canary\":{\"steps\":[{\"setWeight\":1},{\"pause\":{\"duration\":\"1h\"}}]}",
			NULL, "", "4"},
		{"\"canary\":{\"steps\":[{\"setWeight\":1},{\"pause\":{\"duration\":0}}]}", NULL,
			"", "4"},
		{"\"canary\":{\"steps\":[{\"pause\":{}},{\"setWeight\":1}]}", NULL, "", "4"},
		{"\"canary\":{\"steps\":[{\"pause\":{}}]}", NULL, "", "4"},
		{"\"canary\":{\"steps\":[{},{\"pause\":7}]}", NULL, "", "4"},
		{"\"canary\":{}", NULL, "", "4"},
		{"\"blueGreen\":{\"autoPromotionSeconds\":60}",
			"{\"reason\":\"BlueGreenPause\",\"startTime\":\"x\"}", "", "4"},
		{"\"blueGreen\":{}", NULL, "", "4"},
	};

	for (size_t i = 0; i < SG_COUNT(held); i++) {
		struct cluster_world *w;
		void *fresh = NULL;
		struct town t;

		assert_int_equal(cluster_world_setup(&fresh), 0);
		w = fresh;
		begin(&t, w);
		t.strategy = held[i].strategy;
		t.pause = held[i].pause;
		t.spec = held[i].spec;
		t.observed = held[i].observed;
		left_alone(&t, "SUSPENDED");
		assert_int_equal(cluster_world_teardown(&fresh), 0);
	}
	(void)state;
}

static void another_image_than_the_wanted_one_is_not_let_go_on(void **state)
{
	struct town t;

	begin(&t, *state);
	t.tag = "3";
	left_alone(&t, "SUSPENDED");
}

/* It never will be, so people have to know. */
static void people_are_asked_about_another_image(void **state)
{
	struct town t;

	begin(&t, *state);
	t.home.policy.suspended = SG_APP_SUSPENDED_ASK;
	t.tag = "3";
	assert_int_equal(await(&t).verdict.kind, SG_APP_POLICY);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 0);
}

static void a_sync_begins(struct town *t)
{
	t->operation = "\"operation\":{\"sync\":{\"revision\":\"" LATER "\"}},";
	t->app_version++;
}

static void a_sync_is_over(struct town *t)
{
	t->revision = LATER;
	t->hash = "later";
	changed(t);
}

static void a_later_template_is_there(struct town *t)
{
	t->hash = "later";
	changed(t);
}

/* What is there after the judgement is judged first. */
static void a_newer_version_that_comes_meanwhile_is_not_let_go_on(void **state)
{
	struct town t;

	begin(&t, *state);
	t.between = a_sync_begins;
	left_alone(&t, "SYNC_RUNNING");
}

static void one_that_came_whole_is_judged_for_itself(void **state)
{
	static void (*const comes[])(struct town *) = {a_sync_is_over, a_later_template_is_there};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(comes); i++) {
		void *fresh = NULL;
		struct town t;
		struct sg_await_end end;

		assert_int_equal(cluster_world_setup(&fresh), 0);
		begin(&t, fresh);
		t.between = comes[i];
		end = await(&t);
		assert_int_equal(end.verdict.kind, SG_APP_SUCCESS);
		assert_int_equal(t.patches, 2);
		for (size_t k = 0; k < end.did.count; k++)
			assert_non_null(strstr(end.did.items[k], "the template later"));
		assert_int_equal(cluster_world_teardown(&fresh), 0);
	}
}

static void its_controller_writes(struct town *t)
{
	t->version++;
}

static void a_conflict_is_read_again(void **state)
{
	struct town t;

	begin(&t, *state);
	t.between = its_controller_writes;
	assert_int_equal(await(&t).verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(t.patches, 2);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 3);
}

static void somebody_else_lets_it_go_on(struct town *t)
{
	t->step = 3;
	changed(t);
}

static void a_pause_that_somebody_else_ended_is_not_counted_twice(void **state)
{
	struct town t;
	struct sg_await_end end;

	begin(&t, *state);
	t.between = somebody_else_lets_it_go_on;
	end = await(&t);
	assert_int_equal(end.verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(t.patches, 1);
	assert_int_equal(end.did.count, 1);
	assert_non_null(strstr(end.did.items[0], "after step 4"));
}

static void the_same_step_again(struct town *t)
{
	t->pause = "{\"reason\":\"CanaryPauseStep\",\"startTime\":\"2024-01-02T03:09:09Z\"}";
	changed(t);
}

static void another_step_at_the_same_time(struct town *t)
{
	t->pause = sg_arena_printf(&t->w->arena, PLANNED, t->step);
	t->step = 3;
	changed(t);
}

/* Each is judged for itself: a pass later, not within the one that judged the pause before. */
static void another_pause_is_another_judgement(void **state)
{
	static void (*const comes[])(struct town *) = {
		the_same_step_again, another_step_at_the_same_time};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(comes); i++) {
		void *fresh = NULL;
		struct town t;
		int64_t start_ms;

		assert_int_equal(cluster_world_setup(&fresh), 0);
		begin(&t, fresh);
		start_ms = script_now_ms(t.w->script);
		t.between = comes[i];
		t.one_pause = true;
		assert_int_equal(await(&t).verdict.kind, SG_APP_SUCCESS);
		assert_int_equal(t.patches, 1);
		assert_true(t.patched_ms - start_ms >= 5000);
		assert_int_equal(cluster_world_teardown(&fresh), 0);
	}
}

/* The request is sent again, and its version is not there any more: nothing is done twice. */
static void an_answer_that_is_lost_ends_no_second_pause(void **state)
{
	struct town t;

	struct sg_await_end end;

	begin(&t, *state);
	t.lost = true;
	end = await(&t);
	assert_int_equal(end.verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(t.patches, 2);
	assert_int_equal(end.did.count, 2);
	assert_non_null(strstr(end.did.items[0], "after step 2"));
	assert_null(end.refusal);
}

/* A proxy that wants a password says 200, too: that lets nothing go on. */
static void a_page_lets_nothing_go_on(void **state)
{
	struct town t;
	struct sg_await_end end;

	begin(&t, *state);
	t.pages = 1;
	end = await(&t);
	assert_int_equal(end.verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(t.patches, 2);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 3);
	assert_int_equal(end.did.count, 2);
}

static void pages_only_are_told(void **state)
{
	struct town t;
	struct sg_await_end end;

	begin(&t, *state);
	t.pages = 1000;
	t.ask.timeout_ms = 20000;
	end = await(&t);
	assert_int_equal(end.did.count, 0);
	assert_non_null(end.refusal);
	assert_non_null(strstr(end.refusal, "no Rollout could be resumed: "));
	assert_non_null(strstr(end.refusal, "something else than the Rollout"));
}

static void without_permission_the_rule_is_named(void **state)
{
	struct town t;
	struct sg_await_end end;

	begin(&t, *state);
	t.home.policy.suspended = SG_APP_SUSPENDED_ASK;
	t.refuse = 403;
	t.always = true;
	end = await(&t);
	assert_int_equal(end.verdict.kind, SG_APP_POLICY);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 1);
	assert_non_null(strstr(
		t.done_.clusters[0].rollout_refused, "\"patch\" on resource \"rollouts/status\""));
	assert_non_null(strstr(t.done_.clusters[0].rollout_refused, "namespace \"shop\""));
}

static void one_of_a_kind_without_status_is_patched_itself(void **state)
{
	struct town t;

	begin(&t, *state);
	t.no_status = true;
	assert_int_equal(await(&t).verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(t.patches, 2);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/web?fieldManager=stagegate"), 2);
}

/* All others wait for it: once, and not for each Rollout of it. */
static void a_cluster_that_does_not_answer_is_asked_about_one(void **state)
{
	struct town t;

	begin(&t, *state);
	t.three = t.away = true;
	left_alone(&t, "SUSPENDED");
	assert_true(asked(&t, "GET", "/rollouts/web") > 4);
	assert_int_equal(asked(&t, "GET", "/rollouts/web-"), 2);
}

/* Events, and its own time, count while the answer is awaited. */
static void a_patch_without_an_answer_holds_up_nothing(void **state)
{
	struct sg_await_end end;
	struct town t;

	begin(&t, *state);
	t.silent = t.one_pause = true;
	script_later(t.w->script, 12000, by_hand, &t);
	end = await(&t);
	assert_int_equal(end.verdict.kind, SG_APP_SUCCESS);
	assert_in_range(end.elapsed_ms, 21000, 28000);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 1);
	assert_int_equal(end.did.count, 0);
}

static void its_time_ends_a_patch_without_an_answer(void **state)
{
	struct sg_await_end end;
	struct town t;

	begin(&t, *state);
	t.silent = true;
	t.ask.timeout_ms = 9000;
	end = await(&t);
	assert_true(end.timed_out);
	assert_int_equal(end.elapsed_ms, 9000);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 1);
}

static void a_signal_ends_a_patch_without_an_answer(void **state)
{
	struct town t;

	begin(&t, *state);
	t.silent = true;
	script_cancel(t.w->script, 9000, 15);
	assert_int_equal(sg_await(&t.world, &t.ask, 1, false, &t.done_, &t.w->err), -1);
	assert_int_equal(t.w->err.signo, 15);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 1);
	assert_int_equal(script_open_calls(t.w->script), 0);
}

static void why_a_patch_had_no_answer_is_said(void **state)
{
	struct sg_await_end end;
	struct town t;

	begin(&t, *state);
	t.silent = true;
	t.ask.timeout_ms = 45000;
	end = await(&t);
	assert_non_null(end.refusal);
	assert_non_null(strstr(end.refusal, "Rollout could be resumed: "));
	assert_non_null(strstr(end.refusal, "did not answer in time (change a Rollout, 30 s)"));
}

static void it_is_degraded(struct town *t)
{
	t->degraded = true;
	changed(t);
}

/* Something else of it has failed meanwhile: that is nothing to give more traffic to. */
static void an_application_that_is_degraded_by_now_is_not_let_go_on(void **state)
{
	struct town t;

	begin(&t, *state);
	t.home.policy.abort = false;
	t.between = it_is_degraded;
	left_alone(&t, "DEGRADED");
}

/* ---- stopping ---- */

static void crash(struct town *t, struct cluster_world *w)
{
	begin(t, w);
	t->paused = false;
	t->crashes = true;
}

static void one_whose_pods_crash_is_stopped(void **state)
{
	struct town t;
	struct sg_await_end end;

	crash(&t, *state);
	end = await(&t);
	assert_string_equal(sg_app_code_name(end.verdict.code), "CRASH_LOOP");
	assert_true(t.aborted);
	assert_int_equal(t.patches, 1);
	assert_int_equal(end.did.count, 1);
	assert_string_equal(
		end.did.items[0], "Rollout shop/web was aborted, at the template fresh");
}

static void comes_up(void *arg)
{
	((struct town *)arg)->crashes = false;
}

/* It was stuck when it was read last, and is not when the application fails. */
static void one_that_has_come_up_is_not_stopped(void **state)
{
	struct town t;

	(void)state;
	for (int i = 0; i < 2; i++) {
		void *fresh = NULL;
		struct sg_await_end end;

		assert_int_equal(cluster_world_setup(&fresh), 0);
		crash(&t, fresh);
		t.degraded = true;
		t.settings.poll_ms = 3600000;
		if (i == 0)
			script_later(t.w->script, 15000, comes_up, &t);
		end = await(&t);
		assert_string_equal(sg_app_code_name(end.verdict.code), "DEGRADED");
		assert_int_equal(end.verdict.kind, SG_APP_FAIL);
		assert_int_equal(t.patches, i);
		assert_int_equal(cluster_world_teardown(&fresh), 0);
	}
}

/* The request is sent again, and finds it stopped: what was done is said all the same. */
static void a_stop_whose_answer_is_lost_is_said(void **state)
{
	struct town t;
	struct sg_await_end end;

	crash(&t, *state);
	t.lost = true;
	end = await(&t);
	assert_int_equal(t.patches, 1);
	assert_int_equal(end.did.count, 1);
	assert_non_null(strstr(end.did.items[0], "shop/web was aborted"));
	assert_null(end.refusal);
}

static void it_is_not_stopped_without_being_told(void **state)
{
	struct town t;

	crash(&t, *state);
	t.home.policy.abort = false;
	left_alone(&t, "CRASH_LOOP");
}

static void it_is_not_stopped_when_only_the_time_is_up(void **state)
{
	struct town t;

	crash(&t, *state);
	t.crashes = false;
	left_alone(&t, "PROGRESSING");
}

static void somebody_elses_version_is_not_stopped(void **state)
{
	struct town t;

	crash(&t, *state);
	t.revision = LATER;
	t.tag = "3";
	left_alone(&t, "CRASH_LOOP");
}

/* Where no image tells whose it is, the revision has to be exactly ours. */
static void without_an_image_only_our_own_revision_is_stopped(void **state)
{
	struct town t;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		void *fresh = NULL;

		assert_int_equal(cluster_world_setup(&fresh), 0);
		crash(&t, fresh);
		t.ask.want.image_count = 0;
		t.revision = i ? LATER : NEW;
		(void)await(&t);
		assert_int_equal(t.patches, i ? 0 : 1);
		assert_int_equal(cluster_world_teardown(&fresh), 0);
	}
}

static void a_new_spec_is_not_looked_at_yet(struct town *t)
{
	t->observed = "3";
	t->version++;
}

static void one_that_came_before_we_could_stop_it_is_not_stopped(void **state)
{
	static void (*const comes[])(struct town *) = {a_sync_begins, a_sync_is_over,
		a_later_template_is_there, a_new_spec_is_not_looked_at_yet};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(comes); i++) {
		void *fresh = NULL;
		struct town t;

		assert_int_equal(cluster_world_setup(&fresh), 0);
		crash(&t, fresh);
		t.between = comes[i];
		assert_string_equal(sg_app_code_name(await(&t).verdict.code), "CRASH_LOOP");
		assert_null(t.between);
		assert_int_equal(t.patches, 0);
		assert_int_equal(cluster_world_teardown(&fresh), 0);
	}
}

static void what_its_controller_writes_meanwhile_does_not_save_it(void **state)
{
	struct town t;

	crash(&t, *state);
	t.between = its_controller_writes;
	assert_string_equal(sg_app_code_name(await(&t).verdict.code), "CRASH_LOOP");
	assert_int_equal(t.patches, 1);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 2);
}

static void a_first_version_has_nothing_to_go_back_to(void **state)
{
	struct town t;

	crash(&t, *state);
	t.hash = "stable";
	left_alone(&t, "CRASH_LOOP");
}

static void a_stop_that_is_not_taken_is_said(void **state)
{
	struct town t;
	struct sg_await_end end;

	crash(&t, *state);
	t.refuse = 422;
	t.always = true;
	end = await(&t);
	assert_string_equal(sg_app_code_name(end.verdict.code), "CRASH_LOOP");
	assert_int_equal(end.did.count, 0);
	assert_non_null(strstr(end.refusal, "no Rollout could be aborted: "));
}

static void it_is_up(void *arg)
{
	struct town *t = arg;

	t->is_up = true;
	t->app_version++;
}

static void crash_beside_another(
	struct town *t, struct cluster_world *w, struct sg_await_ask asks[2])
{
	crash(t, w);
	t->silent = t->two = true;
	asks[0] = asks[1] = t->ask;
	asks[1].service = "api";
	asks[1].app.name = "api-prod";
	asks[1].want.image_count = 0;
}

/* Another application is followed while the answer is awaited. */
static void a_stop_without_an_answer_holds_up_nothing(void **state)
{
	struct sg_await_ask asks[2];
	const struct sg_await_end *ends;
	struct town t;

	crash_beside_another(&t, *state, asks);
	script_later(t.w->script, 25000, it_is_up, &t);
	assert_int_equal(sg_await(&t.world, asks, 2, true, &t.done_, &t.w->err), 0);
	ends = t.done_.ends;
	assert_string_equal(sg_app_code_name(ends[0].verdict.code), "CRASH_LOOP");
	assert_string_equal(sg_app_code_name(ends[1].verdict.code), "DEPLOYED");
	assert_in_range(ends[1].elapsed_ms, 25000, 32000);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 1);
	assert_int_equal(script_open_calls(t.w->script), 0);
}

/* Another one ends the run: what is under way still gets its time, and nothing is begun again. */
static void the_end_of_another_does_not_end_a_stop(void **state)
{
	struct sg_await_ask asks[2];
	const struct sg_await_end *ends;
	struct town t;
	int64_t start_ms;

	crash_beside_another(&t, *state, asks);
	asks[1].timeout_ms = 20000;
	start_ms = script_now_ms(t.w->script);
	assert_int_equal(sg_await(&t.world, asks, 2, false, &t.done_, &t.w->err), 0);
	ends = t.done_.ends;
	assert_true(ends[1].timed_out && !t.done_.timed_out);
	assert_int_equal(ends[1].elapsed_ms, 20000);
	assert_non_null(strstr(ends[0].refusal, "(change a Rollout, 30 s)"));
	assert_in_range(script_now_ms(t.w->script) - start_ms, ends[0].elapsed_ms + 29900,
		ends[0].elapsed_ms + 30100);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 1);
	assert_int_equal(script_open_calls(t.w->script), 0);
}

static void why_a_stop_had_no_answer_is_said(void **state)
{
	struct sg_await_end end;
	struct town t;
	int64_t start_ms;

	crash(&t, *state);
	t.silent = true;
	start_ms = script_now_ms(t.w->script);
	end = await(&t);
	assert_string_equal(sg_app_code_name(end.verdict.code), "CRASH_LOOP");
	assert_non_null(strstr(end.refusal, "Rollout could be aborted: "));
	assert_non_null(strstr(end.refusal, "did not answer in time (change a Rollout, 30 s)"));
	assert_int_equal(end.did.count, 0);
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 1);
	assert_in_range(script_now_ms(t.w->script) - start_ms, end.elapsed_ms + 29900,
		end.elapsed_ms + 30100);
}

/* The verdict stands, and what was not done is said. */
static void the_end_of_the_run_ends_a_stop_without_an_answer(void **state)
{
	struct sg_await_end end;
	struct town t;

	crash(&t, *state);
	t.silent = true;
	t.world.deadline_ms = script_now_ms(t.w->script) + 20000;
	end = await(&t);
	assert_int_equal(script_now_ms(t.w->script), t.world.deadline_ms);
	assert_int_equal(end.verdict.kind, SG_APP_FAIL);
	assert_true(end.final);
	assert_non_null(strstr(end.refusal, "Rollout could be aborted: "));
}

static void a_signal_ends_a_stop_without_an_answer(void **state)
{
	struct sg_await_ask asks[2];
	struct town t;

	crash_beside_another(&t, *state, asks);
	script_cancel(t.w->script, 20000, 15);
	assert_int_equal(sg_await(&t.world, asks, 2, false, &t.done_, &t.w->err), -1);
	assert_int_equal(t.w->err.signo, 15);
	assert_non_null(strstr(t.w->err.where, "CRASH_LOOP: a Rollout is being aborted: "));
	assert_int_equal(asked(&t, "PATCH", "/rollouts/"), 1);
	assert_int_equal(script_open_calls(t.w->script), 0);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_pause_is_ended_once),
		TEST(it_is_not_done_without_being_told),
		TEST(people_are_asked_only_about_what_does_not_go_on),
		TEST(one_that_somebody_lets_go_on_is_no_failure),
		TEST(a_pause_that_counts_as_healthy_is_left),
		TEST(a_blue_green_one_is_switched),
		TEST(what_somebody_else_holds_is_not_touched),
		TEST(another_image_than_the_wanted_one_is_not_let_go_on),
		TEST(people_are_asked_about_another_image),
		TEST(a_newer_version_that_comes_meanwhile_is_not_let_go_on),
		TEST(one_that_came_whole_is_judged_for_itself),
		TEST(a_conflict_is_read_again),
		TEST(a_pause_that_somebody_else_ended_is_not_counted_twice),
		TEST(another_pause_is_another_judgement),
		TEST(an_answer_that_is_lost_ends_no_second_pause),
		TEST(a_page_lets_nothing_go_on),
		TEST(pages_only_are_told),
		TEST(without_permission_the_rule_is_named),
		TEST(one_of_a_kind_without_status_is_patched_itself),
		TEST(a_cluster_that_does_not_answer_is_asked_about_one),
		TEST(a_patch_without_an_answer_holds_up_nothing),
		TEST(its_time_ends_a_patch_without_an_answer),
		TEST(a_signal_ends_a_patch_without_an_answer),
		TEST(why_a_patch_had_no_answer_is_said),
		TEST(an_application_that_is_degraded_by_now_is_not_let_go_on),
		TEST(one_whose_pods_crash_is_stopped),
		TEST(one_that_has_come_up_is_not_stopped),
		TEST(a_stop_whose_answer_is_lost_is_said),
		TEST(it_is_not_stopped_without_being_told),
		TEST(it_is_not_stopped_when_only_the_time_is_up),
		TEST(somebody_elses_version_is_not_stopped),
		TEST(without_an_image_only_our_own_revision_is_stopped),
		TEST(one_that_came_before_we_could_stop_it_is_not_stopped),
		TEST(what_its_controller_writes_meanwhile_does_not_save_it),
		TEST(a_first_version_has_nothing_to_go_back_to),
		TEST(a_stop_that_is_not_taken_is_said),
		TEST(a_stop_without_an_answer_holds_up_nothing),
		TEST(the_end_of_another_does_not_end_a_stop),
		TEST(why_a_stop_had_no_answer_is_said),
		TEST(the_end_of_the_run_ends_a_stop_without_an_answer),
		TEST(a_signal_ends_a_stop_without_an_answer),
	};

	return cmocka_run_group_tests_name("rollout", tests, NULL, NULL);
}
