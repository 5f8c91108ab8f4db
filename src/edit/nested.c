#include "edit/nested.h"

#include "edit/quote.h"
#include "edit/target.h"

void sg_edit_nested_release(struct sg_edit_nested *nested)
{
	sg_buf_release(&nested->bytes);
}

int sg_edit_nested_refuse(const struct sg_edit_tree *tree, size_t node, struct sg_err *err)
{
	(void)sg_edit_refuse(tree, node, SG_R_EDIT_MULTILINE, err,
		"the YAML in this text cannot be changed exactly the way it is written");
	return sg_hint(err, "write it as a literal block (|)");
}

/* Written anew as a whole: exact where the old text, written so, is what stands there. */
static int on_a_line(struct sg_edit_tree *tree, const struct sg_edit_site *site,
	struct sg_str wanted, struct sg_edit_nested *out, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(tree, site->node);
	struct sg_edit_target target;
	enum sg_yaml_style style;

	if (sg_edit_target_check(tree, site, &target, err) < 0)
		return -1;
	if (!sg_edit_quote(event.value, event.style, site->flow, &out->bytes, &style) ||
		!sg_str_eq(
			sg_buf_str(&out->bytes), sg_str_sub(tree->text, target.start, target.end)))
		return sg_edit_nested_refuse(tree, site->node, err);
	sg_buf_reset(&out->bytes);
	if (!sg_edit_quote(wanted, event.style, site->flow, &out->bytes, &style) ||
		style != event.style)
		return sg_edit_nested_refuse(tree, site->node, err);
	out->start = target.start;
	out->end = target.end;
	return 0;
}

int sg_edit_nested(struct sg_edit_tree *tree, const struct sg_edit_site *site, struct sg_str wanted,
	struct sg_edit_nested *ret, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(tree, site->node);
	struct sg_edit_nested out = {0};
	int code;

	sg_buf_init(&out.bytes, tree->text.len + 6 * wanted.len + 64);
	if (event.style == SG_YAML_LITERAL)
		code = sg_edit_nested_block(tree, site->node, wanted, &out, err);
	else if (event.style == SG_YAML_FOLDED || event.line != event.end_line)
		code = sg_edit_nested_refuse(tree, site->node, err);
	else
		code = on_a_line(tree, site, wanted, &out, err);
	if (code < 0) {
		sg_edit_nested_release(&out);
		return -1;
	}
	*ret = out;
	return 0;
}

int sg_edit_nested_line(const struct sg_yaml_event *scalar, int line)
{
	return scalar->style == SG_YAML_LITERAL ? scalar->line + line : scalar->line;
}

int sg_edit_nested_enter(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_ask *ask, struct sg_edit_ask *ret_inner, struct sg_edit_site *ret_site,
	struct sg_err *err)
{
	struct sg_edit_path path;
	struct sg_yaml_event event;
	size_t root;

	*ret_inner = (struct sg_edit_ask){0};
	tree->sharing = (struct sg_edit_sharing){.allowed = ask->shared};
	if (!ask->key)
		return 0;
	if (sg_edit_path_parse(arena, ask->key, &path, err) < 0)
		return -1;
	if (!path.inner)
		return 0;
	if (sg_edit_document(tree, &path.document, &root, err) < 0 ||
		sg_edit_locate(arena, tree, root, &path, ret_site, err) < 0 ||
		sg_edit_scalar_check(tree, ret_site, err) < 0)
		return -1;
	event = sg_edit_event(tree, ret_site->node);
	*ret_inner = *ask;
	ret_inner->file = sg_arena_printf(arena, "%s:%d, the text", ask->file, event.line);
	ret_inner->text = event.value;
	ret_inner->key = path.inner->text;
	return 0;
}
