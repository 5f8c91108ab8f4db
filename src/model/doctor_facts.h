/*
 * What `doctor` has seen, as plain values. What was not asked or not answered is no "no": every
 * question carries its own state. Strings outlive the facts; texts of servers are untrusted.
 */
#ifndef SG_MODEL_DOCTOR_FACTS_H
#define SG_MODEL_DOCTOR_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/reason.h"
#include "model/ancestry.h"
#include "model/app.h"
#include "model/policy.h"

/* Roles of GitLab (gitlab.md 5). */
enum {
	SG_ROLE_NONE = 0,
	SG_ROLE_REPORTER = 20,
	SG_ROLE_DEVELOPER = 30,
	SG_ROLE_MAINTAINER = 40,
	SG_ROLE_OWNER = 50,
	SG_ROLE_ADMIN = 60
};

enum sg_doctor_state {
	SG_DOCTOR_UNASKED, /* `why`: what it would have needed; NULL: nothing to be asked */
	SG_DOCTOR_KNOWN,   /* the members beside it are true */
	SG_DOCTOR_FAILED   /* `reason`, `why` and `hint` of the error */
};

/* What became of one question. */
struct sg_doctor_seen {
	enum sg_doctor_state state;
	enum sg_reason reason;
	const char *why;
	const char *hint; /* NULL: none */
};

/* A server, and how this run reaches it. */
struct sg_doctor_server {
	const char *url;
	const char *proxy; /* NULL: none; without user and password */
	struct sg_doctor_seen reached;
	const char *version;
	int64_t date_unix_s;  /* its own clock; 0: not said */
	int64_t local_unix_s; /* this machine's at that moment */
};

struct sg_doctor_job {
	bool inside;                 /* this runs in a job of GitLab's */
	const char *ref;             /* NULL: not said */
	bool is_protected;           /* GitLab says that the ref is, and it is no fork's */
	bool has_token;              /* CI_JOB_TOKEN, and a GitLab that it belongs to */
	struct sg_doctor_seen asked; /* who started it */
	const char *asker;
};

struct sg_doctor_token {
	bool given;              /* one that may be used for the API of this GitLab */
	bool is_job_token;       /* the one given is the job's own */
	const char *missing_why; /* not given: which variables were looked at */
	struct sg_doctor_seen user_seen;
	int64_t user_id;
	const char *username;
	const char *email, *commit_email; /* of the user; "" or NULL: not said */
	bool bot;
	struct sg_doctor_seen self_seen; /* GET /personal_access_tokens/self */
	const char *const *scopes;
	size_t scope_count;
	int64_t expires_unix_s; /* 0: never, or not said */
};

/* How commits are signed. */
struct sg_doctor_signing {
	bool required;             /* by the configuration */
	struct sg_doctor_seen key; /* UNASKED: none is named */
	const char *public_line;
	const char *fingerprint;
	const char *author_email; /* that commits carry; NULL: not known */
};

struct sg_doctor_project {
	struct sg_doctor_seen seen;
	const char *asked_path;
	const char *path; /* its present one */
	bool archived;
	int role; /* of the token's user; -1: not said */
	const char *merge_method;
	const char *squash_option;
	bool merge_trains;
	bool pipeline_must_succeed;
	bool has_ci;         /* jobs are enabled */
	const char *ci_path; /* of another file than .gitlab-ci.yml; "" when none is set */
	bool auto_devops;    /* pipelines come without a file */
};

/* A row of "allowed to push" or "allowed to merge": one of these. */
struct sg_doctor_allowed {
	int role; /* this role and above; 0: no one */
	int64_t user_id;
	int64_t group_id;
	int64_t deploy_key_id;
	const char *description; /* GitLab's words */
};

/* A rule of the protected branches. */
struct sg_doctor_rule {
	const char *name; /* of a branch, or a pattern with "*" */
	bool force_push;
	const struct sg_doctor_allowed *push;
	size_t push_count;
	const struct sg_doctor_allowed *merge;
	size_t merge_count;
};

/* Somebody who is in the project: directly, inherited, or with an invited group. */
struct sg_doctor_member {
	int64_t id;
	const char *username;
	int role;
};

/* One branch that matters, with all that the configuration wants of it. */
struct sg_doctor_branch {
	const char *name;
	bool is_config; /* stagegate.yaml is read from it */
	bool exists;
	bool gated;             /* an environment with gates is on it */
	bool rules;             /* the gates of some environment are read from it */
	bool people_merge;      /* an environment on it says `merge: human` */
	bool takes_commits;     /* `publish: commit` */
	bool takes_merges;      /* `publish: merge-request`, and not `merge: human` */
	bool takes_requests;    /* `publish: merge-request` */
	enum sg_answer ci_file; /* has it the file that its pipelines come from? */
};

/* One approval gate. */
struct sg_doctor_approval {
	const char *environment;
	const struct sg_gate_spec *spec;
	struct sg_doctor_seen seen; /* of all its groups; `why` names the one that failed */
	int64_t people;             /* who could approve, as far as was counted */
	bool more;                  /* there may be more of them */
};

/* The source project of a service that goes through a gate with `exclude: authors`. */
struct sg_doctor_source {
	const char *service;
	const char *project; /* NULL: the configuration names none */
	struct sg_doctor_seen seen;
};

