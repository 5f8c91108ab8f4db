#include "edit/node.h"

static int refuse(const char *file, int line, int column, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_EDIT_TEMPLATE,
		"%s:%d:%d: {{ ... }} stands there unquoted: this is a template, not data", file,
		line, column);
	return sg_hint(err, "name the values file that the template reads");
}

/* Whether what stands before {{ on its line makes it a value or a directive, not a quoted text. */
static bool opens_template(struct sg_str line, size_t at)
{
	while (at > 0 && (line.ptr[at - 1] == ' ' || line.ptr[at - 1] == '\t'))
		at--;
	return at == 0 || line.ptr[at - 1] == ':' || line.ptr[at - 1] == '-';
}

/* A text that is no YAML, where an unquoted {{ says that it is a template. */
static int blame_text(const char *file, struct sg_str text, struct sg_err *err)
{
	struct sg_str line;

	if (err->reason != SG_R_YAML_INVALID)
		return -1;
	for (int number = 1; sg_str_cut(&text, '\n', &line); number++) {
		long at = sg_str_search(line, "{{");

		if (at >= 0 && opens_template(line, (size_t)at))
			return refuse(file, number, (int)at + 1, err);
	}
	return -1;
}

static bool is_flow_map(const struct sg_yaml_event *event)
{
	return event->kind == SG_YAML_MAP_START && event->style == SG_YAML_FLOW;
}

static int check_events(const struct sg_edit_tree *tree, struct sg_err *err)
{
	struct sg_yaml_event outer = sg_edit_event(tree, 0), inner;

	for (size_t i = 1; i < tree->events.count; i++, outer = inner) {
		inner = sg_edit_event(tree, i);
		if (is_flow_map(&outer) && is_flow_map(&inner) && inner.start == outer.start + 1)
			return refuse(tree->file, outer.line, outer.column, err);
	}
	return 0;
}

int sg_edit_tree_read(struct sg_arena *arena, struct sg_edit_tree *tree, struct sg_err *err)
{
	if (sg_yaml_parse(arena, tree->file, tree->text, &tree->events, err) < 0)
		return blame_text(tree->file, tree->text, err);
	return check_events(tree, err);
}
