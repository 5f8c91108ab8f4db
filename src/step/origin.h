/*
 * Which commit brought the version that stands somewhere, and which pipeline it names. Both come
 * from trailers, which anybody can write: they are a claim.
 */
#ifndef SG_STEP_ORIGIN_H
#define SG_STEP_ORIGIN_H

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

/*
 * Looks at the tip itself, then, where ASK_GITLAB says so and our token may, at the last commits
 * that GitLab lists (one read for each version that is asked for; what came of it is kept for the
 * run). The newest commit that names the service in this environment counts, and only when it
 * names this tag. In the world's arena. Fails only for a signal.
 */
int sg_origin_find(struct sg_world *world, struct sg_loaded *loaded, const struct sg_origin_at *at,
	const char *service, const char *tag, bool ask_gitlab, struct sg_origin *ret_origin,
	struct sg_err *err) SG_MUST_CHECK;

#endif
