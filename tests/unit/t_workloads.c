/* Reading the workloads of an application: which requests, when, and what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "workloads_world.h"

#define DEPLOYMENTS SERVER "/apis/apps/v1/namespaces/shop/deployments/"
#define SETS SERVER "/apis/apps/v1/namespaces/shop/replicasets?limit=50&labelSelector=app%3Dweb"
#define PODS SERVER "/api/v1/namespaces/shop/pods"
#define NEW_PODS PODS "?limit=50&labelSelector=app%3Dweb%2Cpod-template-hash%3Dh2"
#define ALL_PODS PODS "?limit=50&labelSelector=app%3Dweb"
#define JOB_PODS PODS "?limit=50&labelSelector=job-name"

/* A Deployment "web" whose roll-out goes on; MORE goes into its status. */
static const char *deployment(struct workloads_world *b, const char *more)
{
	return sg_arena_printf(&b->w->arena,
		"{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"uid\":\"d\","
		"\"generation\""
		":3,\"annotations\":{\"deployment.kubernetes.io/revision\":\"2\"}},\"spec\":{"
		"\"replicas\":2,\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{"
		"\"spec\":{\"containers\":[{\"image\":\"r.example.com/web:2\"}]}}},\"status\":{"
		"\"observedGeneration\":3%s}}",
		more);
}

#define HALF ",\"replicas\":3,\"updatedReplicas\":1,\"availableReplicas\":2"
#define WHOLE ",\"replicas\":2,\"updatedReplicas\":2,\"availableReplicas\":2"

static const char *replica_set(
	struct workloads_world *b, const char *owner, const char *revision, int n)
{
	return sg_arena_printf(&b->w->arena,
		"{\"metadata\":{\"name\":\"web-h%d\",\"namespace\":\"shop\",\"uid\":\"s%d\","
		"\"labels\":{\"pod-template-hash\":\"h%d\"},\"annotations\":{"
		"\"deployment.kubernetes.io/revision\":\"%s\"},\"ownerReferences\":[{\"kind\":"
		"\"Deployment\",\"uid\":\"%s\",\"controller\":true}]}}",
		n, n, n, revision, owner);
}

static const char *list(struct workloads_world *b, const char *first, const char *second)
{
	return sg_arena_printf(&b->w->arena, "{\"metadata\":{},\"items\":[%s%s%s]}", first,
		second[0] ? "," : "", second);
}

static const char *sets(struct workloads_world *b)
{
	return list(b, replica_set(b, "d", "1", 1), replica_set(b, "d", "2", 2));
}

static const char *pod(struct workloads_world *b, const char *name, const char *owner,
	const char *image, const char *status)
{
	return sg_arena_printf(&b->w->arena,
		"{\"metadata\":{\"name\":\"%s\",\"namespace\":\"shop\",\"ownerReferences\":[{"
		"\"kind\":\"ReplicaSet\",\"uid\":\"%s\",\"controller\":true}]},\"spec\":{"
		"\"containers\":[{\"name\":\"web\",\"image\":\"%s\"}]},\"status\":{%s}}",
		name, owner, image, status);
}

#define PULLING                                                                                    \
	"\"phase\":\"Pending\",\"containerStatuses\":[{\"name\":\"web\",\"state\":{\"waiting\":{"  \
	"\"reason\":\"ImagePullBackOff\",\"message\":\"not found\"}}}]"
#define CRASHING                                                                                   \
	"\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"web\",\"restartCount\":4,"       \
	"\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}},\"lastState\":{\"terminated\":" \
	"{"                                                                                        \
	"\"exitCode\":3,\"reason\":\"Error\"}}}]"

static void reply(struct workloads_world *b, const char *url, const char *body)
{
	(void)script_reply(b->w->script, "GET", url, 200, body);
}

static void deny(struct workloads_world *b, const char *url)
{
	struct script_answer *a = script_reply(b->w->script, "GET", url, 403,
		"{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"it is forbidden\","
		"\"reason\":\"Forbidden\",\"code\":403}");

	script_header(a, "Content-Type", "application/json");
}

/* One pass over a Deployment that is not done, with these pods of its new template. */
static void expect_pass(struct workloads_world *b, const char *pods)
{
	reply(b, DEPLOYMENTS "web", deployment(b, HALF));
	reply(b, SETS, sets(b));
	reply(b, NEW_PODS, pods);
}

