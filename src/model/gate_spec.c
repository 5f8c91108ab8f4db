#include "model/gate_spec.h"

const char *sg_gate_type_name(enum sg_gate_type type)
{
	static const char *const names[] = {
#define SG_X(name, word) [SG_GATE_##name] = word,
		SG_GATE_TYPES(SG_X)
#undef SG_X
	};

	return names[type];
}
