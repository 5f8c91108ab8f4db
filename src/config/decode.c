#include "config/decode.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/num.h"
#include "model/policy.h"

#define COUNT_MAX 100
#define NAMES_MAX 32
#define LIST_MAX 100

void sg_config_note(
	struct sg_config_notes *notes, int line, int column, const char *hint, const char *fmt, ...)
{
	struct sg_finding *row;
	char text[512];
	va_list args;

	if (notes->findings->count > SG_CONFIG_MAX_FINDINGS)
		return;
	if (notes->findings->count == SG_CONFIG_MAX_FINDINGS) {
		(void)sg_finding_add(notes->arena, notes->findings, SG_SEVERITY_ERROR, notes->file,
			line, column, "more errors follow; they are not shown");
		return;
	}
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	row = sg_finding_add(notes->arena, notes->findings, SG_SEVERITY_ERROR, notes->file, line,
		column, "%s", text);
	row->hint = sg_arena_strdup(notes->arena, hint);
}

static const char *kind_name(const struct sg_yaml_node *node)
{
	switch (node->kind) {
	case SG_NODE_SCALAR:
		return "a single value";
	case SG_NODE_SEQ:
		return "a list";
	case SG_NODE_MAP:
		return "a mapping";
	}
	return "something else";
}

/* "a, b, c" for the words of a list. */
static void list_words(const char *words, struct sg_buf *out)
{
	struct sg_str rest = sg_str_of(words), word;

	while (sg_str_cut(&rest, ' ', &word))
		if (word.len)
			sg_buf_addf(out, "%s%.*s", out->len ? ", " : "", SG_STR_ARG(word));
}

static const struct sg_config_key *find_key(const struct sg_config_map *map, const char *name)
{
	for (size_t i = 0; i < map->key_count; i++)
		if (strcmp(map->keys[i].name, name) == 0)
			return &map->keys[i];
	return NULL;
}

/* The word of the map's tag key, or NULL when there is none or it is wrong. */
static const char *tag_word(const struct sg_yaml_node *node, const struct sg_config_map *map)
{
	const struct sg_yaml_node *tag = map->tag ? sg_yaml_get(node, map->tag) : NULL;
	const struct sg_config_key *key = map->tag ? find_key(map, map->tag) : NULL;

	if (!tag || tag->kind != SG_NODE_SCALAR || sg_config_word(key->words, tag->value) < 0)
		return NULL;
	return tag->value;
}

static bool belongs_to(const struct sg_config_key *key, const char *tag)
{
	return !key->only || (tag && sg_config_word(key->only, tag) >= 0);
}

static void note_unknown(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_yaml_node *child, const struct sg_config_map *map)
{
	const char *tag = tag_word(node, map);
	const char *names[NAMES_MAX] = {NULL};
	size_t count = 0;
	const char *near;
	SG_AUTO(sg_buf_release) struct sg_buf hint = {0};

	for (size_t i = 0; i < map->key_count && count < NAMES_MAX; i++)
		if (!tag || belongs_to(&map->keys[i], tag))
			names[count++] = map->keys[i].name;
	near = sg_str_nearest(child->key, names, count);
	sg_buf_init(&hint, 1024);
	if (near)
		sg_buf_addf(&hint, "did you mean '%s'?", near);
	else
		for (size_t i = 0; i < count; i++)
			sg_buf_addf(&hint, "%s%s", i ? ", " : "known keys: ", names[i]);
	sg_config_note(notes, child->key_line, child->key_column, hint.ptr,
		"unknown key '%.60s' in %s", child->key, map->name);
}

/* A plain scalar that YAML takes for no value at all. */
static bool is_null(const struct sg_yaml_node *node)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	for (size_t i = 0; node->style == SG_YAML_PLAIN && i < SG_COUNT(words); i++)
		if (strcmp(node->value, words[i]) == 0)
			return true;
	return false;
}

