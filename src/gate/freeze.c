#include "model/freeze.h"
#include "gate/decide.h"

/* GitLab's freeze periods, at the moment of the push and of the merge. */

static void say_frozen(
	const struct sg_freeze_answer *answer, struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	sg_gate_say(ret, arena, SG_GATE_CODE_FROZEN, "%s", answer->reason);
	ret->observed = answer->until_unix_s ? sg_arena_printf(arena, "frozen until %s",
						       sg_gate_time(arena, answer->until_unix_s))
					     : "frozen";
	ret->since_unix_s = answer->since_unix_s;
	ret->next_look_unix_s = answer->opens_unix_s;
}

void sg_gate_freeze(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	const struct sg_gate_freezes *freezes = facts->freezes;
	struct sg_freeze_answer answer;

	(void)spec;
	ret->expected = "no freeze period";
	if (freezes->trouble.words) {
		sg_gate_say(ret, arena,
			freezes->trouble.passes ? SG_GATE_CODE_FREEZE_NOT_ANSWERED
						: SG_GATE_CODE_FREEZE_UNREADABLE,
			"the freeze periods cannot be read: %s", freezes->trouble.words);
		ret->next_look_unix_s = sg_gate_again(facts, &freezes->trouble);
		return;
	}
	sg_freeze_eval(freezes->periods, freezes->count, facts->now_unix_s, &answer);
	switch (answer.state) {
	case SG_FREEZE_FROZEN:
		say_frozen(&answer, arena, ret);
		return;
	case SG_FREEZE_OPEN:
		sg_gate_say(ret, arena, SG_GATE_CODE_NOT_FROZEN, "%s", answer.reason);
		ret->observed = "open";
		return;
	case SG_FREEZE_UNKNOWN:
		break;
	}
	sg_gate_say(ret, arena, SG_GATE_CODE_FREEZE_UNREADABLE, "%s", answer.reason);
}
