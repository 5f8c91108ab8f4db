#include "config/schema_doc.h"

#include <string.h>

#include "config/schema.h"
#include "io/json_write.h"

#define DURATION_PATTERN "^([0-9]+|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$"

static void put_words(struct sg_json_out *json, const char *key, const char *words)
{
	struct sg_str rest = sg_str_of(words), word;

	sg_json_open_array(json, key);
	while (sg_str_cut(&rest, ' ', &word))
		if (word.len)
			sg_json_put_strn(json, NULL, word);
	sg_json_close_array(json);
}

static void put_map(struct sg_json_out *json, const struct sg_config_map *map);

/* A YAML scalar that reads as a number is a text for stagegate, and a number for an editor. */
static void put_text(struct sg_json_out *json, enum sg_config_format format)
{
	const char *pattern = sg_config_format_pattern(format);

	put_words(json, "type", "string number boolean");
	if (pattern[0])
		sg_json_put_str(json, "pattern", pattern);
	else
		sg_json_put_i64(json, "minLength", 1);
}

static void put_list(struct sg_json_out *json, const struct sg_config_key *key)
{
	sg_json_put_str(json, "type", "array");
	if (key->required)
		sg_json_put_i64(json, "minItems", 1);
	sg_json_open_object(json, "items");
	if (key->type == SG_CONFIG_MAPS) {
		put_map(json, key->map);
	} else if (key->type == SG_CONFIG_IDS) {
		sg_json_put_str(json, "type", "integer");
		sg_json_put_i64(json, "minimum", 1);
	} else {
		put_text(json, key->format);
	}
	sg_json_close_object(json);
}

static void put_type(struct sg_json_out *json, const struct sg_config_key *key)
{
	switch (key->type) {
	case SG_CONFIG_VERSION:
		sg_json_put_i64(json, "const", 1);
		return;
	case SG_CONFIG_TEXT:
		put_text(json, key->format);
		return;
	case SG_CONFIG_BOOL:
		sg_json_put_str(json, "type", "boolean");
		return;
	case SG_CONFIG_COUNT:
		sg_json_put_str(json, "type", "integer");
		sg_json_put_i64(json, "minimum", 1);
		sg_json_put_i64(json, "maximum", 100);
		return;
	case SG_CONFIG_TIME:
		put_words(json, "type", "string integer");
		sg_json_put_str(json, "pattern", DURATION_PATTERN);
		sg_json_put_i64(json, "minLength", 1);
		return;
	case SG_CONFIG_WORD:
		put_words(json, "enum", key->words);
		return;
	case SG_CONFIG_TEXTS:
	case SG_CONFIG_IDS:
	case SG_CONFIG_MAPS:
		put_list(json, key);
		return;
	case SG_CONFIG_MAP:
		put_map(json, key->map);
		return;
	}
}

static void put_key(struct sg_json_out *json, const struct sg_config_key *key)
{
	sg_json_open_object(json, key->name);
	/* A map brings its own description. */
	if (key->type != SG_CONFIG_MAP)
		sg_json_put_str(json, "description", key->doc);
	put_type(json, key);
	sg_json_close_object(json);
}

/* {"properties": {TAG: {"enum": WORDS}}} */
static void put_condition(struct sg_json_out *json, const char *tag, const char *words)
{
	sg_json_open_object(json, "if");
	sg_json_open_object(json, "properties");
	sg_json_open_object(json, tag);
	put_words(json, "enum", words);
	sg_json_close_object(json);
	sg_json_close_object(json);
	sg_json_close_object(json);
}

/* Keys that belong to some words of the tag only. */
static void put_tagged(struct sg_json_out *json, const struct sg_config_map *map)
{
	sg_json_open_array(json, "allOf");
	for (size_t i = 0; i < map->key_count; i++) {
		const struct sg_config_key *key = &map->keys[i];

		if (!key->only)
			continue;
		sg_json_open_object(json, NULL);
		put_condition(json, map->tag, key->only);
		if (key->required) {
			sg_json_open_object(json, "then");
			put_words(json, "required", key->name);
			sg_json_close_object(json);
		}
		sg_json_open_object(json, "else");
		sg_json_open_object(json, "properties");
		sg_json_put_bool(json, key->name, false);
		sg_json_close_object(json);
		sg_json_close_object(json);
		sg_json_close_object(json);
	}
	sg_json_close_array(json);
}

