#include "edit/insert.h"

#include <string.h>

#include "edit/insertion.h"
#include "edit/spot.h"
#include "edit/target.h"

int sg_edit_no_field(const struct sg_edit_insertion *in, size_t node, const char *key,
	const char *why, struct sg_err *err)
{
	(void)sg_edit_refuse(in->tree, node, SG_R_EDIT_NO_FIELD, err,
		"there is no \"%.80s\" here, and none can be added: %s", key, why);
	return sg_hint(err, "write a first \"%.80s\" by hand", key);
}

/* ---- which neighbour ---- */

static const char *const behind_tag[] = {
	"tag", "newTag", "repository", "registry", "newName", "name", NULL};

/* The names that a key goes behind, the best first; none: behind the last entry. */
static const char *const *names_before(const char *key)
{
	if (strcmp(key, "digest") == 0)
		return behind_tag;
	if (strcmp(key, "tag") == 0 || strcmp(key, "newTag") == 0)
		return behind_tag + 2;
	return strcmp(key, "newName") == 0 ? behind_tag + 5 : behind_tag + 6;
}

/* The last entry of a mapping; false: it has none. */
static bool last_entry(struct sg_edit_tree *tree, size_t map, size_t *ret_key)
{
	size_t at = map + 1;
	bool any = false;

	while (sg_edit_event(tree, at).kind != SG_YAML_MAP_END) {
		*ret_key = at;
		any = true;
		at = sg_edit_node_end(tree, sg_edit_node_end(tree, at));
	}
	return any;
}

static bool find_neighbour(
	const struct sg_edit_insertion *in, const char *key, struct sg_edit_neighbour *ret)
{
	size_t map = in->site->node, at = 0, value = 0;

	if (sg_edit_event(in->tree, map).kind != SG_YAML_MAP_START)
		return false;
	for (const char *const *name = names_before(key); *name && !value; name++)
		value = sg_edit_member(in->tree, map, *name);
	if (value)
		at = value - 1; /* the key is a scalar: one event */
	else if (!last_entry(in->tree, map, &at))
		return false;
	ret->key = at;
	ret->value = sg_edit_node_end(in->tree, at);
	ret->end = sg_edit_node_end(in->tree, ret->value);
	ret->key_event = sg_edit_event(in->tree, ret->key);
	ret->value_event = sg_edit_event(in->tree, ret->value);
	return true;
}

/* ---- on lines of their own ---- */

static int look_in_block(const struct sg_edit_insertion *in, const struct sg_edit_neighbour *n,
	struct sg_edit_look *ret, struct sg_edit_splice *splice, struct sg_err *err)
{
	struct sg_edit_spot spot;
	struct sg_str indent, next;

	if (sg_edit_spot_behind(in->tree, n->key, n->end, &spot, err) < 0)
		return -1;
	indent = sg_edit_blanks(in->arena, spot.prefix);
	next = sg_edit_join(in->arena, spot.newline, indent);
	*ret = (struct sg_edit_look){
		.key_style = n->key_event.style,
		.value_style = n->value_event.style,
		.head = spot.open ? next : indent,
		.colon = SG_STR(": "),
		.between = next,
		.tail = spot.open ? SG_STR("") : spot.newline,
	};
	ret->lead = ret->head.len;
	splice->node = n->end;
	splice->start = splice->end = spot.at;
	return 0;
}

/* ---- below a key that has no value ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_behind_colon(struct sg_str text, size_t at)
{
	while (at > 0 && is_blank(text.ptr[at - 1]))
		at--;
	return at > 0 && text.ptr[at - 1] == ':';
}

/* The event before the value that is nothing is its key. */
static int look_below(const struct sg_edit_insertion *in, const char *key, struct sg_edit_look *ret,
	struct sg_edit_splice *splice, struct sg_err *err)
{
	static const struct sg_edit_claim end = {.kind = SG_YAML_MAP_END};
	size_t node = in->site->node;
	struct sg_edit_spot spot;
	struct sg_str indent, next;

