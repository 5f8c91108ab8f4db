/* The spot behind a node of a block, and how lines look there. */
#ifndef SG_EDIT_SPOT_H
#define SG_EDIT_SPOT_H

#include "edit/node.h"

struct sg_edit_spot {
	size_t at;             /* byte where new lines go */
	struct sg_str newline; /* as the line before ends */
	bool open;             /* that line has no end: the file stops there, without a newline */
	struct sg_str prefix;  /* what stands before the first node: blanks, and "-" */
};

/*
 * FIRST begins a line of its own, or stands behind "- " on it; NODE ends before the event END, on a
 * later line or the same. EDIT_NO_FIELD where that is not so, EDIT_UNPROVEN where readers differ in
 * what ends the line.
 */
int sg_edit_spot_behind(struct sg_edit_tree *tree, size_t first, size_t end,
	struct sg_edit_spot *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
