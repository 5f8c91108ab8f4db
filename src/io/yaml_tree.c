#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/yaml.h"

#define MAX_ANCHORS 256
#define MAX_ALIASED_NODES 10000

struct frame {
	struct sg_yaml_node *node;
	struct sg_yaml_node *last;
	const char *key; /* pending, NULL when the next scalar is one */
	int key_line, key_column;
	size_t weight; /* nodes below, those behind aliases included */
	long anchor;   /* index, or -1 */
};

struct anchor {
	const char *name;
	const struct sg_yaml_node *node;
	size_t weight; /* 0 until the node is complete */
};

struct builder {
	struct sg_arena *arena;
	const char *name;
	bool lenient;
	bool started;
	struct sg_yaml_node *root;
	struct frame stack[SG_YAML_MAX_DEPTH];
	int depth;
	struct anchor anchors[MAX_ANCHORS];
	long anchor_count;
	size_t aliased;
	size_t events;
};

static int refuse(const struct builder *b, const struct sg_yaml_event *event, struct sg_err *err,
	const char *what)
{
	return sg_fail(
		err, SG_R_YAML_INVALID, "%s:%d:%d: %s", b->name, event->line, event->column, what);
}

static struct frame *top(struct builder *b)
{
	return b->depth ? &b->stack[b->depth - 1] : NULL;
}

static bool wants_key(struct builder *b)
{
	const struct frame *f = top(b);

	return f && f->node->kind == SG_NODE_MAP && !f->key;
}

/* Hangs NODE below the open collection, or makes it the root. */
static void attach(struct builder *b, struct sg_yaml_node *node)
{
	struct frame *f = top(b);

	if (!f) {
		b->root = node;
		return;
	}
	node->key = f->key;
	node->key_line = f->key_line;
	node->key_column = f->key_column;
	f->key = NULL;
	if (f->last)
		f->last->next = node;
	else
		f->node->first = node;
	f->last = node;
	f->node->count++;
}

static void complete(struct builder *b, long anchor, size_t weight)
{
	if (anchor >= 0)
		b->anchors[anchor].weight = weight;
	if (top(b))
		top(b)->weight += weight;
}

static struct sg_yaml_node *node_new(
	struct builder *b, enum sg_yaml_node_kind kind, const struct sg_yaml_event *event)
{
	struct sg_yaml_node *node = sg_arena_alloc(b->arena, sizeof(*node));

	node->kind = kind;
	node->style = event->style;
	node->line = event->line;
	node->column = event->column;
	return node;
}

static int note_anchor(struct builder *b, const struct sg_yaml_event *event,
	const struct sg_yaml_node *node, long *ret_index, struct sg_err *err)
{
	*ret_index = -1;
	if (!event->anchor)
		return 0;
	if (b->anchor_count == MAX_ANCHORS)
		return sg_fail(err, SG_R_TOO_LARGE, "%s:%d:%d: more than %d anchors", b->name,
			event->line, event->column, MAX_ANCHORS);
	b->anchors[b->anchor_count] = (struct anchor){
		.name = sg_arena_strdup(b->arena, event->anchor),
		.node = node,
	};
	*ret_index = b->anchor_count++;
	return 0;
}

static int check_plainness(
	const struct builder *b, const struct sg_yaml_event *event, struct sg_err *err)
{
	if (b->lenient)
		return 0;
	if (event->anchor)
		return refuse(b, event, err, "anchors are not accepted here");
	if (event->tag)
		return refuse(b, event, err, "tags are not accepted here");
	return 0;
}

static int take_key(struct builder *b, const struct sg_yaml_event *event, struct sg_err *err)
{
	struct frame *f = top(b);

	if (event->kind != SG_YAML_SCALAR)
		return refuse(b, event, err, "the key of a mapping must be a plain word or a text");
	if (b->lenient && event->style == SG_YAML_PLAIN && sg_str_is(event->value, "<<"))
		return refuse(b, event, err, "merge keys (<<) are not understood here");
	f->key = sg_arena_dup(b->arena, event->value);
	f->key_line = event->line;
	f->key_column = event->column;
	return 0;
}

static int take_scalar(struct builder *b, const struct sg_yaml_event *event, struct sg_err *err)
{
	struct sg_yaml_node *node;
	long anchor;

	if (memchr(event->value.ptr, '\0', event->value.len))
		return refuse(b, event, err, "a text must not hold a NUL");
	if (wants_key(b))
		return take_key(b, event, err);
	node = node_new(b, SG_NODE_SCALAR, event);
	node->value = sg_arena_dup(b->arena, event->value);
	if (note_anchor(b, event, node, &anchor, err) < 0)
		return -1;
	attach(b, node);
	complete(b, anchor, 1);
	return 0;
}

static int take_start(struct builder *b, const struct sg_yaml_event *event, struct sg_err *err)
{
	bool map = event->kind == SG_YAML_MAP_START;
	struct sg_yaml_node *node;
	long anchor;

	if (wants_key(b))
		return take_key(b, event, err);
	node = node_new(b, map ? SG_NODE_MAP : SG_NODE_SEQ, event);
	if (note_anchor(b, event, node, &anchor, err) < 0)
		return -1;
	attach(b, node);
	b->stack[b->depth++] = (struct frame){.node = node, .weight = 1, .anchor = anchor};
	return 0;
}

