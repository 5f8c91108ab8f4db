/* What is seen of one expected image among the images that run. Pure. */
#ifndef SG_MODEL_SIGHTING_H
#define SG_MODEL_SIGHTING_H

#include "base/arena.h"
#include "model/app_workloads.h"
#include "model/image.h"
#include "model/pod.h"

/* Counted with each image that is compared; zeroed before. */
struct sg_sighting {
	size_t right;   /* it runs */
	size_t other;   /* its repository runs with another tag or digest */
	size_t unclear; /* its repository runs, and nothing can be compared */
	const char *other_text;
};

/* What pods that have not ended run is held against WANT. WORKLOADS may be NULL. */
void sg_sighting_pods(struct sg_sighting *seen, const struct sg_image *want,
	const struct sg_app_workloads *workloads);

/* TEXT, an image that runs, is held against WANT. */
void sg_sighting_add(struct sg_sighting *seen, const struct sg_image *want, const char *text);

/*
 * Workloads without pods, such as those scaled to nothing, are known by their templates: they are
 * added where nothing was seen yet, and all workloads are known.
 */
void sg_sighting_templates(struct sg_sighting *seen, const struct sg_image *want,
	const struct sg_app_workloads *workloads);

/* What pods that have not ended run, each image once, in ARENA; WORKLOADS may be NULL. */
struct sg_app_strings sg_pod_images(
	const struct sg_app_workloads *workloads, struct sg_arena *arena);

/* POD as one of those; its name is in ARENA, and its images stay where they are. */
struct sg_app_pod sg_pod_as_seen(const struct sg_pod *pod, struct sg_arena *arena);

bool sg_pod_holds(const struct sg_app_pod *pod, const char *image);

/* Appends "; in POD, POD": which pods hold IMAGE; of many the first. And why old ones stay, where
 * that is known. */
void sg_sighting_holders(const struct sg_app_workloads *workloads, const char *image,
	void (*say)(void *arg, const char *text), void *arg);

#endif
