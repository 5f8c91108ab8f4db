/*
 * Which commit brought the version that stands somewhere, and which pipeline it names. Both come
 * from trailers, which anybody can write: they are a claim.
 */
#ifndef SG_STEP_ORIGIN_H
#define SG_STEP_ORIGIN_H

#include "gitlab/build.h"
#include "step/load.h"

/* Where a version stands. */
struct sg_origin_at {
	const struct sg_environment *env;
	const char *tip;  /* full id of the commit whose files carry it; NULL: nowhere */
	const char *file; /* that it stands in; NULL: any */
};

struct sg_origin {
	struct sg_origin_at at;
	const char *service;
	const char *tag;
	const char *commit; /* full id; NULL: it is not found */
	/*
	 * Address of the pipeline that asked for the version first: of the bump, also behind
	 * promotions. NULL: the commit names none.
	 */
	const char *pipeline;
};

/* The last commits that GitLab lists for a file at a tip, as far as they name an environment. */
struct sg_history {
	const char *tip;
	const char *file; /* NULL: any */
	struct sg_gitlab_commit *commits;
	size_t count;
};

/*
 * Looks at the tip itself, then, where ASK_GITLAB says so and our token may, at the last commits
 * that GitLab lists (one read for each tip and file, kept for the run). The newest commit that
 * names the service in this environment counts, and only when it names this tag. In the world's
 * arena. Fails only for a signal.
 */
int sg_origin_find(struct sg_world *world, struct sg_loaded *loaded, const struct sg_origin_at *at,
	const char *service, const char *tag, bool ask_gitlab, struct sg_origin *ret_origin,
	struct sg_err *err) SG_MUST_CHECK;

#endif
