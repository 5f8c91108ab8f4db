#include "step/plain_eye.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "model/sighting.h"
#include "step/plain_sight.h"

struct plain_eye {
	struct sg_eye base;
	struct sg_plain_sight sight;
	struct sg_cluster_pass pass; /* of the sight */
};

static int no_image(const struct sg_eye *eye, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_CONFIG_INVALID,
		"no image of %s is known, and without a GitOps controller only that can be looked "
		"for",
		eye->ask->service);
	return sg_hint(err, "name it with --image, or add `image:` to the service");
}

static int look(struct sg_eye *base, int64_t until_ms, struct sg_err *err)
{
	struct plain_eye *eye = (struct plain_eye *)base;
	int rc;

	if (!base->ask->want.image_count)
		return no_image(base, err);
	if (!sg_cluster_pass_poll(&eye->pass))
		return 1;
	rc = sg_plain_sight_look(&eye->sight, until_ms, err);
	if (rc < 0 && eye->pass.waiting)
		return 1;
	base->seen = eye->sight.seen;
	base->denied = eye->sight.denied;
	base->log = eye->sight.log;
	return rc;
}

static int64_t due(const struct sg_eye *base)
{
	return sg_cluster_pass_due_ms(&((const struct plain_eye *)base)->pass);
}

static struct sg_app_verdict verdict(const struct sg_eye *base)
{
	return ((const struct plain_eye *)base)->sight.fold.verdict;
}

static int64_t next_look(const struct sg_eye *base, int64_t now_ms)
{
	const struct plain_eye *eye = (const struct plain_eye *)base;

	(void)now_ms;
	return sg_stuck_due_ms(&eye->sight.memory.stuck);
}

static struct sg_app_strings images(const struct sg_eye *base, struct sg_arena *arena)
{
	return sg_pod_images(((const struct plain_eye *)base)->sight.look.pods, arena);
}

static void free_eye(struct sg_eye *base)
{
	struct plain_eye *eye = (struct plain_eye *)base;

	sg_cluster_pass_release(&eye->pass);
	sg_plain_sight_release(&eye->sight);
	free(eye);
}

struct sg_eye *sg_plain_eye_new(const struct sg_eye *base)
{
	static const struct sg_eye_class class = {.look = look,
		.due = due,
		.verdict = verdict,
		.next_look = next_look,
		.images = images,
		.free = free_eye};
	const struct sg_await_ask *ask = base->ask;
	struct plain_eye *eye = sg_calloc(1, sizeof(*eye));

	eye->base = *base;
	eye->base.class = &class;
	sg_plain_sight_begin(&eye->sight, base->world, base->client, &ask->app,
		ask->want.image_count ? ask->want.images[0] : NULL);
	eye->sight.pass = &eye->pass;
	return &eye->base;
}
