/*
 * What is found by a text: a crit-bit tree. To look one up costs the length of the text, however
 * many there are and whoever chose them.
 */
#ifndef SG_BASE_NAMES_H
#define SG_BASE_NAMES_H

#include <stddef.h>

#include "base/arena.h"

struct sg_names_node;

/* A zeroed struct is empty. */
struct sg_names {
	struct sg_names_node *root;
	size_t count;
};

/* What was put under NAME; NULL: nothing was. */
void *sg_names_get(const struct sg_names *names, const char *name);

/* NAME, which nothing was put under before, is copied; VALUE, not NULL, stays the caller's. */
void sg_names_put(struct sg_arena *arena, struct sg_names *names, const char *name, void *value);

#endif
