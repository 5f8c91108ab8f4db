/* Whether somebody else than the file that a value stands in has the last word about it: a
 * parameter of Helm, or a later file of values that gives it by an alias or a merge key. */
#ifndef SG_STEP_HELM_SET_H
#define SG_STEP_HELM_SET_H

#include "step/seen.h"

/*
 * The parameter that sets the value of SAID, something around it or in it over all files; NULL:
 * none does, or SAID is a parameter. In doubt (an item of a list by its number, a key with a dot in
 * it) it does.
 */
const struct sg_layout_set *sg_helm_set_over(
	const struct sg_layout *layout, const struct sg_said *said);

/* EDIT_ALIAS or EDIT_MERGE_KEY, with the place in that file: what it stands for is no place of an
 * image, and the value of SAID does not count. */
int sg_helm_file_over(
	struct sg_choosing *c, const struct sg_said *said, struct sg_err *err) SG_MUST_CHECK;

#endif
