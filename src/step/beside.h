/*
 * What a commit of ours took away is put back: the change of the same file that came between
 * GitLab's look at the files and the commit (gitlab/publisher.h).
 */
#ifndef SG_STEP_BESIDE_H
#define SG_STEP_BESIDE_H

#include "step/guard.h"
#include "step/plan.h"

struct sg_beside_ask {
	const struct sg_plan_ask *plan_ask;   /* that made the plan, */
	const struct sg_guard *guard;         /* which had let it pass, */
	const struct sg_plan *plan;           /* and which was published */
	const struct sg_published *published; /* as this; `beside` is there */
	struct sg_publisher *publisher;
	bool *went_back; /* becomes true where the guard lets it go back over theirs */
};

/*
 * Makes the same edit on the files as they were before our commit, and publishes those on top of
 * it: a second commit, with both changes, whose id goes to *ret_commit (in the world's arena).
 * Where the guard does not let our edit go over theirs, the files become as they had left them, and
 * UNEXPECTED_VALUE or OLDER says why. CONFLICT with both ids and the command to compare them when
 * that does not succeed soon; CANCELLED says where it stands, too.
 */
int sg_beside_keep(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_beside_ask *ask, const char **ret_commit, struct sg_err *err) SG_MUST_CHECK;

#endif
