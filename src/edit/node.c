#include "edit/node.h"

#include <stdarg.h>
#include <stdio.h>

#define NAMED_ITEMS_MAX 200

struct sg_yaml_event sg_edit_event(const struct sg_edit_tree *tree, size_t node)
{
	return sg_yaml_at(tree->events, node);
}

size_t sg_edit_node_end(struct sg_edit_tree *tree, size_t node)
{
	tree->visits++;
	return sg_yaml_behind(tree->events, node);
}

size_t sg_edit_member(struct sg_edit_tree *tree, size_t map, const char *key)
{
	size_t at = map + 1;

	if (sg_edit_event(tree, map).kind != SG_YAML_MAP_START)
		return 0;
	while (sg_edit_event(tree, at).kind != SG_YAML_MAP_END) {
		struct sg_yaml_event event = sg_edit_event(tree, at);
		size_t value = sg_edit_node_end(tree, at);

		if (event.kind == SG_YAML_SCALAR && sg_str_is(event.value, key))
			return value;
		at = sg_edit_node_end(tree, value);
	}
	return 0;
}

size_t sg_edit_next_item(struct sg_edit_tree *tree, size_t list, size_t item)
{
	size_t at = item ? sg_edit_node_end(tree, item) : list + 1;

	if (!item && sg_edit_event(tree, list).kind != SG_YAML_SEQ_START)
		return 0;
	return sg_edit_event(tree, at).kind == SG_YAML_SEQ_END ? 0 : at;
}

/* Whether NAME is the `name` of just one item. */
static bool is_unique(struct sg_edit_tree *tree, size_t list, struct sg_str name)
{
	size_t same = 0, count = 0;

	for (size_t at = 0; (at = sg_edit_next_item(tree, list, at)) != 0;) {
		if (sg_edit_event(tree, at).kind == SG_YAML_ALIAS || ++count > NAMED_ITEMS_MAX)
			return false; /* an alias may stand for one */
		same += sg_str_eq(sg_edit_member_text(tree, at, "name"), name);
	}
	return same == 1;
}

bool sg_edit_put_item(
	struct sg_edit_tree *tree, size_t list, size_t item, size_t index, struct sg_buf *out)
{
	struct sg_str name = sg_edit_member_text(tree, item, "name");

	if (!name.len || sg_str_find(name, '\0') >= 0 || !is_unique(tree, list, name)) {
		sg_buf_addf(out, "[%zu]", index);
		return false;
	}
	sg_buf_adds(out, "[name=");
	sg_edit_path_put_value(name, out);
	sg_buf_addc(out, ']');
	return true;
}

struct sg_str sg_edit_member_text(struct sg_edit_tree *tree, size_t map, const char *key)
{
	size_t node = sg_edit_member(tree, map, key);
	struct sg_yaml_event event;

	if (!node)
		return (struct sg_str){"", 0};
	event = sg_edit_event(tree, node);
	if (event.kind != SG_YAML_SCALAR || sg_edit_is_null(&event))
		return (struct sg_str){"", 0};
	return event.value;
}

bool sg_edit_is_null(const struct sg_yaml_event *event)
{
	return event->kind == SG_YAML_SCALAR && event->style == SG_YAML_PLAIN && event->implicit &&
	       (event->value.len == 0 || sg_str_is(event->value, "~") ||
		       sg_str_ieq(event->value, SG_STR("null")));
}

int sg_edit_refuse(const struct sg_edit_tree *tree, size_t node, enum sg_reason reason,
	struct sg_err *err, const char *fmt, ...)
{
	struct sg_yaml_event event = sg_edit_event(tree, node);
	char what[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return sg_fail(err, reason, "%s:%d:%d: %s", tree->file, event.line, event.column, what);
}
