/*
 * The places of a service's image where `update:` names none. They are found from the application's
 * manifest, else from the names of files (step/layout.h), and by the shape of what stands there:
 *   1. of the values of a chart, as Helm merges them, and of the manifests;
 *   2. what has the repository of `image:`; where that is not configured, what has a repository
 *      whose last name is the service's, else the only image;
 *   3. the file that is the last to set it.
 */
#ifndef SG_STEP_DISCOVER_H
#define SG_STEP_DISCOVER_H

#include "model/place.h"
#include "step/layout.h"

/*
 * The layout's world, source, policy, env, service and folder are set; the rest is filled, with
 * what was looked at also after a failure. IMAGE: its repository; NULL: not configured. Reasons: as
 * sg_layout_read(), PLACE_AMBIGUOUS with all places, PLACE_NOT_FOUND with what was looked at.
 */
int sg_discover(struct sg_layout *layout, const char *image, struct sg_place **ret_places,
	size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

#endif
