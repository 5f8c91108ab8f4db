/*
 * What a head of our branch really carries: proven by content, never by names, trailers or
 * descriptions (design: "Only our own change is merged").
 */
#ifndef SG_STEP_HEAD_H
#define SG_STEP_HEAD_H

#include "step/forge.h"
#include "step/plan.h"

struct sg_head_ask {
	const struct sg_environment *env;
	const char *service;
	const char *head;           /* full commit id */
	struct sg_tree_source *tip; /* the environment's branch as it is now */
	/* Its merge base where that is known; NULL: GitLab is asked. */
	const char *base;
	bool was_merged; /* it is in the tip since: not asked whether it fits */
};

struct sg_head {
	const char *oid;
	const char *base; /* merge base with the tip */
	const char *wish; /* the version that its files carry; NULL: they carry none */
	bool ours;        /* its tree is byte for byte our plan for that version on its base */
	bool fits;        /* merged into the tip, byte for byte our plan on the tip */
	bool on_tip;      /* its base is the tip */
	struct sg_value_change *values; /* of the plan on its base */
	size_t value_count;
	const char *foreign; /* not ours: what it is, in words; NULL */
};

/*
 * REVISION_NOT_FOUND when
 * the commit cannot be had from Git (yet).
 */
int sg_head_judge(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_head_ask *ask, struct sg_head *ret_head, struct sg_err *err) SG_MUST_CHECK;

/* Are these the changes of the head's plan: same files and places, old and new values? */
bool sg_head_has_values(
	const struct sg_head *head, const struct sg_value_change *values, size_t count);

/*
 * Does commit OTHER, whose merge base with the target was BASE, carry the same plan as HEAD: same
 * files, places, old and new values, and nothing else? UNKNOWN when Git does not show it; an error
 * when it may the next time.
 */
int sg_head_same_plan(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_head_ask *ask, const struct sg_head *head, const char *other,
	const char *base, enum sg_answer *ret_same, struct sg_err *err) SG_MUST_CHECK;

#endif
