/* A gate as configured; what it means is decided elsewhere. Values are checked by config/. */
#ifndef SG_MODEL_GATE_SPEC_H
#define SG_MODEL_GATE_SPEC_H

#include <stddef.h>
#include <stdint.h>

#define SG_GATE_TYPES(X)                                                                           \
	X(HEALTH, "health")                                                                        \
	X(SOAK, "soak")                                                                            \
	X(APPROVAL, "approval")                                                                    \
	X(FREEZE, "freeze")

enum sg_gate_type {
#define SG_X(name, word) SG_GATE_##name,
	SG_GATE_TYPES(SG_X)
#undef SG_X
};

struct sg_gate_spec {
	enum sg_gate_type type;
	int64_t duration_ms; /* soak */
	int64_t count;       /* approval: how many distinct people */
	const char *const *from;
	size_t from_count;
	const char *const *exclude;
	size_t exclude_count;
	int line, column;
};

/* The word of the configuration. */
const char *sg_gate_type_name(enum sg_gate_type type);

#endif