static void a_rollout_is_read_in_three_requests(void **state)
{
	struct workloads_world b;
	const char *stuck;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
	assert_false(workloads_world_look(&b)); /* most roll-outs are over soon */
	assert_null(workloads_world_facts(&b));
	script_advance(b.w->script, 3000);
	stuck = list(&b, pod(&b, "web-h2-a", "s2", "r.example.com/web:2", PULLING), "");
	expect_pass(&b, stuck);
	assert_true(workloads_world_look(&b));
	assert_false(workloads_world_facts(&b)->ripe);
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_IMAGE_PULL);
	assert_non_null(strstr(workloads_world_facts(&b)->sentence,
		"Deployment shop/web: 1 of 2 pods are of the "));
	assert_non_null(strstr(workloads_world_facts(&b)->sentence,
		"pod web-h2-a: container web: ImagePullBackOff"));
	assert_false(workloads_world_look(&b)); /* only every --poll */
	for (int64_t at_ms = 20000; at_ms <= 80000; at_ms += 20000) {
		script_advance(b.w->script, 20000);
		expect_pass(&b, stuck);
		assert_true(workloads_world_look(&b));
		assert_false(workloads_world_facts(&b)->ripe);
	}
	assert_int_equal(sg_workloads_due_ms(b.workloads, &b.app, &b.verdict),
		script_now_ms(b.w->script) + 10000); /* the grace is over then */
	script_advance(b.w->script, 10000);
	expect_pass(&b, stuck);
	assert_true(workloads_world_look(&b));
	assert_true(workloads_world_facts(&b)->ripe);
	workloads_world_end(&b);
}

/* Pods of the old template, of another Deployment, or going, say nothing about the new one. */
static void only_pods_of_the_new_template_count(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
	assert_false(workloads_world_look(&b));
	script_advance(b.w->script, 3000);
	expect_pass(&b,
		list(&b, pod(&b, "web-h1-a", "s1", "r.example.com/web:1", CRASHING),
			pod(&b, "web-h2-b", "s2", "r.example.com/web:2", "\"phase\":\"Running\"")));
	assert_true(workloads_world_look(&b));
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_NOT_SEEN);
	script_advance(b.w->script, 20000);
	reply(&b, DEPLOYMENTS "web", deployment(&b, HALF));
	reply(&b, SETS, list(&b, replica_set(&b, "another", "2", 2), ""));
	assert_true(workloads_world_look(&b)); /* no ReplicaSet of it: no pods are asked for */
	assert_false(workloads_world_facts(&b)->ripe);
	workloads_world_end(&b);
}

/* Its controller has not made the new ReplicaSet: the newest one is still the old template's. */
static void nobody_is_new_before_the_controller_has_looked(void **state)
{
	char text[2000];
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
	(void)workloads_world_look(&b);
	(void)snprintf(text, sizeof(text), "%s", deployment(&b, HALF));
	*(strstr(text, "\"generation\":") + strlen("\"generation\":")) = '4';
	for (int i = 0; i < 3; i++) {
		script_advance(b.w->script, 20000);
		reply(&b, DEPLOYMENTS "web", text);
		assert_true(workloads_world_look(&b)); /* neither sets nor pods are asked for */
		assert_false(workloads_world_facts(&b)->ripe);
		assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_NOT_SEEN);
		assert_non_null(strstr(
			workloads_world_facts(&b)->sentence, "has not looked at the new spec"));
	}
	workloads_world_end(&b);
}

static void a_crash_loop_needs_two_reads_and_brings_its_log(void **state)
{
	const char *lines;
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
	b.settings.pod_log_lines = 2;
	(void)workloads_world_look(&b);
	script_advance(b.w->script, 3000);
	lines = list(&b, pod(&b, "web-h2-a", "s2", "r.example.com/web:2", CRASHING), "");
	expect_pass(&b, lines);
	assert_true(workloads_world_look(&b));
	assert_false(workloads_world_facts(&b)->ripe);
	script_advance(b.w->script, 5000);
	expect_pass(&b, lines);
	reply(&b, PODS "/web-h2-a/log?tailLines=2&limitBytes=65536&container=web&previous=true",
		"starting\npanic: no database\n");
	assert_true(workloads_world_look(&b));
	assert_true(workloads_world_facts(&b)->ripe);
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_CRASH_LOOP);
	assert_non_null(strstr(workloads_world_facts(&b)->sentence, "exit code 3 (Error)"));
	assert_int_equal(sg_workloads_log(b.workloads).count, 2);
	assert_string_equal(sg_workloads_log(b.workloads).items[1], "panic: no database");
	workloads_world_end(&b);
}

/* Each kind says in its own way which pods are of its newest template, and only those are asked
 * for. */
