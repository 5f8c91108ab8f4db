/* The proof that an edit did what it says. */
#ifndef SG_EDIT_PROVE_H
#define SG_EDIT_PROVE_H

#include "edit/target.h"

struct sg_edit_claim {
	struct sg_str after;      /* the new file */
	struct sg_str value;      /* what the scalar must read as now */
	enum sg_yaml_style style; /* and how it is written */
	size_t len; /* bytes of the scalar in the new file, with the blank before it */
};

/*
 * EDIT_UNPROVEN unless the new file is the old one with other bytes at the target, and its events
 * are the old ones at the same places (moved by the difference in length), but for the target's
 * value and style.
 */
int sg_edit_prove(const struct sg_edit_tree *before, const struct sg_edit_target *target,
	const struct sg_edit_claim *claim, struct sg_err *err) SG_MUST_CHECK;

#endif
