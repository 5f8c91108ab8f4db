#include "io/json_doc.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/num.h"
#include "base/text.h"
#include "io/json_check.h"

/* `struct sg_json` has no definition: a handle is the library's node under another name. */
static const cJSON *node(const struct sg_json *value)
{
	return (const cJSON *)(const void *)value;
}

static const struct sg_json *handle(const cJSON *item)
{
	return (const struct sg_json *)(const void *)item;
}

struct digits_walk {
	const struct sg_json_checked *checked;
	size_t ordinal; /* of the next number in the text */
	size_t next;    /* of checked->longs */
};

/* The library frees `valuestring` of every node, so the digits of a long integer can live there. */
static void keep_digits(cJSON *item, struct digits_walk *walk)
{
	if (cJSON_IsNumber(item)) {
		const struct sg_json_long *number = &walk->checked->longs[walk->next];

		if (walk->ordinal++ != number->ordinal)
			return;
		walk->next++;
		item->valuestring = cJSON_malloc(number->digits.len + 1);
		if (!item->valuestring)
			sg_die("memory", __FILE__, __LINE__, "a number");
		memcpy(item->valuestring, number->digits.ptr, number->digits.len);
		item->valuestring[number->digits.len] = '\0';
		return;
	}
	for (cJSON *child = item->child; child && walk->next < walk->checked->long_count;
		child = child->next)
		keep_digits(child, walk);
}

int sg_json_parse(struct sg_str text, struct sg_json **ret_doc, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_json_checked checked;
	struct digits_walk walk = {.checked = &checked};
	cJSON *doc;

	if (sg_json_check(text, &arena, &checked, err) < 0)
		return -1;
	doc = cJSON_ParseWithLengthOpts(text.ptr, text.len, NULL, /* require_terminated= */ 0);
	if (!doc)
		return sg_fail(err, SG_R_JSON_INVALID, "1:1: the document cannot be read");
	if (checked.long_count)
		keep_digits(doc, &walk);
	*ret_doc = (struct sg_json *)(void *)doc;
	return 0;
}

void sg_json_free(struct sg_json *doc)
{
	cJSON_Delete((cJSON *)(void *)doc);
}

void sg_json_free_ptr(struct sg_json **doc)
{
	sg_json_free(*doc);
	*doc = NULL;
}

enum sg_json_type sg_json_type(const struct sg_json *value)
{
	const cJSON *item = node(value);

	if (cJSON_IsBool(item))
		return SG_JSON_BOOL;
	if (cJSON_IsNumber(item))
		return SG_JSON_NUMBER;
	if (cJSON_IsString(item))
		return SG_JSON_STRING;
	if (cJSON_IsArray(item))
		return SG_JSON_ARRAY;
	return cJSON_IsObject(item) ? SG_JSON_OBJECT : SG_JSON_ABSENT;
}

static const struct sg_json *find(const struct sg_json *value, struct sg_str key)
{
	const cJSON *object = node(value);

	if (!cJSON_IsObject(object))
		return NULL;
	for (const cJSON *item = object->child; item; item = item->next)
		if (sg_str_is(key, item->string))
			return cJSON_IsNull(item) ? NULL : handle(item);
	return NULL;
}

const struct sg_json *sg_json_get(const struct sg_json *value, const char *key)
{
	return find(value, sg_str_of(key));
}

const struct sg_json *sg_json_at(const struct sg_json *value, const char *path)
{
	struct sg_str rest = sg_str_of(path), key;

	while (value && sg_str_cut(&rest, '.', &key))
		value = find(value, key);
	return value;
}

const char *sg_json_str(const struct sg_json *value, const char *fallback)
{
	return sg_json_type(value) == SG_JSON_STRING ? node(value)->valuestring : fallback;
}

bool sg_json_bool(const struct sg_json *value, bool fallback)
{
	return sg_json_type(value) == SG_JSON_BOOL ? cJSON_IsTrue(node(value)) != 0 : fallback;
}

static bool long_integer(struct sg_str digits, int64_t *ret)
{
	bool negative = digits.len && digits.ptr[0] == '-';
	uint64_t size, limit = (uint64_t)INT64_MAX + negative;

	if (!sg_num_u64(sg_str_sub(digits, negative, digits.len), &size) || size > limit)
		return false;
	if (!negative)
		*ret = (int64_t)size;
	else
		*ret = size == limit ? INT64_MIN : -(int64_t)size;
	return true;
}

