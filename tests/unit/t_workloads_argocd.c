/* Workloads through Argo CD's own API: what is asked, once, and what comes of the answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "workloads_world.h"

#define OF SERVER "/api/v1/applications/web-prod/"
#define ASK "?appNamespace=team-a&project=shop"
#define TREE OF "resource-tree" ASK
#define ONE(group, kind, name)                                                                     \
	OF "resource" ASK "&group=" group "&version=v1&kind=" kind                                 \
	   "&namespace=shop&resourceName=" name
#define DEPLOYMENT ONE("apps", "Deployment", "web")
#define SET(name) ONE("apps", "ReplicaSet", name)
#define POD(name) ONE("", "Pod", name)
#define GONE "{\"error\":\"x\",\"code\":3,\"message\":\"Pod  x not found as part of application\"}"
#define DENIED "{\"error\":\"permission denied\",\"code\":7,\"message\":\"permission denied\"}"

#define NODE_OF(kind, name, owner, more)                                                           \
	"{\"kind\":\"" kind "\",\"namespace\":\"shop\",\"name\":\"" name "\",\"uid\":\"u-" name    \
	"\",\"parentRefs\":[{\"uid\":\"u-" owner "\"}]," more "}"
#define SET_NODE(name, revision)                                                                   \
	NODE_OF("ReplicaSet", name, "web",                                                         \
		"\"group\":\"apps\",\"info\":[{\"name\":\"Revision\",\"value\":\"Rev:" revision    \
		"\"}]")
#define POD_NODE(name, set, health)                                                                \
	NODE_OF("Pod", name, set,                                                                  \
		"\"health\":{\"status\":\"" health "\"},\"networkingInfo\":{\"labels\":{"          \
		"\"app\":\"web\",\"pod-template-hash\":\"" set "\"}}")
#define NODES(nodes) "{\"nodes\":[" nodes "]}"
#define TWO_SETS SET_NODE("old", "1") "," SET_NODE("new", "2")

static void begin(
	struct workloads_world *b, void **state, enum sg_app_kind kind, enum sg_app_row row)
{
	struct cluster_world *w = *state;

	w->access.speech = SG_SPEAKS_ARGOCD;
	w->access.project = "shop";
	workloads_world_begin(b, w, kind, row);
	b->settings.pod_log_lines = 2;
	b->app.namespace = "team-a";
	b->app.destination = (struct sg_app_destination){"prod", "", "shop"};
	b->app.resources = &b->resources[1];
	b->app.resource_count = 1;
}

static void reply(struct workloads_world *b, const char *url, int status, const char *body)
{
	(void)script_reply(b->w->script, "GET", url, status, body);
}

/* As text within a document. */
static void manifest(struct workloads_world *b, const char *url, const char *object)
{
	SG_AUTO(sg_buf_release) struct sg_buf text;

	sg_buf_init(&text, 65536);
	sg_buf_adds(&text, "{\"manifest\":\"");
	for (; *object; object++) {
		if (*object == '"')
			sg_buf_addc(&text, '\\');
		sg_buf_addc(&text, *object);
	}
	sg_buf_adds(&text, "\"}");
	reply(b, url, 200, sg_arena_dup(&b->w->arena, sg_buf_str(&text)));
}

static void deployment(struct workloads_world *b, int updated)
{
	manifest(b, DEPLOYMENT,
		sg_arena_printf(&b->w->arena,
			"{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"uid\":\"u-web\","
			"\"generation\":2,\"annotations\":{\"deployment.kubernetes.io/revision\":"
			"\"2\"}},\"spec\":{\"replicas\":1,\"selector\":{\"matchLabels\":{\"app\":"
			"\"web\"}},\"template\":{\"spec\":{\"containers\":[{\"image\":"
			"\"r.example.com/web:2\"}]}}},\"status\":{\"observedGeneration\":2,"
			"\"replicas\":1,\"updatedReplicas\":%d,\"availableReplicas\":%d}}",
			updated, updated));
}

