#include <string.h>

#include "base/attr.h"
#include "edit/entries.h"
#include "edit/spot.h"
#include "edit/target.h"

/* What is put together for one entry of `images`. */
struct image_entry {
	struct sg_arena *arena;
	struct sg_edit_tree *tree;
	const struct sg_edit_site *site;
	struct sg_edit_look look;
	struct sg_edit_splice splice;
	struct sg_edit_splice *last; /* the one that was made before; NULL: none */
	struct sg_edit_splice *list; /* that is LAST: it begins the list, and this goes into it */
};

static const struct sg_edit_claim list_start = {.kind = SG_YAML_SEQ_START, .style = SG_YAML_BLOCK};
static const struct sg_edit_claim list_end = {.kind = SG_YAML_SEQ_END};
static const struct sg_edit_claim entry_end = {.kind = SG_YAML_MAP_END};

static int no_entry(const struct image_entry *e, size_t node, const char *why, struct sg_err *err)
{
	(void)sg_edit_refuse(e->tree, node, SG_R_EDIT_NO_FIELD, err,
		"no entry can be added to `images` here: %s", why);
	return sg_hint(err, "write the entry of \"%.200s\" by hand", e->site->entry);
}

static void claim_before(struct image_entry *e, struct sg_edit_claim claim)
{
	e->look.before[e->look.before_count++] = claim;
}

static void claim_after(struct image_entry *e, struct sg_edit_claim claim)
{
	e->look.after[e->look.after_count++] = claim;
}

static void claim_entry(struct image_entry *e, enum sg_yaml_style style)
{
	claim_before(e, (struct sg_edit_claim){.kind = SG_YAML_MAP_START, .style = style});
	claim_after(e, entry_end);
}

static size_t last_item(struct sg_edit_tree *tree, size_t list)
{
	size_t last = 0;

	for (size_t at = list + 1; sg_edit_event(tree, at).kind != SG_YAML_SEQ_END;
		at = sg_edit_node_end(tree, at))
		last = at;
	return last;
}

/* As the entry ITEM: its quotes, those of its last value. */
static int look_like(struct image_entry *e, size_t item, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(e->tree, item);
	size_t end = sg_edit_node_end(e->tree, item);

	if (event.kind != SG_YAML_MAP_START || end < item + 4)
		return no_entry(e, item, "the last one is no mapping", err);
	e->look.key_style = sg_edit_event(e->tree, item + 1).style;
	e->look.value_style = sg_edit_event(e->tree, end - 2).style;
	if (e->look.key_style == SG_YAML_DOUBLE_QUOTED && e->site->flow)
		e->look.value_style = SG_YAML_DOUBLE_QUOTED;
	return 0;
}

/* [{...}] and [], on one line. */
static int add_to_flow(struct image_entry *e, struct sg_err *err)
{
	size_t list = e->site->node, item = last_item(e->tree, list);
	size_t end = sg_edit_node_end(e->tree, list) - 1;
	struct sg_yaml_event open = sg_edit_event(e->tree, list),
			     close = sg_edit_event(e->tree, end);

	if (open.line != close.line)
		return no_entry(e, list, "the list goes over several lines", err);
	e->look.key_style = e->site->json ? SG_YAML_DOUBLE_QUOTED : SG_YAML_PLAIN;
	e->look.value_style = e->look.key_style;
	if (item && look_like(e, item, err) < 0)
		return -1;
	e->splice.node = end;
	e->splice.start = item ? sg_edit_event(e->tree, end - 1).end : open.end;
	e->look.flow = true;
	e->look.head = item || (e->last && e->last->node == end) ? SG_STR(", {") : SG_STR("{");
	e->look.between = SG_STR(", ");
	e->look.tail = SG_STR("}");
	claim_entry(e, SG_YAML_FLOW);
	return 0;
}

static void write_block(
	struct image_entry *e, const struct sg_edit_spot *spot, struct sg_str prefix, bool flow)
{
	struct sg_arena *arena = e->arena;
	struct sg_str indent = sg_edit_blanks(arena, prefix);
	struct sg_str tail = spot->open ? SG_STR("") : spot->newline;