	if (in->site->flow || !is_behind_colon(in->tree->text, sg_edit_event(in->tree, node).start))
		return sg_edit_no_field(
			in, node, key, "nothing stands there that could hold it", err);
	if (sg_edit_spot_behind(in->tree, node - 1, node + 1, &spot, err) < 0)
		return -1;
	indent = sg_edit_blanks(in->arena, spot.prefix);
	indent = sg_edit_join(in->arena, indent, sg_edit_usual_step(in->arena, in->tree));
	next = sg_edit_join(in->arena, spot.newline, indent);
	*ret = (struct sg_edit_look){
		.key_style = SG_YAML_PLAIN,
		.value_style = SG_YAML_PLAIN,
		.head = spot.open ? next : indent,
		.colon = SG_STR(": "),
		.between = next,
		.tail = spot.open ? SG_STR("") : spot.newline,
		.before[0] = {.kind = SG_YAML_MAP_START, .style = SG_YAML_BLOCK},
		.before_count = 1,
		.after[0] = end,
		.after_count = 1,
	};
	splice->filled = true;
	splice->node = node;
	splice->start = splice->end = spot.at;
	return 0;
}

/* ---- all ---- */

static bool is_nothing(const struct sg_edit_insertion *in)
{
	struct sg_yaml_event event = sg_edit_event(in->tree, in->site->node);

	return event.kind == SG_YAML_SCALAR && event.start == event.end &&
	       sg_edit_is_open(in->tree, &event);
}

/* Behind one neighbour, or into {}, or below a key. */
static int insert_group(const struct sg_edit_insertion *in, const struct sg_edit_neighbour *n,
	const struct sg_edit_entry *const *entries, size_t count, struct sg_err *err)
{
	struct sg_edit_splice splice = {.added = true, .ask = entries[0]->ask};
	struct sg_edit_look look;
	int rc;

	if (is_nothing(in))
		rc = look_below(in, entries[0]->key, &look, &splice, err);
	else if (!n)
		rc = sg_edit_look_in_braces(in, entries[0]->key, &look, &splice, err);
	else if (sg_edit_event(in->tree, in->site->node).style == SG_YAML_FLOW)
		rc = sg_edit_look_in_flow(in, n, entries[0]->key, &look, &splice, err);
	else
		rc = look_in_block(in, n, &look, &splice, err);
	if (rc < 0 || sg_edit_entries_write(in->arena, in->tree, in->site->node, &look, entries,
			      count, &splice, err) < 0)
		return -1;
	*(struct sg_edit_splice *)sg_arena_push(in->arena, in->splices, in->count, sizeof(splice)) =
		splice;
	return 0;
}

static int check_mapping(const struct sg_edit_insertion *in, const char *key, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(in->tree, in->site->node);

	if (event.kind == SG_YAML_MAP_START || is_nothing(in))
		return 0;
	return sg_edit_no_field(
		in, in->site->node, key, "nothing stands there that could hold it", err);
}

/* Where the entry goes: the node before it; 0 in {}. */
static size_t end_before(const struct sg_edit_insertion *in, const struct sg_edit_entry *entry)
{
	struct sg_edit_neighbour n;

	return find_neighbour(in, entry->key, &n) ? n.end : 0;
}

int sg_edit_insert(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_site *site, const struct sg_edit_entry *entries, size_t count,
	struct sg_edit_splice **splices, size_t *splice_count, struct sg_err *err)
{
	struct sg_edit_insertion in = {
		.arena = arena, .tree = tree, .site = site, .splices = splices};
	const struct sg_edit_entry **group = sg_arena_calloc(arena, count, sizeof(*group));
	bool *done = sg_arena_calloc(arena, count, sizeof(*done));

	in.count = splice_count;
	if (check_mapping(&in, entries[0].key, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct sg_edit_neighbour n;
		size_t grouped = 0;
		bool any;

		if (done[i])
			continue;
		any = find_neighbour(&in, entries[i].key, &n);
		for (size_t j = i; j < count; j++) {
			if (done[j] || end_before(&in, &entries[j]) != (any ? n.end : 0))
				continue;
			group[grouped++] = &entries[j];
			done[j] = true;
		}
		if (insert_group(&in, any ? &n : NULL, group, grouped, err) < 0)
			return -1;
	}
	return 0;
}
