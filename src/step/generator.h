/*
 * The generators of an ApplicationSet whose results the manifest itself shows: lists, directories
 * of the repository, and the product of two of them (matrix).
 */
#ifndef SG_STEP_GENERATOR_H
#define SG_STEP_GENERATOR_H

#include "edit/node.h"

struct sg_param {
	const char *name; /* "path.basename" */
	const char *value;
};

/* What one application is made of. */
struct sg_params {
	struct sg_param *items;
	size_t count;
};

struct sg_param_sets {
	struct sg_params *items;
	size_t count;
	bool open; /* a generator that asks elsewhere (clusters, pull requests) makes more of them
		    */
};

/*
 * The parameters that GENERATORS (a list in TREE) make. Of the directories only FOLDERS count
 * (NULL ends them), those that are looked for. At most 10,000 sets: more count as `open`.
 */
void sg_generator_sets(struct sg_arena *arena, struct sg_edit_tree *tree, size_t generators,
	const char *const *folders, struct sg_param_sets *ret);

/*
 * TEXT with {{name}}, {{.name}}, {{path[1]}} and {{index .path.segments 1}} filled in; NULL where
 * something else is asked for, or a parameter that there is not.
 */
const char *sg_generator_fill(
	struct sg_arena *arena, struct sg_str text, const struct sg_params *params);

/* Whether NAME may come of TEXT: what its braces stand for is anything. */
bool sg_generator_may_give(struct sg_str text, const char *name);

#endif
