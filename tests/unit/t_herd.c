/* Many applications at once, and what stands beside them, as stories on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster_world.h"
#include "step/await.h"
#include "step/due.h"
#include "step/follower.h"

#define OLD "1111111111111111111111111111111111111111"
#define NEW "2222222222222222222222222222222222222222"
#define REPO "https://git.example.com/gitops/apps.git"
#define ROOT "/apis/argoproj.io/v1alpha1/namespaces/"
#define ABROAD "https://us.example.com:6443"
#define OBJECTS_MAX 8000
#define ASKS_MAX 6000

/* An object as it is from AT_MS of the story on; TEXT NULL: it is gone. */
struct object {
	int64_t at_ms;
	const char *resource; /* "applications" */
	const char *namespace;
	const char *name;
	const char *text;
	bool abroad; /* in the other cluster */
};

struct counts {
	size_t lists, watches, gets, patches, singles, refreshes, workloads;
};

/* The one workload that there is. */
#define QUOTA_EXCEEDED                                                                             \
	"{\"metadata\":{\"name\":\"api\",\"namespace\":\"web\",\"generation\":1},\"status\":{"     \
	"\"observedGeneration\":1,\"conditions\":[{\"type\":\"ReplicaFailure\",\"status\":"        \
	"\"True\","                                                                                \
	"\"reason\":\"FailedCreate\",\"message\":\"exceeded quota: small\"}]}}"

#define IMAGE "registry.example.com/web:"
struct story {
	struct cluster_world *w;
	struct object *objects;
	size_t count;
	int64_t start_ms;
	const char *forbidden; /* requests with this in their address are answered 403 */
	int64_t forbidden_ms;  /* until then; 0: always */
	const char *away;      /* in the address: answered 404, as by a server that starts */
	int64_t away_from_ms, away_until_ms;
	int version;
	int patch_status;     /* of each patch; 0: 200 */
	int sync_status;      /* of each that starts a sync; 0: 200 */
	const char *silent;   /* the application whose patches are answered after PATCH_MS; NULL */
	int64_t patch_ms;     /* 0: never */
	const char *patched;  /* as that patch leaves it */
	int64_t patched_ms;   /* when the last of them was sent */
	int64_t lag_ms;       /* how late the watch tells */
	int64_t listed_ms;    /* when the last list was answered */
	bool argocd;          /* Argo CD's own API; a request to refresh is never answered ... */
	int64_t stream_ms;    /* ... a stream ends after that; 0: late */
	int64_t refreshed_ms; /* when the last one was asked for */
	int64_t slow_ms;      /* until the workload is answered; 0: 1 */
	int64_t replaced_ms;  /* from then on its template has image 2; 0: it is QUOTA_EXCEEDED */
	int lost;             /* Argo CD's own API: the answer to a read of the application */
	struct counts counts;
	struct sg_settings settings;
	struct sg_console console;
	struct sg_buf lines;
	struct sg_world world;
	struct sg_await_home home;
	struct sg_cluster_access abroad_access;
	struct sg_cluster_client abroad_client;
	struct sg_await_home abroad; /* in the other cluster */
	bool is_abroad;              /* what happens now, happens there */
	bool keep_going;
	struct sg_await_ask *asks;
	size_t ask_count;
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

/* What an application says of itself beside the usual. */
struct app {
	const char *namespace, *name, *revision, *sync, *health;
	const char *owner;     /* its application set */
	const char *project;   /* NULL: default */
	const char *resources; /* elements of status.resources */
	const char *repo;      /* NULL: ours */
	bool manual;           /* no automated sync */
	bool refresh;
};

static void add(struct story *s, int64_t at_ms, const char *resource, const char *namespace,
	const char *name, const char *text)
{
	assert_true(s->count < OBJECTS_MAX);
	s->objects[s->count++] =
		(struct object){at_ms, resource, namespace, name, text, s->is_abroad};
}

static void happens(struct story *s, int64_t at_ms, struct app app)
{
	const char *repo = app.repo ? app.repo : REPO;
	const char *text = sg_arena_printf(&s->w->arena,
		"{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Application\",\"metadata\":{"
		"\"annotations\":{%s},\"name\":\"%s\",\"namespace\":\"%s\",\"resourceVersion\":"
		"\"%d\"%s%s%s},\"spec\":{\"project\":\"%s\",\"source\":{\"repoURL\":\"%s\","
		"\"targetRevision\":\"main\",\"path\":\"apps/web\"},\"destination\":{\"server\":"
		"\"https://kubernetes.default.svc\",\"namespace\":\"web\"}%s},\"status\":{\"sync\":"
		"{\"status\":\"%s\",\"revision\":\"%s\",\"comparedTo\":{\"source\":{\"repoURL\":"
		"\"%s\",\"targetRevision\":\"main\",\"path\":\"apps/web\"},\"destination\":{"
		"\"server\":\"https://kubernetes.default.svc\",\"namespace\":\"web\"}}},\"health\":"
		"{\"status\":\"%s\"},\"reconciledAt\":\"2024-01-02T03:04:05Z\",\"resources\":[%s]}"
		"}",
		app.refresh ? "\"argocd.argoproj.io/refresh\":\"normal\"" : "", app.name,
		app.namespace, ++s->version,
		app.owner ? ",\"ownerReferences\":[{\"kind\":\"ApplicationSet\",\"name\":\"" : "",
		app.owner ? app.owner : "", app.owner ? "\"}]" : "",
		app.project ? app.project : "default", repo,
		app.manual ? "" : ",\"syncPolicy\":{\"automated\":{}}", app.sync, app.revision,
		repo, app.health, app.resources ? app.resources : "");

	add(s, at_ms, "applications", app.namespace, app.name, text);
}

static bool is(const struct object *a, const struct object *b)
{
	return strcmp(a->resource, b->resource) == 0 && strcmp(a->namespace, b->namespace) == 0 &&
	       strcmp(a->name, b->name) == 0 && a->abroad == b->abroad;
}

/* The last version of OBJECT's name that has happened by now. */
static bool is_latest(const struct story *s, const struct object *object)
{
	if (object->at_ms > story_ms(s))
		return false;
	for (const struct object *o = object + 1; o < s->objects + s->count; o++)
		if (o->at_ms <= story_ms(s) && is(o, object))
			return false;
	return true;
}

static void refuse(struct script_answer *answer, int status, const char *reason)
{
	char text[300];

	script_status(answer, status);
	script_header(answer, "Content-Type", "application/json");
	(void)snprintf(text, sizeof(text),
		"{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":"
		"\"%s\",\"reason\":\"%s\",\"code\":%d}",
		reason, reason, status);
	script_piece(answer, 1, sg_str_of(text));
}

/* The namespace and the resource that an address is about, and the name if any. */
static struct object about(struct story *s, const char *url)
{
	struct sg_str rest = sg_str_of(strstr(url, ROOT) + strlen(ROOT)), part, query;
	struct object object = {.abroad = strncmp(url, ABROAD, strlen(ABROAD)) == 0};
	const char *selected = strstr(url, "metadata.name%3D");

	assert_true(sg_str_cut(&rest, '/', &part));
	object.namespace = sg_arena_dup(&s->w->arena, part);
	query = rest;
	assert_true(sg_str_cut(&query, '?', &rest));
	assert_true(sg_str_cut(&rest, '/', &part));
	object.resource = sg_arena_dup(&s->w->arena, part);
	if (rest.len)
		object.name = sg_arena_dup(&s->w->arena, rest);
	if (selected) {
		rest = sg_str_of(selected + strlen("metadata.name%3D"));
		assert_true(sg_str_cut(&rest, '&', &part));
		object.name = sg_arena_dup(&s->w->arena, part);
	}
	return object;
}

static bool matches(const struct object *object, const struct object *wanted)
{
	return object->abroad == wanted->abroad &&
	       strcmp(object->resource, wanted->resource) == 0 &&
	       strcmp(object->namespace, wanted->namespace) == 0 &&
	       (!wanted->name || strcmp(object->name, wanted->name) == 0);
}

static void answer_list(struct story *s, const struct object *wanted, struct script_answer *answer)
{
	bool first = true;

	s->counts.lists++;
	s->listed_ms = story_ms(s);
	script_piece(answer, 1, SG_STR("{\"kind\":\"ApplicationList\",\"items\":["));
	for (const struct object *o = s->objects; o < s->objects + s->count; o++) {
		if (!matches(o, wanted) || !is_latest(s, o) || !o->text)
			continue;
		if (!first)
			script_piece(answer, 1, SG_STR(","));
		first = false;
		script_piece(answer, 1, sg_str_of(o->text));
	}
	script_piece(answer, 1, SG_STR("],\"metadata\":{\"resourceVersion\":\"9000\"}}"));
}

static int64_t later(int64_t ms)
{
	return ms > 1 ? ms : 1;
}

static void answer_watch(struct story *s, const struct object *wanted, struct script_answer *answer)
{
	s->counts.watches++;
	for (const struct object *o = s->objects; o < s->objects + s->count; o++)
		if (matches(o, wanted) && o->at_ms > s->listed_ms)
			script_piece(answer, later(o->at_ms + s->lag_ms - story_ms(s)),
				sg_str_of(cluster_world_frame(s->w, "MODIFIED", o->text)));
	script_end(answer, 300000);
}

/* Argo CD's own API: the first list has the application, later ones have nothing. */
static void answer_argocd(struct story *s, const char *url, struct script_answer *answer)
{
	const char *one = s->counts.lists == 0 ? s->objects[0].text : "";

	if (strstr(url, "/stream/")) {
		s->counts.watches++;
		script_end(answer, 2000);
	} else if (strstr(url, "/applications?")) {
		s->counts.lists++;
		script_piece(answer, 1,
			sg_str_of(sg_arena_printf(&s->w->arena,
				"{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":%s%s%s}",
				one[0] ? "[" : "", one[0] ? one : "null", one[0] ? "]" : "")));
	} else {
		s->counts.gets++;
		refuse(answer, s->lost, s->lost == 403 ? "Forbidden" : "NotFound");
	}
}

