/* Whether an entry of a kustomization's `images` would change anything. */
#ifndef SG_STEP_KUSTOMIZED_H
#define SG_STEP_KUSTOMIZED_H

#include "step/places.h"

/*
 * PLACE names an entry by `image`. Where its kustomization has none, one of its bases or components
 * may give the image another name: Kustomize looks for the new name then, and an entry that is
 * added changes nothing. IMAGE_NOT_FOUND with the place of that; 0 also where the bases cannot be
 * read.
 */
int sg_kustomized_check(struct sg_world *world, const struct sg_places_ask *ask,
	struct sg_tree_source *source, const struct sg_place *place,
	struct sg_err *err) SG_MUST_CHECK;

#endif
