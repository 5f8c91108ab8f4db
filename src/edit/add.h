/* What is missing in a file and shall be added. */
#ifndef SG_EDIT_ADD_H
#define SG_EDIT_ADD_H

#include "edit/edit.h"
#include "edit/locate.h"
#include "edit/splice.h"

struct sg_edit_addition {
	struct sg_edit_site site; /* with `missing` */
	size_t ask;
	struct sg_edit_done
		*done; /* its `to` is what is wanted; line and column come with the proof */
};

/*
 * The splices of all, appended to *splices. Those of one mapping, or of one new entry of `images`,
 * are put together; those of one key are one, when they want the same (else CONFIG_INVALID), and
 * the second is unchanged. Sorts ADDITIONS. *ret_failed: the ask that the error is about. Reasons:
 * edit/insert.h.
 */
int sg_edit_add_all(struct sg_arena *arena, struct sg_edit_tree *tree,
	struct sg_edit_addition *additions, size_t count, struct sg_edit_splice **splices,
	size_t *splice_count, size_t *ret_failed, struct sg_err *err) SG_MUST_CHECK;

/* CONFIG_INVALID at NODE: two places are one, and shall be different. */
int sg_edit_refuse_two(const struct sg_edit_tree *tree, size_t node, const struct sg_edit_done *a,
	const struct sg_edit_done *b, struct sg_err *err);

#endif