/* Argo CD's own API, whole. */
static void answer_argocd_whole(struct story *s, const char *url, struct script_answer *answer)
{
	const char *name = strstr(url, "/applications/"), *text = NULL;
	size_t len = name ? strcspn(name + strlen("/applications/"), "?") : 0;

	if (strstr(url, "refresh=")) {
		s->counts.refreshes++;
		s->refreshed_ms = story_ms(s);
		script_silence(answer);
	} else if (name && !strstr(url, "/stream/")) {
		s->counts.gets++;
		for (const struct object *o = s->objects; o < s->objects + s->count; o++)
			if (is_latest(s, o) && strlen(o->name) == len &&
				memcmp(o->name, name + strlen("/applications/"), len) == 0)
				text = o->text;
		if (text)
			script_piece(answer, 1, sg_str_of(text));
		else
			script_silence(answer);
	} else if (!strstr(url, "/stream/")) {
		answer_list(s, &(struct object){.resource = "applications", .namespace = "argocd"},
			answer);
	} else {
		int64_t lives_ms = s->stream_ms ? s->stream_ms : 300000;

		s->counts.watches++;
		for (const struct object *o = s->objects; o < s->objects + s->count; o++)
			if (o->text && o->at_ms > s->listed_ms && o->at_ms < story_ms(s) + lives_ms)
				script_piece(answer, o->at_ms - story_ms(s),
					sg_str_of(sg_arena_printf(&s->w->arena,
						"{\"result\":{\"type\":\"MODIFIED\","
						"\"application\":%s}}\n",
						o->text)));
		script_end(answer, lives_ms);
	}
}

/* The one workload, where it is asked which images it has: no pods, but a template. */
static void answer_workload(struct story *s, struct script_answer *answer)
{
	const char *text = QUOTA_EXCEEDED;

	s->counts.workloads++;
	if (s->replaced_ms)
		text = sg_arena_printf(&s->w->arena,
			"{\"metadata\":{\"name\":\"api\",\"namespace\":\"web\"},\"spec\":{"
			"\"selector\":{\"matchLabels\":{\"app\":\"api\"}},\"template\":{\"spec\":{"
			"\"containers\":[{\"name\":\"api\",\"image\":\"" IMAGE "%d\"}]}}}}",
			story_ms(s) < s->replaced_ms ? 1 : 2);
	script_piece(answer, s->slow_ms ? s->slow_ms : 1, sg_str_of(text));
}

static void answer_get(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	struct story *s = arg;
	struct object wanted;
	bool single = strstr(request->url, "fieldSelector") != NULL;

	if (s->argocd) {
		answer_argocd_whole(s, request->url, answer);
		return;
	}
	if (strstr(request->url, "/namespaces/web/pods?")) {
		script_piece(answer, 1, SG_STR("{\"metadata\":{},\"items\":[]}"));
		return;
	}
	if (strstr(request->url, "/api/v1/")) {
		answer_argocd(s, request->url, answer);
		return;
	}
	if (strstr(request->url, "/apis/apps/")) {
		assert_non_null(strstr(request->url, "/namespaces/web/deployments/api"));
		answer_workload(s, answer);
		return;
	}
	wanted = about(s, request->url);
	s->counts.singles += single;
	if (s->forbidden && strstr(request->url, s->forbidden) &&
		(!s->forbidden_ms || story_ms(s) < s->forbidden_ms)) {
		refuse(answer, 403, "Forbidden");
		return;
	}
	if (s->away && story_ms(s) >= s->away_from_ms && story_ms(s) < s->away_until_ms &&
		strstr(request->url, s->away)) {
		script_status(answer, 404);
		script_header(answer, "Content-Type", "text/plain");
		script_piece(answer, 1, SG_STR("404 page not found\n"));
		return;
	}
	if (strstr(request->url, "watch=1")) {
		answer_watch(s, &wanted, answer);
		return;
	}
	if (single || !wanted.name) {
		answer_list(s, &wanted, answer);
		return;
	}
	s->counts.gets++;
	for (const struct object *o = s->objects; o < s->objects + s->count; o++)
		if (matches(o, &wanted) && is_latest(s, o) && o->text) {
			script_piece(answer, 1, sg_str_of(o->text));
			return;
		}
	refuse(answer, 404, "NotFound");
}

static bool is_sync(const struct script_request *request)
{
	return sg_str_search(request->body, "\"/operation\"") >= 0;
}

static void answer_patch(
	void *arg, const struct script_request *request, struct script_answer *answer)
{
	struct story *s = arg;
	struct object wanted = about(s, request->url);

	s->counts.patches++;
	if (s->patch_status || (s->sync_status && is_sync(request))) {
		refuse(answer, s->patch_status ? s->patch_status : s->sync_status,
			"UnsupportedMediaType");
		return;
	}
	if (s->silent && wanted.name && strcmp(s->silent, wanted.name) == 0) {
		s->patched_ms = story_ms(s);
		if (!s->patch_ms) {
			script_silence(answer);
			return;
		}
		script_piece(answer, s->patch_ms, sg_str_of(s->patched));
		return;
	}
	for (const struct object *o = s->objects; o < s->objects + s->count; o++)
		if (matches(o, &wanted) && is_latest(s, o))
			script_piece(answer, 1, sg_str_of(o->text));
}

static void keep_line(void *arg, const char *line, size_t len)
{
	sg_buf_add(&((struct story *)arg)->lines, line, len);
}

static void begin(struct story *s, struct cluster_world *w)
{
	static const char *const nothing[] = {NULL};

	*s = (struct story){.w = w, .version = 100};
	s->objects = calloc(OBJECTS_MAX, sizeof(*s->objects));
	s->asks = calloc(ASKS_MAX, sizeof(*s->asks));
	assert_true(s->objects && s->asks);
	sg_buf_init(&s->lines, 8u << 20);
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
		.env = sg_env_fixed(&w->arena, nothing),
		.console = &s->console,
		.redactor = w->redactor,
		.http = script_http(w->script),
		.deadline_ms = s->start_ms + 600000,
		.random = 5,
	};
	s->home.policy = sg_app_policy_default();
	s->ancestry.contains = contains;
	s->home.environment = "prod";
	s->home.client = &w->client;
	s->home.ancestry = &s->ancestry;
}

static struct sg_await_ask *ask(struct story *s, const char *namespace, const char *name)
{
	assert_true(s->ask_count < ASKS_MAX);
	s->asks[s->ask_count] = (struct sg_await_ask){
		.home = &s->home,
		.service = name,
		.app = {namespace, name},
		.want = {.revision = NEW, .repo_url = REPO, .branch = "main"},
		.argocd_namespace = "argocd",
	};
	return &s->asks[s->ask_count++];
}

static int await(struct story *s)
{
	int rc = sg_await(&s->world, s->asks, s->ask_count, s->keep_going, &s->done, &s->w->err);

	if (script_problem(s->w->script))
		fail_msg("%s", script_problem(s->w->script));
	assert_int_equal(script_open_calls(s->w->script), 0);
	return rc;
}

static void finish(struct story *s)
{
	free(s->objects);
	free(s->asks);
	sg_buf_release(&s->lines);
}

static const char *name_of(struct story *s, const char *form, size_t i)
{
	return sg_arena_printf(&s->w->arena, "%s-%05zu", form, i);
}

static struct app good(const char *namespace, const char *name)
{
	return (struct app){.namespace = namespace,
		.name = name,
		.revision = NEW,
		.sync = "Synced",
		.health = "Healthy"};
}

