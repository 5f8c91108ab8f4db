#include "edit/nested.h"

/* The asks that lead into one text. */
struct group {
	struct sg_arena *arena, *scratch;
	struct sg_edit_tree *tree;
	struct sg_edit_site site;
	struct sg_edit_ask *asks;
	size_t *of; /* which ones of the file's */
	size_t count, of_count;
	struct sg_edit_done *dones;     /* of all asks of the file */
	struct sg_edit_sharing sharing; /* of all asks that lead there */
};

static void add(struct group *group, const struct sg_edit_ask *inner, size_t ask)
{
	*(struct sg_edit_ask *)sg_arena_push(
		group->scratch, &group->asks, &group->count, sizeof(*inner)) = *inner;
	*(size_t *)sg_arena_push(group->scratch, &group->of, &group->of_count, sizeof(ask)) = ask;
}

/* The first ask that changes the text; the count of all when none does. */
static size_t note_dones(
	const struct group *group, const struct sg_edit_ask *asks, const struct sg_edit_done *inner)
{
	struct sg_yaml_event event = sg_edit_event(group->tree, group->site.node);
	size_t first = group->count;

	for (size_t i = group->count; i-- > 0;) {
		struct sg_edit_done *done = &group->dones[group->of[i]];

		*done = inner[i];
		done->place = sg_arena_strdup(group->arena, asks[group->of[i]].key);
		done->line = sg_edit_nested_line(&event, inner[i].line);
		if (inner[i].shared_line)
			done->shared_line = sg_edit_nested_line(&event, inner[i].shared_line);
		if (!done->unchanged)
			first = i;
	}
	return first;
}

static int put_text(const struct group *group, struct sg_str text, struct sg_edit_splice *splice,
	struct sg_err *err)
{
	SG_AUTO(sg_edit_nested_release) struct sg_edit_nested nested = {0};
	struct sg_edit_claim *claim = sg_arena_alloc(group->scratch, sizeof(*claim));

	if (sg_edit_nested(group->tree, &group->site, text, &nested, err) < 0)
		return -1;
	*claim = (struct sg_edit_claim){.kind = SG_YAML_SCALAR,
		.style = sg_edit_event(group->tree, group->site.node).style,
		.value = text};
	splice->node = group->site.node;
	splice->start = nested.start;
	splice->end = nested.end;
	splice->bytes = (struct sg_str){
		sg_arena_dup(group->scratch, sg_buf_str(&nested.bytes)), nested.bytes.len};
	splice->claims = claim;
	splice->claim_count = 1;
	return 0;
}

/* Who uses the anchor of the text, or of what it stands in, reads all of it. */
static void note_shared(const struct group *group)
{
	for (size_t i = 0; i < group->count && group->tree->sharing.line; i++)
		group->dones[group->of[i]].shared_line = group->tree->sharing.line;
}

static int take_group(struct group *group, const struct sg_edit_ask *asks,
	struct sg_edit_splice **splices, size_t *splice_count, size_t *ret_failed,
	struct sg_err *err)
{
	struct sg_edit_done *inner = sg_arena_calloc(group->scratch, group->count, sizeof(*inner));
	struct sg_edit_splice *splice;
	size_t failed, first;

	if (sg_edit_apply_all(group->arena, group->asks, group->count, inner, &failed, err) < 0) {
		*ret_failed = group->of[failed];
		return -1;
	}
	first = note_dones(group, asks, inner);
	if (first == group->count)
		return 0;
	*ret_failed = group->of[first];
	splice = sg_arena_push(group->scratch, splices, splice_count, sizeof(*splice));
	splice->ask = group->of[first];
	group->tree->sharing = group->sharing;
	if (put_text(group, inner[0].text, splice, err) < 0)
		return -1;
	note_shared(group);
	return 0;
}

int sg_edit_nested_all(struct sg_arena *arena, struct sg_arena *scratch, struct sg_edit_tree *tree,
	const struct sg_edit_ask *asks, size_t count, struct sg_edit_done *dones,
	struct sg_edit_splice **splices, size_t *splice_count, size_t *ret_failed,
	struct sg_err *err)
{
	struct sg_edit_ask *inner = sg_arena_calloc(scratch, count, sizeof(*inner));
	struct sg_edit_site *sites = sg_arena_calloc(scratch, count, sizeof(*sites));
	struct sg_edit_sharing *sharing = sg_arena_calloc(scratch, count, sizeof(*sharing));

	for (size_t i = 0; i < count; i++) {
		*ret_failed = i;
		if (sg_edit_nested_enter(scratch, tree, &asks[i], &inner[i], &sites[i], err) < 0)
			return -1;
		sharing[i] = tree->sharing;
	}
	*ret_failed = 0;
	for (size_t i = 0; i < count; i++) {
		struct group group = {.arena = arena,
			.scratch = scratch,
			.tree = tree,
			.site = sites[i],
			.dones = dones,
			.sharing = sharing[i]};

		if (!inner[i].key || dones[i].place)
			continue;
		for (size_t j = i; j < count; j++)
			if (inner[j].key && sites[j].node == sites[i].node) {
				add(&group, &inner[j], j);
				group.sharing.allowed = group.sharing.allowed && inner[j].shared;
			}
		if (take_group(&group, asks, splices, splice_count, ret_failed, err) < 0)
			return -1;
	}
	return 0;
}
