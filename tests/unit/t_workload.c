/* Workloads and pods: decoding, where a roll-out stands, and why a pod does not get ready. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "cluster/workload.h"
#include "io/fs.h"
#include "io/yaml.h"
#include "model/stuck.h"
#include "sample.h"

/* ---- samples ---- */

struct sample {
	const char *file;
	enum sg_workload_kind kind;
	enum sg_workload_state state;
	enum sg_app_code code;
	const char *word; /* of the sentence */
};

#define DONE(file, kind)                                                                           \
	{                                                                                          \
		file, SG_WORKLOAD_##kind, SG_WORKLOAD_DONE, SG_APP_CODE_DEPLOYED, ""               \
	}
#define MOVING(file, kind, word)                                                                   \
	{                                                                                          \
		file, SG_WORKLOAD_##kind, SG_WORKLOAD_PROGRESSING, SG_APP_CODE_PROGRESSING, word   \
	}
#define PAUSED(file, kind, word)                                                                   \
	{                                                                                          \
		file, SG_WORKLOAD_##kind, SG_WORKLOAD_PAUSED, SG_APP_CODE_SUSPENDED, word          \
	}
#define FAILED(file, kind, code, word)                                                             \
	{                                                                                          \
		file, SG_WORKLOAD_##kind, SG_WORKLOAD_FAILED, SG_APP_CODE_##code, word             \
	}

static const struct sample samples[] = {
	DONE("health/daemonset-ondelete.yaml", DAEMON_SET),
	FAILED("health/deployment-degraded.yaml", DEPLOYMENT, PROGRESS_DEADLINE, "timed out"),
	MOVING("health/deployment-progressing.yaml", DEPLOYMENT, "1 old pods"),
	PAUSED("health/deployment-suspended.yaml", DEPLOYMENT, "spec.paused"),
	FAILED("health/job-failed.yaml", JOB, JOB_FAILED, "BackoffLimitExceeded"),
	MOVING("health/job-running.yaml", JOB, "0 of 1"),
	DONE("health/job-succeeded.yaml", JOB),
	PAUSED("health/job-suspended.yaml", JOB, "spec.suspend"),
	FAILED("health/pod-crashloop.yaml", POD, CRASH_LOOP, "exit code 1"),
	MOVING("health/pod-deletion.yaml", POD, "deleted"),
	FAILED("health/pod-error.yaml", POD, CRASH_LOOP, "exit code 1"),
	FAILED("health/pod-failed.yaml", POD, POD_FAILED, "exit code 1"),
	FAILED("health/pod-imagepullbackoff.yaml", POD, IMAGE_PULL, "ks-guestbook-demo:0.3"),
	MOVING("health/pod-pending.yaml", POD, "not ready"),
	MOVING("health/pod-running-not-ready.yaml", POD, "not ready"),
	DONE("health/pod-running-restart-always.yaml", POD),
	MOVING("health/pod-running-restart-never.yaml", POD, "not ended"),
	MOVING("health/pod-running-restart-onfailure.yaml", POD, ""),
	DONE("health/pod-succeeded.yaml", POD),
	DONE("health/statefulset-ondelete.yaml", STATEFUL_SET),
	DONE("health/statefulset.yaml", STATEFUL_SET),
	DONE("rollout/bluegreen/healthy_servingActiveService.yaml", ROLLOUT),
	MOVING("rollout/bluegreen/progressing_addingMoreReplicas.yaml", ROLLOUT, "0 of 3"),
	MOVING("rollout/bluegreen/progressing_waitingUntilAvailable.yaml", ROLLOUT, "0 of 3"),
	DONE("rollout/canary/healthy_emptyStepsList.yaml", ROLLOUT),
	DONE("rollout/canary/healthy_executedAllSteps.yaml", ROLLOUT),
	DONE("rollout/canary/healthy_executedAllStepsPreV0.8.yaml", ROLLOUT),
	DONE("rollout/canary/healthy_noSteps.yaml", ROLLOUT),
	MOVING("rollout/canary/progressing_killingOldReplicas.yaml", ROLLOUT, "steps"),
	MOVING("rollout/canary/progressing_noSteps.yaml", ROLLOUT, "2 of 5"),
	MOVING("rollout/canary/progressing_setWeightStep.yaml", ROLLOUT, "steps"),
	FAILED("rollout/degraded_abortedRollout.yaml", ROLLOUT, ROLLOUT_ABORTED, "stable"),
	FAILED("rollout/degraded_invalidSpec.yaml", ROLLOUT, ROLLOUT_DEGRADED, "missing field"),
	FAILED("rollout/degraded_rolloutTimeout.yaml", ROLLOUT, PROGRESS_DEADLINE, "timed out"),
	FAILED("rollout/degraded_statusPhaseMessage.yaml", ROLLOUT, ROLLOUT_DEGRADED,
		"InvalidSpec"),
	DONE("rollout/healthy_legacy_v0.9_observedGeneration.yaml", ROLLOUT),
	DONE("rollout/healthy_legacy_v0.9_observedGeneration_numeric.yaml", ROLLOUT),
	DONE("rollout/healthy_legacy_v1.0_newWorkloadGeneration.yaml", ROLLOUT),
	DONE("rollout/healthy_newWorkloadGeneration.yaml", ROLLOUT),
	MOVING("rollout/newRolloutWithoutStatus.yaml", ROLLOUT, "not looked"),
	MOVING("rollout/progressing_newGeneration.yaml", ROLLOUT, "not looked"),
	MOVING("rollout/progressing_newWorkloadGeneration.yaml", ROLLOUT, "not looked"),
	PAUSED("rollout/suspended_controllerPause.yaml", ROLLOUT, "CanaryPauseStep"),
	PAUSED("rollout/suspended_userPause.yaml", ROLLOUT, "spec.paused"),
	PAUSED("rollout/suspended_v1.0_pausedRollout.yaml", ROLLOUT, "CanaryPauseStep"),
};

