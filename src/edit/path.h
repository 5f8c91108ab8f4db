/*
 * Paths to a value in a YAML document:
 *   image.tag                          keys
 *   list[0].tag                        item of a list, from 0
 *   containers[name=web].image         the one item whose key `name` has the value `web`
 *   labels."app.kubernetes.io/name"    a key with dots, brackets or blanks; \" and \\ inside
 */
#ifndef SG_EDIT_PATH_H
#define SG_EDIT_PATH_H

#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"

enum sg_edit_step_kind { SG_STEP_KEY, SG_STEP_INDEX, SG_STEP_SELECT };

struct sg_edit_step {
	enum sg_edit_step_kind kind;
	const char *name;  /* the key; of a selector: the key that is compared */
	const char *value; /* of a selector */
	size_t index;
	size_t end; /* bytes of the path's text up to the end of this step */
};

struct sg_edit_path {
	const char *text;
	const struct sg_edit_step *steps;
	size_t count; /* 1 to 64 */
};

/* CONFIG_INVALID naming the column. */
int sg_edit_path_parse(struct sg_arena *arena, const char *text, struct sg_edit_path *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* The text up to the step before STEP ("image" for step 1 of image.tag), "" for the first. */
const char *sg_edit_path_before(
	struct sg_arena *arena, const struct sg_edit_path *path, size_t step);

/* A value as it is written in a selector: quoted where it must be. */
const char *sg_edit_path_value(struct sg_arena *arena, const char *value);

#endif