static struct app with_health(struct app app, const char *health)
{
	app.health = health;
	return app;
}

static struct app older(struct app app)
{
	app.revision = OLD;
	return app;
}

/* One list, a second look at each application, and nothing more. */
static void all_are_good_already(void **state)
{
	struct story s;

	begin(&s, *state);
	for (size_t i = 0; i < 30; i++) {
		const char *name = name_of(&s, "web", i);

		happens(&s, 0, good("argocd", name));
		(void)ask(&s, "argocd", name);
	}
	for (size_t i = 0; i < 50; i++) /* that nobody waits for */
		happens(&s, 0, with_health(good("argocd", name_of(&s, "other", i)), "Degraded"));
	assert_int_equal(await(&s), 0);
	for (size_t i = 0; i < 30; i++)
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.counts.lists, 1);
	assert_int_equal(s.counts.watches, 0);
	assert_int_equal(s.counts.gets, 30);
	assert_int_equal(s.counts.patches, 0);
	assert_true(story_ms(&s) < 1000);
	finish(&s);
}

static void one_needs_two_requests(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, good("argocd", "web"));
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(script_request_count(s.w->script), 2);
	finish(&s);
}

/* Each is told of its own events only, over one connection. */
static void events_reach_whom_they_concern(void **state)
{
	struct story s;

	begin(&s, *state);
	for (size_t i = 0; i < 20; i++) {
		const char *name = name_of(&s, "web", i);

		happens(&s, 0, older(good("argocd", name)));
		(void)ask(&s, "argocd", name);
	}
	for (size_t i = 0; i < 20; i++)
		happens(&s, 1000 * (int64_t)(i + 1), good("argocd", name_of(&s, "web", 19 - i)));
	assert_int_equal(await(&s), 0);
	for (size_t i = 0; i < 20; i++) {
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
		assert_in_range(s.done.ends[i].elapsed_ms, 1000 * (20 - i), 1000 * (20 - i) + 100);
	}
	assert_int_equal(s.counts.lists, 1);
	assert_int_equal(s.counts.watches, 1);
	finish(&s);
}

static void one_that_fails_ends_it_and_the_others_are_listed(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, good("argocd", "a"));
	happens(&s, 0, (struct app){"argocd", "b", NEW, "OutOfSync", "Healthy", .manual = true});
	happens(&s, 0, with_health(good("argocd", "c"), "Progressing"));
	(void)ask(&s, "argocd", "a");
	(void)ask(&s, "argocd", "b");
	(void)ask(&s, "argocd", "c");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_FAIL);
	assert_true(s.done.ends[1].final);
	assert_int_equal(s.done.ends[2].verdict.code, SG_APP_CODE_PROGRESSING);
	assert_false(s.done.ends[2].final);
	assert_false(s.done.timed_out);
	assert_true(story_ms(&s) < 1000);
	finish(&s);
}

static void to_keep_going_waits_for_the_others(void **state)
{
	struct story s;

	begin(&s, *state);
	s.keep_going = true;
	happens(&s, 0, (struct app){"argocd", "b", NEW, "OutOfSync", "Healthy", .manual = true});
	happens(&s, 0, with_health(good("argocd", "c"), "Progressing"));
	happens(&s, 0, with_health(good("argocd", "d"), "Progressing"));
	happens(&s, 40000, good("argocd", "c"));
	(void)ask(&s, "argocd", "b");
	(void)ask(&s, "argocd", "c");
	ask(&s, "argocd", "d")->timeout_ms = 70000;
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_FAIL);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_SUCCESS);
	assert_true(s.done.ends[2].timed_out);
	assert_int_equal(s.done.ends[2].verdict.code, SG_APP_CODE_PROGRESSING);
	assert_false(s.done.timed_out);
	assert_in_range(story_ms(&s), 70000, 70100);
	finish(&s);
}

static void ends_with(const struct story *s, size_t i, enum sg_reason reason, const char *cause)
{
	assert_non_null(s->done.ends[i].error);
	assert_int_equal(s->done.ends[i].error->reason, reason);
	assert_non_null(strstr(s->done.ends[i].error->cause, cause));
	assert_false(s->done.ends[i].timed_out);
}

/* Three that nothing can be said of: not there, not to be watched, not to be looked at again. */
static void to_keep_going_is_to_go_on_without_what_cannot_be_read(void **state)
{
	struct story s;

	begin(&s, *state);
	s.keep_going = true;
	s.forbidden = "/namespaces/team-b/";
	happens(&s, 0, with_health(good("argocd", "a"), "Progressing"));
	happens(&s, 40000, good("argocd", "a"));
	happens(&s, 0, good("team-b", "c"));
	happens(&s, 0, good("argocd", "d"));
	add(&s, 0, "applications", "argocd", "e",
		"{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Application\",\"metadata\":{"
		"\"name\":\"e\",\"namespace\":\"argocd\",\"resourceVersion\":\"900\"},"
		"\"spec\":{},\"status\":{\"conditions\":7}}");
	(void)ask(&s, "argocd", "missing");
	(void)ask(&s, "argocd", "a");
	(void)ask(&s, "team-b", "c");
	(void)ask(&s, "argocd", "d");
	(void)ask(&s, "argocd", "e");
	assert_int_equal(await(&s), 0);
	ends_with(&s, 0, SG_R_APPLICATION_NOT_FOUND, "\"missing\"");
	ends_with(&s, 2, SG_R_FORBIDDEN, "Forbidden");
	ends_with(&s, 4, SG_R_ANSWER_INVALID, "conditions");
	for (size_t i = 1; i < 4; i += 2) {
		assert_null(s.done.ends[i].error);
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	}
	assert_in_range(story_ms(&s), 40000, 41000);
	assert_null(s.done.clusters[0].beside);
	finish(&s);
}

static void a_second_look_that_is_denied_ends_only_that_one(void **state)
{
	struct story s;

	begin(&s, *state);
	s.keep_going = true;
	s.forbidden = "/applications/b";
	happens(&s, 0, good("argocd", "a"));
	happens(&s, 0, good("argocd", "b"));
	happens(&s, 0, with_health(good("argocd", "c"), "Progressing"));
	happens(&s, 60000, good("argocd", "c"));
	(void)ask(&s, "argocd", "a");
	(void)ask(&s, "argocd", "b");
	(void)ask(&s, "argocd", "c");
	assert_int_equal(await(&s), 0);
	ends_with(&s, 1, SG_R_FORBIDDEN, "Forbidden");
	assert_in_range(s.done.ends[1].elapsed_ms, 10000, 11000);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.done.ends[2].verdict.kind, SG_APP_SUCCESS);
	finish(&s);
}

/* ---- several clusters ---- */

/* Another cluster "us" beside the one of "eu", or another environment of the same one. */
static void two(struct story *s, bool are_apart)
{
	s->home.environment = "eu";
	s->abroad = s->home;
	s->abroad.environment = "us";
	if (!are_apart)
		return;
	s->abroad_access = s->w->access;
	s->abroad_access.server = s->abroad_access.origin = ABROAD;
	s->abroad_client = s->w->client;
	s->abroad_client.access = &s->abroad_access;
	s->abroad.client = &s->abroad_client;
}

static void ask_in(struct story *s, const struct sg_await_home *home, const char *name)
{
	struct sg_await_ask *one = ask(s, "argocd", name);

	one->home = home;
	one->label = sg_arena_printf(&s->w->arena, "%s in %s", name, home->environment);
}

static void the_same_application_in_two_clusters_is_two(void **state)
{
	struct story s;

	begin(&s, *state);
	two(&s, true);
	happens(&s, 0, good("argocd", "web"));
	s.is_abroad = true;
	happens(&s, 0, older(good("argocd", "web")));
	happens(&s, 40000, good("argocd", "web"));
	ask_in(&s, &s.home, "web");
	ask_in(&s, &s.abroad, "web");
	assert_int_equal(await(&s), 0);
	for (size_t i = 0; i < 2; i++)
		assert_true(s.done.ends[i].final && s.done.ends[i].verdict.kind == SG_APP_SUCCESS);
	assert_in_range(s.done.ends[0].elapsed_ms, 0, 1000);
	assert_in_range(s.done.ends[1].elapsed_ms, 40000, 41000);
	assert_int_equal(s.counts.lists, 2);
	assert_int_equal(s.counts.watches, 1); /* the first one is good already */
	assert_int_equal(s.done.cluster_count, 2);
	assert_string_equal(s.done.clusters[1].where, "us");
	assert_non_null(strstr(sg_buf_str(&s.lines).ptr, "web in us"));
	finish(&s);
}

