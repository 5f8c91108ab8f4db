#include "io/json_write.h"

#include <inttypes.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/text.h"

void sg_json_out_init(struct sg_json_out *json, struct sg_buf *out, bool indent)
{
	*json = (struct sg_json_out){.out = out, .indent = indent, .first = {true}};
}

static void new_line(struct sg_json_out *json)
{
	if (!json->indent)
		return;
	sg_buf_addc(json->out, '\n');
	for (int i = 0; i < json->depth; i++)
		sg_buf_adds(json->out, "  ");
}

/* Comma, line and key: what stands before any value. */
static void before_value(struct sg_json_out *json, const char *key)
{
	bool in_object = json->depth > 0 && json->is_object[json->depth];

	SG_ASSERT((key != NULL) == in_object);
	SG_ASSERT(json->depth > 0 || json->first[0]);
	if (!json->first[json->depth])
		sg_buf_addc(json->out, ',');
	json->first[json->depth] = false;
	if (json->depth > 0)
		new_line(json);
	if (!key)
		return;
	sg_buf_addc(json->out, '"');
	sg_text_json(sg_str_of(key), json->out);
	sg_buf_adds(json->out, json->indent ? "\": " : "\":");
}

static void open(struct sg_json_out *json, const char *key, bool is_object)
{
	before_value(json, key);
	SG_ASSERT((size_t)json->depth + 1 < SG_COUNT(json->first));
	json->depth++;
	json->first[json->depth] = true;
	json->is_object[json->depth] = is_object;
	sg_buf_addc(json->out, is_object ? '{' : '[');
}

static void close(struct sg_json_out *json, bool is_object)
{
	bool empty = json->first[json->depth];

	SG_ASSERT(json->depth > 0 && json->is_object[json->depth] == is_object);
	json->depth--;
	if (!empty)
		new_line(json);
	sg_buf_addc(json->out, is_object ? '}' : ']');
	if (json->depth == 0 && json->indent)
		sg_buf_addc(json->out, '\n');
}

void sg_json_open_object(struct sg_json_out *json, const char *key)
{
	open(json, key, true);
}

void sg_json_close_object(struct sg_json_out *json)
{
	close(json, true);
}

void sg_json_open_array(struct sg_json_out *json, const char *key)
{
	open(json, key, false);
}

void sg_json_close_array(struct sg_json_out *json)
{
	close(json, false);
}

void sg_json_put_str(struct sg_json_out *json, const char *key, const char *value)
{
	if (value)
		sg_json_put_strn(json, key, sg_str_of(value));
	else
		sg_json_put_null(json, key);
}

void sg_json_put_strn(struct sg_json_out *json, const char *key, struct sg_str value)
{
	before_value(json, key);
	sg_buf_addc(json->out, '"');
	sg_text_json(value, json->out);
	sg_buf_addc(json->out, '"');
}

void sg_json_put_i64(struct sg_json_out *json, const char *key, int64_t value)
{
	before_value(json, key);
	sg_buf_addf(json->out, "%" PRId64, value);
}

void sg_json_put_bool(struct sg_json_out *json, const char *key, bool value)
{
	before_value(json, key);
	sg_buf_adds(json->out, value ? "true" : "false");
}

void sg_json_put_null(struct sg_json_out *json, const char *key)
{
	before_value(json, key);
	sg_buf_adds(json->out, "null");
}
