/*
 * The edit engine: one scalar of one YAML file gets another value, and nothing else changes. Either
 * the bytes of that scalar are the only ones that differ and a second parse proves it, or the edit
 * is refused with file:line:column and what to do.
 */
#ifndef SG_EDIT_EDIT_H
#define SG_EDIT_EDIT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"
#include "model/policy.h"

struct sg_edit_ask {
	const char *file;   /* for messages */
	struct sg_str text; /* the whole file */
	const char *key; /* path into the file (edit/path.h): image.tag, containers[name=web].image,
			  * Deployment/web:spec.replicas */
	const char *image; /* or: `name` of an entry under `images:` of a kustomization */
	enum sg_image_part part;
	/* TAG: a tag. DIGEST: a digest. REPOSITORY: a repository. REFERENCE: a tag, a digest or
	 * TAG@DIGEST; the repository that stands there is kept. Not looked at by sg_edit_read(). */
	const char *value;
	/* REFERENCE: the repository that must stand there (another one is refused) and that is
	 * written where nothing stands; NULL: any. */
	const char *repository;
	/* By KEY: the value may be any text, and no part of an image is looked for there; PART and
	 * REPOSITORY say nothing then. */
	bool any_text;
	/* The same run also sets the digest that stands beside the tag. Otherwise a tag with a
	 * digest beside it is refused: the digest would go on deciding what runs. */
	bool with_digest;
};

struct sg_edit_done {
	struct sg_str
		text;     /* the whole new file, in the arena; the text of the ask when unchanged */
	bool unchanged;   /* the wanted value stands there already, and reads as a text */
	const char *from; /* the value, without quotes */
	const char *to;
	const char *place; /* image.tag, images[name=web].newTag */
	int line, column;
};

struct sg_edit_value {
	const char *value;
	bool is_text; /* false: YAML readers see a number, bool, null or date (1.10 is read as 1.1)
		       */
	const char *place;
	int line, column;
	/* The image as far as the file says (siblings under a Helm `image:`, the fields of a
	 * kustomization's entry, the parts of a reference); NULL where it does not. */
	const char *repository;
	const char *tag;
	const char *digest;
};

/*
 * Reasons: USAGE (the value is no tag, digest, repository), CONFIG_INVALID (the path cannot be
 * read, or the part does not exist there), YAML_INVALID, TOO_LARGE, KEY_NOT_FOUND, IMAGE_NOT_FOUND,
 * EDIT_*. A value that stands there unquoted but is read as a number is written anew with
 * quotes, even when its letters are the same.
 */
int sg_edit_apply(struct sg_arena *arena, const struct sg_edit_ask *ask, struct sg_edit_done *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* What stands there. Block scalars and anchored values are read too; otherwise the same reasons. */
int sg_edit_read(struct sg_arena *arena, const struct sg_edit_ask *ask, struct sg_edit_value *ret,
	struct sg_err *err) SG_MUST_CHECK;

#endif
