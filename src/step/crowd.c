#include "step/crowd.h"

#include <string.h>

struct looks {
	struct sg_world *world;
	struct sg_loaded *loaded;
	const char *branch;
	char tip[SG_OID_SIZE]; /* of the last look */
	int64_t began_ms;      /* the last look */
	int64_t took_ms;
};

static int look(struct looks *looks, bool *ret_moved, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(looks->world);
	char tip[SG_OID_SIZE];

	looks->began_ms = sg_loop_now_ms(loop);
	if (sg_load_again(looks->loaded, err) < 0 ||
		sg_repo_tip(looks->loaded->repo, looks->branch, tip, err) < 0)
		return -1;
	looks->took_ms = sg_loop_now_ms(loop) - looks->began_ms;
	*ret_moved = strcmp(tip, looks->tip) != 0;
	memcpy(looks->tip, tip, sizeof(tip));
	return 0;
}

int sg_crowd_wait(struct sg_world *world, struct sg_loaded *loaded, const char *branch,
	struct sg_crowd *crowd, int64_t *looked_ms, struct sg_err *err)
{
	struct looks looks = {.world = world, .loaded = loaded, .branch = branch};
	struct sg_loop *loop = sg_world_loop(world);
	int64_t attempt_ms = sg_loop_now_ms(loop) - *looked_ms;
	int64_t wait_ms, before_ms;
	bool moved;

	if (look(&looks, &moved, err) < 0)
		return -1;
	wait_ms = sg_crowd_lost(crowd, attempt_ms, looks.took_ms,
		world->deadline_ms - sg_loop_now_ms(loop) - attempt_ms,
		sg_retry_random(&world->random));
	sg_debug(world->log, "somebody else's commit came first; a look in %d ms", (int)wait_ms);
	while (wait_ms >= 0) {
		if (sg_loop_after(loop, wait_ms + attempt_ms) >= world->deadline_ms)
			return sg_fail(err, SG_R_BRANCH_MOVED, "no time is left for another try");
		if (sg_loop_delay(loop, sg_loop_after(loop, wait_ms), err) < 0)
			return -1;
		before_ms = looks.began_ms;
		if (look(&looks, &moved, err) < 0)
			return -1;
		wait_ms = sg_crowd_looked(crowd, moved, looks.began_ms - before_ms, looks.took_ms,
			sg_retry_random(&world->random));
	}
	*looked_ms = looks.began_ms;
	return 0;
}
