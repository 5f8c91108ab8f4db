#include "model/trailer.h"

#include <string.h>

/* What follows the last empty line; nothing when that is the subject itself. */
static struct sg_str last_paragraph(struct sg_str message)
{
	struct sg_str text = sg_str_trim(message);

	for (size_t i = text.len; i > 1; i--)
		if (text.ptr[i - 1] == '\n' && text.ptr[i - 2] == '\n')
			return sg_str_sub(text, i, text.len);
	return (struct sg_str){0};
}

/* The next trailer KEY of *REST, which is what follows it then. */
static bool next(struct sg_str *rest, const char *key, struct sg_str *ret_value)
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
	struct sg_str rest = last_paragraph(message);

	return next(&rest, key, ret_value);
}

bool sg_trailer_says(struct sg_str message, const char *key, const char *value)
{
	struct sg_str rest = last_paragraph(message), found;

	while (next(&rest, key, &found))
		if (sg_str_is(found, value))
			return true;
	return false;
}
