/*
 * Paths to a value in a YAML document:
 *   image.tag                          keys
 *   list[0].tag                        item of a list, from 0
 *   containers[name=web].image         the one item whose key `name` has the value `web`
 *   labels."app.kubernetes.io/name"    a key with dots, brackets or blanks; \" and \\ inside
 * In a file of several documents the path begins with the one that is meant:
 *   1:image.tag                        the second one: they are counted from 0
 *   Deployment/web:spec.replicas       the one with that kind and metadata.name; "..." as for keys
 * A key that looks like that is written in quotes.
 * YAML inside of a scalar is a document of its own:
 *   spec.source.helm.values|image.tag  what stands behind | is a path into the text of that value
 */
#ifndef SG_EDIT_PATH_H
#define SG_EDIT_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

enum sg_edit_step_kind { SG_STEP_KEY, SG_STEP_INDEX, SG_STEP_SELECT };

struct sg_edit_step {
	enum sg_edit_step_kind kind;
	const char *name;  /* the key; of a selector: the key that is compared */
	const char *value; /* of a selector */
	size_t index;
	size_t end; /* bytes of the path's text up to the end of this step */
};

enum sg_edit_document_kind { SG_DOCUMENT_ONLY, SG_DOCUMENT_INDEX, SG_DOCUMENT_NAMED };

/* Which document of a file; zeroed: the only one. */
struct sg_edit_document {
	enum sg_edit_document_kind kind;
	size_t index;
	const char *resource, *name; /* kind and metadata.name */
};

struct sg_edit_path {
	const char *text;
	struct sg_edit_document document;
	const struct sg_edit_step *steps;
	size_t count; /* 1 to 64 */
	/* NULL: the path ends here. Else the value is a text of YAML, and this a path into it. */
	const struct sg_edit_path *inner;
};

/* CONFIG_INVALID naming the column. */
int sg_edit_path_parse(struct sg_arena *arena, const char *text, struct sg_edit_path *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* The text up to the step before STEP ("image" for step 1 of image.tag), "" for the first. */
const char *sg_edit_path_before(
	struct sg_arena *arena, const struct sg_edit_path *path, size_t step);

/* A value as it is written in a selector, and a key: quoted where it must be. */
void sg_edit_path_put_value(struct sg_str value, struct sg_buf *out);
void sg_edit_path_put_key(struct sg_str key, struct sg_buf *out);
const char *sg_edit_path_value(struct sg_arena *arena, const char *value);

/*
 * Splits PATH=VALUE at the first "=" outside of brackets and quotes; false when there is none, or
 * nothing before it.
 */
bool sg_edit_path_split(struct sg_str text, struct sg_str *ret_path, struct sg_str *ret_value);

#endif
