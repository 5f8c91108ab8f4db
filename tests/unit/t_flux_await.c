/* Waiting through Flux as a story on a virtual clock: what the server shows from when on. */
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

#define OLD "1111111111111111111111111111111111111111"
#define NEW "2222222222222222222222222222222222222222"
#define REPO "https://git.example.com/gitops/apps.git"
#define KUSTOMIZATION "/kustomizations/web"
#define SOURCE "/gitrepositories/"
#define EVENTS_MAX 64
#define ASKS_MAX 40

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
	int patch_status;
	bool page;          /* patches are answered by one, and not taken */
	const char *silent; /* patches with this in their address are answered after SILENT_MS */
	int64_t silent_ms;  /* 0: never */
	char asked[2][64];  /* the last value of the Kustomization and of the source */
	bool deaf;          /* requests are taken, and nothing is done about them */
	struct sg_settings settings;
	struct sg_world world;
	struct sg_await_home home;
	bool keep_going;
	const char *slow; /* what has this in its address is answered after SLOW_MS */
	int64_t slow_ms;
	struct sg_await_ask asks[ASKS_MAX];
	struct sg_ancestry ancestry;
	struct sg_await_done done;
};

static enum sg_answer contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor)
{
	(void)ancestry;
	return strcmp(descendant, ancestor) == 0 || strcmp(descendant, NEW) == 0 ? SG_ANSWER_YES
										 : SG_ANSWER_NO;
}

static int64_t story_ms(const struct story *s)
{
	return script_now_ms(s->w->script) - s->start_ms;
}

static void happens(struct story *s, int64_t at_ms, const char *part, int status, const char *body)
{
	assert_true(s->count < EVENTS_MAX);
	s->events[s->count++] = (struct event){at_ms, part, status, body};
}

#define READY(status)                                                                              \
	"\"conditions\":[{\"type\":\"Ready\",\"status\":\"" status                                 \
	"\",\"reason\":\"x\",\"message\":\"words\",\"observedGeneration\":1}]"

static const char *kustomization(struct story *s, const char *name, const char *spec,
	const char *applied, const char *conditions)
{
	return sg_arena_printf(&s->w->arena,
		"{\"apiVersion\":\"kustomize.toolkit.fluxcd.io/v1\",\"kind\":\"Kustomization\","
		"\"metadata\":{\"name\":\"%s\",\"namespace\":\"flux-system\",\"generation\":1},"
		"\"spec\":{\"wait\":true,%s},\"status\":{\"observedGeneration\":1,"
		"\"lastHandledReconcileAt\":\"%s\",\"lastAppliedRevision\":\"main@sha1:%s\","
		"\"lastAttemptedRevision\":\"main@sha1:%s\",%s}}",
		name, spec, s->deaf ? "" : s->asked[0], applied, applied, conditions);
}

#define FROM(name) "\"sourceRef\":{\"kind\":\"GitRepository\",\"name\":\"" name "\"}"

static const char *source_at(
	struct story *s, const char *name, const char *ref, const char *revision)
{
	return sg_arena_printf(&s->w->arena,
		"{\"apiVersion\":\"source.toolkit.fluxcd.io/v1\",\"kind\":\"GitRepository\","
		"\"metadata\":{\"name\":\"%s\",\"namespace\":\"flux-system\",\"generation\":1},"
		"\"spec\":{\"url\":\"" REPO "\",\"ref\":{%s}},"
		"\"status\":{\"observedGeneration\":1,\"lastHandledReconcileAt\":\"%s\","
		"\"artifact\":{\"revision\":\"main@sha1:%s\"}," READY("True") "}}",
		name, ref, s->deaf ? "" : s->asked[1], revision);
}

static const char *source(struct story *s, const char *name, const char *revision)
{
	return source_at(s, name, "\"branch\":\"main\"", revision);
}

static void good(struct story *s, int64_t at_ms)
{
	happens(s, at_ms, SOURCE "deploy", 200, source(s, "deploy", NEW));
	happens(s, at_ms, KUSTOMIZATION, 200,
		kustomization(s, "web", FROM("deploy"), NEW, READY("True")));
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
		sg_str_of(found && found->body ? found->body
					       : said("NotFound", found ? found->status : 404)));
}

/* The object that the address names, as a patch leaves it. */
static const char *patched(const struct story *s, const char *url)
{
	static const char *const kinds[][2] = {{"gitrepositories", "GitRepository"},
		{"kustomizations", "Kustomization"}, {"helmreleases", "HelmRelease"}};
	char group[80], namespace[80], resource[80], name[80];
	const char *kind = "";

	assert_int_equal(sscanf(strstr(url, "/apis/"),
				 "/apis/%79[^/]/%*[^/]/namespaces/%79[^/]/%79[^/]/%79[^?]", group,
				 namespace, resource, name),
		4);
	for (size_t i = 0; i < SG_COUNT(kinds); i++)
		if (strcmp(kinds[i][0], resource) == 0)
			kind = kinds[i][1];
	return sg_arena_printf(&s->w->arena,
		"{\"apiVersion\":\"%s/v1\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\","
		"\"namespace\":\"%s\"}}",
		group, kind, name, namespace);
}

static void answer_patch(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	struct story *s = arg;
	char *asked = s->asked[strstr(request->url, SOURCE) != NULL];
	const char *value = strstr(request->body.ptr, "requestedAt\":\"");

	if (s->silent && strstr(request->url, s->silent) && !s->silent_ms) {
		script_silence(answer);
		return;
	}
	script_status(answer, s->patch_status);
	script_piece(answer, s->silent && strstr(request->url, s->silent) ? s->silent_ms : 5,
		sg_str_of(s->page                  ? "<!DOCTYPE html><html>Sign in</html>"
			  : s->patch_status == 200 ? patched(s, request->url)
						   : said("Forbidden", s->patch_status)));
	if (s->page)
		return;
	assert_non_null(value);
	if (s->patch_status == 200)
		(void)snprintf(asked, sizeof(s->asked[0]), "%.30s", value + 14);
}

