/*
 * What a Git server's HTTP answer means before its body is Git's: pure, from status, headers and
 * the first bytes (gitlab.md 1.1, 2).
 */
#ifndef SG_REPO_ANSWER_H
#define SG_REPO_ANSWER_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

struct sg_git_answer {
	const char *url;     /* of the repository */
	const char *service; /* "git-upload-pack" or "git-receive-pack" */
	bool post;           /* the service's own answer, not the advertisement */
	bool with_cred;      /* a credential was sent */
	const char *user;    /* the Basic user of it, or NULL */
	int status;
	const struct sg_buf *headers;
	struct sg_str body; /* the first bytes */
};

/*
 * 0 when it is Git's answer to that request. Else AUTH_FAILED, CREDENTIAL_MISSING, FORBIDDEN,
 * REPOSITORY_NOT_FOUND, REDIRECTED (naming the new address without query), THROTTLED,
 * REMOTE_FAILED, TOO_LARGE, ANSWER_INVALID, with the server's words and what to do;
 * err->http_status is set.
 */
int sg_git_answer_check(const struct sg_git_answer *answer, struct sg_err *err) SG_MUST_CHECK;

/*
 * True for an answer that says for certain that a push was not taken. Whatever else is not Git's
 * own answer leaves it open (security.md 5.3).
 */
bool sg_git_answer_refused(int status);

/*
 * The words for people in a body: an HTML page's title, else its text; one line, no control bytes,
 * at most SIZE - 1 bytes, never half a UTF-8 character. Empty when there are none.
 */
void sg_git_words(struct sg_str body, char *out, size_t size);

#endif
