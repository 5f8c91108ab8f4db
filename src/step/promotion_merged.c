#include "step/promotion_merged.h"

#include <stdio.h>
#include <string.h>

#include "step/past_gate.h"

/* False also where Git cannot say. */
static int is_in_target(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_promotion *p, const char *commit, bool *ret_is, struct sg_err *err)
{
	struct sg_ancestry *ancestry;

	*ret_is = false;
	if (!sg_str_is_oid(sg_str_of(commit)))
		return 0;
	if (sg_repo_ancestry(loaded->repo, p->env->branch, world->arena, &ancestry, err) < 0)
		return -1;
	*ret_is = ancestry->contains(ancestry, p->tip->revision, commit) == SG_ANSWER_YES;
	return 0;
}

int sg_promotion_look_at_merged(struct sg_world *world, struct sg_loaded *loaded,
	struct sg_forge *forge, struct sg_promotion *p, struct sg_err *err)
{
	const struct sg_mr *merged = &p->request.merged;
	const char *landed = sg_mr_landed(merged), *wish;
	bool asks, is_there;

	if (!p->facts.published || !merged->iid)
		return 0;
	if (is_in_target(world, loaded, p, landed, &is_there, err) < 0)
		return -1;
	if (is_there)
		(void)snprintf(p->landed, sizeof(p->landed), "%s", landed);
	if (sg_past_gate_asks(world, loaded, forge, p, &asks, err) < 0)
		return -1;
	if (!asks)
		return 0;
	wish = sg_plan_wish_at(world, loaded, p->env, p->service, merged->sha);
	if (!wish || strcmp(wish, p->wish) != 0)
		return 0;
	return sg_past_gate(world, loaded, forge, p, &p->facts.past_gate, &p->blocker, err);
}

int sg_promotion_was_merged(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_promotion *p, bool *ret_was, struct sg_err *err)
{
	const char *head = p->request.mr.sha;

	*ret_was = false;
	if (!p->request.open || (!p->facts.published && !p->facts.head_done))
		return 0;
	*ret_was = p->merged_oid[0] && strcmp(p->merged_oid, head) == 0;
	return *ret_was ? 0 : is_in_target(world, loaded, p, head, ret_was, err);
}
