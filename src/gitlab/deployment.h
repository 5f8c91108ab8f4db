/* Deployments: what GitLab shows as the state of an environment (gitlab.md 8.2). A job's own token
 * may do all of it. */
#ifndef SG_GITLAB_DEPLOYMENT_H
#define SG_GITLAB_DEPLOYMENT_H

#include "gitlab/client.h"

struct sg_gitlab_deployment {
	int64_t id;
	int64_t user_id; /* 0: not said */
	const char *sha;
	const char *status; /* "running", "success", ... */
	bool of_job;        /* CI made it: the API cannot change it */
};

/*
 * The newest deployments of the environment named ENVIRONMENT, newest first, at most 20. None when
 * there is no such environment.
 */
int sg_gitlab_deployments(struct sg_gitlab *gitlab, const char *environment, struct sg_arena *arena,
	struct sg_gitlab_deployment **ret_items, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_deployment_ask {
	const char *environment; /* GitLab makes it when it is not there */
	const char *sha;         /* full id */
	const char *branch;
	const char *status; /* "running" or "success" */
};

/* FORBIDDEN when the environment is protected from this token's user. */
int sg_gitlab_deployment_add(struct sg_gitlab *gitlab, const struct sg_gitlab_deployment_ask *ask,
	struct sg_arena *arena, struct sg_gitlab_deployment *ret_made,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

/* STATUS: "success", "failed" or "canceled". */
int sg_gitlab_deployment_end(struct sg_gitlab *gitlab, int64_t id, const char *status,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err) SG_MUST_CHECK;

#endif
