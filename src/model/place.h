/*
 * Where the image of one service stands in one environment, with all templates expanded.
 */
#ifndef SG_MODEL_PLACE_H
#define SG_MODEL_PLACE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "model/image.h"
#include "model/policy.h"

struct sg_place {
	const char *service;
	const char *file;  /* path in the repository */
	const char *key;   /* path into the YAML, or NULL */
	const char *image; /* entry of a kustomization, or NULL */
	/* Name in comments behind values, or NULL; step/marked.h makes places with a key of it. */
	const char *marker;
	enum sg_image_part part;
	int line;          /* of the configuration; 0: it was found out */
	const char *found; /* by what it was found out; NULL: `update:` names it */
};

/* Whether both name the same value of the same file. */
bool sg_place_same(const struct sg_place *a, const struct sg_place *b);

/* What VALUE, as it stands at a place of that part, says of a version. Views into VALUE. */
struct sg_image_version sg_place_version(enum sg_image_part part, const char *value);

/* Replaces {service}, {env} and {short}; any other {word} is CONFIG_INVALID. */
int sg_template_expand(struct sg_arena *arena, const char *text, const char *service,
	const struct sg_environment *env, const char **ret_text, struct sg_err *err) SG_MUST_CHECK;

/* The same where TEXT may be NULL, and *ret_text is NULL then. */
int sg_template_expand_if(struct sg_arena *arena, const char *text, const char *service,
	const struct sg_environment *env, const char **ret_text, struct sg_err *err) SG_MUST_CHECK;

/*
 * A service name is one path component of [A-Za-z0-9._-], not starting with a dot or a dash, at
 * most 100 bytes. Everything that is expanded into a path goes through this first. USAGE otherwise.
 */
int sg_service_name_check(const char *name, struct sg_err *err) SG_MUST_CHECK;

/*
 * A path inside a repository: relative, no empty, ".", ".." or .git component (in any of the forms
 * that file systems fold to it), no backslash, no control byte, at most 1,024 bytes
 * (security.md 4.4). CONFIG_INVALID otherwise.
 */
int sg_repo_path_check(const char *path, struct sg_err *err) SG_MUST_CHECK;

/*
 * BASE/FILE with "." and ".." taken away by their names, so that a file may stand beside BASE
 * ("../../clusters/dev/values.yaml"). CONFIG_INVALID for one that is not relative or leads out of
 * the repository, and for what sg_repo_path_check() refuses.
 */
int sg_repo_path_join(struct sg_arena *arena, const char *base, const char *file,
	const char **ret_path, struct sg_err *err) SG_MUST_CHECK;

/* The folder that FILE stands in; "" is the root of the repository. */
const char *sg_repo_folder_of(struct sg_arena *arena, const char *file);

/* The same for a folder: "" is the root of the repository, and slashes at the end say nothing. */
int sg_repo_folder_join(struct sg_arena *arena, const char *base, const char *folder,
	const char **ret_path, struct sg_err *err) SG_MUST_CHECK;

/* All places of SERVICE in ENV that its `update:` names. */
int sg_places(struct sg_arena *arena, const struct sg_service *entry, const char *service,
	const struct sg_environment *env, struct sg_place **ret_places, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

#endif
