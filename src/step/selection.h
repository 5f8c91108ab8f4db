/* Which applications of an environment are meant: by service, by label, by application set, all. */
#ifndef SG_STEP_SELECTION_H
#define SG_STEP_SELECTION_H

#include "cluster/client.h"
#include "step/load.h"

struct sg_selection_ask {
	const char *const *services; /* by name */
	size_t count;
	bool all;             /* every service of the environment */
	const char *selector; /* labels of the Applications; NULL: any */
	const char *set;      /* the ApplicationSet that made them; NULL: any */
};

/* One that is meant. */
struct sg_selected {
	const char *service; /* NULL: an application that no service of the configuration is */
	struct sg_cluster_app app;
};

/* True when ASK can only be answered by the cluster. */
bool sg_selection_needs_cluster(const struct sg_selection_ask *ask);

/*
 * In the order of the names, else as the cluster lists them. TIP has the files of the environment's
 * branch; CLIENT may be NULL unless the cluster is needed, which it is where the environment
 * selects its applications, too. APPLICATION_NOT_FOUND when nothing is meant. The result is in the
 * world's arena.
 */
int sg_select(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_environment *env, struct sg_tree_source *tip,
	struct sg_cluster_client *client, const struct sg_selection_ask *ask,
	struct sg_selected **ret, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

#endif
