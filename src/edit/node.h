/*
 * A file as its events, walked as a tree without building one: a node is the index of its first
 * event.
 */
#ifndef SG_EDIT_NODE_H
#define SG_EDIT_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "edit/path.h"
#include "io/yaml.h"

/* What an ask says, and hears, about places that an anchor shares. */
struct sg_edit_sharing {
	bool allowed; /* they may change, everywhere */
	int line;     /* of an alias that changes, too; 0: none */
};

struct sg_edit_tree {
	const char *file;
	struct sg_str text;
	struct sg_yaml_events events;
	struct sg_edit_sharing sharing; /* of the ask that is at work */
	size_t visits; /* events looked at: the cost, which must stay linear in the file */
};

/*
 * Reads the events of tree->text; what they need is in the arena. YAML_INVALID, TOO_LARGE, and
 * EDIT_TEMPLATE for {{ x }}, whether that is no YAML or is so by accident: a mapping whose key is a
 * mapping.
 */
int sg_edit_tree_read(
	struct sg_arena *arena, struct sg_edit_tree *tree, struct sg_err *err) SG_MUST_CHECK;

struct sg_yaml_event sg_edit_event(const struct sg_edit_tree *tree, size_t node);

/* The index behind NODE and all that is in it. */
size_t sg_edit_node_end(struct sg_edit_tree *tree, size_t node);

/* The value of the first member KEY of the mapping MAP; 0 when there is none (or no mapping). */
size_t sg_edit_member(struct sg_edit_tree *tree, size_t map, const char *key);

/* The item of LIST behind ITEM, or the first for 0; 0 at the end, and where LIST is no list. */
size_t sg_edit_next_item(struct sg_edit_tree *tree, size_t list, size_t item);

/* The text of the scalar that is member KEY of MAP; the empty view when it is none. */
struct sg_str sg_edit_member_text(struct sg_edit_tree *tree, size_t map, const char *key);

/* ITEM of LIST as a path says it: [name=web] where that is one item, else [INDEX], and false. */
bool sg_edit_put_item(
	struct sg_edit_tree *tree, size_t list, size_t item, size_t index, struct sg_buf *out);

/* A plain scalar that readers take for null: nothing, ~, null. */
bool sg_edit_is_null(const struct sg_yaml_event *event);

/*
 * The root of the document that is meant. Where nothing says which, it is the only one that is not
 * empty. EDIT_DOCUMENTS for several, which are named, EDIT_DUPLICATE for several of that name;
 * KEY_NOT_FOUND for an empty file and for a document that is not there.
 */
int sg_edit_document(struct sg_edit_tree *tree, const struct sg_edit_document *wanted,
	size_t *ret_root, struct sg_err *err) SG_MUST_CHECK;

/* Of the whole file, the empty ones too. */
size_t sg_edit_count_documents(const struct sg_edit_tree *tree);

/* REASON (one of EDIT_*) at the place of an event: "file:line:column: ...". */
int sg_edit_refuse(const struct sg_edit_tree *tree, size_t node, enum sg_reason reason,
	struct sg_err *err, const char *fmt, ...) SG_PRINTF(5, 6);

#endif
