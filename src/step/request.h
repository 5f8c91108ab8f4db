/*
 * Our own branch and merge request of one service in one environment: the name is always the same,
 * and only what is provably ours is taken for it (design: "Only our own change is merged").
 */
#ifndef SG_STEP_REQUEST_H
#define SG_STEP_REQUEST_H

#include "gitlab/mr.h"
#include "model/ancestry.h"
#include "step/forge.h"
#include "step/span.h"

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

/* The commit that our branch was at when the branches were looked at last; NULL: there is none. */
const char *sg_request_tip(
	struct sg_world *world, const struct sg_loaded *loaded, const char *branch);

/* BRANCH_BUSY where another branch, as of the last look, leaves BRANCH no room in Git's names. */
int sg_request_check_room(
	const struct sg_loaded *loaded, const char *branch, struct sg_err *err) SG_MUST_CHECK;

/* From and to the same project, and opened by one of our own users; sg_forge_me() came before. */
bool sg_request_is_ours(
	const struct sg_mr *mr, const struct sg_forge *forge, const struct sg_policy *policy);

/*
 * All open requests from work branches of this project, by anybody; as entries of a list they may
 * be stale. Where there are too many, or too large ones, in the project, those by our own users.
 */
int sg_request_list_open(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_forge *forge, struct sg_mr **ret_mrs, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Finds it: from and to the same project, the branch of that name, towards the environment's
 * branch, opened by one of our own users. One by anybody else is not ours, whatever it says.
 */
int sg_request_find(struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_environment *env, const char *service, struct sg_request *ret_request,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Which environment and service MR is about, by its branches. *ret_why says why it is not
 * ours: from or to another project, by somebody else, or from a branch of no service here; NULL:
 * it is. sg_forge_me() came before.
 */
int sg_request_place(struct sg_world *world, struct sg_loaded *loaded, const struct sg_forge *forge,
	const struct sg_mr *mr, const struct sg_environment **ret_env, const char **ret_service,
	const char **ret_why, struct sg_err *err) SG_MUST_CHECK;

/*
 * The merge request of that number, read now, with its environment and service. MR_NOT_OURS when it
 * is not ours, with the reason; NOT_FOUND when there is none.
 */
int sg_request_named(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	int64_t iid, struct sg_mr *ret_mr, const struct sg_environment **ret_env,
	const char **ret_service, struct sg_err *err) SG_MUST_CHECK;

/*
 * An open request from BRANCH other than !BUT, whoever it is by and wherever it goes: it would end
 * with the branch. *ret_iid is 0 where there is none. UNKNOWN where they are too many to be read,
 * which a stranger can bring about by those of his fork. One request.
 */
int sg_request_other(struct sg_world *world, struct sg_forge *forge, const char *branch,
	int64_t but, enum sg_answer *ret_other, int64_t *ret_iid, struct sg_err *err) SG_MUST_CHECK;

/*
 * A note with the reason WHY, once however often it is called, and then the close. The answer is of
 * the close; a lost one is found out by the next look.
 */
int sg_request_close(struct sg_world *world, struct sg_forge *forge, const struct sg_policy *policy,
	int64_t iid, const char *why, struct sg_gitlab_answer *ret_answer,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * What is said about a change: title and description (from -> to, source commits, diff, gates, link
 * to the pipeline). Untrusted text in it can do nothing (security.md 4.5). SPAN may be NULL.
 */
struct sg_gitlab_mr_text sg_request_text(struct sg_world *world, const struct sg_environment *env,
	const char *service, const struct sg_plan *plan, const struct sg_span *span);

#endif