static void environments_of_one_cluster_share_its_watch(void **state)
{
	struct story s;

	begin(&s, *state);
	two(&s, false);
	for (size_t i = 0; i < 2; i++) {
		happens(&s, 0, with_health(good("argocd", i ? "b" : "a"), "Progressing"));
		happens(&s, 30000, good("argocd", i ? "b" : "a"));
	}
	ask_in(&s, &s.home, "a");
	ask_in(&s, &s.abroad, "b");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.counts.lists, 1);
	assert_int_equal(s.counts.watches, 1);
	assert_int_equal(s.done.cluster_count, 1);
	assert_string_equal(s.done.clusters[0].where, "eu, us");
	finish(&s);
}

static void each_environment_has_its_own_policy(void **state)
{
	struct story s;

	begin(&s, *state);
	two(&s, true);
	s.home.policy.suspended = SG_APP_SUSPENDED_OK;
	s.abroad.policy.suspended = SG_APP_SUSPENDED_ASK;
	happens(&s, 0, with_health(good("argocd", "web"), "Suspended"));
	s.is_abroad = true;
	happens(&s, 0, with_health(good("argocd", "web"), "Suspended"));
	s.keep_going = true;
	ask_in(&s, &s.home, "web");
	ask_in(&s, &s.abroad, "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_POLICY);
	finish(&s);
}

static void a_cluster_that_denies_is_named(void **state)
{
	struct story s;

	begin(&s, *state);
	two(&s, true);
	s.forbidden = ABROAD;
	happens(&s, 0, with_health(good("argocd", "web"), "Progressing"));
	ask_in(&s, &s.home, "web");
	ask_in(&s, &s.abroad, "web");
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.reason, SG_R_FORBIDDEN);
	assert_string_equal(s.w->err.where, "us");
	assert_non_null(strstr(s.w->err.cause, ABROAD));
	finish(&s);
}

static void to_keep_going_is_to_go_on_in_the_other_cluster(void **state)
{
	struct story s;

	begin(&s, *state);
	two(&s, true);
	s.keep_going = true;
	s.forbidden = ABROAD;
	happens(&s, 0, with_health(good("argocd", "web"), "Progressing"));
	happens(&s, 60000, good("argocd", "web"));
	ask_in(&s, &s.abroad, "web");
	ask_in(&s, &s.home, "web");
	assert_int_equal(await(&s), 0);
	ends_with(&s, 0, SG_R_FORBIDDEN, ABROAD);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[1].elapsed_ms, 60000, 61000);
	finish(&s);
}

static void a_signal_says_the_state_of_each_cluster(void **state)
{
	struct story s;

	begin(&s, *state);
	two(&s, true);
	happens(&s, 0, good("argocd", "web"));
	s.is_abroad = true;
	happens(&s, 0, with_health(good("argocd", "web"), "Progressing"));
	script_cancel(s.w->script, 3000, 15);
	ask_in(&s, &s.home, "web");
	ask_in(&s, &s.abroad, "web");
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.reason, SG_R_CANCELLED);
	if (strncmp(s.w->err.where,
		    "eu: 1 of 1 run it; us: 0 of 1 run it: web in us: PROGRESSING: ", 62) != 0)
		fail_msg("%s", s.w->err.where);
	finish(&s);
}

/* Where none is left the run has an error, and no rows. */
static void to_keep_going_without_any_is_an_error(void **state)
{
	struct story s;

	begin(&s, *state);
	s.keep_going = true;
	(void)ask(&s, "argocd", "a");
	(void)ask(&s, "argocd", "b");
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.reason, SG_R_APPLICATION_NOT_FOUND);
	assert_non_null(strstr(s.w->err.cause, "\"a\""));
	finish(&s);
}

/* A server that starts does not know the kind yet: the second look waits for that, too. */
static void a_second_look_waits_for_a_server_that_starts(void **state)
{
	struct story s;

	begin(&s, *state);
	s.away = "/applications/";
	s.away_until_ms = 8000;
	happens(&s, 0, good("argocd", "a"));
	happens(&s, 0, good("argocd", "b"));
	(void)ask(&s, "argocd", "a");
	(void)ask(&s, "argocd", "b");
	assert_int_equal(await(&s), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(story_ms(&s), 8000, 11000);
	finish(&s);
}

static void but_not_for_ever(void **state)
{
	struct story s;

	begin(&s, *state);
	s.away = "/applications/";
	s.away_until_ms = 500000;
	happens(&s, 0, good("argocd", "a"));
	(void)ask(&s, "argocd", "a");
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.reason, SG_R_NOT_FOUND);
	assert_in_range(story_ms(&s), 10000, 11000);
	finish(&s);
}

/* A Role with resourceNames lets one list and watch by name only. */
static void a_namespace_that_may_not_be_listed_is_watched_one_by_one(void **state)
{
	struct story s;

	begin(&s, *state);
	s.forbidden = "applications?limit";
	for (size_t i = 0; i < 3; i++) {
		happens(&s, 0, older(good("argocd", name_of(&s, "web", i))));
		(void)ask(&s, "argocd", name_of(&s, "web", i));
	}
	for (size_t i = 0; i < 3; i++)
		happens(&s, 3000, good("argocd", name_of(&s, "web", i)));
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.counts.watches, 3);
	assert_int_equal(s.counts.singles, 6);
	assert_null(s.done.clusters[0].polling);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	finish(&s);
}

static void without_list_and_watch_each_is_polled(void **state)
{
	struct story s;

	begin(&s, *state);
	s.forbidden = "limit=500";
	for (size_t i = 0; i < 3; i++) {
		happens(&s, 0, older(good("argocd", name_of(&s, "web", i))));
		(void)ask(&s, "argocd", name_of(&s, "web", i));
	}
	for (size_t i = 0; i < 3; i++)
		happens(&s, 12000, good("argocd", name_of(&s, "web", i)));
	assert_int_equal(await(&s), 0);
	assert_non_null(s.done.clusters[0].polling);
	assert_int_equal(s.counts.watches, 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(story_ms(&s), 12000, 18000);
	finish(&s);
}

static void one_of_many_that_is_not_there_is_an_error(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, good("argocd", "a"));
	(void)ask(&s, "argocd", "a");
	(void)ask(&s, "argocd", "b");
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.reason, SG_R_APPLICATION_NOT_FOUND);
	assert_non_null(strstr(s.w->err.cause, "\"b\""));
	finish(&s);
}

static void two_services_of_one_application(void **state)
{
	struct story s;

	begin(&s, *state);
	happens(&s, 0, older(good("argocd", "all")));
	happens(&s, 2000, good("argocd", "all"));
	ask(&s, "argocd", "all")->service = "web";
	ask(&s, "argocd", "all")->service = "api";
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.counts.watches, 1);
	finish(&s);
}

#define CHILD(namespace, name)                                                                     \
	"{\"group\":\"argoproj.io\",\"kind\":\"Application\",\"namespace\":\"" namespace "\","     \
											 "\"name"  \
											 "\":"     \
											 "\"" name \
											 "\","     \
											 "\"statu" \
											 "s\":"    \
											 "\"Synce" \
											 "d\"}"

static void a_parent_waits_for_its_children(void **state)
{
	struct app parent = good("argocd", "root");
	struct story s;

	begin(&s, *state);
	parent.resources = CHILD("argocd", "web") "," CHILD("team", "api");
	happens(&s, 0, parent);
	happens(&s, 0, older(good("argocd", "web")));
	happens(&s, 0, with_health(good("team", "api"), "Progressing"));
	happens(&s, 4000, good("argocd", "web"));
	happens(&s, 9000, good("team", "api"));
	(void)ask(&s, "argocd", "root");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_non_null(strstr(s.done.ends[0].verdict.message, "2 child applications"));
	assert_in_range(story_ms(&s), 9000, 9100);
	assert_true(s.counts.patches >= 1); /* the child at the older revision is refreshed */
	assert_int_equal(s.counts.gets, 3); /* the second look is at all three */
	finish(&s);
}

static void a_child_that_fails_fails_its_parent(void **state)
{
	struct app parent = good("argocd", "root");
	struct story s;

	begin(&s, *state);
	parent.resources = CHILD("argocd", "web");
	happens(&s, 0, parent);
	happens(&s, 0, (struct app){"argocd", "web", NEW, "OutOfSync", "Healthy", .manual = true});
	(void)ask(&s, "argocd", "root");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_FAIL);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_NEEDS_MANUAL_SYNC);
	assert_non_null(strstr(s.done.ends[0].verdict.message, "child argocd/web"));
	finish(&s);
}

#define OF_CHILD                                                                                   \
	"{\"group\":\"apps\",\"kind\":\"Deployment\",\"namespace\":\"web\",\"name\":\"api\","      \
	"\"status\":\"Synced\"}"

