/* sg_look() where the environment follows workloads. */
#ifndef SG_STEP_LOOK_PLAIN_H
#define SG_STEP_LOOK_PLAIN_H

#include "step/look.h"

/*
 * NAME is looked at as for `wait`; a success was read twice, and a failure, which needs time to be
 * believed, waits. Fills what a workload can say of LOOK. -1 as sg_plain_sight_look().
 */
int sg_look_plain(struct sg_world *world, struct sg_cluster_client *client,
	const struct sg_look_ask *ask, const struct sg_cluster_app *name, int64_t until_ms,
	struct sg_look *look, struct sg_err *err) SG_MUST_CHECK;

#endif
