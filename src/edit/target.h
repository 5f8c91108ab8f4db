/* The scalar that gets another value, and its bytes. */
#ifndef SG_EDIT_TARGET_H
#define SG_EDIT_TARGET_H

#include "edit/locate.h"

struct sg_edit_target {
	size_t start, end; /* bytes of the scalar alone: quotes included, anchor and tag not */
	bool pad; /* nothing stands there, right behind ":" or "-": a blank goes before the value */
	bool block; /* the line below | or >: only a text that can stand there as it is fits */
};

/*
 * EDIT_* unless the node is a scalar whose bytes can be replaced alone: on one line, plain, quoted
 * or a block of one line that ends without a line break (|- or >-), without an anchor that is used,
 * and without a tag that says it is no text. Where nothing stands behind "key:" or "-" the value
 * goes there.
 */
int sg_edit_target_check(struct sg_edit_tree *tree, const struct sg_edit_site *site,
	struct sg_edit_target *ret, struct sg_err *err) SG_MUST_CHECK;

/* Behind the line of the sign (| or >) of a block; its end where nothing is behind it. */
size_t sg_edit_block_start(const struct sg_edit_tree *tree, const struct sg_yaml_event *event);

/* Nothing stands there, on the line of the sign that says that a value comes. */
bool sg_edit_is_open(const struct sg_edit_tree *tree, const struct sg_yaml_event *event);

/* EDIT_NOT_SCALAR, EDIT_ALIAS unless the node is a scalar: what reading needs. */
int sg_edit_scalar_check(struct sg_edit_tree *tree, const struct sg_edit_site *site,
	struct sg_err *err) SG_MUST_CHECK;

/* EDIT_SHARED, EDIT_TAGGED unless another text of this scalar would change it alone. */
int sg_edit_free_check(struct sg_edit_tree *tree, size_t node, struct sg_err *err) SG_MUST_CHECK;

#endif
