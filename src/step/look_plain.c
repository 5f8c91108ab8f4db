#include "step/look_plain.h"

#include "model/sighting.h"
#include "step/plain_sight.h"

static int look_twice(struct sg_plain_sight *sight, int64_t until_ms, struct sg_err *err)
{
	if (sg_plain_sight_look(sight, until_ms, err) < 0)
		return -1;
	if (sight->fold.verdict.kind != SG_APP_SUCCESS)
		return 0;
	return sg_plain_sight_look(sight, until_ms, err);
}

int sg_look_plain(struct sg_world *world, struct sg_cluster_client *client,
	const struct sg_look_ask *ask, const struct sg_cluster_app *name, int64_t until_ms,
	struct sg_look *look, struct sg_err *err)
{
	struct sg_plain_sight sight;
	struct sg_app_strings images;
	struct sg_soak soak;
	int rc;

	sg_plain_sight_begin(&sight, world, client, name, ask->image);
	rc = look_twice(&sight, until_ms, err);
	if (rc == 0) {
		look->follow = SG_FOLLOW_WORKLOAD;
		look->sync = look->health = "";
		look->revision = ask->tip->revision;
		look->verdict = sight.fold.verdict;
		look->verdict.message = sg_arena_strdup(world->arena, sight.fold.message);
		look->image_seen = look->verdict.kind == SG_APP_SUCCESS;
		images = sg_pod_images(sight.look.pods, world->arena);
		look->images = images.items;
		look->image_count = images.count;
		if (look->image_seen) {
			sg_soak_of_workload(sight.look.workload, sight.look.pods, ask->image,
				client->server_unix_s, world->arena, &soak);
			sg_look_since(look, &soak);
		}
	}
	sg_plain_sight_release(&sight);
	return rc;
}
