/*
 * What a file says about images, by shape: every scalar that is a reference or a part of one,
 * whichever kind of file it is.
 *   image: registry/web:1.0                          anywhere: manifests, values, lists
 *   images: [registry/web:1.0]                       a list of references
 *   {registry, repository: web, tag, digest}         the usual fields of Helm values
 *   {image: web, tag}, {image: web, imageTag}        an image without a tag, and a tag beside it
 *   images: [{name: web, newName, newTag, digest}]   of a kustomization
 *   kustomize: {images: [OLD=registry/web:1.0, OLD=*:1.0]}   of Argo CD and Flux
 * Data of a ConfigMap or Secret is no place. Aliases are passed over: the place of their anchor is
 * found. What stands in a key is no value, nor what stands behind one that no path can name (a
 * list, a text with a NUL).
 */
#ifndef SG_EDIT_SHAPES_H
#define SG_EDIT_SHAPES_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"
#include "edit/node.h"

enum sg_edit_shape_kind {
	SG_SHAPE_REFERENCE, /* a whole reference in one scalar */
	SG_SHAPE_FIELDS,    /* parts in fields of one mapping, also when it has only some of them */
	SG_SHAPE_ENTRY      /* an item of `images` of a kustomization */
};

/* One scalar. */
struct sg_edit_scalar {
	const char *key;   /* its path, for sg_edit_ask (edit/path.h); NULL: there is none */
	const char *value; /* "" also where nothing stands; NULL: there is no such field */
	int line, column;
};

struct sg_edit_shape {
	enum sg_edit_shape_kind kind;
	/* The path of the image: of the mapping with the fields ("" for the root of the only
	 * document), or of the scalar with the reference. */
	const char *at;
	const char *entry; /* ENTRY: its `name`, when no other item has it; else NULL */
	int line, column;  /* of what AT names */
	/* As far as this file says, joined with the registry; NULL: it does not. */
	const char *repository;
	const char *tag, *digest; /* the digest may stand in the scalar of the tag: TAG@DIGEST */
	/* REFERENCE has the first only, or what stands for it (`repository` with a tag in it). The
	 * repository of an ENTRY is newName, else name. */
	struct sg_edit_scalar reference, registry_field, repository_field, tag_field, digest_field;
	const char *tag_name;       /* how the field of the tag is or would be called */
	const struct sg_err *fault; /* why readers may differ in what is meant; NULL: they agree */
};

struct sg_edit_shapes {
	struct sg_edit_shape *items; /* in the order of the file */
	size_t count;
};

/*
 * Any mapping may have a `tag` or `digest` that is none of an image: who reads this compares
 * repositories. In a file of several documents a path begins with the document's number. No shape
 * at all is no error. Reasons: YAML_INVALID, TOO_LARGE, EDIT_TEMPLATE.
 */
int sg_edit_shapes(struct sg_arena *arena, const char *file, struct sg_str text,
	struct sg_edit_shapes *ret, struct sg_err *err) SG_MUST_CHECK;

/* The same of a file that is read already; TREE is needed no longer than this. */
int sg_edit_tree_shapes(struct sg_arena *arena, struct sg_edit_tree *tree,
	struct sg_edit_shapes *ret, struct sg_err *err) SG_MUST_CHECK;

/* Those of REPOSITORY. */
int sg_edit_shapes_of(struct sg_arena *arena, const char *file, struct sg_str text,
	struct sg_str repository, struct sg_edit_shapes *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
