#include "cluster/selector.h"

#include <string.h>

#include "base/buf.h"

#define SELECTOR_MAX ((size_t)2048)
#define IMAGES_MAX 256

static void add_part(struct sg_buf *out)
{
	if (out->len)
		sg_buf_addf(out, ",");
}

static int add_labels(
	const struct sg_app_reader *reader, const struct sg_json *labels, struct sg_buf *out)
{
	for (const struct sg_json *e = sg_json_first(labels); e; e = sg_json_next(e)) {
		if (!sg_json_key(e) || sg_json_type(e) != SG_JSON_STRING)
			return sg_fail(reader->err, SG_R_ANSWER_INVALID,
				"%s: spec.selector.matchLabels: expected labels", reader->where);
		add_part(out);
		sg_buf_addf(out, "%s=%s", sg_json_key(e), sg_json_str(e, ""));
	}
	return 0;
}

struct expression {
	const char *key;
	const char *operator;
};

static const struct sg_json_field expression_fields[] = {
	SG_APP_FIELD(SG_FIELD_STR, expression, key, "key"),
	SG_APP_FIELD(SG_FIELD_STR, expression, operator, "operator"),
};

static int add_expression(
	const struct sg_app_reader *reader, const struct sg_json *value, struct sg_buf *out)
{
	struct sg_app_strings values;
	struct expression e = {0};

	if (sg_app_reader_fields(reader, value, "spec.selector.matchExpressions[]",
		    expression_fields, SG_COUNT(expression_fields), &e) < 0 ||
		sg_app_reader_strings(reader, value, "values", &values) < 0)
		return -1;
	add_part(out);
	if (strcmp(e.operator, "Exists") == 0) {
		sg_buf_addf(out, "%s", e.key);
		return 0;
	}
	if (strcmp(e.operator, "DoesNotExist") == 0) {
		sg_buf_addf(out, "!%s", e.key);
		return 0;
	}
	if (strcmp(e.operator, "In") != 0 && strcmp(e.operator, "NotIn") != 0)
		return sg_fail(reader->err, SG_R_ANSWER_INVALID,
			"%s: spec.selector: the operator \"%.40s\" is not known", reader->where,
			e.operator);
	sg_buf_addf(out, "%s %s (", e.key, strcmp(e.operator, "In") == 0 ? "in" : "notin");
	for (size_t i = 0; i < values.count; i++)
		sg_buf_addf(out, "%s%s", i ? "," : "", values.items[i]);
	sg_buf_addf(out, ")");
	return 0;
}

int sg_workload_selector(
	const struct sg_app_reader *reader, const struct sg_json *selector, const char **ret)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	const struct sg_json *expressions;

	*ret = "";
	if (sg_app_reader_array(reader, selector, "matchExpressions", &expressions) < 0)
		return -1;
	sg_buf_init(&text, SELECTOR_MAX);
	if (add_labels(reader, sg_json_get(selector, "matchLabels"), &text) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(expressions); e; e = sg_json_next(e))
		if (add_expression(reader, e, &text) < 0)
			return -1;
	if (text.len && !text.overflow)
		*ret = sg_arena_dup(reader->arena, sg_buf_str(&text));
	return 0;
}

struct owner {
	const char *kind;
	const char *name;
	const char *uid;
	bool controller;
};

static const struct sg_json_field owner_fields[] = {
	SG_APP_FIELD(SG_FIELD_STR, owner, kind, "kind"),
	SG_APP_FIELD(SG_FIELD_STR, owner, name, "name"),
	SG_APP_FIELD(SG_FIELD_STR, owner, uid, "uid"),
	SG_APP_FIELD(SG_FIELD_BOOL, owner, controller, "controller"),
};

int sg_workload_owner(
	const struct sg_app_reader *reader, const struct sg_json *object, struct sg_owner *ret)
{
	const struct sg_json *array;

	*ret = (struct sg_owner){"", "", ""};
	if (sg_app_reader_array(reader, object, "metadata.ownerReferences", &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct owner one = {0};

		if (sg_app_reader_fields(reader, e, "metadata.ownerReferences[]", owner_fields,
			    SG_COUNT(owner_fields), &one) < 0)
			return -1;
		if (one.controller)
			*ret = (struct sg_owner){one.kind, one.name, one.uid};
	}
	return 0;
}

const char *sg_workload_label_of(
	const struct sg_app_reader *reader, const struct sg_json *object, const char *key)
{
	const struct sg_json *labels = sg_json_at(object, "metadata.labels");

	return sg_arena_printf(reader->arena, "%.63s", sg_json_str(sg_json_get(labels, key), ""));
}

struct container {
	const char *image;
};

static int add_images(const struct sg_app_reader *reader, const struct sg_json *spec,
	const char *path, struct sg_app_strings *ret)
{
	static const struct sg_json_field fields[] = {
		SG_APP_FIELD(SG_FIELD_STR, container, image, "image")};
	const struct sg_json *array;

	if (sg_app_reader_array(reader, spec, path, &array) < 0)
		return -1;
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct container one = {0};
		const char **slot;

		if (sg_app_reader_fields(reader, e, path, fields, SG_COUNT(fields), &one) < 0)
			return -1;
		if (ret->count == IMAGES_MAX)
			return sg_fail(reader->err, SG_R_ANSWER_INVALID,
				"%s: more than %d containers", reader->where, IMAGES_MAX);
		slot = sg_arena_push(reader->arena, &ret->items, &ret->count, sizeof(*ret->items));
		*slot = one.image;
	}
	return 0;
}

int sg_workload_images(
	const struct sg_app_reader *reader, const struct sg_json *spec, struct sg_app_strings *ret)
{
	*ret = (struct sg_app_strings){0};
	if (add_images(reader, spec, "initContainers", ret) < 0)
		return -1;
	return add_images(reader, spec, "containers", ret);
}
