/* New entries of a mapping, written as their neighbours are. */
#ifndef SG_EDIT_INSERT_H
#define SG_EDIT_INSERT_H

#include "base/arena.h"
#include "edit/locate.h"
#include "edit/splice.h"

/* A key that comes into a mapping. */
struct sg_edit_entry {
	const char *key, *value;
	size_t ask;                 /* whose; the first of several */
	int *ret_line, *ret_column; /* of the value, once proven */
};

/*
 * The splices that put ENTRIES into the mapping SITE, each behind the entry that it belongs to: tag
 * behind repository, digest behind tag, else behind the last one. Where nothing stands behind a key
 * they become the mapping below it. Appends to *splices.
 * EDIT_NO_FIELD where that cannot be done as the neighbours are written, EDIT_UNPROVEN where
 * readers differ in what ends a line, EDIT_REFUSED for no UTF-8.
 */
int sg_edit_insert(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_site *site, const struct sg_edit_entry *entries, size_t count,
	struct sg_edit_splice **splices, size_t *splice_count, struct sg_err *err) SG_MUST_CHECK;

/*
 * The same for a whole entry of `images`: SITE is the list, or the root of a kustomization that has
 * none (site->entry names it). ENTRIES are what stands behind its name.
 */
int sg_edit_insert_image(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_site *site, const struct sg_edit_entry *entries, size_t count,
	struct sg_edit_splice **splices, size_t *splice_count, struct sg_err *err) SG_MUST_CHECK;

#endif
