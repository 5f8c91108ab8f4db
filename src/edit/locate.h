/* Finds the node that a path names, and refuses where two readers could find different ones. */
#ifndef SG_EDIT_LOCATE_H
#define SG_EDIT_LOCATE_H

#include "edit/node.h"
#include "edit/path.h"

struct sg_edit_site {
	size_t node;
	size_t holder; /* the collection it stands in */
	bool flow;     /* inside [] or {} */
	bool json;     /* so is the whole document: it may be JSON */
	/* NULL, or: the last key of the path is not there. NODE is the mapping that lacks it, or
	 * nothing (null) that could become one. */
	const char *missing;
	const char
		*nearest;  /* a key of the mapping that MISSING may be a typing error of, or NULL */
	const char *entry; /* NODE is `images` of a kustomization, or the root that lacks it: the
			    * entry of this name is missing, too */
};

/*
 * KEY_NOT_FOUND with the deepest place that was found and the nearest name. EDIT_DUPLICATE for
 * a key of the path that stands twice in its mapping and for a selector that two items match;
 * EDIT_ALIAS, EDIT_MERGE_KEY, EDIT_SHARED for an alias, merge key or shared anchor on the way.
 * RET is written on KEY_NOT_FOUND, too, when nothing but the last key is missing.
 */
int sg_edit_locate(struct sg_arena *arena, struct sg_edit_tree *tree, size_t root,
	const struct sg_edit_path *path, struct sg_edit_site *ret,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * A change of NODE, or of what is in it, would change every place that uses its anchor: EDIT_SHARED
 * when there is one, or, where that may be, tree->sharing.line. NAME is for the message.
 */
int sg_edit_shared_check(
	struct sg_edit_tree *tree, size_t node, const char *name, struct sg_err *err) SG_MUST_CHECK;

/* EDIT_ALIAS, naming the place of its anchor. */
int sg_edit_refuse_alias(struct sg_edit_tree *tree, size_t node, struct sg_err *err);

#endif
