#include "edit/spot.h"

#include <string.h>

#include "edit/splice.h"
#include "edit/target.h"

static int no_spot(struct sg_edit_tree *tree, size_t node, const char *why, struct sg_err *err)
{
	(void)sg_edit_refuse(
		tree, node, SG_R_EDIT_NO_FIELD, err, "nothing can be added behind this: %s", why);
	return sg_hint(err, "write the new line by hand");
}

/* Bytes of the line end that stands before AT; 0: there is none. */
static size_t line_end_before(struct sg_str text, size_t at)
{
	for (size_t len = 1; len <= 3 && len <= at; len++)
		if (sg_yaml_line_end(sg_str_sub(text, at - len, at)) == len &&
			(len > 1 || at < 2 || text.ptr[at - 2] != '\r' || text.ptr[at - 1] != '\n'))
			return len;
	return 0;
}

static bool is_line_start(struct sg_str text, size_t at)
{
	return at == 0 || (at == 3 && sg_str_starts(text, "\xef\xbb\xbf")) ||
	       line_end_before(text, at) > 0;
}

/* YAML 1.2 has lost the line ends of 1.1: where both kinds stand, readers see other lines. */
static int check_readers(
	struct sg_edit_tree *tree, size_t node, struct sg_str newline, struct sg_err *err)
{
	struct sg_str text = tree->text;

	if (!newline.len || newline.ptr[0] == '\n' || newline.ptr[0] == '\r' ||
		(sg_str_find(text, '\n') < 0 && sg_str_find(text, '\r') < 0))
		return 0;
	(void)sg_edit_refuse(tree, node, SG_R_EDIT_UNPROVEN, err,
		"readers differ in where this line begins or ends (NEL, LS or PS)");
	return sg_hint(err, "end its lines with LF");
}

static int take_prefix(
	struct sg_edit_tree *tree, size_t first, struct sg_edit_spot *spot, struct sg_err *err)
{
	size_t end = sg_edit_event(tree, first).start, at = end;

	while (at > 0 && (tree->text.ptr[at - 1] == ' ' || tree->text.ptr[at - 1] == '-'))
		at--;
	if (!is_line_start(tree->text, at))
		return no_spot(tree, first, "it does not begin a line", err);
	spot->prefix = sg_str_sub(tree->text, at, end);
	return check_readers(
		tree, first, sg_str_sub(tree->text, at - line_end_before(tree->text, at), at), err);
}

static bool is_flow_end(const struct sg_edit_tree *tree, const struct sg_yaml_event *event)
{
	return event->end > event->start &&
	       (tree->text.ptr[event->start] == ']' || tree->text.ptr[event->start] == '}');
}

/* The last event that has bytes of its own: blocks end with what is in them. */
static size_t last_in(const struct sg_edit_tree *tree, size_t end)
{
	for (size_t at = end - 1;; at--) {
		struct sg_yaml_event event = sg_edit_event(tree, at);

		if (!sg_yaml_is_end(event.kind) || is_flow_end(tree, &event))
			return at;
	}
}

static size_t skip_to_line_end(struct sg_str text, size_t at)
{
	while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
		at++;
	if (at < text.len && text.ptr[at] == '#')
		while (at < text.len && !sg_yaml_line_end(sg_str_sub(text, at, text.len)))
			at++;
	return at;
}

static struct sg_str any_newline(struct sg_str text, size_t at)
{
	for (; at > 0; at--) {
		size_t len = line_end_before(text, at);

		if (len)
			return sg_str_sub(text, at - len, at);
	}
	return SG_STR("\n");
}

/* AT is the end of the last thing in it; the line may go on with a comment. */
static int take_line(struct sg_edit_tree *tree, size_t last, size_t at, bool is_block,
	struct sg_edit_spot *spot, struct sg_err *err)
{
	struct sg_str text = tree->text;
	size_t len;

	if (is_block && at < text.len && !line_end_before(text, at))
		return no_spot(tree, last, "its block does not end a line", err);
	if (is_block && line_end_before(text, at)) {
		spot->at = at;
		spot->newline = any_newline(text, at);
	} else {
		at = is_block ? at : skip_to_line_end(text, at);
		len = sg_yaml_line_end(sg_str_sub(text, at, text.len));
		spot->open = at == text.len;
		if (!len && !spot->open)
			return no_spot(tree, last, "more stands on its line", err);
		spot->newline = len ? sg_str_sub(text, at, at + len) : any_newline(text, at);
		spot->at = at + len;
	}
	return check_readers(tree, last, spot->newline, err);
}

int sg_edit_spot_behind(struct sg_edit_tree *tree, size_t first, size_t end,
	struct sg_edit_spot *ret, struct sg_err *err)
{
	struct sg_edit_spot spot = {0};
	size_t last = last_in(tree, end);
	struct sg_yaml_event event = sg_edit_event(tree, last);
	bool is_block = sg_yaml_is_block_scalar(event.style);

	if (event.kind == SG_YAML_SCALAR && event.start == event.end &&
		!sg_edit_is_open(tree, &event))
		return no_spot(tree, last, "a key without a value", err);
	if (take_prefix(tree, first, &spot, err) < 0 ||
		take_line(tree, last, event.end, is_block, &spot, err) < 0)
		return -1;
	*ret = spot;
	return 0;
}