static void new_set(struct workloads_world *b)
{
	manifest(b, SET("new"),
		"{\"metadata\":{\"name\":\"new\",\"namespace\":\"shop\",\"uid\":\"u-new\","
		"\"labels\":{\"pod-template-hash\":\"new\"},\"annotations\":{"
		"\"deployment.kubernetes.io/revision\":\"2\"},\"ownerReferences\":[{\"kind\":"
		"\"Deployment\",\"name\":\"web\",\"uid\":\"u-web\",\"controller\":true}]}}");
}

static void pod(struct workloads_world *b, const char *url, const char *name, const char *set,
	const char *tag, const char *state, int restarts)
{
	manifest(b, url,
		sg_arena_printf(&b->w->arena,
			"{\"metadata\":{\"name\":\"%s\",\"namespace\":\"shop\",\"uid\":\"u-%s\","
			"\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"name\":\"%s\",\"uid\":"
			"\"u-%s\",\"controller\":true}]},\"spec\":{\"containers\":[{\"name\":"
			"\"c\",\"image\":\"r.example.com/web:%s\"}]},\"status\":{\"phase\":"
			"\"Running\",\"containerStatuses\":[{\"name\":\"c\",\"restartCount\":%d,"
			"\"state\":{%s}}]}}",
			name, name, set, set, tag, restarts, state));
}

#define PULLS "\"waiting\":{\"reason\":\"ImagePullBackOff\",\"message\":\"Back-off pulling image\"}"
#define RUNS "\"running\":{}"
#define CRASHES "\"waiting\":{\"reason\":\"CrashLoopBackOff\",\"message\":\"back-off\"}"

static void a_stuck_pod_of_the_newest_template_is_the_cause(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_WAIT, SG_APP_ROW_18);
	deployment(&b, 0);
	reply(&b, TREE, 200,
		NODES(TWO_SETS "," POD_NODE("old-1", "old", "Healthy") "," POD_NODE(
			"new-1", "new", "Degraded")));
	new_set(&b);
	pod(&b, POD("new-1"), "new-1", "new", "2", PULLS, 0);
	assert_true(workloads_world_look(&b));
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_IMAGE_PULL);
	assert_non_null(strstr(workloads_world_facts(&b)->sentence, "Deployment shop/web"));
	assert_null(sg_workloads_denied(b.workloads));
	workloads_world_end(&b);
}

static void every_pod_counts_for_the_images(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_WAIT, SG_APP_ROW_22);
	b.app.destination.namespace = "shop";
	deployment(&b, 1);
	/* the tree is read once: the pods of Jobs are in it, too */
	reply(&b, TREE, 200,
		NODES(TWO_SETS "," POD_NODE("old-1", "old", "Healthy") "," POD_NODE(
			"gone-1", "old", "Healthy") "," POD_NODE("new-1", "new", "Healthy")));
	pod(&b, POD("old-1"), "old-1", "old", "1", RUNS, 0);
	reply(&b, POD("gone-1"), 400, GONE);
	pod(&b, POD("new-1"), "new-1", "new", "2", RUNS, 0);
	(void)workloads_world_look(&b);
	script_advance(b.w->script, 5000);
	assert_true(workloads_world_look(&b));
	assert_true(workloads_world_facts(&b)->complete);
	assert_int_equal(workloads_world_facts(&b)->pod_count, 2);
	assert_string_equal(workloads_world_facts(&b)->pods[0].name, "shop/old-1");
	assert_string_equal(workloads_world_facts(&b)->templates.items[0], "r.example.com/web:2");
	workloads_world_end(&b);
}

static void what_may_not_be_read_is_said(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_WAIT, SG_APP_ROW_18);
	deployment(&b, 0);
	reply(&b, TREE, 403, DENIED);
	assert_true(workloads_world_look(&b));
	assert_false(workloads_world_facts(&b)->ripe);
	assert_non_null(
		strstr(sg_workloads_denied(b.workloads), "`applications, get, shop/web-prod`"));
	workloads_world_end(&b);
}

static void one_that_is_no_part_of_the_application_is_left_out(void **state)
{
	struct workloads_world b;

	begin(&b, state, SG_APP_WAIT, SG_APP_ROW_18);
	reply(&b, DEPLOYMENT, 400, GONE);
	assert_true(workloads_world_look(&b));
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_NOT_SEEN);
	workloads_world_end(&b);
}

