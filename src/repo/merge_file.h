/* The merge of one file that both sides changed. */
#ifndef SG_REPO_MERGE_FILE_H
#define SG_REPO_MERGE_FILE_H

#include "repo/sides.h"

enum { SG_MERGE_BASE, SG_MERGE_OURS, SG_MERGE_THEIRS, SG_MERGE_SIDES };

/*
 * What stands there after the merge (absent: nothing), or a conflict. Where one side did not change
 * it the other's stands; two plain files are merged line by line; everything else is a conflict.
 */
int sg_merge_file(struct sg_repo *repo, const struct sg_side sides[SG_MERGE_SIDES],
	struct sg_side *ret_merged, bool *ret_conflict, struct sg_err *err) SG_MUST_CHECK;

/* True when one side left it alone, or both did the same; sets what stands then. */
bool sg_merge_is_plain(const struct sg_side sides[SG_MERGE_SIDES], struct sg_side *ret_merged);

#endif
