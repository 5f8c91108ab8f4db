/* sg_look() where the environment follows Flux. */
#ifndef SG_STEP_LOOK_FLUX_H
#define SG_STEP_LOOK_FLUX_H

#include "step/look.h"

/*
 * As sg_look(): what is applied is judged as for `wait`, and a success was read twice. Nothing is
 * asked for, and a failure, which needs time to be believed, waits.
 */
int sg_look_flux(struct sg_world *world, struct sg_loaded *loaded, struct sg_cluster_client *client,
	const struct sg_look_ask *ask, struct sg_look *ret_look, struct sg_err *err) SG_MUST_CHECK;

#endif
