#include "model/workload.h"

#include <string.h>

#include "base/attr.h"

const char *sg_workload_label(const struct sg_workload *workload, struct sg_arena *arena)
{
	return sg_arena_printf(arena, "%s %.63s/%.253s", sg_workload_kind_name(workload->kind),
		workload->namespace, workload->name);
}

const struct sg_workload_condition *sg_workload_condition(
	const struct sg_workload *workload, const char *type)
{
	for (size_t i = 0; i < workload->condition_count; i++)
		if (strcmp(workload->conditions[i].type, type) == 0)
			return &workload->conditions[i];
	return NULL;
}

static bool is_true(const struct sg_workload_condition *condition)
{
	return condition && strcmp(condition->status, "True") == 0;
}

#define TEXT_MAX 300      /* of a message of the cluster within a sentence */
#define PROGRESS_S 600    /* of a Deployment that says nothing */
#define REFUSED_MS 120000 /* old pods that go make room */

int64_t sg_workload_progress_ms(const struct sg_workload *workload)
{
	int64_t seconds = workload->progress_deadline_s;

	return (seconds > 0 && seconds < INT32_MAX ? seconds : PROGRESS_S) * 1000;
}

bool sg_workload_pods_refused(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_stuck *ret)
{
	const struct sg_workload_condition *refused =
		sg_workload_condition(workload, "ReplicaFailure");

	if (!is_true(refused))
		return false;
	*ret = (struct sg_stuck){.code = strstr(refused->message, "exceeded quota")
						 ? SG_APP_CODE_QUOTA
						 : SG_APP_CODE_PODS_REFUSED,
		.grace_ms = REFUSED_MS,
		.sentence = sg_arena_printf(arena, "no pods: %.60s: %.*s", refused->reason,
			TEXT_MAX, refused->message)};
	return true;
}

/* Kubernetes' own numbers have 32 bits; one that is absent, or no number of pods, counts as 0. */
static int64_t number(int64_t value)
{
	if (value < 0)
		return 0;
	return value > INT32_MAX ? INT32_MAX : value;
}

static void say(struct sg_workload_reading *ret, enum sg_workload_state state,
	enum sg_app_code code, const char *sentence)
{
	*ret = (struct sg_workload_reading){state, code, sentence, false};
}

static void progresses(struct sg_workload_reading *ret, const char *sentence)
{
	say(ret, SG_WORKLOAD_PROGRESSING, SG_APP_CODE_PROGRESSING, sentence);
}

static void paused(struct sg_workload_reading *ret, const char *sentence)
{
	say(ret, SG_WORKLOAD_PAUSED, SG_APP_CODE_SUSPENDED, sentence);
}

static void done(struct sg_workload_reading *ret)
{
	say(ret, SG_WORKLOAD_DONE, SG_APP_CODE_DEPLOYED, "");
}

static const char *told(const struct sg_workload_condition *condition, struct sg_arena *arena)
{
	if (!condition->reason[0] && !condition->message[0])
		return sg_arena_printf(arena, "its condition %.60s", condition->type);
	return sg_arena_printf(arena, "%.60s%s%.*s", condition->reason,
		condition->message[0] ? ": " : "", TEXT_MAX, condition->message);
}

/* Has its controller seen the newest spec? Where nobody counts, it has. */
static bool is_observed(const struct sg_workload *workload)
{
	return workload->generation == SG_WORKLOAD_UNSAID ||
	       (workload->observed != SG_WORKLOAD_UNSAID &&
		       workload->observed >= workload->generation);
}

static void unobserved(struct sg_workload_reading *ret)
{
	progresses(ret, "its controller has not looked at the new spec yet");
	ret->unobserved = true;
}

/* HAVE of WANT replicas are WHAT; false when there are enough. */
static bool lacks(const char *what, int64_t have, int64_t want, struct sg_arena *arena,
	struct sg_workload_reading *ret)
{
	if (number(have) >= number(want))
		return false;
	progresses(ret, sg_arena_printf(arena, "%lld of %lld pods are %s", (long long)number(have),
				(long long)number(want), what));
	return true;
}

