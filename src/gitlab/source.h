/*
 * The files at the tip of a branch, read one by one over GitLab's API: no clone, and no more than
 * what is asked for. The first answer names the commit, and everything after it is read there.
 */
#ifndef SG_GITLAB_SOURCE_H
#define SG_GITLAB_SOURCE_H

#include "gitlab/client.h"
#include "model/source.h"

struct sg_gitlab_source_ask {
	const char *branch;
	const char *commit;  /* full id; NULL: the tip of the branch */
	const char *url;     /* of the repository, as in struct sg_tree_source */
	size_t max_requests; /* what needs more is TOO_LARGE */
};

/*
 * Nothing is sent yet, and what ASK points to must live as long as the source.
 * What may be a symbolic link, by its bytes, costs a look at its
 * folder; a file behind a linked folder is FILE_NOT_FOUND, as GitLab tells no more.
 * BRANCH_NOT_FOUND comes with the first read. All of it lives in ARENA.
 */
void sg_gitlab_source(struct sg_gitlab *gitlab, const struct sg_gitlab_source_ask *ask,
	struct sg_arena *arena, struct sg_tree_source **ret_source);

#endif
