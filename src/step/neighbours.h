/* Over the API: others who change the same file, before our first try (model/crowd.h). */
#ifndef SG_STEP_NEIGHBOURS_H
#define SG_STEP_NEIGHBOURS_H

#include "model/crowd.h"
#include "step/load.h"

/* Requests of our token in a minute from which on pipelines may be in each other's way. */
enum { SG_NEIGHBOURS_BUSY = 60 };

struct sg_neighbours_ask {
	const struct sg_environment *env;
	const struct sg_plan *plan;       /* to be published over the API */
	const struct sg_tree_source *tip; /* that it was made on */
	int64_t looked_ms;                /* of the loop's clock, when the reading of that began */
};

/*
 * How long to let others by: *ret_wait_ms, 0 for nobody. GitLab is asked, once, only where by the
 * configuration several services have a place in a file of the plan, and it was changed by the tip
 * itself, or the token is busy or GitLab does not say how busy it is. What GitLab does not say
 * costs nothing but the politeness; -1 is for a signal only.
 */
int sg_neighbours_wait(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_neighbours_ask *ask, struct sg_crowd *crowd, int64_t *ret_wait_ms,
	struct sg_err *err) SG_MUST_CHECK;

#endif
