/* sg_await() for what is followed by looks alone: whatever is no Application of Argo CD. */
#ifndef SG_STEP_LOOKS_AWAIT_H
#define SG_STEP_LOOKS_AWAIT_H

#include "step/await.h"

/* As sg_await(), of none of whose asks follows an Application. */
int sg_looks_await(struct sg_world *world, struct sg_cluster_client *client,
	struct sg_ancestry *ancestry, const struct sg_await_rules *rules,
	const struct sg_await_ask *asks, size_t count, struct sg_await_done *ret_done,
	struct sg_err *err) SG_MUST_CHECK;

#endif
