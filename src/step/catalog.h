/*
 * Every code that a run can end with or a report can name, over all tables of the house. A name
 * that stands in several tables (the error BRANCH_BUSY is a step of a promotion, too) is one row.
 */
#ifndef SG_STEP_CATALOG_H
#define SG_STEP_CATALOG_H

#include <stddef.h>

#include "base/arena.h"

/* X(NAME, what a code of this kind is about), in the order of the catalog. */
#define SG_CODE_KINDS(X)                                                                           \
	X(ERROR, "error")                                                                          \
	X(DEPLOYMENT, "deployment")                                                                \
	X(GATE, "gate")                                                                            \
	X(PROMOTION, "promotion")                                                                  \
	X(REQUEST, "merge request")                                                                \
	X(OUTCOME, "outcome")                                                                      \
	X(WARNING, "warning")                                                                      \
	X(CHECK, "check of doctor")

enum sg_code_kind {
#define SG_X(name, word) SG_CODE_##name,
	SG_CODE_KINDS(SG_X)
#undef SG_X
		SG_CODE_KIND_COUNT
};

const char *sg_code_kind_name(enum sg_code_kind kind);

/* Of a code that ends no run: it is named beside the one that does. */
#define SG_CODE_ENDS_NOTHING (-1)

struct sg_code {
	const char *name;
	unsigned kinds; /* 1u << enum sg_code_kind */
	int exit_code;
	const char *text; /* the sentence of its table, of its first kind */
};

/* By kind, and within a kind in the order of its table. */
const struct sg_code *sg_catalog(struct sg_arena *arena, size_t *ret_count);

#endif
