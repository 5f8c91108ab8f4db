/*
 * What a server's refusal of a pushed branch means: one table of text fragments (pitfalls.md P2 and
 * 7.1, gitlab.md 2). Pure.
 */
#ifndef SG_REPO_REJECT_H
#define SG_REPO_REJECT_H

#include <stdbool.h>

#include "base/reason.h"
#include "base/str.h"

struct sg_reject {
	bool stale;            /* the branch moved: fetch, apply again, push again */
	bool transient;        /* the server's own trouble; nothing was written */
	enum sg_reason reason; /* when not stale */
	const char *hint;      /* what to do, or NULL */
};

/*
 * STATUS is the line the server gave for the branch ("pre-receive hook declined"), WORDS what it
 * said beside it (the side band: hooks, GitLab). Only the status can say that the branch moved; a
 * hook's words cannot.
 */
struct sg_reject sg_reject_of(struct sg_str status, struct sg_str words);

/*
 * The same for a push that was asked to move the branch to another history. The server compares
 * histories with the commit that we named, not with what the branch is at: "non-fast-forward" then
 * is a rule of the server, and says nothing about a lost race.
 */
struct sg_reject sg_reject_of_forced(struct sg_str status, struct sg_str words);

/*
 * True when the server's report, in pkt-lines, says that it could not unpack the pack, with its
 * words in OUT: the line "unpack WHY" instead of "unpack ok".
 */
bool sg_reject_unpack(struct sg_str report, char *out, size_t size);

#endif