static void the_new_pods_of_each_kind_fail_it(void **state)
{
	static const struct {
		const char *group, *kind, *path, *more, *spec, *status, *label, *other;
	} rows[] = {
		{"apps", "StatefulSet", "/apis/apps/v1/namespaces/shop/statefulsets/it", "",
			"\"replicas\":2", "\"replicas\":2,\"updateRevision\":\"it-7\"",
			"app%3Dit%2Ccontroller-revision-hash%3Dit-7", "v"},
		{"apps", "DaemonSet", "/apis/apps/v1/namespaces/shop/daemonsets/it",
			",\"annotations\":{\"deprecated.daemonset.template.generation\":\"7\"}", "",
			"\"desiredNumberScheduled\":2,\"updatedNumberScheduled\":1",
			"app%3Dit%2Cpod-template-generation%3D7", "v"},
		{"batch", "Job", "/apis/batch/v1/namespaces/shop/jobs/it", "", "", "\"active\":1",
			"app%3Dit", "v"},
		/* nothing replaces its pods: those of another image are older than its template */
		{"apps", "ReplicaSet", "/apis/apps/v1/namespaces/shop/replicasets/it", "",
			"\"replicas\":2,\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\","
			"\"image\":\"r.example.com/it:2\"}]}}",
			"\"replicas\":2", "app%3Dit", "u"},
	};
	struct workloads_world b;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		const char *of = sg_arena_printf(&((struct cluster_world *)*state)->arena,
			PODS "?limit=50&labelSelector=%s", rows[i].label);

		workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
		b.resources[1] = workloads_world_resource(rows[i].group, rows[i].kind, "it");
		b.settings.pod_grace_ms = 4000;
		(void)workloads_world_look(&b);
		script_advance(b.w->script, 3000);
		for (int turn = 0; turn < 2; turn++) {
			reply(&b, sg_arena_printf(&b.w->arena, SERVER "%s", rows[i].path),
				sg_arena_printf(&b.w->arena,
					"{\"metadata\":{\"name\":\"it\",\"namespace\":\"shop\","
					"\"uid\":\"u\",\"generation\":1%s},\"spec\":{\"selector\":{"
					"\"matchLabels\":{\"app\":\"it\"}}%s%s},\"status\":{"
					"\"observedGeneration\":1,%s}}",
					rows[i].more, rows[i].spec[0] ? "," : "", rows[i].spec,
					rows[i].status));
			reply(&b, of,
				list(&b,
					pod(&b, "of-another", rows[i].other, "r.example.com/it:1",
						CRASHING),
					pod(&b, "it-x", "u", "r.example.com/it:2", PULLING)));
			assert_true(workloads_world_look(&b));
			assert_int_equal(workloads_world_facts(&b)->ripe, turn == 1);
			script_advance(b.w->script, 4000);
		}
		assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_IMAGE_PULL);
		assert_non_null(strstr(workloads_world_facts(&b)->sentence, "pod it-x: "));
		assert_non_null(strstr(workloads_world_facts(&b)->sentence, rows[i].kind));
		workloads_world_end(&b);
	}
}

static void pods_that_are_not_created(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
	b.settings.pod_grace_ms = 4000;
	(void)workloads_world_look(&b);
	script_advance(b.w->script, 3000);
	for (int i = 0; i < 2; i++) {
		reply(&b, DEPLOYMENTS "web",
			deployment(&b,
				HALF ",\"conditions\":[{\"type\":\"ReplicaFailure\",\"status\":"
				     "\"True\",\"reason\":\"FailedCreate\",\"message\":\"exceeded "
				     "quota: small\"}]"));
		reply(&b, SETS, sets(&b));
		reply(&b, NEW_PODS, list(&b, "", ""));
		assert_true(workloads_world_look(&b));
		assert_int_equal(workloads_world_facts(&b)->ripe, i == 1);
		script_advance(b.w->script, 4000);
	}
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_QUOTA);
	workloads_world_end(&b);
}

#define EVENTS SERVER "/api/v1/namespaces/shop/events?limit=50&fieldSelector=involvedObject.uid%3D"
#define OF_SET SERVER "/apis/apps/v1/namespaces/shop/statefulsets/db"

/* A StatefulSet says nothing about pods that it cannot create. */
static void stateful_set(struct workloads_world *b, int replicas)
{
	b->resources[1] = workloads_world_resource("apps", "StatefulSet", "db");
	reply(b, OF_SET,
		sg_arena_printf(&b->w->arena,
			"{\"metadata\":{\"name\":\"db\",\"namespace\":\"shop\",\"uid\":\"u1\","
			"\"generation\":1},\"spec\":{\"replicas\":3,\"selector\":{\"matchLabels\":{"
			"\"app\":\"db\"}}},\"status\":{\"observedGeneration\":1,\"replicas\":%d,"
			"\"updateRevision\":\"\"}}",
			replicas));
}

static const char *event(
	struct workloads_world *b, const char *uid, const char *message, int64_t at_s)
{
	char minutes[8], seconds[8];

	(void)snprintf(minutes, sizeof(minutes), "%02d", (int)(at_s / 60 % 60));
	(void)snprintf(seconds, sizeof(seconds), "%02d", (int)(at_s % 60));
	return sg_arena_printf(&b->w->arena,
		"{\"items\":[{\"involvedObject\":{\"uid\":\"%s\"},\"type\":\"Warning\",\"reason\":"
		"\"FailedCreate\",\"message\":\"%s\",\"lastTimestamp\":\"1970-01-01T01:%s:%sZ\"}]}",
		uid, message, minutes, seconds);
}