static void every_sample_has_its_reading(void **state)
{
	const char *root = sample_root();
	struct sg_arena arena = {0};

	(void)state;
	if (!root)
		skip();
	for (size_t i = 0; i < SG_COUNT(samples); i++) {
		const struct sample *s = &samples[i];
		struct sg_json *doc = sample_open(&arena,
			sg_arena_printf(&arena, "%s/data/argocd/samples/%s", root, s->file));
		struct sg_workload_reading reading;
		struct sg_err err = SG_ERR_INIT;
		struct sg_workload workload;

		if (sg_workload_decode(doc, s->kind, &arena, &workload, &err) < 0)
			fail_msg("%s: %s", s->file, err.cause);
		sg_workload_state(&workload, &arena, &reading);
		if (reading.state != s->state || reading.code != s->code ||
			!strstr(reading.sentence, s->word))
			fail_msg("%s: %d %s \"%s\"", s->file, (int)reading.state,
				sg_app_code_name(reading.code), reading.sentence);
		sg_json_free(doc);
	}
	sg_arena_release(&arena);
}

/* ---- texts ---- */

static struct sg_json *parse(const char *text)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc;

	if (sg_json_parse(sg_str_of(text), &doc, &err) < 0)
		fail_msg("%s in %s", err.cause, text);
	return doc;
}

static int decode(const char *text, enum sg_workload_kind kind, struct sg_arena *arena,
	struct sg_workload *ret, struct sg_err *err)
{
	struct sg_json *doc = parse(text);
	int rc;

	*err = (struct sg_err)SG_ERR_INIT;
	rc = sg_workload_decode(doc, kind, arena, ret, err);
	sg_json_free(doc);
	return rc;
}

