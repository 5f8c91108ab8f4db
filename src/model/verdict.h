/* The answer of one gate, and of several. */
#ifndef SG_MODEL_VERDICT_H
#define SG_MODEL_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/gate_spec.h"

/* Publish gates are decided before the commit or merge request is made, merge gates immediately
 * before our own merge call. */
#define SG_GATE_PHASES(X)                                                                          \
	X(PUBLISH, "publish")                                                                      \
	X(MERGE, "merge")

enum sg_gate_phase {
#define SG_X(name, word) SG_PHASE_##name,
	SG_GATE_PHASES(SG_X)
#undef SG_X
};

const char *sg_gate_phase_name(enum sg_gate_phase phase);

/* Is a gate of that type decided in that phase? health, freeze: both; soak: publish; approval:
 * merge. */
bool sg_gate_type_in_phase(enum sg_gate_type type, enum sg_gate_phase phase);

/* From good to bad. X(NAME, word, exit code of a run that ends with it) */
#define SG_GATE_STATES(X)                                                                          \
	X(PASS, "pass", 0)                                                                         \
	X(LATER, "later", 0)   /* decided in the other phase */                                    \
	X(WAIT, "wait", 75)    /* time, a machine or a person can make it pass */                  \
	X(CLOSED, "closed", 1) /* stays so until somebody changes something */

enum sg_gate_state {
#define SG_X(name, word, code) SG_VERDICT_##name,
	SG_GATE_STATES(SG_X)
#undef SG_X
};

const char *sg_gate_state_name(enum sg_gate_state state);
int sg_gate_state_exit(enum sg_gate_state state);

struct sg_gate_verdict {
	enum sg_gate_type type;
	enum sg_gate_phase phase; /* the one it was decided in */
	enum sg_gate_state state;
	const char *code;         /* stable: "SOAKING", "APPROVALS_MISSING", "FROZEN" */
	const char *sentence;     /* why, in words */
	const char *observed;     /* "12m", "1 of 2: @manager-1"; "" when there is nothing */
	const char *expected;     /* "30m", "2 of @platform/release-managers" */
	int64_t since_unix_s;     /* since when it is so; 0: unknown */
	int64_t next_look_unix_s; /* when it can be another; 0: unknown */
};

/* The worst of them; PASS when there are none. */
enum sg_gate_state sg_gates_worst(const struct sg_gate_verdict *verdicts, size_t count);

/* The first of the worst that do not let pass: the one to be named. NULL when all do. */
const struct sg_gate_verdict *sg_gates_blocker(
	const struct sg_gate_verdict *verdicts, size_t count);

/* The earliest next look of those that wait; 0: none says. */
int64_t sg_gates_next_look(const struct sg_gate_verdict *verdicts, size_t count);

#endif