static int take_alias(struct builder *b, const struct sg_yaml_event *event, struct sg_err *err)
{
	const struct anchor *hit = NULL;
	struct sg_yaml_node *node;

	if (!b->lenient)
		return refuse(b, event, err, "aliases are not accepted here");
	if (wants_key(b))
		return take_key(b, event, err);
	for (long i = b->anchor_count - 1; i >= 0 && !hit; i--)
		if (sg_str_is(event->value, b->anchors[i].name))
			hit = &b->anchors[i];
	if (!hit)
		return refuse(b, event, err, "the alias names no anchor before it");
	if (hit->weight == 0)
		return refuse(b, event, err, "the alias stands inside its own anchor");
	b->aliased += hit->weight;
	if (b->aliased > MAX_ALIASED_NODES)
		return sg_fail(err, SG_R_TOO_LARGE,
			"%s:%d:%d: aliases stand for more than %d nodes", b->name, event->line,
			event->column, MAX_ALIASED_NODES);
	node = sg_arena_alloc(b->arena, sizeof(*node));
	*node = *hit->node;
	node->next = NULL;
	node->line = event->line;
	node->column = event->column;
	attach(b, node);
	complete(b, -1, hit->weight);
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct sg_yaml_node *x = *(const struct sg_yaml_node *const *)a;
	const struct sg_yaml_node *y = *(const struct sg_yaml_node *const *)b;
	int order = strcmp(x->key, y->key);

	if (order != 0)
		return order;
	if (x->key_line != y->key_line)
		return x->key_line < y->key_line ? -1 : 1;
	return (x->key_column > y->key_column) - (x->key_column < y->key_column);
}

static int check_duplicates(
	const struct builder *b, const struct sg_yaml_node *map, struct sg_err *err)
{
	SG_AUTO(sg_free_ptr) const struct sg_yaml_node **sorted = NULL;
	size_t n = 0;

	if (map->count < 2)
		return 0;
	sorted = sg_calloc(map->count, sizeof(struct sg_yaml_node *));
	for (const struct sg_yaml_node *child = map->first; child; child = child->next)
		sorted[n++] = child;
	qsort(sorted, n, sizeof(struct sg_yaml_node *), by_key);
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
			return sg_fail(err, SG_R_YAML_INVALID,
				"%s:%d:%d: the key \"%.80s\" stands twice (first at line %d)",
				b->name, sorted[i]->key_line, sorted[i]->key_column, sorted[i]->key,
				sorted[i - 1]->key_line);
	return 0;
}

static int take_end(struct builder *b, struct sg_err *err)
{
	const struct frame *f = &b->stack[--b->depth];

	complete(b, f->anchor, f->weight);
	return f->node->kind == SG_NODE_MAP ? check_duplicates(b, f->node, err) : 0;
}

static int take_document(struct builder *b, const struct sg_yaml_event *event, struct sg_err *err)
{
	if (b->started)
		return refuse(b, event, err, "a second document begins here; one is expected");
	b->started = true;
	return 0;
}

static int build(void *arg, const struct sg_yaml_event *event, struct sg_err *err)
{
	struct builder *b = arg;

	if (++b->events > SG_YAML_MAX_EVENTS)
		return sg_fail(err, SG_R_TOO_LARGE, "%s:%d:%d: more than %d YAML nodes", b->name,
			event->line, event->column, SG_YAML_MAX_EVENTS);
	if (check_plainness(b, event, err) < 0)
		return -1;
	switch (event->kind) {
	case SG_YAML_DOC_START:
		return take_document(b, event, err);
	case SG_YAML_ALIAS:
		return take_alias(b, event, err);
	case SG_YAML_SCALAR:
		return take_scalar(b, event, err);
	case SG_YAML_SEQ_START:
	case SG_YAML_MAP_START:
		return take_start(b, event, err);
	case SG_YAML_SEQ_END:
	case SG_YAML_MAP_END:
		return take_end(b, err);
	case SG_YAML_STREAM_START:
	case SG_YAML_STREAM_END:
	case SG_YAML_DOC_END:
		break;
	}
	return 0;
}

static bool is_nothing(const struct sg_yaml_node *root)
{
	return !root || (root->kind == SG_NODE_SCALAR && root->style == SG_YAML_PLAIN &&
				root->value[0] == '\0');
}

static int load(struct sg_arena *arena, const char *name, struct sg_str text, bool lenient,
	struct sg_yaml_node **ret_root, struct sg_err *err)
{
	SG_AUTO(sg_free_ptr) struct builder *b = sg_calloc(1, sizeof(*b));

	if (text.len > SG_YAML_MAX_BYTES)
		return sg_fail(err, SG_R_TOO_LARGE, "%s: %zu bytes, more than the %d that are read",
			name, text.len, SG_YAML_MAX_BYTES);
	b->arena = arena;
	b->name = name;
	b->lenient = lenient;
	if (sg_yaml_each(name, text, build, b, err) < 0)
		return -1;
	if (is_nothing(b->root)) {
		b->root = sg_arena_alloc(arena, sizeof(*b->root));
		b->root->kind = SG_NODE_MAP;
		b->root->style = SG_YAML_BLOCK;
		b->root->line = b->root->column = 1;
	}
	*ret_root = b->root;
	return 0;
}

int sg_yaml_load(struct sg_arena *arena, const char *name, struct sg_str text,
	struct sg_yaml_node **ret_root, struct sg_err *err)
{
	return load(arena, name, text, false, ret_root, err);
}

int sg_yaml_load_lenient(struct sg_arena *arena, const char *name, struct sg_str text,
	struct sg_yaml_node **ret_root, struct sg_err *err)
{
	return load(arena, name, text, true, ret_root, err);
}

const struct sg_yaml_node *sg_yaml_get(const struct sg_yaml_node *map, const char *key)
{
	if (!map || map->kind != SG_NODE_MAP)
		return NULL;
	for (const struct sg_yaml_node *child = map->first; child; child = child->next)
		if (strcmp(child->key, key) == 0)
			return child;
	return NULL;
}
