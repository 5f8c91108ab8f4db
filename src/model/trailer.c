#include "model/trailer.h"

#include <string.h>

struct sg_str sg_trailers(struct sg_str message)
{
	struct sg_str text = sg_str_trim(message);

	for (size_t i = text.len; i > 1; i--)
		if (text.ptr[i - 1] == '\n' && text.ptr[i - 2] == '\n')
			return sg_str_sub(text, i, text.len);
	return (struct sg_str){0};
}

bool sg_trailer_next(struct sg_str *rest, const char *key, struct sg_str *ret_value)
{
	size_t len = strlen(key);
	struct sg_str line;

	while (sg_str_cut(rest, '\n', &line)) {
		if (line.len <= len || line.ptr[len] != ':' ||
			!sg_str_ieq(sg_str_sub(line, 0, len), sg_str_of(key)))
			continue;
		*ret_value = sg_str_trim(sg_str_sub(line, len + 1, line.len));
		return true;
	}
	return false;
}

bool sg_trailer_find(struct sg_str message, const char *key, struct sg_str *ret_value)
{
	struct sg_str rest = sg_trailers(message);

	return sg_trailer_next(&rest, key, ret_value);
}

bool sg_trailer_says(struct sg_str message, const char *key, const char *value)
{
	struct sg_str rest = sg_trailers(message), found;

	while (sg_trailer_next(&rest, key, &found))
		if (sg_str_is(found, value))
			return true;
	return false;
}