static void begin(struct story *s, struct cluster_world *w)
{
	*s = (struct story){.w = w, .patch_status = 200};
	s->start_ms = script_now_ms(w->script);
	script_any_order(w->script);
	for (size_t i = 0; i < 2; i++) {
		struct script_answer *answer = script_expect(w->script, i ? "PATCH" : "GET", "*");

		script_always(answer);
		script_compute(answer, i ? answer_patch : answer_get, s);
	}
	s->settings = (struct sg_settings){.poll_ms = 20000, .retry_base_ms = 500};
	s->world = (struct sg_world){
		.settings = &s->settings,
		.arena = &w->arena,
		.redactor = w->redactor,
		.http = script_http(w->script),
		.deadline_ms = s->start_ms + 1200000,
		.random = 5,
	};
	s->home.policy = sg_app_policy_default();
	s->ancestry.contains = contains;
	s->home.environment = "prod";
	s->home.client = &w->client;
	s->home.ancestry = &s->ancestry;
	for (size_t i = 0; i < SG_COUNT(s->asks); i++)
		s->asks[i] = (struct sg_await_ask){
			.home = &s->home,
			.service = i ? "api" : "web",
			.app = {"flux-system",
				i ? i > 1 ? sg_arena_printf(&w->arena, "n%zu", i) : "api" : "web"},
			.follow = SG_FOLLOW_KUSTOMIZATION,
			.want = {.revision = NEW, .repo_url = REPO, .branch = "main"},
		};
}

static int await(struct story *s, size_t count)
{
	return sg_await(&s->world, s->asks, count, s->keep_going, &s->done, &s->w->err);
}

static size_t sent(const struct story *s, const char *method, const char *part)
{
	size_t count = 0;

	for (size_t i = 0; i < script_request_count(s->w->script); i++) {
		const struct script_request *request = script_request(s->w->script, i);

		count += strcmp(request->method, method) == 0 && strstr(request->url, part);
	}
	return count;
}

static void finish(struct story *s)
{
	assert_null(script_problem(s->w->script));
	assert_int_equal(script_open_calls(s->w->script), 0);
}

static void expect_live(struct story *s)
{
	assert_int_equal(await(s, 1), 0);
	assert_int_equal(s->done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_true(s->done.ends[0].final);
	assert_int_equal(s->done.clusters[0].follow, s->asks[0].follow);
	assert_string_equal(s->done.ends[0].verdict.revision, NEW);
}

static void test_old_then_fetched_then_live(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", OLD));
	happens(&s, 0, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), OLD, READY("True")));
	happens(&s, 3000, SOURCE, 200, source(&s, "deploy", NEW));
	good(&s, 60000);
	expect_live(&s);
	assert_true(story_ms(&s) >= 60000 && story_ms(&s) < 70000);
	assert_true(sent(&s, "PATCH", SOURCE) >= 1 && sent(&s, "PATCH", KUSTOMIZATION) >= 1);
	assert_true(sent(&s, "PATCH", "") < 12);
	assert_null(s.done.clusters[0].read_only);
	finish(&s);
}

static void test_good_already_is_read_twice_and_asked_nothing(void **state)
{
	struct story s;

	begin(&s, *state);
	good(&s, 0);
	expect_live(&s);
	assert_int_equal(sent(&s, "PATCH", ""), 0);
	assert_int_equal(sent(&s, "GET", SOURCE), 2);
	assert_true(story_ms(&s) < 1000);
	finish(&s);
}

static void test_a_success_that_the_second_look_does_not_show(void **state)
{
	struct story s;

	begin(&s, *state);
	good(&s, 0);
	happens(&s, 18, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), NEW, READY("Unknown")));
	happens(&s, 9000, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), NEW, READY("True")));
	expect_live(&s);
	assert_true(story_ms(&s) >= 9000);
	finish(&s);
}

static void test_a_server_that_is_away_is_waited_for(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, "", 503, "away");
	good(&s, 400000);
	expect_live(&s);
	assert_true(story_ms(&s) >= 400000 && story_ms(&s) < 500000);
	finish(&s);
}

static void test_a_server_that_stays_away(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, "", 503, "away");
	assert_int_equal(await(&s, 1), 0);
	assert_true(s.done.timed_out && !s.done.ends[0].final);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_WAIT);
	assert_non_null(strstr(s.done.ends[0].trouble, "503"));
	finish(&s);
}

/* One that starts knows no rules yet: what was allowed is not denied for good at once. */
static void test_a_denial_of_what_was_allowed_passes(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", OLD));
	happens(&s, 0, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), OLD, READY("True")));
	happens(&s, 20000, KUSTOMIZATION, 403, NULL);
	good(&s, 40000);
	expect_live(&s);
	finish(&s);
}

static void test_a_denial_that_stays(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", OLD));
	happens(&s, 0, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), OLD, READY("True")));
	happens(&s, 20000, KUSTOMIZATION, 403, NULL);
	assert_int_equal(await(&s, 1), -1);
	assert_int_equal(s.w->err.reason, SG_R_FORBIDDEN);
	assert_non_null(strstr(s.w->err.hint, "verb \"get\" on resource \"kustomizations\""));
	assert_true(story_ms(&s) >= 50000 && story_ms(&s) < 80000);
	finish(&s);
}

static void test_denied_from_the_beginning(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, "", 403, NULL);
	assert_int_equal(await(&s, 1), -1);
	assert_int_equal(s.w->err.reason, SG_R_FORBIDDEN);
	assert_true(story_ms(&s) < 1000);
	finish(&s);
}

static void test_a_source_that_may_not_be_read_is_said(void **state)
{
	struct story s;

	begin(&s, *state);
	good(&s, 0);
	happens(&s, 0, SOURCE, 403, NULL);
	expect_live(&s);
	assert_non_null(strstr(s.done.clusters[0].beside, "gitrepositories"));
	finish(&s);
}

static void test_without_the_right_to_patch(void **state)
{
	struct story s;

	begin(&s, *state);
	s.patch_status = 403;
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", OLD));
	happens(&s, 0, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), OLD, READY("True")));
	good(&s, 300000);
	expect_live(&s);
	assert_non_null(strstr(
		s.done.clusters[0].read_only, "verb \"patch\" on resource \"gitrepositories\""));
	assert_true(sent(&s, "PATCH", "") < 12);
	finish(&s);
}

static void test_the_time_is_up(void **state)
{
	struct story s;

	begin(&s, *state);
	s.deaf = true;
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", OLD));
	happens(&s, 0, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), OLD, READY("True")));
	s.asks[0].timeout_ms = 30000;
	assert_int_equal(await(&s, 1), 0);
	assert_true(s.done.ends[0].timed_out && !s.done.timed_out);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_FLUX_SOURCE_BEHIND);
	assert_true(story_ms(&s) >= 30000 && story_ms(&s) < 31000);
	finish(&s);
}

