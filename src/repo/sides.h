/* What stands under one name in the folders of several trees. */
#ifndef SG_REPO_SIDES_H
#define SG_REPO_SIDES_H

#include "repo/internal.h"

enum {
	SG_SIDES_MAX = 3,
	SG_SIDES_DEPTH = 128 /* folders inside each other that are looked into */
};

/* An entry of a tree; `mode` is GIT_FILEMODE_UNREADABLE when there is none. */
struct sg_side {
	git_filemode_t mode;
	git_oid id;
};

/* The same folder in COUNT trees. */
struct sg_sides {
	struct sg_arena arena;
	git_tree *trees[SG_SIDES_MAX]; /* NULL: no such folder */
	size_t count;
	const char **names; /* of all of them, each once, by byte order */
	size_t name_count;
};

/*
 * Opens the folders; where nothing stands there is none. TOO_LARGE when DEPTH is more than
 * SG_SIDES_DEPTH. Release it in any case.
 */
int sg_sides_open(struct sg_repo *repo, const struct sg_side *folders, size_t count, int depth,
	struct sg_sides *sides, struct sg_err *err) SG_MUST_CHECK;
void sg_sides_release(struct sg_sides *sides);

/*
 * What stands under NAME on each side, as a file (also links and submodules) and as a folder: the
 * one that it is not is absent.
 */
void sg_sides_get(const struct sg_sides *sides, const char *name, struct sg_side *files,
	struct sg_side *folders);

bool sg_side_is(const struct sg_side *side); /* is there something? */
bool sg_side_eq(const struct sg_side *a, const struct sg_side *b);

/* The root folder of a commit that is here. */
int sg_side_root(struct sg_repo *repo, const char *oid, struct sg_side *ret_root,
	struct sg_err *err) SG_MUST_CHECK;

#endif
