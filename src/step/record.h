/*
 * The gates' answer, published where people and GitLab look: a commit status stagegate/ENV on the
 * head of the merge request, and, where a person merges, one note that is kept up to date.
 */
#ifndef SG_STEP_RECORD_H
#define SG_STEP_RECORD_H

#include "step/promotion.h"

/*
 * Nothing to do without decided merge gates. What is there already is not written again. A refusal
 * by GitLab is a warning, no error: the gates bind by our own merge, not by this.
 */
int sg_record_gates(struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_promotion *promotion, struct sg_err *err) SG_MUST_CHECK;

#endif