/* One hour and so many seconds after the epoch, by the cluster's clock. */
static void cluster_time(struct workloads_world *b, int64_t at_s)
{
	b->w->client.server_unix_s = 3600 + at_s;
}

/* Asked for once nothing has moved for two minutes, in one request. */
static void events_tell_why_there_are_no_pods(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
	b.settings.poll_ms = 60000;
	(void)workloads_world_look(&b);
	script_advance(b.w->script, 3000);
	for (int i = 0; i < 2; i++) {
		cluster_time(&b, 100 + 60 * i);
		stateful_set(&b, 0);
		assert_true(workloads_world_look(&b));
		assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_NOT_SEEN);
		script_advance(b.w->script, 60000);
	}
	cluster_time(&b, 220);
	stateful_set(&b, 0);
	reply(&b, EVENTS "u1", event(&b, "u1", "exceeded quota: small", 150));
	assert_true(workloads_world_look(&b));
	assert_false(workloads_world_facts(&b)->ripe);
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_QUOTA);
	script_advance(b.w->script, 5000);
	cluster_time(&b, 225);
	stateful_set(&b, 0);
	reply(&b, EVENTS "u1", event(&b, "u1", "exceeded quota: small", 150));
	assert_true(workloads_world_look(&b));
	assert_true(workloads_world_facts(&b)->ripe);
	assert_non_null(strstr(workloads_world_facts(&b)->sentence, "StatefulSet shop/db: "));
	assert_non_null(strstr(workloads_world_facts(&b)->sentence,
		"no pods: event FailedCreate: exceeded quota: small"));
	workloads_world_end(&b);
}

/* Of before the roll-out, of another object, or while something moves: no reason. */
static void old_events_are_history(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
	b.settings.pod_grace_ms = 10000;
	b.settings.poll_ms = 10000;
	(void)workloads_world_look(&b);
	script_advance(b.w->script, 3000);
	for (int i = 0; i < 6; i++) {
		cluster_time(&b, 100 + 10 * i);
		stateful_set(&b, i < 3 ? i : 2);
		if (i >= 3)
			reply(&b, EVENTS "u1",
				i == 3   ? event(&b, "u1", "no", 59)
				: i == 4 ? event(&b, "u2", "no", 140)
					 : "{\"items\":[]}");
		assert_true(workloads_world_look(&b));
		assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_NOT_SEEN);
		script_advance(b.w->script, 10000);
	}
	workloads_world_end(&b);
}

#define ROLLOUT_SETS                                                                               \
	SERVER "/apis/apps/v1/namespaces/shop/replicasets?limit=50&labelSelector=app%3Dweb%2C"     \
	       "rollouts-pod-template-hash%3Dh2"
#define ROLLOUT_PODS PODS "?limit=50&labelSelector=app%3Dweb%2Crollouts-pod-template-hash%3Dh2"

/* It makes no pods; SETS are there. */
static void mute_rollout(struct workloads_world *b, const char *sets)
{
	b->resources[1] = workloads_world_resource("argoproj.io", "Rollout", "web");
	reply(b, SERVER "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web",
		"{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"uid\":\"u1\","
		"\"generation\":1},"
		"\"spec\":{\"replicas\":3,\"selector\":{\"matchLabels\":{\"app\":\"web\"}}},"
		"\"status\":{"
		"\"observedGeneration\":\"1\",\"phase\":\"Progressing\",\"currentPodHash\":\"h2\"}"
		"}");
	reply(b, ROLLOUT_PODS, "{\"items\":[]}");
	reply(b, ROLLOUT_SETS, sets);
}

#define OTHERS_SET                                                                                 \
	"{\"metadata\":{\"name\":\"x\",\"namespace\":\"shop\",\"uid\":\"s0\",\"ownerReferences\":" \
	"[{"                                                                                       \
	"\"kind\":\"Rollout\",\"name\":\"web\",\"uid\":\"u0\",\"controller\":true}]}}"
#define ITS_SET(status)                                                                            \
	"{\"items\":[" OTHERS_SET                                                                  \
	",{\"metadata\":{\"name\":\"web-h2\",\"namespace\":\"shop\",\"uid\":"                      \
	"\"s2\",\"labels\":{\"rollouts-pod-template-hash\":\"h2\"},\"ownerReferences\":[{"         \
	"\"kind\":\"Rollout\",\"name\":\"web\",\"uid\":\"u1\","                                    \
	"\"controller\":true}]},\"status\":{" status "}}]}"

/* What happens to the pods of a Rollout is told of its ReplicaSet. */
static void events_of_what_makes_the_pods_of_a_rollout(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	mute_rollout(&b, ITS_SET(""));
	reply(&b, EVENTS "s2", event(&b, "s2", "denied by a webhook", 150));
	assert_true(workloads_world_look(&b));
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_PODS_REFUSED);
	assert_non_null(strstr(workloads_world_facts(&b)->sentence,
		"no pods: event FailedCreate: denied by a webhook"));
	workloads_world_end(&b);
}

