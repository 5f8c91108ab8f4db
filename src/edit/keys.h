/* The keys of one mapping. */
#ifndef SG_EDIT_KEYS_H
#define SG_EDIT_KEYS_H

#include "edit/node.h"

struct sg_edit_key {
	struct sg_str name;
	size_t node, value;
};

struct sg_edit_keys {
	struct sg_edit_key *items; /* in the order of the file; only keys that are scalars */
	size_t count;
	size_t merge; /* the value of a plain << key; 0 when there is none */
};

/* EDIT_ALIAS when a key is one. A key may stand twice: sg_edit_keys_find() sees to that. */
int sg_edit_keys_read(struct sg_edit_tree *tree, size_t map, struct sg_edit_keys *ret,
	struct sg_err *err) SG_MUST_CHECK;
void sg_edit_keys_release(struct sg_edit_keys *keys);

/*
 * NULL when there is none. EDIT_DUPLICATE when NAME stands twice: readers differ in which of the
 * two counts. Another key that does so is no reason: whoever reads such a file finds NAME all the
 * same.
 */
int sg_edit_keys_find(struct sg_edit_tree *tree, const struct sg_edit_keys *keys, const char *name,
	const struct sg_edit_key **ret, struct sg_err *err) SG_MUST_CHECK;

/* EDIT_DUPLICATE when the mapping MAP has the key NAME twice. */
int sg_edit_keys_once(
	struct sg_edit_tree *tree, size_t map, const char *name, struct sg_err *err) SG_MUST_CHECK;

/* EDIT_DUPLICATE at SECOND; both are keys of one name. */
int sg_edit_refuse_twice(
	const struct sg_edit_tree *tree, size_t first, size_t second, struct sg_err *err);

/* The nearest name for "did you mean", or NULL; it lives as long as the events. */
const char *sg_edit_keys_nearest(const struct sg_edit_keys *keys, const char *name);

#endif
