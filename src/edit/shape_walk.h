/* Inside of edit/shapes: the walk and what its looks at mappings and lists share. */
#ifndef SG_EDIT_SHAPE_WALK_H
#define SG_EDIT_SHAPE_WALK_H

#include "base/buf.h"
#include "edit/markers.h"
#include "edit/node.h"
#include "edit/shapes.h"

enum { SG_SHAPE_PATH_MAX_BYTES = 1024 }; /* what a path can have (edit/path.h) */

/* How a node was come to. */
struct sg_shape_up {
	const struct sg_shape_up *up; /* of the collection that it stands in; NULL: a root */
	struct sg_str key;            /* the key it is the value of; "" in a list */
	size_t node;                  /* the collection; of a value: itself */
	struct sg_str registry;       /* that images without one of their own come from */
};

struct sg_shape_walk {
	struct sg_arena *arena;   /* of the answer */
	struct sg_arena *scratch; /* of the walk */
	struct sg_edit_tree *tree;
	struct sg_buf path; /* of the node that is looked at */
	size_t prefix; /* bytes of it before the first key: the document, the text that holds it */
	int nested;    /* texts of YAML that are entered */
	/* Of the tree's first line in the file, less one; FIXED: all of it is on that line. */
	int line;
	bool fixed;
	size_t used_max_bytes; /* of the arena */
	bool too_large;
	struct sg_edit_shapes out;
	struct sg_str only; /* repository of the shapes that are wanted; empty: all are */
	struct sg_edit_markers *markers; /* NULL: shapes are looked for, else only markers */
};

/* The names that mean something in a mapping. */
enum sg_shape_name {
	SG_NAME_IMAGE,
	SG_NAME_REGISTRY,
	SG_NAME_REPOSITORY,
	SG_NAME_TAG,
	SG_NAME_DIGEST,
	SG_NAME_IMAGE_TAG,
	SG_NAME_NAME,
	SG_NAME_NEW_NAME,
	SG_NAME_NEW_TAG,
	SG_NAME_KIND,
	SG_NAME_GLOBAL,
	SG_NAME_COUNT
};

const char *sg_shape_name(enum sg_shape_name name);

struct sg_shape_keys {
	size_t value[SG_NAME_COUNT]; /* 0: there is none */
	size_t key[SG_NAME_COUNT];
	size_t twice[SG_NAME_COUNT]; /* the second key of that name; 0: there is none */
};

int sg_shape_walk(struct sg_arena *arena, struct sg_edit_tree *tree, struct sg_str only,
	struct sg_edit_markers *markers, struct sg_edit_shapes *ret,
	struct sg_err *err) SG_MUST_CHECK;

void sg_shape_keys_read(struct sg_edit_tree *tree, size_t map, struct sg_shape_keys *ret);

/* The text of a scalar; "" for 0, null and whatever is no scalar. */
struct sg_str sg_shape_text(const struct sg_shape_walk *w, size_t node);

/* The path of the member NAME of the node that is looked at; NULL: of the node itself. */
const char *sg_shape_path_of(struct sg_shape_walk *w, const char *name);

/* Appends the key to the path; returns how long that was. */
size_t sg_shape_push_key(struct sg_shape_walk *w, struct sg_str key);

/* Appends the item to the path; true when its `name` says which it is. pop() goes back to LEN. */
bool sg_shape_push_item(struct sg_shape_walk *w, size_t list, size_t item, size_t index);
void sg_shape_pop(struct sg_shape_walk *w, size_t len);

/* "registry/repository"; GLOBAL only where neither names a registry. In the scratch arena. */
struct sg_str sg_shape_join(struct sg_shape_walk *w, struct sg_str global, struct sg_str registry,
	struct sg_str repository);

/* The line of an event in the file. */
int sg_shape_line(const struct sg_shape_walk *w, const struct sg_yaml_event *event);

/*
 * A row for NODE, which the path names (its member NAME unless that is NULL). REPOSITORY: "" where
 * it is unknown. NULL when it is another one than is looked for.
 */
struct sg_edit_shape *sg_shape_add(struct sg_shape_walk *w, enum sg_edit_shape_kind kind,
	size_t node, const char *name, struct sg_str repository);

/* NODE, the member NAME of what the path names; none for 0 and what is no scalar. */
struct sg_edit_scalar sg_shape_field(struct sg_shape_walk *w, size_t node, const char *name);

/* What fields say: TAG may have the digest behind it; DIGEST counts when it is one. */
void sg_shape_note_version(struct sg_shape_walk *w, struct sg_edit_shape *row, struct sg_str tag,
	struct sg_str digest);

void sg_shape_look_at_map(struct sg_shape_walk *w, const struct sg_shape_up *up,
	const struct sg_shape_keys *keys, size_t map);

/* An item under `images` that is a mapping; UNIQUE: no other has its `name`; KUSTOMIZE: that is
 * what the list is for. False: it is no entry of a kustomization. */
bool sg_shape_look_at_entry(struct sg_shape_walk *w, const struct sg_shape_keys *keys, size_t item,
	bool unique, bool kustomize);

/* `parameters` of a Helm source of Argo CD. */
void sg_shape_look_at_parameters(
	struct sg_shape_walk *w, const struct sg_shape_up *up, size_t list);

/* A scalar that is a value, and the comment behind it. */
void sg_shape_look_at_marker(struct sg_shape_walk *w, const struct sg_shape_up *up, size_t node);

/* An item under `images` that is a text; KUSTOMIZE: [OLD=]NEW[:TAG][@DIGEST]. */
void sg_shape_look_at_listed(struct sg_shape_walk *w, size_t item, bool kustomize);

#endif