#define DOUBLE_EXACT 9007199254740992.0 /* 2^53 */

bool sg_json_i64(const struct sg_json *value, int64_t *ret)
{
	const cJSON *item = node(value);
	int64_t number;

	if (!cJSON_IsNumber(item))
		return false;
	if (item->valuestring)
		return long_integer(sg_str_of(item->valuestring), ret);
	if (!(item->valuedouble > -DOUBLE_EXACT && item->valuedouble < DOUBLE_EXACT))
		return false;
	number = (int64_t)item->valuedouble;
	if ((double)number < item->valuedouble || (double)number > item->valuedouble)
		return false;
	*ret = number;
	return true;
}

/* Members that are null are no members; elements of an array keep their place. */
static const cJSON *skip_null(const cJSON *item)
{
	while (item && item->string && cJSON_IsNull(item))
		item = item->next;
	return item;
}

const struct sg_json *sg_json_first(const struct sg_json *value)
{
	enum sg_json_type type = sg_json_type(value);

	if (type != SG_JSON_ARRAY && type != SG_JSON_OBJECT)
		return NULL;
	return handle(skip_null(node(value)->child));
}

const struct sg_json *sg_json_next(const struct sg_json *element)
{
	return element ? handle(skip_null(node(element)->next)) : NULL;
}

const char *sg_json_key(const struct sg_json *element)
{
	return element ? node(element)->string : NULL;
}

size_t sg_json_count(const struct sg_json *value)
{
	size_t count = 0;

	for (const struct sg_json *e = sg_json_first(value); e; e = sg_json_next(e))
		count++;
	return count;
}

static bool arrays_equal(const struct sg_json *a, const struct sg_json *b)
{
	const struct sg_json *x = sg_json_first(a), *y = sg_json_first(b);

	while (x && y && sg_json_equal(x, y)) {
		x = sg_json_next(x);
		y = sg_json_next(y);
	}
	return !x && !y;
}

static int by_key(const void *left, const void *right)
{
	const struct sg_json *const *a = left, *const *b = right;

	return strcmp(sg_json_key(*a), sg_json_key(*b));
}

/* The members of an object in the order of their keys; the caller frees the array. */
static const struct sg_json **sorted_members(const struct sg_json *object, size_t count)
{
	const struct sg_json **members = sg_calloc(count, sizeof(*members));
	size_t n = 0;

	for (const struct sg_json *e = sg_json_first(object); e; e = sg_json_next(e))
		members[n++] = e;
	qsort(members, n, sizeof(*members), by_key);
	return members;
}

static bool objects_equal(const struct sg_json *a, const struct sg_json *b)
{
	size_t count = sg_json_count(a), same = 0;
	const struct sg_json **x, **y;

	if (count != sg_json_count(b))
		return false;
	if (count == 0)
		return true;
	x = sorted_members(a, count);
	y = sorted_members(b, count);
	while (same < count && by_key(&x[same], &y[same]) == 0 && sg_json_equal(x[same], y[same]))
		same++;
	free(x);
	free(y);
	return same == count;
}

static bool numbers_equal(const cJSON *a, const cJSON *b)
{
	if (a->valuestring && b->valuestring)
		return strcmp(a->valuestring, b->valuestring) == 0;
	return !(a->valuedouble < b->valuedouble) && !(a->valuedouble > b->valuedouble);
}

bool sg_json_equal(const struct sg_json *a, const struct sg_json *b)
{
	enum sg_json_type type = sg_json_type(a);

	if (type != sg_json_type(b))
		return false;
	switch (type) {
	case SG_JSON_ABSENT:
		return true;
	case SG_JSON_BOOL:
		return sg_json_bool(a, false) == sg_json_bool(b, false);
	case SG_JSON_NUMBER:
		return numbers_equal(node(a), node(b));
	case SG_JSON_STRING:
		return strcmp(node(a)->valuestring, node(b)->valuestring) == 0;
	case SG_JSON_ARRAY:
		return arrays_equal(a, b);
	case SG_JSON_OBJECT:
		return objects_equal(a, b);
	}
	return false;
}