static void test_one_that_cannot_does_not_end_the_others(void **state)
{
	struct story s;

	begin(&s, *state);
	s.keep_going = true;
	happens(&s, 0, "/kustomizations/api", 200,
		kustomization(&s, "api", "\"suspend\":true," FROM("deploy"), OLD, READY("True")));
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", NEW));
	happens(&s, 0, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), NEW, READY("Unknown")));
	good(&s, 30000);
	assert_int_equal(await(&s, 2), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.done.ends[1].verdict.code, SG_APP_CODE_FLUX_SUSPENDED);
	assert_true(s.done.ends[0].final && s.done.ends[1].final);
	finish(&s);
}

/* Neither does one of which there is no verdict to give: its end says why. */
static void test_one_that_is_not_there_does_not_end_the_others(void **state)
{
	struct story s;

	begin(&s, *state);
	s.keep_going = true;
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", NEW));
	happens(&s, 0, "/kustomizations/api", 200,
		kustomization(&s, "api", FROM("deploy"), NEW, READY("Unknown")));
	happens(&s, 30000, "/kustomizations/api", 200,
		kustomization(&s, "api", FROM("deploy"), NEW, READY("True")));
	assert_int_equal(await(&s, 2), 0);
	assert_int_equal(s.done.ends[0].error->reason, SG_R_APPLICATION_NOT_FOUND);
	assert_non_null(strstr(s.done.ends[0].error->cause, "no Kustomization \"web\""));
	assert_false(s.done.ends[0].final || s.done.ends[0].timed_out || s.done.timed_out);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_SUCCESS);
	assert_true(s.done.ends[1].final && !s.done.ends[1].error);
	finish(&s);
}

static void test_of_none_of_them_there_is_a_verdict(void **state)
{
	struct story s;

	begin(&s, *state);
	s.keep_going = true;
	assert_int_equal(await(&s, 2), -1);
	assert_int_equal(s.w->err.reason, SG_R_APPLICATION_NOT_FOUND);
	assert_non_null(strstr(s.w->err.cause, "no Kustomization \"web\""));
	finish(&s);
}

/* A proxy between says something else for a while. */
static void test_an_odd_answer_after_a_good_one_passes(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", OLD));
	happens(&s, 0, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), OLD, READY("True")));
	happens(&s, 20000, "", 200, "<html>");
	good(&s, 90000);
	expect_live(&s);
	assert_true(story_ms(&s) >= 90000 && story_ms(&s) < 100000);
	finish(&s);
}

static void test_one_that_cannot_ends_the_wait(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, KUSTOMIZATION, 200,
		kustomization(&s, "web", "\"suspend\":true," FROM("deploy"), OLD, READY("True")));
	happens(&s, 0, "/kustomizations/api", 200,
		kustomization(&s, "api", FROM("deploy"), OLD, READY("True")));
	assert_int_equal(await(&s, 2), 0);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_FLUX_SUSPENDED);
	assert_false(s.done.ends[1].final);
	finish(&s);
}

static void test_a_name_that_is_not_there(void **state)
{
	struct story s;

	begin(&s, *state);
	assert_int_equal(await(&s, 1), -1);
	assert_int_equal(s.w->err.reason, SG_R_APPLICATION_NOT_FOUND);
	assert_non_null(strstr(s.w->err.cause, "no Kustomization \"web\""));
	finish(&s);
}

static void test_a_cluster_without_flux(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, "", 404, "404 page not found\n");
	assert_int_equal(await(&s, 1), -1);
	assert_int_equal(s.w->err.reason, SG_R_NOT_FOUND);
	assert_non_null(strstr(s.w->err.cause, "kustomizations.kustomize.toolkit.fluxcd.io"));
	finish(&s);
}

static void test_another_source_while_it_is_looked_at(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, SOURCE "deploy", 200, source(&s, "deploy", OLD));
	happens(&s, 0, SOURCE "other", 200, source(&s, "other", NEW));
	happens(&s, 0, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), OLD, READY("True")));
	happens(&s, 8, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("other"), NEW, READY("True")));
	expect_live(&s);
	assert_int_equal(sent(&s, "PATCH", ""), 0);
	finish(&s);
}

static void test_answers_that_are_something_else(void **state)
{
	static const char *const bodies[] = {
		"{}", "[]", "<html>", "{\"kind\":\"Kustomization\"}", "{"};

	for (size_t i = 0; i < SG_COUNT(bodies); i++) {
		struct story s;

		assert_int_equal(i ? cluster_world_setup(state) : 0, 0);
		begin(&s, *state);
		happens(&s, 0, "", 200, bodies[i]);
		assert_int_equal(await(&s, 1), -1);
		assert_int_equal(s.w->err.reason, SG_R_ANSWER_INVALID);
		finish(&s);
		if (i + 1 < SG_COUNT(bodies))
			(void)cluster_world_teardown(state);
	}
}

static const char *brought(
	struct story *s, const char *name, const char *owner, const char *from, const char *applied)
{
	return sg_arena_printf(&s->w->arena,
		"{\"apiVersion\":\"kustomize.toolkit.fluxcd.io/v1\",\"kind\":\"Kustomization\","
		"\"metadata\":{\"name\":\"%s\",\"namespace\":\"flux-system\",\"generation\":1,"
		"\"labels\":{\"kustomize.toolkit.fluxcd.io/name\":\"%s\","
		"\"kustomize.toolkit.fluxcd.io/namespace\":\"flux-system\"}},\"spec\":{"
		"\"wait\":true,\"sourceRef\":{\"kind\":\"GitRepository\",\"name\":\"%s\"}},"
		"\"status\":{\"observedGeneration\":1,\"lastAppliedRevision\":\"main@sha1:%s\","
		"\"lastAttemptedRevision\":\"main@sha1:%s\"," READY("True") "}}",
		name, owner, from, applied, applied);
}

/* Its own spec may be another one in the wanted revision: the root has to have brought that. */
static void test_what_brings_it_is_waited_for(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", NEW));
	happens(&s, 0, SOURCE "system", 200, source(&s, "system", NEW));
	happens(&s, 0, KUSTOMIZATION, 200, brought(&s, "web", "root", "deploy", NEW));
	happens(&s, 0, "/kustomizations/root", 200, brought(&s, "root", "root", "system", OLD));
	happens(&s, 50000, "/kustomizations/root", 200, brought(&s, "root", "root", "system", NEW));
	expect_live(&s);
	assert_true(story_ms(&s) >= 50000 && story_ms(&s) < 60000);
	assert_true(sent(&s, "PATCH", "/kustomizations/root") >= 1);
	assert_int_equal(sent(&s, "PATCH", KUSTOMIZATION), 0);
	finish(&s);
}

