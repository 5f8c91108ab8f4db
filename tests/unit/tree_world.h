/* A repository in memory: a tree source over a few texts. */
#ifndef TREE_WORLD_H
#define TREE_WORLD_H

#include "base/names.h"
#include "model/source.h"

struct tree_file {
	const char *path;
	const char *text; /* NULL: a symbolic link */
};

struct tree_world {
	struct sg_tree_source source;
	const struct tree_file *files; /* a NULL path ends them */
	bool broken;                   /* nothing can be read: LOCAL_IO */
	size_t reads, lists;
	struct sg_arena *arena; /* NULL: what is asked for is not counted by path */
	struct sg_names asked;
	size_t most; /* times that one text was read, or one folder listed */
};

void tree_world_init(struct tree_world *world, const struct tree_file *files);

#endif
