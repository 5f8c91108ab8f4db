/*
 * The edit engine: scalars of one YAML file get other values, and nothing else changes. Either the
 * bytes of those scalars are the only ones that differ and a second parse proves it, or the edit is
 * refused with file:line:column and what to do.
 */
#ifndef SG_EDIT_EDIT_H
#define SG_EDIT_EDIT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"
#include "edit/node.h"
#include "model/policy.h"

/* Whether the last key of the path is added where it is missing and its mapping is there. */
enum sg_edit_add {
	SG_EDIT_ADD_NONE,
	SG_EDIT_ADD_USUAL, /* the usual names of the part: tag, newTag, digest, newName; and no
			    * other key is a letter or two away */
	SG_EDIT_ADD_ANY
};

struct sg_edit_ask {
	const char *file;   /* for messages */
	struct sg_str text; /* the whole file */
	const char *key; /* path into the file (edit/path.h): image.tag, containers[name=web].image,
			  * Deployment/web:spec.replicas */
	const char *image; /* or: `name` of an entry under `images:` of a kustomization */
	enum sg_image_part part;
	/* TAG: a tag; TAG@DIGEST where both stand in that one scalar, and nowhere else. DIGEST: a
	 * digest. REPOSITORY: a repository. REFERENCE: a tag, a digest or TAG@DIGEST; the
	 * repository that stands there is kept. Not looked at by sg_edit_read(). */
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
	/* By IMAGE: the field is added, and the whole entry, when no other name is near. */
	enum sg_edit_add add;
	/* What an anchor shares with other places may change for all of them. */
	bool shared;
};

struct sg_edit_done {
	struct sg_str text; /* the whole new file, in the arena; the ask's own when nothing changed
			     */
	bool unchanged;     /* the wanted value stands there already, and reads as a text */
	bool added;         /* the key is new; FROM is "" */
	const char *from;   /* the value, without quotes */
	const char *to;
	const char *place; /* image.tag, images[name=web].newTag */
	int line, column;  /* in the new file */
	int shared_line;   /* of an alias that changes with it, in the old file; 0: none */
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
 * COUNT asks, one or more, of one file and text, in one pass: all places are found in the file as
 * it stands, all bytes replaced at once, and the whole is proven by one second parse. What two asks
 * want for one place must be the same (else CONFIG_INVALID, naming both); the second one is
 * unchanged then. Each of RET_DONES, in the order of ASKS, has the same text. When one fails
 * nothing is done, and *ret_failed says which: 0, too, when it is the file.
 * Reasons: USAGE (the value is no tag, digest, repository), CONFIG_INVALID (also: the path cannot
 * be read, or the part does not exist there), YAML_INVALID, TOO_LARGE, KEY_NOT_FOUND,
 * IMAGE_NOT_FOUND, EDIT_*. A value that stands there unquoted but is read as a number is written
 * anew with quotes, even when its letters are the same.
 */
int sg_edit_apply_all(struct sg_arena *arena, const struct sg_edit_ask *asks, size_t count,
	struct sg_edit_done *ret_dones, size_t *ret_failed, struct sg_err *err) SG_MUST_CHECK;

/* The case of one. */
int sg_edit_apply(struct sg_arena *arena, const struct sg_edit_ask *ask, struct sg_edit_done *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* What stands there. Block scalars and anchored values are read too; otherwise the same reasons. */
int sg_edit_read(struct sg_arena *arena, const struct sg_edit_ask *ask, struct sg_edit_value *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* The same of a file that is read already: the text of ASK is not looked at. */
int sg_edit_tree_value(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_ask *ask, struct sg_edit_value *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
