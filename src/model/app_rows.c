#include "model/app_rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

void sg_app_wait(struct sg_app_answer *out, enum sg_app_code code)
{
	out->kind = SG_APP_WAIT;
	out->code = code;
}

void sg_app_wait_refresh(struct sg_app_answer *out, enum sg_app_code code)
{
	sg_app_wait(out, code);
	out->refresh = SG_APP_REFRESH_NORMAL;
}

void sg_app_confirm(struct sg_app_answer *out, enum sg_app_code code, int64_t grace_ms)
{
	sg_app_wait_refresh(out, code);
	out->confirm_ms = grace_ms;
	out->fail_code = code;
}

void sg_app_fail(struct sg_app_answer *out, enum sg_app_code code)
{
	out->kind = SG_APP_FAIL;
	out->code = code;
}

void sg_app_say(struct sg_app_answer *out, const char *fmt, ...)
{
	size_t len = strlen(out->evidence);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(out->evidence + len, SG_APP_EVIDENCE_MAX - len, fmt, args);
	va_end(args);
}

/* Rows that ask for a revision do not judge a child that follows none of ours. */
enum asks { ALWAYS, OF_A_REVISION };

/* The table of argocd.md 0.2, in its order. */
static const struct {
	enum sg_app_row row;
	enum asks asks;
	sg_app_row_fn *answers;
} table[] = {
	{SG_APP_ROW_1, ALWAYS, sg_app_row_deleted},
	{SG_APP_ROW_1A, OF_A_REVISION, sg_app_row_reconcile_off},
	{SG_APP_ROW_1B, OF_A_REVISION, sg_app_row_wrong_repository},
	{SG_APP_ROW_1C, OF_A_REVISION, sg_app_row_wrong_target},
	{SG_APP_ROW_2, ALWAYS, sg_app_row_spec_invalid},
	{SG_APP_ROW_3, ALWAYS, sg_app_row_comparison_error},
	{SG_APP_ROW_4, ALWAYS, sg_app_row_hydration_failed},
	{SG_APP_ROW_4A, ALWAYS, sg_app_row_hydration_had_failed},
	{SG_APP_ROW_5, ALWAYS, sg_app_row_retrying},
	{SG_APP_ROW_6, ALWAYS, sg_app_row_operation_failed},
	{SG_APP_ROW_7, ALWAYS, sg_app_row_window_blocks},
	{SG_APP_ROW_8, ALWAYS, sg_app_row_operation_running},
	{SG_APP_ROW_9, OF_A_REVISION, sg_app_row_older},
	{SG_APP_ROW_10, OF_A_REVISION, sg_app_row_superseded},
	{SG_APP_ROW_11, OF_A_REVISION, sg_app_row_ancestry_unknown},
	/* from here the revision is the wanted one, or contains it */
	{SG_APP_ROW_12, ALWAYS, sg_app_row_spec_changed},
	{SG_APP_ROW_13, ALWAYS, sg_app_row_stale_status},
	{SG_APP_ROW_14, ALWAYS, sg_app_row_autosync_refused},
	{SG_APP_ROW_15, ALWAYS, sg_app_row_needs_prune},
	{SG_APP_ROW_15A, ALWAYS, sg_app_row_still_out_of_sync},
	{SG_APP_ROW_16, ALWAYS, sg_app_row_autosync_waits},
	{SG_APP_ROW_17, ALWAYS, sg_app_row_manual_sync},
	/* from here it is Synced, or the leftovers do not matter */
	{SG_APP_ROW_18, ALWAYS, sg_app_row_degraded},
	{SG_APP_ROW_19, ALWAYS, sg_app_row_progressing},
	{SG_APP_ROW_20, ALWAYS, sg_app_row_suspended},
	{SG_APP_ROW_21, ALWAYS, sg_app_row_missing},
	{SG_APP_ROW_22, ALWAYS, sg_app_row_other_image},
	{SG_APP_ROW_22A, ALWAYS, sg_app_row_old_image},
	{SG_APP_ROW_23, ALWAYS, sg_app_row_live},
};

void sg_app_rows_ask(struct sg_app_case *c, struct sg_app_answer *ret)
{
	for (size_t i = 0; i < SG_COUNT(table); i++) {
		if (table[i].asks == OF_A_REVISION && c->scope == SG_SCOPE_WITHOUT_REVISION)
			continue;
		*ret = (struct sg_app_answer){.row = table[i].row,
			.confirm_ms = SG_APP_UNCONFIRMED,
			.evidence = ret->evidence};
		ret->evidence[0] = '\0';
		if (table[i].answers(c, ret))
			return;
	}
	SG_BUG("the last row of the table always answers");
}