/* Of two children one just takes its time. */
static void workloads_of_a_child_that_are_stuck_fail_its_parent(void **state)
{
	struct app parent = good("argocd", "root"), child;
	struct story s;

	begin(&s, *state);
	parent.resources = CHILD("argocd", "web") "," CHILD("team", "api");
	happens(&s, 0, parent);
	happens(&s, 0, with_health(good("argocd", "web"), "Progressing"));
	child = with_health(good("team", "api"), "Progressing");
	child.resources = OF_CHILD;
	happens(&s, 0, child);
	(void)ask(&s, "argocd", "root");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_FAIL);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_QUOTA);
	assert_non_null(strstr(s.done.ends[0].verdict.message,
		"child team/api: a quota keeps the pods from being created: Deployment web/api: "));
	assert_in_range(story_ms(&s), 120000, 130000); /* after its grace */
	assert_true(s.counts.workloads >= 2);
	finish(&s);
}

static struct app with_workload(struct app app)
{
	app.resources = OF_CHILD;
	return app;
}

static void a_slow_read_of_workloads_holds_up_nobody_else(void **state)
{
	struct story s;

	begin(&s, *state);
	s.slow_ms = 9000;
	happens(&s, 0, with_workload(with_health(good("argocd", "slow"), "Progressing")));
	happens(&s, 0, with_health(good("argocd", "web"), "Progressing"));
	happens(&s, 5000, good("argocd", "web"));
	happens(&s, 40000, with_workload(good("argocd", "slow")));
	(void)ask(&s, "argocd", "slow");
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[0].elapsed_ms, 40000, 40100);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[1].elapsed_ms, 5000, 5100);
	assert_true(s.counts.workloads >= 2);
	assert_int_equal(s.world.scans, 0);
	finish(&s);
}

static void its_own_time_ends_in_the_middle_of_such_a_read(void **state)
{
	struct story s;

	begin(&s, *state);
	s.keep_going = true;
	s.slow_ms = 9000;
	happens(&s, 0, with_workload(with_health(good("argocd", "slow"), "Progressing")));
	happens(&s, 0, with_health(good("argocd", "web"), "Progressing"));
	happens(&s, 20000, good("argocd", "web"));
	ask(&s, "argocd", "slow")->timeout_ms = 6000;
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_true(s.done.ends[0].timed_out);
	assert_int_equal(s.done.ends[0].elapsed_ms, 6000);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_PROGRESSING);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.counts.workloads, 1);
	finish(&s);
}

static void a_signal_in_the_middle_of_such_a_read_says_how_far_it_is(void **state)
{
	struct story s;

	begin(&s, *state);
	s.slow_ms = 9000;
	happens(&s, 0, with_workload(with_health(good("argocd", "slow"), "Progressing")));
	(void)ask(&s, "argocd", "slow");
	script_cancel(s.w->script, 6000, 15);
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.reason, SG_R_CANCELLED);
	assert_int_equal(s.w->err.signo, 15);
	assert_non_null(strstr(s.w->err.where, "slow: PROGRESSING"));
	assert_int_equal(story_ms(&s), 6000);
	assert_int_equal(s.counts.workloads, 1);
	finish(&s);
}

/* ---- refreshes that are not answered ---- */

static void begin_silent(struct story *s, struct cluster_world *w)
{
	begin(s, w);
	s->keep_going = true;
	s->silent = "slow";
	happens(s, 0, older(good("argocd", "slow")));
	happens(s, 0, older(good("argocd", "web")));
}

/* It is asked for again after that time, and its own events are seen all the while. */
static void a_refresh_without_an_answer_holds_up_nobody(void **state)
{
	struct story s;

	begin_silent(&s, *state);
	happens(&s, 5000, good("argocd", "web"));
	happens(&s, 56000, good("argocd", "slow"));
	(void)ask(&s, "argocd", "slow");
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[0].elapsed_ms, 56000, 56100);
	assert_in_range(s.done.ends[1].elapsed_ms, 5000, 5100);
	assert_int_equal(s.counts.patches, 3);       /* of both, and of the silent one again: */
	assert_in_range(s.patched_ms, 40000, 41000); /* 30 s for the answer, and 10 of back-off */
	finish(&s);
}

static void times_of_their_own_end_while_a_refresh_is_not_answered(void **state)
{
	struct story s;

	begin_silent(&s, *state);
	ask(&s, "argocd", "slow")->timeout_ms = 6000;
	ask(&s, "argocd", "web")->timeout_ms = 4000;
	assert_int_equal(await(&s), 0);
	assert_true(s.done.ends[0].timed_out && s.done.ends[1].timed_out);
	assert_int_equal(s.done.ends[0].elapsed_ms, 6000);
	assert_int_equal(s.done.ends[1].elapsed_ms, 4000);
	assert_int_equal(s.done.ends[0].verdict.code, s.done.ends[1].verdict.code);
	finish(&s);
}

static void the_whole_time_and_a_signal_end_a_refresh_without_an_answer(void **state)
{
	struct story s;

	begin_silent(&s, *state);
	(void)ask(&s, "argocd", "slow");
	s.world.deadline_ms = s.start_ms + 7000;
	assert_int_equal(await(&s), 0);
	assert_true(s.done.timed_out);
	assert_int_equal(story_ms(&s), 7000);
	s.world.deadline_ms = s.start_ms + 60000;
	script_cancel(s.w->script, 6000, 15);
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.signo, 15);
	assert_int_equal(story_ms(&s), 13000);
	finish(&s);
}

static void why_a_refresh_had_no_answer_is_said(void **state)
{
	struct story s;

	begin_silent(&s, *state);
	ask(&s, "argocd", "slow")->timeout_ms = 35000;
	assert_int_equal(await(&s), 0);
	assert_non_null(s.done.ends[0].refusal);
	assert_non_null(strstr(s.done.ends[0].refusal, "no refresh could be asked for: "));
	assert_non_null(
		strstr(s.done.ends[0].refusal, "did not answer in time (ask for a refresh, 30 s)"));
	finish(&s);
}

/* ---- syncs that are not answered ---- */

static void begin_silent_sync(struct story *s, struct cluster_world *w)
{
	begin(s, w);
	s->keep_going = true;
	s->silent = "slow";
	s->home.policy.sync_manually = true;
	happens(s, 0, (struct app){"argocd", "slow", NEW, "OutOfSync", "Healthy", .manual = true});
	happens(s, 0, with_health(good("argocd", "web"), "Progressing"));
	(void)ask(s, "argocd", "slow");
	(void)ask(s, "argocd", "web");
}

static void a_sync_without_an_answer_holds_up_nobody(void **state)
{
	struct story s;

	begin_silent_sync(&s, *state);
	happens(&s, 5000, good("argocd", "web"));
	happens(&s, 20000, good("argocd", "slow"));
	assert_int_equal(await(&s), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[0].elapsed_ms, 20000, 20100);
	assert_in_range(s.done.ends[1].elapsed_ms, 5000, 5100);
	assert_in_range(s.counts.patches, 1, 2); /* it, and a refresh */
	finish(&s);
}

static void times_of_their_own_end_while_a_sync_is_not_answered(void **state)
{
	struct story s;

	begin_silent_sync(&s, *state);
	s.asks[0].timeout_ms = 6000;
	s.asks[1].timeout_ms = 4000;
	assert_int_equal(await(&s), 0);
	assert_true(s.done.ends[0].timed_out && s.done.ends[1].timed_out);
	assert_int_equal(s.done.ends[0].elapsed_ms, 6000);
	assert_int_equal(s.done.ends[1].elapsed_ms, 4000);
	finish(&s);
}

static void a_signal_ends_a_sync_without_an_answer(void **state)
{
	struct story s;

	begin_silent_sync(&s, *state);
	script_cancel(s.w->script, 6000, 15);
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.signo, 15);
	assert_int_equal(story_ms(&s), 6000);
	finish(&s);
}

/* 30 s for the answer, 10 until the next try. */
static void why_a_sync_had_no_answer_is_said(void **state)
{
	struct story s;

	begin_silent_sync(&s, *state);
	s.home.policy.may_refresh = false;
	s.asks[0].timeout_ms = 35000;
	s.asks[1].timeout_ms = 45000;
	assert_int_equal(await(&s), 0);
	assert_non_null(s.done.ends[0].refusal);
	assert_non_null(strstr(s.done.ends[0].refusal, "no sync could be started: "));
	assert_non_null(
		strstr(s.done.ends[0].refusal, "did not answer in time (start a sync, 30 s)"));
	assert_int_equal(s.counts.patches, 1);
	finish(&s);
}

static size_t lines_with(const struct story *s, const char *word)
{
	size_t count = 0;

	for (const char *at = s->lines.ptr; (at = strstr(at, word)); at++)
		count++;
	return count;
}

