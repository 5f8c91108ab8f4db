#include "gitlab/call.h"
#include "model/ids.h"

int sg_gitlab_fields(const struct sg_json *value, const char *where,
	const struct sg_json_field *fields, size_t count, struct sg_arena *arena, void *ret_struct,
	struct sg_err *err)
{
	if (sg_json_read(value, where, fields, count, arena, ret_struct, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char **text = (const char **)(void *)((char *)ret_struct + fields[i].offset);

		if (fields[i].type == SG_FIELD_STR && !*text)
			*text = "";
	}
	return 0;
}

static int no_time(const char *where, const char *field, struct sg_err *err)
{
	return sg_fail(err, SG_R_ANSWER_INVALID, "%s.%s: expected a time", where, field);
}

int sg_gitlab_time_ms(
	const char *text, const char *where, const char *field, int64_t *ret_ms, struct sg_err *err)
{
	int64_t ms = 0;

	if (text[0] && !sg_time_parse_ms(sg_str_of(text), &ms))
		return no_time(where, field, err);
	*ret_ms = ms;
	return 0;
}

int sg_gitlab_time_s(
	const char *text, const char *where, const char *field, int64_t *ret_s, struct sg_err *err)
{
	int64_t s = 0;

	if (text[0] && !sg_time_parse(sg_str_of(text), &s))
		return no_time(where, field, err);
	*ret_s = s;
	return 0;
}

int sg_gitlab_check_oid(const char *text, const char *where, const char *field, struct sg_err *err)
{
	if (text[0] && !sg_str_is_oid(sg_str_of(text)))
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "%s.%s: expected a full commit id", where, field);
	return 0;
}
