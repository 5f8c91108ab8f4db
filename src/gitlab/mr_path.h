/* Addresses of merge requests of the client's project. Inside gitlab/ only. */
#ifndef SG_GITLAB_MR_PATH_H
#define SG_GITLAB_MR_PATH_H

#include "gitlab/call.h"

/* Appends "/projects/ID/merge_requests/IID" and TAIL ("/notes", ""). */
int sg_gitlab_mr_path(const struct sg_gitlab *gitlab, int64_t iid, const char *tail,
	struct sg_buf *path, struct sg_err *err) SG_MUST_CHECK;

/* Is that request, of a list, from the project's own branch? Anybody may have one of its name in a
 * fork. */
bool sg_gitlab_mr_is_own(const struct sg_json *entry);

/* "&author_id=..."; nothing for 0. */
void sg_gitlab_mr_author(struct sg_buf *path, int64_t author_id);

#endif
