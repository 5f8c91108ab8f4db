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

/* By its `kind`, or else its name; false also where TEXT is no YAML, or has several documents. */
bool sg_edit_is_kustomization(const char *file, struct sg_str text);

#endif
