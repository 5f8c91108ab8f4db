/*
 * From wishes to a plan: reads the places of each service at a revision, edits the bytes, and says
 * what would change. Pure but for the reads.
 */
#ifndef SG_STEP_CHANGE_H
#define SG_STEP_CHANGE_H

#include "edit/edit.h"
#include "model/place.h"
#include "model/policy.h"
#include "model/source.h"
#include "step/world.h"

/* "service NAME shall carry TAG". */
struct sg_bump_wish {
	const char *service;
	const char *tag;   /* a tag, "sha256:..." for digest places, or both: "tag@sha256:..." */
	const char *place; /* "FILE:LINE:COLUMN" where somebody wrote it down; NULL: nowhere */
};

/*
 * Whether the wish could be fulfilled anywhere: a service's name, and a tag, a digest, both, or
 * what may be the version of a chart. Nothing is looked at for that. USAGE, with where it was
 * written down.
 */
int sg_wish_check(const struct sg_bump_wish *wish, struct sg_err *err) SG_MUST_CHECK;

struct sg_changes {
	struct sg_file_change *files; /* only files that differ */
	size_t file_count;
	struct sg_value_change *values; /* only values that differ */
	size_t value_count;
	struct sg_value_change *same; /* values that are already as wished */
	size_t same_count;
};

/*
 * Applies the wishes to the files of SOURCE, all places of a file in one pass. A place that cannot
 * be edited exactly, or that two wishes want to be different, fails the whole with nothing changed.
 */
int sg_change_build(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const struct sg_bump_wish *wishes, size_t count,
	struct sg_tree_source *source, struct sg_changes *ret_changes,
	struct sg_err *err) SG_MUST_CHECK;

/* A place, and what stands there. */
struct sg_change_place {
	struct sg_place place;
	struct sg_edit_value value;
};

/* The places of SERVICE in ENV with their values, in the world's arena. */
int sg_change_places(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_tree_source *source,
	struct sg_change_place **ret_places, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

/*
 * The image that the files of SOURCE say for SERVICE: "repository:tag" in the arena. NULL when the
 * configuration names no repository for it and the files do not either.
 */
int sg_change_image(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_tree_source *source,
	const char **ret_image, struct sg_err *err) SG_MUST_CHECK;

#endif
