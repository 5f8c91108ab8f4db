#include <string.h>

#include "base/buf.h"
#include "edit/node.h"

#define MAX_NAMED 5

/* "line 1 (Deployment/web)" */
static void name_document(struct sg_edit_tree *tree, size_t start, struct sg_buf *out)
{
	size_t root = start + 1;
	struct sg_str kind = sg_edit_member_text(tree, root, "kind");
	size_t meta = sg_edit_member(tree, root, "metadata");
	struct sg_str name = {"", 0};

	if (meta)
		name = sg_edit_member_text(tree, meta, "name");
	sg_buf_addf(out, "line %d", sg_edit_event(tree, start)->line);
	if (kind.len)
		sg_buf_addf(out, " (%.*s/%.*s)", SG_STR_ARG(sg_str_sub(kind, 0, 40)),
			SG_STR_ARG(sg_str_sub(name, 0, 40)));
}

static int refuse_documents(
	struct sg_edit_tree *tree, size_t first, size_t count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf names = {0};
	size_t at = first;

	sg_buf_init(&names, 1024);
	for (size_t i = 0; i < count && i < MAX_NAMED; i++) {
		sg_buf_adds(&names, i ? ", " : "");
		name_document(tree, at, &names);
		at = sg_edit_node_end(tree, at + 1) + 1;
	}
	if (count > MAX_NAMED)
		sg_buf_adds(&names, ", ...");
	(void)sg_fail(
		err, SG_R_EDIT_REFUSED, "%s: %zu documents: %s", tree->file, count, names.ptr);
	return sg_hint(err, "a path names a place in one document; put it into a file of its own");
}

static bool is_flow_map(const struct sg_yaml_event *event)
{
	return event->kind == SG_YAML_MAP_START && event->style == SG_YAML_FLOW;
}

static int refuse_template(const char *file, int line, int column, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_EDIT_REFUSED,
		"%s:%d:%d: {{ ... }} stands there unquoted: this is a template, not data", file,
		line, column);
	return sg_hint(err, "name the values file that the template reads");
}

/* {{ x }} is YAML by accident: a mapping whose key is a mapping. */
static int check_template(struct sg_edit_tree *tree, struct sg_err *err)
{
	for (size_t i = 0; i + 1 < tree->events.count; i++) {
		const struct sg_yaml_event *outer = sg_edit_event(tree, i);
		const struct sg_yaml_event *inner = outer + 1;

		tree->visits++;
		if (is_flow_map(outer) && is_flow_map(inner) && inner->start == outer->start + 1)
			return refuse_template(tree->file, outer->line, outer->column, err);
	}
	return 0;
}

int sg_edit_document(struct sg_edit_tree *tree, size_t *ret_root, struct sg_err *err)
{
	size_t first = 0, count = 0;

	if (check_template(tree, err) < 0)
		return -1;
	for (size_t i = 0; i < tree->events.count; i++) {
		tree->visits++;
		if (sg_edit_event(tree, i)->kind != SG_YAML_DOC_START)
			continue;
		if (count++ == 0)
			first = i;
	}
	if (count > 1)
		return refuse_documents(tree, first, count, err);
	if (count == 0 || sg_edit_is_null(sg_edit_event(tree, first + 1)))
		return sg_fail(err, SG_R_KEY_NOT_FOUND, "%s: the file is empty", tree->file);
	*ret_root = first + 1;
	return 0;
}

/* Whether what stands before {{ on its line makes it a value or a directive, not a quoted text. */
static bool opens_template(struct sg_str line, size_t at)
{
	while (at > 0 && (line.ptr[at - 1] == ' ' || line.ptr[at - 1] == '\t'))
		at--;
	return at == 0 || line.ptr[at - 1] == ':' || line.ptr[at - 1] == '-';
}

int sg_edit_blame_template(const char *file, struct sg_str text, struct sg_err *err)
{
	struct sg_str line;

	if (err->reason != SG_R_YAML_INVALID)
		return -1;
	for (int number = 1; sg_str_cut(&text, '\n', &line); number++) {
		long at = sg_str_search(line, "{{");

		if (at >= 0 && opens_template(line, (size_t)at))
			return refuse_template(file, number, (int)at + 1, err);
	}
	return -1;
}