/* Levels of Kustomizations, the last of which has applied an older revision. */
static void levels(struct story *s, size_t count, const char *last_owner)
{
	happens(s, 0, SOURCE, 200, source(s, "deploy", NEW));
	for (size_t i = 0; i < count; i++) {
		const char *name = i ? sg_arena_printf(&s->w->arena, "level%zu", i) : "web";
		const char *owner = i + 1 < count ? sg_arena_printf(&s->w->arena, "level%zu", i + 1)
						  : last_owner;

		happens(s, 0, sg_arena_printf(&s->w->arena, "/kustomizations/%s", name), 200,
			brought(s, name, owner, "deploy", i + 1 < count ? NEW : OLD));
	}
}

static void test_what_brings_it_over_many_levels_is_waited_for(void **state)
{
	static const struct {
		size_t levels;
		const char *words;
	} rows[] = {{9, "Kustomization flux-system/level8, which brings it"},
		{10, "more than 8 levels"}};

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct story s;

		begin(&s, *state);
		s.asks[0].timeout_ms = 30000;
		levels(&s, rows[i].levels, "root");
		assert_int_equal(await(&s, 1), 0);
		assert_true(s.done.ends[0].timed_out);
		assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_FLUX_OLDER_REVISION);
		assert_non_null(strstr(s.done.ends[0].verdict.message, rows[i].words));
		finish(&s);
	}
}

static void test_what_brings_each_other_ends(void **state)
{
	struct story s;

	begin(&s, *state);
	levels(&s, 3, "web");
	happens(&s, 0, "/kustomizations/level2", 200, brought(&s, "level2", "web", "deploy", NEW));
	expect_live(&s);
	assert_int_equal(sent(&s, "GET", "/kustomizations/level1"), 2);
	finish(&s);
}

static void test_what_brings_it_from_elsewhere_says_nothing(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, SOURCE "deploy", 200, source(&s, "deploy", NEW));
	happens(&s, 0, KUSTOMIZATION, 200, brought(&s, "web", "root", "deploy", NEW));
	happens(&s, 0, "/kustomizations/root", 200, brought(&s, "root", "loop", "system", OLD));
	happens(&s, 0, "/kustomizations/loop", 200, brought(&s, "loop", "root", "system", OLD));
	expect_live(&s);
	finish(&s);
}

/* Its spec stands on another branch: the wanted revision changes nothing of it. */
static void test_what_brings_it_from_another_branch_says_nothing(void **state)
{
	static const char *const refs[] = {"\"branch\":\"infra\"", "\"tag\":\"v1\"",
		"\"name\":\"refs/heads/infra\"", "\"branch\":\"main\",\"commit\":\"" OLD "\"", ""};

	for (size_t i = 0; i < SG_COUNT(refs); i++) {
		struct story s;

		assert_int_equal(i ? cluster_world_setup(state) : 0, 0);
		begin(&s, *state);
		happens(&s, 0, SOURCE "deploy", 200, source(&s, "deploy", NEW));
		happens(&s, 0, SOURCE "system", 200, source_at(&s, "system", refs[i], OLD));
		happens(&s, 0, KUSTOMIZATION, 200, brought(&s, "web", "root", "deploy", NEW));
		happens(&s, 0, "/kustomizations/root", 200,
			brought(&s, "root", "root", "system", OLD));
		expect_live(&s);
		assert_int_equal(sent(&s, "PATCH", ""), 0);
		finish(&s);
		if (i + 1 < SG_COUNT(refs))
			(void)cluster_world_teardown(state);
	}
}

/* The same branch in other words. */
static void test_what_brings_it_from_the_same_branch(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, SOURCE "deploy", 200, source(&s, "deploy", NEW));
	happens(&s, 0, SOURCE "system", 200,
		source_at(&s, "system", "\"name\":\"refs/heads/main\"", NEW));
	happens(&s, 0, KUSTOMIZATION, 200, brought(&s, "web", "root", "deploy", NEW));
	happens(&s, 0, "/kustomizations/root", 200, brought(&s, "root", "root", "system", OLD));
	happens(&s, 50000, "/kustomizations/root", 200, brought(&s, "root", "root", "system", NEW));
	expect_live(&s);
	assert_true(story_ms(&s) >= 50000);
	finish(&s);
}

static void test_what_brings_it_may_not_be_read(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, SOURCE "deploy", 200, source(&s, "deploy", NEW));
	happens(&s, 0, KUSTOMIZATION, 200, brought(&s, "web", "root", "deploy", NEW));
	happens(&s, 0, "/kustomizations/root", 403, NULL);
	expect_live(&s);
	assert_non_null(strstr(s.done.clusters[0].beside, "kustomizations"));
	finish(&s);
}

/* That it is of the same repository is known by its name, also where that may not be read. */
static void test_what_brings_it_where_no_source_may_be_read(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, SOURCE, 403, NULL);
	happens(&s, 0, KUSTOMIZATION, 200, brought(&s, "web", "root", "deploy", NEW));
	happens(&s, 0, "/kustomizations/root", 200, brought(&s, "root", "root", "deploy", OLD));
	happens(&s, 50000, "/kustomizations/root", 200, brought(&s, "root", "root", "deploy", NEW));
	expect_live(&s);
	assert_true(story_ms(&s) >= 50000 && story_ms(&s) < 60000);
	finish(&s);
}

/* ---- workloads ---- */

/* Ready means applied only: a Deployment and a StatefulSet have to roll out. */
static const char *applies(struct story *s)
{
	return sg_arena_printf(&s->w->arena,
		"{\"apiVersion\":\"kustomize.toolkit.fluxcd.io/v1\",\"kind\":\"Kustomization\","
		"\"metadata\":{\"name\":\"web\",\"namespace\":\"flux-system\",\"generation\":1},"
		"\"spec\":{" FROM(
			"deploy") "},\"status\":{\"observedGeneration\":1,"
				  "\"lastAppliedRevision\":\"main@sha1:" NEW "\","
				  "\"lastAttemptedRevision\":\"main@sha1:" NEW
				  "\",\"inventory\":{\"entries\":["
				  "{\"id\":\"shop_web__Service\",\"v\":\"v1\"},"
				  "{\"id\":\"shop_db_apps_StatefulSet\",\"v\":\"v1\"}]}," READY(
					  "True") "}}");
}

