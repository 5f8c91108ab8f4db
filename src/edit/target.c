#include "edit/target.h"

#include <string.h>

#include "edit/splice.h"

int sg_edit_scalar_check(
	struct sg_edit_tree *tree, const struct sg_edit_site *site, struct sg_err *err)
{
	enum sg_yaml_kind kind = sg_edit_event(tree, site->node).kind;

	if (kind == SG_YAML_ALIAS)
		return sg_edit_refuse_alias(tree, site->node, err);
	if (sg_yaml_is_start(kind)) {
		(void)sg_edit_refuse(tree, site->node, SG_R_EDIT_NOT_SCALAR, err,
			"a %s stands here, not a single value",
			kind == SG_YAML_MAP_START ? "mapping" : "list");
		return sg_hint(err, "name the value inside of it");
	}
	return 0;
}

/* Not so the tag "!": PyYAML reads ! "1.10" as a number, quotes or not. */
static bool tag_is_text(const struct sg_yaml_event *event)
{
	return !event->tag || strcmp(event->tag, "tag:yaml.org,2002:str") == 0;
}

int sg_edit_free_check(struct sg_edit_tree *tree, size_t node, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(tree, node);

	if (sg_edit_shared_check(tree, node, "the value", err) < 0)
		return -1;
	if (!tag_is_text(&event)) {
		(void)sg_edit_refuse(tree, node, SG_R_EDIT_TAGGED, err,
			"the value has the tag %.100s, which is no text", event.tag);
		return sg_hint(err, "remove the tag");
	}
	return 0;
}

static int check_shape(struct sg_edit_tree *tree, size_t node, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(tree, node);

	if (sg_edit_free_check(tree, node, err) < 0)
		return -1;
	if (!sg_yaml_is_block_scalar(event.style) && event.line != event.end_line) {
		(void)sg_edit_refuse(
			tree, node, SG_R_EDIT_MULTILINE, err, "the value goes over several lines");
		return sg_hint(err, "write it on the line of its key");
	}
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* An event begins at its anchor and tag, in either order; the scalar itself behind them. */
static size_t scalar_start(const struct sg_edit_tree *tree, const struct sg_yaml_event *event)
{
	size_t at = event->start;

	for (int left = (event->anchor != NULL) + (event->tag != NULL); left > 0; left--) {
		while (at < event->end && !is_blank(tree->text.ptr[at]))
			at++;
		while (at < event->end && is_blank(tree->text.ptr[at]))
			at++;
	}
	return at;
}

bool sg_edit_is_open(const struct sg_edit_tree *tree, const struct sg_yaml_event *event)
{
	size_t at = event->start;

	while (at > 0 && is_blank(tree->text.ptr[at - 1]))
		at--;
	return event->start == event->end && at > 0 &&
	       (tree->text.ptr[at - 1] == ':' || tree->text.ptr[at - 1] == '-');
}

size_t sg_edit_block_start(const struct sg_edit_tree *tree, const struct sg_yaml_event *event)
{
	size_t at = event->start, len = 0;

	while (at < event->end &&
		(len = sg_yaml_line_end(sg_str_sub(tree->text, at, event->end))) == 0)
		at++;
	return at + len;
}

/* The one line of a block, which is the value as it stands; nothing but line ends is behind it. */
static bool block_line(const struct sg_edit_tree *tree, const struct sg_yaml_event *event,
	struct sg_edit_target *target)
{
	struct sg_str text = sg_str_sub(tree->text, 0, event->end);
	size_t at = sg_edit_block_start(tree, event), len;

	while (at < text.len && text.ptr[at] == ' ')
		at++;
	target->start = at;
	target->end = at + event->value.len;
	if (event->value.len == 0 || sg_edit_count_lines(event->value) ||
		!sg_str_eq(sg_str_sub(text, at, target->end), event->value))
		return false;
	for (at = target->end; at < text.len; at += len)
		if ((len = sg_yaml_line_end(sg_str_sub(text, at, text.len))) == 0)
			return false;
	return true;
}

static int take_block(struct sg_edit_tree *tree, const struct sg_yaml_event *event, size_t node,
	struct sg_edit_target *ret, struct sg_err *err)
{
	struct sg_edit_target target = {.block = true};

	if (!block_line(tree, event, &target)) {
		(void)sg_edit_refuse(tree, node, SG_R_EDIT_MULTILINE, err,
			"the value is a block of lines (| or >)");
		return sg_hint(err, "write it on the line of its key");
	}
	*ret = target;
	return 0;
}

int sg_edit_target_check(struct sg_edit_tree *tree, const struct sg_edit_site *site,
	struct sg_edit_target *ret, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(tree, site->node);
	bool empty = event.style == SG_YAML_PLAIN && event.value.len == 0;

	if (sg_edit_scalar_check(tree, site, err) < 0 || check_shape(tree, site->node, err) < 0)
		return -1;
	if (sg_yaml_is_block_scalar(event.style))
		return take_block(tree, &event, site->node, ret, err);
	if (empty && !sg_edit_is_open(tree, &event)) {
		(void)sg_edit_refuse(tree, site->node, SG_R_EDIT_NO_FIELD, err,
			"the key has no value that could be replaced");
		return sg_hint(err, "write a first value there, for example \"\"");
	}
	*ret = (struct sg_edit_target){
		.start = scalar_start(tree, &event),
		.end = event.end,
		.pad = empty && !is_blank(tree->text.ptr[event.start - 1]),
	};
	return 0;
}
