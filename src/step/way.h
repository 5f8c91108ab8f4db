/*
 * Which way a commit of ours goes: by Git, or over GitLab's API without a clone
 * (docs/publishing.md). The same plan either way, and the same file contents.
 */
#ifndef SG_STEP_WAY_H
#define SG_STEP_WAY_H

#include "step/forge.h"

/* More files than that go by Git, unless the API is asked for by name. */
#define SG_WAY_FILES_MAX 20

/* Over the API. */
struct sg_way {
	struct sg_forge forge;
	bool only; /* asked for by name: nothing else is tried */
};

/*
 * As sg_load(), for a run that commits to one branch for SERVICES services. --publish-via decides,
 * then publish.via. For `auto` it is the API when there is a token that may use it (a job's own may
 * not), the repository is on that GitLab, there is no signing key and no more than SG_WAY_FILES_MAX
 * services are named; and Git where that does not work out. CONFIG_INVALID, USAGE or
 * CREDENTIAL_MISSING when `api` is asked for and cannot be.
 */
int sg_way_load(struct sg_world *world, size_t services, struct sg_loaded *ret_loaded,
	struct sg_err *err) SG_MUST_CHECK;

/* What --publish-via asks for, else the configuration; *ret_from says which: "publish.via: auto".
 */
enum sg_publish_via sg_way_asked(
	const struct sg_world *world, const struct sg_policy *policy, const char **ret_from);

/* Why commits cannot go over GitLab's API, and what to do; NULL: nothing is in the way. SIGNS:
 * there is a signing key. The remote of LOADED is known. */
const char *sg_way_obstacle(const struct sg_loaded *loaded, bool signs, const char **ret_hint);

/* The word for the way that is taken: "api" or "git". */
const char *sg_way_name(const struct sg_loaded *loaded);

/* As sg_load_branch(); over the API nothing is sent yet, and the tip is the one of that moment. */
int sg_way_branch(struct sg_world *world, struct sg_loaded *loaded, const char *branch,
	struct sg_tree_source **ret_source, struct sg_err *err) SG_MUST_CHECK;

/* The files of one commit, named by a full id, over the API; BUG by Git. */
int sg_way_at(struct sg_world *world, struct sg_loaded *loaded, const char *branch,
	const char *commit, struct sg_tree_source **ret_source, struct sg_err *err) SG_MUST_CHECK;

/* A new look, for a branch that has moved. */
int sg_way_again(struct sg_loaded *loaded, struct sg_err *err) SG_MUST_CHECK;

/* As sg_load_config_again(), the way that is taken: over the API one request. */
int sg_way_config_again(struct sg_world *world, struct sg_loaded *loaded, bool *ret_changed,
	struct sg_err *err) SG_MUST_CHECK;

/* By Git: does the last look show another commit of the configuration branch than was read? Over
 * the API nothing looks beside what is asked for. */
bool sg_way_config_is_old(const struct sg_loaded *loaded);

/*
 * The same for *ENV, which a change was let through by before: what is still to be pushed goes by
 * the configuration as it is now, and to the places that it names. CONFLICT where that would not
 * let it through any more: more gates, another branch, another way of publishing; *ENV stays then.
 */
int sg_way_environment_again(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment **env, struct sg_err *err) SG_MUST_CHECK;

/* Publishes the way that is taken. */
int sg_way_publisher(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_publisher **ret_publisher, struct sg_err *err) SG_MUST_CHECK;

/* Is WHY an error that Git may not run into: one of the API's own, before anything was written? */
bool sg_way_may_turn(const struct sg_loaded *loaded, const struct sg_err *why);

/* Goes on by Git from here, because of WHY (words). Looks at the branches. Where Git cannot be had
 * the way stays the API: what may have been written can only be looked for there. */
int sg_way_turn(struct sg_world *world, struct sg_loaded *loaded, const char *why,
	struct sg_err *err) SG_MUST_CHECK;

#endif