#define OF_SET "/statefulsets/db"

static const char *stateful_set(struct story *s, int updated)
{
	return sg_arena_printf(&s->w->arena,
		"{\"metadata\":{\"name\":\"db\",\"namespace\":\"shop\",\"uid\":\"u1\","
		"\"generation\":1},\"spec\":{\"replicas\":3,\"selector\":{\"matchLabels\":{"
		"\"app\":\"db\"}},\"template\":{\"spec\":{\"containers\":[{\"image\":"
		"\"r.example.com/db:2\"}]}}},\"status\":{\"observedGeneration\":1,\"replicas\":%d,"
		"\"readyReplicas\":%d,\"updatedReplicas\":%d,\"currentRevision\":\"%s\","
		"\"updateRevision\":\"h2\"}}",
		updated, updated, updated, updated == 3 ? "h2" : "h1");
}

static const char *pod_list(struct story *s, const char *image)
{
	return sg_arena_printf(&s->w->arena,
		"{\"items\":[{\"metadata\":{\"name\":\"db-0\",\"namespace\":\"shop\",\"uid\":"
		"\"p0\","
		"\"ownerReferences\":[{\"kind\":\"StatefulSet\",\"uid\":\"u1\",\"controller\":"
		"true}]},\"spec\":{\"containers\":[{\"name\":\"db\",\"image\":\"%s\"}]},"
		"\"status\":{\"phase\":\"Running\"}}]}",
		image);
}

static void begin_workloads(struct story *s, struct cluster_world *w, const char *const *image)
{
	begin(s, w);
	s->asks[0].want.images = image;
	s->asks[0].want.image_count = 1;
	happens(s, 0, SOURCE, 200, source(s, "deploy", NEW));
	happens(s, 0, KUSTOMIZATION, 200, applies(s));
	happens(s, 0, OF_SET, 200, stateful_set(s, 0));
	happens(s, 0, "/pods?", 200, "{\"items\":[]}");
}

static void test_what_is_applied_has_to_roll_out(void **state)
{
	const char *const image = "r.example.com/db:2";
	struct story s;

	begin_workloads(&s, *state, &image);
	happens(&s, 30000, OF_SET, 200, stateful_set(&s, 1));
	happens(&s, 30000, "/pods?", 200, pod_list(&s, "r.example.com/db:1"));
	happens(&s, 60000, OF_SET, 503, "away");
	happens(&s, 90000, OF_SET, 200, stateful_set(&s, 3));
	happens(&s, 120000, "/pods?", 200, pod_list(&s, "r.example.com/db:2"));
	happens(&s, 120000, "labelSelector=job-name", 200, "{\"items\":[]}");
	expect_live(&s);
	assert_true(story_ms(&s) >= 120000 && story_ms(&s) < 130000);
	assert_false(s.done.ends[0].verdict.images_unseen);
	assert_int_equal(s.done.ends[0].image_count, 1);
	assert_string_equal(s.done.ends[0].images[0], image);
	assert_null(s.done.clusters[0].unreadable);
	finish(&s);
}

static void test_workloads_that_may_not_be_read_are_no_success(void **state)
{
	const char *const image = "r.example.com/db:2";
	struct story s;

	begin_workloads(&s, *state, &image);
	happens(&s, 0, OF_SET, 403, NULL);
	s.asks[0].timeout_ms = 200000;
	assert_int_equal(await(&s, 1), 0);
	assert_true(s.done.ends[0].timed_out);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_FLUX_WORKLOADS_UNREAD);
	assert_non_null(
		strstr(s.done.clusters[0].unreadable, "verb \"get\" on resource \"statefulsets\""));
	finish(&s);
}

/* Workloads that are away must not take more time than this one has. */
static void test_the_time_is_up_while_workloads_are_read(void **state)
{
	const char *const image = "r.example.com/db:2";
	struct story s;

	begin_workloads(&s, *state, &image);
	happens(&s, 0, OF_SET, 503, "away");
	s.asks[0].timeout_ms = 4000;
	assert_int_equal(await(&s, 1), 0);
	assert_true(s.done.ends[0].timed_out && !s.done.timed_out);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_FLUX_WORKLOADS_UNREAD);
	assert_true(story_ms(&s) >= 4000 && story_ms(&s) < 5000);
	finish(&s);
}

#define REFUSED                                                                                    \
	"{\"items\":[{\"involvedObject\":{\"uid\":\"u1\"},\"type\":\"Warning\",\"reason\":"        \
	"\"FailedCreate\",\"message\":\"exceeded quota: small\",\"lastTimestamp\":"                \
	"\"1970-01-01T01:00:00Z\"}]}"

/* --pod-grace says how long nothing has to move before events are asked for, as with Argo CD. */
static void no_pods(struct cluster_world *w, int64_t grace_ms, int64_t at_least_ms)
{
	const char *const image = "r.example.com/db:2";
	struct story s;

	begin_workloads(&s, w, &image);
	s.settings.pod_grace_ms = grace_ms;
	w->client.server_unix_s = 3600;
	happens(&s, 0, "/events?", 200, REFUSED);
	assert_int_equal(await(&s, 1), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_FAIL);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_QUOTA);
	assert_non_null(strstr(s.done.ends[0].verdict.message, "StatefulSet shop/db: "));
	assert_true(story_ms(&s) >= at_least_ms && story_ms(&s) < at_least_ms + 40000);
	finish(&s);
}

/* Events say more where they can be had: what is read without them counts all the same. */
static void test_events_that_are_away_hide_nothing(void **state)
{
	static const struct {
		int status;
		const char *body;
	} answers[] = {{503, "away"}, {200, "<html>"}, {200, "{\"items\":{}}"}, {404, NULL}};
	const char *const image = "r.example.com/db:2";

	for (size_t i = 0; i < SG_COUNT(answers); i++) {
		struct story s;

		assert_int_equal(i ? cluster_world_setup(state) : 0, 0);
		begin_workloads(&s, *state, &image);
		s.w->client.server_unix_s = 3600;
		s.asks[0].timeout_ms = 200000;
		happens(&s, 0, "/events?", answers[i].status, answers[i].body);
		assert_int_equal(await(&s, 1), 0);
		assert_true(sent(&s, "GET", "/events?") > 0 && story_ms(&s) < 210000);
		assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_PROGRESSING);
		assert_non_null(strstr(s.done.ends[0].verdict.message, "StatefulSet shop/db: "));
		finish(&s);
		if (i + 1 < SG_COUNT(answers))
			(void)cluster_world_teardown(state);
	}
}

