/* Why something that a decision needs could not be read. */
#ifndef SG_MODEL_TROUBLE_H
#define SG_MODEL_TROUBLE_H

#include <stdbool.h>

struct sg_trouble {
	const char *words; /* NULL: there is none */
	bool passes;       /* by its nature: a server that is away, too slow or too busy */
};

#endif
