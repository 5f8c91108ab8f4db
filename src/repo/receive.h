/* What the side of the server that takes pushes says that it can do. */
#ifndef SG_REPO_RECEIVE_H
#define SG_REPO_RECEIVE_H

#include "repo/internal.h"

/*
 * MR_NOT_OPENED when the server takes no push options: who sends some nevertheless sends what it
 * takes for a broken pack. One request, once in the life of a repository.
 */
int sg_receive_require_options(struct sg_repo *repo, struct sg_err *err) SG_MUST_CHECK;

/*
 * Looks for the word among the abilities that LINE, the first of a list of branches, has behind its
 * NUL. Pure.
 */
bool sg_receive_has(struct sg_str line, const char *ability);

#endif
