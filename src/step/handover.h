/*
 * What GitLab is left to do by itself with our open request: auto-merge, merge trains (gitlab.md
 * 6.5, 6.7), and pipelines that nobody saw come.
 */
#ifndef SG_STEP_HANDOVER_H
#define SG_STEP_HANDOVER_H

#include "step/forge.h"

/*
 * Has a person taken the present head back from auto-merge or the merge train, and nobody put it
 * there again? By GitLab's own notes, oldest first; one that is not known changes nothing.
 */
bool sg_handover_is_withdrawn(const struct sg_forge *forge, const struct sg_policy *policy,
	const struct sg_gitlab_note *notes, size_t count);

/* Was it in our name that GitLab was last told to merge the head by itself, and not taken back? By
 * GitLab's own notes, as above. */
bool sg_handover_was_ours(const struct sg_forge *forge, const struct sg_policy *policy,
	const struct sg_gitlab_note *notes, size_t count);

/* Has the head of MR a pipeline that GitLab does not name as its head's yet? */
int sg_handover_has_pipeline(struct sg_world *world, struct sg_forge *forge, const struct sg_mr *mr,
	bool *ret_has, struct sg_err *err) SG_MUST_CHECK;

/* Where MR stands on the merge train, in words; NULL where that cannot be read: it decides nothing.
 */
const char *sg_handover_place(
	struct sg_world *world, struct sg_forge *forge, const struct sg_mr *mr);

#endif
