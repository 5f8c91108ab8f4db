/*
 * Since when a version runs well where nobody keeps that: by the pods that run it now, and by what
 * has made them. The latest of all times counts, and an interruption begins the time anew: what is
 * said here may be later than the truth, and never earlier. Times are the servers'. Pure.
 *
 * A pod counts from when it was last ready and its containers were started, so a restart, a pod in
 * the place of another, and one that is added begin the time anew. A version that comes back has
 * new pods. What the pods that are there now do not show is asked of the workload: its roll-out
 * may have stood still half-way, and pods of an older version have gone since.
 */
#ifndef SG_MODEL_SOAK_H
#define SG_MODEL_SOAK_H

#include "model/app_workloads.h"
#include "model/workload.h"

struct sg_soak {
	int64_t since_s; /* SG_APP_NO_TIME: not known */
	const char *why; /* then, for people; in the arena that was handed in */
};

/*
 * Since when what WORKLOAD makes is all of its template, as it says itself: the last change of its
 * conditions. 0: its kind has none. SG_APP_NO_TIME: its kind has, and this one does not say.
 */
int64_t sg_workload_settled_s(const struct sg_workload *workload);

/* POD, that WORKLOAD makes, as a fact with its `since_s`; as sg_pod_as_seen(). One that is the
 * workload itself has the images that its containers were started with, not those of its spec. */
struct sg_app_pod sg_soak_pod(
	const struct sg_workload *workload, const struct sg_pod *pod, struct sg_arena *arena);

/*
 * Since when IMAGE runs well in all pods of SEEN that hold it; those of Jobs come and go, and do
 * not count. NOW_S, by the server's clock (0: unknown), is when one that is not ready may get so.
 */
void sg_soak_of_pods(const struct sg_app_workloads *seen, const char *image, int64_t now_s,
	struct sg_arena *arena, struct sg_soak *ret);

/* The same of one workload that has rolled out, with its pods; a Job since it is complete. */
void sg_soak_of_workload(const struct sg_workload *workload, const struct sg_app_workloads *pods,
	const char *image, int64_t now_s, struct sg_arena *arena, struct sg_soak *ret);

#endif