static void test_events_tell_why_there_are_no_pods(void **state)
{
	no_pods(*state, 0, 120000);
}

/* One answer that is missing does not begin the grace anew. */
static void test_events_that_are_away_for_a_moment(void **state)
{
	const char *const image = "r.example.com/db:2";
	struct story s;

	begin_workloads(&s, *state, &image);
	s.settings.pod_grace_ms = 20000;
	s.w->client.server_unix_s = 3600;
	happens(&s, 0, "/events?", 200, REFUSED);
	happens(&s, 26000, "/events?", 503, "away");
	happens(&s, 37000, "/events?", 200, REFUSED);
	assert_int_equal(await(&s, 1), 0);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_QUOTA);
	assert_in_range(story_ms(&s), 40000, 50000);
	finish(&s);
}

static void test_the_grace_of_pods_counts_for_events(void **state)
{
	no_pods(*state, 10000, 10000);
}

#define RELEASE(labels)                                                                            \
	"{\"apiVersion\":\"helm.toolkit.fluxcd.io/v2\",\"kind\":\"HelmRelease\",\"metadata\":{"    \
	"\"name\":\"web\",\"namespace\":\"flux-system\",\"generation\":1,\"labels\":{" labels      \
	"}},\"status\":{\"observedGeneration\":1,\"conditions\":[{\"type\":\"Ready\",\"status\":"  \
	"\"True\",\"reason\":\"UpgradeSucceeded\",\"observedGeneration\":1}]}}"

static void test_a_release_and_who_brings_it(void **state)
{
	struct story s;

	begin(&s, *state);
	s.asks[0].follow = SG_FOLLOW_RELEASE;
	happens(&s, 0, "/helmreleases/web", 200,
		RELEASE("\"kustomize.toolkit.fluxcd.io/name\":\"web\","
			"\"kustomize.toolkit.fluxcd.io/namespace\":\"flux-system\""));
	good(&s, 0);
	expect_live(&s);
	assert_int_equal(sent(&s, "GET", "/helmreleases/web"), 3);
	finish(&s);
}

static void test_a_release_that_nobody_brings(void **state)
{
	struct story s;

	begin(&s, *state);
	s.asks[0].follow = SG_FOLLOW_RELEASE;
	happens(&s, 0, "/helmreleases/web", 200, RELEASE(""));
	assert_int_equal(await(&s, 1), -1);
	assert_int_equal(s.w->err.reason, SG_R_CONFIG_INVALID);
	finish(&s);
}

static void test_a_signal_says_what_was_waited_for(void **state)
{
	struct story s;

	begin(&s, *state);
	s.deaf = true;
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", OLD));
	happens(&s, 0, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), OLD, READY("True")));
	script_cancel(s.w->script, 30000, 15);
	assert_int_equal(await(&s, 1), -1);
	assert_int_equal(s.w->err.reason, SG_R_CANCELLED);
	assert_non_null(strstr(s.w->err.where, "FLUX_SOURCE_BEHIND"));
	finish(&s);
}

static void test_the_last_words_of_what_crashes(void **state)
{
	const char *const image = "r.example.com/db:2";
	struct story s;

	begin_workloads(&s, *state, &image);
	s.settings.pod_log_lines = 2;
	happens(&s, 0, "/pods?", 200,
		"{\"items\":[{\"metadata\":{\"name\":\"db-0\",\"namespace\":\"shop\",\"uid\":"
		"\"p0\",\"ownerReferences\":[{\"kind\":\"StatefulSet\",\"uid\":\"u1\","
		"\"controller\":true}]},\"spec\":{\"containers\":[{\"name\":\"db\",\"image\":"
		"\"r.example.com/db:2\"}]},\"status\":{\"phase\":\"Running\","
		"\"containerStatuses\":[{\"name\":\"db\",\"restartCount\":5,\"state\":{"
		"\"waiting\":{\"reason\":\"CrashLoopBackOff\"}},\"lastState\":{\"terminated\":{"
		"\"exitCode\":1}}}]}}]}");
	happens(&s, 0, "/pods/db-0/log?tailLines=2&", 200, "opening\nno such file\n");
	assert_int_equal(await(&s, 1), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_FAIL);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_CRASH_LOOP);
	assert_int_equal(s.done.ends[0].log.count, 2);
	assert_string_equal(s.done.ends[0].log.items[1], "no such file");
	assert_int_equal(sent(&s, "GET", "/log?"), 1);
	finish(&s);
}

/* Of two one is answered slowly: the other one does not wait for it. */
static void test_a_slow_read_of_flux_holds_up_nobody_else(void **state)
{
	struct story s;

	begin(&s, *state);
	s.slow = KUSTOMIZATION;
	s.slow_ms = 9000;
	good(&s, 0);
	happens(&s, 0, "/kustomizations/api", 200,
		kustomization(&s, "api", FROM("deploy"), NEW, READY("True")));
	assert_int_equal(await(&s, 2), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_true(s.done.ends[0].elapsed_ms > 18000);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_SUCCESS);
	assert_true(s.done.ends[1].elapsed_ms < 100);
	finish(&s);
}

static void test_a_slow_read_of_workloads_holds_up_nobody_else(void **state)
{
	const char *const image = "r.example.com/db:2";
	struct story s;

	begin_workloads(&s, *state, &image);
	s.slow = OF_SET;
	s.slow_ms = 9000;
	happens(&s, 0, "/kustomizations/api", 200,
		kustomization(&s, "api", FROM("deploy"), OLD, READY("Unknown")));
	happens(&s, 7000, "/kustomizations/api", 200,
		kustomization(&s, "api", FROM("deploy"), NEW, READY("True")));
	happens(&s, 20000, OF_SET, 200, stateful_set(&s, 3));
	happens(&s, 20000, "/pods?", 200, pod_list(&s, image));
	happens(&s, 20000, "labelSelector=job-name", 200, "{\"items\":[]}");
	assert_int_equal(await(&s, 2), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_true(s.done.ends[0].elapsed_ms > 20000);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[1].elapsed_ms, 7000, 12100); /* looks are 5 s apart */
	assert_int_equal(s.world.scans, 0);
	finish(&s);
}