/* In polling the answer is an event, but not where a later state has been seen meanwhile. */
static void an_answer_to_a_refresh_that_is_late_takes_nothing_back(void **state)
{
	struct app asked = older(good("argocd", "web"));
	struct story s;

	begin(&s, *state);
	s.forbidden = "limit=500";
	s.silent = "web";
	s.patch_ms = 9000;
	happens(&s, 0, asked);
	asked.refresh = true;
	happens(&s, SG_NEVER, asked);
	s.patched = s.objects[1].text;
	happens(&s, 4000, with_health(good("argocd", "web"), "Progressing"));
	happens(&s, 21000, good("argocd", "web"));
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(lines_with(&s, "PROGRESSING"), 1);
	assert_int_equal(s.counts.patches, 1);
	finish(&s);
}

/* Two that follow one application, and a parent of it: one request. */
static void a_refresh_that_is_under_way_does_for_all(void **state)
{
	struct app parent = good("argocd", "root");
	struct story s;

	begin_silent(&s, *state);
	parent.resources = CHILD("argocd", "slow");
	happens(&s, 0, parent);
	happens(&s, 25000, good("argocd", "slow"));
	ask(&s, "argocd", "slow")->service = "web";
	ask(&s, "argocd", "slow")->service = "api";
	(void)ask(&s, "argocd", "root");
	assert_int_equal(await(&s), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.counts.patches, 1);
	finish(&s);
}

/* More than may be read at the same time: each has its turn, and none waits for the others. */
static void slow_reads_of_many_take_turns(void **state)
{
	struct story s;

	begin(&s, *state);
	s.slow_ms = 3000;
	for (size_t i = 0; i < 20; i++) {
		const char *name = name_of(&s, "slow", i);

		happens(&s, 0, with_workload(with_health(good("argocd", name), "Progressing")));
		happens(&s, 30000, with_workload(good("argocd", name)));
		(void)ask(&s, "argocd", name);
	}
	assert_int_equal(await(&s), 0);
	for (size_t i = 0; i < 20; i++)
		assert_in_range(s.done.ends[i].elapsed_ms, 30000, 30100);
	assert_in_range(s.counts.workloads, 20, 40);
	assert_int_equal(s.world.scans, 0);
	finish(&s);
}

/* No image is told by the application: that is no success before the workloads were looked at. */
static void a_success_waits_for_the_workloads_that_may_speak_against_it(void **state)
{
	static const char *const images[] = {IMAGE "2"};
	struct sg_await_ask *a;
	struct story s;

	begin(&s, *state);
	s.slow_ms = 2000;
	s.replaced_ms = 50000;
	happens(&s, 0, with_workload(good("argocd", "web")));
	a = ask(&s, "argocd", "web");
	a->want.images = images;
	a->want.image_count = 1;
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_true(s.done.ends[0].elapsed_ms >= s.replaced_ms);
	finish(&s);
}

/* `sync: true` is about what has landed: nothing has, of what is in another repository. */
/* Denied at first: it is read again, as rarely as a look, until somebody has given the right. */
static void a_child_that_may_be_read_later_is_read_again(void **state)
{
	struct app parent = good("argocd", "root");
	struct story s;

	begin(&s, *state);
	s.forbidden = "/namespaces/team/";
	s.forbidden_ms = 70000;
	parent.resources = CHILD("team", "web") "," CHILD("team", "api");
	happens(&s, 0, parent);
	happens(&s, 0, good("team", "web"));
	happens(&s, 0, good("team", "api"));
	(void)ask(&s, "argocd", "root");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(story_ms(&s), 70000, 95000);
	assert_in_range(script_request_count(s.w->script), 10, 40);
	finish(&s);
}

static void a_child_of_another_repository_is_not_synced(void **state)
{
	struct app parent = good("argocd", "root");
	struct story s;

	begin(&s, *state);
	s.home.policy.sync_manually = true;
	parent.resources = CHILD("argocd", "web");
	happens(&s, 0, parent);
	happens(&s, 0,
		(struct app){"argocd", "web", OLD, "OutOfSync", "Healthy", .manual = true,
			.repo = "https://git.example.com/others/apps.git"});
	(void)ask(&s, "argocd", "root");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_FAIL);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_NEEDS_MANUAL_SYNC);
	assert_int_equal(s.counts.patches, 0);
	finish(&s);
}

static void a_child_that_may_not_be_read_is_waited_for_and_said(void **state)
{
	struct app parent = good("argocd", "root");
	struct story s;

	begin(&s, *state);
	s.forbidden = "/team/";
	parent.resources = CHILD("team", "api");
	happens(&s, 0, parent);
	happens(&s, 0, good("team", "api"));
	(void)ask(&s, "argocd", "root");
	assert_int_equal(await(&s), 0);
	assert_true(s.done.timed_out);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_CHILD_UNREADABLE);
	assert_non_null(s.done.clusters[0].beside);
	assert_non_null(strstr(s.done.clusters[0].beside, "403"));
	finish(&s);
}

/* The watch says that the child is healthy; by the second look it is degraded. */
static void a_child_is_looked_at_twice_too(void **state)
{
	struct app parent = good("argocd", "root");
	struct story s;

	begin(&s, *state);
	parent.resources = CHILD("argocd", "web");
	happens(&s, 0, parent);
	happens(&s, 0, with_health(good("argocd", "web"), "Progressing"));
	happens(&s, 5000, good("argocd", "web"));
	(void)ask(&s, "argocd", "root");
	happens(&s, 5000, with_health(good("argocd", "web"), "Degraded"));
	happens(&s, 60000, good("argocd", "web"));
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_true(story_ms(&s) >= 60000);
	finish(&s);
}

/* The newest state of the child cannot be read: what was seen before it is no confirmation. */
static void a_child_that_makes_no_sense_confirms_nothing(void **state)
{
	struct app parent = good("argocd", "root");
	struct story s;

	begin(&s, *state);
	parent.resources = CHILD("argocd", "web");
	happens(&s, 0, parent);
	happens(&s, 0, with_health(good("argocd", "web"), "Progressing"));
	happens(&s, 5000, good("argocd", "web"));
	add(&s, 5000, "applications", "argocd", "web",
		"{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Application\",\"metadata\":{"
		"\"name\":\"web\",\"namespace\":\"argocd\",\"resourceVersion\":\"900\"},"
		"\"spec\":{},\"status\":{\"conditions\":7}}");
	(void)ask(&s, "argocd", "root");
	assert_int_equal(await(&s), -1);
	assert_int_equal(s.w->err.reason, SG_R_ANSWER_INVALID);
	assert_non_null(strstr(s.w->err.cause, "argocd/web"));
	finish(&s);
}

/* What stands in the way of a sync may go without an event, but not with each of them. */
static void a_sync_that_is_refused_is_tried_again_later(void **state)
{
	struct app web = {"argocd", "web", NEW, "OutOfSync", "Healthy", .manual = true};
	struct story s;

	begin(&s, *state);
	s.home.policy.sync_manually = true;
	s.patch_status = 415;
	for (int64_t at_ms = 0; at_ms < 30000; at_ms += 500)
		happens(&s, at_ms, web);
	ask(&s, "argocd", "web")->timeout_ms = 31000;
	assert_int_equal(await(&s), 0);
	assert_in_range(s.counts.patches, 3, 5);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_NEEDS_MANUAL_SYNC);
	assert_non_null(strstr(s.done.ends[0].refusal, "no sync could be started: "));
	assert_non_null(strstr(s.done.ends[0].refusal, "415"));
	finish(&s);
}

/* A refresh of another application, and one of the same, that is taken says nothing of the sync. */
static void a_refresh_that_is_taken_takes_back_no_refusal_of_a_sync(void **state)
{
	struct app web = {"argocd", "web", NEW, "OutOfSync", "Healthy", .manual = true};
	struct story s;

	begin(&s, *state);
	s.home.policy.sync_manually = true;
	s.sync_status = 415;
	for (int64_t at_ms = 0; at_ms < 5000; at_ms += 500)
		happens(&s, at_ms, web);
	happens(&s, 5000, older(good("argocd", "web")));
	ask(&s, "argocd", "web")->timeout_ms = 31000;
	assert_int_equal(await(&s), 0);
	assert_true(s.counts.patches > 1);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_OLDER_REVISION);
	assert_non_null(s.done.ends[0].refusal);
	assert_non_null(strstr(s.done.ends[0].refusal, "no sync could be started: "));
	finish(&s);
}

