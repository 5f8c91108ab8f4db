/*
 * stagegate.yaml as values: the environments in promotion order and the services. Strings live in
 * the arena of whoever loaded it. Templates ({service}, {env}, {short}) are kept as written;
 * model/place.h expands them.
 */
#ifndef SG_MODEL_POLICY_H
#define SG_MODEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/gate_spec.h"

/* How a change gets onto an environment's branch. */
#define SG_PUBLISH_MODES(X)                                                                        \
	X(COMMIT, "commit")                                                                        \
	X(MERGE_REQUEST, "merge-request")

enum sg_publish_mode {
#define SG_X(name, word) SG_PUBLISH_##name,
	SG_PUBLISH_MODES(SG_X)
#undef SG_X
};

/* Which way a commit of ours gets there. AUTO: the API where it can, else Git (step/way.h). */
#define SG_PUBLISH_VIAS(X)                                                                         \
	X(AUTO, "auto")                                                                            \
	X(API, "api")                                                                              \
	X(GIT, "git")

enum sg_publish_via {
#define SG_X(name, word) SG_VIA_##name,
	SG_PUBLISH_VIAS(SG_X)
#undef SG_X
};

/* Who merges, when all gates of the merge phase pass: we, a person, or GitLab by itself. */
#define SG_MERGE_MODES(X)                                                                          \
	X(AUTO, "auto")                                                                            \
	X(HUMAN, "human")                                                                          \
	X(GITLAB, "gitlab")

enum sg_merge_mode {
#define SG_X(name, word) SG_MERGE_##name,
	SG_MERGE_MODES(SG_X)
#undef SG_X
};

/* Whether commits carry our signature. */
#define SG_SIGN_MODES(X)                                                                           \
	X(OPTIONAL, "optional")                                                                    \
	X(REQUIRED, "required")

enum sg_sign_mode {
#define SG_X(name, word) SG_SIGN_##name,
	SG_SIGN_MODES(SG_X)
#undef SG_X
};

/* Which part of an image reference a place holds. VERSION: none; the version of a chart. */
#define SG_IMAGE_PARTS(X)                                                                          \
	X(TAG, "tag")                                                                              \
	X(REPOSITORY, "repository")                                                                \
	X(REFERENCE, "reference")                                                                  \
	X(DIGEST, "digest")                                                                        \
	X(VERSION, "version")

enum sg_image_part {
#define SG_X(name, word) SG_PART_##name,
	SG_IMAGE_PARTS(SG_X)
#undef SG_X
};

struct sg_cluster_ref {
	const char *context;   /* kubeconfig context; NULL: the current one, or in-cluster */
	const char *workloads; /* context of the cluster that runs them; NULL: not another one */
	const char *namespace; /* of what is followed; by default as sg_follow_namespace() */
	bool insecure;         /* allow insecure-skip-tls-verify of that kubeconfig */
	bool argocd;           /* through Argo CD's own API; no kubeconfig */
	const char *project;   /* with argocd: the AppProject of the Applications; NULL: not said */
};

/* Where something stands in stagegate.yaml. */
struct sg_policy_spot {
	int line, column;
};

/* How a new merge request is made; what people change about it later is theirs. */
struct sg_request_style {
	const char *const *labels;
	size_t label_count;
	const char *const *reviewers; /* "@user" */
	size_t reviewer_count;
	const struct sg_policy_spot *reviewer_spots; /* one for each */
	const char *const *assignees;                /* as reviewers */
	size_t assignee_count;
	const struct sg_policy_spot *assignee_spots;
	const char *milestone; /* its title; NULL: none */
	struct sg_policy_spot milestone_spot;
	bool draft;
	bool start_pipeline;       /* where the project insists on one, and none comes */
	bool squash, squash_given; /* not given: as the project says */
	bool remove_branch, remove_branch_given;
};

/* True unless the configuration says otherwise. */
bool sg_request_style_removes_branch(const struct sg_request_style *style);

/* What brings an environment's files into its cluster. */
enum sg_follow {
	SG_FOLLOW_APPLICATION,
	SG_FOLLOW_KUSTOMIZATION,
	SG_FOLLOW_RELEASE,
	SG_FOLLOW_WORKLOAD /* nothing that could be asked: it is followed by what runs */
};

bool sg_follow_is_flux(enum sg_follow follow);

/* "Argo CD", "Flux", "workloads" */
const char *sg_follow_whose(enum sg_follow follow);