static bool is_scalar(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, const char *want)
{
	if (node->kind != SG_NODE_SCALAR) {
		sg_config_note(notes, node->line, node->column, NULL, "'%s' must be %s, not %s",
			key->name, want, kind_name(node));
		return false;
	}
	if (!is_null(node))
		return true;
	sg_config_note(notes, node->line, node->column, NULL, "'%s' has no value", key->name);
	return false;
}

/* What is wrong with a text that has placeholders, or NULL. */
static const char *braces_hint(enum sg_config_format format, const char *value)
{
	bool filled = format == SG_FORMAT_TEMPLATE || format == SG_FORMAT_SUBJECT;

	return filled && strpbrk(value, "{}") ? "other words stand in no braces" : NULL;
}

static void note_value(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, const char *want)
{
	sg_config_note(notes, node->line, node->column, NULL, "'%s' must be %s, not '%.60s'",
		key->name, want, node->value);
}

static const char *text_of(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key)
{
	const char *want = sg_config_format_text(key->format);

	if (!is_scalar(notes, node, key, want))
		return NULL;
	if (sg_config_format_ok(key->format, sg_str_of(node->value)))
		return node->value;
	sg_config_note(notes, node->line, node->column, braces_hint(key->format, node->value),
		"'%s' must be %s, not '%.60s'", key->name, want, node->value);
	return NULL;
}

static void decode_version(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key)
{
	uint64_t version;

	if (!is_scalar(notes, node, key, "the number 1"))
		return;
	if (node->style != SG_YAML_PLAIN || !sg_num_u64(sg_str_of(node->value), &version))
		note_value(notes, node, key, "the number 1");
	else if (version != 1)
		sg_config_note(notes, node->line, node->column,
			"a newer stagegate may know it; this one knows version 1",
			"version %.20s of the configuration is not known", node->value);
}

static void decode_bool(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, bool *ret)
{
	if (!is_scalar(notes, node, key, "true or false"))
		return;
	if (node->style == SG_YAML_PLAIN && strcmp(node->value, "true") == 0)
		*ret = true;
	else if (node->style != SG_YAML_PLAIN || strcmp(node->value, "false") != 0)
		note_value(notes, node, key, "true or false");
}

static void decode_count(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, int64_t *ret)
{
	uint64_t count;

	if (!is_scalar(notes, node, key, "a number"))
		return;
	if (node->style == SG_YAML_PLAIN && sg_num_u64(sg_str_of(node->value), &count) &&
		count >= 1 && count <= COUNT_MAX)
		*ret = (int64_t)count;
	else
		note_value(notes, node, key, "a number from 1 to 100");
}

static void decode_time(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, int64_t *ret)
{
	int64_t ms;

	if (!is_scalar(notes, node, key, "a duration"))
		return;
	if (sg_num_duration_ms(sg_str_of(node->value), &ms) && ms > 0)
		*ret = ms;
	else
		note_value(notes, node, key, "a duration such as 90s, 30m, 2h or 1h30m");
}

/* "did you mean 'health'?", or NULL when no word is near. */
static const char *word_hint(
	struct sg_config_notes *notes, const struct sg_config_key *key, const char *wanted)
{
	struct sg_str rest = sg_str_of(key->words), word;
	const char *names[NAMES_MAX] = {NULL};
	size_t count = 0;
	const char *near;

	while (count < NAMES_MAX && sg_str_cut(&rest, ' ', &word))
		if (word.len)
			names[count++] = sg_arena_dup(notes->arena, word);
	near = sg_str_nearest(wanted, names, count);
	return near ? sg_arena_printf(notes->arena, "did you mean '%s'?", near) : NULL;
}

static void decode_word(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, void *ret_enum)
{
	SG_AUTO(sg_buf_release) struct sg_buf want = {0};
	int at;

	sg_buf_init(&want, 256);
	list_words(key->words, &want);
	if (!is_scalar(notes, node, key, want.ptr))
		return;
	at = sg_config_word(key->words, node->value);
	if (at >= 0)
		memcpy(ret_enum, &at, sizeof(at));
	else
		sg_config_note(notes, node->line, node->column, word_hint(notes, key, node->value),
			"'%s' must be one of %s, not '%.60s'", key->name, want.ptr, node->value);
}

