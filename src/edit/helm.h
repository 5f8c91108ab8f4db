/* Values files of Helm, and any other YAML file: a value by its path. */
#ifndef SG_EDIT_HELM_H
#define SG_EDIT_HELM_H

#include "edit/find.h"

/* By ask->key. Where the last key has the usual name of the part (tag, repository, digest), the
 * usual fields beside it (registry, repository, tag, digest) are read too. */
int sg_edit_helm_find(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_ask *ask, struct sg_edit_found *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
