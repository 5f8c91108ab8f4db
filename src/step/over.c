#include "step/over.h"

#include <inttypes.h>

#include "step/past_gate.h"

bool sg_over_is(const struct sg_mr *mr)
{
	return mr->state == SG_MR_MERGED || mr->state == SG_MR_CLOSED;
}

static struct sg_service_answer say(enum sg_result result, const char *code, const char *sentence)
{
	return (struct sg_service_answer){result, code, sentence};
}

static struct sg_service_answer closed(struct sg_arena *arena, const struct sg_mr *mr)
{
	return say(SG_RESULT_FAILED, "MR_NOT_MERGED",
		sg_arena_printf(arena, "!%" PRId64 " was closed by %s without a merge", mr->iid,
			mr->closed_by.username[0] ? mr->closed_by.username : "somebody"));
}

static struct sg_service_answer merged(
	struct sg_arena *arena, const struct sg_mr *mr, bool past, const char *why)
{
	if (past)
		return say(SG_RESULT_FAILED, "MERGED_PAST_GATE",
			sg_arena_printf(arena,
				"!%" PRId64 " was merged while a gate was closed: %s", mr->iid,
				why));
	return say(SG_RESULT_DONE, "MR_MERGED",
		sg_arena_printf(
			arena, "!%" PRId64 " is merged as %.12s", mr->iid, sg_mr_landed(mr)));
}

int sg_over(struct sg_world *world, struct sg_stage *stage, struct sg_promotion *p,
	const struct sg_mr *mr, struct sg_service_answer *ret, struct sg_err *err)
{
	const char *why = NULL;
	bool past = false, asks;

	if (mr->state == SG_MR_CLOSED) {
		*ret = closed(world->arena, mr);
		return 0;
	}
	p->request.merged = *mr;
	if (sg_past_gate_asks(world, &stage->loaded, stage->forge, p, &asks, err) < 0)
		return -1;
	if (asks && sg_past_gate(world, &stage->loaded, stage->forge, p, &past, &why, err) < 0)
		return -1;
	*ret = merged(world->arena, mr, past, why);
	return 0;
}