static void string_text(const char *text, struct sg_buf *out)
{
	sg_buf_addc(out, '"');
	sg_text_json(sg_str_of(text), out);
	sg_buf_addc(out, '"');
}

static void number_text(const cJSON *item, struct sg_buf *out)
{
	int64_t integer;
	double again;
	char text[40];

	if (item->valuestring) {
		sg_buf_adds(out, item->valuestring);
		return;
	}
	if (sg_json_i64(handle(item), &integer)) {
		sg_buf_addf(out, "%lld", (long long)integer);
		return;
	}
	(void)snprintf(text, sizeof(text), "%.15g", item->valuedouble);
	again = strtod(text, NULL);
	if (again < item->valuedouble || again > item->valuedouble)
		(void)snprintf(text, sizeof(text), "%.17g", item->valuedouble);
	sg_buf_adds(out, text);
}

static void elements_text(const struct sg_json *value, struct sg_buf *out)
{
	const char *separator = "";

	for (const struct sg_json *e = sg_json_first(value); e; e = sg_json_next(e)) {
		sg_buf_adds(out, separator);
		separator = ",";
		if (sg_json_key(e)) {
			string_text(sg_json_key(e), out);
			sg_buf_addc(out, ':');
		}
		sg_json_text(e, out);
	}
}

void sg_json_text(const struct sg_json *value, struct sg_buf *out)
{
	switch (sg_json_type(value)) {
	case SG_JSON_ABSENT:
		sg_buf_adds(out, "null");
		return;
	case SG_JSON_BOOL:
		sg_buf_adds(out, sg_json_bool(value, false) ? "true" : "false");
		return;
	case SG_JSON_NUMBER:
		number_text(node(value), out);
		return;
	case SG_JSON_STRING:
		string_text(node(value)->valuestring, out);
		return;
	case SG_JSON_ARRAY:
		sg_buf_addc(out, '[');
		elements_text(value, out);
		sg_buf_addc(out, ']');
		return;
	case SG_JSON_OBJECT:
		sg_buf_addc(out, '{');
		elements_text(value, out);
		sg_buf_addc(out, '}');
		return;
	}
}

static const char *field_word(enum sg_json_field_type type)
{
	switch (type) {
	case SG_FIELD_STR:
		return "a string";
	case SG_FIELD_BOOL:
		return "true or false";
	case SG_FIELD_I64:
		return "an integer";
	case SG_FIELD_JSON:
		break;
	}
	return "a value";
}

/* False when VALUE, which is there, has another type. */
static bool read_field(const struct sg_json *value, const struct sg_json_field *field,
	struct sg_arena *arena, char *out)
{
	int64_t number;
	bool flag;

	switch (field->type) {
	case SG_FIELD_STR:
		if (sg_json_type(value) != SG_JSON_STRING)
			return false;
		*(const char **)(void *)out = sg_arena_strdup(arena, sg_json_str(value, ""));
		return true;
	case SG_FIELD_BOOL:
		flag = sg_json_bool(value, false);
		memcpy(out, &flag, sizeof(flag));
		return sg_json_type(value) == SG_JSON_BOOL;
	case SG_FIELD_I64:
		if (!sg_json_i64(value, &number))
			return false;
		memcpy(out, &number, sizeof(number));
		return true;
	case SG_FIELD_JSON:
		*(const struct sg_json **)(void *)out = value;
		return true;
	}
	return false;
}

int sg_json_read(const struct sg_json *value, const char *where, const struct sg_json_field *fields,
	size_t count, struct sg_arena *arena, void *ret_struct, struct sg_err *err)
{
	if (sg_json_type(value) != SG_JSON_OBJECT)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s: expected an object", where);
	for (size_t i = 0; i < count; i++) {
		const struct sg_json *found = sg_json_at(value, fields[i].path);

		if (!found && fields[i].required)
			return sg_fail(
				err, SG_R_ANSWER_INVALID, "%s.%s: missing", where, fields[i].path);
		if (found && !read_field(found, &fields[i], arena,
				     (char *)ret_struct + fields[i].offset))
			return sg_fail(err, SG_R_ANSWER_INVALID, "%s.%s: expected %s", where,
				fields[i].path, field_word(fields[i].type));
	}
	return 0;
}
