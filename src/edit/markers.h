/*
 * Comments that say which value is whose:
 *   tag: 1.4.2     # stagegate: web:tag
 *   image: r/w:1   # {"$imagepolicy": "flux-system:web"}
 * The marked value is the last one of the comment's line. Behind the name :tag, :name (the
 * repository) or :digest says which part of the image it is; nothing: the whole reference.
 */
#ifndef SG_EDIT_MARKERS_H
#define SG_EDIT_MARKERS_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"
#include "edit/node.h"
#include "model/policy.h"

struct sg_edit_marker {
	const char *name; /* web; of Flux with its namespace: flux-system:web */
	enum sg_image_part part;
	const char *key; /* path of the value (edit/path.h) */
	const char *value;
	int line, column;           /* of the value */
	const struct sg_err *fault; /* why it cannot be followed; NULL: it can */
};

struct sg_edit_markers {
	struct sg_edit_marker *items; /* in the order of the file */
	size_t count;
};

/*
 * Comments in the text of a value are part of that text, and no markers; nor are those behind what
 * no path can name (edit/shapes.h, and a scalar that is all of a document). What is not written as
 * above is a comment. No marker at all is no error. Reasons: YAML_INVALID, TOO_LARGE,
 * EDIT_TEMPLATE.
 */
int sg_edit_markers(struct sg_arena *arena, const char *file, struct sg_str text,
	struct sg_edit_markers *ret, struct sg_err *err) SG_MUST_CHECK;

/* The same of a file that is read already; TREE is needed no longer than this. */
int sg_edit_tree_markers(struct sg_arena *arena, struct sg_edit_tree *tree,
	struct sg_edit_markers *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
