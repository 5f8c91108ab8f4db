/* The names of the Applications of a namespace, by label or by the application set that made them.
 */
#ifndef SG_CLUSTER_NAMES_H
#define SG_CLUSTER_NAMES_H

#include "cluster/client.h"

#define SG_CLUSTER_NAMES_MAX 10000

struct sg_cluster_pick {
	const char *namespace;
	const char *selector; /* as `kubectl get -l` takes it; NULL: any */
	const char *set;      /* name of the application set; NULL: any or none */
};

/*
 * Lists page by page; of each object no more than one is held. Names in the arena, in the
 * server's order. TOO_LARGE above SG_CLUSTER_NAMES_MAX; FORBIDDEN names the verb list.
 */
int sg_cluster_names(struct sg_cluster_client *client, const struct sg_cluster_pick *pick,
	int64_t deadline_ms, struct sg_arena *arena, const char *const **ret_names,
	size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

#endif
