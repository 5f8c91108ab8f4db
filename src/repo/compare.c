#include "repo/compare.h"

#include <string.h>

enum { HEX = GIT_OID_SHA1_HEXSIZE, PKT_LENGTH = 4 };

void sg_compare_list(const struct sg_push *push, struct sg_buf *answer)
{
	static const char capabilities[] = "report-status delete-refs side-band-64k";
	char oid[HEX + 1];
	size_t len;

	git_oid_tostr(oid, sizeof(oid), &push->parent);
	len = PKT_LENGTH + HEX + 1 + strlen(push->ref) + 1 + sizeof(capabilities) - 1 + 1;
	sg_buf_adds(answer, "001f# service=git-receive-pack\n0000");
	sg_buf_addf(answer, "%04zx%s %s", len, oid, push->ref);
	sg_buf_addc(answer, '\0');
	sg_buf_addf(answer, "%s\n0000", capabilities);
}

/* "LENGTH OLD NEW NAME", without blanks around the length. */
int sg_compare_set(const struct sg_push *push, struct sg_buf *request, struct sg_err *err)
{
	char expected[2 * (HEX + 1) + 1], *at;

	git_oid_fmt(expected, &push->parent);
	git_oid_fmt(expected + HEX + 1, &push->commit);
	expected[HEX] = expected[2 * HEX + 1] = ' ';
	expected[2 * HEX + 2] = '\0';
	if (!sg_str_starts(sg_str_sub(sg_buf_str(request), PKT_LENGTH, request->len), expected))
		return sg_fail(err, SG_R_BUG, "libgit2 would push something else than was asked");
	at = request->ptr + PKT_LENGTH;
	git_oid_fmt(at, &push->old);
	return 0;
}
