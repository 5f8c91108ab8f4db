/* How much of this machine libgit2 may take. */
#ifndef SG_REPO_MEMORY_H
#define SG_REPO_MEMORY_H

#include "base/attr.h"
#include "base/err.h"

enum {
	/* objects of one pack: 250,000 need about 40 MiB */
	SG_REPO_OBJECTS_MAX = 250000,
	/* one allocation; what is no delta is never held whole, so this is about deltas */
	SG_REPO_ALLOC_MAX = 16 * 1024 * 1024,
	/* the list of branches: about 200,000 */
	SG_REPO_REFS_BYTES_MAX = 12 * 1024 * 1024
};

/* Sets libgit2's limits, for the whole process. LOCAL_IO when it knows one of them not. */
int sg_repo_bound_memory(struct sg_err *err) SG_MUST_CHECK;

#endif
