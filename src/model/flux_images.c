/* Which image really runs of what Flux has brought. */
#include <stdio.h>
#include <string.h>

#include "model/flux_fold.h"
#include "model/sighting.h"

/* What runs, and where nothing does: what the templates say. */
static struct sg_sighting look(
	const struct sg_app_workloads *workloads, const struct sg_image *want)
{
	struct sg_sighting seen = {0};

	sg_sighting_pods(&seen, want, workloads);
	sg_sighting_templates(&seen, want, workloads);
	return seen;
}

struct text {
	struct sg_arena *arena;
	const char *words;
};

static void add(void *arg, const char *more)
{
	struct text *text = arg;

	text->words = sg_arena_printf(text->arena, "%s%s", text->words, more);
}

static bool other_image(struct sg_flux_case *c, const struct sg_sighting *seen)
{
	const struct sg_flux_object *object = &c->kustomization->object;
	struct text pods = {c->arena, ""};
	bool stands;

	sg_sighting_holders(c->look->images, seen->other_text, add, &pods);
	if (seen->right || seen->unclear) {
		sg_flux_drop(c, SG_FAULT_IMAGE);
		return sg_flux_say(c, SG_APP_WAIT, SG_APP_CODE_OLD_IMAGE_RUNNING, "%s beside %s%s",
			seen->other_text, c->fold->want->image, pods.words);
	}
	stands = sg_flux_has_stood_for(
		c, SG_FAULT_IMAGE, object, c->applied_text, c->fold->policy->image_grace_ms);
	return sg_flux_say(c, stands ? SG_APP_FAIL : SG_APP_WAIT, SG_APP_CODE_IMAGE_MISMATCH,
		"expected %s, running is %s%s", c->fold->want->image, seen->other_text, pods.words);
}

/* Charts in Git and values of other objects move without the spec of their release. */
static bool unproven(struct sg_flux_case *c)
{
	return sg_flux_say(c, SG_APP_WAIT, SG_APP_CODE_FLUX_NO_COMMIT,
		"%s can change without its spec, and no pod shows the image that is expected",
		sg_flux_label(&c->release->object, c->arena));
}

bool sg_flux_row_images(struct sg_flux_case *c)
{
	struct sg_flux_verdict *verdict = &c->fold->verdict;
	bool loose = c->release && (c->release->chart_moves ||
					   (c->release->indirect && c->fold->policy->image_proves));
	struct sg_sighting seen;
	struct sg_image want;

	if (!c->fold->want->image || !sg_image_parse(sg_str_of(c->fold->want->image), &want))
		return loose && unproven(c);
	verdict->images_wanted = true;
	sg_flux_keep(c, SG_FAULT_IMAGE); /* one that is not read yet shows nothing else */
	if (!c->look->images)
		return sg_flux_say(c, SG_APP_WAIT, SG_APP_CODE_FLUX_WORKLOADS_UNREAD, "%s",
			sg_flux_label(&c->kustomization->object, c->arena));
	seen = look(c->look->images, &want);
	if (seen.other)
		return other_image(c, &seen);
	sg_flux_drop(c, SG_FAULT_IMAGE);
	verdict->image_unseen = !seen.right;
	return loose && !seen.right && unproven(c);
}
