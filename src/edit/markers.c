#include "edit/markers.h"

#include <string.h>

#include "edit/shape_walk.h"
#include "model/image.h"
#include "model/name.h"

#define NAME_MAX_BYTES 200

/* "web:tag" taken apart; false: it is no name of a service or policy. */
static bool take_name(struct sg_str text, struct sg_str *ret_name, enum sg_image_part *ret_part)
{
	static const struct {
		const char *suffix;
		enum sg_image_part part;
	} parts[] = {
		{":tag", SG_PART_TAG}, {":name", SG_PART_REPOSITORY}, {":digest", SG_PART_DIGEST}};

	*ret_part = SG_PART_REFERENCE;
	for (size_t i = 0; i < SG_COUNT(parts); i++) {
		if (!sg_str_ends(text, parts[i].suffix))
			continue;
		*ret_part = parts[i].part;
		text = sg_str_sub(text, 0, text.len - strlen(parts[i].suffix));
		break;
	}
	*ret_name = text;
	return text.len > 0 && text.len <= NAME_MAX_BYTES;
}

static bool is_name(struct sg_str text)
{
	return text.len > 0 && sg_name_all(text, sg_name_is_char);
}

/* Cuts WORD, and blanks before it, off the front. */
static bool take(struct sg_str *rest, const char *word)
{
	struct sg_str text = sg_str_trim(*rest);

	if (!sg_str_starts(text, word))
		return false;
	*rest = sg_str_sub(text, strlen(word), text.len);
	return true;
}

/* {"$imagepolicy": "NAMESPACE:NAME"} at the front of REST. */
static bool take_policy(struct sg_str *rest, struct sg_str *ret_name, enum sg_image_part *ret_part)
{
	struct sg_str text = *rest, space;
	long quote, colon;

	if (!take(&text, "{") || !take(&text, "\"$imagepolicy\"") || !take(&text, ":") ||
		!take(&text, "\""))
		return false;
	quote = sg_str_find(text, '"');
	if (quote < 0 || !take_name(sg_str_sub(text, 0, (size_t)quote), ret_name, ret_part))
		return false;
	colon = sg_str_find(*ret_name, ':');
	space = sg_str_sub(*ret_name, 0, colon < 0 ? 0 : (size_t)colon);
	text = sg_str_sub(text, (size_t)quote + 1, text.len);
	if (!take(&text, "}") || !is_name(space) ||
		!is_name(sg_str_sub(*ret_name, space.len + 1, ret_name->len)))
		return false;
	*rest = text;
	return true;
}

/* stagegate: NAME at the front of REST. */
static bool take_ours(struct sg_str *rest, struct sg_str *ret_name, enum sg_image_part *ret_part)
{
	struct sg_str text = *rest;
	size_t len = 0;

	if (!take(&text, "stagegate:"))
		return false;
	text = sg_str_trim(text);
	while (len < text.len && len <= NAME_MAX_BYTES && text.ptr[len] != ' ' &&
		text.ptr[len] != '\t')
		len++;
	if (!take_name(sg_str_sub(text, 0, len), ret_name, ret_part) || !is_name(*ret_name))
		return false;
	*rest = sg_str_sub(text, len, text.len);
	return true;
}

/* A whole reference is wanted: a tag alone would be taken for the name of an image. */
static bool may_be_reference(const struct sg_shape_up *up, struct sg_str value)
{
	return !value.len || sg_str_find(value, '/') >= 0 || sg_str_find(value, ':') >= 0 ||
	       sg_str_find(value, '@') >= 0 || sg_str_is(up->key, "image");
}

static void add(struct sg_shape_walk *w, const struct sg_shape_up *up, size_t node,
	struct sg_str name, enum sg_image_part part)
{
	struct sg_edit_scalar field = sg_shape_field(w, node, NULL);
	struct sg_edit_marker *row =
		sg_arena_push(w->arena, &w->markers->items, &w->markers->count, sizeof(*row));
	struct sg_err *fault;

	*row = (struct sg_edit_marker){.name = sg_arena_dup(w->arena, name),
		.part = part,
		.key = field.key,
		.value = field.value,
		.line = field.line,
		.column = field.column};
	if (part != SG_PART_REFERENCE || may_be_reference(up, sg_str_of(field.value)))
		return;
	fault = sg_arena_alloc(w->arena, sizeof(*fault));
	(void)sg_edit_refuse(w->tree, node, SG_R_EDIT_OTHER_VALUE, fault,
		"the marker %.100s is for a whole reference, and \"%.100s\" is none", row->name,
		field.value);
	(void)sg_hint(fault, "write :tag, :name or :digest behind the name in the comment");
	row->fault = fault;
}

/* Several markers that want different things of one value are none that can be followed. */
static void refuse_second(struct sg_shape_walk *w, size_t first, size_t node)
{
	struct sg_err *fault = sg_arena_alloc(w->arena, sizeof(*fault));

	(void)sg_edit_refuse(w->tree, node, SG_R_EDIT_DUPLICATE, fault,
		"the comment behind this value has several markers");
	(void)sg_hint(fault, "keep one of them");
	for (size_t i = first; i < w->markers->count; i++)
		w->markers->items[i].fault = fault;
}

/* The comment that only brackets and commas part from the scalar; empty: there is none. */
static struct sg_str comment_behind(
	const struct sg_shape_walk *w, const struct sg_yaml_event *event)
{
	struct sg_str text = w->tree->text;
	size_t at = event->end, end;

	while (at < text.len && text.ptr[at] != '\0' && strchr(" \t,]}", text.ptr[at]))
		at++;
	if (at >= text.len || text.ptr[at] != '#' || at == 0 ||
		(text.ptr[at - 1] != ' ' && text.ptr[at - 1] != '\t'))
		return (struct sg_str){"", 0};
	for (end = at; end < text.len && text.ptr[end] != '\n' && text.ptr[end] != '\r'; end++)
		;
	return sg_str_sub(text, at + 1, end);
}

void sg_shape_look_at_marker(struct sg_shape_walk *w, const struct sg_shape_up *up, size_t node)
{
	struct sg_yaml_event event = sg_edit_event(w->tree, node);
	struct sg_str rest = {"", 0}, name;
	size_t first = w->markers->count;
	enum sg_image_part part;

	if (!sg_yaml_is_block_scalar(event.style) && up->up)
		rest = comment_behind(w, &event);
	while ((rest = sg_str_trim(rest)).len) {
		if (take_policy(&rest, &name, &part) ||
			(!sg_name_is_char(rest.ptr[-1]) && take_ours(&rest, &name, &part)))
			add(w, up, node, name, part);
		else
			rest = sg_str_sub(rest, 1, rest.len);
	}
	if (w->markers->count > first + 1)
		refuse_second(w, first, node);
}

int sg_edit_tree_markers(struct sg_arena *arena, struct sg_edit_tree *tree,
	struct sg_edit_markers *ret, struct sg_err *err)
{
	struct sg_edit_markers markers = {0};
	struct sg_edit_shapes none;

	if (sg_shape_walk(arena, tree, (struct sg_str){"", 0}, &markers, &none, err) < 0)
		return -1;
	*ret = markers;
	return 0;
}

int sg_edit_markers(struct sg_arena *arena, const char *file, struct sg_str text,
	struct sg_edit_markers *ret, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena events = {0};
	struct sg_edit_tree tree = {.file = file, .text = text};

	if (sg_edit_tree_read(&events, &tree, err) < 0)
		return -1;
	return sg_edit_tree_markers(arena, &tree, ret, err);
}
