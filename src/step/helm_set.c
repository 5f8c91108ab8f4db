#include "step/helm_set.h"

#include <string.h>

#include "edit/edit.h"

/* The last name of a path; what stands in brackets has no end of a name. */
static const char *last_name(const char *path)
{
	const char *last = path;
	bool inside = false;

	for (; *path; path++) {
		if (*path == '[' || *path == ']')
			inside = *path == '[';
		else if (!inside && strchr(".|:", *path))
			last = path + 1;
	}
	return last;
}

/* One step of a path: a name without the dot before it, or brackets with all that is in them. */
static struct sg_str take_step(struct sg_str *rest)
{
	size_t at = 0;
	struct sg_str step;

	if (sg_str_starts(*rest, "."))
		*rest = sg_str_sub(*rest, 1, rest->len);
	if (sg_str_starts(*rest, "[")) {
		long close = sg_str_find(*rest, ']');

		at = close < 0 ? rest->len : (size_t)close + 1;
	} else {
		while (at < rest->len && rest->ptr[at] != '.' && rest->ptr[at] != '[')
			at++;
	}
	step = sg_str_sub(*rest, 0, at);
	*rest = sg_str_sub(*rest, at, rest->len);
	return step;
}

/* One is the other, or holds it. */
static bool touch(struct sg_str a, struct sg_str b)
{
	while (a.len && b.len) {
		struct sg_str x = take_step(&a), y = take_step(&b);
		bool items = sg_str_starts(x, "[") && sg_str_starts(y, "[");

		if (!items && !sg_str_eq(x, y))
			return false;
	}
	return true;
}

/* Where the value stands for the chart that is installed. */
static const char *path_of(const struct sg_layout *layout, const struct sg_said *said)
{
	const char *at = said->row->at;

	if (said->row->shape->kind == SG_SHAPE_REFERENCE)
		return at;
	return sg_arena_printf(
		layout->world->arena, "%s%s%s", at, *at ? "." : "", last_name(said->scalar->key));
}

static bool is_over(const char *set, const char *path)
{
	if (strchr(set, '\\'))
		return strcmp(last_name(set), last_name(path)) == 0;
	return touch(sg_str_of(set), sg_str_of(path));
}

const struct sg_layout_set *sg_helm_set_over(
	const struct sg_layout *layout, const struct sg_said *said)
{
	const struct sg_layout_row *row = said->row;
	const char *path;

	if (!row->values || row->rank >= SG_RANK_PARAMETERS)
		return NULL;
	path = path_of(layout, said);
	for (size_t i = 0; i < layout->set_count; i++)
		if (layout->sets[i].group == row->group && is_over(layout->sets[i].name, path))
			return &layout->sets[i];
	return NULL;
}

static enum sg_reason reason_of(struct sg_choosing *c, const char *name, struct sg_file *file,
	const char *path, struct sg_err *err)
{
	const struct sg_edit_ask ask = {.file = name, .key = path, .any_text = true};
	struct sg_edit_value value;
	struct sg_edit_tree tree;

	if (sg_file_tree(file, &tree, err) < 0 ||
		sg_edit_tree_value(c->arena, &tree, &ask, &value, err) < 0)
		return err->reason;
	return SG_R_OK;
}

/* A merge key farther out may bring anything; one beside the missing value is taken to bring it. */
static bool has_map(struct sg_choosing *c, const char *name, struct sg_file *file, const char *path)
{
	const char *last = last_name(path);
	struct sg_err why = SG_ERR_INIT;

	return last > path &&
	       reason_of(c, name, file,
		       sg_arena_dup(c->arena, (struct sg_str){path, (size_t)(last - path) - 1}),
		       &why) == SG_R_EDIT_NOT_SCALAR;
}

static int look_into(struct sg_choosing *c, const char *name, const char *path, struct sg_err *err)
{
	SG_AUTO(sg_file_close_ptr) struct sg_file *file = NULL;
	struct sg_err why = SG_ERR_INIT;
	enum sg_reason reason;

	if (sg_layout_open(c->layout, name, &file, err) < 0)
		return -1;
	if (!file)
		return 0;
	reason = reason_of(c, name, file, path, &why);
	if (reason != SG_R_EDIT_ALIAS &&
		(reason != SG_R_EDIT_MERGE_KEY || !has_map(c, name, file, path)))
		return 0;
	*err = why;
	return sg_wrap(err, "%s", c->layout->source->label);
}

int sg_helm_file_over(struct sg_choosing *c, const struct sg_said *said, struct sg_err *err)
{
	const struct sg_layout *layout = c->layout;
	const char *path;

	if (!said->row->values || said->row->rank >= SG_RANK_PARAMETERS)
		return 0;
	path = path_of(layout, said);
	for (size_t i = 0; i < layout->values_count; i++) {
		const struct sg_layout_values *values = &layout->values[i];
		size_t skip = *values->prefix ? strlen(values->prefix) + 1 : 0;

		if (values->group == said->row->group && values->rank > said->row->rank &&
			sg_str_starts(sg_str_of(path), values->prefix) && strlen(path) > skip &&
			(!skip || path[skip - 1] == '.') &&
			look_into(c, values->file, path + skip, err) < 0)
			return -1;
	}
	return 0;
}
