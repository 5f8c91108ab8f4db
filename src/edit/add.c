#include "edit/add.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "edit/insert.h"

int sg_edit_refuse_two(const struct sg_edit_tree *tree, size_t node, const struct sg_edit_done *a,
	const struct sg_edit_done *b, struct sg_err *err)
{
	(void)sg_edit_refuse(tree, node, SG_R_CONFIG_INVALID, err,
		"%.100s and %.100s are one value, and shall be \"%.100s\" and \"%.100s\"", a->place,
		b->place, a->to, b->to);
	return sg_hint(err, "say one of them");
}

/* The usual order of fields; others behind them. */
static int rank(const char *key)
{
	static const char *const names[] = {
		"name", "newName", "repository", "tag", "newTag", "digest"};

	for (size_t i = 0; i < SG_COUNT(names); i++)
		if (strcmp(key, names[i]) == 0)
			return (int)i;
	return (int)SG_COUNT(names);
}

static int compare_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static bool is_same_mapping(const struct sg_edit_site *a, const struct sg_edit_site *b)
{
	return a->node == b->node && compare_text(a->entry, b->entry) == 0;
}

static int compare(const void *left, const void *right)
{
	const struct sg_edit_addition *a = left, *b = right;
	int order = compare_text(a->site.entry, b->site.entry);
	int keys = strcmp(a->site.missing, b->site.missing);

	if (a->site.node != b->site.node)
		return a->site.node < b->site.node ? -1 : 1;
	if (order)
		return order;
	if (keys && rank(a->site.missing) != rank(b->site.missing))
		return rank(a->site.missing) - rank(b->site.missing);
	if (keys)
		return keys;
	return a->ask < b->ask ? -1 : a->ask > b->ask;
}

struct adding {
	struct sg_arena *arena;
	struct sg_edit_tree *tree;
	struct sg_edit_splice **splices;
	size_t *splice_count, *ret_failed;
};

/* The entries of one mapping, each key once. */
static int list_entries(const struct adding *a, struct sg_edit_addition *of, size_t count,
	struct sg_edit_entry *entries, size_t *ret_count, struct sg_err *err)
{
	const struct sg_edit_done *first = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct sg_edit_done *done = of[i].done;

		if (!kept || strcmp(entries[kept - 1].key, of[i].site.missing) != 0) {
			entries[kept++] = (struct sg_edit_entry){of[i].site.missing, done->to,
				of[i].ask, &done->line, &done->column};
			first = done;
			continue;
		}
		*a->ret_failed = of[i].ask;
		if (strcmp(first->to, done->to) != 0)
			return sg_edit_refuse_two(a->tree, of[i].site.node, first, done, err);
		done->unchanged = true;
		done->added = false;
		done->from = done->to;
	}
	*ret_count = kept;
	return 0;
}

static int add_to_one(
	const struct adding *a, struct sg_edit_addition *of, size_t count, struct sg_err *err)
{
	struct sg_edit_entry *entries = sg_arena_calloc(a->arena, count, sizeof(*entries));
	size_t kept = 0;

	if (list_entries(a, of, count, entries, &kept, err) < 0)
		return -1;
	*a->ret_failed = of[0].ask;
	if (of[0].site.entry)
		return sg_edit_insert_image(a->arena, a->tree, &of[0].site, entries, kept,
			a->splices, a->splice_count, err);
	return sg_edit_insert(
		a->arena, a->tree, &of[0].site, entries, kept, a->splices, a->splice_count, err);
}

int sg_edit_add_all(struct sg_arena *arena, struct sg_edit_tree *tree,
	struct sg_edit_addition *additions, size_t count, struct sg_edit_splice **splices,
	size_t *splice_count, size_t *ret_failed, struct sg_err *err)
{
	struct adding a = {.arena = arena, .tree = tree, .splices = splices};
	size_t made;

	a.splice_count = splice_count;
	a.ret_failed = ret_failed;
	if (count)
		qsort(additions, count, sizeof(*additions), compare);
	for (size_t first = 0, end; first < count; first = end) {
		for (end = first + 1; end < count && is_same_mapping(&additions[first].site,
							     &additions[end].site);)
			end++;
		made = *splice_count;
		if (add_to_one(&a, &additions[first], end - first, err) < 0)
			return -1;
		for (; made < *splice_count; made++)
			(*splices)[made].order = made;
	}
	return 0;
}
