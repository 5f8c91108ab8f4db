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

/* EDIT_REFUSED when a key stands twice or is an alias; n log n in the number of keys. */
int sg_edit_keys_read(struct sg_edit_tree *tree, size_t map, struct sg_edit_keys *ret,
	struct sg_err *err) SG_MUST_CHECK;
void sg_edit_keys_release(struct sg_edit_keys *keys);

/* NULL when there is none. */
const struct sg_edit_key *sg_edit_keys_find(const struct sg_edit_keys *keys, const char *name);

/* The nearest name for "did you mean", or NULL; it lives as long as the events. */
const char *sg_edit_keys_nearest(const struct sg_edit_keys *keys, const char *name);

#endif
