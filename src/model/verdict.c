#include "model/verdict.h"

const char *sg_gate_phase_name(enum sg_gate_phase phase)
{
	static const char *const names[] = {
#define SG_X(name, word) [SG_PHASE_##name] = word,
		SG_GATE_PHASES(SG_X)
#undef SG_X
	};

	return names[phase];
}

bool sg_gate_type_in_phase(enum sg_gate_type type, enum sg_gate_phase phase)
{
	static const bool in_phases[][2] = {
		[SG_GATE_HEALTH] = {[SG_PHASE_PUBLISH] = true, [SG_PHASE_MERGE] = true},
		[SG_GATE_SOAK] = {[SG_PHASE_PUBLISH] = true},
		[SG_GATE_APPROVAL] = {[SG_PHASE_MERGE] = true},
		[SG_GATE_FREEZE] = {[SG_PHASE_PUBLISH] = true, [SG_PHASE_MERGE] = true},
	};

	return in_phases[type][phase];
}

static const struct {
	const char *name;
	int exit_code;
} states[] = {
#define SG_X(name, word, code) [SG_VERDICT_##name] = {word, code},
	SG_GATE_STATES(SG_X)
#undef SG_X
};

const char *sg_gate_state_name(enum sg_gate_state state)
{
	return states[state].name;
}

int sg_gate_state_exit(enum sg_gate_state state)
{
	return states[state].exit_code;
}

enum sg_gate_state sg_gates_worst(const struct sg_gate_verdict *verdicts, size_t count)
{
	enum sg_gate_state worst = SG_VERDICT_PASS;

	for (size_t i = 0; i < count; i++)
		if (verdicts[i].state > worst)
			worst = verdicts[i].state;
	return worst;
}

const struct sg_gate_verdict *sg_gates_blocker(const struct sg_gate_verdict *verdicts, size_t count)
{
	enum sg_gate_state worst = sg_gates_worst(verdicts, count);

	for (size_t i = 0; i < count && sg_gate_state_exit(worst) != 0; i++)
		if (verdicts[i].state == worst)
			return &verdicts[i];
	return NULL;
}

int64_t sg_gates_next_look(const struct sg_gate_verdict *verdicts, size_t count)
{
	int64_t next = 0;

	for (size_t i = 0; i < count; i++) {
		int64_t look = verdicts[i].next_look_unix_s;

		if (verdicts[i].state == SG_VERDICT_WAIT && look > 0 && (next == 0 || look < next))
			next = look;
	}
	return next;
}
