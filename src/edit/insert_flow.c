#include "edit/insertion.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * What stands before the key that begins at AT: the blanks up to the "," or "{", or the end of the
 * line before with the indentation. False: something else (a "?").
 */
static bool gap_before(struct sg_str text, size_t at, struct sg_str *ret)
{
	size_t from = at;

	while (from > 0 && is_blank(text.ptr[from - 1]))
		from--;
	if (from > 1 && text.ptr[from - 1] == '\n')
		from -= text.ptr[from - 2] == '\r' ? 2 : 1;
	else if (from > 0 && text.ptr[from - 1] == '\r')
		from--;
	else if (from == 0 || (text.ptr[from - 1] != ',' && text.ptr[from - 1] != '{'))
		return false;
	*ret = sg_str_sub(text, from, at);
	return true;
}

/* Where all stands on one line, the second entry shows what goes behind a comma. */
static bool gap_of(
	const struct sg_edit_insertion *in, const struct sg_edit_neighbour *n, struct sg_str *ret)
{
	size_t first = in->site->node + 1;
	size_t second = sg_edit_node_end(in->tree, sg_edit_node_end(in->tree, first));
	struct sg_str text = in->tree->text;

	if (!gap_before(text, n->key_event.start, ret))
		return false;
	if (n->key != first || sg_yaml_line_end(*ret))
		return true;
	if (sg_edit_event(in->tree, second).kind != SG_YAML_MAP_END)
		return gap_before(text, sg_edit_event(in->tree, second).start, ret);
	*ret = n->key_event.style == SG_YAML_DOUBLE_QUOTED &&
			       n->key_event.end + 1 == n->value_event.start
		       ? SG_STR("")
		       : SG_STR(" ");
	return true;
}

/* Behind AT, the end of the neighbour; a comment behind its comma stays with it. */
static bool end_of_entry(struct sg_str text, size_t *at, bool *ret_comma)
{
	size_t to = *at;

	*ret_comma = false;
	while (to < text.len && is_blank(text.ptr[to]))
		to++;
	if (to < text.len && text.ptr[to] == ',')
		*ret_comma = true;
	while (to < text.len && (is_blank(text.ptr[to]) || text.ptr[to] == ','))
		to++;
	if (to == text.len || text.ptr[to] != '#') {
		*ret_comma = false;
		return true;
	}
	while (to < text.len && text.ptr[to] != '\n' && text.ptr[to] != '\r')
		to++;
	*at = to;
	return *ret_comma;
}

int sg_edit_look_in_flow(const struct sg_edit_insertion *in, const struct sg_edit_neighbour *n,
	const char *key, struct sg_edit_look *ret, struct sg_edit_splice *splice,
	struct sg_err *err)
{
	size_t at = sg_edit_event(in->tree, n->end - 1).end;
	bool quoted = n->key_event.style == SG_YAML_DOUBLE_QUOTED, comma;
	struct sg_str gap, next;

	if (n->value_event.end == n->value_event.start || !gap_of(in, n, &gap))
		return sg_edit_no_field(
			in, n->key, key, "it would go behind a key without a value", err);
	if (!end_of_entry(in->tree->text, &at, &comma))
		return sg_edit_no_field(in, n->key, key, "a comment stands before the comma", err);
	if (comma && !sg_yaml_line_end(gap))
		return sg_edit_no_field(in, n->key, key, "a comment stands behind it", err);
	next = sg_edit_join(in->arena, SG_STR(","), gap);
	*ret = (struct sg_edit_look){
		.key_style = n->key_event.style,
		.value_style = quoted ? SG_YAML_DOUBLE_QUOTED : n->value_event.style,
		.flow = true,
		.head = comma ? gap : next,
		.lead = comma ? gap.len : 0,
		.between = next,
		.colon = quoted && n->key_event.end + 1 == n->value_event.start ? SG_STR(":")
										: SG_STR(": "),
		.tail = comma ? SG_STR(",") : SG_STR(""),
	};
	splice->node = n->end;
	splice->start = splice->end = at;
	return 0;
}

/* {} and { } */
int sg_edit_look_in_braces(const struct sg_edit_insertion *in, const char *key,
	struct sg_edit_look *ret, struct sg_edit_splice *splice, struct sg_err *err)
{
	struct sg_yaml_event open = sg_edit_event(in->tree, in->site->node);
	struct sg_yaml_event close = sg_edit_event(in->tree, in->site->node + 1);
	struct sg_str between = sg_str_sub(in->tree->text, open.end, close.start);

	if (sg_str_trim(between).len)
		return sg_edit_no_field(
			in, in->site->node, key, "a comment stands in the braces", err);
	*ret = (struct sg_edit_look){
		.key_style = in->site->json ? SG_YAML_DOUBLE_QUOTED : SG_YAML_PLAIN,
		.value_style = in->site->json ? SG_YAML_DOUBLE_QUOTED : SG_YAML_PLAIN,
		.flow = true,
		.head = sg_str_starts(between, " ") ? SG_STR(" ") : SG_STR(""),
		.between = SG_STR(", "),
		.colon = SG_STR(": "),
	};
	ret->lead = ret->head.len;
	splice->node = in->site->node + 1;
	splice->start = splice->end = open.end;
	return 0;
}
