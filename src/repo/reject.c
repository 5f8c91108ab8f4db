#include "repo/reject.h"

#include <stddef.h>

#include "base/attr.h"
#include "repo/answer.h"
#include "repo/pkt.h"

enum where {
	IN_STATUS = 1, /* the server's line for the branch */
	IN_WORDS = 2,  /* the side band */
	ANYWHERE = 3
};

struct row {
	const char *fragment; /* lower case */
	enum where where;
	struct sg_reject verdict;
};

#define STALE                                                                                      \
	{                                                                                          \
		.stale = true, .reason = SG_R_BRANCH_MOVED                                         \
	}
#define BUSY                                                                                       \
	{                                                                                          \
		.transient = true, .reason = SG_R_REMOTE_FAILED                                    \
	}
#define UNPACK                                                                                     \
	{                                                                                          \
		.transient = true, .reason = SG_R_PUSH_REJECTED                                    \
	}
#define NO(why, what)                                                                              \
	{                                                                                          \
		.reason = (why), .hint = (what)                                                    \
	}

#define HINT_PROTECTED                                                                             \
	"let the token's user push to this branch (protected branches), or publish by merge "      \
	"request"
#define HINT_NO_FORCE                                                                              \
	"the server lets no branch be rewritten (receive.denyNonFastForwards); allow it for "      \
	"stagegate/*, or delete this branch and run again"
#define HINT_PROTECTED_WORK                                                                        \
	"a rule for protected branches covers stagegate/*; let it leave them out, or allow "       \
	"the token's user to push and to force push there"
#define HINT_JOB_TOKEN                                                                             \
	"allow pushes by job token in the project's settings, or use a token with "                \
	"write_repository"

/*
 * First match wins. What the branch's own line says about a lost race comes first, then what only
 * the words tell (GitLab declines everything in its pre-receive hook), then the bare refusal.
 */
static const struct row rows[] = {
	{"non-fast-forward", IN_STATUS, STALE},
	{"fetch first", IN_STATUS, STALE},
	{"cannot lock ref", IN_STATUS, STALE},
	{"failed to lock", IN_STATUS, STALE},
	{"failed to update ref", IN_STATUS, STALE},
	{"incorrect old value provided", IN_STATUS, STALE},
	{"reference already exists", IN_STATUS, STALE},
	{"stale info", IN_STATUS, STALE},
	{"reference has changed", IN_STATUS, STALE},
	{"reference does not exist", IN_STATUS, STALE},

	{"protected branch", ANYWHERE, NO(SG_R_BRANCH_PROTECTED, HINT_PROTECTED)},
	{"not allowed to push code to protected", IN_WORDS,
		NO(SG_R_BRANCH_PROTECTED, HINT_PROTECTED)},
	{"job token", IN_WORDS, NO(SG_R_FORBIDDEN, HINT_JOB_TOKEN)},
	{"not allowed to push", IN_WORDS,
		NO(SG_R_FORBIDDEN,
			"the token needs write_repository and its user the Developer role")},
	{"not allowed to upload", IN_WORDS,
		NO(SG_R_FORBIDDEN,
			"the token needs write_repository and its user the Developer role")},
	{"read-only", IN_WORDS,
		NO(SG_R_FORBIDDEN, "the server or the project takes no writes now")},
	{"exceeded its size limit", IN_WORDS, NO(SG_R_PUSH_REJECTED, "the repository is full")},
	{"above the limit", IN_WORDS, NO(SG_R_PUSH_REJECTED, "the repository is full")},
	{"maximum file size", IN_WORDS, NO(SG_R_PUSH_REJECTED, NULL)},
	/* a push rule about one file; then the repository as a whole */
	{"is larger than the allowed size", IN_WORDS,
		NO(SG_R_HOOK_DECLINED, "the server's rules say what they want")},
	{"larger than the allowed size", IN_WORDS, NO(SG_R_PUSH_REJECTED, NULL)},
	{"internal api unreachable", IN_WORDS, BUSY},
	{"internal api error", IN_WORDS, BUSY},
	{"timed out", IN_WORDS, BUSY},
	{"deadline exceeded", ANYWHERE, BUSY},

	{"gl-hook-err", IN_WORDS, NO(SG_R_HOOK_DECLINED, "the server's rules say what they want")},
	{"hook declined", IN_STATUS,
		NO(SG_R_HOOK_DECLINED, "the server's rules say what they want")},
	{"hidden ref", IN_STATUS, NO(SG_R_FORBIDDEN, "the server keeps this name for itself")},
	{"prohibited", IN_STATUS, NO(SG_R_FORBIDDEN, NULL)},
	{"permission denied", ANYWHERE, NO(SG_R_FORBIDDEN, NULL)},
	{"checked out", IN_STATUS,
		NO(SG_R_PUSH_REJECTED, "the server's repository has a work tree; use a bare one")},
	{"unpacker error", IN_STATUS, UNPACK},
	{"missing necessary objects", IN_STATUS, UNPACK},
	{"unable to migrate objects", IN_STATUS, UNPACK},
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins(struct sg_str s, const char *fragment)
{
	size_t i = 0;

	while (fragment[i]) {
		if (i >= s.len || lower(s.ptr[i]) != fragment[i])
			return false;
		i++;
	}
	return true;
}

static bool contains(struct sg_str text, const char *fragment)
{
	for (size_t i = 0; i < text.len; i++)
		if (begins(sg_str_sub(text, i, text.len), fragment))
			return true;
	return false;
}

struct sg_reject sg_reject_of(struct sg_str status, struct sg_str words)
{
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		if ((rows[i].where & IN_STATUS) && contains(status, rows[i].fragment))
			return rows[i].verdict;
		if ((rows[i].where & IN_WORDS) && contains(words, rows[i].fragment))
			return rows[i].verdict;
	}
	return (struct sg_reject){.reason = SG_R_PUSH_REJECTED};
}

struct sg_reject sg_reject_of_forced(struct sg_str status, struct sg_str words)
{
	struct sg_reject reject = sg_reject_of(status, words);

	if (contains(status, "non-fast-forward"))
		return (struct sg_reject){.reason = SG_R_PUSH_REJECTED, .hint = HINT_NO_FORCE};
	if (reject.reason == SG_R_BRANCH_PROTECTED)
		reject.hint = HINT_PROTECTED_WORK;
	return reject;
}

bool sg_reject_unpack(struct sg_str report, char *out, size_t size)
{
	struct sg_str line;

	while (sg_pkt_next(&report, &line) == SG_PKT_LINE) {
		if (!sg_str_starts(line, "unpack "))
			continue;
		line = sg_str_trim(line);
		if (sg_str_is(line, "unpack ok"))
			return false;
		sg_git_words(line, out, size);
		return true;
	}
	return false;
}
