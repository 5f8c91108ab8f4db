/* Where a version came from: the pipeline that built it, and the commits that carried it here. */
#ifndef SG_GITLAB_BUILD_H
#define SG_GITLAB_BUILD_H

#include "gitlab/client.h"

/* A pipeline as GitLab says (gitlab.md 7). */
struct sg_gitlab_build {
	int64_t id;         /* of the whole GitLab */
	int64_t iid;        /* counts within its project: a later one has a higher number */
	int64_t project_id; /* of its project */
	const char *web_url;
};

/*
 * The pipeline ID of a project (path or number). NOT_FOUND when it is not there, or project and
 * pipeline are hidden from this token; FORBIDDEN; ANSWER_INVALID when the answer is another one.
 */
int sg_gitlab_build_get(struct sg_gitlab *gitlab, const char *project, int64_t id,
	struct sg_arena *arena, struct sg_gitlab_build *ret, struct sg_err *err) SG_MUST_CHECK;

/*
 * The pipeline of the job that this runs in, by the job's own token: variables cannot forge it. A
 * GitLab that does not number it there is asked for the pipeline, too. CREDENTIAL_MISSING outside a
 * job.
 */
int sg_gitlab_build_own(struct sg_gitlab *gitlab, struct sg_arena *arena,
	struct sg_gitlab_build *ret, struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_commit {
	const char *id;
	const char *message; /* anybody can write anything there */
};

/* The last 100 commits up to REVISION, newest first; with FILE (or NULL) those that changed it. */
int sg_gitlab_commits_of(struct sg_gitlab *gitlab, const char *revision, const char *file,
	struct sg_arena *arena, struct sg_gitlab_commit **ret_commits, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

#endif
