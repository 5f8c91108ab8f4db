/* The plan of a change on one parent: the same wishes on the same parent give the same commit. */
#ifndef SG_STEP_PLAN_H
#define SG_STEP_PLAN_H

#include "model/plan.h"
#include "step/change.h"
#include "step/load.h"

struct sg_plan_ask {
	const struct sg_environment *env;
	const struct sg_bump_wish *wishes;
	size_t count;
	const char *branch; /* that the commit goes to */
	const char *lease;  /* as in struct sg_plan */
	const char *reason; /* as in struct sg_plan */
	const char *origin; /* as in struct sg_plan */
};

/*
 * Applies the wishes to the files of PARENT. *ret_plan is all zero when nothing differs: then there
 * is nothing to publish.
 */
int sg_plan_on(struct sg_world *world, struct sg_loaded *loaded, const struct sg_plan_ask *ask,
	struct sg_tree_source *parent, struct sg_changes *ret_changes, struct sg_plan *ret_plan,
	struct sg_err *err) SG_MUST_CHECK;

/* The wish that brings the tag or digest of IMAGE ("repo:tag@digest"): "tag", "tag@sha256:..." or
 * "sha256:..."; NULL when it has neither. */
const char *sg_plan_wish(struct sg_arena *arena, const char *image);

/* That wish for what the files of the commit OID (brought here when it is not) carry of SERVICE in
 * ENV; NULL also when the commit or its files cannot be had, or OID is no full id. */
const char *sg_plan_wish_at(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment *env, const char *service, const char *oid);

#endif
