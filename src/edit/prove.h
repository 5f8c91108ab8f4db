/* The proof that edits did what they say, and nothing else. */
#ifndef SG_EDIT_PROVE_H
#define SG_EDIT_PROVE_H

#include "edit/splice.h"

/*
 * EDIT_UNPROVEN unless AFTER is the old file with nothing but the SPLICES (sorted), and its events,
 * read once, are the old ones at their places (moved by what was put in before them), but for the
 * claimed ones. *ret_ask: the ask of the splice that the error is about.
 */
int sg_edit_prove(const struct sg_edit_tree *before, struct sg_str after,
	const struct sg_edit_splice *splices, size_t count, size_t *ret_ask,
	struct sg_err *err) SG_MUST_CHECK;

#endif
