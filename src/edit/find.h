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

#endif
