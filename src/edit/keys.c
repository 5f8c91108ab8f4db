#include "edit/keys.h"

/* More names than this are not compared for "did you mean". */
#define MAX_CANDIDATES 1000

int sg_edit_refuse_twice(
	const struct sg_edit_tree *tree, size_t first, size_t second, struct sg_err *err)
{
	(void)sg_edit_refuse(tree, second, SG_R_EDIT_DUPLICATE, err,
		"the key \"%.*s\" stands twice (first at line %d)",
		SG_STR_ARG(sg_str_sub(sg_edit_event(tree, second).value, 0, 80)),
		sg_edit_event(tree, first).line);
	return sg_hint(err, "readers differ in which of the two counts; remove one");
}

static bool is_merge(const struct sg_yaml_event *event)
{
	return event->style == SG_YAML_PLAIN && sg_str_is(event->value, "<<");
}

int sg_edit_key_find(struct sg_edit_tree *tree, size_t map, const char *name,
	struct sg_edit_key *ret, struct sg_err *err)
{
	struct sg_edit_key hit = {0};
	size_t at = map + 1, value;

	for (; sg_edit_event(tree, at).kind != SG_YAML_MAP_END;
		at = sg_edit_node_end(tree, value)) {
		struct sg_yaml_event event = sg_edit_event(tree, at);

		value = sg_edit_node_end(tree, at);
		if (event.kind == SG_YAML_ALIAS)
			return sg_edit_refuse(tree, at, SG_R_EDIT_ALIAS, err,
				"an alias stands as a key of the mapping");
		if (event.kind != SG_YAML_SCALAR)
			continue;
		if (is_merge(&event)) {
			hit.merge = value;
		} else if (sg_str_is(event.value, name)) {
			if (hit.node)
				return sg_edit_refuse_twice(tree, hit.node, at, err);
			hit.node = at;
			hit.value = value;
		}
	}
	*ret = hit;
	return 0;
}

const char *sg_edit_key_nearest(
	struct sg_arena *arena, struct sg_edit_tree *tree, size_t map, const char *name)
{
	const char *names[MAX_CANDIDATES];
	size_t count = 0;

	for (size_t at = map + 1;
		sg_edit_event(tree, at).kind != SG_YAML_MAP_END && count < MAX_CANDIDATES;
		at = sg_edit_node_end(tree, sg_edit_node_end(tree, at))) {
		struct sg_yaml_event event = sg_edit_event(tree, at);

		if (event.kind == SG_YAML_SCALAR && !is_merge(&event))
			names[count++] = sg_arena_dup(arena, event.value);
	}
	return sg_str_nearest(name, names, count);
}