/* Which way the commits of `bump` go. */
struct sg_doctor_publish {
	bool commits; /* an environment has `publish: commit` */
	enum sg_publish_via via;
	const char *from;     /* what says so: "publish.via: auto" */
	const char *obstacle; /* why it cannot be GitLab's API; NULL: nothing is known */
	const char *hint;     /* what to do about that */
};

/* What `merge_request:` of an environment names. */
struct sg_doctor_request {
	const char *environment;
	size_t people_count; /* reviewers and assignees */
	struct sg_doctor_seen people_seen;
	const char *const *strangers; /* of these: unknown to GitLab, or not active; in words */
	size_t stranger_count;
	const char *milestone; /* NULL: none */
	struct sg_doctor_seen milestone_seen;
	bool milestone_found;
};

struct sg_doctor_app {
	const char *service;
	const char *name;           /* "argocd/catalog-prod" */
	struct sg_doctor_seen seen; /* APPLICATION_NOT_FOUND: there is none */
	const struct sg_app *app;
	const char *path;           /* folder of the service; NULL: not known */
	const char *const *foreign; /* folders of it that are another environment's */
	size_t foreign_count;
	struct sg_doctor_seen project_seen; /* its AppProject, which has the sync windows */
	const struct sg_app_project *project;
};

/* What a service follows where that is Flux. */
struct sg_doctor_flux {
	const char *name;           /* "flux-system/catalog-prod" */
	struct sg_doctor_seen seen; /* APPLICATION_NOT_FOUND: there is none */
	const char *source_url;     /* of its GitRepository; NULL: */
	const char *source_why;     /* it is not known, and why */
	const char *tracked;        /* with source_url: "refs/heads/main", "semver 1.x" */
	const char *left_alone; /* what is suspended or being deleted, in words; NULL: nothing */
	const char *not_ready;  /* what says that it is not, in its words; NULL: nothing */
};

/* One workload that a service follows without a controller. */
struct sg_doctor_plain {
	const char *name;           /* "Deployment shop/web"; the service where that is not known */
	struct sg_doctor_seen seen; /* NOT_FOUND: there is none */
	const char *image;          /* the repository that is looked for; NULL: not known */
	enum sg_answer has_image;   /* in its template; UNKNOWN: `image_why` */
	const char *image_why;
	bool image_unread;          /* what the files say could not be read for the moment */
	const char *runs;           /* when it has not: an image that it has */
	const char *namespace;      /* NULL: not known */
	struct sg_doctor_seen pods; /* whether pods there may be listed */
	bool may_list_pods;
};

/* Of the applications' namespace, by SelfSubjectAccessReview. */
struct sg_doctor_rights {
	struct sg_doctor_seen seen;
	enum sg_answer get, list, watch, patch;
};

/* The cluster of one environment. */
/* The cluster that the applications deploy to, where `workloads:` names it. */
struct sg_doctor_workloads {
	const char *source; /* NULL: none is named */
	struct sg_doctor_server server;
	struct sg_doctor_seen rights;
	size_t namespace_count;     /* of the applications there that were asked about */
	const char *const *missing; /* "list pods in shop" */
	size_t missing_count;
};

struct sg_doctor_cluster {
	const struct sg_environment *env;
	bool people_approve; /* it has an approval gate */
	struct sg_doctor_seen access;
	const char *source; /* "context \"prod\" of /etc/kubeconfig" */
	bool insecure;
	struct sg_doctor_server server;
	const char *namespace;
	struct sg_doctor_rights rights;
	const struct sg_doctor_app *apps;
	size_t app_count;
	const struct sg_doctor_flux *flux;
	size_t flux_count;
	const char *flux_namespace;
	struct sg_doctor_seen flux_patch_seen;
	bool flux_patch; /* a reconciliation may be asked for */
	const struct sg_doctor_plain *plain;
	size_t plain_count;
	const char *no_apps_why; /* the services are not known: why; NULL: they are */
	struct sg_doctor_workloads workloads;
};

struct sg_doctor_facts {
	const char *ca_from; /* "" when there are none */
	struct sg_doctor_job job;

	struct sg_doctor_seen repository;
	const char *repository_url;
	const char *repository_proxy;
	const char *default_branch; /* HEAD of the repository; NULL: not known */
	struct sg_doctor_seen config;
	const char *config_from;
	bool advisory;           /* not read from the branch that binds */
	bool needs_api;          /* an environment is changed by merge requests */
	bool needs_gitlab;       /* an environment has gates or merge requests */
	bool merges_after_gates; /* an environment has `merge: auto` and gates right before it */
	bool has_gates;
	bool has_freeze;

	const char *no_gitlab_why; /* NULL: there is one */
	struct sg_doctor_server gitlab;
	struct sg_doctor_token token;
	struct sg_doctor_project project;
	struct sg_doctor_signing signing;

	const char *
		work_branch; /* one of our own, of an environment with merge requests; NULL: none */
	struct sg_doctor_seen rules_seen;
	const struct sg_doctor_rule *rules;
	size_t rule_count;
	struct sg_doctor_seen members_seen;
	const struct sg_doctor_member *members;
	size_t member_count;
	const struct sg_doctor_branch *branches;
	size_t branch_count;

	const struct sg_doctor_approval *approvals;
	size_t approval_count;
	const struct sg_doctor_source *sources;
	size_t source_count;
	struct sg_doctor_publish publish;
	const struct sg_doctor_request *requests;
	size_t request_count;
	struct sg_doctor_seen freeze_seen;
	size_t freeze_count;

	const struct sg_doctor_cluster *clusters;
	size_t cluster_count;
};

#endif
