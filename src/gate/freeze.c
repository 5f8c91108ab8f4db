#include "gate/decide.h"

/* Until cron expressions can be evaluated, a freeze gate stays closed. */
void sg_gate_freeze(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	(void)spec;
	(void)facts;
	sg_gate_say(ret, arena, SG_VERDICT_CLOSED, SG_GATE_CODE_FREEZE_UNREADABLE,
		"freeze periods cannot be evaluated");
}
