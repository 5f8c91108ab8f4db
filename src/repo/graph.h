/* Ancestry in the history that is here, which may be cut off anywhere. */
#ifndef SG_REPO_GRAPH_H
#define SG_REPO_GRAPH_H

#include <git2.h>
#include <stdbool.h>

#include "model/ancestry.h"

/*
 * Is ANCESTOR contained in DESCENDANT? Answers YES and NO only when the commits that are here prove
 * it: a path, or that every path from DESCENDANT ends at a first commit or at an ancestor of
 * ANCESTOR (which cannot contain it). Parents are read from the commits themselves, so a shallow
 * boundary shows as a missing commit. Looks at no more than MAX_COMMITS on either side.
 */
enum sg_answer sg_graph_contains(git_repository *git, const git_oid *descendant,
	const git_oid *ancestor, size_t max_commits);

/* True when the object is here and is a commit. */
bool sg_graph_has(git_repository *git, const git_oid *id);

#endif
