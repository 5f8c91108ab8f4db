#include "step/generator.h"

#include <string.h>

#define SETS_MAX 10000

struct making {
	struct sg_arena *arena;
	struct sg_edit_tree *tree;
	const char *const *folders;
};

static struct sg_yaml_event event_of(const struct making *m, size_t node)
{
	return sg_edit_event(m->tree, node);
}

static bool is_list(const struct making *m, size_t node)
{
	return node && event_of(m, node).kind == SG_YAML_SEQ_START;
}

static void put_param(
	struct sg_arena *arena, struct sg_params *params, const char *name, const char *value)
{
	struct sg_param *row = sg_arena_push(arena, &params->items, &params->count, sizeof(*row));

	*row = (struct sg_param){name, value};
}

static struct sg_params *new_set(struct making *m, struct sg_param_sets *sets)
{
	if (sets->count >= SETS_MAX) {
		sets->open = true;
		return NULL;
	}
	return sg_arena_push(m->arena, &sets->items, &sets->count, sizeof(struct sg_params));
}

/* The scalars of a mapping, those inside others by "a.b". */
static void put_members(struct making *m, size_t map, const char *before, struct sg_params *params)
{
	size_t at = map + 1;

	if (event_of(m, map).kind != SG_YAML_MAP_START)
		return;
	while (event_of(m, at).kind != SG_YAML_MAP_END) {
		size_t value = sg_edit_node_end(m->tree, at);
		const char *name = sg_arena_printf(
			m->arena, "%s%.*s", before, SG_STR_ARG(event_of(m, at).value));

		if (event_of(m, value).kind == SG_YAML_SCALAR)
			put_param(m->arena, params, name,
				sg_arena_dup(m->arena, event_of(m, value).value));
		else
			put_members(m, value, sg_arena_printf(m->arena, "%s.", name), params);
		at = sg_edit_node_end(m->tree, value);
	}
}

static void by_list(struct making *m, size_t list, struct sg_param_sets *sets)
{
	size_t elements = sg_edit_member(m->tree, list, "elements");

	if (!is_list(m, elements) || sg_edit_member(m->tree, list, "elementsYaml"))
		sets->open = true;
	for (size_t at = 0; (at = sg_edit_next_item(m->tree, elements, at)) != 0;) {
		struct sg_params *params = new_set(m, sets);

		if (!params)
			return;
		put_members(m, at, "", params);
	}
}

/* "*" within one name, as path.Match has it. */
static bool name_matches(struct sg_str pattern, struct sg_str name)
{
	size_t star = pattern.len, mark = 0, p = 0, n = 0;

	while (n < name.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < pattern.len &&
			   (pattern.ptr[p] == '?' || pattern.ptr[p] == name.ptr[n])) {
			p++;
			n++;
		} else if (star < pattern.len) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

static bool path_matches(struct sg_str pattern, struct sg_str path)
{
	struct sg_str a, b;
	bool more_a, more_b;

	for (;;) {
		more_a = sg_str_cut(&pattern, '/', &a);
		more_b = sg_str_cut(&path, '/', &b);
		if (!more_a || !more_b)
			return more_a == more_b;
		if (!name_matches(a, b))
			return false;
	}
}

static bool is_directory(struct making *m, size_t directories, const char *folder)
{
	bool found = false;

	for (size_t at = 0; (at = sg_edit_next_item(m->tree, directories, at)) != 0;) {
		struct sg_str pattern = sg_edit_member_text(m->tree, at, "path");

		if (!path_matches(pattern, sg_str_of(folder)))
			continue;
		if (sg_str_is(sg_edit_member_text(m->tree, at, "exclude"), "true"))
			return false;
		found = true;
	}
	return found;
}

static void add_directory(
	struct making *m, size_t git, const char *folder, struct sg_param_sets *sets)
{
	size_t values = sg_edit_member(m->tree, git, "values");
	const char *slash = strrchr(folder, '/');
	struct sg_params *params = new_set(m, sets);

	if (!params)
		return;
	put_param(m->arena, params, "path", folder);
	put_param(m->arena, params, "path.basename", slash ? slash + 1 : folder);
	if (values)
		put_members(m, values, "values.", params);
}

static void by_directories(struct making *m, size_t git, struct sg_param_sets *sets)
{
	size_t directories = sg_edit_member(m->tree, git, "directories");

	if (!is_list(m, directories) || sg_edit_member_text(m->tree, git, "pathParamPrefix").len) {
		sets->open = true;
		return;
	}
	for (const char *const *folder = m->folders; *folder; folder++)
		if (is_directory(m, directories, *folder))
			add_directory(m, git, *folder, sets);
}

static void one_generator(struct making *m, size_t node, bool nested, struct sg_param_sets *sets);

static void add_product(struct making *m, const struct sg_param_sets *a,
	const struct sg_param_sets *b, struct sg_param_sets *sets)
{
	sets->open = sets->open || a->open || b->open;
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++) {
			struct sg_params *params = new_set(m, sets);

			if (!params)
				return;
			for (size_t k = 0; k < a->items[i].count; k++)
				put_param(m->arena, params, a->items[i].items[k].name,
					a->items[i].items[k].value);
			for (size_t k = 0; k < b->items[j].count; k++)
				put_param(m->arena, params, b->items[j].items[k].name,
					b->items[j].items[k].value);
		}
}

static void by_matrix(struct making *m, size_t matrix, struct sg_param_sets *sets)
{
	size_t list = sg_edit_member(m->tree, matrix, "generators");
	size_t first = sg_edit_next_item(m->tree, list, 0);
	size_t second = first ? sg_edit_next_item(m->tree, list, first) : 0;
	struct sg_param_sets a = {0}, b = {0};

	if (!second) {
		sets->open = true;
		return;
	}
	one_generator(m, first, true, &a);
	one_generator(m, second, true, &b);
	add_product(m, &a, &b, sets);
}

static void one_generator(struct making *m, size_t node, bool nested, struct sg_param_sets *sets)
{
	size_t list = sg_edit_member(m->tree, node, "list");
	size_t git = sg_edit_member(m->tree, node, "git");
	size_t matrix = nested ? 0 : sg_edit_member(m->tree, node, "matrix");

	/* A selector takes some of them away. */
	if (sg_edit_member(m->tree, node, "selector"))
		sets->open = true;
	if (list)
		by_list(m, list, sets);
	else if (git)
		by_directories(m, git, sets);
	else if (matrix)
		by_matrix(m, matrix, sets);
	else
		sets->open = true;
}

void sg_generator_sets(struct sg_arena *arena, struct sg_edit_tree *tree, size_t generators,
	const char *const *folders, struct sg_param_sets *ret)
{
	struct making m = {.arena = arena, .tree = tree, .folders = folders};

	*ret = (struct sg_param_sets){0};
	if (!is_list(&m, generators)) {
		ret->open = true;
		return;
	}
	for (size_t at = 0; (at = sg_edit_next_item(tree, generators, at)) != 0;)
		one_generator(&m, at, false, ret);
}
