#include "model/name.h"

#include <string.h>

#define BRANCH_MAX_BYTES 200
#define LABEL_MAX_BYTES 63

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool sg_name_is_char(char c)
{
	return is_alnum(c) || c == '.' || c == '_' || c == '-';
}

bool sg_name_all(struct sg_str s, bool (*is)(char))
{
	for (size_t i = 0; i < s.len; i++)
		if (!is(s.ptr[i]))
			return false;
	return true;
}

bool sg_name_is_branch(struct sg_str s)
{
	struct sg_str rest = s, part;

	if (s.len == 0 || s.len > BRANCH_MAX_BYTES || s.ptr[0] == '-' || sg_str_ends(s, ".") ||
		sg_str_is(s, "@") || sg_str_is(s, "HEAD") || sg_str_search(s, "..") >= 0 ||
		sg_str_search(s, "@{") >= 0)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (strchr(" ~^:?*[\\", s.ptr[i]))
			return false;
	while (sg_str_cut(&rest, '/', &part))
		if (part.len == 0 || part.ptr[0] == '.' || sg_str_ends(part, ".lock"))
			return false;
	return true;
}

static bool is_label_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
}

bool sg_name_is_label(struct sg_str s)
{
	return s.len >= 1 && s.len <= LABEL_MAX_BYTES && sg_name_all(s, is_label_char) &&
	       s.ptr[0] != '-' && s.ptr[s.len - 1] != '-';
}

bool sg_name_is_approvers(struct sg_str s)
{
	struct sg_str rest = sg_str_sub(s, 1, s.len), part;

	if (s.len < 2 || s.ptr[0] != '@')
		return false;
	while (sg_str_cut(&rest, '/', &part))
		if (part.len == 0 || !sg_name_all(part, sg_name_is_char))
			return false;
	return true;
}
