/* Merge trains (gitlab.md 6.7). */
#ifndef SG_GITLAB_TRAIN_H
#define SG_GITLAB_TRAIN_H

#include "gitlab/client.h"

/*
 * Where the merge request IID stands among those that are still to be merged by the train of
 * BRANCH: 1 is the next one, 0: it is not on it. *ret_count: how many are.
 */
int sg_gitlab_train_place(struct sg_gitlab *gitlab, const char *branch, int64_t iid,
	size_t *ret_place, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

#endif
