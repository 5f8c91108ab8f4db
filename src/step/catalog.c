#include "step/catalog.h"

#include <string.h>

#include "base/reason.h"
#include "gate/code.h"
#include "model/app_verdict.h"
#include "model/doctor.h"
#include "model/mr.h"
#include "model/outcome.h"
#include "model/promotion.h"

const char *sg_code_kind_name(enum sg_code_kind kind)
{
	static const char *const names[] = {
#define SG_X(name, word) word,
		SG_CODE_KINDS(SG_X)
#undef SG_X
	};

	return names[kind];
}

struct catalog {
	struct sg_arena *arena;
	struct sg_code *rows;
	size_t count;
};

/* A name that is there already gets one more kind, and the exit code if it had none. */
static void add(struct catalog *catalog, enum sg_code_kind kind, const char *name, int exit_code,
	const char *text)
{
	struct sg_code *row = NULL;

	for (size_t i = 0; i < catalog->count && !row; i++)
		if (strcmp(catalog->rows[i].name, name) == 0)
			row = &catalog->rows[i];
	if (!row) {
		row = sg_arena_push(
			catalog->arena, &catalog->rows, &catalog->count, sizeof(*catalog->rows));
		*row = (struct sg_code){name, 0, SG_CODE_ENDS_NOTHING, text};
	}
	row->kinds |= 1u << kind;
	if (row->exit_code == SG_CODE_ENDS_NOTHING)
		row->exit_code = exit_code;
}

static void add_errors(struct catalog *catalog)
{
	for (int i = 0; i < sg_reason_count(); i++)
		add(catalog, SG_CODE_ERROR, sg_reason_name((enum sg_reason)i),
			sg_reason_exit((enum sg_reason)i), sg_reason_text((enum sg_reason)i));
}

static void add_deployments(struct catalog *catalog)
{
	for (int i = 0; i < sg_app_code_count(); i++)
		add(catalog, SG_CODE_DEPLOYMENT, sg_app_code_name((enum sg_app_code)i),
			sg_app_code_exit((enum sg_app_code)i),
			sg_app_code_text((enum sg_app_code)i));
}

/* A gate that lets pass, and a step that goes on, end nothing. */
static int or_nothing(int exit_code)
{
	return exit_code ? exit_code : SG_CODE_ENDS_NOTHING;
}

static void add_gates(struct catalog *catalog)
{
	for (int i = 0; i < sg_gate_code_count(); i++) {
		enum sg_gate_code code = (enum sg_gate_code)i;

		add(catalog, SG_CODE_GATE, sg_gate_code_name(code),
			or_nothing(sg_gate_state_exit(sg_gate_code_state(code))),
			sg_gate_code_text(code));
	}
}

static void add_promotions(struct catalog *catalog)
{
	const struct sg_promotion_step *step;

	for (int i = 0; (step = sg_promotion_row(i)); i++)
		add(catalog, SG_CODE_PROMOTION, step->code,
			or_nothing(sg_promotion_step_exit(step)), step->sentence);
}

static void add_requests(struct catalog *catalog)
{
	int count;
	const struct sg_mr_status *rows = sg_mr_status_table(&count);

	for (int i = 0; i < count; i++)
		add(catalog, SG_CODE_REQUEST, rows[i].code, SG_CODE_ENDS_NOTHING, rows[i].sentence);
}

static void add_outcomes(struct catalog *catalog)
{
	for (int i = 0; i < sg_outcome_count(); i++)
		add(catalog, SG_CODE_OUTCOME, sg_outcome_name((enum sg_outcome)i),
			sg_outcome_exit((enum sg_outcome)i), sg_outcome_text((enum sg_outcome)i));
}

static void add_warnings(struct catalog *catalog)
{
	for (int i = 0; i < sg_warning_count(); i++)
		add(catalog, SG_CODE_WARNING, sg_warning_name((enum sg_warning)i),
			SG_CODE_ENDS_NOTHING, sg_warning_text((enum sg_warning)i));
}

static void add_checks(struct catalog *catalog)
{
	for (int i = 0; i < sg_doctor_check_count(); i++)
		add(catalog, SG_CODE_CHECK, sg_doctor_check_name((enum sg_doctor_check)i),
			SG_CODE_ENDS_NOTHING, sg_doctor_check_meaning((enum sg_doctor_check)i));
}

const struct sg_code *sg_catalog(struct sg_arena *arena, size_t *ret_count)
{
	struct catalog catalog = {.arena = arena};

	add_errors(&catalog);
	add_deployments(&catalog);
	add_gates(&catalog);
	add_promotions(&catalog);
	add_requests(&catalog);
	add_outcomes(&catalog);
	add_warnings(&catalog);
	add_checks(&catalog);
	*ret_count = catalog.count;
	return catalog.rows;
}
