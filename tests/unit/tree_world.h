/* A repository in memory: a tree source over a few texts. */
#ifndef TREE_WORLD_H
#define TREE_WORLD_H

#include "model/source.h"

struct tree_file {
	const char *path;
	const char *text; /* NULL: a symbolic link */
};

struct tree_world {
	struct sg_tree_source source;
	const struct tree_file *files; /* a NULL path ends them */
	size_t reads, lists;
};

void tree_world_init(struct tree_world *world, const struct tree_file *files);

#endif
