/*
 * A workload (Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, Pod, Argo Rollout) as
 * the facts of its roll-out, and what they mean (argocd.md 4.2, 4.3). Plain values in an arena of
 * whoever decoded them; strings are set, what is absent is "". Texts are untrusted.
 */
#ifndef SG_MODEL_WORKLOAD_H
#define SG_MODEL_WORKLOAD_H

#include "base/arena.h"
#include "model/ancestry.h"
#include "model/pod.h"

/* X(NAME, kind, API group, "/apis/GROUP/VERSION" or "/api/VERSION", resource) */
#define SG_WORKLOAD_KINDS(X)                                                                       \
	X(DEPLOYMENT, "Deployment", "apps", "/apis/apps/v1", "deployments")                        \
	X(STATEFUL_SET, "StatefulSet", "apps", "/apis/apps/v1", "statefulsets")                    \
	X(DAEMON_SET, "DaemonSet", "apps", "/apis/apps/v1", "daemonsets")                          \
	X(REPLICA_SET, "ReplicaSet", "apps", "/apis/apps/v1", "replicasets")                       \
	X(JOB, "Job", "batch", "/apis/batch/v1", "jobs")                                           \
	X(CRON_JOB, "CronJob", "batch", "/apis/batch/v1", "cronjobs")                              \
	X(POD, "Pod", "", "/api/v1", "pods")                                                       \
	X(ROLLOUT, "Rollout", "argoproj.io", "/apis/argoproj.io/v1alpha1", "rollouts")

enum sg_workload_kind {
#define SG_X(name, kind, group, base, resource) SG_WORKLOAD_##name,
	SG_WORKLOAD_KINDS(SG_X)
#undef SG_X
		SG_WORKLOAD_KIND_COUNT
};

const char *sg_workload_kind_name(enum sg_workload_kind kind);
const char *sg_workload_kind_group(enum sg_workload_kind kind);
const char *sg_workload_kind_base(enum sg_workload_kind kind);
const char *sg_workload_kind_resource(enum sg_workload_kind kind);

/* The kind of GROUP and KIND; false: it is no workload that is known here. */
bool sg_workload_kind_parse(const char *group, const char *kind, enum sg_workload_kind *ret);

/* The kind of which WORD is the name, in any case ("deployment"); false: of none. */
bool sg_workload_kind_of_word(struct sg_str word, enum sg_workload_kind *ret);

/*
 * True when objects of that kind make no pods: whoever has read all workloads of an application
 * whose other resources are such knows all of its pods.
 */
bool sg_workload_is_podless(const char *group, const char *kind);

#define SG_WORKLOAD_UNSAID (-1) /* a number that is absent */

struct sg_workload_condition {
	const char *type;
	const char *status; /* True, False, Unknown */
	const char *reason;
	const char *message;
	int64_t changed_s; /* the later of lastTransitionTime and lastUpdateTime; SG_APP_NO_TIME */
};

/* What Argo Rollouts alone has; argocd.md 4.2 */
struct sg_rollout {
	const char *observed; /* observedGeneration: a text, a hash in very old versions */
	const char *phase;    /* "" before version 1.0 */
	const char *message;
	const char *current_hash; /* of the pods of the newest template */
	const char *stable_hash;
	const char *active_hash;         /* blue-green: behind the active service */
	const char *workload_generation; /* annotation; "" when no other object has the template */
	const char *workload_observed;
	struct sg_app_strings pauses; /* reasons of status.pauseConditions */
	const char *paused_since;     /* startTime of the first of them */
	const char *version;          /* metadata.resourceVersion */
	int64_t step;                 /* currentStepIndex of a canary */
	bool open_ended; /* the pause at that step, or before the switch, has no end of its own */
	bool blue_green;
	bool controller_pause;
	bool aborted;
};

struct sg_workload {
	enum sg_workload_kind kind;
	const char *namespace;
	const char *name;
	const char *uid;
	struct sg_owner owner;
	const char *template_hash; /* of a ReplicaSet: label pod-template-hash, of a Rollout's its
				      own */
	struct sg_app_marks marks;
	bool deleting;
	bool health_ignored; /* annotation argocd.argoproj.io/ignore-healthcheck */
	bool paused;         /* spec.paused, spec.suspend */
	int64_t generation;
	int64_t observed; /* status.observedGeneration */

