/* One field of a cron expression: a list of values, ranges and steps. For cron.c. */
#ifndef SG_MODEL_CRON_FIELD_H
#define SG_MODEL_CRON_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct sg_cron_field {
	bool any;           /* *, or a list with one */
	uint64_t values;    /* bit N is the value N */
	uint64_t from_end;  /* day of month: bit N is the day -N */
	int nth[7];         /* day of week */
	unsigned every_nth; /* day of week: bit N, named without a number */
};

#define SG_CRON_FIELDS(X)                                                                          \
	X(MINUTE, 0, 59)                                                                           \
	X(HOUR, 0, 23)                                                                             \
	X(DAY, 1, 31)                                                                              \
	X(MONTH, 1, 12)                                                                            \
	X(WEEKDAY, 0, 6)

enum sg_cron_field_kind {
#define SG_X(name, min, max) SG_CRON_##name,
	SG_CRON_FIELDS(SG_X)
#undef SG_X
};

/* False: refused, with a sentence. */
bool sg_cron_field_parse(enum sg_cron_field_kind kind, struct sg_str text,
	struct sg_cron_field *ret, const char **ret_why);

#endif
