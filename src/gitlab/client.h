/*
 * GitLab's REST API v4 for one project: the credential goes to its own origin only, what may pass
 * is tried again until a deadline, every error body becomes words (gitlab.md 1). No redirect is
 * followed; a moved project is an error that names the new address.
 */
#ifndef SG_GITLAB_CLIENT_H
#define SG_GITLAB_CLIENT_H

#include "base/arena.h"
#include "base/log.h"
#include "io/http_retry.h"

struct sg_gitlab {
	struct sg_http *http;
	struct sg_log *log;         /* NULL: silent */
	const char *api;            /* "https://host/root/api/v4", no slash at the end */
	const char *project;        /* path ("gitops/apps") or number, as people write it */
	const struct sg_cred *cred; /* PRIVATE-TOKEN, BEARER or JOB-TOKEN; NULL: none */
	const struct sg_cred *job;  /* JOB-TOKEN of the job this runs in; NULL: not in a job */
	struct sg_retry_policy retry;
	int64_t connect_timeout_ms; /* 0: the default */
	int64_t request_timeout_ms; /* of one try; 0: the default */
	int64_t server_unix_s;      /* Date of the last answer; 0: none was there */
	int64_t observed; /* requests of this token in the present minute (Ratelimit-Observed), by
			   * the last answer; -1: it does not say (gitlab.md 1.3) */
	size_t requests;  /* sent so far */
};

/*
 * Writes are never sent twice blindly: when it cannot be known whether GitLab has done it (timeout,
 * connection lost, 5xx), the outcome is DOUBT, and the caller reads back (gitlab.md 1.3).
 */
enum sg_gitlab_outcome {
	SG_GITLAB_DONE,
	SG_GITLAB_REFUSED, /* the state of the object does not allow it (405, 406, 409, 422, ...) */
	SG_GITLAB_DOUBT
};

struct sg_gitlab_answer {
	enum sg_gitlab_outcome outcome;
	int status;    /* HTTP; 0 when there was none */
	char why[400]; /* REFUSED, DOUBT: GitLab's words or the transport's, one line */
};

#endif
