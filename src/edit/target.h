/* The scalar that gets another value, and its bytes. */
#ifndef SG_EDIT_TARGET_H
#define SG_EDIT_TARGET_H

#include "edit/locate.h"

struct sg_edit_target {
	size_t node;
	size_t start, end; /* bytes of the scalar alone: quotes included, an explicit tag not */
	bool flow;
};

/*
 * EDIT_REFUSED unless the node is a scalar whose bytes can be replaced alone: on one line, plain or
 * quoted, not empty, without anchor and without a tag that says it is no text.
 */
int sg_edit_target_check(struct sg_edit_tree *tree, const struct sg_edit_site *site,
	struct sg_edit_target *ret, struct sg_err *err) SG_MUST_CHECK;

/* EDIT_REFUSED unless the node is a scalar: what reading needs. */
int sg_edit_scalar_check(struct sg_edit_tree *tree, const struct sg_edit_site *site,
	struct sg_err *err) SG_MUST_CHECK;

#endif
