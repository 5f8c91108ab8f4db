/* What a fold keeps between looks at one Kustomization. Inside model/ only. */
#ifndef SG_MODEL_FLUX_FOLD_H
#define SG_MODEL_FLUX_FOLD_H

#include "model/flux_verdict.h"

/* The failures that need a second sight; each stands for itself. */
enum sg_flux_fault_id {
	SG_FAULT_STALLED,
	SG_FAULT_SOURCE_STALLED,
	SG_FAULT_SOURCE,
	SG_FAULT_SUPERSEDED,
	SG_FAULT_KUSTOMIZATION,
	SG_FAULT_RELEASE_STALLED,
	SG_FAULT_RELEASE,
	SG_FAULT_REMEDIATED,
	SG_FAULT_IMAGE,
	SG_FAULT_COUNT
};

struct sg_flux_fault {
	bool on;
	bool kept; /* in this look */
	int64_t since_ms;
	int64_t generation; /* another spec or commit is another failure */
	char commit[SG_OID_SIZE];
	bool settled; /* the grace was over when these were seen: */
	int64_t changed_s;
	int64_t failures;
};

/* What was asked of one object. */
struct sg_flux_asked {
	size_t in_a_row;
	bool any;
	int64_t last_ms;
	char value[64];           /* of the annotation; "" when nothing of ours stands there */
	char source[SG_OID_SIZE]; /* where the artifact was by then */
	bool handled;             /* `value` was seen in the status */
	int64_t value_ms;         /* when `value` was set */
};

struct sg_flux_fold {
	const struct sg_flux_want *want;
	const struct sg_flux_policy *policy;
	struct sg_ancestry *ancestry;
	bool seen;
	char source[SG_OID_SIZE];  /* of the artifact in the last look */
	char applied[SG_OID_SIZE]; /* what was applied in the last look */
	int64_t applied_ms;        /* since when that is seen */
	char built[SG_OID_SIZE];   /* the artifact that the Kustomization is known to have tried */
	struct sg_flux_fault faults[SG_FAULT_COUNT];
	struct sg_flux_asked asked[SG_FLUX_KIND_COUNT];
	bool wants_request;
	struct sg_flux_request request;
	struct sg_flux_verdict verdict;
};

/* One look laid out for the rows. */
struct sg_flux_case {
	struct sg_flux_fold *fold;
	const struct sg_flux_look *look;
	const struct sg_flux_kustomization *kustomization;
	const struct sg_flux_repository *repository; /* NULL: not read, or it reads from another */
	const struct sg_flux_release *release;
	struct sg_arena *arena;
	int64_t now_ms;

	char applied_text[SG_OID_SIZE];
	char source_text[SG_OID_SIZE];
	char attempted_text[SG_OID_SIZE];
	enum sg_app_rev applied;
	enum sg_app_rev attempted;
	enum sg_app_rev source; /* NONE without a repository, too */
};

/*
 * flux_rows*.c: each answers true when it has set the verdict. They are asked in the order of
 * sg_flux_rows_ask(), which ends with success.
 */
void sg_flux_rows_ask(struct sg_flux_case *c);
enum sg_app_rev sg_flux_place(
	const struct sg_flux_case *c, const char *revision, char text[SG_OID_SIZE]);
bool sg_flux_row_parents(struct sg_flux_case *c);
bool sg_flux_row_source(struct sg_flux_case *c);
bool sg_flux_row_release(struct sg_flux_case *c);
bool sg_flux_row_images(struct sg_flux_case *c);

/* Sets the verdict: the code's sentence, ": " and the evidence. Always true. */
bool sg_flux_say(struct sg_flux_case *c, enum sg_app_kind kind, enum sg_app_code code,
	const char *fmt, ...) SG_PRINTF(4, 5);

/* The same as WAIT, and asks OBJECT to reconcile. */
bool sg_flux_wait_for(struct sg_flux_case *c, const struct sg_flux_object *object,
	enum sg_app_code code, const char *evidence);

/* flux_fault.c: keeps the failure in mind and says whether it has stood for the grace. */
bool sg_flux_has_stood(struct sg_flux_case *c, enum sg_flux_fault_id id,
	const struct sg_flux_object *object, const char *commit);

/* The same with a grace of its own. */
bool sg_flux_has_stood_for(struct sg_flux_case *c, enum sg_flux_fault_id id,
	const struct sg_flux_object *object, const char *commit, int64_t grace_ms);

/* The same, and a try that began after the grace has failed, too. */
bool sg_flux_failed_again(struct sg_flux_case *c, enum sg_flux_fault_id id,
	const struct sg_flux_object *object, const char *commit, int64_t failures);

/* A try is on its way: what is in mind of this failure stays so. */
void sg_flux_keep(struct sg_flux_case *c, enum sg_flux_fault_id id);

/* It is not so any more. */
void sg_flux_drop(struct sg_flux_case *c, enum sg_flux_fault_id id);

/* When a failure that is in mind may count at the earliest; INT64_MAX: there is none. */
int64_t sg_flux_fault_due_ms(const struct sg_flux_fold *fold, int64_t now_ms);

#endif
