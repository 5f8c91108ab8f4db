#include "model/soak.h"

#include <string.h>

#include "model/sighting.h"

static int64_t later_of(int64_t a_s, int64_t b_s)
{
	if (a_s == SG_APP_NO_TIME || b_s == SG_APP_NO_TIME)
		return SG_APP_NO_TIME;
	return a_s > b_s ? a_s : b_s;
}

/* ---- what a workload says ---- */

static bool holds(const struct sg_workload *workload, const char *type)
{
	const struct sg_workload_condition *one = sg_workload_condition(workload, type);

	return one && strcmp(one->status, "True") == 0;
}

/* A Deployment without progressDeadlineSeconds has no such condition. */
static bool has_new_set(const struct sg_workload *workload)
{
	return holds(workload, "Progressing") &&
	       strcmp(sg_workload_condition(workload, "Progressing")->reason,
		       "NewReplicaSetAvailable") == 0;
}

static bool says_done(const struct sg_workload *workload)
{
	switch (workload->kind) {
	case SG_WORKLOAD_DEPLOYMENT:
		return has_new_set(workload);
	case SG_WORKLOAD_JOB:
		return holds(workload, "Complete");
	case SG_WORKLOAD_ROLLOUT:
		return holds(workload, "Healthy") || holds(workload, "Completed");
	case SG_WORKLOAD_STATEFUL_SET:
	case SG_WORKLOAD_DAEMON_SET:
	case SG_WORKLOAD_REPLICA_SET:
	case SG_WORKLOAD_CRON_JOB:
	case SG_WORKLOAD_POD:
	case SG_WORKLOAD_KIND_COUNT:
		break;
	}
	return true;
}

int64_t sg_workload_settled_s(const struct sg_workload *workload)
{
	int64_t latest_s = 0;

	if (workload->kind == SG_WORKLOAD_CRON_JOB)
		return workload->written_s;
	if (!says_done(workload))
		return SG_APP_NO_TIME;
	for (size_t i = 0; i < workload->condition_count; i++)
		latest_s = later_of(latest_s, workload->conditions[i].changed_s);
	return latest_s;
}

/* ---- what pods say ---- */

/* What its containers were started with: those of a pod that nobody makes can be given another
 * image in place, and the old one runs on until it has ended. */
static struct sg_app_strings started_with(const struct sg_pod *pod, struct sg_arena *arena)
{
	struct sg_app_strings images = {
		.items = sg_arena_calloc(arena, pod->container_count + 1, sizeof(*images.items))};

	for (size_t i = 0; i < pod->container_count; i++)
		if (!pod->containers[i].init)
			images.items[images.count++] = pod->containers[i].image;
	return images;
}

struct sg_app_pod sg_soak_pod(
	const struct sg_workload *workload, const struct sg_pod *pod, struct sg_arena *arena)
{
	struct sg_app_pod seen = sg_pod_as_seen(pod, arena);

	if (workload->kind == SG_WORKLOAD_POD)
		seen.images = started_with(pod, arena);
	seen.since_s = later_of(pod->ready_s, sg_workload_settled_s(workload));
	return seen;
}

static void unknown(struct sg_soak *ret, const char *why)
{
	*ret = (struct sg_soak){.since_s = SG_APP_NO_TIME, .why = why};
}

static bool runs(const struct sg_app_pod *pod, const struct sg_image *want)
{
	struct sg_app_workloads one = {.pods = pod, .pod_count = 1};
	struct sg_sighting seen = {0};

	if (pod->ending || pod->once)
		return false;
	sg_sighting_pods(&seen, want, &one);
	return seen.right + seen.unclear > 0;
}

void sg_soak_of_pods(const struct sg_app_workloads *seen, const char *image, int64_t now_s,
	struct sg_arena *arena, struct sg_soak *ret)
{
	struct sg_image want;
	bool any = false;

	*ret = (struct sg_soak){.since_s = 0, .why = ""};
	if (!seen || seen->cut) {
		unknown(ret, "not all of its pods can be read");
		return;
	}
	if (!sg_image_parse(sg_str_of(image), &want)) {
		unknown(ret, "its image is none");
		return;
	}
	for (size_t i = 0; i < seen->pod_count; i++) {
		const struct sg_app_pod *pod = &seen->pods[i];
		int64_t since_s = pod->since_s;

		if (!runs(pod, &want))
			continue;
		any = true;
		if (!pod->ready && now_s)
			since_s = now_s;
		ret->since_s = later_of(ret->since_s, since_s);
		if (since_s > 0)
			continue;
		unknown(ret,
			sg_arena_printf(arena,
				"pod %.320s does not say since when it is ready, or what has made "
				"it not since when that is rolled out",
				pod->name));
		return;
	}
	if (!any)
		unknown(ret, "no pod that stays runs its image");
}

void sg_soak_of_workload(const struct sg_workload *workload, const struct sg_app_workloads *pods,
	const char *image, int64_t now_s, struct sg_arena *arena, struct sg_soak *ret)
{
	if (workload->kind != SG_WORKLOAD_JOB && workload->kind != SG_WORKLOAD_CRON_JOB) {
		sg_soak_of_pods(pods, image, now_s, arena, ret);
		return;
	}
	*ret = (struct sg_soak){.since_s = sg_workload_settled_s(workload), .why = ""};
	if (ret->since_s == SG_APP_NO_TIME)
		unknown(ret, workload->kind == SG_WORKLOAD_JOB
				     ? "the Job does not say when it was complete"
				     : "metadata.managedFields of the CronJob do not say when it "
				       "was written");
}
