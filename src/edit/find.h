/* Where the value of an ask stands, and what the file says about the image around it. */
#ifndef SG_EDIT_FIND_H
#define SG_EDIT_FIND_H

#include "edit/edit.h"
#include "edit/locate.h"

struct sg_edit_found {
	struct sg_edit_site site;
	const char *place;
	/* Of the fields beside the value; NULL where there is none. */
	const char *repository;
	const char *tag;
	const char *digest;
	int digest_line;
};

/* By key or by image, whichever ASK names. */
int sg_edit_find(struct sg_arena *arena, struct sg_edit_tree *tree, const struct sg_edit_ask *ask,
	struct sg_edit_found *ret, struct sg_err *err) SG_MUST_CHECK;

/* False: readers see a number, bool, null or date. */
bool sg_edit_reads_as_text(const struct sg_yaml_event *scalar);

#endif