	e->look.head = spot->open ? sg_edit_join(arena, spot->newline, prefix) : prefix;
	e->look.lead =
		e->look.head.len - sg_str_sub(prefix, strspn(prefix.ptr, " "), prefix.len).len;
	e->look.between = flow ? SG_STR(", ") : sg_edit_join(arena, spot->newline, indent);
	e->look.tail = tail;
	if (flow) {
		e->look.head = sg_edit_join(arena, e->look.head, SG_STR("{"));
		e->look.tail = sg_edit_join(arena, SG_STR("}"), tail);
		e->look.flow = true;
	}
	e->splice.start = spot->at;
}

/* Behind the last "- name: ..." */
static int add_to_block(struct image_entry *e, struct sg_err *err)
{
	size_t list = e->site->node, item = last_item(e->tree, list);
	bool flow = sg_edit_event(e->tree, item).style == SG_YAML_FLOW;
	struct sg_edit_spot spot;
	struct sg_str prefix;

	if (look_like(e, item, err) < 0 ||
		sg_edit_spot_behind(e->tree, item, sg_edit_node_end(e->tree, item), &spot, err) < 0)
		return -1;
	prefix = (struct sg_str){sg_arena_dup(e->arena, spot.prefix), spot.prefix.len};
	if (sg_str_find(prefix, '-') < 0 ||
		sg_str_find(prefix, '-') != (long)strspn(prefix.ptr, " ") ||
		strchr(strchr(prefix.ptr, '-') + 1, '-'))
		return no_entry(e, item, "the last one does not begin behind its own \"-\"", err);
	write_block(e, &spot, prefix, flow);
	e->splice.node = sg_edit_node_end(e->tree, list) - 1;
	claim_entry(e, flow ? SG_YAML_FLOW : SG_YAML_BLOCK);
	return 0;
}

/* How far lists of the root are indented. */
static struct sg_str list_indent(const struct image_entry *e)
{
	struct sg_edit_tree *tree = e->tree;
	size_t at = e->site->holder + 1;
	static const char blanks[] = "        ";

	while (sg_edit_event(tree, at).kind != SG_YAML_MAP_END) {
		size_t value = sg_edit_node_end(tree, at);
		struct sg_yaml_event event = sg_edit_event(tree, value);

		if (event.kind == SG_YAML_SEQ_START && event.style == SG_YAML_BLOCK)
			return sg_str_sub(SG_STR(blanks), 0,
				(size_t)(event.column - sg_edit_event(tree, at).column));
		at = sg_edit_node_end(tree, value);
	}
	return SG_STR("");
}

/* The list is new, and this is not its first entry. */
static bool in_begun_list(struct image_entry *e)
{
	const struct sg_edit_splice *last = e->last;

	if (!last || last->node != e->splice.node ||
		last->claims[last->claim_count - 1].kind != SG_YAML_SEQ_END)
		return false;
	e->list = e->last;
	claim_entry(e, SG_YAML_BLOCK);
	return true;
}

/* Puts the entry before the end of the list that is begun. */
static void join_list(const struct image_entry *e)
{
	struct sg_edit_splice *list = e->list;
	size_t before = list->claim_count - 1;
	struct sg_edit_claim *claims = sg_arena_calloc(
		e->arena, list->claim_count + e->splice.claim_count, sizeof(*claims));

	SG_ASSERT(e->splice.claims);
	memcpy(claims, list->claims, before * sizeof(*claims));
	memcpy(&claims[before], e->splice.claims, e->splice.claim_count * sizeof(*claims));
	list->claim_count += e->splice.claim_count;
	claims[list->claim_count - 1] = list_end;
	list->claims = claims;
	list->bytes = sg_edit_join(e->arena, list->bytes, e->splice.bytes);
}