static void a_rollout_that_has_no_set_yet_is_asked_itself(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	mute_rollout(&b, "{\"items\":[" OTHERS_SET "]}");
	reply(&b, EVENTS "u1", "{\"items\":[]}");
	assert_true(workloads_world_look(&b));
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_NOT_SEEN);
	workloads_world_end(&b);
}

static void the_set_of_a_rollout_says_that_pods_are_refused(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	mute_rollout(&b, ITS_SET("\"conditions\":[{\"type\":\"ReplicaFailure\",\"status\":\"True\","
				 "\"reason\":"
				 "\"FailedCreate\",\"message\":\"exceeded quota: small\"}]"));
	assert_true(workloads_world_look(&b));
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_QUOTA);
	workloads_world_end(&b);
}

/* A pod that waits for its volume: its own events are asked for, of this very pod. */
static void events_of_a_pod_that_does_not_begin(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	reply(&b, DEPLOYMENTS "web", deployment(&b, HALF));
	reply(&b, SETS, sets(&b));
	reply(&b, NEW_PODS,
		"{\"items\":[{\"metadata\":{\"name\":\"web-h2-a\",\"namespace\":\"shop\",\"uid\":"
		"\"p1\",\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"uid\":\"s2\",\"controller\""
		":true}]},\"status\":{\"phase\":\"Pending\",\"containerStatuses\":[{\"name\":"
		"\"web\","
		"\"state\":{\"waiting\":{\"reason\":\"ContainerCreating\"}}}]}}]}");
	reply(&b, EVENTS "p1",
		"{\"items\":[{\"involvedObject\":{\"uid\":\"p1\"},\"type\":\"Warning\",\"reason\":"
		"\"FailedMount\",\"message\":\"secret \\\"keys\\\" not found\",\"eventTime\":"
		"\"1970-01-01T01:00:00.1Z\"}]}");
	assert_true(workloads_world_look(&b));
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_VOLUME_FAILED);
	assert_non_null(strstr(workloads_world_facts(&b)->sentence,
		"pod web-h2-a: event FailedMount: secret \"keys\" not found"));
	workloads_world_end(&b);
}

/* The right is optional: it is named once, and nothing else changes. */
static void events_that_may_not_be_read(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
	b.settings.pod_grace_ms = 1000;
	(void)workloads_world_look(&b);
	script_advance(b.w->script, 3000);
	for (int i = 0; i < 3; i++) {
		cluster_time(&b, 100);
		stateful_set(&b, 0);
		if (i == 1)
			deny(&b, EVENTS "u1");
		assert_true(workloads_world_look(&b));
		assert_non_null(
			strstr(workloads_world_facts(&b)->sentence, "StatefulSet shop/db: "));
		script_advance(b.w->script, 20000);
	}
	assert_non_null(strstr(sg_workloads_denied(b.workloads),
		"must allow verb \"list\" on resource \"events\" of apiGroup \"\""));
	workloads_world_end(&b);
}

static void what_is_denied_is_said_once_and_not_asked_for_a_minute(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
	b.resources[2] = workloads_world_resource("apps", "Deployment", "api");
	b.app.resource_count = 3;
	(void)workloads_world_look(&b);
	script_advance(b.w->script, 3000);
	deny(&b, DEPLOYMENTS "web");
	assert_true(workloads_world_look(&b));
	assert_string_equal(workloads_world_facts(&b)->sentence, "");
	assert_non_null(strstr(sg_workloads_denied(b.workloads),
		"a Role in namespace \"shop\" must allow verb "
		"\"get\" on resource \"deployments\""));
	script_advance(b.w->script, 20000);
	assert_true(workloads_world_look(&b)); /* no request */
	script_advance(b.w->script, 40000);
	reply(&b, DEPLOYMENTS "web", deployment(&b, WHOLE)); /* a server that started had said it */
	b.app.resource_count = 2;
	assert_true(workloads_world_look(&b));
	workloads_world_end(&b);
}

/* The Deployment may be read, its pods may not: its own state is known all the same. */
static void what_may_be_read_is_read(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_19);
	(void)workloads_world_look(&b);
	script_advance(b.w->script, 3000);
	reply(&b, DEPLOYMENTS "web", deployment(&b, HALF));
	reply(&b, SETS, sets(&b));
	deny(&b, NEW_PODS);
	assert_true(workloads_world_look(&b));
	assert_non_null(strstr(workloads_world_facts(&b)->sentence, "1 of 2 pods"));
	assert_non_null(strstr(sg_workloads_denied(b.workloads), "\"pods\""));
	workloads_world_end(&b);
}

