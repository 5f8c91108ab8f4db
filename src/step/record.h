/*
 * The gates' answer, published where people and GitLab look: a commit status stagegate/ENV on the
 * head of the merge request, and, where a person merges, one note that is kept up to date. A
 * request at which a promotion stops because its version is older says so there, and not what it
 * said before.
 */
#ifndef SG_STEP_RECORD_H
#define SG_STEP_RECORD_H

#include "step/promotion.h"

/*
 * Nothing to do without decided merge gates and OLDER. What is there already is not written again.
 * That it cannot be written is a warning, since the gates bind by our own merge and not by this;
 * but where GitLab waits for it, it is an error.
 */
int sg_record_gates(struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_promotion *promotion, struct sg_err *err) SG_MUST_CHECK;

#endif