/* Rollouts of one name stand in many namespaces, and in several clusters. */
static void what_is_taken_in_one_place_was_not_in_another(void **state)
{
	static const char request[] = "Rollout could be aborted";
	static struct sg_cluster_client clients[2];
	const struct {
		const struct sg_cluster_client *client;
		const char *namespace;
	} places[] = {{&clients[0], "cart"}, {&clients[0], "shop"}, {&clients[1], "shop"}};
	struct sg_world world = {0};
	struct sg_arena arena = {0};
	struct sg_follower follower = {.world = &world};
	struct sg_err why = SG_ERR_INIT;

	(void)state;
	world.arena = &arena;
	(void)sg_fail(&why, SG_R_REMOTE_FAILED, "it says no");
	for (size_t i = 0; i < SG_COUNT(places); i++)
		sg_follower_refused(
			&follower, request, places[i].client, places[i].namespace, "web", &why);
	for (size_t i = 0; i < SG_COUNT(places); i++) {
		assert_string_equal(
			sg_follower_refusals(&follower), "no Rollout could be aborted: it says no");
		sg_follower_refused(
			&follower, request, places[i].client, places[i].namespace, "web", NULL);
	}
	assert_null(sg_follower_refusals(&follower));
	sg_arena_release(&arena);
}

static int lose(struct story *s, struct cluster_world *w, int status)
{
	begin(s, w);
	w->access.speech = SG_SPEAKS_ARGOCD;
	s->lost = status;
	happens(s, 0, with_health(good("argocd", "web"), "Progressing"));
	(void)ask(s, "argocd", "web");
	return await(s);
}

/* Argo CD's own list leaves out what the token may not see any more: only a read tells. */
static void what_argocd_does_not_list_any_more_may_be_there(void **state)
{
	struct cluster_world *w = *state;
	struct story s;

	assert_int_equal(lose(&s, w, 403), -1);
	assert_int_equal(w->err.reason, SG_R_FORBIDDEN);
	finish(&s);
}

static void what_argocd_does_not_know_any_more_is_gone(void **state)
{
	struct story s;

	assert_int_equal(lose(&s, *state, 404), 0);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_APP_DELETED);
	assert_int_equal(s.counts.gets, 1);
	finish(&s);
}

/* Nobody answers that read: what the others show is seen at once. */
static void such_a_read_without_an_answer_holds_up_nobody(void **state)
{
	struct cluster_world *w = *state;
	struct story s;

	begin(&s, w);
	w->access.speech = SG_SPEAKS_ARGOCD;
	s.argocd = true;
	s.stream_ms = 2000;
	s.world.deadline_ms = s.start_ms + 40000;
	happens(&s, 0, with_health(good("argocd", "web"), "Progressing"));
	add(&s, 1000, "applications", "argocd", "web", NULL);
	happens(&s, 0, with_health(good("argocd", "api"), "Progressing"));
	happens(&s, 5000, good("argocd", "api"));
	happens(&s, 25000, good("argocd", "web"));
	for (size_t i = 0; i < 2; i++)
		(void)ask(&s, "argocd", i ? "api" : "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[1].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[1].elapsed_ms, 5000, 6000);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[0].elapsed_ms, 25000, 28000);
	finish(&s);
}

#define PROJECT                                                                                    \
	"{\"kind\":\"AppProject\",\"metadata\":{\"name\":\"shop\",\"namespace\":\"argocd\"},"      \
	"\"spec\":{\"syncWindows\":[{\"kind\":\"deny\",\"schedule\":\"0 0 * * *\",\"duration\":"   \
	"\"24h\",\"applications\":[\"w*\"]},{\"kind\":\"deny\",\"schedule\":\"1 1 * * *\","        \
	"\"duration\":\"1h\",\"applications\":[\"api\"]},{\"kind\":\"allow\",\"schedule\":"        \
	"\"2 2 * * *\",\"duration\":\"3h\",\"namespaces\":[\"web\"]}]}}"

static void a_sync_window_of_the_project_is_named_after_a_minute(void **state)
{
	struct app app = older(good("argocd", "web"));
	struct story s;

	begin(&s, *state);
	s.world.deadline_ms = s.start_ms + 100000;
	app.revision = NEW;
	app.sync = "OutOfSync";
	app.project = "shop";
	happens(&s, 0, app);
	add(&s, 0, "appprojects", "argocd", "shop", PROJECT);
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_true(s.done.timed_out);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_SYNC_WINDOW);
	assert_non_null(strstr(s.done.ends[0].verdict.message,
		"deny window \"0 0 * * *\" for 24h, allow window \"2 2 * * *\" for 3h of project "
		"shop"));
	finish(&s);
}

/* Nobody asks for a refresh, and nothing happens: time alone says it. */
static void a_sync_window_is_named_where_no_refresh_may_be_asked_for(void **state)
{
	struct app app = good("argocd", "web");
	struct story s;

	begin(&s, *state);
	s.home.policy.may_refresh = false;
	s.world.deadline_ms = s.start_ms + 100000;
	app.sync = "OutOfSync";
	app.project = "shop";
	happens(&s, 0, app);
	add(&s, 0, "appprojects", "argocd", "shop", PROJECT);
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_SYNC_WINDOW);
	finish(&s);
}

static void a_controller_that_takes_up_no_refresh_is_named(void **state)
{
	struct app app = older(good("argocd", "web"));
	struct story s;

	begin(&s, *state);
	s.world.deadline_ms = s.start_ms + 100000;
	app.refresh = true;
	happens(&s, 0, app);
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_OLDER_REVISION);
	assert_non_null(strstr(s.done.ends[0].verdict.message, "has not taken up the refresh"));
	finish(&s);
}

static void set_has(struct story *s, const char *strategy, const char *step)
{
	add(s, 0, "applicationsets", "argocd", "shop",
		sg_arena_printf(&s->w->arena,
			"{\"kind\":\"ApplicationSet\",\"metadata\":{\"name\":\"shop\","
			"\"namespace\":\"argocd\"},\"spec\":{%s},\"status\":{"
			"\"applicationStatus\":[{\"application\":\"api\",\"status\":\"Healthy\","
			"\"step\":\"1\"},{\"application\":\"db\",\"status\":\"Progressing\","
			"\"step\":\"1\",\"message\":\"it rolls\"},{\"application\":\"web\","
			"\"status\":\"Waiting\",\"step\":\"%s\",\"message\":\"not its turn\"},{"
			"\"application\":\"late\",\"status\":\"Waiting\",\"step\":\"3\"}]}}",
			strategy, step));
}

static struct app held_by_its_set(void)
{
	struct app app = good("argocd", "web");

	app.sync = "OutOfSync";
	app.manual = true;
	app.owner = "shop";
	return app;
}

static void set_is(struct story *s, const char *strategy)
{
	set_has(s, strategy, "2");
}

static void its_application_set_decides_when_it_is_synced(void **state)
{
	struct app app = held_by_its_set();
	struct story s;

	begin(&s, *state);
	happens(&s, 0, app);
	set_is(&s, "\"strategy\":{\"type\":\"RollingSync\"}");
	app.sync = "Synced";
	happens(&s, 30000, app);
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.kind, SG_APP_SUCCESS);
	assert_non_null(strstr(s.lines.ptr, "APPSET_STEP"));
	assert_non_null(strstr(s.lines.ptr, "step 2: Waiting not its turn"));
	assert_non_null(strstr(s.lines.ptr, "; before it, db of step 1: Progressing it rolls"));
	finish(&s);
}

/* No step selects it: the set leaves it alone for good, and says so by this number. */
static void a_set_whose_steps_leave_it_out_is_named(void **state)
{
	struct app app = held_by_its_set();
	struct story s;

	begin(&s, *state);
	happens(&s, 0, app);
	set_has(&s, "\"strategy\":{\"type\":\"RollingSync\"}", "-1");
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_APPSET_STEP);
	assert_non_null(strstr(s.done.ends[0].verdict.message, "none of its steps selects"));
	finish(&s);
}

static void a_set_without_rolling_sync_does_not(void **state)
{
	struct app app = held_by_its_set();
	struct story s;

	begin(&s, *state);
	happens(&s, 0, app);
	set_is(&s, "\"generators\":[]");
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_NEEDS_MANUAL_SYNC);
	assert_true(story_ms(&s) < 1000);
	finish(&s);
}

static void a_set_that_cannot_be_read_is_waited_for_and_said(void **state)
{
	struct app app = held_by_its_set();
	struct story s;

	begin(&s, *state);
	s.forbidden = "applicationsets";
	happens(&s, 0, app);
	(void)ask(&s, "argocd", "web");
	assert_int_equal(await(&s), 0);
	assert_int_equal(s.done.ends[0].verdict.code, SG_APP_CODE_APPSET_STEP);
	assert_non_null(s.done.clusters[0].beside);
	finish(&s);
}

/* Their number costs what it has to: one list, one watch, and a read for each. */
static void thousands_at_once(void **state)
{
	struct story s;

	begin(&s, *state);
	for (size_t i = 0; i < 1000; i++) {
		const char *name = name_of(&s, "web", i);

		happens(&s, 0, with_health(good("argocd", name), "Progressing"));
		(void)ask(&s, "argocd", name);
	}
	for (size_t i = 0; i < 1000; i++)
		happens(&s, 2000 + (int64_t)i, good("argocd", name_of(&s, "web", i)));
	assert_int_equal(await(&s), 0);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.counts.lists, 1);
	assert_int_equal(s.counts.watches, 1);
	assert_in_range(s.counts.gets, 1000, 1020);
	assert_true(story_ms(&s) < 6000);
	finish(&s);
}

