/*
 * The head of one of our branches, judged without GitLab: its merge base is its one parent, which
 * must be in the target's history. For requests that a push opens (step/push_request.h).
 */
#ifndef SG_STEP_WORK_HEAD_H
#define SG_STEP_WORK_HEAD_H

#include "step/change.h"
#include "step/load.h"

struct sg_work_head_ask {
	const struct sg_environment *env;
	const struct sg_bump_wish *wish;
	const char *head;           /* full commit id; not fetched yet */
	struct sg_tree_source *tip; /* the environment's branch as it is now */
	const struct sg_plan *plan; /* of the wish on the tip, for our branch */
	const char *older_reason;   /* as in struct sg_guard */
};

struct sg_work_head {
	bool same;      /* it asks for the plan's change, on whatever commit */
	bool stands;    /* the same, and merged into the tip it gives just that */
	bool below_tip; /* it is on an older commit of the target */
	bool goes_back; /* it carries a newer version than the wish, and OLDER_REASON is given */
};

/*
 * BRANCH_BUSY names what is not our one commit on the target. OLDER: it carries a newer version.
 * REMOTE_FAILED: Git cannot say what is in the target's history.
 */
int sg_work_head_look(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_work_head_ask *ask, struct sg_work_head *ret_head,
	struct sg_err *err) SG_MUST_CHECK;

/* Is COMMIT in the history of TIP, a commit of the environment's branch? REMOTE_FAILED. */
int sg_work_head_in_target(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment *env, const char *tip, const char *commit, bool *ret_in,
	struct sg_err *err) SG_MUST_CHECK;

#endif
