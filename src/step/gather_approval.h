/* The facts of an approval gate. Inside step/ only. */
#ifndef SG_STEP_GATHER_APPROVAL_H
#define SG_STEP_GATHER_APPROVAL_H

#include "step/gather.h"

/* Never fails but by a signal: what cannot be read is told in the facts. */
int sg_gather_approval(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_gather_ask *ask, const struct sg_gate_spec *spec,
	struct sg_approval_facts *ret_facts, struct sg_err *err) SG_MUST_CHECK;

#endif