/* Each second look shows that it is not so any more, before the watch tells. */
static void second_looks_that_do_not_confirm_cost_no_list(void **state)
{
	enum { APPS = 500, TIMES = 3 };
	struct story s;

	begin(&s, *state);
	s.lag_ms = 1500;
	for (size_t i = 0; i < APPS; i++) {
		const char *name = name_of(&s, "web", i);

		happens(&s, 0, with_health(good("argocd", name), "Progressing"));
		(void)ask(&s, "argocd", name);
	}
	for (int64_t n = 1; n <= TIMES; n++)
		for (size_t i = 0; i < APPS; i++) {
			const char *name = name_of(&s, "web", i);

			happens(&s, n * 10000 + (int64_t)i, good("argocd", name));
			if (n < TIMES)
				happens(&s, n * 10000 + 1000 + (int64_t)i,
					with_health(good("argocd", name), "Progressing"));
		}
	assert_int_equal(await(&s), 0);
	for (size_t i = 0; i < APPS; i++)
		assert_int_equal(s.done.ends[i].verdict.kind, SG_APP_SUCCESS);
	assert_int_equal(s.counts.lists, 1);
	assert_int_equal(s.counts.watches, 1);
	assert_in_range(s.counts.gets, APPS * TIMES, APPS * TIMES + 40); /* and the checks */
	assert_in_range(story_ms(&s), TIMES * 10000, TIMES * 10000 + 5000);
	finish(&s);
}

/* One request after the other takes its time; who is done meanwhile is seen. */
static void refreshes_of_many_do_not_hide_events(void **state)
{
	struct story s;

	begin(&s, *state);
	s.world.deadline_ms = s.start_ms + 15000;
	for (size_t i = 0; i < 900; i++) {
		const char *name = name_of(&s, "web", i);

		happens(&s, 0, older(good("argocd", name)));
		(void)ask(&s, "argocd", name);
	}
	happens(&s, 10950, good("argocd", "web-00899")); /* all are asked for again then */
	assert_int_equal(await(&s), 0);
	assert_true(s.done.timed_out);
	assert_in_range(s.counts.patches, 1700, 1800);
	assert_int_equal(s.done.ends[899].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[899].elapsed_ms, 10950, 11500);
	finish(&s);
}

/* Argo CD's own API answers late or never: they are asked for side by side, and nobody waits. */
static void refreshes_over_argocd_overlap(void **state)
{
	struct story s;

	begin(&s, *state);
	s.w->access.speech = SG_SPEAKS_ARGOCD;
	s.argocd = true;
	s.world.deadline_ms = s.start_ms + 9000;
	for (size_t i = 0; i < 40; i++) {
		const char *name = name_of(&s, "web", i);

		happens(&s, 0, older(good("argocd", name)));
		(void)ask(&s, "argocd", name);
	}
	happens(&s, 1300, good("argocd", "web-00007"));
	happens(&s, 1400, good("argocd", "web-00039")); /* its turn has not come yet */
	assert_int_equal(await(&s), 0);
	assert_true(s.done.timed_out);
	assert_int_equal(s.counts.refreshes, 39);
	assert_in_range(s.refreshed_ms, 2000, 2100); /* three rounds of 16, a second each */
	assert_int_equal(s.done.ends[7].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[7].elapsed_ms, 1300, 1310);
	assert_int_equal(s.done.ends[39].verdict.kind, SG_APP_SUCCESS);
	assert_in_range(s.done.ends[39].elapsed_ms, 1400, 1410);
	assert_int_equal(s.counts.lists, 1);
	finish(&s);
}

static void the_soonest_is_due_first(void **state)
{
	static const int64_t times[] = {50, 20, 90, 20, 70, 10, 30};
	struct sg_due due;
	size_t number;

	(void)state;
	sg_due_init(&due, 0);
	assert_int_equal(sg_due_first(&due, &number), SG_NEVER);
	sg_due_release(&due);
	sg_due_init(&due, 7);
	for (size_t i = 0; i < 7; i++)
		sg_due_set(&due, i, times[i]);
	assert_int_equal(sg_due_first(&due, &number), 10);
	assert_int_equal(number, 5);
	sg_due_set(&due, 5, 100);
	sg_due_set(&due, 2, 5);
	assert_int_equal(sg_due_first(&due, &number), 5);
	sg_due_set(&due, 2, SG_NEVER);
	for (int64_t last = 0, at; (at = sg_due_first(&due, &number)) != SG_NEVER; last = at) {
		assert_true(at >= last);
		sg_due_set(&due, number, SG_NEVER);
	}
	sg_due_release(&due);
}

#define STORY(fn) cmocka_unit_test_setup_teardown(fn, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(all_are_good_already),
		STORY(one_needs_two_requests),
		STORY(events_reach_whom_they_concern),
		STORY(one_that_fails_ends_it_and_the_others_are_listed),
		STORY(to_keep_going_waits_for_the_others),
		STORY(to_keep_going_is_to_go_on_without_what_cannot_be_read),
		STORY(a_second_look_that_is_denied_ends_only_that_one),
		STORY(the_same_application_in_two_clusters_is_two),
		STORY(environments_of_one_cluster_share_its_watch),
		STORY(each_environment_has_its_own_policy),
		STORY(a_cluster_that_denies_is_named),
		STORY(to_keep_going_is_to_go_on_in_the_other_cluster),
		STORY(a_signal_says_the_state_of_each_cluster),
		STORY(to_keep_going_without_any_is_an_error),
		STORY(a_second_look_waits_for_a_server_that_starts),
		STORY(but_not_for_ever),
		STORY(a_slow_read_of_workloads_holds_up_nobody_else),
		STORY(its_own_time_ends_in_the_middle_of_such_a_read),
		STORY(a_signal_in_the_middle_of_such_a_read_says_how_far_it_is),
		STORY(slow_reads_of_many_take_turns),
		STORY(a_success_waits_for_the_workloads_that_may_speak_against_it),
		STORY(a_child_that_may_be_read_later_is_read_again),
		STORY(a_namespace_that_may_not_be_listed_is_watched_one_by_one),
		STORY(without_list_and_watch_each_is_polled),
		STORY(a_refresh_without_an_answer_holds_up_nobody),
		STORY(times_of_their_own_end_while_a_refresh_is_not_answered),
		STORY(the_whole_time_and_a_signal_end_a_refresh_without_an_answer),
		STORY(why_a_refresh_had_no_answer_is_said),
		STORY(an_answer_to_a_refresh_that_is_late_takes_nothing_back),
		STORY(a_refresh_that_is_under_way_does_for_all),
		STORY(a_sync_without_an_answer_holds_up_nobody),
		STORY(times_of_their_own_end_while_a_sync_is_not_answered),
		STORY(a_signal_ends_a_sync_without_an_answer),
		STORY(why_a_sync_had_no_answer_is_said),
		STORY(one_of_many_that_is_not_there_is_an_error),
		STORY(two_services_of_one_application),
		STORY(a_parent_waits_for_its_children),
		STORY(a_child_that_fails_fails_its_parent),
		STORY(workloads_of_a_child_that_are_stuck_fail_its_parent),
		STORY(a_child_that_may_not_be_read_is_waited_for_and_said),
		STORY(a_child_of_another_repository_is_not_synced),
		STORY(a_sync_that_is_refused_is_tried_again_later),
		STORY(a_refresh_that_is_taken_takes_back_no_refusal_of_a_sync),
		cmocka_unit_test(what_is_taken_in_one_place_was_not_in_another),
		STORY(what_argocd_does_not_list_any_more_may_be_there),
		STORY(what_argocd_does_not_know_any_more_is_gone),
		STORY(such_a_read_without_an_answer_holds_up_nobody),
		STORY(a_child_is_looked_at_twice_too),
		STORY(a_child_that_makes_no_sense_confirms_nothing),
		STORY(a_sync_window_of_the_project_is_named_after_a_minute),
		STORY(a_sync_window_is_named_where_no_refresh_may_be_asked_for),
		STORY(a_controller_that_takes_up_no_refresh_is_named),
		STORY(its_application_set_decides_when_it_is_synced),
		STORY(a_set_whose_steps_leave_it_out_is_named),
		STORY(a_set_without_rolling_sync_does_not),
		STORY(a_set_that_cannot_be_read_is_waited_for_and_said),
		STORY(thousands_at_once),
		STORY(second_looks_that_do_not_confirm_cost_no_list),
		STORY(refreshes_of_many_do_not_hide_events),
		STORY(refreshes_over_argocd_overlap),
		cmocka_unit_test(the_soonest_is_due_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
