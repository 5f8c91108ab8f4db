#include "model/ancestry.h"

#include <string.h>

#include "base/str.h"

enum sg_answer sg_ancestry_contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor)
{
	if (strcmp(descendant, ancestor) == 0)
		return SG_ANSWER_YES;
	if (!ancestry)
		return SG_ANSWER_UNKNOWN;
	return ancestry->contains(ancestry, descendant, ancestor);
}

enum sg_app_rev sg_ancestry_place(struct sg_ancestry *ancestry, const char *wanted, const char *sha)
{
	bool is_sha1 = strlen(sha) == 40;
	enum sg_answer after, before;

	if (!sg_str_is_oid(sg_str_of(sha)))
		return SG_REV_NONE;
	after = sg_ancestry_contains(ancestry, sha, wanted);
	if (after == SG_ANSWER_YES && is_sha1)
		return SG_REV_OK;
	before = sg_ancestry_contains(ancestry, wanted, sha);
	if (before == SG_ANSWER_YES && is_sha1)
		return SG_REV_PAST;
	if (after == SG_ANSWER_NO && before == SG_ANSWER_NO)
		return SG_REV_OTHER;
	return SG_REV_UNKNOWN;
}
