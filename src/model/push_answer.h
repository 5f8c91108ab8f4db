/* What GitLab says, in words for people, to a push that asks for a merge request (gitlab.md 2.2).
 */
#ifndef SG_MODEL_PUSH_ANSWER_H
#define SG_MODEL_PUSH_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct sg_push_answer {
	int64_t iid; /* of the open merge request that it names for the branch; 0: it names none */
	const char *url; /* its page; with iid */
	bool none;       /* it says that there is none for the branch */
	const char *why; /* what it says against the options, one line; NULL: nothing */
};

/*
 * WORDS as they came. Of what they name only the page of a merge request in PROJECT (a path, "a/b")
 * is taken, for BRANCH, with no character in it that a page's address has not. Everybody who has a
 * hook on the server can write there: what it says is reported, and decides nothing else. Beside
 * a complaint only what stands behind its frame is taken. Strings live in ARENA.
 */
void sg_push_answer_read(struct sg_str words, const char *branch, const char *project,
	struct sg_arena *arena, struct sg_push_answer *ret);

#endif
