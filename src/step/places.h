/* Where the image of a service stands at a revision: as `update:` names it, else found out. */
#ifndef SG_STEP_PLACES_H
#define SG_STEP_PLACES_H

#include "model/place.h"
#include "model/source.h"
#include "step/world.h"

struct sg_places_ask {
	const struct sg_policy *policy;
	const struct sg_service *entry;
	const char *service;
	const struct sg_environment *env;
};

/*
 * The places in ENV. Those that `update:` names are not read; without it the files of SOURCE are
 * (step/discover.h), once for each revision. In the world's arena. PLACE_SHARED when another
 * environment on the same branch has one of the places that were found, too: whoever changes it for
 * this one changes it for both.
 */
int sg_places_find(struct sg_world *world, const struct sg_places_ask *ask,
	struct sg_tree_source *source, struct sg_place **ret_places, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

#endif
