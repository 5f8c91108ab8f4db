#include "model/sighting.h"

#include <stdio.h>
#include <string.h>

#define HOLDERS_MAX 5

static struct sg_str tag_of(const struct sg_image *image)
{
	return image->tag.len || image->digest.len ? image->tag : SG_STR("latest");
}

void sg_sighting_add(struct sg_sighting *seen, const struct sg_image *want, const char *text)
{
	struct sg_str want_tag = tag_of(want), live_tag;
	struct sg_image live;
	bool same;

	if (!sg_image_parse(sg_str_of(text), &live) ||
		!sg_image_same_repository(want->repository, live.repository))
		return;
	live_tag = tag_of(&live);
	if (want->digest.len && live.digest.len) {
		same = sg_str_eq(want->digest, live.digest);
	} else if (want_tag.len && live_tag.len) {
		same = sg_str_eq(want_tag, live_tag);
	} else {
		seen->unclear++;
		return;
	}
	if (same) {
		seen->right++;
	} else {
		seen->other++;
		seen->other_text = text;
	}
}

void sg_sighting_pods(struct sg_sighting *seen, const struct sg_image *want,
	const struct sg_app_workloads *workloads)
{
	for (size_t i = 0; workloads && i < workloads->pod_count; i++) {
		const struct sg_app_pod *pod = &workloads->pods[i];

		for (size_t k = 0; !pod->finished && k < pod->images.count; k++)
			sg_sighting_add(seen, want, pod->images.items[k]);
	}
}

static void add_image(struct sg_app_strings *images, struct sg_arena *arena, const char *text)
{
	for (size_t i = 0; i < images->count; i++)
		if (strcmp(images->items[i], text) == 0)
			return;
	*(const char **)sg_arena_push(arena, &images->items, &images->count,
		sizeof(*images->items)) = sg_arena_strdup(arena, text);
}

struct sg_app_strings sg_pod_images(
	const struct sg_app_workloads *workloads, struct sg_arena *arena)
{
	struct sg_app_strings images = {0};

	for (size_t i = 0; workloads && i < workloads->pod_count; i++)
		for (size_t k = 0;
			!workloads->pods[i].finished && k < workloads->pods[i].images.count; k++)
			add_image(&images, arena, workloads->pods[i].images.items[k]);
	return images;
}

struct sg_app_pod sg_pod_as_seen(const struct sg_pod *pod, struct sg_arena *arena)
{
	return (struct sg_app_pod){
		.name = sg_arena_printf(arena, "%s/%s", pod->namespace, pod->name),
		.images = pod->images,
		.finished = sg_pod_finished(pod),
		.ending = pod->deleting,
		.ready = pod->ready,
		.once = strcmp(pod->owner.kind, "Job") == 0,
		.since_s = SG_APP_NO_TIME};
}

bool sg_pod_holds(const struct sg_app_pod *pod, const char *image)
{
	for (size_t i = 0; i < pod->images.count; i++)
		if (strcmp(pod->images.items[i], image) == 0)
			return true;
	return false;
}

void sg_sighting_templates(struct sg_sighting *seen, const struct sg_image *want,
	const struct sg_app_workloads *workloads)
{
	if (!workloads || !workloads->complete || seen->right || seen->other || seen->unclear)
		return;
	for (size_t i = 0; i < workloads->templates.count; i++)
		sg_sighting_add(seen, want, workloads->templates.items[i]);
}

void sg_sighting_holders(const struct sg_app_workloads *workloads, const char *image,
	void (*say)(void *arg, const char *text), void *arg)
{
	size_t said = 0;

	for (size_t i = 0; workloads && i < workloads->pod_count && said < HOLDERS_MAX; i++) {
		const struct sg_app_pod *pod = &workloads->pods[i];

		if (pod->finished || !sg_pod_holds(pod, image))
			continue;
		say(arg, said++ ? ", " : "; in ");
		say(arg, pod->name);
		if (pod->ending)
			say(arg, " (terminating)");
	}
	if (!workloads || !workloads->keeps_old)
		return;
	say(arg, "; ");
	say(arg, workloads->keeps_old);
}
