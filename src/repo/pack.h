/* The pack of a push. */
#ifndef SG_REPO_PACK_H
#define SG_REPO_PACK_H

#include "repo/internal.h"

/*
 * Appends a pack with what push->commit has beyond push->parent: itself, and the folders and files
 * that differ. Only folders that differ are looked into.
 */
int sg_pack_write(struct sg_repo *repo, const struct sg_push *push, struct sg_buf *out,
	struct sg_err *err) SG_MUST_CHECK;

#endif
