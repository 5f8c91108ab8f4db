/* Nodes of a file and the paths to them, told from its events; nothing of edit/ is asked. */
#ifndef TESTS_FUZZ_PATHS_H
#define TESTS_FUZZ_PATHS_H

#include <stdbool.h>

#include "base/buf.h"
#include "io/yaml.h"

/*
 * The path of the node number PICK among those of KIND (SG_YAML_SCALAR that are values,
 * SG_YAML_MAP_START), or of the last one. "" for a mapping that is the root of the only document;
 * one of several documents is named by its number. False when there is none, or its path has a NUL.
 */
bool paths_pick(struct sg_str text, enum sg_yaml_kind kind, unsigned pick, struct sg_buf *path);

/* Appends the step to KEY. */
void paths_add_key(struct sg_buf *path, struct sg_str key);

#endif
