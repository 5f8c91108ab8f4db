#include "gate/code.h"

#include "base/attr.h"

static const struct {
	const char *name;
	enum sg_gate_state state;
	const char *text;
} codes[] = {
#define SG_X(name, state, text) [SG_GATE_CODE_##name] = {#name, SG_VERDICT_##state, text},
	SG_GATE_CODES(SG_X)
#undef SG_X
};

const char *sg_gate_code_name(enum sg_gate_code code)
{
	return codes[code].name;
}

enum sg_gate_state sg_gate_code_state(enum sg_gate_code code)
{
	return codes[code].state;
}

const char *sg_gate_code_text(enum sg_gate_code code)
{
	return codes[code].text;
}

int sg_gate_code_count(void)
{
	return (int)SG_COUNT(codes);
}
