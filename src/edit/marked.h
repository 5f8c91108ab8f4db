/* All places of one name in a file, found by the comments behind them (edit/markers.h). */
#ifndef SG_EDIT_MARKED_H
#define SG_EDIT_MARKED_H

#include "edit/images.h"
#include "model/image.h"

/*
 * TAG, DIGEST, TAG@DIGEST or REPOSITORY[:TAG][@DIGEST], a tag or a digest among it. False: it is
 * none.
 */
bool sg_edit_marked_wish(struct sg_str text, struct sg_image *ret);

/*
 * What has to be edited so that the values with the marker NAME say IMAGE. Without a repository a
 * marker for one asks for nothing; with one, a whole reference must have it already. No such marker
 * is no error: count 0. Reasons: those of sg_edit_markers(); USAGE when a marker wants what IMAGE
 * does not say; what is wrong with the marker.
 */
int sg_edit_marked(struct sg_arena *arena, const char *file, struct sg_str text, const char *name,
	const struct sg_image *image, struct sg_edit_asks *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
