#include "cluster/app_reader.h"

#include <stdio.h>
#include <string.h>

#include "cluster/selector.h"
#include "model/ids.h"

#define NAME_MAX_BYTES 4096

const struct sg_json *sg_app_reader_at(const struct sg_json *value, const char *path)
{
	const struct sg_json *found = sg_json_at(value, path);
	enum sg_json_type type = sg_json_type(found);

	if (type == SG_JSON_STRING && sg_json_str(found, "")[0] == '\0')
		return NULL;
	if (type == SG_JSON_OBJECT && !sg_json_first(found))
		return NULL;
	return found;
}

#define PLACE_SIZE 1024u

/* For errors: it is made for each read, and nothing of it stays. */
static const char *place(const struct sg_app_reader *reader, const char *path, char out[PLACE_SIZE])
{
	if (!path[0])
		return reader->where;
	(void)snprintf(out, PLACE_SIZE, "%s: %s", reader->where, path);
	return out;
}

const char *sg_app_reader_word(const struct sg_app_reader *reader, const char *text)
{
	uint32_t hash = 2166136261u;
	const char **seen;

	if (!text[0])
		return "";
	if (!reader->words)
		return sg_arena_strdup(reader->arena, text);
	for (const char *p = text; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	seen = &reader->words->seen[hash % SG_COUNT(reader->words->seen)];
	if (!*seen || strcmp(*seen, text) != 0)
		*seen = sg_arena_strdup(reader->arena, text);
	return *seen;
}

static bool is_prose(const char *path)
{
	return sg_str_ends(sg_str_of(path), "essage");
}

/* Cuts a message that is too long; false when it is something else. */
static bool limit_string(const struct sg_app_reader *reader, const char *path, const char **text)
{
	size_t len = strlen(*text);

	if (len <= NAME_MAX_BYTES)
		return true;
	if (!is_prose(path))
		return false;
	*text = sg_arena_printf(reader->arena, "%.*s ...", NAME_MAX_BYTES, *text);
	return true;
}

static int limit_strings(const struct sg_app_reader *reader, const char *path,
	const struct sg_json_field *fields, size_t count, char *out)
{
	char where[PLACE_SIZE];

	for (size_t i = 0; i < count; i++) {
		const char **text = (const char **)(void *)(out + fields[i].offset);

		if (fields[i].type != SG_FIELD_STR)
			continue;
		if (!*text)
			*text = "";
		if (!limit_string(reader, fields[i].path, text))
			return sg_fail(reader->err, SG_R_ANSWER_INVALID, "%s.%s: too long",
				place(reader, path, where), fields[i].path);
	}
	return 0;
}

static void keep_words(const struct sg_app_reader *reader, const struct sg_json_field *fields,
	size_t count, char *out)
{
	for (size_t i = 0; i < count; i++) {
		const char **text = (const char **)(void *)(out + fields[i].offset);

		if (fields[i].type == SG_FIELD_STR)
			*text = sg_app_reader_word(reader, *text);
	}
}

int sg_app_reader_fields(const struct sg_app_reader *reader, const struct sg_json *value,
	const char *path, const struct sg_json_field *fields, size_t count, void *ret)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_arena *arena = reader->words ? &scratch : reader->arena;
	char where[PLACE_SIZE];

	if (value && sg_json_read(value, place(reader, path, where), fields, count, arena, ret,
			     reader->err) < 0)
		return -1;
	if (limit_strings(reader, path, fields, count, ret) < 0)
		return -1;
	if (reader->words)
		keep_words(reader, fields, count, ret);
	return 0;
}

int sg_app_reader_array(const struct sg_app_reader *reader, const struct sg_json *value,
	const char *path, const struct sg_json **ret)
{
	const struct sg_json *array = sg_app_reader_at(value, path);

	if (array && sg_json_type(array) != SG_JSON_ARRAY)
		return sg_fail(reader->err, SG_R_ANSWER_INVALID, "%s: %s: expected an array",
			reader->where, path);
	*ret = array;
	return 0;
}

int sg_app_reader_strings(const struct sg_app_reader *reader, const struct sg_json *value,
	const char *path, struct sg_app_strings *ret)
{
	const struct sg_json *array = NULL;
	size_t i = 0;

	if (sg_app_reader_array(reader, value, path, &array) < 0)
		return -1;
	ret->count = sg_json_count(array);
	ret->items = sg_arena_calloc(reader->arena, ret->count + 1, sizeof(*ret->items));
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e), i++) {
		enum sg_json_type type = sg_json_type(e);

		if (type != SG_JSON_STRING && type != SG_JSON_ABSENT)
			return sg_fail(reader->err, SG_R_ANSWER_INVALID,
				"%s: %s[%zu]: expected a string", reader->where, path, i);
		ret->items[i] = sg_arena_strdup(reader->arena, sg_json_str(e, ""));
		if (!limit_string(reader, path, &ret->items[i]))
			return sg_fail(reader->err, SG_R_ANSWER_INVALID, "%s: %s[%zu]: too long",
				reader->where, path, i);
	}
	return 0;
}

int sg_app_reader_time(
	const struct sg_app_reader *reader, const char *text, const char *path, int64_t *ret)
{
	int64_t unix_s;

	if (!text[0]) {
		*ret = SG_APP_NO_TIME;
		return 0;
	}
	if (!sg_time_parse(sg_str_of(text), &unix_s))
		return sg_fail(reader->err, SG_R_ANSWER_INVALID, "%s: %s: expected a time",
			reader->where, path);
	*ret = unix_s;
	return 0;
}

#define TRACKING "argocd.argoproj.io/tracking-id"
#define INSTANCE "app.kubernetes.io/instance"

const char *sg_app_reader_annotation(
	const struct sg_app_reader *reader, const struct sg_json *object, const char *key)
{
	const struct sg_json *all = sg_json_at(object, "metadata.annotations");

	return sg_arena_printf(reader->arena, "%.900s", sg_json_str(sg_json_get(all, key), ""));
}

struct sg_app_marks sg_app_reader_marks(
	const struct sg_app_reader *reader, const struct sg_json *object)
{
	return (struct sg_app_marks){sg_app_reader_annotation(reader, object, TRACKING),
		sg_workload_label_of(reader, object, INSTANCE)};
}