static void what_is_no_manifest_is_no_answer(void **state)
{
	static const char *const bodies[] = {"{}", "{\"manifest\":null}", "{\"manifest\":7}",
		"{\"manifest\":\"<html>\"}", "{\"manifest\":\"[]\"}", "{\"manifest\":\"{}\"}"};
	struct workloads_world b;

	for (size_t i = 0; i < SG_COUNT(bodies); i++) {
		begin(&b, state, SG_APP_WAIT, SG_APP_ROW_18);
		reply(&b, DEPLOYMENT, 200, bodies[i]);
		assert_false(workloads_world_look(&b));
		assert_null(workloads_world_facts(&b));
		sg_workloads_free(b.workloads);
	}
	cluster_world_done(b.w);
}

#define LINE(text) "{\"result\":{\"content\":\"" text "\",\"last\":false}}\n"
#define LAST "{\"result\":{\"content\":\"\",\"last\":true}}\n"

/* A container crashes, and its log is asked for. */
static void crash(struct workloads_world *b, void **state, int status, const char *log)
{
	begin(b, state, SG_APP_WAIT, SG_APP_ROW_18);
	deployment(b, 0);
	reply(b, TREE, 200, NODES(TWO_SETS "," POD_NODE("new-1", "new", "Degraded")));
	new_set(b);
	pod(b, POD("new-1"), "new-1", "new", "2", CRASHES, 4);
	reply(b,
		OF "pods/new-1/logs" ASK "&namespace=shop&container=c&tailLines=2&follow=false"
		   "&previous=true",
		status, log);
	assert_true(workloads_world_look(b));
}

static void a_log_is_the_lines_of_a_stream(void **state)
{
	struct workloads_world b;

	crash(&b, state, 200, LINE("one") "no JSON\n" LINE("two") LAST);
	assert_int_equal(sg_workloads_log(b.workloads).count, 2);
	assert_string_equal(sg_workloads_log(b.workloads).items[1], "two");
	workloads_world_end(&b);
}

static void a_log_that_may_not_be_read_names_its_right(void **state)
{
	struct workloads_world b;

	crash(&b, state, 403, DENIED);
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_CRASH_LOOP);
	assert_non_null(strstr(sg_workloads_log(b.workloads).items[0], "permission denied"));
	workloads_world_end(&b);
}

static void of_many_pods_not_all_are_read(void **state)
{
	SG_AUTO(sg_buf_release) struct sg_buf tree;
	struct workloads_world b;

	sg_buf_init(&tree, 65536);
	begin(&b, state, SG_APP_SUCCESS, SG_APP_ROW_23);
	b.verdict.images_unseen = true;
	deployment(&b, 1);
	sg_buf_adds(&tree, "{\"nodes\":[" TWO_SETS);
	for (int i = 0; i < 17; i++)
		sg_buf_addf(&tree,
			"," NODE_OF("Pod", "p%d", "new",
				"\"networkingInfo\":{\"labels\":{\"app\":\"web\"}}"),
			i, i);
	sg_buf_adds(&tree, "]}");
	reply(&b, TREE, 200, tree.ptr);
	for (int i = 0; i < 16; i++) {
		const char *name = sg_arena_printf(&b.w->arena, "p%d", i);

		pod(&b, sg_arena_printf(&b.w->arena, POD("%s"), name), name, "new", "2", RUNS, 0);
	}
	assert_true(workloads_world_look(&b));
	assert_false(workloads_world_facts(&b)->complete);
	assert_int_equal(workloads_world_facts(&b)->pod_count, 16);
	workloads_world_end(&b);
}

#define STORY(name)                                                                                \
	cmocka_unit_test_setup_teardown(name, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_stuck_pod_of_the_newest_template_is_the_cause),
		STORY(every_pod_counts_for_the_images),
		STORY(what_may_not_be_read_is_said),
		STORY(one_that_is_no_part_of_the_application_is_left_out),
		STORY(what_is_no_manifest_is_no_answer),
		STORY(a_log_is_the_lines_of_a_stream),
		STORY(a_log_that_may_not_be_read_names_its_right),
		STORY(of_many_pods_not_all_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