static bool is_list(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key)
{
	if (node->kind == SG_NODE_SEQ)
		return true;
	if (node->kind == SG_NODE_SCALAR && is_null(node))
		sg_config_note(
			notes, node->line, node->column, NULL, "'%s' has no value", key->name);
	else
		sg_config_note(notes, node->line, node->column, "each item starts with '- '",
			"'%s' must be a list, not %s", key->name, kind_name(node));
	return false;
}

static void put_list(void *base, const struct sg_config_key *key, const void *items, size_t count)
{
	memcpy((char *)base + key->offset, &items, sizeof(items));
	memcpy((char *)base + key->count_offset, &count, sizeof(count));
}

/* At least one where it is required, and not so many that asking for each would take long. */
static bool fits(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key)
{
	if (key->required && node->count == 0)
		sg_config_note(
			notes, node->line, node->column, NULL, "'%s' is an empty list", key->name);
	if (node->count <= LIST_MAX)
		return true;
	sg_config_note(notes, node->line, node->column, NULL, "'%s' has %zu items; at most %d",
		key->name, node->count, LIST_MAX);
	return false;
}

static void put_spot(void *base, const struct sg_config_key *key, const struct sg_yaml_node *node)
{
	const struct sg_policy_spot spot = {node->line, node->column};

	if (key->spot_offset)
		memcpy((char *)base + key->spot_offset, &spot, sizeof(spot));
}

static bool id_of(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, int64_t *ret)
{
	static const char want[] = "numbers of users, each more than 0";
	uint64_t id;

	if (!is_scalar(notes, node, key, want))
		return false;
	if (node->style == SG_YAML_PLAIN && sg_num_u64(sg_str_of(node->value), &id) && id > 0 &&
		id <= INT64_MAX) {
		*ret = (int64_t)id;
		return true;
	}
	note_value(notes, node, key, want);
	return false;
}

static void decode_ids(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, void *base)
{
	int64_t *items;
	size_t count = 0;

	if (!is_list(notes, node, key) || !fits(notes, node, key))
		return;
	items = sg_arena_calloc(notes->arena, node->count + 1, sizeof(*items));
	for (const struct sg_yaml_node *item = node->first; item; item = item->next)
		count += id_of(notes, item, key, &items[count]);
	put_list(base, key, items, count);
}

static void decode_texts(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, void *base)
{
	struct sg_policy_spot *spots;
	const char **items;
	size_t count = 0;

	if (!is_list(notes, node, key) || !fits(notes, node, key))
		return;
	/* Never NULL: an empty list is another thing than none. */
	items = sg_arena_calloc(notes->arena, node->count + 1, sizeof(*items));
	spots = sg_arena_calloc(notes->arena, node->count + 1, sizeof(*spots));
	for (const struct sg_yaml_node *item = node->first; item; item = item->next) {
		const char *text = text_of(notes, item, key);

		if (!text)
			continue;
		spots[count] = (struct sg_policy_spot){item->line, item->column};
		items[count++] = sg_arena_strdup(notes->arena, text);
	}
	put_list(base, key, items, count);
	if (key->spot_offset)
		memcpy((char *)base + key->spot_offset, &spots, sizeof(spots));
}

static void decode_maps(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, void *base)
{
	const struct sg_config_map *map = key->map;
	char *items;
	size_t at = 0;

	if (!is_list(notes, node, key))
		return;
	if (key->required && node->count == 0)
		sg_config_note(
			notes, node->line, node->column, NULL, "'%s' is an empty list", key->name);
	items = sg_arena_calloc(notes->arena, node->count + 1, map->size);
	for (const struct sg_yaml_node *item = node->first; item; item = item->next, at++) {
		char *one = items + at * map->size;

		if (map->line_offset != SG_CONFIG_NOWHERE)
			memcpy(one + map->line_offset, &item->line, sizeof(int));
		if (map->column_offset != SG_CONFIG_NOWHERE)
			memcpy(one + map->column_offset, &item->column, sizeof(int));
		sg_config_decode(notes, item, map, one);
	}
	put_list(base, key, items, at);
}