	/* Wanted, there, of the newest template, ready, available; of a DaemonSet by node. */
	int64_t wanted;
	int64_t replicas;
	int64_t updated;
	int64_t ready;
	int64_t available;
	int64_t partition; /* StatefulSet: below that number pods stay old */
	bool on_delete;    /* updateStrategy OnDelete: pods are replaced by hand */
	bool rolling;      /* StatefulSet: rollingUpdate is set */
	const char *current_revision;
	const char *update_revision;
	const char *revision; /* annotation: which ReplicaSet is the newest; DaemonSet: template */
	int64_t progress_deadline_s;
	int64_t job_succeeded;
	int64_t job_completions;
	const char *scheduled; /* CronJob: status.lastScheduleTime, lastSuccessfulTime */
	const char *succeeded;
	bool runs_now; /* CronJob: status.active names a Job */

	const struct sg_workload_condition *conditions;
	size_t condition_count;
	struct sg_app_strings images; /* of the template */
	bool images_known;            /* false: another object has the template */
	const char *selector;         /* label selector of its pods, as a LIST takes it; "" */
	struct sg_rollout rollout;
	struct sg_pod pod; /* of kind POD */
	int64_t written_s; /* of a CronJob: when its spec was last written, as
			      metadata.managedFields says, or later; SG_APP_NO_TIME: they do not say
			    */
};

enum sg_workload_state {
	SG_WORKLOAD_DONE,
	SG_WORKLOAD_PROGRESSING,
	SG_WORKLOAD_PAUSED,
	SG_WORKLOAD_FAILED
};

struct sg_workload_reading {
	enum sg_workload_state state;
	enum sg_app_code code; /* of FAILED; PROGRESSING, SUSPENDED, DEPLOYED of the others */
	const char *sentence;  /* why; in the arena that was handed in */
	bool unobserved;       /* all that it says, and the newest pods, are of the spec before */
};

/* "Deployment shop/web" */
const char *sg_workload_label(const struct sg_workload *workload, struct sg_arena *arena);

/*
 * Where its roll-out stands, as `kubectl rollout status` and Argo CD see it. What cannot be told is
 * PROGRESSING, never DONE.
 */
void sg_workload_state(const struct sg_workload *workload, struct sg_arena *arena,
	struct sg_workload_reading *ret);

enum sg_cron_run { SG_CRON_RUN_NONE, SG_CRON_RUN_ACTIVE, SG_CRON_RUN_DONE, SG_CRON_RUN_FAILED };

/*
 * workload_run.c: how the last run of a CronJob stands. That is no part of the roll-out: it may be
 * of an older template, and the next one may come in a month. But newer Argo CD calls a CronJob
 * Degraded whose last run did not succeed, and some versions one Progressing that runs.
 */
enum sg_cron_run sg_workload_last_run(const struct sg_workload *cron);

/* The Job of the last run: the controller of CronJobs names it NAME-MINUTES. "": there is none. */
const char *sg_workload_run_name(const struct sg_workload *cron, struct sg_arena *arena);

/* The condition of that TYPE, NULL when there is none. */
const struct sg_workload_condition *sg_workload_condition(
	const struct sg_workload *workload, const char *type);

/*
 * Is it one of the application's resources, by the marks that Argo CD leaves? NO: it says itself
 * that it is another application's. UNKNOWN: it says nothing.
 */
enum sg_answer sg_workload_is_of(const struct sg_workload *workload, const struct sg_app *app);

/*
 * Pods that are not even created (condition ReplicaFailure): a quota, pod security, an admission
 * webhook. False when nothing says so.
 */
bool sg_workload_pods_refused(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_stuck *ret);

/* Why pods of an older template stay although the roll-out is done, in ARENA; NULL: nothing says.
 */
const char *sg_workload_keeps_old(const struct sg_workload *workload, struct sg_arena *arena);

/* How long a container may run without getting ready before the roll-out has failed. */
int64_t sg_workload_progress_ms(const struct sg_workload *workload);

/* workload_rollout.c: sg_workload_state() of an Argo Rollout. */
void sg_workload_rollout_state(const struct sg_workload *workload, struct sg_arena *arena,
	struct sg_workload_reading *ret);

#endif
