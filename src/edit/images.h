/* All places of one image in a file, found by their shape. */
#ifndef SG_EDIT_IMAGES_H
#define SG_EDIT_IMAGES_H

#include "edit/edit.h"
#include "edit/shapes.h"
#include "model/image.h"

struct sg_edit_asks {
	struct sg_edit_ask *items; /* for sg_edit_apply(), in the order of the file */
	size_t count;
};

/*
 * What has to be edited so that TEXT runs IMAGE wherever it names that repository (edit/shapes.h).
 * IMAGE says a tag, a digest or both; a field that it needs and that is missing is added. No place
 * at all is no error: count 0. Reasons: YAML_INVALID, TOO_LARGE, EDIT_TEMPLATE, EDIT_DIGEST,
 * EDIT_NO_FIELD, EDIT_DUPLICATE, EDIT_OTHER_VALUE.
 */
int sg_edit_images(struct sg_arena *arena, const char *file, struct sg_str text,
	const struct sg_image *image, struct sg_edit_asks *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
