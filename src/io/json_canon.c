#include "io/json_canon.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

struct canon {
	struct sg_buf *out;
	const char *verbatim_key;
};

static bool put(struct canon *canon, const cJSON *value, bool verbatim);

static void cut_back(struct sg_buf *out, size_t len)
{
	sg_buf_splice(out, len, out->len, SG_STR(""));
}

static int by_key(const void *left, const void *right)
{
	const cJSON *const *a = left, *const *b = right;

	return strcmp((*a)->string, (*b)->string);
}

static void put_key(struct sg_buf *out, const char *key)
{
	sg_buf_addc(out, '"');
	sg_text_json(sg_str_of(key), out);
	sg_buf_adds(out, "\":");
}

static bool put_member(struct canon *canon, const cJSON *member, bool verbatim)
{
	bool below = verbatim ||
		     (canon->verbatim_key && strcmp(member->string, canon->verbatim_key) == 0);

	if (below && !verbatim && (cJSON_IsObject(member) || cJSON_IsArray(member)) &&
		!member->child)
		return false;
	put_key(canon->out, member->string);
	return put(canon, member, below);
}

static size_t count(const cJSON *value)
{
	size_t n = 0;

	for (const cJSON *child = value->child; child; child = child->next)
		n++;
	return n;
}

static bool put_object(struct canon *canon, const cJSON *object, bool verbatim)
{
	size_t members = count(object), put_members = 0, n = 0;
	const cJSON **sorted = sg_calloc(members + 1, sizeof(*sorted));

	for (const cJSON *member = object->child; member; member = member->next)
		sorted[n++] = member;
	qsort(sorted, n, sizeof(*sorted), by_key);
	sg_buf_addc(canon->out, '{');
	for (size_t i = 0; i < n; i++) {
		size_t before = canon->out->len;

		if (put_members)
			sg_buf_addc(canon->out, ',');
		if (put_member(canon, sorted[i], verbatim))
			put_members++;
		else
			cut_back(canon->out, before);
	}
	sg_buf_addc(canon->out, '}');
	free(sorted);
	return verbatim || put_members != 0;
}

/* An element that is empty is written as null: its place counts. */
static bool put_array(struct canon *canon, const cJSON *array, bool verbatim)
{
	sg_buf_addc(canon->out, '[');
	for (const cJSON *element = array->child; element; element = element->next) {
		size_t before;

		if (element != array->child)
			sg_buf_addc(canon->out, ',');
		before = canon->out->len;
		if (!put(canon, element, verbatim)) {
			cut_back(canon->out, before);
			sg_buf_adds(canon->out, "null");
		}
	}
	sg_buf_addc(canon->out, ']');
	return verbatim || array->child != NULL;
}

/* False when the value is empty; VERBATIM values never are. */
static bool put(struct canon *canon, const cJSON *value, bool verbatim)
{
	if (cJSON_IsObject(value))
		return put_object(canon, value, verbatim);
	if (cJSON_IsArray(value))
		return put_array(canon, value, verbatim);
	sg_json_text((const struct sg_json *)(const void *)value, canon->out);
	if (verbatim)
		return true;
	if (cJSON_IsString(value))
		return value->valuestring[0] != '\0';
	return !cJSON_IsNull(value) && !cJSON_IsFalse(value);
}

void sg_json_canon(const struct sg_json *value, const char *verbatim_key, struct sg_buf *out)
{
	struct canon canon = {.out = out, .verbatim_key = verbatim_key};
	size_t before = out->len;

	if (!value || !put(&canon, (const cJSON *)(const void *)value, /* verbatim= */ false))
		cut_back(out, before);
}
