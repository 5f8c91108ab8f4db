/* Why no place could be chosen, with what was found and what to write down. */
#ifndef SG_STEP_DISCOVER_WORDS_H
#define SG_STEP_DISCOVER_WORDS_H

#include "base/err.h"
#include "step/seen.h"

/* PLACE_AMBIGUOUS: all places of IMAGES, which are one or more, with lines for `update:`. */
void sg_discover_ambiguous(struct sg_choosing *c, struct sg_seen_image *const *images, size_t count,
	struct sg_err *err);

/* PLACE_NOT_FOUND: what was looked at, and the images that are there instead. */
void sg_discover_nothing(struct sg_choosing *c, struct sg_err *err);

#endif
