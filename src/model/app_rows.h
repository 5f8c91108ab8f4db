/* The rows of the decision table, each a function over one object. Inside model/ only. */
#ifndef SG_MODEL_APP_ROWS_H
#define SG_MODEL_APP_ROWS_H

#include "base/attr.h"
#include "model/app_case.h"

#define SG_APP_EVIDENCE_MAX (SG_APP_MESSAGE_MAX - 128)
#define SG_APP_UNCONFIRMED (-1) /* the row never turns into a failure */

struct sg_app_answer {
	enum sg_app_row row;
	enum sg_app_kind kind;
	enum sg_app_code code;
	enum sg_app_refresh refresh; /* R of the table; HARD from the second request on */
	bool hydrate;
	int64_t refresh_after_ms; /* since the row answers */
	int64_t confirm_ms;       /* CONFIRMED(grace): then `fail_code`; or SG_APP_UNCONFIRMED */
	enum sg_app_code fail_code;
	int64_t look_after_ms; /* since the row answers: time alone changes the code then; 0: no */
	bool sync_wanted;
	enum sg_app_code cause;
	uint64_t images_unseen;
	char *evidence; /* while the rows are asked: SG_APP_EVIDENCE_MAX bytes of who asks */
};

/* What a row says. The evidence is set by sg_app_say. */
void sg_app_wait(struct sg_app_answer *out, enum sg_app_code code);
void sg_app_wait_refresh(struct sg_app_answer *out, enum sg_app_code code);
void sg_app_confirm(struct sg_app_answer *out, enum sg_app_code code, int64_t grace_ms);
void sg_app_fail(struct sg_app_answer *out, enum sg_app_code code);

/* Appends to the evidence; what does not fit is cut. */
void sg_app_say(struct sg_app_answer *out, const char *fmt, ...) SG_PRINTF(2, 3);

/* Asks the rows from the top; the first that answers wins. RET->evidence is set before. */
void sg_app_rows_ask(struct sg_app_case *c, struct sg_app_answer *ret);

typedef bool sg_app_row_fn(struct sg_app_case *c, struct sg_app_answer *out);

/* app_rows_spec.c */
sg_app_row_fn sg_app_row_deleted, sg_app_row_reconcile_off, sg_app_row_wrong_repository,
	sg_app_row_wrong_target, sg_app_row_spec_invalid, sg_app_row_comparison_error,
	sg_app_row_spec_changed;

/* app_rows_revision.c */
sg_app_row_fn sg_app_row_hydration_failed, sg_app_row_hydration_had_failed, sg_app_row_older,
	sg_app_row_superseded, sg_app_row_ancestry_unknown;

/* app_rows_operation.c */
sg_app_row_fn sg_app_row_retrying, sg_app_row_operation_failed, sg_app_row_window_blocks,
	sg_app_row_operation_running, sg_app_row_stale_status;

/* app_rows_sync.c */
sg_app_row_fn sg_app_row_autosync_refused, sg_app_row_needs_prune, sg_app_row_still_out_of_sync,
	sg_app_row_autosync_waits, sg_app_row_manual_sync;

/* app_rows_health.c */
sg_app_row_fn sg_app_row_degraded, sg_app_row_progressing, sg_app_row_suspended, sg_app_row_missing;

/* app_images.c */
sg_app_row_fn sg_app_row_other_image, sg_app_row_old_image;

/* Bit i: want.images[i] is not among the live images. */
uint64_t sg_app_images_unseen(const struct sg_app_case *c);

/* app_children.c */
sg_app_row_fn sg_app_row_live;

/* app_window.c: the first window of the project, from the one number *AT on, that is about this
 * application, or NULL; *AT is the number behind it. */
const struct sg_app_window *sg_app_window_next(
	const struct sg_app_project *project, const struct sg_app *app, size_t *at);
bool sg_app_glob(const char *pattern, const char *text);

#endif
