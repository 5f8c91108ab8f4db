/* From YAML nodes to a struct, by the table; every contradiction is a finding with its place. */
#ifndef SG_CONFIG_DECODE_H
#define SG_CONFIG_DECODE_H

#include "base/arena.h"
#include "config/schema.h"
#include "io/yaml.h"
#include "model/finding.h"

struct sg_config_notes {
	struct sg_arena *arena;
	const char *file;
	struct sg_findings *findings;
};

/* No more findings are kept than this many; one more says so. */
#define SG_CONFIG_MAX_FINDINGS 100

/* Adds an error at a place. HINT may be NULL; it is copied. */
void sg_config_note(struct sg_config_notes *notes, int line, int column, const char *hint,
	const char *fmt, ...) SG_PRINTF(5, 6);

/*
 * Fills RET_STRUCT, zeroed by the caller and of MAP's size. Lists get exactly one item per node, so
 * the n-th struct belongs to the n-th child, also where it is wrong (zeroed then).
 */
void sg_config_decode(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_map *map, void *ret_struct);

#endif
