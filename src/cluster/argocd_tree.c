#include "cluster/argocd_tree.h"

#include <string.h>

#include "cluster/app_reader.h"

#define LABELS_MAX 256

#define NODE(type, member, path) SG_APP_FIELD(type, sg_tree_node, member, path)

static const struct sg_json_field node_fields[] = {
	NODE(SG_FIELD_STR, group, "group"),
	NODE(SG_FIELD_STR, kind, "kind"),
	NODE(SG_FIELD_STR, namespace, "namespace"),
	NODE(SG_FIELD_STR, name, "name"),
	NODE(SG_FIELD_STR, uid, "uid"),
};

static const char *text_at(
	const struct sg_app_reader *reader, const struct sg_json *value, const char *path)
{
	return sg_app_reader_word(reader, sg_json_str(sg_json_at(value, path), ""));
}

/* `info` is for people; the number of a ReplicaSet's template is in it only: "Rev:3". */
static const char *revision_of(const struct sg_app_reader *reader, const struct sg_json *value)
{
	const struct sg_json *info = sg_json_get(value, "info");

	for (const struct sg_json *e = sg_json_first(info); e; e = sg_json_next(e)) {
		struct sg_str text = sg_str_of(sg_json_str(sg_json_get(e, "value"), ""));

		if (strcmp(sg_json_str(sg_json_get(e, "name"), ""), "Revision") == 0 &&
			sg_str_starts(text, "Rev:"))
			return sg_arena_dup(
				reader->arena, sg_str_sub(text, strlen("Rev:"), text.len));
	}
	return "";
}

static void read_labels(
	const struct sg_app_reader *reader, const struct sg_json *value, struct sg_tree_node *node)
{
	const struct sg_json *labels = sg_json_at(value, "networkingInfo.labels");
	size_t count = sg_json_count(labels) < LABELS_MAX ? sg_json_count(labels) : LABELS_MAX;
	struct sg_tree_label *all;

	if (!count || sg_json_type(labels) != SG_JSON_OBJECT)
		return;
	all = sg_arena_calloc(reader->arena, count, sizeof(*all));
	for (const struct sg_json *e = sg_json_first(labels); e && node->label_count < count;
		e = sg_json_next(e))
		all[node->label_count++] = (struct sg_tree_label){
			sg_app_reader_word(reader, sg_json_key(e)),
			sg_app_reader_word(reader, sg_json_str(e, "")),
		};
	node->labels = all;
}

static int read_node(
	const struct sg_app_reader *reader, const struct sg_json *value, struct sg_tree_node *node)
{
	const char *health = sg_json_str(sg_json_at(value, "health.status"), "");

	*node = (struct sg_tree_node){.owner_uid = "", .revision = ""};
	if (sg_json_type(value) != SG_JSON_OBJECT)
		return sg_fail(reader->err, SG_R_ANSWER_INVALID,
			"the resource tree: nodes[]: expected an object");
	if (sg_app_reader_fields(
		    reader, value, "nodes[]", node_fields, SG_COUNT(node_fields), node) < 0)
		return -1;
	node->owner_uid = text_at(reader, sg_json_first(sg_json_get(value, "parentRefs")), "uid");
	node->healthy = !health[0] || strcmp(health, "Healthy") == 0;
	if (strcmp(node->kind, "ReplicaSet") == 0)
		node->revision = revision_of(reader, value);
	if (strcmp(node->kind, "Pod") == 0)
		read_labels(reader, value, node);
	return 0;
}

/* Of many that are read later, those that may say why something is wrong come first. */
static void put_unhealthy_first(struct sg_tree_node *nodes, size_t count, struct sg_arena *arena)
{
	struct sg_tree_node *sorted;
	size_t at = 0;

	if (!nodes)
		return;
	sorted = sg_arena_calloc(arena, count, sizeof(*sorted));
	for (size_t i = 0; i < count; i++)
		if (!nodes[i].healthy)
			sorted[at++] = nodes[i];
	for (size_t i = 0; i < count; i++)
		if (nodes[i].healthy)
			sorted[at++] = nodes[i];
	memcpy(nodes, sorted, count * sizeof(*nodes));
}

