#include "model/rollout_act.h"

#include <string.h>

#include "model/sighting.h"

/* Pauses of its own plan: of canary steps, and before the switch of a blue-green one. */
static bool is_planned(const struct sg_rollout *rollout)
{
	const char *planned = rollout->blue_green ? "BlueGreenPause" : "CanaryPauseStep";

	for (size_t i = 0; i < rollout->pauses.count; i++)
		if (strcmp(rollout->pauses.items[i], planned) != 0)
			return false;
	return rollout->pauses.count > 0;
}

static bool is_new(const struct sg_rollout *rollout)
{
	return rollout->stable_hash[0] && strcmp(rollout->stable_hash, rollout->current_hash) != 0;
}

bool sg_rollout_may(const struct sg_workload *workload, enum sg_rollout_act act)
{
	const struct sg_rollout *rollout = &workload->rollout;
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_workload_reading reading;

	if (workload->kind != SG_WORKLOAD_ROLLOUT || workload->deleting || workload->paused ||
		rollout->aborted || !workload->uid[0] || !rollout->version[0] ||
		!rollout->current_hash[0])
		return false;
	sg_workload_state(workload, &scratch, &reading);
	if (reading.unobserved)
		return false;
	if (act == SG_ROLLOUT_RESUME)
		return reading.state == SG_WORKLOAD_PAUSED && rollout->controller_pause &&
		       rollout->open_ended && is_planned(rollout);
	return (reading.state == SG_WORKLOAD_PROGRESSING || reading.state == SG_WORKLOAD_FAILED) &&
	       rollout->pauses.count == 0 && is_new(rollout);
}

struct sg_rollout_mark sg_rollout_mark_of(const struct sg_workload *rollout)
{
	return (struct sg_rollout_mark){rollout->namespace, rollout->name, rollout->uid,
		rollout->rollout.current_hash, rollout->rollout.paused_since, rollout->generation,
		rollout->rollout.step,
		rollout->images_known ? rollout->images : (struct sg_app_strings){0}};
}

struct sg_rollout_mark sg_rollout_mark_keep(
	const struct sg_rollout_mark *mark, struct sg_arena *arena)
{
	return (struct sg_rollout_mark){sg_arena_strdup(arena, mark->namespace),
		sg_arena_strdup(arena, mark->name), sg_arena_strdup(arena, mark->uid),
		sg_arena_strdup(arena, mark->hash), sg_arena_strdup(arena, mark->since),
		mark->generation, mark->step, {0}};
}

bool sg_rollout_is(const struct sg_workload *rollout, const struct sg_rollout_mark *mark,
	enum sg_rollout_act act)
{
	struct sg_rollout_mark now = sg_rollout_mark_of(rollout);

	if (strcmp(now.uid, mark->uid) != 0 || strcmp(now.hash, mark->hash) != 0)
		return false;
	return act == SG_ROLLOUT_ABORT ||
	       (now.generation == mark->generation && now.step == mark->step &&
		       strcmp(now.since, mark->since) == 0);
}

static enum sg_answer carries(const struct sg_app_strings *images, const struct sg_app_want *want)
{
	struct sg_sighting seen = {0};
	struct sg_image image;

	for (size_t i = 0; i < want->image_count; i++)
		for (size_t k = 0;
			sg_image_parse(sg_str_of(want->images[i]), &image) && k < images->count;
			k++)
			sg_sighting_add(&seen, &image, images->items[k]);
	if (seen.right)
		return SG_ANSWER_YES;
	return seen.other ? SG_ANSWER_NO : SG_ANSWER_UNKNOWN;
}

enum sg_answer sg_rollout_carries(const struct sg_workload *rollout, const struct sg_app_want *want)
{
	return rollout->images_known ? carries(&rollout->images, want) : SG_ANSWER_UNKNOWN;
}

enum sg_answer sg_rollout_mark_carries(
	const struct sg_rollout_mark *mark, const struct sg_app_want *want)
{
	return carries(&mark->images, want);
}
