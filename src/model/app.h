/*
 * An Argo CD Application as the facts that the decision table needs (argocd.md 1), plain values in
 * an arena of whoever decoded them. Every string is set: what is absent, null or {} in the cluster
 * is "" here. Texts are untrusted.
 */
#ifndef SG_MODEL_APP_H
#define SG_MODEL_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/ancestry.h"

#define SG_APP_NO_TIME INT64_MIN /* a time that is absent */

/* X(NAME, the cluster's word). Words that are not known become UNKNOWN. */
#define SG_APP_HEALTHS(X)                                                                          \
	X(HEALTHY, "Healthy")                                                                      \
	X(SUSPENDED, "Suspended")                                                                  \
	X(PROGRESSING, "Progressing")                                                              \
	X(MISSING, "Missing")                                                                      \
	X(DEGRADED, "Degraded")                                                                    \
	X(UNKNOWN, "Unknown")

enum sg_app_health {
#define SG_X(name, word) SG_APP_##name,
	SG_APP_HEALTHS(SG_X)
#undef SG_X
};

/* Of an application or of one resource; NONE: nothing is said. */
#define SG_APP_SYNCS(X)                                                                            \
	X(NONE, "")                                                                                \
	X(SYNCED, "Synced")                                                                        \
	X(OUT_OF_SYNC, "OutOfSync")                                                                \
	X(UNKNOWN, "Unknown")

enum sg_app_sync {
#define SG_X(name, word) SG_SYNC_##name,
	SG_APP_SYNCS(SG_X)
#undef SG_X
};

/* Of an operation; OTHER: a word that is not known. */
#define SG_APP_PHASES(X)                                                                           \
	X(NONE, "")                                                                                \
	X(RUNNING, "Running")                                                                      \
	X(TERMINATING, "Terminating")                                                              \
	X(FAILED, "Failed")                                                                        \
	X(ERROR, "Error")                                                                          \
	X(SUCCEEDED, "Succeeded")                                                                  \
	X(OTHER, "?")

enum sg_app_phase {
#define SG_X(name, word) SG_PHASE_##name,
	SG_APP_PHASES(SG_X)
#undef SG_X
};

/* The conditions that the table looks at. */
#define SG_APP_CONDITIONS(X)                                                                       \
	X(INVALID_SPEC, "InvalidSpecError")                                                        \
	X(UNKNOWN, "UnknownError")                                                                 \
	X(COMPARISON, "ComparisonError")                                                           \
	X(SYNC, "SyncError")                                                                       \
	X(OTHER, "")

enum sg_app_condition_type {
#define SG_X(name, word) SG_CONDITION_##name,
	SG_APP_CONDITIONS(SG_X)
#undef SG_X
};

enum sg_app_health sg_app_health_parse(const char *word);
enum sg_app_sync sg_app_sync_parse(const char *word);
enum sg_app_phase sg_app_phase_parse(const char *word);
enum sg_app_condition_type sg_app_condition_parse(const char *word);
const char *sg_app_health_name(enum sg_app_health health);
const char *sg_app_sync_name(enum sg_app_sync sync);

struct sg_app_strings {
	const char **items;
	size_t count;
};

struct sg_app_source {
	const char *repo_url;
	const char *target_revision;
	const char *path;
	const char *chart;
};

struct sg_app_destination {
	const char *name;
	const char *server;
	const char *namespace;
};

/* What Argo CD leaves on what it applies, for each to say whose it is; "" where it does not. */
struct sg_app_marks {
	const char *tracking; /* annotation: "APPLICATION:GROUP/KIND:NAMESPACE/NAME" */
	const char *instance; /* label: the application, or what a chart says */
};

struct sg_app_condition {
	enum sg_app_condition_type type;
	const char *message;
};

/* status.resources[] */
struct sg_app_resource {
	const char *group;
	const char *kind;
	const char *namespace;
	const char *name;
	const char *health_message;
	enum sg_app_sync sync; /* NONE: hooks and the like, they do not count */
	bool requires_pruning;
};

/* status.operationState.syncResult.resources[]: what failed or was left standing, nothing else */
struct sg_app_result {
	const char *kind;
	const char *namespace;
	const char *name;
	const char *message;
	bool hook;          /* hookType is set */
	bool hook_failed;   /* a hook whose phase is Failed or Error */
	bool sync_failed;   /* status SyncFailed */
	bool unhealthy;     /* no hook; it was applied, and its wave waited for it in vain */
	bool prune_skipped; /* status PruneSkipped */
};