static void another_cluster_is_not_read(void **state)
{
	static const struct sg_app_destination elsewhere[] = {
		{"", "https://other.example.com", "shop"}, {"prod", "", "shop"}};
	struct workloads_world b;

	for (size_t i = 0; i < SG_COUNT(elsewhere); i++) {
		workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
		b.app.destination = elsewhere[i];
		assert_false(workloads_world_look(&b));
		assert_true(sg_workloads_due_ms(b.workloads, &b.app, &b.verdict) == SG_NEVER);
		workloads_world_end(&b);
	}
	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_9);
	assert_false(workloads_world_look(&b)); /* nor is there anything to ask before the health */
	assert_true(sg_workloads_due_ms(b.workloads, &b.app, &b.verdict) == SG_NEVER);
	workloads_world_end(&b);
}

/* A server that is away, an object that is gone, an answer that is none: asked again later. */
static void trouble_is_no_failure(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	(void)script_reply(b.w->script, "GET", DEPLOYMENTS "web", 400, "no");
	assert_false(workloads_world_look(&b));
	assert_null(workloads_world_facts(&b));
	assert_true(
		sg_workloads_due_ms(b.workloads, &b.app, &b.verdict) > script_now_ms(b.w->script));
	script_advance(b.w->script, 20000);
	reply(&b, DEPLOYMENTS "web",
		"{\"metadata\":{\"name\":\"another\",\"namespace\":\"shop\"}}");
	assert_false(workloads_world_look(&b));
	script_advance(b.w->script, 20000);
	script_header(script_reply(b.w->script, "GET", DEPLOYMENTS "web", 404,
			      "{\"kind\":\"Status\",\"reason\":\"NotFound\",\"code\":404}"),
		"Content-Type", "application/json");
	assert_true(workloads_world_look(&b));
	assert_string_equal(workloads_world_facts(&b)->sentence, "");
	workloads_world_end(&b);
}

static void a_signal_ends_it(void **state)
{
	struct workloads_world b;
	bool read;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	script_silence(script_expect(b.w->script, "GET", DEPLOYMENTS "web"));
	script_cancel(b.w->script, 100, 15);
	assert_int_equal(workloads_world_look_at(&b, &read), -1);
	assert_int_equal(b.err.reason, SG_R_CANCELLED);
	sg_workloads_free(b.workloads);
}

static void images_of_pods_and_templates(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_SUCCESS, SG_APP_ROW_23);
	b.verdict.images_unseen = 1;
	reply(&b, DEPLOYMENTS "web", deployment(&b, WHOLE));
	reply(&b, ALL_PODS,
		list(&b, pod(&b, "web-1", "s2", "r.example.com/web:2", "\"phase\":\"Running\""),
			""));
	reply(&b, JOB_PODS,
		list(&b,
			pod(&b, "migrate-1", "j", "r.example.com/web:1", "\"phase\":\"Succeeded\""),
			""));
	assert_true(workloads_world_look(&b)); /* at once: nothing may end before */
	assert_true(workloads_world_facts(&b)->complete);
	assert_int_equal(workloads_world_facts(&b)->pod_count, 2);
	assert_string_equal(workloads_world_facts(&b)->pods[0].name, "shop/web-1");
	assert_false(workloads_world_facts(&b)->pods[0].finished);
	assert_true(workloads_world_facts(&b)->pods[1].finished);
	assert_int_equal(workloads_world_facts(&b)->templates.count, 1);
	assert_false(workloads_world_look(&b));
	script_advance(b.w->script, 10001);
	assert_false(
		workloads_world_facts(&b)->complete); /* what pods run is not believed for long */
	workloads_world_end(&b);
}

/* Argo CD calls it done, whatever its pods are. */
static void what_keeps_old_pods_is_told(void **state)
{
	static const struct {
		const char *strategy, *why;
	} rows[] = {
		{"\"type\":\"OnDelete\"", "only when somebody deletes it"},
		{"\"rollingUpdate\":{\"partition\":2}", "rollingUpdate.partition: 2"},
		{"\"rollingUpdate\":{\"partition\":0}", NULL},
	};

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct workloads_world b;

		workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_22A);
		b.resources[1] = workloads_world_resource("apps", "StatefulSet", "db");
		(void)workloads_world_look(&b);
		script_advance(b.w->script, 3000);
		reply(&b, OF_SET,
			sg_arena_printf(&b.w->arena,
				"{\"metadata\":{\"name\":\"db\",\"namespace\":\"shop\"},\"spec\":{"
				"\"updateStrategy\":{%s}}}",
				rows[i].strategy));
		assert_true(workloads_world_look(&b));
		if (rows[i].why)
			assert_non_null(strstr(workloads_world_facts(&b)->keeps_old, rows[i].why));
		else
			assert_null(workloads_world_facts(&b)->keeps_old);
		sg_workloads_free(b.workloads);
	}
	cluster_world_done(*state);
}