/* What is done to Argo Rollouts of the landed revision. */
#define SG_ROLLOUT_PAUSES(X)                                                                       \
	X(WAIT, "wait")                                                                            \
	X(RESUME, "resume")

#define SG_ROLLOUT_FAILURES(X)                                                                     \
	X(LEAVE, "leave")                                                                          \
	X(ABORT, "abort")

enum sg_rollout_pause {
#define SG_X(name, word) SG_PAUSE_##name,
	SG_ROLLOUT_PAUSES(SG_X)
#undef SG_X
};

enum sg_rollout_failure {
#define SG_X(name, word) SG_FAILURE_##name,
	SG_ROLLOUT_FAILURES(SG_X)
#undef SG_X
};

struct sg_rollout_rules {
	enum sg_rollout_pause pause;        /* at a pause without an end */
	enum sg_rollout_failure on_failure; /* when its own pods make the wait fail */
};

struct sg_environment {
	const char *name;
	const char *short_name; /* `short:`, else the name */
	const char *branch;
	enum sg_publish_mode publish;
	enum sg_merge_mode merge;
	struct sg_request_style request; /* with publish: merge-request */
	const char *application; /* template; "NAME" or "NAMESPACE/NAME"; NULL: not configured */
	const char *selector;    /* template; labels of Applications, in place of that; NULL */
	const char *application_set; /* template; the set that makes them, the same way; NULL */
	const char *kustomization;   /* template, as `application`: of Flux */
	const char *helm_release;
	const char
		*workload; /* template; KIND/NAME, NAMESPACE/KIND/NAME, several (model/plain.h) */
	struct sg_cluster_ref cluster;
	bool sync; /* a sync may be started where automated sync is off */
	struct sg_rollout_rules rollout;
	const struct sg_gate_spec *gates;
	size_t gate_count;
	/* Names of the environments before this one: as configured, else the one listed before. */
	const char *const *after;
	size_t after_count;
	int line; /* in stagegate.yaml */
};

/* APPLICATION where nothing is configured. */
enum sg_follow sg_environment_follows(const struct sg_environment *env);

/* Where that is when nothing else is said: "argocd", "flux-system", "default". */
const char *sg_follow_namespace(enum sg_follow follow);

/* The template of what it follows; NULL: not configured. */
const char *sg_environment_target(const struct sg_environment *env);

/* Has it a gate that is decided right before the merge? */
bool sg_environment_gates_merge(const struct sg_environment *env);

/* Has it gates that are decided before publishing, and not again right before the merge? */
bool sg_environment_gates_publish_only(const struct sg_environment *env);

/* A place in a file: by `key` (a path into any YAML), by `image` (an entry of a kustomization) or
 * by `marker` (comments behind values, which say the part, too). */
struct sg_update {
	const char *file; /* template, relative to the service's path */
	const char *key;
	const char *image;
	const char *marker;
	enum sg_image_part part;
	int line, column;
};

struct sg_service {
	const char *name;   /* "*": every folder below the path template */
	const char *path;   /* template: "apps/{service}" */
	const char *source; /* GitLab project the image is built from; may be NULL */
	const char *image;  /* template: repository without tag; may be NULL */
	const struct sg_update *updates;
	size_t update_count;
	int line;
};

struct sg_commit_style {
	const char *subject;      /* template of the first line; NULL: the default */
	const char *author_name;  /* NULL: the default */
	const char *author_email; /* NULL: the default */
	enum sg_sign_mode sign;
};

struct sg_policy {
	const char *file;   /* for messages */
	const char *branch; /* default target branch */
	const struct sg_environment *environments;
	size_t environment_count;
	const struct sg_service *services;
	size_t service_count;
	struct sg_commit_style commit;
	enum sg_publish_via publish_via;
	const int64_t *former_bots; /* user ids of GitLab that stagegate worked as before */
	size_t former_bot_count;
	const char *gitlab_environment; /* template of deployments' environment; NULL: no records */
};

/* NULL when there is none of that name (name only, not the short form). Half-built rows, without
 * a name, are passed over. */
const struct sg_environment *sg_policy_environment(
	const struct sg_policy *policy, const char *name);

/* The entry for a service: the one of its name, else "*", else NULL. */
const struct sg_service *sg_policy_service(const struct sg_policy *policy, const char *name);

/* The words of the configuration. */
const char *sg_image_part_name(enum sg_image_part part);
const char *sg_publish_mode_name(enum sg_publish_mode mode);
const char *sg_merge_mode_name(enum sg_merge_mode mode);
const char *sg_publish_via_name(enum sg_publish_via via);

#endif
