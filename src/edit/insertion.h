/* Inside of edit/insert: how entries look on lines of their own, and inside of { }. */
#ifndef SG_EDIT_INSERTION_H
#define SG_EDIT_INSERTION_H

#include "edit/entries.h"

/* The entry that the new ones are written behind, and like. */
struct sg_edit_neighbour {
	size_t key, value, end;
	struct sg_yaml_event key_event, value_event;
};

struct sg_edit_insertion {
	struct sg_arena *arena;
	struct sg_edit_tree *tree;
	const struct sg_edit_site *site;
	struct sg_edit_splice **splices;
	size_t *count;
};

/* How an entry looks behind N, inside of { }, and where it goes; KEY is for messages. */
int sg_edit_look_in_flow(const struct sg_edit_insertion *in, const struct sg_edit_neighbour *n,
	const char *key, struct sg_edit_look *ret, struct sg_edit_splice *splice,
	struct sg_err *err) SG_MUST_CHECK;

/* The same in {} and { }. */
int sg_edit_look_in_braces(const struct sg_edit_insertion *in, const char *key,
	struct sg_edit_look *ret, struct sg_edit_splice *splice, struct sg_err *err) SG_MUST_CHECK;

/* EDIT_NO_FIELD at NODE. */
int sg_edit_no_field(const struct sg_edit_insertion *in, size_t node, const char *key,
	const char *why, struct sg_err *err);

#endif
