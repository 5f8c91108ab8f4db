#include "step/helm_set.h"

#include <string.h>

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
