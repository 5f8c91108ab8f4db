#include <string.h>

#include "base/err.h"
#include "model/app_rows.h"
#include "model/image.h"

/* What is seen of one expected image. */
struct sighting {
	size_t right;   /* it runs */
	size_t other;   /* its repository runs with another tag or digest */
	size_t unclear; /* its repository runs, and nothing can be compared */
	const char *other_text;
};

static struct sg_str tag_of(const struct sg_image *image)
{
	return image->tag.len || image->digest.len ? image->tag : SG_STR("latest");
}

static void compare(const struct sg_image *want, const char *text, struct sighting *seen)
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

static bool holds(const struct sg_app_pod *pod, const char *image)
{
	for (size_t i = 0; i < pod->images.count; i++)
		if (strcmp(pod->images.items[i], image) == 0)
			return true;
	return false;
}

/*
 * The summary keeps what finished pods ran, those of completed jobs for ever (argocd.md 0.2). Where
 * all pods are known, an image that only such pods hold does not run.
 */
static bool is_history(const struct sg_app_workloads *workloads, const char *image)
{
	bool finished = false;

	if (!workloads || !workloads->complete)
		return false;
	for (size_t i = 0; i < workloads->pod_count; i++) {
		if (!holds(&workloads->pods[i], image))
			continue;
		if (!workloads->pods[i].finished)
			return false;
		finished = true;
	}
	return finished;
}

static bool is_nothing(const struct sighting *seen)
{
	return !seen->right && !seen->other && !seen->unclear;
}

/* Workloads without pods, such as those scaled to nothing, are known by their templates. */
static void look_at_templates(
	const struct sg_app_case *c, const struct sg_image *want, struct sighting *seen)
{
	if (!c->workloads || !c->workloads->complete || !is_nothing(seen))
		return;
	for (size_t i = 0; i < c->workloads->templates.count; i++)
		compare(want, c->workloads->templates.items[i], seen);
}

static struct sighting look(const struct sg_app_case *c, size_t index)
{
	struct sighting seen = {0};
	struct sg_image want;

	if (!sg_image_parse(sg_str_of(c->want->images[index]), &want))
		return seen;
	for (size_t i = 0; i < c->app->images.count; i++)
		if (!is_history(c->workloads, c->app->images.items[i]))
			compare(&want, c->app->images.items[i], &seen);
	look_at_templates(c, &want, &seen);
	return seen;
}

#define HOLDERS_MAX 5

/* Which pods still hold the image; of many the first. */
static void say_holders(const struct sg_app_case *c, const char *image, struct sg_app_answer *out)
{
	size_t said = 0;

	for (size_t i = 0; c->workloads && i < c->workloads->pod_count; i++) {
		const struct sg_app_pod *pod = &c->workloads->pods[i];

		if (pod->finished || !holds(pod, image) || said == HOLDERS_MAX)
			continue;
		sg_app_say(out, "%s%s%s", said++ ? ", " : "; in ", pod->name,
			pod->ending ? " (terminating)" : "");
	}
}

bool sg_app_row_other_image(struct sg_app_case *c, struct sg_app_answer *out)
{
	for (size_t i = 0; i < c->want->image_count; i++) {
		struct sighting seen = look(c, i);

		if (!seen.other || seen.right || seen.unclear)
			continue;
		sg_app_confirm(out, SG_APP_CODE_IMAGE_MISMATCH, c->policy->image_grace_ms);
		sg_app_say(out, "expected %s, running is %s", c->want->images[i], seen.other_text);
		say_holders(c, seen.other_text, out);
		if (c->app->image_overrides[0])
			sg_app_say(out, "; the spec pins %s", c->app->image_overrides);
		return true;
	}
	return false;
}

bool sg_app_row_old_image(struct sg_app_case *c, struct sg_app_answer *out)
{
	for (size_t i = 0; i < c->want->image_count && !c->old_pods_fine; i++) {
		struct sighting seen = look(c, i);

		if (!seen.other)
			continue;
		sg_app_wait(out, SG_APP_CODE_OLD_IMAGE_RUNNING);
		sg_app_say(out, "%s beside %s", seen.other_text, c->want->images[i]);
		say_holders(c, seen.other_text, out);
		return true;
	}
	return false;
}

uint64_t sg_app_images_unseen(const struct sg_app_case *c)
{
	uint64_t mask = 0;

	SG_ASSERT(c->want->image_count <= SG_APP_IMAGES_MAX);
	for (size_t i = 0; i < c->want->image_count; i++)
		if (look(c, i).right == 0)
			mask |= UINT64_C(1) << i;
	return mask;
}