static void states_of_texts(void **state)
{
#define META "\"metadata\":{\"name\":\"w\",\"namespace\":\"n\",\"generation\":2}"
	static const struct {
		enum sg_workload_kind kind;
		const char *text;
		enum sg_workload_state state;
		const char *word;
	} rows[] = {
		{SG_WORKLOAD_DEPLOYMENT, "{" META "}", SG_WORKLOAD_PROGRESSING, "not looked"},
		{SG_WORKLOAD_DEPLOYMENT, "{" META ",\"status\":{\"observedGeneration\":1}}",
			SG_WORKLOAD_PROGRESSING, "not looked"},
		{SG_WORKLOAD_DEPLOYMENT, "{" META ",\"status\":{\"observedGeneration\":2}}",
			SG_WORKLOAD_PROGRESSING, "0 of 1"},
		{SG_WORKLOAD_DEPLOYMENT,
			"{" META ",\"spec\":{\"replicas\":0},\"status\":{\"observedGeneration\":"
			"2}}",
			SG_WORKLOAD_DONE, ""},
		{SG_WORKLOAD_DEPLOYMENT,
			"{" META ",\"spec\":{\"replicas\":2},\"status\":{\"observedGeneration\":2,"
			"\"replicas\":2,\"updatedReplicas\":2,\"availableReplicas\":1}}",
			SG_WORKLOAD_PROGRESSING, "1 of 2 pods are available"},
		{SG_WORKLOAD_STATEFUL_SET,
			"{" META ",\"spec\":{\"replicas\":3,\"updateStrategy\":{\"rollingUpdate\":{"
			"\"partition\":2}}},\"status\":{\"observedGeneration\":2,"
			"\"readyReplicas\":3,\"updatedReplicas\":1}}",
			SG_WORKLOAD_DONE, ""},
		{SG_WORKLOAD_STATEFUL_SET,
			"{" META ",\"spec\":{\"replicas\":3,\"updateStrategy\":{\"rollingUpdate\":{"
			"\"partition\":1}}},\"status\":{\"observedGeneration\":2,"
			"\"readyReplicas\":3,\"updatedReplicas\":1}}",
			SG_WORKLOAD_PROGRESSING, "1 of 2"},
		{SG_WORKLOAD_STATEFUL_SET,
			"{" META ",\"spec\":{\"replicas\":1},\"status\":{\"observedGeneration\":2,"
			"\"readyReplicas\":1,\"currentRevision\":\"a\",\"updateRevision\":\"b\"}}",
			SG_WORKLOAD_PROGRESSING, "one by one"},
		{SG_WORKLOAD_DAEMON_SET,
			"{" META ",\"status\":{\"observedGeneration\":2,\"desiredNumberScheduled\":"
			"3,\"updatedNumberScheduled\":2,\"numberAvailable\":3}}",
			SG_WORKLOAD_PROGRESSING, "2 of 3"},
		{SG_WORKLOAD_DAEMON_SET,
			"{" META ",\"status\":{\"observedGeneration\":2,\"desiredNumberScheduled\":"
			"3,\"updatedNumberScheduled\":3,\"numberAvailable\":3}}",
			SG_WORKLOAD_DONE, ""},
		{SG_WORKLOAD_REPLICA_SET,
			"{" META ",\"status\":{\"observedGeneration\":2,\"conditions\":[{\"type\":"
			"\"ReplicaFailure\",\"status\":\"True\",\"reason\":\"FailedCreate\","
			"\"message\":\"pods \\\"w-1\\\" is forbidden: exceeded quota: small\"}]}}",
			SG_WORKLOAD_FAILED, "exceeded quota"},
		{SG_WORKLOAD_CRON_JOB, "{" META ",\"spec\":{\"suspend\":true}}", SG_WORKLOAD_DONE,
			""},
		{SG_WORKLOAD_CRON_JOB, "{" META "}", SG_WORKLOAD_DONE, ""},
		{SG_WORKLOAD_POD,
			"{" META
			",\"status\":{\"phase\":\"Failed\",\"reason\":\"Evicted\",\"message\":\"The"
			" node was low on resource\"}}",
			SG_WORKLOAD_FAILED, "Evicted: The node"},
		{SG_WORKLOAD_ROLLOUT,
			"{" META ",\"status\":{\"observedGeneration\":\"2\",\"phase\":\"Healthy\","
			"\"currentPodHash\":\"b\",\"stableRS\":\"a\"}}",
			SG_WORKLOAD_PROGRESSING, "not the stable one"},
		{SG_WORKLOAD_ROLLOUT,
			"{" META ",\"status\":{\"observedGeneration\":\"2\",\"phase\":\"Paused\","
			"\"controllerPause\":true,\"currentPodHash\":\"b\",\"stableRS\":\"a\"}}",
			SG_WORKLOAD_PROGRESSING, "goes on after a pause"},
		{SG_WORKLOAD_ROLLOUT,
			"{" META
			",\"status\":{\"observedGeneration\":\"2\",\"phase\":\"Degraded\",\"abort\""
			":true,\"message\":\"RolloutAborted: by hand\"}}",
			SG_WORKLOAD_FAILED, "RolloutAborted: by hand"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_arena arena = {0};
		struct sg_workload_reading reading;
		struct sg_workload workload;
		struct sg_err err;

		if (decode(rows[i].text, rows[i].kind, &arena, &workload, &err) < 0)
			fail_msg("%s", err.cause);
		sg_workload_state(&workload, &arena, &reading);
		if (reading.state != rows[i].state || !strstr(reading.sentence, rows[i].word))
			fail_msg("row %zu: %d %s", i, (int)reading.state, reading.sentence);
		sg_arena_release(&arena);
	}
}

static void bad_texts_are_refused_with_their_place(void **state)
{
	static const struct {
		enum sg_workload_kind kind;
		const char *text, *word;
	} rows[] = {
		{SG_WORKLOAD_DEPLOYMENT, "[]", "expected an object"},
		{SG_WORKLOAD_DEPLOYMENT, "{}", "metadata.name"},
		{SG_WORKLOAD_DEPLOYMENT, "{\"metadata\":{\"name\":7}}", "metadata.name"},
		{SG_WORKLOAD_DEPLOYMENT, "{" META ",\"spec\":{\"replicas\":\"2\"}}",
			"spec.replicas"},
		{SG_WORKLOAD_DEPLOYMENT, "{" META ",\"status\":{\"conditions\":[1]}}",
			"conditions"},
		{SG_WORKLOAD_DEPLOYMENT, "{" META ",\"status\":{\"conditions\":{\"a\":1}}}",
			"conditions"},
		{SG_WORKLOAD_DEPLOYMENT,
			"{" META ",\"spec\":{\"selector\":{\"matchLabels\":{\"a\":1}}}}",
			"matchLabels"},
		{SG_WORKLOAD_DEPLOYMENT,
			"{" META ",\"spec\":{\"selector\":{\"matchExpressions\":[{\"key\":\"a\","
			"\"operator\":\"Near\"}]}}}",
			"Near"},
		{SG_WORKLOAD_ROLLOUT, "{" META ",\"status\":{\"observedGeneration\":2}}",
			"observedGeneration"},
		{SG_WORKLOAD_POD, "{" META ",\"status\":{\"containerStatuses\":\"x\"}}",
			"containerStatuses"},
		{SG_WORKLOAD_POD, "{" META ",\"status\":{\"containerStatuses\":[7]}}",
			"containerStatuses"},
		{SG_WORKLOAD_POD, "{" META ",\"spec\":{\"containers\":[{\"image\":1}]}}",
			"containers.image"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_arena arena = {0};
		struct sg_workload workload;
		struct sg_err err;

		if (decode(rows[i].text, rows[i].kind, &arena, &workload, &err) == 0)
			fail_msg("row %zu is taken", i);
		assert_int_equal(err.reason, SG_R_ANSWER_INVALID);
		if (!strstr(err.cause, rows[i].word))
			fail_msg("row %zu: %s", i, err.cause);
		sg_arena_release(&arena);
	}
}

static void selectors_and_images(void **state)
{
	struct sg_arena arena = {0};
	struct sg_workload w;
	struct sg_err err;

	(void)state;
	assert_int_equal(
		decode("{" META
		       ",\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"web\",\"x\":\"\"},"
		       "\"matchExpressions\":[{\"key\":\"tier\",\"operator\":\"In\",\"values\":["
		       "\"a\",\"b\"]},{\"key\":\"k\",\"operator\":\"NotIn\",\"values\":[\"c\"]},"
		       "{\"key\":\"e\",\"operator\":\"Exists\"},{\"key\":\"d\",\"operator\":"
		       "\"DoesNotExist\"}]},\"template\":{\"spec\":{\"initContainers\":[{"
		       "\"image\":\"i:1\"}],\"containers\":[{\"image\":\"c:1\"},{\"image\":"
		       "\"c:2\"}]}}}}",
			SG_WORKLOAD_DEPLOYMENT, &arena, &w, &err),
		0);
	assert_string_equal(w.selector, "app=web,x=,tier in (a,b),k notin (c),e,!d");
	assert_int_equal(w.images.count, 3);
	assert_string_equal(w.images.items[0], "i:1");
	assert_true(w.images_known);
	assert_int_equal(
		decode("{" META ",\"spec\":{\"jobTemplate\":{\"spec\":{\"template\":{\"spec\":{"
		       "\"containers\":[{\"image\":\"c:1\"}]}}}}}}",
			SG_WORKLOAD_CRON_JOB, &arena, &w, &err),
		0);
	assert_int_equal(w.images.count, 1);
	assert_string_equal(w.selector, "");
	assert_int_equal(decode("{" META ",\"spec\":{\"workloadRef\":{\"kind\":\"Deployment\"}}}",
				 SG_WORKLOAD_ROLLOUT, &arena, &w, &err),
		0);
	assert_false(w.images_known);
	sg_arena_release(&arena);
}

/* ---- pods ---- */

#define CONTAINER(state, rest)                                                                     \
	"{" META                                                                                   \
	",\"spec\":{\"containers\":[{\"name\":\"web\",\"readinessProbe\":{\"exec\":{}}}]},"        \
	"\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"web\",\"state\":"    \
	"{" state "}" rest "}]}}"
#define WAITING(reason)                                                                            \
	CONTAINER("\"waiting\":{\"reason\":\"" reason "\",\"message\":\"because\"}", "")
#define CRASHED(times, why)                                                                        \
	CONTAINER("\"waiting\":{\"reason\":\"CrashLoopBackOff\",\"message\":\"back-off\"}",        \
		",\"restartCount\":" times                                                         \
		",\"lastState\":{\"terminated\":{\"exitCode\":7,\"reason\""                        \
		":\"" why "\"}}")

/* Started for the fourth time, at last after a whole day, or after nine minutes. */
#define CRASHED_AFTER(start, end)                                                                  \
	CONTAINER("\"waiting\":{\"reason\":\"CrashLoopBackOff\"}",                                 \
		",\"restartCount\":4,\"lastState\":{\"terminated\":{\"exitCode\":7,\"startedAt\":" \
		"\"" start "\",\"finishedAt\":\"" end "\"}}")

static void why_pods_are_stuck(void **state)
{
	static const struct {
		const char *text;
		enum sg_app_code code; /* NOT_SEEN: it is not stuck */
		int64_t grace_ms;
		const char *word;
	} rows[] = {
		{WAITING("ContainerCreating"), SG_APP_CODE_NOT_SEEN, 0, ""},
		{WAITING("PodInitializing"), SG_APP_CODE_NOT_SEEN, 0, ""},
		{WAITING("ErrImagePull"), SG_APP_CODE_IMAGE_PULL, 90000, "ErrImagePull: because"},
		{WAITING("ImagePullBackOff"), SG_APP_CODE_IMAGE_PULL, 90000, "container web"},
		{WAITING("InvalidImageName"), SG_APP_CODE_IMAGE_PULL, 30000, "InvalidImageName"},
		{WAITING("CreateContainerConfigError"), SG_APP_CODE_CONFIG_ERROR, 30000, "because"},
		{WAITING("CreateContainerError"), SG_APP_CODE_CONFIG_ERROR, 60000, "because"},
		{CRASHED("2", "Error"), SG_APP_CODE_NOT_SEEN, 0, ""},
		{CRASHED("3", "Error"), SG_APP_CODE_CRASH_LOOP, 0, "exit code 7 (Error)"},
		{CRASHED("3", "OOMKilled"), SG_APP_CODE_OUT_OF_MEMORY, 0, "OOMKilled"},
		{CRASHED_AFTER("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
			SG_APP_CODE_NOT_SEEN, 0, ""},
		{CRASHED_AFTER("2026-01-01T00:00:00Z", "2026-01-01T00:09:00Z"),
			SG_APP_CODE_CRASH_LOOP, 0, "exit code 7"},
		{CRASHED_AFTER("soon", ""), SG_APP_CODE_CRASH_LOOP, 0, "exit code 7"},
		{CONTAINER("\"terminated\":{\"exitCode\":2}", ",\"restartCount\":9"),
			SG_APP_CODE_CRASH_LOOP, 0, "exit code 2"},
		{CONTAINER("\"terminated\":{\"exitCode\":0}", ",\"restartCount\":9"),
			SG_APP_CODE_NOT_SEEN, 0, ""},
		{CONTAINER("\"running\":{}", ""), SG_APP_CODE_PROBE_FAILING, 600000, "probe"},
		{CONTAINER("\"running\":{}", ",\"ready\":true"), SG_APP_CODE_NOT_SEEN, 0, ""},
		{"{" META
		 ",\"status\":{\"phase\":\"Pending\",\"conditions\":[{\"type\":\"PodScheduled\","
		 "\"status\":\"False\",\"reason\":\"Unschedulable\",\"message\":\"0/3 nodes\"}]}}",
			SG_APP_CODE_UNSCHEDULABLE, 300000, "0/3 nodes"},
		{"{" META
		 ",\"status\":{\"phase\":\"Pending\",\"conditions\":[{\"type\":\"PodScheduled\","
		 "\"status\":\"False\",\"reason\":\"SchedulingGated\"}]}}",
			SG_APP_CODE_NOT_SEEN, 0, ""},
		{"{" META
		 ",\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"db\","
		 "\"state\":{\"waiting\":{\"reason\":\"ErrImagePull\"}}}]}}",
			SG_APP_CODE_IMAGE_PULL, 90000, "init container db"},
		/* finished, or going, or never started again */
		{"{" META ",\"status\":{\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":"
		 "\"web\",\"restartCount\":5,\"state\":{\"waiting\":{\"reason\":"
		 "\"CrashLoopBackOff\"}}}]}}",
			SG_APP_CODE_NOT_SEEN, 0, ""},
		{"{\"metadata\":{\"name\":\"w\",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"},"
		 "\"status\":{\"containerStatuses\":[{\"name\":\"web\",\"state\":{\"waiting\":{"
		 "\"reason\":\"ErrImagePull\"}}}]}}",
			SG_APP_CODE_NOT_SEEN, 0, ""},
		{"{" META
		 ",\"spec\":{\"restartPolicy\":\"OnFailure\"},\"status\":{\"containerStatuses\":[{"
		 "\"name\":\"web\",\"restartCount\":5,\"state\":{\"waiting\":{\"reason\":"
		 "\"CrashLoopBackOff\"}}}]}}",
			SG_APP_CODE_NOT_SEEN, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_arena arena = {0};
		struct sg_stuck stuck = {.sentence = ""};
		struct sg_workload w;
		struct sg_err err;

		if (decode(rows[i].text, SG_WORKLOAD_POD, &arena, &w, &err) < 0)
			fail_msg("row %zu: %s", i, err.cause);
		if (sg_pod_stuck(&w.pod, 600000, &arena, &stuck) !=
				(rows[i].code != SG_APP_CODE_NOT_SEEN) ||
			stuck.code != rows[i].code || stuck.grace_ms != rows[i].grace_ms ||
			!strstr(stuck.sentence, rows[i].word))
			fail_msg("row %zu: %s %lld %s", i, sg_app_code_name(stuck.code),
				(long long)stuck.grace_ms, stuck.sentence);
		sg_arena_release(&arena);
	}
}

static void constructed_pods(void **state)
{
	static const struct {
		const char *file;
		enum sg_app_code code;
		const char *word;
	} rows[] = {
		{"constructed/pods-crashloop.json", SG_APP_CODE_CRASH_LOOP, "exit code 1"},
		{"constructed/pods-imagepullbackoff.json", SG_APP_CODE_IMAGE_PULL, "not found"},
	};
	const char *root = sample_root();
	struct sg_arena arena = {0};

	(void)state;
	if (!root)
		skip();
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		const char *path =
			sg_arena_printf(&arena, "%s/data/argocd/samples/%s", root, rows[i].file);
		struct sg_json *doc = parse(sample_text(&arena, path).ptr);
		struct sg_err err = SG_ERR_INIT;
		struct sg_stuck stuck;
		struct sg_pod pod;

		assert_int_equal(
			sg_pod_decode(sg_json_first(sg_json_get(doc, "items")), &arena, &pod, &err),
			0);
		assert_string_equal(pod.owner.name, "web-7c9d");
		assert_true(sg_pod_stuck(&pod, 600000, &arena, &stuck));
		assert_int_equal(stuck.code, rows[i].code);
		assert_non_null(strstr(stuck.sentence, rows[i].word));
		sg_json_free(doc);
	}
	sg_arena_release(&arena);
}

static void pods_that_are_refused(void **state)
{
	static const struct {
		const char *message;
		enum sg_app_code code;
	} rows[] = {
		{"pods is forbidden: exceeded quota: small, requested: cpu=1", SG_APP_CODE_QUOTA},
		{"pods is forbidden: violates PodSecurity restricted", SG_APP_CODE_PODS_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_workload_condition condition = {
			"ReplicaFailure", "True", "FailedCreate", rows[i].message, 0};
		struct sg_workload w = {.conditions = &condition, .condition_count = 1};
		struct sg_arena arena = {0};
		struct sg_stuck stuck;

		assert_true(sg_workload_pods_refused(&w, &arena, &stuck));
		assert_int_equal(stuck.code, rows[i].code);
		condition.status = "False";
		assert_false(sg_workload_pods_refused(&w, &arena, &stuck));
		sg_arena_release(&arena);
	}
}

/* ---- how long something is stuck ---- */

static bool shown(
	struct sg_stuck_memory *memory, enum sg_app_code code, int64_t grace_ms, int64_t now_ms)
{
	const struct sg_stuck stuck = {.code = code, .grace_ms = grace_ms};
	bool ripe;

	sg_stuck_begin(memory);
	ripe = code != SG_APP_CODE_NOT_SEEN && sg_stuck_seen(memory, "w", &stuck, now_ms);
	sg_stuck_end(memory);
	return ripe;
}

static void a_reason_has_to_last(void **state)
{
	struct sg_stuck_memory memory = {0};

	(void)state;
	assert_true(sg_stuck_due_ms(&memory) == INT64_MAX);
	assert_false(shown(&memory, SG_APP_CODE_IMAGE_PULL, 90000, 1000));
	assert_int_equal(sg_stuck_due_ms(&memory), 91000);
	assert_false(shown(&memory, SG_APP_CODE_IMAGE_PULL, 90000, 90999));
	assert_true(shown(&memory, SG_APP_CODE_IMAGE_PULL, 90000, 91000));
	assert_false(shown(&memory, SG_APP_CODE_NOT_SEEN, 0, 92000));
	assert_false(shown(&memory, SG_APP_CODE_IMAGE_PULL, 90000, 200000)); /* begins anew */
	assert_false(shown(&memory, SG_APP_CODE_CRASH_LOOP, 0, 300000));     /* another reason */
	assert_false(shown(&memory, SG_APP_CODE_CRASH_LOOP, 0, 304999));     /* too soon */
	assert_true(shown(&memory, SG_APP_CODE_CRASH_LOOP, 0, 305000));
}

static void two_pods_in_one_read_are_one_reading(void **state)
{
	const struct sg_stuck stuck = {.code = SG_APP_CODE_CRASH_LOOP};
	struct sg_stuck_memory memory = {0};

	(void)state;
	sg_stuck_begin(&memory);
	assert_false(sg_stuck_seen(&memory, "w", &stuck, 0));
	assert_false(sg_stuck_seen(&memory, "w", &stuck, 6000));
	sg_stuck_end(&memory);
}

static void too_many_are_never_ripe(void **state)
{
	const struct sg_stuck stuck = {.code = SG_APP_CODE_CRASH_LOOP};
	struct sg_stuck_memory memory = {0};
	size_t ripe = 0;

	(void)state;
	for (int64_t now_ms = 0; now_ms <= 10000; now_ms += 10000) {
		sg_stuck_begin(&memory);
		for (int i = 0; i < 100; i++) {
			char label[16];

			(void)snprintf(label, sizeof(label), "w%d", i);
			ripe += sg_stuck_seen(&memory, label, &stuck, now_ms);
		}
		sg_stuck_end(&memory);
	}
	assert_int_equal(ripe, SG_STUCK_MAX);
}

static void kinds(void **state)
{
	enum sg_workload_kind kind;

	(void)state;
	assert_true(sg_workload_kind_parse("apps", "Deployment", &kind));
	assert_int_equal(kind, SG_WORKLOAD_DEPLOYMENT);
	assert_true(sg_workload_kind_parse("", "Pod", &kind));
	assert_false(sg_workload_kind_parse("example.com", "Deployment", &kind));
	assert_true(sg_workload_is_podless("", "Service"));
	assert_true(sg_workload_is_podless("networking.k8s.io", "Ingress"));
	assert_false(sg_workload_is_podless("", "ReplicationController"));
	assert_false(sg_workload_is_podless("kafka.strimzi.io", "Kafka"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_has_its_reading),
		cmocka_unit_test(states_of_texts),
		cmocka_unit_test(bad_texts_are_refused_with_their_place),
		cmocka_unit_test(selectors_and_images),
		cmocka_unit_test(why_pods_are_stuck),
		cmocka_unit_test(constructed_pods),
		cmocka_unit_test(pods_that_are_refused),
		cmocka_unit_test(a_reason_has_to_last),
		cmocka_unit_test(two_pods_in_one_read_are_one_reading),
		cmocka_unit_test(too_many_are_never_ripe),
		cmocka_unit_test(kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