/* What the templates of one revision name says nothing about the next. */
static void another_revision_has_other_templates(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_SUCCESS, SG_APP_ROW_23);
	b.verdict.images_unseen = 1;
	reply(&b, DEPLOYMENTS "web", deployment(&b, WHOLE));
	reply(&b, ALL_PODS, list(&b, "", ""));
	reply(&b, JOB_PODS, list(&b, "", ""));
	assert_true(workloads_world_look(&b));
	assert_true(workloads_world_facts(&b)->complete);
	b.app.revision.one = "2222222222222222222222222222222222222222";
	assert_false(workloads_world_facts(&b)->complete);
	workloads_world_end(&b);
}

/* The pods of Jobs are looked for where the application is; elsewhere there may be more. */
static void jobs_of_another_namespace_leave_it_open(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_SUCCESS, SG_APP_ROW_23);
	b.verdict.images_unseen = 1;
	b.resources[1] = workloads_world_resource("batch", "CronJob", "nightly");
	reply(&b, SERVER "/apis/batch/v1/namespaces/shop/cronjobs/nightly",
		"{\"metadata\":{\"name\":\"nightly\",\"namespace\":\"shop\"}}");
	b.app.destination.namespace = "front";
	assert_true(workloads_world_look(&b));
	assert_false(workloads_world_facts(&b)->complete);
	workloads_world_end(&b);
}

static void kinds_that_may_make_pods_leave_it_open(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_SUCCESS, SG_APP_ROW_23);
	b.verdict.images_unseen = 1;
	b.resources[1] = workloads_world_resource("kafka.strimzi.io", "Kafka", "queue");
	assert_true(workloads_world_look(&b));
	assert_false(workloads_world_facts(&b)->complete);
	workloads_world_end(&b);
}

static void a_pause_is_told_before_people_are_asked(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_POLICY, SG_APP_ROW_20);
	b.resources[1] = workloads_world_resource("argoproj.io", "Rollout", "web");
	reply(&b, SERVER "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web",
		"{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"generation\":1},"
		"\"status\":{\"observedGeneration\":\"1\",\"phase\":\"Paused\",\"pauseConditions\":"
		"[{\"reason\":\"CanaryPauseStep\"}]}}");
	assert_true(workloads_world_look(&b));
	assert_string_equal(
		workloads_world_facts(&b)->sentence, "Rollout shop/web: paused: CanaryPauseStep");
	workloads_world_end(&b);
}

/* A wave is waited for, or a hook: that one is read, and nothing else. */
static void what_a_sync_waits_for_is_read(void **state)
{
	static const char *const others[] = {"one or more tasks are running",
		"waiting for healthy state of apps/Deployment/other",
		"waiting for healthy state of batch/Deployment/web", "waiting for deletion of "};
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_8);
	b.verdict.code = SG_APP_CODE_SYNC_RUNNING;
	b.resources[0] = workloads_world_resource("batch", "Job", "migrate");
	b.resources[0].sync = SG_SYNC_NONE;
	for (size_t i = 0; i < SG_COUNT(others); i++) {
		b.app.operation.message = others[i];
		assert_false(workloads_world_look(&b));
		script_advance(b.w->script, 3000);
	}
	b.app.operation.message = "waiting for healthy state of apps/Deployment/web and 2 more "
				  "resources";
	assert_false(workloads_world_look(&b));
	script_advance(b.w->script, 3000);
	expect_pass(&b, list(&b, pod(&b, "web-h2-a", "s2", "r.example.com/web:2", PULLING), ""));
	assert_true(workloads_world_look(&b));
	assert_non_null(strstr(workloads_world_facts(&b)->waited, "ImagePullBackOff"));
	assert_string_equal(workloads_world_facts(&b)->waited_for, b.app.operation.message);
	assert_string_equal(workloads_world_facts(&b)->sentence, "");
	assert_false(workloads_world_facts(&b)->ripe);
	b.app.operation.message = "waiting for completion of hook batch/Job/migrate";
	script_advance(b.w->script, 20000);
	reply(&b, SERVER "/apis/batch/v1/namespaces/shop/jobs/migrate",
		"{\"metadata\":{\"name\":\"migrate\",\"namespace\":\"shop\"},\"spec\":{"
		"\"completions\":1}}");
	assert_true(workloads_world_look(&b));
	assert_string_equal(
		workloads_world_facts(&b)->waited, "Job shop/migrate: 0 of 1 completions");
	b.verdict.code = SG_APP_CODE_OLDER_SYNC_RUNNING;
	script_advance(b.w->script, 20000);
	assert_false(workloads_world_look(&b));
	workloads_world_end(&b);
}

#define CRON_JOB SERVER "/apis/batch/v1/namespaces/shop/cronjobs/nightly"
#define SUSPENDED(word)                                                                            \
	"{\"metadata\":{\"name\":\"nightly\",\"namespace\":\"shop\"},\"spec\":{\"suspend\":" word  \
	"}}"

