/*
 * Our own branch and merge request of one service in one environment: the name is always the same,
 * and only what is provably ours is taken for it (design: "Only our own change is merged").
 */
#ifndef SG_STEP_REQUEST_H
#define SG_STEP_REQUEST_H

#include "gitlab/mr.h"
#include "step/forge.h"

struct sg_request {
	const char *branch; /* "stagegate/production/catalog" */
	bool open;
	struct sg_mr mr; /* with `open`: as a fresh read has it (not the list's) */
	/* The newest ones that are over, as the list has them; iid 0: there is none. */
	struct sg_mr merged;
	struct sg_mr closed;
};

/*
 * "stagegate/ENV/SERVICE", always the same and a valid branch: what Git would not take is replaced,
 * and a name that was changed or cut ends in 10 hex digits of its hash.
 */
const char *sg_request_branch(struct sg_arena *arena, const char *env, const char *service);

/* From and to the same project, and opened by one of our own users; sg_forge_me() came before. */
bool sg_request_is_ours(
	const struct sg_mr *mr, const struct sg_forge *forge, const struct sg_policy *policy);

/*
 * Finds it: from and to the same project, the branch of that name, towards the environment's
 * branch, opened by one of our own users. One by anybody else is not ours, whatever it says.
 */
int sg_request_find(struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_environment *env, const char *service, struct sg_request *ret_request,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * What is said about a change: title and description (from -> to, diff, gates, link to the
 * pipeline). Untrusted text in it can do nothing (security.md 4.5).
 */
struct sg_gitlab_mr_text sg_request_text(struct sg_world *world, const struct sg_environment *env,
	const char *service, const struct sg_plan *plan);

#endif
