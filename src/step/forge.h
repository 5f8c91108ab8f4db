/*
 * The GitLab behind the GitOps repository: which API, with which credential, and who we are there.
 */
#ifndef SG_STEP_FORGE_H
#define SG_STEP_FORGE_H

#include "gitlab/mr.h"
#include "gitlab/people.h"
#include "gitlab/project.h"
#include "step/load.h"

struct sg_forge {
	struct sg_arena *arena;  /* for what is asked once: lives as long as the run */
	struct sg_gitlab gitlab; /* points into this value: do not copy */
	struct sg_cred cred;
	struct sg_gitlab_user me;             /* id 0 until sg_forge_me() */
	struct sg_gitlab_user asker;          /* id 0 until sg_forge_asker() */
	struct sg_gitlab_project project;     /* id 0 until sg_forge_project() */
	bool lists_are_long;                  /* those of merge requests by anybody: not again */
	bool project_is_old;                  /* its settings are asked for again before use */
	const struct sg_gitlab_mr_wish *wish; /* step/request_style.h; NULL until it is asked for */
};

/*
 * Is there one? False when no GitLab is named for the repository, or it lies elsewhere: then *why
 * says so. Nothing is sent.
 */
bool sg_forge_is_there(const struct sg_loaded *loaded, const char **why);

/* Is there one, and a token that it lets read more than what a job's own may? Nothing is sent. */
bool sg_forge_may_read(const struct sg_loaded *loaded);

/*
 * Makes the client; nothing is sent yet. CREDENTIAL_MISSING when there is no token that may use the
 * API (a job's own token may not); USAGE when the repository is not on that GitLab.
 */
int sg_forge_open(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_forge *ret_forge, struct sg_err *err) SG_MUST_CHECK;

/*
 * As sg_forge_open(), where a client without a token, or with a job's own, is of use, too: to see
 * what GitLab says then. sg_forge_is_there() came before.
 */
void sg_forge_client(
	struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *ret_forge);

/*
 * As sg_forge_client(), for what a run goes on without when GitLab does not answer: two tries, and
 * none after UNTIL_MS of the loop's clock. PROJECT: path or number of another one than the GitOps
 * project; NULL: that.
 */
void sg_forge_brief(struct sg_world *world, const struct sg_loaded *loaded, const char *project,
	int64_t until_ms, struct sg_forge *ret_forge);

/* The user that our token acts as; asked once. */
int sg_forge_me(struct sg_forge *forge, struct sg_err *err) SG_MUST_CHECK;

/* True when USER_ID is our token's user or one of `gitlab.former_bots`; sg_forge_me() came before.
 */
bool sg_forge_is_own(const struct sg_forge *forge, const struct sg_policy *policy, int64_t user_id);

/*
 * The person for whom this run works: inside a job the user who started it, by the job's token and
 * nothing else; outside the token's own user (design: "Who may approve"). Asked once.
 */
int sg_forge_asker(
	struct sg_world *world, struct sg_forge *forge, struct sg_err *err) SG_MUST_CHECK;

/* The file of the repository that pipelines come from, by `ci_config_path` of the project ("": the
 * usual one); NULL: they come from elsewhere. */
const char *sg_forge_ci_file(const char *ci_path);

/* Settings of the project; asked once, and again where `project_is_old` says so: the names in it
 * stay those of the first answer. */
int sg_forge_project(struct sg_forge *forge, struct sg_err *err) SG_MUST_CHECK;

#endif
