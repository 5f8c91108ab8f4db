/*
 * Publishing a plan as one commit over GitLab's commits API (gitlab.md 4): one request, no clone.
 *
 * There is no compare-and-swap of the branch. Each file is compared instead: GitLab refuses it when
 * it was changed since the plan's parent. That is looked at before the commit is made, so a commit
 * that came between is looked for afterwards. GitLab makes the id, the dates, the committer and,
 * where it is told to, the signature.
 */
#ifndef SG_GITLAB_PUBLISHER_H
#define SG_GITLAB_PUBLISHER_H

#include "gitlab/client.h"
#include "model/source.h"

/*
 * A plan's files exist at its parent and are changed, never made; its lease is its parent, and its
 * author's name and address go along. STALE: a file was changed, the branch moved meanwhile, or
 * GitLab refuses for a reason that it does not name and the branch is elsewhere or cannot be read.
 * DOUBT: no answer, a server error, a success that is not about this plan.
 *
 * BRANCH_PROTECTED, BRANCH_NOT_FOUND, HOOK_DECLINED (a push rule, or whatever else GitLab says
 * about a branch that has not moved), FORBIDDEN, AUTH_FAILED, NOT_FOUND, TOO_LARGE, THROTTLED.
 * OUTCOME_UNKNOWN: the commit was made, and whether it took away another one's change of the same
 * file that came in the last moment cannot be read (where it can, `beside` says it); or GitLab
 * refuses again and again for a reason that it does not name, and the branch cannot be read.
 *
 * find() reads the commits between the plan's parent and TIP by their Stagegate-Id, and believes
 * one whose file is as the plan wants it. CONFLICT: it is there, and took away such a change.
 */
void sg_gitlab_publisher(
	struct sg_gitlab *gitlab, struct sg_arena *arena, struct sg_publisher **ret_publisher);

#endif
