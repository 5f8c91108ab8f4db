/*
 * A fetch of our own beside libgit2's, for what that cannot ask for: single folders and files by
 * their ids, and commits without the most of what they hold (a filter). Protocol version 0, which
 * has both and needs no request for the list of branches beside the one that is made anyway.
 */
#ifndef SG_REPO_WANT_H
#define SG_REPO_WANT_H

#include "repo/internal.h"

enum { SG_WANT_MAX = 4096 };

struct sg_want {
	const char *const *ids; /* full ids, SG_WANT_MAX at most; always sent whatever the filter */
	size_t count;
	const char *filter;   /* "tree:0", ... of what the ids lead to; NULL: all of it */
	int depth;            /* of commits; 0: no id is one */
	uint32_t max_objects; /* of the answer; 0: the general limit */
};

/*
 * Brings them into the object database, in one request that names nothing of what is here: the
 * answer is complete in itself. Says whether the server's answer came whole, not whether each
 * object is in it: the ids are made from what came, so whoever asked looks for them. TOO_LARGE,
 * ANSWER_INVALID, REMOTE_FAILED, BRANCH_MOVED ("not our ref"), ...
 */
int sg_want_fetch(
	struct sg_repo *repo, const struct sg_want *want, struct sg_err *err) SG_MUST_CHECK;

/*
 * Finds what the server can do in the beginning of its list of branches. False when that is not
 * here to its end. Pure.
 */
bool sg_want_abilities(struct sg_str list, struct sg_abilities *ret);

#endif
