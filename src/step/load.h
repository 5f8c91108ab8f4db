/*
 * The start of every command that reads the GitOps repository: one look at its branches, one
 * shallow fetch, and the configuration from the configuration branch as it is now.
 */
#ifndef SG_STEP_LOAD_H
#define SG_STEP_LOAD_H

#include "model/policy.h"
#include "model/source.h"
#include "repo/repo.h"
#include "step/remote.h"
#include "step/signing.h"

struct sg_age;         /* step/age.h */
struct sg_history;     /* step/origin.h */
struct sg_build_order; /* step/build_order.h */
struct sg_span;        /* step/span.h */
struct sg_way;         /* step/way.h */

struct sg_loaded {
	struct sg_arena *arena; /* lives as long as the run */
	struct sg_age *ages;    /* which version is older: what GitLab said before */
	size_t age_count;
	struct sg_history
		*histories; /* commits that say which version they bring, as far as read */
	size_t history_count;
	struct sg_span *spans; /* source commits between two versions */
	size_t span_count;
	struct sg_build_order *builds; /* pipelines that GitLab was asked about; NULL: none */
	struct sg_remote remote;
	struct sg_signer *signer; /* of our commits; owned; NULL: none */
	struct sg_repo *repo;     /* NULL where `way` is there */
	struct sg_way *way;       /* over GitLab's API; NULL: by Git */
	struct sg_policy policy;
	const char *config_name;      /* of the file, for messages */
	const char *config_from;      /* "main@1a2b3c4d" or the local file */
	const char *config_branch;    /* NULL: a local file */
	char config_tip[SG_OID_SIZE]; /* of that branch when it was last read */
	struct sg_str config_text;
	size_t config_bytes; /* of all that was read in its place since */
	int64_t looked_ms;   /* of the loop's clock, when the first look at the branches began */
	bool advisory;       /* gates of this configuration bind nobody */
};

/*
 * Opens the repository and reads stagegate.yaml. With few branches the target branches come in the
 * same fetch; else sg_load_branch() fetches them when they are known. A repository that is closed,
 * moved or hidden is told apart.
 */
int sg_load(struct sg_world *world, struct sg_loaded *ret_loaded, struct sg_err *err) SG_MUST_CHECK;

/*
 * As sg_load(), but the configuration is handed out as text in the world's arena, unparsed, for
 * whoever wants all that is wrong with it. `policy` stays empty.
 */
int sg_load_text(struct sg_world *world, struct sg_loaded *ret_loaded, struct sg_str *ret_text,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * The same for a remote that is known already: loaded->remote is filled, all else is zero. It stays
 * the caller's, after a failure too.
 */
int sg_load_found(struct sg_world *world, struct sg_loaded *loaded, struct sg_str *ret_text,
	struct sg_err *err) SG_MUST_CHECK;

/* Opens the repository of loaded->remote and looks at its branches; nothing is fetched. */
int sg_load_repo(
	struct sg_world *world, struct sg_loaded *loaded, struct sg_err *err) SG_MUST_CHECK;

/* The configuration of --config, as sg_load_text() hands it out. */
int sg_load_local(struct sg_world *world, struct sg_loaded *loaded, struct sg_str *ret_text,
	struct sg_err *err) SG_MUST_CHECK;

/* CONFIG_MISSING: the branch of that name has none. */
int sg_load_missing(const struct sg_loaded *loaded, const char *branch, struct sg_err *err);

/* Parses the text of loaded->config_from into the policy. */
int sg_load_policy(struct sg_world *world, struct sg_loaded *loaded, struct sg_str text,
	struct sg_err *err) SG_MUST_CHECK;

/* The name of the configuration file at the root of the repository. */
#define SG_CONFIG_FILE "stagegate.yaml"

/* What is read of it at most. */
#define SG_CONFIG_MAX_BYTES (1u << 20)

/* Closes the repository and removes its temporary folder. */
void sg_loaded_release(struct sg_loaded *loaded);

/*
 * The files at the tip of BRANCH as it was seen at the last look (sg_load or sg_load_again),
 * fetching the tip if it is not here yet.
 */
int sg_load_branch(struct sg_world *world, struct sg_loaded *loaded, const char *branch,
	struct sg_tree_source **ret_source, struct sg_err *err) SG_MUST_CHECK;

/* A new look at the remote's branches, for a branch that has moved. */
int sg_load_again(struct sg_loaded *loaded, struct sg_err *err) SG_MUST_CHECK;

/*
 * What SECURITY.md says: the configuration is that of the moment. Reads it anew where its branch
 * has moved since, as of the last look; *ret_changed: it is another one now, and what was taken out
 * of the one before stays as it was; with -1: another one, which cannot be used. A local file is
 * read once. TOO_LARGE: it changed so often that a run that waits for days would grow.
 */
int sg_load_config_again(struct sg_world *world, struct sg_loaded *loaded, bool *ret_changed,
	struct sg_err *err) SG_MUST_CHECK;

/* The same for its TEXT as of the commit TIP, read by whatever way. */
int sg_load_take_config(struct sg_world *world, struct sg_loaded *loaded, struct sg_str text,
	const char tip[SG_OID_SIZE], bool *ret_changed, struct sg_err *err) SG_MUST_CHECK;

/* The configured entry and environment; SERVICE_UNKNOWN / ENVIRONMENT_UNKNOWN with the near names.
 * NAME NULL means the first environment. */
int sg_load_environment(const struct sg_loaded *loaded, const char *name,
	const struct sg_environment **ret_env, struct sg_err *err) SG_MUST_CHECK;

#endif