static void deployment(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	const struct sg_workload_condition *progress =
		sg_workload_condition(workload, "Progressing");

	if (workload->paused)
		paused(ret, "it is paused (spec.paused)");
	else if (!is_observed(workload))
		unobserved(ret);
	else if (progress && strcmp(progress->reason, "ProgressDeadlineExceeded") == 0)
		say(ret, SG_WORKLOAD_FAILED, SG_APP_CODE_PROGRESS_DEADLINE, told(progress, arena));
	else if (lacks("of the new template", workload->updated, workload->wanted, arena, ret))
		return;
	else if (number(workload->replicas) > number(workload->updated))
		progresses(ret, sg_arena_printf(arena, "%lld old pods are still there",
					(long long)(number(workload->replicas) -
						    number(workload->updated))));
	else if (!lacks("available", workload->available, workload->updated, arena, ret))
		done(ret);
}

static void stateful_set(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	int64_t wanted = number(workload->wanted);
	int64_t newer = wanted - number(workload->partition);

	if (workload->observed <= 0 || !is_observed(workload))
		unobserved(ret);
	else if (lacks("ready", workload->ready, wanted, arena, ret))
		return;
	else if (workload->on_delete)
		done(ret);
	else if (workload->rolling) {
		if (!lacks("of the new template", workload->updated, newer, arena, ret))
			done(ret);
	} else if (strcmp(workload->update_revision, workload->current_revision) != 0)
		progresses(ret, "its pods are still replaced one by one");
	else
		done(ret);
}

static void daemon_set(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	if (!is_observed(workload))
		unobserved(ret);
	else if (!workload->on_delete &&
		 (lacks("of the new template", workload->updated, workload->wanted, arena, ret) ||
			 lacks("available", workload->available, workload->wanted, arena, ret)))
		return;
	else
		done(ret);
}

static void replica_set(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	struct sg_stuck refused;

	if (!is_observed(workload))
		unobserved(ret);
	else if (sg_workload_pods_refused(workload, arena, &refused))
		say(ret, SG_WORKLOAD_FAILED, refused.code, refused.sentence);
	else if (!lacks("available", workload->available, workload->wanted, arena, ret))
		done(ret);
}

static void job(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	const struct sg_workload_condition *failed = sg_workload_condition(workload, "Failed");

	if (is_true(failed))
		say(ret, SG_WORKLOAD_FAILED, SG_APP_CODE_JOB_FAILED, told(failed, arena));
	else if (is_true(sg_workload_condition(workload, "Complete")))
		done(ret);
	else if (workload->paused || is_true(sg_workload_condition(workload, "Suspended")))
		paused(ret, "it is suspended (spec.suspend)");
	else
		progresses(ret, sg_arena_printf(arena, "%lld of %lld completions",
					(long long)number(workload->job_succeeded),
					(long long)number(workload->job_completions)));
}

/* It is deployed with its template, and whether it is to run is no part of a roll-out. */
static void cron_job(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	(void)workload;
	(void)arena;
	done(ret);
}

static bool ends_with(const char *text, const char *end)
{
	return sg_str_ends(sg_str_of(text), end);
}

/* What Argo CD takes for a failure of a pod that is always started again (argocd.md 4.3). */
static bool is_bad(const struct sg_container *container)
{
	const char *reason = container->waiting_reason;

	if (container->state == SG_CONTAINER_WAITING &&
		(strncmp(reason, "Err", 3) == 0 || ends_with(reason, "Error") ||
			ends_with(reason, "BackOff")))
		return true;
	return !container->init && !container->ready && container->last_end.said &&
	       container->last_end.exit_code != 0;
}

