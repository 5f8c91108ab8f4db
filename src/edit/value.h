/* What a part of an image may be, and what is written for it. */
#ifndef SG_EDIT_VALUE_H
#define SG_EDIT_VALUE_H

#include "edit/find.h"
#include "model/image.h"

/* USAGE unless ask->value is what ask->part needs. */
int sg_edit_value_check(const struct sg_edit_ask *ask, struct sg_err *err) SG_MUST_CHECK;

/*
 * The new value of the scalar NODE. EDIT_OTHER_VALUE when what stands there is not that part of
 * an image or is another image, EDIT_TEMPLATE, EDIT_DIGEST when a digest would stay.
 */
int sg_edit_value_wanted(struct sg_arena *arena, const struct sg_edit_tree *tree, size_t node,
	const struct sg_edit_ask *ask, const char **ret, struct sg_err *err) SG_MUST_CHECK;

/*
 * [OLD=]NEW[:TAG][@DIGEST], as Argo CD has images of Kustomize; no reference has the sign =. Where
 * NEW is *, the name stays as it is: the image is OLD. *RET_FRONT, unless that is NULL: what stands
 * before the tag and the digest. False: it is none.
 */
bool sg_edit_reference_parse(
	struct sg_str text, struct sg_image *ret_image, struct sg_str *ret_front);

/* TAG@DIGEST, in the one scalar of a tag. */
bool sg_edit_is_tag_and_digest(struct sg_str text);

#endif
