/*
 * What an answer of GitLab's that is no success says: JSON in any of its shapes, plain text of a
 * rate limiter, an HTML page of a gateway, or nothing (gitlab.md 1.1).
 */
#ifndef SG_GITLAB_FAULT_H
#define SG_GITLAB_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/json_doc.h"

enum sg_gitlab_fault_kind {
	SG_GITLAB_FAULT_NONE,        /* 2xx */
	SG_GITLAB_FAULT_AUTH,        /* 401 */
	SG_GITLAB_FAULT_FORBIDDEN,   /* 403 */
	SG_GITLAB_FAULT_MISSING,     /* 404, 410: not there, or hidden from this token */
	SG_GITLAB_FAULT_REFUSED,     /* 304, 400, 405, 406, 409, 412, 415, 422, 423 */
	SG_GITLAB_FAULT_TOO_LARGE,   /* 413, 414 */
	SG_GITLAB_FAULT_THROTTLED,   /* 429 */
	SG_GITLAB_FAULT_UNAVAILABLE, /* 408 and 5xx: may pass */
	SG_GITLAB_FAULT_REDIRECTED,  /* other 3xx: a moved project, a login page */
	SG_GITLAB_FAULT_ODD          /* anything else */
};

struct sg_gitlab_fault {
	enum sg_gitlab_fault_kind kind;
	int status;
	int64_t retry_after_ms; /* -1: nothing was said */
	char message[400];      /* what GitLab says, one line, cut; may be empty */
	char error[48];         /* the word of an OAuth error: "insufficient_scope"; may be empty */
	char scope[64];         /* with insufficient_scope: the one that is needed */
	char location[256];     /* where a 3xx points to */
};

/* Reads an answer. BODY may be cut or anything at all. */
void sg_gitlab_fault_read(int http_status, const struct sg_buf *headers, struct sg_str body,
	struct sg_gitlab_fault *ret_fault);

/* What was asked for, for the words of an error. */
struct sg_gitlab_fault_about {
	const char *api;     /* base of the addresses */
	const char *project; /* NULL: the request was about no project */
	bool job_token;      /* the request carried one */
	bool may_not_act;    /* a 401 to this request means a missing right (gitlab.md 6.5) */
};

/*
 * Sets ERR: AUTH_FAILED, FORBIDDEN, NOT_FOUND, CONFLICT (409), TOO_LARGE, THROTTLED, REDIRECTED,
 * REMOTE_FAILED or ANSWER_INVALID. Returns -1.
 */
int sg_gitlab_fault_fail(const struct sg_gitlab_fault *fault,
	const struct sg_gitlab_fault_about *about, struct sg_err *err);

/* The words of the fault for people; never empty. */
const char *sg_gitlab_fault_text(const struct sg_gitlab_fault *fault);

/* Appends the text of "message" or "error" in whatever shape. */
void sg_gitlab_fault_words(const struct sg_json *doc, struct sg_buf *out);

#endif
