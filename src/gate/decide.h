/* What each gate's file gives to the table in gate.c, and what they share. */
#ifndef SG_GATE_DECIDE_H
#define SG_GATE_DECIDE_H

#include "gate/code.h"
#include "gate/gate.h"

/*
 * Each fills state, code, sentence, observed, expected, since and next look; type and phase stand
 * there already, and the strings are "" and the times 0. It is called in a phase of its gate only,
 * and with the facts that the gate needs there.
 */
void sg_gate_health(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret);
void sg_gate_soak(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret);
void sg_gate_approval(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret);
void sg_gate_freeze(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret);

/* When to look again after a trouble that passes; 0: it does not, or nobody knows the time. */
int64_t sg_gate_again(const struct sg_gate_facts *facts, const struct sg_trouble *trouble);

/* The code, its state and a formatted sentence. */
void sg_gate_say(struct sg_gate_verdict *verdict, struct sg_arena *arena, enum sg_gate_code code,
	const char *fmt, ...) SG_PRINTF(4, 5);

/* "2026-02-03T04:05:06Z" */
const char *sg_gate_time(struct sg_arena *arena, int64_t unix_s);

/* "1h 5m" */
const char *sg_gate_span(struct sg_arena *arena, int64_t ms);

#endif
