/*
 * Whose approval of a merge request counts (design: "Who may approve"): distinct, active, human
 * members of the named groups; never the author or a bot; never whoever asked for the promotion;
 * where excluded, never an author of the source commits; and only for the change that was approved.
 *
 * Pure: facts in, a verdict out. Whatever could not be read closes the gate, and the reason says
 * what it was.
 */
#ifndef SG_MODEL_APPROVAL_H
#define SG_MODEL_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/ancestry.h"
#include "model/gate_spec.h"
#include "model/trouble.h"

/* Words of `exclude`. A requester never counts, named there or not. */
#define SG_EXCLUDE_REQUESTER "requester"
#define SG_EXCLUDE_AUTHORS "authors"

/* One entry of approved_by (gitlab.md 6.9, 6.12). */
struct sg_approver {
	int64_t id;
	const char *username;
	int64_t approved_unix_ms; /* 0: GitLab does not say when: it counts for nothing */
	bool known;               /* GET /users/:id was answered */
	bool active;              /* its `state` */
	bool bot;                 /* `bot: true`, or the name pattern of access tokens' users */
	/* One for each of the gate's `from`, in order: a member there now (active, not expired)? */
	const enum sg_answer *member;
};

/* A head that the merge request has had, oldest first (gitlab.md 6.9 "versions"). */
struct sg_mr_version {
	const char *head;
	int64_t created_unix_ms;
	/* Is the tree byte for byte the plan that the present head carries (files, paths, old and
	 * new value), applied to this version's own merge base? */
	enum sg_answer same_plan;
};

/* Somebody for whom the promotion was asked: from the notes of our own. */
struct sg_requester {
	int64_t id;
	const char *username;
};

/* An author of the source commits between the two versions. */
struct sg_source_author {
	int64_t id;        /* 0: no user of GitLab's was found for the e-mail: closes the gate */
	const char *email; /* for messages */
};

struct sg_approval_facts {
	bool has_mr;               /* false: there is no merge request yet */
	struct sg_trouble trouble; /* with reading approvals or versions */
	int64_t author_id;         /* of the merge request */
	const int64_t *own_ids;    /* our own users: the token's and gitlab.former_bots */
	size_t own_id_count;
	const struct sg_approver *approvers;
	size_t approver_count;
	const struct sg_mr_version *versions;
	size_t version_count;
	const char *head; /* must be the last version's, else the facts are of two moments */
	struct sg_trouble requesters_trouble; /* unreadable, edited or gone */
	const struct sg_requester *requesters;
	size_t requester_count;
	struct sg_trouble authors_trouble; /* `source:` not named or not readable */
	const struct sg_source_author *authors;
	size_t author_count;
	const struct sg_trouble *from_trouble; /* one for each `from`; NULL: none at all */
};

/* X(NAME, sentence about one approver) */
#define SG_APPROVAL_REASONS(X)                                                                     \
	X(COUNTS, "counts")                                                                        \
	X(AUTHOR, "is the author of the merge request")                                            \
	X(BOT, "is a bot")                                                                         \
	X(OWN, "is the user that stagegate itself works as")                                       \
	X(REQUESTER, "asked for this promotion")                                                   \
	X(SOURCE_AUTHOR, "wrote commits of this version")                                          \
	X(NOT_MEMBER, "is no member of the groups that may approve")                               \
	X(NOT_ACTIVE, "is not active in GitLab")                                                   \
	X(OTHER_CHANGE, "approved another change than the present one")                            \
	X(UNKNOWN_TIME, "gave an approval of which GitLab does not say when")                      \
	X(UNKNOWN_USER, "cannot be looked up")                                                     \
	X(TWICE, "is counted already")

enum sg_approval_reason {
#define SG_X(name, text) SG_APPROVAL_##name,
	SG_APPROVAL_REASONS(SG_X)
#undef SG_X
};

const char *sg_approval_reason_name(enum sg_approval_reason reason);
const char *sg_approval_reason_text(enum sg_approval_reason reason);

struct sg_approval_row {
	int64_t id;
	const char *username;
	enum sg_approval_reason reason;
	int64_t approved_unix_ms;
};

struct sg_approval_count {
	int64_t counted;
	int64_t needed;
	struct sg_trouble trouble; /* the first thing that could not be read; none: the count is
				      true */
	bool moved; /* the trouble: the facts are of two moments, and another look heals it */
	const struct sg_approval_row *rows; /* one for each approver, in their order */
	size_t row_count;
};

/* Strings of the answer live in ARENA or in FACTS. */
void sg_approval_decide(const struct sg_gate_spec *spec, const struct sg_approval_facts *facts,
	struct sg_arena *arena, struct sg_approval_count *ret);

#endif