static void decode_value(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_key *key, void *base)
{
	void *field = (char *)base + (key->offset == SG_CONFIG_NOWHERE ? 0 : key->offset);
	const char *text;

	switch (key->type) {
	case SG_CONFIG_VERSION:
		decode_version(notes, node, key);
		return;
	case SG_CONFIG_TEXT:
		text = sg_arena_strdup(notes->arena, text_of(notes, node, key));
		memcpy(field, &text, sizeof(text));
		put_spot(base, key, node);
		return;
	case SG_CONFIG_BOOL:
		decode_bool(notes, node, key, field);
		if (key->given_offset)
			*(bool *)((char *)base + key->given_offset) = true;
		return;
	case SG_CONFIG_COUNT:
		decode_count(notes, node, key, field);
		return;
	case SG_CONFIG_TIME:
		decode_time(notes, node, key, field);
		return;
	case SG_CONFIG_WORD:
		decode_word(notes, node, key, field);
		return;
	case SG_CONFIG_TEXTS:
		decode_texts(notes, node, key, base);
		return;
	case SG_CONFIG_IDS:
		decode_ids(notes, node, key, base);
		return;
	case SG_CONFIG_MAP:
		sg_config_decode(notes, node, key->map, field);
		return;
	case SG_CONFIG_MAPS:
		decode_maps(notes, node, key, base);
		return;
	}
}

/*
 * A missing key is noted at the last key that is there: behind an unknown one, which may be the
 * same key with a typing error and is then the first thing to read.
 */
static void note_missing(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_map *map, const char *name, const char *tag)
{
	int line = node->line, column = node->column;

	for (const struct sg_yaml_node *child = node->first; child; child = child->next) {
		line = child->key_line;
		column = child->key_column;
	}
	sg_config_note(notes, line, column, NULL, "'%s' is missing in %s%s%s", name, map->name,
		tag ? " " : "", tag ? tag : "");
}

/* "it belongs to soak" */
static const char *only_hint(struct sg_config_notes *notes, const struct sg_config_key *key)
{
	SG_AUTO(sg_buf_release) struct sg_buf words = {0};

	sg_buf_init(&words, 256);
	list_words(key->only, &words);
	return sg_arena_printf(notes->arena, "it belongs to %s", words.ptr);
}

static void check_keys(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_map *map)
{
	const char *tag = tag_word(node, map);

	for (size_t i = 0; i < map->key_count; i++) {
		const struct sg_config_key *key = &map->keys[i];
		const struct sg_yaml_node *child = sg_yaml_get(node, key->name);
		bool belongs = belongs_to(key, tag);

		if (child && tag && !belongs)
			sg_config_note(notes, child->key_line, child->key_column,
				only_hint(notes, key), "'%s' does not belong to a %s of %s '%s'",
				key->name, map->name, map->tag, tag);
		if (!child && key->required && belongs)
			note_missing(notes, node, map, key->name, tag);
	}
}

void sg_config_decode(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_config_map *map, void *ret_struct)
{
	if (node->kind != SG_NODE_MAP) {
		sg_config_note(notes, node->line, node->column, NULL,
			"%s must be a mapping of keys to values, not %s", map->name,
			kind_name(node));
		return;
	}
	for (const struct sg_yaml_node *child = node->first; child; child = child->next) {
		const struct sg_config_key *key = find_key(map, child->key);

		if (notes->findings->count > SG_CONFIG_MAX_FINDINGS)
			return;
		if (key)
			decode_value(notes, child, key, ret_struct);
		else
			note_unknown(notes, node, child, map);
	}
	check_keys(notes, node, map);
}
