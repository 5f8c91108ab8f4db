/* The table of exit codes. */
#include <string.h>

#include "base/reason.h"
#include "docs_tool.h"
#include "gate/code.h"
#include "model/app_verdict.h"
#include "model/promotion.h"

static void add_exit(struct sg_buf *out, const char *name, int code, const char *text)
{
	sg_buf_addf(out, "| %d | `%s` | %s |\n", code, name, text);
}

/* Those of gates that do not let pass: a gate that passes ends nothing. */
static void add_gate_codes(struct sg_buf *out, int code)
{
	for (int i = 0; i < sg_gate_code_count(); i++) {
		enum sg_gate_code gate = (enum sg_gate_code)i;
		int exit_code = sg_gate_state_exit(sg_gate_code_state(gate));

		if (exit_code != 0 && exit_code == code)
			add_exit(out, sg_gate_code_name(gate), code, sg_gate_code_text(gate));
	}
}

/* A code that several rows share, or that is a reason, too, is said once. */
static bool said_before(int row)
{
	const char *name = sg_promotion_row(row)->code;

	for (int i = 0; i < row; i++)
		if (strcmp(sg_promotion_row(i)->code, name) == 0)
			return true;
	for (int i = 0; i < sg_reason_count(); i++)
		if (strcmp(sg_reason_name((enum sg_reason)i), name) == 0)
			return true;
	return false;
}

static void add_promotion_codes(struct sg_buf *out, int code)
{
	const struct sg_promotion_step *step;

	for (int i = 0; (step = sg_promotion_row(i)); i++)
		if (code != 0 && sg_promotion_step_exit(step) == code && !said_before(i))
			add_exit(out, step->code, code, step->sentence);
}

void docs_exit_codes(struct sg_buf *out)
{
	sg_buf_adds(out, "| exit | reason | meaning |\n|---|---|---|\n");
	for (int code = 0; code <= 128; code++) {
		for (int i = 0; i < sg_app_code_count(); i++)
			if (sg_app_code_exit((enum sg_app_code)i) == code)
				add_exit(out, sg_app_code_name((enum sg_app_code)i), code,
					sg_app_code_text((enum sg_app_code)i));
		add_gate_codes(out, code);
		add_promotion_codes(out, code);
		for (int i = 0; i < sg_reason_count(); i++)
			if (sg_reason_exit((enum sg_reason)i) == code)
				add_exit(out, sg_reason_name((enum sg_reason)i), code,
					sg_reason_text((enum sg_reason)i));
	}
}