int sg_argocd_tree_decode(
	const struct sg_json *doc, struct sg_arena *arena, struct sg_tree *ret, struct sg_err *err)
{
	struct sg_app_words words = {0};
	const struct sg_app_reader reader = {arena, "the resource tree", err, &words};
	const struct sg_json *nodes = sg_app_reader_at(doc, "nodes");
	struct sg_tree_node *all = NULL;

	*ret = (struct sg_tree){0};
	if (sg_json_type(doc) != SG_JSON_OBJECT || (nodes && sg_json_type(nodes) != SG_JSON_ARRAY))
		return sg_fail(err, SG_R_ANSWER_INVALID, "the resource tree is no tree");
	for (const struct sg_json *e = sg_json_first(nodes); e; e = sg_json_next(e)) {
		if (ret->count == SG_TREE_NODES_MAX) {
			ret->cut = true;
			break;
		}
		if (read_node(&reader, e, sg_arena_push(arena, &all, &ret->count, sizeof(*all))) <
			0)
			return -1;
	}
	put_unhealthy_first(all, ret->count, arena);
	ret->nodes = all;
	return 0;
}

const struct sg_tree_node *sg_argocd_tree_find(const struct sg_tree *tree, const char *uid)
{
	for (size_t i = 0; uid[0] && i < tree->count; i++)
		if (strcmp(tree->nodes[i].uid, uid) == 0)
			return &tree->nodes[i];
	return NULL;
}

/* ---- selectors ---- */

static const struct sg_tree_label *label_of(const struct sg_tree_node *node, struct sg_str key)
{
	for (size_t i = 0; i < node->label_count; i++)
		if (sg_str_is(key, node->labels[i].key))
			return &node->labels[i];
	return NULL;
}

/* VALUE among "a,b" */
static bool is_among(const char *value, struct sg_str list)
{
	struct sg_str one;

	while (sg_str_cut(&list, ',', &one))
		if (sg_str_is(sg_str_trim(one), value))
			return true;
	return false;
}

/* "KEY in (a,b)": the list, where WORD is the word between. */
static bool cut_set(struct sg_str term, const char *word, struct sg_str *key, struct sg_str *list)
{
	long at = sg_str_search(term, word);

	if (at < 0 || !sg_str_ends(term, ")"))
		return false;
	*key = sg_str_sub(term, 0, (size_t)at);
	*list = sg_str_sub(term, (size_t)at + strlen(word), term.len - 1);
	return true;
}

static bool matches(const struct sg_tree_node *node, struct sg_str term)
{
	const struct sg_tree_label *label;
	struct sg_str key, list = {0};

	if (cut_set(term, " notin (", &key, &list)) {
		label = label_of(node, key);
		return !label || !is_among(label->value, list);
	}
	if (cut_set(term, " in (", &key, &list)) {
		label = label_of(node, key);
		return label && is_among(label->value, list);
	}
	if (sg_str_starts(term, "!"))
		return !label_of(node, sg_str_sub(term, 1, term.len));
	if (sg_str_find(term, '=') < 0)
		return label_of(node, term) != NULL;
	(void)sg_str_cut(&term, '=', &key);
	label = label_of(node, key);
	return label && sg_str_is(term, label->value);
}

/* Up to the next comma that stands in no parentheses. */
static struct sg_str next_term(struct sg_str *rest)
{
	size_t depth = 0, i = 0;
	struct sg_str term;

	for (; i < rest->len; i++) {
		char c = rest->ptr[i];

		if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if (c == ',' && !depth)
			break;
	}
	term = sg_str_sub(*rest, 0, i);
	*rest = sg_str_sub(*rest, i < rest->len ? i + 1 : i, rest->len);
	return sg_str_trim(term);
}

bool sg_argocd_tree_selects(const struct sg_tree_node *node, const char *selector)
{
	struct sg_str rest = sg_str_of(selector);

	if (!rest.len)
		return false;
	while (rest.len)
		if (!matches(node, next_term(&rest)))
			return false;
	return true;
}