/* A revision of one source, and those of several (aligned with spec.sources). */
struct sg_app_revisions {
	const char *one;
	struct sg_app_strings many;
};

/* status.operationState */
struct sg_app_operation {
	enum sg_app_phase phase; /* NONE: there is none */
	const char *message;
	int64_t started_s;
	int64_t finished_s;
	int64_t retry_count;
	int64_t heals;            /* self-heal has synced the same commit so often before */
	const char *initiated_by; /* user name; "" for automated ones */
	bool dry_run;
	bool prune;                     /* it was asked to */
	bool partial;                   /* only some resources were asked for */
	struct sg_app_revisions asked;  /* operation.sync */
	struct sg_app_revisions result; /* syncResult */
	const char *result_source;      /* as `spec_source` below; "" when not said */
	const struct sg_app_result *results;
	size_t result_count;
};

/* status.sourceHydrator; argocd.md 1.9 */
struct sg_app_hydrator {
	bool used; /* spec.sourceHydrator is set: `sources` is its drySource */
	const char *hydrate_to;
	const char *phase;
	const char *message;
	const char *started_at;
	const char *dry_sha;
	const char *last_dry_sha; /* of the last successful one */
	const char *last_hydrated_sha;
	const char *last_compared; /* lastComparedDryRevision: examined, no proof of anything */
};

struct sg_app {
	const char *namespace;
	const char *name;
	const char *uid;       /* "": nothing is said */
	bool deleting;         /* metadata.deletionTimestamp */
	bool skip_reconcile;   /* annotation skip-reconcile */
	bool refresh;          /* annotation refresh, whatever its value */
	const char *owner_set; /* name of the ApplicationSet that owns it */
	const char *project;   /* "default" when nothing is said */
	struct sg_app_marks marks;

	struct sg_app_source *sources;
	size_t source_count;
	bool many_sources; /* spec.sources is used, and revisions are indexed */
	struct sg_app_destination destination;
	bool automated;
	bool prune;                  /* syncPolicy.automated.prune */
	bool self_heal;              /* syncPolicy.automated.selfHeal */
	const char *image_overrides; /* what pins or ignores images in the spec, for messages */

	/* The source(s) in one canonical spelling, of the spec and of what was compared last. */
	const char *spec_source;
	const char *compared_source;
	struct sg_app_destination compared_destination;

	enum sg_app_sync sync;
	struct sg_app_revisions revision; /* status.sync */
	enum sg_app_health health;
	const char *health_message;
	int64_t reconciled_s;
	int64_t health_changed_s; /* health.lastTransitionTime: a time, no evidence of a state */
	int64_t deployed_s;       /* deployedAt of the newest entry of status.history: likewise */
	const struct sg_app_condition *conditions;
	size_t condition_count;
	const struct sg_app_resource *resources;
	size_t resource_count;
	struct sg_app_strings images; /* status.summary.images */
	bool operation_set;           /* top-level .operation */
	struct sg_app_operation operation;
	struct sg_app_hydrator hydrator;
};

/* One entry of AppProject.spec.syncWindows. */
struct sg_app_window {
	const char *kind;
	const char *schedule;
	const char *duration;
	const char *time_zone;
	struct sg_app_strings applications;
	struct sg_app_strings namespaces;
	struct sg_app_strings clusters;
	bool and_operator;
};

struct sg_app_project {
	const char *name;
	const struct sg_app_window *windows;
	size_t window_count;
};

/* status.applicationStatus[] of an ApplicationSet */
struct sg_app_step {
	const char *application;
	const char *status;
	const char *step;
	const char *message;
};

struct sg_app_set {
	const char *namespace;
	const char *name;
	bool strategy_known; /* false: the spec could not be read */
	bool rolling_sync;
	const struct sg_app_step *steps;
	size_t step_count;
};

/* REVISIONS, in ARENA. */
struct sg_app_revisions sg_app_revisions_copy(
	const struct sg_app_revisions *revisions, struct sg_arena *arena);

bool sg_app_revisions_same(const struct sg_app_revisions *a, const struct sg_app_revisions *b);

/* Is that Argo CD's own cluster, which has the Applications, too? */
bool sg_app_is_beside(const struct sg_app_destination *destination);

/*
 * Is the object NAMESPACE/NAME one of APP's, by its MARKS? NO: it says itself that it is another
 * application's. UNKNOWN: it says nothing.
 */
enum sg_answer sg_app_owns(const struct sg_app *app, const struct sg_app_marks *marks,
	const char *namespace, const char *name);

#endif
