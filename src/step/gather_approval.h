/* The facts of an approval gate. Inside step/ only. */
#ifndef SG_STEP_GATHER_APPROVAL_H
#define SG_STEP_GATHER_APPROVAL_H

#include "step/gather.h"

/* Never fails but by a signal: what cannot be read is told in the facts. */
int sg_gather_approval(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_gather_ask *ask, const struct sg_gate_spec *spec,
	struct sg_approval_facts *ret_facts, struct sg_err *err) SG_MUST_CHECK;

/*
 * Do the notes name somebody who asked for the change that ask->head carries: for that head, or for
 * one before it with the same plan? REMOTE_FAILED where that cannot be read.
 */
int sg_gather_asked_for(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_gather_ask *ask, bool *ret_asked, struct sg_err *err) SG_MUST_CHECK;

#endif