static void put_map(struct sg_json_out *json, const struct sg_config_map *map)
{
	sg_json_put_str(json, "description", map->doc);
	sg_json_put_str(json, "type", "object");
	sg_json_put_bool(json, "additionalProperties", false);
	sg_json_open_array(json, "required");
	for (size_t i = 0; i < map->key_count; i++)
		if (map->keys[i].required && !map->keys[i].only)
			sg_json_put_str(json, NULL, map->keys[i].name);
	sg_json_close_array(json);
	sg_json_open_object(json, "properties");
	for (size_t i = 0; i < map->key_count; i++)
		put_key(json, &map->keys[i]);
	sg_json_close_object(json);
	if (map->tag)
		put_tagged(json, map);
}

void sg_config_schema_json(struct sg_buf *out)
{
	struct sg_json_out json;

	sg_json_out_init(&json, out, /* indent= */ true);
	sg_json_open_object(&json, NULL);
	sg_json_put_str(&json, "$schema", "http://json-schema.org/draft-07/schema#");
	sg_json_put_str(&json, "title", "stagegate.yaml");
	put_map(&json, sg_config_schema());
	sg_json_close_object(&json);
}

/* "`a`, `b`" */
static void code_words(const char *words, struct sg_buf *out)
{
	struct sg_str rest = sg_str_of(words), word;
	bool first = true;

	while (sg_str_cut(&rest, ' ', &word)) {
		if (!word.len)
			continue;
		sg_buf_addf(out, "%s`%.*s`", first ? "" : ", ", SG_STR_ARG(word));
		first = false;
	}
}

static void type_text(const struct sg_config_key *key, struct sg_buf *out)
{
	switch (key->type) {
	case SG_CONFIG_VERSION:
		sg_buf_adds(out, "`1`");
		return;
	case SG_CONFIG_TEXT:
		sg_buf_adds(out, sg_config_format_text(key->format));
		return;
	case SG_CONFIG_BOOL:
		sg_buf_adds(out, "`true` or `false`");
		return;
	case SG_CONFIG_COUNT:
		sg_buf_adds(out, "a number from 1 to 100");
		return;
	case SG_CONFIG_TIME:
		sg_buf_adds(out,
			"a duration: `90s`, `30m`, `2h`, `1h30m`, `7d`; a number alone is seconds");
		return;
	case SG_CONFIG_WORD:
		code_words(key->words, out);
		return;
	case SG_CONFIG_TEXTS:
		sg_buf_addf(out, "list; each item %s", sg_config_format_text(key->format));
		return;
	case SG_CONFIG_IDS:
		sg_buf_adds(out, "list; each item the number of a user");
		return;
	case SG_CONFIG_MAP:
		sg_buf_addf(out, "[%s](#%s)", key->map->name, key->map->name);
		return;
	case SG_CONFIG_MAPS:
		sg_buf_addf(out, "list of [%s](#%s)", key->map->name, key->map->name);
		return;
	}
}

static void table_row(const struct sg_config_key *key, struct sg_buf *out)
{
	sg_buf_addf(out, "| `%s` | ", key->name);
	type_text(key, out);
	sg_buf_adds(out, " | ");
	if (key->required)
		sg_buf_adds(out, "**required**");
	else if (key->fallback)
		sg_buf_adds(out, key->fallback);
	else
		sg_buf_adds(out, "-");
	sg_buf_adds(out, " | ");
	if (key->only) {
		sg_buf_adds(out, "Only with ");
		code_words(key->only, out);
		sg_buf_adds(out, ". ");
	}
	sg_buf_addf(out, "%s |\n", key->doc);
}

static void section(const struct sg_config_map *map, struct sg_buf *out)
{
	sg_buf_addf(out,
		"### %s\n\n%s\n\n| Key | Value | When absent | Meaning |\n|---|---|---|---|\n",
		map->name, map->doc);
	for (size_t i = 0; i < map->key_count; i++)
		table_row(&map->keys[i], out);
	for (size_t i = 0; i < map->key_count; i++) {
		if (!map->keys[i].map)
			continue;
		sg_buf_addc(out, '\n');
		section(map->keys[i].map, out);
	}
}

void sg_config_schema_markdown(struct sg_buf *out)
{
	section(sg_config_schema(), out);
}