/* images: behind the last key of the root. */
static int add_list(struct image_entry *e, struct sg_err *err)
{
	size_t root = e->site->node, end = sg_edit_node_end(e->tree, root) - 1, first = root + 1;
	struct sg_edit_spot spot;
	struct sg_str indent, prefix;

	if (sg_edit_event(e->tree, root).style != SG_YAML_BLOCK)
		return no_entry(e, root, "there is no `images`; write `images: []` first", err);
	if (sg_edit_spot_behind(e->tree, first, end, &spot, err) < 0)
		return -1;
	indent = sg_edit_blanks(e->arena, spot.prefix);
	prefix = sg_edit_join(
		e->arena, sg_edit_join(e->arena, indent, list_indent(e)), SG_STR("- "));
	e->look.key_style = e->look.value_style = SG_YAML_PLAIN;
	write_block(e, &spot, prefix, false);
	e->splice.node = end;
	if (in_begun_list(e))
		return 0;
	e->look.lead = (spot.open ? spot.newline.len : 0) + indent.len;
	e->look.head = sg_str_of(sg_arena_printf(e->arena, "%.*s%.*simages:%.*s%.*s",
		SG_STR_ARG(spot.open ? spot.newline : SG_STR("")), SG_STR_ARG(indent),
		SG_STR_ARG(spot.newline), SG_STR_ARG(prefix)));
	claim_before(e,
		(struct sg_edit_claim){
			.kind = SG_YAML_SCALAR, .style = SG_YAML_PLAIN, .value = SG_STR("images")});
	claim_before(e, list_start);
	claim_entry(e, SG_YAML_BLOCK);
	claim_after(e, list_end);
	return 0;
}

/* Behind `images:`, which has no value. */
static int fill_list(struct image_entry *e, struct sg_err *err)
{
	size_t nothing = e->site->node;
	struct sg_edit_spot spot;
	struct sg_str indent;

	if (sg_edit_spot_behind(e->tree, nothing - 1, nothing + 1, &spot, err) < 0)
		return -1;
	indent = sg_edit_join(e->arena, sg_edit_blanks(e->arena, spot.prefix), list_indent(e));
	e->look.key_style = e->look.value_style = SG_YAML_PLAIN;
	write_block(e, &spot, sg_edit_join(e->arena, indent, SG_STR("- ")), false);
	e->splice.node = nothing;
	e->splice.filled = true;
	if (in_begun_list(e))
		return 0;
	claim_before(e, list_start);
	claim_entry(e, SG_YAML_BLOCK);
	claim_after(e, list_end);
	return 0;
}

static int insert(struct image_entry *e, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(e->tree, e->site->node);

	if (e->site->node == e->site->holder)
		return add_list(e, err);
	if (!e->site->flow && event.kind == SG_YAML_SCALAR && sg_edit_is_open(e->tree, &event))
		return fill_list(e, err);
	if (event.kind != SG_YAML_SEQ_START)
		return no_entry(
			e, e->site->node, "no list stands there; write `images: []` first", err);
	return event.style == SG_YAML_FLOW ? add_to_flow(e, err) : add_to_block(e, err);
}

int sg_edit_insert_image(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_site *site, const struct sg_edit_entry *entries, size_t count,
	struct sg_edit_splice **splices, size_t *splice_count, struct sg_err *err)
{
	struct image_entry e = {.arena = arena, .tree = tree, .site = site};
	struct sg_edit_entry name = {.key = "name", .value = site->entry};
	const struct sg_edit_entry **all = sg_arena_calloc(arena, count + 1, sizeof(*all));

	all[0] = &name;
	for (size_t i = 0; i < count; i++)
		all[i + 1] = &entries[i];
	e.look.colon = SG_STR(": ");
	e.splice.added = true;
	e.splice.ask = entries[0].ask;
	e.last = *splice_count ? &(*splices)[*splice_count - 1] : NULL;
	if (insert(&e, err) < 0)
		return -1;
	e.splice.end = e.splice.start;
	if (sg_edit_entries_write(
		    arena, tree, site->node, &e.look, all, count + 1, &e.splice, err) < 0)
		return -1;
	if (e.list) {
		join_list(&e);
		return 0;
	}
	*(struct sg_edit_splice *)sg_arena_push(arena, splices, splice_count, sizeof(e.splice)) =
		e.splice;
	return 0;
}