static enum sg_app_code code_of(const struct sg_container *container)
{
	static const char *const pulls[] = {
		"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "ImageInspectError"};

	for (size_t i = 0; i < SG_COUNT(pulls); i++)
		if (strcmp(container->waiting_reason, pulls[i]) == 0)
			return SG_APP_CODE_IMAGE_PULL;
	return container->last_end.said ? SG_APP_CODE_CRASH_LOOP : SG_APP_CODE_CONFIG_ERROR;
}

static const char *container_sentence(const struct sg_container *container, struct sg_arena *arena)
{
	return sg_arena_printf(arena, "container %.63s: %s", container->name,
		sg_container_story(container, arena));
}

static bool running_pod_failed(
	const struct sg_pod *pod, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	if (strcmp(pod->restart_policy, "Always") != 0 || pod->ready)
		return false;
	for (size_t i = 0; i < pod->container_count; i++) {
		const struct sg_container *container = &pod->containers[i];

		if (!is_bad(container))
			continue;
		say(ret, SG_WORKLOAD_FAILED, code_of(container),
			container_sentence(container, arena));
		return true;
	}
	return false;
}

static void failed_pod(
	const struct sg_pod *pod, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	bool evicted = strcmp(pod->reason, "Evicted") == 0;

	say(ret, SG_WORKLOAD_FAILED, evicted ? SG_APP_CODE_EVICTED : SG_APP_CODE_POD_FAILED,
		pod->reason[0] || pod->message[0]
			? sg_arena_printf(arena, "%.60s: %.*s", pod->reason, TEXT_MAX, pod->message)
			: "its phase is Failed");
	for (size_t i = 0; i < pod->container_count && !evicted; i++)
		if (pod->containers[i].end.said && pod->containers[i].end.exit_code != 0)
			ret->sentence = container_sentence(&pod->containers[i], arena);
}

static void pod(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	const struct sg_pod *p = &workload->pod;

	if (p->deleting)
		progresses(ret, "it is being deleted");
	else if (p->phase == SG_POD_SUCCEEDED)
		done(ret);
	else if (p->phase == SG_POD_FAILED)
		failed_pod(p, arena, ret);
	else if (running_pod_failed(p, arena, ret))
		return;
	else if (p->phase == SG_POD_RUNNING && p->ready && strcmp(p->restart_policy, "Always") == 0)
		done(ret);
	else if (p->unschedulable[0])
		progresses(ret, sg_arena_printf(arena, "%.*s", TEXT_MAX, p->unschedulable));
	else
		progresses(ret, p->ready ? "it runs, and has not ended yet" : "it is not ready");
}

void sg_workload_state(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	static void (*const by_kind[])(
		const struct sg_workload *, struct sg_arena *, struct sg_workload_reading *) = {
		[SG_WORKLOAD_DEPLOYMENT] = deployment,
		[SG_WORKLOAD_STATEFUL_SET] = stateful_set,
		[SG_WORKLOAD_DAEMON_SET] = daemon_set,
		[SG_WORKLOAD_REPLICA_SET] = replica_set,
		[SG_WORKLOAD_JOB] = job,
		[SG_WORKLOAD_CRON_JOB] = cron_job,
		[SG_WORKLOAD_POD] = pod,
		[SG_WORKLOAD_ROLLOUT] = sg_workload_rollout_state,
	};

	if (workload->deleting && workload->kind != SG_WORKLOAD_POD)
		progresses(ret, "it is being deleted");
	else
		by_kind[workload->kind](workload, arena, ret);
}

const char *sg_workload_keeps_old(const struct sg_workload *workload, struct sg_arena *arena)
{
	const char *label = sg_workload_label(workload, arena);

	if (workload->on_delete)
		return sg_arena_printf(arena,
			"%s replaces a pod only when somebody deletes it (updateStrategy OnDelete)",
			label);
	if (workload->kind == SG_WORKLOAD_STATEFUL_SET && workload->partition > 0)
		return sg_arena_printf(arena,
			"%s leaves its first pods as they are (rollingUpdate.partition: %lld)",
			label, (long long)workload->partition);
	return NULL;
}

enum sg_answer sg_workload_is_of(const struct sg_workload *workload, const struct sg_app *app)
{
	return sg_app_owns(app, &workload->marks, workload->namespace, workload->name);
}
