#include "model/pod.h"

#include <string.h>

#include "base/attr.h"

enum sg_pod_phase sg_pod_phase_parse(const char *word)
{
	static const char *const words[] = {"", "Pending", "Running", "Succeeded", "Failed"};

	for (size_t i = 1; i < SG_COUNT(words); i++)
		if (strcmp(word, words[i]) == 0)
			return (enum sg_pod_phase)i;
	return SG_POD_UNKNOWN;
}

bool sg_pod_finished(const struct sg_pod *pod)
{
	return pod->phase == SG_POD_SUCCEEDED || pod->phase == SG_POD_FAILED;
}

#define SECOND_MS INT64_C(1000)
#define IMAGE_PULL_MS (90 * SECOND_MS) /* the push of the image may lag behind */
#define CONFIG_MS (30 * SECOND_MS)
#define CREATE_MS (60 * SECOND_MS)
#define UNSCHEDULABLE_MS (300 * SECOND_MS) /* an autoscaler may add a node */
#define CRASHES_MIN 3
#define NO_LOOP_S 600 /* whoever ran for so long before its end begins to be counted anew */

/* Reasons for which a container waits, and which do not go away by waiting (argocd.md 4.3). */
static const struct {
	const char *reason;
	enum sg_app_code code;
	int64_t grace_ms;
} waits[] = {
	{"InvalidImageName", SG_APP_CODE_IMAGE_PULL, CONFIG_MS},
	{"ErrImageNeverPull", SG_APP_CODE_IMAGE_PULL, CONFIG_MS},
	{"ErrImagePull", SG_APP_CODE_IMAGE_PULL, IMAGE_PULL_MS},
	{"ImagePullBackOff", SG_APP_CODE_IMAGE_PULL, IMAGE_PULL_MS},
	{"ImageInspectError", SG_APP_CODE_IMAGE_PULL, IMAGE_PULL_MS},
	{"RegistryUnavailable", SG_APP_CODE_IMAGE_PULL, IMAGE_PULL_MS},
	{"CreateContainerConfigError", SG_APP_CODE_CONFIG_ERROR, CONFIG_MS},
	{"CreateContainerError", SG_APP_CODE_CONFIG_ERROR, CREATE_MS},
	{"RunContainerError", SG_APP_CODE_CONFIG_ERROR, CREATE_MS},
};

#define TEXT_MAX 300 /* of a message of the cluster within a sentence */

static const char *colon(const char *text)
{
	return text[0] ? ": " : "";
}

static const char *end_story(const struct sg_container_end *end, struct sg_arena *arena)
{
	return sg_arena_printf(arena, "ended with exit code %lld%s%.60s%s%s%.*s",
		(long long)end->exit_code, end->reason[0] ? " (" : "", end->reason,
		end->reason[0] ? ")" : "", colon(end->message), TEXT_MAX, end->message);
}

static const char *waiting_story(const struct sg_container *container, struct sg_arena *arena)
{
	return sg_arena_printf(arena, "%.60s%s%.*s", container->waiting_reason,
		colon(container->waiting_message), TEXT_MAX, container->waiting_message);
}

static const char *crash_story(const struct sg_container *container, struct sg_arena *arena)
{
	const struct sg_container_end *end =
		container->end.said ? &container->end : &container->last_end;

	if (!end->said)
		return sg_arena_printf(
			arena, "was started again %lld times", (long long)container->restart_count);
	return sg_arena_printf(arena, "%s, and was started again %lld times", end_story(end, arena),
		(long long)container->restart_count);
}

const char *sg_container_story(const struct sg_container *container, struct sg_arena *arena)
{
	switch (container->state) {
	case SG_CONTAINER_WAITING:
		if (container->last_end.said && container->restart_count > 0)
			return crash_story(container, arena);
		return container->waiting_reason[0] ? waiting_story(container, arena) : "waits";
	case SG_CONTAINER_ENDED:
		if (container->end.exit_code != 0)
			return end_story(&container->end, arena);
		return "";
	case SG_CONTAINER_RUNNING:
		return container->ready || container->init ? "" : "runs, and is not ready";
	case SG_CONTAINER_UNSAID:
		break;
	}
	return "";
}

