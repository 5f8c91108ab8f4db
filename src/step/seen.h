/* The images that the files of a layout speak of, each put together of what they say about it. */
#ifndef SG_STEP_SEEN_H
#define SG_STEP_SEEN_H

#include "step/layout.h"

enum sg_image_field {
	SG_SEEN_REGISTRY,
	SG_SEEN_REPOSITORY,
	SG_SEEN_TAG,
	SG_SEEN_DIGEST,
	SG_SEEN_REFERENCE,
	SG_SEEN_COUNT
};

/* Who says a part of an image. */
struct sg_said {
	const struct sg_layout_row *row; /* NULL: nobody */
	const struct sg_edit_scalar *scalar;
};

/* One image, put together of what the files say about it. */
struct sg_seen_image {
	const char *at;
	const char *repository; /* with the registry; "" where no file says it */
	bool has_registry;      /* the registry is said, too */
	struct sg_said parts[SG_SEEN_COUNT];
	struct sg_said rival; /* says the same as one of them, in a file of its rank */
	const struct sg_err *fault;
	int rank;
	bool is_part; /* of another image of the list: `image: web` with its tag beside it */
};

struct sg_choosing {
	struct sg_layout *layout;
	struct sg_arena *arena;
	const char *wanted; /* repository; NULL: not configured */
	struct sg_seen_image *images;
	size_t count;
	struct sg_str list; /* that was looked for last, and the rank of the file that has it */
	int list_group, list_rank;
};

/* Fills the images from the rows of the layout: values merged as Helm does it, manifests each by
 * itself. */
void sg_seen_images(struct sg_choosing *c);

/* What is said about that part; "" when nothing is. */
const char *sg_seen_value(const struct sg_seen_image *image, enum sg_image_field part);

/* It has the repository that is wanted; any, where none is configured. */
bool sg_seen_has_repository(const struct sg_choosing *c, const struct sg_seen_image *image);

/* Something that reads like a part of an image, but nothing in it says what runs. */
bool sg_seen_is_nothing(const struct sg_seen_image *image);

#endif
