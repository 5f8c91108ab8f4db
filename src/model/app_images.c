#include <string.h>

#include "base/err.h"
#include "model/app_rows.h"
#include "model/sighting.h"

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
		if (!sg_pod_holds(&workloads->pods[i], image))
			continue;
		if (!workloads->pods[i].finished)
			return false;
		finished = true;
	}
	return finished;
}

/*
 * Where the summary shows nothing of the repository, what was read decides: the templates, and the
 * pods, of which one may still hold what the template named before.
 */
static void look_beside(
	struct sg_sighting *seen, const struct sg_image *want, const struct sg_app_workloads *read)
{
	if (seen->right || seen->other || seen->unclear)
		return;
	sg_sighting_templates(seen, want, read);
	sg_sighting_pods(seen, want, read);
}

static struct sg_sighting look(const struct sg_app_case *c, size_t index)
{
	struct sg_sighting seen = {0};
	struct sg_image want;

	if (!sg_image_parse(sg_str_of(c->want->images[index]), &want))
		return seen;
	for (size_t i = 0; i < c->app->images.count; i++)
		if (!is_history(c->workloads, c->app->images.items[i]))
			sg_sighting_add(&seen, &want, c->app->images.items[i]);
	look_beside(&seen, &want, c->workloads);
	return seen;
}

static void say_text(void *arg, const char *text)
{
	sg_app_say(arg, "%s", text);
}

static void say_holders(const struct sg_app_case *c, const char *image, struct sg_app_answer *out)
{
	sg_sighting_holders(c->workloads, image, say_text, out);
}

bool sg_app_row_other_image(struct sg_app_case *c, struct sg_app_answer *out)
{
	for (size_t i = 0; i < c->want->image_count; i++) {
		struct sg_sighting seen = look(c, i);

		if (!seen.other || seen.right || seen.unclear)
			continue;
		sg_app_confirm(out, SG_APP_CODE_IMAGE_MISMATCH, c->policy->image_grace_ms);
		sg_app_say(out, "expected %s, running is %s", c->want->images[i], seen.other_text);
		say_holders(c, seen.other_text, out);
		if (c->app->image_overrides[0])
			sg_app_say(out, "; the spec pins or ignores %s", c->app->image_overrides);
		return true;
	}
	return false;
}

bool sg_app_row_old_image(struct sg_app_case *c, struct sg_app_answer *out)
{
	for (size_t i = 0; i < c->want->image_count && !c->old_pods_fine; i++) {
		struct sg_sighting seen = look(c, i);

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