/* The container has failed often enough, and what was seen last was no start. Restarts of days ago
 * and one end today are no loop: the kubelet forgets them, too. */
static bool crashes(const struct sg_pod *pod, const struct sg_container *container)
{
	const struct sg_container_end *end =
		container->end.said ? &container->end : &container->last_end;

	if (container->restart_count < CRASHES_MIN || strcmp(pod->restart_policy, "Always") != 0 ||
		(end->said && end->ran_s >= NO_LOOP_S))
		return false;
	if (container->state == SG_CONTAINER_WAITING)
		return strcmp(container->waiting_reason, "CrashLoopBackOff") == 0;
	return container->state == SG_CONTAINER_ENDED && container->end.exit_code != 0;
}

static bool is_out_of_memory(const struct sg_container *container)
{
	return strcmp(container->end.reason, "OOMKilled") == 0 ||
	       (!container->end.said && strcmp(container->last_end.reason, "OOMKilled") == 0);
}

static bool waits_in_vain(const struct sg_container *container, struct sg_stuck *ret)
{
	if (container->state != SG_CONTAINER_WAITING)
		return false;
	for (size_t i = 0; i < SG_COUNT(waits); i++)
		if (strcmp(container->waiting_reason, waits[i].reason) == 0) {
			ret->code = waits[i].code;
			ret->grace_ms = waits[i].grace_ms;
			return true;
		}
	return false;
}

static bool gets_not_ready(const struct sg_pod *pod, const struct sg_container *container)
{
	return pod->phase == SG_POD_RUNNING && container->state == SG_CONTAINER_RUNNING &&
	       !container->init && container->probed && !container->ready;
}

static bool container_stuck(const struct sg_pod *pod, const struct sg_container *container,
	int64_t progress_ms, struct sg_arena *arena, struct sg_stuck *ret)
{
	const char *story;

	if (crashes(pod, container)) {
		ret->code = is_out_of_memory(container) ? SG_APP_CODE_OUT_OF_MEMORY
							: SG_APP_CODE_CRASH_LOOP;
		ret->grace_ms = 0;
		story = crash_story(container, arena);
	} else if (waits_in_vain(container, ret)) {
		story = waiting_story(container, arena);
	} else if (gets_not_ready(pod, container)) {
		ret->code = SG_APP_CODE_PROBE_FAILING;
		ret->grace_ms = progress_ms;
		story = "runs, and its probe has not passed";
	} else {
		return false;
	}
	ret->pod = pod->name;
	ret->container = container->name;
	ret->sentence = sg_arena_printf(arena, "pod %.253s: %scontainer %.63s: %s", pod->name,
		container->init ? "init " : "", container->name, story);
	return true;
}

bool sg_pod_stuck(
	const struct sg_pod *pod, int64_t progress_ms, struct sg_arena *arena, struct sg_stuck *ret)
{
	bool found = false;

	if (pod->deleting || sg_pod_finished(pod))
		return false;
	if (pod->phase == SG_POD_PENDING && pod->unschedulable[0]) {
		*ret = (struct sg_stuck){.code = SG_APP_CODE_UNSCHEDULABLE,
			.grace_ms = UNSCHEDULABLE_MS,
			.sentence = sg_arena_printf(arena, "pod %.253s: %.*s", pod->name, TEXT_MAX,
				pod->unschedulable)};
		return true;
	}
	for (size_t i = 0; i < pod->container_count; i++) {
		struct sg_stuck one = {0};

		if (!container_stuck(pod, &pod->containers[i], progress_ms, arena, &one))
			continue;
		if (!found || one.grace_ms < ret->grace_ms)
			*ret = one;
		found = true;
	}
	return found;
}