static void test_its_own_time_ends_in_the_middle_of_a_look(void **state)
{
	static const char *const slow[] = {KUSTOMIZATION, OF_SET};
	const char *const image = "r.example.com/db:2";

	for (size_t i = 0; i < SG_COUNT(slow); i++) {
		struct story s;

		begin_workloads(&s, *state, &image);
		s.slow = slow[i];
		s.slow_ms = 9000;
		s.asks[0].timeout_ms = 4000;
		assert_int_equal(await(&s, 1), 0);
		assert_true(s.done.ends[0].timed_out && !s.done.timed_out);
		assert_int_equal(s.done.ends[0].elapsed_ms, 4000);
		assert_int_equal(s.world.scans, 0);
		finish(&s);
	}
}

static void test_a_signal_in_the_middle_of_a_look(void **state)
{
	const char *const image = "r.example.com/db:2";
	struct story s;

	begin_workloads(&s, *state, &image);
	s.slow = OF_SET;
	s.slow_ms = 9000;
	script_cancel(s.w->script, 4000, 15);
	assert_int_equal(await(&s, 1), -1);
	assert_int_equal(s.w->err.reason, SG_R_CANCELLED);
	assert_non_null(strstr(s.w->err.where, "web: FLUX_WORKLOADS_UNREAD"));
	assert_int_equal(story_ms(&s), 4000);
	finish(&s);
}

/* ---- requests that are not answered ---- */

static void begin_silent(struct story *s, struct cluster_world *w)
{
	begin(s, w);
	s->keep_going = true;
	s->silent = KUSTOMIZATION;
	happens(s, 0, SOURCE, 200, source(s, "deploy", NEW));
	for (size_t i = 0; i < 2; i++) {
		const char *name = i ? "api" : "web";

		happens(s, 0, i ? "/kustomizations/api" : KUSTOMIZATION, 200,
			kustomization(s, name, FROM("deploy"), OLD, READY("True")));
	}
}

/* It is looked at again when the request is given up, and asked again with the back-off. */
static void test_a_request_without_an_answer_holds_up_nobody(void **state)
{
	struct story s;

	begin_silent(&s, *state);
	happens(&s, 7000, "/kustomizations/api", 200,
		kustomization(&s, "api", FROM("deploy"), NEW, READY("True")));
	happens(&s, 12000, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), NEW, READY("True")));
	assert_int_equal(await(&s, 2), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[0].elapsed_ms, 12000, 15100);
	assert_in_range(s.done.ends[1].elapsed_ms, 7000, 12100);
	assert_int_equal(sent(&s, "PATCH", KUSTOMIZATION), 1);
	finish(&s);
}

static void test_their_times_end_while_a_request_is_not_answered(void **state)
{
	struct story s;

	begin_silent(&s, *state);
	s.asks[0].timeout_ms = 6000;
	s.asks[1].timeout_ms = 4000;
	assert_int_equal(await(&s, 2), 0);
	assert_true(s.done.ends[0].timed_out && s.done.ends[1].timed_out);
	assert_int_equal(s.done.ends[0].elapsed_ms, 6000);
	assert_int_equal(s.done.ends[1].elapsed_ms, 4000);
	finish(&s);
}

static void test_the_time_and_a_signal_end_a_request_without_an_answer(void **state)
{
	struct story s;

	begin_silent(&s, *state);
	s.world.deadline_ms = s.start_ms + 7000;
	assert_int_equal(await(&s, 1), 0);
	assert_true(s.done.timed_out);
	assert_int_equal(story_ms(&s), 7000);
	s.world.deadline_ms = s.start_ms + 60000;
	script_cancel(s.w->script, 6000, 15);
	assert_int_equal(await(&s, 1), -1);
	assert_int_equal(s.w->err.signo, 15);
	assert_int_equal(story_ms(&s), 13000);
	finish(&s);
}

static void test_why_a_request_had_no_answer_is_said(void **state)
{
	struct story s;

	begin_silent(&s, *state);
	s.asks[0].timeout_ms = 15000;
	assert_int_equal(await(&s, 1), 0);
	assert_non_null(s.done.ends[0].refusal);
	assert_non_null(strstr(
		s.done.ends[0].refusal, "did not answer in time (ask Flux to reconcile, 10 s)"));
	finish(&s);
}

/* A proxy that wants a password says 200, too: that is no yes. */
static void test_a_page_is_no_yes(void **state)
{
	struct story s;

	begin_silent(&s, *state);
	s.silent = NULL;
	s.page = true;
	s.asks[0].timeout_ms = 15000;
	assert_int_equal(await(&s, 1), 0);
	assert_non_null(s.done.ends[0].refusal);
	assert_non_null(
		strstr(s.done.ends[0].refusal, "something else than the Kustomization \"web\""));
	finish(&s);
}

