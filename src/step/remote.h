/*
 * Which GitOps repository, and with which credential. Both are named outside the repository's own
 * configuration, and the credential is bound to one origin (design: "Where its configuration comes
 * from", promise 8).
 */
#ifndef SG_STEP_REMOTE_H
#define SG_STEP_REMOTE_H

#include "io/http.h"
#include "step/world.h"

struct sg_remote {
	const char *url;            /* of the Git repository */
	const char *name;           /* for people and for the Stagegate-Id: the path without .git */
	const struct sg_cred *cred; /* NULL: nobody gave one; reading may still be allowed */
	const char *cred_from;      /* the variable behind `cred`; NULL: there is none */
	struct sg_secret *token; /* behind `cred`, or one that fits nowhere; owned; may be NULL */
	const char *no_cred_why; /* when NULL: which variables were looked at, or why none fits */
	const char *gitlab; /* root URL of the GitLab that is named, no slash at the end; NULL: none
			       is */
	const char *project;       /* its path there ("gitops/apps"); NULL: it lies elsewhere */
	bool is_job_token;         /* `cred` is the job's token, which may do little with the API */
	const struct sg_cred *job; /* JOB-TOKEN of the job this runs in, bound to GitLab's origin;
				      NULL: not in a job, or no GitLab is named */
	struct sg_secret *job_token; /* behind `job`; owned; may be NULL */
};

/*
 * From --gitops (a project path needs CI_SERVER_URL or STAGEGATE_GITLAB_URL beside it; absent: the
 * project the job runs in) and STAGEGATE_GITLAB_TOKEN or ..._TOKEN_FILE, then GITLAB_TOKEN, then
 * CI_JOB_TOKEN. The first two belong to the repository's origin, the others to GitLab's
 * (CI_SERVER_URL); none is sent anywhere else. Strings live in the world's arena; the caller
 * releases what was found.
 */
int sg_remote_find(
	struct sg_world *world, struct sg_remote *ret_remote, struct sg_err *err) SG_MUST_CHECK;

/*
 * The first half of sg_remote_find(): url, name, gitlab and project, and no look at any credential.
 */
int sg_remote_name(
	struct sg_world *world, struct sg_remote *ret_remote, struct sg_err *err) SG_MUST_CHECK;

/* GitLab's page of the commit; NULL where the repository is not in the GitLab that is named. */
const char *sg_remote_commit_url(
	struct sg_arena *arena, const struct sg_remote *remote, const char *oid);

/* Wipes the token. A zeroed value is fine. */
void sg_remote_release(struct sg_remote *remote);

#endif
