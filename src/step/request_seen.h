/*
 * What can be seen of our merge request with whatever credential there is: a job's own token may
 * read merge requests, one for Git alone may not (gitlab.md 2, 2.1).
 */
#ifndef SG_STEP_REQUEST_SEEN_H
#define SG_STEP_REQUEST_SEEN_H

#include "step/request.h"

struct sg_request_seen {
	bool known;             /* GitLab said which there are */
	const char *why;        /* else: why not, in words */
	bool foreign;           /* the open one is known to be by somebody else */
	struct sg_mr open;      /* newest of each, as the list has it; iid 0: there is none */
	struct sg_mr closed;    /* without a merge */
	struct sg_mr elsewhere; /* open, from the same branch to another target */
};

/*
 * One request, two tries, one more for whose it is where the token has a user. Fails only for a
 * signal.
 */
int sg_request_see(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_environment *env, const char *branch, struct sg_request_seen *ret_seen,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * What GitLab says of one merge request itself, which no list is older than: in *RET_WHY why it
 * cannot be asked, else NULL. One request, two tries. Fails only for a signal.
 */
int sg_request_see_one(struct sg_world *world, const struct sg_loaded *loaded, int64_t iid,
	struct sg_mr *ret_mr, const char **ret_why, struct sg_err *err) SG_MUST_CHECK;

#endif
