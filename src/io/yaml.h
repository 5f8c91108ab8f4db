/*
 * Reading YAML by libyaml, in two views of the same parse: the events with their byte ranges (for
 * exact edits) and a tree of nodes with line and column (for configuration). Caps of security.md
 * 4.6 for the tree: 4 MiB, depth 64, 200,000 events. Events may come from larger files that others
 * wrote: memory is what bounds them. Aliases are never expanded. UTF-8 only, with or without a byte
 * order mark. Lines end as libyaml counts them: LF, CRLF, lone CR, NEL, LS and PS.
 */
#ifndef SG_IO_YAML_H
#define SG_IO_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

enum sg_yaml_kind {
	SG_YAML_STREAM_START,
	SG_YAML_STREAM_END,
	SG_YAML_DOC_START,
	SG_YAML_DOC_END,
	SG_YAML_ALIAS,
	SG_YAML_SCALAR,
	SG_YAML_SEQ_START,
	SG_YAML_SEQ_END,
	SG_YAML_MAP_START,
	SG_YAML_MAP_END
};

enum sg_yaml_style {
	SG_YAML_NONE,
	SG_YAML_PLAIN,
	SG_YAML_SINGLE_QUOTED,
	SG_YAML_DOUBLE_QUOTED,
	SG_YAML_LITERAL,
	SG_YAML_FOLDED,
	SG_YAML_BLOCK, /* of sequences and mappings */
	SG_YAML_FLOW
};

struct sg_yaml_event {
	enum sg_yaml_kind kind;
	enum sg_yaml_style style;
	bool implicit;       /* document start/end without marker; node without an explicit tag */
	struct sg_str value; /* scalar content; alias: the anchor's name */
	const char *anchor;  /* NULL when absent */
	const char *tag;     /* NULL when absent */
	size_t start, end;   /* BYTE offsets into the text (libyaml itself counts characters) */
	int line, column;    /* of start; from 1; column in characters */
	int end_line;
};

enum { SG_YAML_MAX_BYTES = 4 * 1024 * 1024, SG_YAML_MAX_DEPTH = 64, SG_YAML_MAX_EVENTS = 200000 };

/* Of events: the largest file, and what such a file before and after an edit and the events of one
 * parse may take together. */
enum { SG_YAML_EDIT_MAX_BYTES = 12 * 1024 * 1024, SG_YAML_EDIT_MEMORY_BYTES = 56 * 1024 * 1024 };

/*
 * Calls EACH for every event in order; value, anchor and tag live only during the call. Ends with
 * -1 as soon as EACH returns -1 (which has set the error then). Errors as sg_yaml_parse().
 */
int sg_yaml_each(const char *name, struct sg_str text,
	int (*each)(void *arg, const struct sg_yaml_event *event, struct sg_err *err), void *arg,
	struct sg_err *err) SG_MUST_CHECK;

/* All events of a text, in 3 to 8 bytes each. */
struct sg_yaml_events {
	struct sg_yaml_store *store;
	size_t count;
};

/*
 * Keeps the events of TEXT, which must live as long as they do. NAME is for messages:
 * "apps/web/values.yaml:3:7: ...". YAML_INVALID; TOO_LARGE for a file above SG_YAML_EDIT_MAX_BYTES,
 * nesting above SG_YAML_MAX_DEPTH, and where the events would take more memory than is left.
 */
int sg_yaml_parse(struct sg_arena *arena, const char *name, struct sg_str text,
	struct sg_yaml_events *ret_events, struct sg_err *err) SG_MUST_CHECK;

/*
 * The event number INDEX. Its value is a view of the text or of memory of the arena, NOT
 * NUL-terminated; both live on when the next event is asked for. In order, each is found at once;
 * out of order after at most 64 others.
 */
struct sg_yaml_event sg_yaml_at(struct sg_yaml_events events, size_t index);

/* The index behind INDEX and, where a collection starts there, behind its end. */
size_t sg_yaml_behind(struct sg_yaml_events events, size_t index);

/* Bytes of the line end that TEXT begins with, as libyaml counts lines; 0: it begins with none. */
size_t sg_yaml_line_end(struct sg_str text);

/* Whether a sequence or mapping begins, or ends, with an event of this kind. */
bool sg_yaml_is_start(enum sg_yaml_kind kind);
bool sg_yaml_is_end(enum sg_yaml_kind kind);

/* A scalar behind | or >. */
bool sg_yaml_is_block_scalar(enum sg_yaml_style style);

/* ---- the tree of one document ---- */

enum sg_yaml_node_kind { SG_NODE_SCALAR, SG_NODE_SEQ, SG_NODE_MAP };

struct sg_yaml_node {
	enum sg_yaml_node_kind kind;
	enum sg_yaml_style style;
	const char *value; /* scalar, NUL-terminated; a NUL inside is refused */
	const char *key;   /* this node's key where the parent is a mapping */
	int line, column;
	int key_line, key_column;
	struct sg_yaml_node *first; /* children, in order */
	struct sg_yaml_node *next;
	size_t count;
};

/*
 * The single document of TEXT. Duplicate keys, aliases, anchors, tags, keys that are no scalars and
 * a second document are refused with name:line:column (YAML_INVALID). An empty text gives an empty
 * mapping.
 */
int sg_yaml_load(struct sg_arena *arena, const char *name, struct sg_str text,
	struct sg_yaml_node **ret_root, struct sg_err *err) SG_MUST_CHECK;

/* As above, but anchors, aliases (as copies by reference, bounded) and tags are accepted: for files
 * that others wrote, such as a kubeconfig. */
int sg_yaml_load_lenient(struct sg_arena *arena, const char *name, struct sg_str text,
	struct sg_yaml_node **ret_root, struct sg_err *err) SG_MUST_CHECK;

/* The member KEY of a mapping, or NULL. */
const struct sg_yaml_node *sg_yaml_get(const struct sg_yaml_node *map, const char *key);

#endif
