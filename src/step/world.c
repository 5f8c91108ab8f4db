#include "step/world.h"

struct sg_loop *sg_world_loop(const struct sg_world *world)
{
	return world->http->loop;
}

struct sg_retry_policy sg_world_retry(struct sg_world *world, int tries)
{
	if (world->tries && (tries == 0 || tries > world->tries))
		tries = world->tries;
	return (struct sg_retry_policy){
		.base_ms = world->settings->retry_base_ms,
		.max_ms = 30000,
		.max_after_ms = 120000,
		.tries = tries,
		.deadline_ms = world->deadline_ms,
		.seed = sg_retry_random(&world->random),
	};
}

int sg_world_trouble(const struct sg_world *world, const struct sg_err *why,
	struct sg_trouble *ret_trouble, struct sg_err *err)
{
	if (why->reason == SG_R_CANCELLED) {
		*err = *why;
		return -1;
	}
	*ret_trouble = (struct sg_trouble){
		.words = sg_arena_strdup(world->arena, why->cause),
		.passes = why->transient || why->reason == SG_R_THROTTLED ||
			  why->reason == SG_R_TIMEOUT,
	};
	return 0;
}
