/*
 * What libgit2 is told before a push that the branch is at, and what the server is asked to compare
 * it with.
 */
#ifndef SG_REPO_COMPARE_H
#define SG_REPO_COMPARE_H

#include "repo/internal.h"

/*
 * libgit2 looks at the branches once more before a push, to learn what the branch is at. The server
 * itself compares that when it takes the pack, so the look would prove nothing. Appends the answer
 * that a server would give whose branch is at the plan's parent: libgit2 then packs what is new
 * since the parent. What is named here is what every server has known for long.
 */
void sg_compare_list(const struct sg_push *push, struct sg_buf *answer);

/*
 * REQUEST is libgit2's push: puts push->old where it says that the branch is at the parent. BUG
 * when it says something else.
 */
int sg_compare_set(
	const struct sg_push *push, struct sg_buf *request, struct sg_err *err) SG_MUST_CHECK;

#endif
