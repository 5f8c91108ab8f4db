/* What a scalar says, as YAML's rules for one line have it; no parser is asked. */
#ifndef TESTS_FUZZ_WRITTEN_H
#define TESTS_FUZZ_WRITTEN_H

#include <stdbool.h>

#include "base/buf.h"

/* A value for an edit. PLAIN: every reader takes it for that text without quotes. */
struct written_value {
	const char *text;
	bool plain;
};

extern const struct written_value written_values[];
extern const size_t written_values_count;

/* Whether BYTES, in quotes or not, say VALUE for every reader. */
bool written_says(struct sg_str bytes, const struct written_value *value);

#endif
