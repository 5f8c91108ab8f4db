/* Whether a parameter of Helm says something else than the file that a value stands in. */
#ifndef SG_STEP_HELM_SET_H
#define SG_STEP_HELM_SET_H

#include "step/seen.h"

/*
 * The parameter that sets the value of SAID, something around it or in it over all files; NULL:
 * none does, or SAID is a parameter. In doubt (an item of a list by its number, a key with a dot in
 * it) it does.
 */
const struct sg_layout_set *sg_helm_set_over(
	const struct sg_layout *layout, const struct sg_said *said);

#endif
