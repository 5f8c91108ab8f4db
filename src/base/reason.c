#include "base/reason.h"

#include "base/attr.h"

static const struct {
	const char *name;
	int exit_code;
	const char *text;
} reasons[] = {
#define SG_X(name, code, text) {#name, code, text},
	SG_REASONS(SG_X)
#undef SG_X
};

const char *sg_reason_name(enum sg_reason reason)
{
	return reasons[reason].name;
}

const char *sg_reason_text(enum sg_reason reason)
{
	return reasons[reason].text;
}

int sg_reason_exit(enum sg_reason reason)
{
	return reasons[reason].exit_code;
}

int sg_reason_count(void)
{
	return (int)SG_COUNT(reasons);
}