/* Where anything else may be what is suspended, or moves, somebody is waited for. */
static void a_suspended_cron_job_alone_is_at_rest(void **state)
{
	static const struct {
		const char *group, *kind, *cron, *web;
		bool at_rest;
	} rows[] = {
		{"", "Service", SUSPENDED("true"), WHOLE, true},
		{"", "Service", SUSPENDED("false"), WHOLE, false},
		{"", "Service", SUSPENDED("true"), HALF, false},
		{"keda.sh", "ScaledObject", SUSPENDED("true"), WHOLE, false},
		{"kafka.strimzi.io", "Kafka", SUSPENDED("true"), WHOLE, false},
	};
	struct workloads_world b;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_app_resource all[3];

		workloads_world_begin(&b, *state, SG_APP_POLICY, SG_APP_ROW_20);
		all[0] = workloads_world_resource(rows[i].group, rows[i].kind, "web");
		all[1] = workloads_world_resource("batch", "CronJob", "nightly");
		all[2] = workloads_world_resource("apps", "Deployment", "web");
		b.app.resources = all;
		b.app.resource_count = SG_COUNT(all);
		reply(&b, CRON_JOB, rows[i].cron);
		reply(&b, DEPLOYMENTS "web", deployment(&b, rows[i].web));
		assert_true(workloads_world_look(&b));
		assert_int_equal(workloads_world_facts(&b)->at_rest, rows[i].at_rest);
		script_advance(b.w->script, 10001);
		assert_false(workloads_world_facts(&b)->at_rest);
		sg_workloads_free(b.workloads);
	}
	cluster_world_done(*state);
}

static void what_health_does_not_count_is_left_alone(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	b.resources[0] = workloads_world_resource("batch", "Job", "hook");
	b.resources[0].sync = SG_SYNC_NONE;
	b.resources[2] = workloads_world_resource("apps", "Deployment", "old");
	b.resources[2].requires_pruning = true;
	b.app.resource_count = 3;
	reply(&b, DEPLOYMENTS "web",
		"{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"generation\":1,"
		"\"annotations\":{\"argocd.argoproj.io/ignore-healthcheck\":\"true\"}}}");
	assert_true(workloads_world_look(&b));
	assert_string_equal(workloads_world_facts(&b)->sentence, "");
	workloads_world_end(&b);
}

static void names_of_the_cluster_lead_nowhere_else(void **state)
{
	struct workloads_world b;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	b.resources[1].name = "../../secrets/x";
	assert_false(workloads_world_look(&b)); /* no request */
	b.resources[1] = workloads_world_resource("apps", "Deployment", "web");
	b.resources[1].namespace = "shop/x";
	script_advance(b.w->script, 20000);
	assert_false(workloads_world_look(&b));
	workloads_world_end(&b);
}

static void lists_that_do_not_end(void **state)
{
	struct workloads_world b;
	struct script_answer *pods;

	workloads_world_begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	reply(&b, DEPLOYMENTS "web", deployment(&b, HALF));
	pods = script_reply(b.w->script, "GET", "*", 200,
		"{\"metadata\":{\"continue\":\"again\"},\"items\":[]}");
	script_always(pods);
	assert_false(workloads_world_look(&b));
	assert_true(script_request_count(b.w->script) < 30);
	workloads_world_end(&b);
}

#define STORY(name)                                                                                \
	cmocka_unit_test_setup_teardown(name, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_rollout_is_read_in_three_requests),
		STORY(only_pods_of_the_new_template_count),
		STORY(a_crash_loop_needs_two_reads_and_brings_its_log),
		STORY(nobody_is_new_before_the_controller_has_looked),
		STORY(another_revision_has_other_templates),
		STORY(jobs_of_another_namespace_leave_it_open),
		STORY(the_new_pods_of_each_kind_fail_it),
		STORY(pods_that_are_not_created),
		STORY(events_tell_why_there_are_no_pods),
		STORY(old_events_are_history),
		STORY(events_of_what_makes_the_pods_of_a_rollout),
		STORY(a_rollout_that_has_no_set_yet_is_asked_itself),
		STORY(the_set_of_a_rollout_says_that_pods_are_refused),
		STORY(events_of_a_pod_that_does_not_begin),
		STORY(events_that_may_not_be_read),
		STORY(what_is_denied_is_said_once_and_not_asked_for_a_minute),
		STORY(what_may_be_read_is_read),
		STORY(another_cluster_is_not_read),
		STORY(trouble_is_no_failure),
		STORY(a_signal_ends_it),
		STORY(images_of_pods_and_templates),
		STORY(what_keeps_old_pods_is_told),
		STORY(kinds_that_may_make_pods_leave_it_open),
		STORY(a_pause_is_told_before_people_are_asked),
		STORY(what_a_sync_waits_for_is_read),
		STORY(a_suspended_cron_job_alone_is_at_rest),
		STORY(what_health_does_not_count_is_left_alone),
		STORY(names_of_the_cluster_lead_nowhere_else),
		STORY(lists_that_do_not_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
