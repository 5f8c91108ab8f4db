#include "edit/keys.h"

#include <stdlib.h>

#include "base/alloc.h"

/* More names than this are not compared for "did you mean". */
#define MAX_CANDIDATES 1000

void sg_edit_keys_release(struct sg_edit_keys *keys)
{
	free(keys->items);
	*keys = (struct sg_edit_keys){0};
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

	while (sg_edit_event(tree, at).kind != SG_YAML_MAP_END) {
		struct sg_yaml_event event = sg_edit_event(tree, at);
		struct sg_edit_key key = {event.value, at, sg_edit_node_end(tree, at)};

		if (event.kind == SG_YAML_ALIAS)
			return sg_edit_refuse(tree, at, SG_R_EDIT_ALIAS, err,
				"an alias stands as a key of the mapping");
		if (event.kind == SG_YAML_SCALAR && event.style == SG_YAML_PLAIN &&
			sg_str_is(event.value, "<<"))
			keys->merge = key.value;
		else if (event.kind == SG_YAML_SCALAR)
			add(keys, key);
		at = sg_edit_node_end(tree, key.value);
	}
	return 0;
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

int sg_edit_refuse_twice(
	const struct sg_edit_tree *tree, size_t first, size_t second, struct sg_err *err)
{
	(void)sg_edit_refuse(tree, second, SG_R_EDIT_DUPLICATE, err,
		"the key \"%.*s\" stands twice (first at line %d)",
		SG_STR_ARG(sg_str_sub(sg_edit_event(tree, second).value, 0, 80)),
		sg_edit_event(tree, first).line);
	return sg_hint(err, "readers differ in which of the two counts; remove one");
}

int sg_edit_keys_find(struct sg_edit_tree *tree, const struct sg_edit_keys *keys, const char *name,
	const struct sg_edit_key **ret, struct sg_err *err)
{
	const struct sg_edit_key *hit = NULL;

	for (size_t i = 0; i < keys->count; i++) {
		if (!sg_str_is(keys->items[i].name, name))
			continue;
		if (hit)
			return sg_edit_refuse_twice(tree, hit->node, keys->items[i].node, err);
		hit = &keys->items[i];
	}
	*ret = hit;
	return 0;
}

int sg_edit_keys_once(struct sg_edit_tree *tree, size_t map, const char *name, struct sg_err *err)
{
	SG_AUTO(sg_edit_keys_release) struct sg_edit_keys keys = {0};
	const struct sg_edit_key *key;

	if (sg_edit_keys_read(tree, map, &keys, err) < 0)
		return -1;
	return sg_edit_keys_find(tree, &keys, name, &key, err);
}

const char *sg_edit_keys_nearest(const struct sg_edit_keys *keys, const char *name)
{
	size_t count = keys->count < MAX_CANDIDATES ? keys->count : MAX_CANDIDATES;
	SG_AUTO(sg_free_ptr) const char **names = sg_calloc(count, sizeof(char *));

	for (size_t i = 0; i < count; i++)
		names[i] = keys->items[i].name.ptr;
	return sg_str_nearest(name, names, count);
}
