#include "base/err.h"
#include "model/app_rows.h"
#include "model/image.h"

/* What the live images say about one expected image. */
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

static void compare(const struct sg_image *want, const struct sg_image *live, const char *text,
	struct sighting *seen)
{
	struct sg_str want_tag = tag_of(want), live_tag = tag_of(live);
	bool same;

	if (!sg_image_same_repository(want->repository, live->repository))
		return;
	if (want->digest.len && live->digest.len) {
		same = sg_str_eq(want->digest, live->digest);
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

static struct sighting look(const struct sg_app_case *c, size_t index)
{
	struct sighting seen = {0};
	struct sg_image want, live;

	if (!sg_image_parse(sg_str_of(c->want->images[index]), &want))
		return seen;
	for (size_t i = 0; i < c->app->images.count; i++) {
		const char *text = c->app->images.items[i];

		if (sg_image_parse(sg_str_of(text), &live))
			compare(&want, &live, text, &seen);
	}
	return seen;
}

bool sg_app_row_other_image(struct sg_app_case *c, struct sg_app_answer *out)
{
	for (size_t i = 0; i < c->want->image_count; i++) {
		struct sighting seen = look(c, i);

		if (!seen.other || seen.right || seen.unclear)
			continue;
		sg_app_confirm(out, SG_APP_CODE_IMAGE_MISMATCH, c->policy->image_grace_ms);
		sg_app_say(out, "expected %s, running is %s", c->want->images[i], seen.other_text);
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
