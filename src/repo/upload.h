/* One push on the wire: what is asked of the server, and what it says to that. */
#ifndef SG_REPO_UPLOAD_H
#define SG_REPO_UPLOAD_H

#include "repo/internal.h"

/*
 * Sends the one request and reads the answer into PUSH (sent, answered, accepted, status, report)
 * and repo->words. The server compares the branch with push->old when it takes the commit, so no
 * look goes before. -1 when there was no whole answer: err->http_status says what came instead.
 */
int sg_upload(struct sg_repo *repo, struct sg_push *push, struct sg_err *err) SG_MUST_CHECK;

#endif