/* More than may ask together: nobody's look waits for their answers. */
static void test_silent_requests_of_many_hold_up_no_look(void **state)
{
	struct story s;

	begin(&s, *state);
	s.keep_going = true;
	s.silent = "/kustomizations/n";
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", NEW));
	for (size_t i = 0; i < ASKS_MAX; i++) {
		const char *name = s.asks[i].app.name;
		const char *part = sg_arena_printf(&s.w->arena, "/kustomizations/%s", name);

		s.asks[i].timeout_ms = 9000;
		happens(&s, 0, part, 200,
			kustomization(&s, name, FROM("deploy"), OLD, READY("True")));
	}
	happens(&s, 3000, KUSTOMIZATION, 200,
		kustomization(&s, "web", FROM("deploy"), NEW, READY("True")));
	assert_int_equal(await(&s, ASKS_MAX), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_true(s.done.ends[0].elapsed_ms < 8500);
	assert_int_equal(sent(&s, "PATCH", s.silent), 16);
	for (size_t i = 2; i < ASKS_MAX; i++)
		assert_int_equal(s.done.ends[i].elapsed_ms, 9000);
	finish(&s);
}

/* More than may be looked at together: each has its turn, again and again. */
static void test_slow_looks_at_many_take_turns(void **state)
{
	struct story s;

	begin(&s, *state);
	s.slow = "/kustomizations/";
	s.slow_ms = 3000;
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", NEW));
	for (size_t i = 0; i < ASKS_MAX; i++) {
		const char *name = s.asks[i].app.name;
		const char *part = sg_arena_printf(&s.w->arena, "/kustomizations/%s", name);

		happens(&s, 0, part, 200,
			kustomization(&s, name, FROM("deploy"), NEW, READY("True")));
	}
	assert_int_equal(await(&s, ASKS_MAX), 0);
	for (size_t i = 0; i < ASKS_MAX; i++) {
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
		assert_true(s.done.ends[i].elapsed_ms < 60000);
	}
	finish(&s);
}

/* One large Kustomization for each of many: its 40 workloads are no load for the server. */
static void test_many_workloads_of_many_are_read_more_rarely(void **state)
{
	enum { MANY = 16 };
	const char *entries = "{\"id\":\"shop_db_apps_StatefulSet\",\"v\":\"v1\"}";
	struct story s;

	begin(&s, *state);
	for (size_t i = 0; i < 39; i++)
		entries = sg_arena_printf(&(*(struct cluster_world **)state)->arena,
			"%s,{\"id\":\"shop_db_apps_StatefulSet\",\"v\":\"v1\"}", entries);
	s.world.deadline_ms = s.start_ms + 60000;
	happens(&s, 0, SOURCE, 200, source(&s, "deploy", NEW));
	happens(&s, 0, OF_SET, 200, stateful_set(&s, 0));
	happens(&s, 0, "/pods?", 200, "{\"items\":[]}");
	for (size_t i = 0; i < MANY; i++) {
		const char *name = s.asks[i].app.name;

		happens(&s, 0, sg_arena_printf(&s.w->arena, "/kustomizations/%s", name), 200,
			sg_arena_printf(&s.w->arena,
				"{\"apiVersion\":\"kustomize.toolkit.fluxcd.io/v1\",\"kind\":"
				"\"Kustomization\",\"metadata\":{\"name\":\"%s\",\"namespace\":"
				"\"flux-system\",\"generation\":1},\"spec\":{" FROM(
					"deploy") "},\"status\":{\"observedGeneration\":1,"
						  "\"lastAppliedRevision\":\"main@sha1:" NEW
						  "\",\"lastAttemptedRevision\":"
						  "\"main@sha1:" NEW
						  "\",\"inventory\":{\"entries\":[%s]}," READY(
							  "True") "}}",
				name, entries));
	}
	assert_int_equal(await(&s, MANY), 0);
	assert_true(s.done.timed_out);
	assert_int_equal(s.done.ends[MANY - 1].verdict.code, SG_APP_CODE_PROGRESSING);
	assert_in_range(sent(&s, "GET", OF_SET), MANY * 32, MANY * 32 * 6);
	finish(&s);
}

/* In the middle of a look nothing is asked again; what changes meanwhile is the next one's. */
static void test_a_look_asks_for_each_thing_once(void **state)
{
	struct story s;

	begin(&s, *state);
	good(&s, 0);
	expect_live(&s);
	assert_int_equal(sent(&s, "GET", SOURCE), 2);
	assert_int_equal(sent(&s, "GET", KUSTOMIZATION), 3); /* the first look learns its source */
	finish(&s);
}

#define STORY(name)                                                                                \
	cmocka_unit_test_setup_teardown(name, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(test_old_then_fetched_then_live),
		STORY(test_good_already_is_read_twice_and_asked_nothing),
		STORY(test_a_success_that_the_second_look_does_not_show),
		STORY(test_a_server_that_is_away_is_waited_for),
		STORY(test_a_server_that_stays_away),
		STORY(test_a_denial_of_what_was_allowed_passes),
		STORY(test_a_denial_that_stays),
		STORY(test_denied_from_the_beginning),
		STORY(test_a_source_that_may_not_be_read_is_said),
		STORY(test_without_the_right_to_patch),
		STORY(test_the_time_is_up),
		STORY(test_one_that_cannot_does_not_end_the_others),
		STORY(test_one_that_is_not_there_does_not_end_the_others),
		STORY(test_of_none_of_them_there_is_a_verdict),
		STORY(test_an_odd_answer_after_a_good_one_passes),
		STORY(test_one_that_cannot_ends_the_wait),
		STORY(test_a_name_that_is_not_there),
		STORY(test_a_cluster_without_flux),
		STORY(test_another_source_while_it_is_looked_at),
		STORY(test_what_brings_it_is_waited_for),
		STORY(test_what_brings_it_over_many_levels_is_waited_for),
		STORY(test_what_brings_each_other_ends),
		STORY(test_many_workloads_of_many_are_read_more_rarely),
		STORY(test_what_brings_it_from_elsewhere_says_nothing),
		STORY(test_what_brings_it_from_another_branch_says_nothing),
		STORY(test_what_brings_it_from_the_same_branch),
		STORY(test_what_brings_it_may_not_be_read),
		STORY(test_what_brings_it_where_no_source_may_be_read),
		STORY(test_what_is_applied_has_to_roll_out),
		STORY(test_workloads_that_may_not_be_read_are_no_success),
		STORY(test_the_time_is_up_while_workloads_are_read),
		STORY(test_events_that_are_away_hide_nothing),
		STORY(test_events_tell_why_there_are_no_pods),
		STORY(test_events_that_are_away_for_a_moment),
		STORY(test_the_grace_of_pods_counts_for_events),
		STORY(test_answers_that_are_something_else),
		STORY(test_a_release_and_who_brings_it),
		STORY(test_a_release_that_nobody_brings),
		STORY(test_a_signal_says_what_was_waited_for),
		STORY(test_the_last_words_of_what_crashes),
		STORY(test_a_slow_read_of_flux_holds_up_nobody_else),
		STORY(test_a_slow_read_of_workloads_holds_up_nobody_else),
		STORY(test_its_own_time_ends_in_the_middle_of_a_look),
		STORY(test_a_signal_in_the_middle_of_a_look),
		STORY(test_slow_looks_at_many_take_turns),
		STORY(test_a_request_without_an_answer_holds_up_nobody),
		STORY(test_their_times_end_while_a_request_is_not_answered),
		STORY(test_the_time_and_a_signal_end_a_request_without_an_answer),
		STORY(test_why_a_request_had_no_answer_is_said),
		STORY(test_a_page_is_no_yes),
		STORY(test_silent_requests_of_many_hold_up_no_look),
		STORY(test_a_look_asks_for_each_thing_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
