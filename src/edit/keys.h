/* The keys of one mapping, walked where they stand: a mapping may have millions. */
#ifndef SG_EDIT_KEYS_H
#define SG_EDIT_KEYS_H

#include "edit/node.h"

struct sg_edit_key {
	size_t node, value; /* of the key that was asked for; 0: there is none */
	size_t merge;       /* the value of a plain << key; 0: there is none */
};

/*
 * Looks for the key NAME of the mapping MAP. EDIT_ALIAS when a key is one. EDIT_DUPLICATE when NAME
 * stands twice: readers differ in which of the two counts. Another key that does so is no reason:
 * whoever reads such a file finds NAME all the same.
 */
int sg_edit_key_find(struct sg_edit_tree *tree, size_t map, const char *name,
	struct sg_edit_key *ret, struct sg_err *err) SG_MUST_CHECK;

/* EDIT_DUPLICATE at SECOND; both are keys of one name. */
int sg_edit_refuse_twice(
	const struct sg_edit_tree *tree, size_t first, size_t second, struct sg_err *err);

/* The nearest name in MAP for "did you mean", in the arena; or NULL. */
const char *sg_edit_key_nearest(
	struct sg_arena *arena, struct sg_edit_tree *tree, size_t map, const char *name);

#endif
