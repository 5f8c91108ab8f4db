/*
 * The objects of Flux (Kustomization, HelmRelease, GitRepository) as the facts that a wait needs
 * (argocd.md 4.1). Plain values in an arena of whoever decoded them; strings are set, what is
 * absent is "". Texts are untrusted.
 */
#ifndef SG_MODEL_FLUX_H
#define SG_MODEL_FLUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* X(NAME, kind, API group) */
#define SG_FLUX_KINDS(X)                                                                           \
	X(KUSTOMIZATION, "Kustomization", "kustomize.toolkit.fluxcd.io")                           \
	X(REPOSITORY, "GitRepository", "source.toolkit.fluxcd.io")                                 \
	X(RELEASE, "HelmRelease", "helm.toolkit.fluxcd.io")

enum sg_flux_kind {
#define SG_X(name, kind, group) SG_FLUX_##name,
	SG_FLUX_KINDS(SG_X)
#undef SG_X
		SG_FLUX_KIND_COUNT
};

const char *sg_flux_kind_name(enum sg_flux_kind kind);
const char *sg_flux_kind_group(enum sg_flux_kind kind);

/* The kind of GROUP and KIND; false: it is none of these. */
bool sg_flux_kind_parse(const char *group, const char *kind, enum sg_flux_kind *ret);

#define SG_FLUX_UNSAID INT64_MIN /* a number or time that is absent */

struct sg_flux_condition {
	const char *type;
	const char *status; /* True, False, Unknown */
	const char *reason;
	const char *message;
	int64_t observed;  /* observedGeneration */
	int64_t changed_s; /* lastTransitionTime */
};

/* What all of them have. */
struct sg_flux_object {
	enum sg_flux_kind kind;
	const char *namespace;
	const char *name;
	bool deleting;
	bool suspended; /* spec.suspend */
	int64_t generation;
	int64_t observed;    /* status.observedGeneration; -1 before the first time */
	const char *handled; /* status.lastHandledReconcileAt */
	const struct sg_flux_condition *conditions;
	size_t condition_count;
};

struct sg_flux_repository {
	struct sg_flux_object object;
	const char *url;
	const char *branch; /* spec.ref: what it tracks; commit, name, semver, tag, branch win in */
	const char *tag;    /* that order, and nothing at all means the branch "master" */
	const char *semver;
	const char *ref_name;
	const char *commit;
	const char *revision; /* status.artifact.revision */
};

/* An entry of status.inventory. */
struct sg_flux_ref {
	const char *namespace;
	const char *name;
	const char *group;
	const char *kind;
};

struct sg_flux_inventory {
	const struct sg_flux_ref *refs;
	size_t count;
};

struct sg_flux_kustomization {
	struct sg_flux_object object;
	const char *source_kind;
	const char *source_namespace; /* its own where nothing is said */
	const char *source_name;
	bool elsewhere;        /* spec.kubeConfig: it applies to another cluster */
	bool waits;            /* spec.wait: Ready says that all it applied is healthy */
	const char *applied;   /* status.lastAppliedRevision */
	const char *attempted; /* status.lastAttemptedRevision: unset by errors before the build */
	const char *origin; /* status.lastAppliedOriginRevision: of an OCI artifact, the commit */
	struct sg_flux_inventory inventory;
	const char *owner; /* the Kustomization that has applied it; "" when nothing says so */
	const char *owner_namespace;
};

struct sg_flux_release {
	struct sg_flux_object object;
	bool applied_only;          /* a disableWait is set: Ready means applied */
	const char *chart_version;  /* of the newest entry of status.history */
	const char *release_status; /* of the same: "deployed", "failed", ... */
	int64_t failures;           /* status.failures; 0 when absent */
	bool elsewhere;             /* as above */
	bool indirect;     /* spec.valuesFrom: what it runs with can change without its spec */
	bool chart_moves;  /* the chart is read from a repository or a bucket, or is another object
			      (spec.chartRef): likewise */
	const char *owner; /* the Kustomization that has applied it; "" when nothing says so */
	const char *owner_namespace;
	struct sg_flux_inventory inventory;
};

/* The condition of that TYPE, NULL when there is none. */
const struct sg_flux_condition *sg_flux_condition(
	const struct sg_flux_object *object, const char *type);

/* Has it a condition of that TYPE and STATUS? */
bool sg_flux_is(const struct sg_flux_object *object, const char *type, const char *status);

/* Is the condition about the spec as it stands now? Where nothing tells: no. */
bool sg_flux_is_current(
	const struct sg_flux_object *object, const struct sg_flux_condition *condition);

/* Has the controller been through the newest spec? Where nothing tells: no. */
bool sg_flux_is_observed(const struct sg_flux_object *object);

/* What it tracks, the same for the same: "refs/heads/main", "refs/tags/v1", "semver 1.x", HEX. */
const char *sg_flux_tracked(const struct sg_flux_repository *repository, struct sg_arena *arena);

/* "Kustomization flux-system/apps" */
const char *sg_flux_label(const struct sg_flux_object *object, struct sg_arena *arena);

/*
 * The commit in a revision: "main@sha1:HEX", "v1@sha1:HEX", "sha1:HEX", "main/HEX" (old), HEX; 64
 * digits with sha256. RET is "" when there is none in it.
 */
void sg_flux_commit(const char *revision, char ret[SG_OID_SIZE]);

/* "NAMESPACE_NAME_GROUP_KIND" of an inventory, into the arena; false: it is none. */
bool sg_flux_ref_parse(const char *id, struct sg_arena *arena, struct sg_flux_ref *ret);

#endif
