/* edit: values of local files, changed exactly or not at all. */
#ifndef SG_FLOW_EDIT_H
#define SG_FLOW_EDIT_H

#include "model/report.h"
#include "step/world.h"

struct sg_edit_wish {
	const char *path; /* edit/path.h */
	const char *value;
};

struct sg_edit_files_ask {
	const char *const *files;
	size_t file_count;
	const struct sg_edit_wish *wishes; /* each in every file */
	size_t wish_count;
	const struct sg_edit_wish *marked; /* or: each wherever a comment has PATH as its marker;
					    * VALUE as edit/marked.h has it */
	size_t marked_count;
	const char
		*image; /* or: REPOSITORY[:TAG][@DIGEST], wherever the files name that repository */
	bool add;       /* a missing last key is added, whatever its name, and a missing entry of
			 * `images` in a kustomization */
	bool shared;    /* values that other places use through an anchor change for all of them */
	bool write;     /* else the report has the diff, and nothing is written */
};

/*
 * All files or none: every file is read and edited before the first is written, and when one cannot
 * be written those before it get their bytes back. No configuration, no Git, no network. Reasons:
 * those of the engine, FILE_NOT_FOUND, LOCAL_IO, CONFLICT when a file changed meanwhile.
 */
int sg_flow_edit(struct sg_world *world, const struct sg_edit_files_ask *ask,
	struct sg_report *report, struct sg_err *err) SG_MUST_CHECK;

#endif
