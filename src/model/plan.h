/*
 * What a run is going to write, as a value: dry runs print it, one place executes it. The same plan
 * on the same parent gives the same commit id.
 */
#ifndef SG_MODEL_PLAN_H
#define SG_MODEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/policy.h"

/* The branches of our merge requests begin so: they alone are ours to move and to delete. */
#define SG_WORK_BRANCHES "stagegate/"

/* Longer than that is no push option: servers hand each on in a variable of its own. */
enum { SG_PUSH_OPTION_MAX = 32 * 1024 };

/* One file, whole, before and after. */
struct sg_file_change {
	const char *path;
	struct sg_str before;
	struct sg_str after;
};

/* One value at one place: what people read. */
struct sg_value_change {
	const char *service;
	const char *path;
	const char *place; /* "image.tag", "images[name=...].newTag" */
	enum sg_image_part part;
	int line;
	const char *from;
	const char *to;
	bool added;        /* the key was not there; FROM is "" */
	const char *found; /* by what the place was found out; NULL: the configuration names it */
};

struct sg_ident {
	const char *name;
	const char *email;
	int64_t unix_s; /* UTC; commits carry offset +0000 */
};

struct sg_plan {
	const char *branch;
	const char *parent; /* the commit that the plan was made on */
	/*
	 * What the branch must be at when the plan is published, the compare of the
	 * compare-and-swap. NULL: PARENT. "": the branch must not exist yet. Else the full id that
	 * was read; where that is not PARENT the branch is moved to the new commit whatever its
	 * history, which is allowed only for our own work branches (their names start with
	 * SG_WORK_BRANCHES).
	 */
	const char *lease;
	const char *environment;
	const struct sg_file_change *files;
	size_t file_count;
	const struct sg_value_change *values;
	size_t value_count;
	const char *reason; /* that somebody gave for it, untrusted text; NULL: none */
	const char
		*origin; /* pipeline that the version is from, untrusted; NULL: the present one */
	/*
	 * What the server is to do beside taking the commit: Git's push options, in one line each
	 * (gitlab.md 2.2). Not part of the commit.
	 */
	const char *const *options;
	size_t option_count;
	const char *id;      /* Stagegate-Id */
	const char *message; /* complete, with trailers, ends with a newline */
	struct sg_ident author;
	struct sg_ident committer;
};

#endif
