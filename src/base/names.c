#include "base/names.h"

#include <string.h>

#include "base/err.h"

/* A leaf has a name; a fork parts the names that differ first in that bit. */
struct sg_names_node {
	const char *name; /* NULL: a fork */
	void *value;
	size_t byte;
	unsigned bit;
	struct sg_names_node *side[2];
};

/* Behind its end a name is zeros, as at its end. */
static unsigned char byte_at(const char *name, size_t len, size_t at)
{
	return at < len ? (unsigned char)name[at] : 0;
}

static size_t side_of(const struct sg_names_node *fork, const char *name, size_t len)
{
	return (byte_at(name, len, fork->byte) & fork->bit) != 0;
}

/* The only leaf that may have this name. */
static struct sg_names_node *leaf_for(struct sg_names_node *node, const char *name, size_t len)
{
	while (node && !node->name)
		node = node->side[side_of(node, name, len)];
	return node;
}

void *sg_names_get(const struct sg_names *names, const char *name)
{
	const struct sg_names_node *leaf = leaf_for(names->root, name, strlen(name));

	return leaf && strcmp(leaf->name, name) == 0 ? leaf->value : NULL;
}

/* The first bit in which the two differ. */
static void find_fork(struct sg_names_node *fork, const char *a, const char *b)
{
	unsigned differ;

	while (a[fork->byte] == b[fork->byte]) {
		if (a[fork->byte] == '\0')
			SG_BUG("name is known");
		fork->byte++;
	}
	differ = (unsigned char)a[fork->byte] ^ (unsigned char)b[fork->byte];
	for (fork->bit = 0x80; !(differ & fork->bit); fork->bit >>= 1)
		;
}

static bool is_before(const struct sg_names_node *a, const struct sg_names_node *b)
{
	return a->byte != b->byte ? a->byte < b->byte : a->bit > b->bit;
}

void sg_names_put(struct sg_arena *arena, struct sg_names *names, const char *name, void *value)
{
	struct sg_names_node *leaf = sg_arena_calloc(arena, 1, sizeof(*leaf)), *fork, *near;
	struct sg_names_node **at = &names->root;
	size_t len = strlen(name), side;

	leaf->name = sg_arena_strdup(arena, name);
	leaf->value = value;
	names->count++;
	near = leaf_for(names->root, name, len);
	if (!near) {
		names->root = leaf;
		return;
	}
	fork = sg_arena_calloc(arena, 1, sizeof(*fork));
	find_fork(fork, name, near->name);
	while (!(*at)->name && is_before(*at, fork))
		at = &(*at)->side[side_of(*at, name, len)];
	side = side_of(fork, name, len);
	fork->side[side] = leaf;
	fork->side[!side] = *at;
	*at = fork;
}
