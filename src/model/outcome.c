#include "model/outcome.h"

#include "base/attr.h"

static const struct {
	const char *name;
	int exit_code;
	const char *text;
} outcomes[] = {
#define SG_X(name, code, text) {#name, code, text},
	SG_OUTCOMES(SG_X)
#undef SG_X
};

static const struct {
	const char *name;
	const char *text;
} warnings[] = {
#define SG_X(name, text) {#name, text},
	SG_WARNINGS(SG_X)
#undef SG_X
};

const char *sg_outcome_name(enum sg_outcome outcome)
{
	return outcomes[outcome].name;
}

const char *sg_outcome_text(enum sg_outcome outcome)
{
	return outcomes[outcome].text;
}

int sg_outcome_exit(enum sg_outcome outcome)
{
	return outcomes[outcome].exit_code;
}

int sg_outcome_count(void)
{
	return (int)SG_COUNT(outcomes);
}

const char *sg_warning_name(enum sg_warning warning)
{
	return warnings[warning].name;
}

const char *sg_warning_text(enum sg_warning warning)
{
	return warnings[warning].text;
}

int sg_warning_count(void)
{
	return (int)SG_COUNT(warnings);
}
