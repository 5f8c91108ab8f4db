#include "edit/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* More names than this are not compared for "did you mean". */
#define MAX_CANDIDATES 1000

void sg_edit_keys_release(struct sg_edit_keys *keys)
{
	free(keys->items);
	*keys = (struct sg_edit_keys){0};
}

static int by_name(const void *a, const void *b)
{
	const struct sg_edit_key *x = *(const struct sg_edit_key *const *)a;
	const struct sg_edit_key *y = *(const struct sg_edit_key *const *)b;
	size_t len = x->name.len < y->name.len ? x->name.len : y->name.len;
	int order = len ? memcmp(x->name.ptr, y->name.ptr, len) : 0;

	if (order == 0 && x->name.len != y->name.len)
		return x->name.len < y->name.len ? -1 : 1;
	return order ? order : (x->node > y->node) - (x->node < y->node);
}

static int check_unique(
	struct sg_edit_tree *tree, const struct sg_edit_keys *keys, struct sg_err *err)
{
	SG_AUTO(sg_free_ptr)
	const struct sg_edit_key **sorted = sg_calloc(keys->count, sizeof(struct sg_edit_key *));

	for (size_t i = 0; i < keys->count; i++)
		sorted[i] = &keys->items[i];
	qsort(sorted, keys->count, sizeof(struct sg_edit_key *), by_name);
	for (size_t i = 1; i < keys->count; i++) {
		if (!sg_str_eq(sorted[i - 1]->name, sorted[i]->name))
			continue;
		(void)sg_edit_refuse(tree, sorted[i]->node, err,
			"the key \"%.*s\" stands twice (first at line %d)",
			SG_STR_ARG(sg_str_sub(sorted[i]->name, 0, 80)),
			sg_edit_event(tree, sorted[i - 1]->node)->line);
		return sg_hint(err, "readers differ in which of the two counts; remove one");
	}
	return 0;
}

static void add(struct sg_edit_keys *keys, struct sg_edit_key key)
{
	if ((keys->count & (keys->count - 1)) == 0)
		keys->items = sg_realloc(
			keys->items, keys->count ? keys->count * 2 : 1, sizeof(*keys->items));
	keys->items[keys->count++] = key;
}

static int collect(
	struct sg_edit_tree *tree, size_t map, struct sg_edit_keys *keys, struct sg_err *err)
{
	size_t at = map + 1;

	while (sg_edit_event(tree, at)->kind != SG_YAML_MAP_END) {
		const struct sg_yaml_event *event = sg_edit_event(tree, at);
		struct sg_edit_key key = {event->value, at, sg_edit_node_end(tree, at)};

		if (event->kind == SG_YAML_ALIAS)
			return sg_edit_refuse(
				tree, at, err, "an alias stands as a key of the mapping");
		if (event->kind == SG_YAML_SCALAR && event->style == SG_YAML_PLAIN &&
			sg_str_is(event->value, "<<"))
			keys->merge = key.value;
		else if (event->kind == SG_YAML_SCALAR)
			add(keys, key);
		at = sg_edit_node_end(tree, key.value);
	}
	return check_unique(tree, keys, err);
}

int sg_edit_keys_read(
	struct sg_edit_tree *tree, size_t map, struct sg_edit_keys *ret, struct sg_err *err)
{
	struct sg_edit_keys keys = {0};

	if (collect(tree, map, &keys, err) < 0) {
		sg_edit_keys_release(&keys);
		return -1;
	}
	*ret = keys;
	return 0;
}

const struct sg_edit_key *sg_edit_keys_find(const struct sg_edit_keys *keys, const char *name)
{
	for (size_t i = 0; i < keys->count; i++)
		if (sg_str_is(keys->items[i].name, name))
			return &keys->items[i];
	return NULL;
}

const char *sg_edit_keys_nearest(const struct sg_edit_keys *keys, const char *name)
{
	size_t count = keys->count < MAX_CANDIDATES ? keys->count : MAX_CANDIDATES;
	SG_AUTO(sg_free_ptr) const char **names = sg_calloc(count, sizeof(char *));

	for (size_t i = 0; i < count; i++)
		names[i] = keys->items[i].name.ptr;
	return sg_str_nearest(name, names, count);
}
