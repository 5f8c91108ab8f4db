/* Entries under `images:` of a kustomization. */
#ifndef SG_EDIT_KUSTOMIZE_H
#define SG_EDIT_KUSTOMIZE_H

#include "edit/find.h"

/*
 * The field of the part (newTag, newName, digest) in the entry whose `name` is exactly ask->image:
 * Kustomize compares names letter by letter, without default registry. Where ask->add says so, a
 * field or entry that is missing is found as such (site.missing), unless the file is no
 * kustomization or a name is a letter away. Else IMAGE_NOT_FOUND with the names that are there;
 * EDIT_NO_FIELD (EDIT_DIGEST) when the entry lacks the field; CONFIG_INVALID for a reference, which
 * no field holds.
 */
int sg_edit_kustomize_find(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_ask *ask, struct sg_edit_found *ret, struct sg_err *err) SG_MUST_CHECK;

/*
 * By a path that ends in images[name=NAME].FIELD, where ERR says that the entry is not there: the
 * entry is missing, and *ret says where. -1, and ERR as it was, where that is not what is missing.
 */
int sg_edit_kustomize_missing(struct sg_edit_tree *tree, size_t root,
	const struct sg_edit_path *path, struct sg_edit_site *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* By its `kind`, or else its name; false also where TEXT is no YAML, or has several documents. */
bool sg_edit_is_kustomization(const char *file, struct sg_str text);

#endif
