/*
 * Who asked for a promotion, written down where nobody but us writes: one note of ours for each
 * time the merge request is opened or its head moves to another version, never changed afterwards
 * (design: "Who may approve").
 */
#ifndef SG_STEP_REQUESTER_H
#define SG_STEP_REQUESTER_H

#include "gitlab/mr.h"
#include "model/approval.h"
#include "step/forge.h"

/* The head that a note is about, and who asked for it. */
struct sg_requested {
	const char *head;
	int64_t user;
};

/* What the notes say. */
struct sg_requesters {
	bool recorded;       /* there is a note at all */
	const char *trouble; /* one was changed, one is gone, or none is about a head: why; NULL */
	const struct sg_requester *people; /* distinct */
	size_t count;
	const struct sg_requested *heads; /* one for each note */
	size_t head_count;
	const char *const *froms; /* commits of the environments before, at which it was asked */
	size_t from_count;
	int64_t last; /* number of the last note */
};

/*
 * Reads them from NOTES: only notes by our own users count. `trouble` when one was edited, when the
 * numbers do not run from 1 without a gap, or when one of them cannot be read.
 */
void sg_requesters_read(struct sg_world *world, const struct sg_forge *forge,
	const struct sg_policy *policy, const struct sg_gitlab_note *notes, size_t count,
	struct sg_requesters *ret);

/* So long a replica of GitLab's may be behind (gitlab.md 1.3). */
#define SG_REPLICA_LAG_MS 15000

/* The last of the notes, as this run has seen or written it; all zero: none. */
struct sg_requesters_seen {
	int64_t iid;
	int64_t last;
	int64_t at_ms; /* of the loop's clock */
};

/*
 * Do the notes of the request lack some that this run has seen, or written, a moment ago? Then they
 * come from a replica: by them nobody would have asked, and who did would be written down again.
 * Else *SEEN is as they are.
 */
bool sg_requesters_are_behind(const struct sg_world *world, const struct sg_requesters *requesters,
	int64_t iid, struct sg_requesters_seen *seen);

/* Does a note say that this person asked for that head? USER 0: that anybody did. */
bool sg_requesters_have(const struct sg_requesters *requesters, const char *head, int64_t user);

struct sg_requester_ask {
	int64_t iid;              /* of the merge request */
	int64_t number;           /* of the note, from 1 */
	const char *wish;         /* the version */
	const char *head;         /* the commit that brings it */
	const char *const *froms; /* tips of the environments before, full ids */
	size_t from_count;
};

/*
 * Writes down that the person of this run asked for it. *RET_DOUBT: nobody knows whether it
 * stands there, and the next look finds out before the head may move. To be done before the head is
 * pushed, and right after the request was opened for the first one.
 */
int sg_requester_record(struct sg_world *world, struct sg_forge *forge,
	const struct sg_requester_ask *ask, bool *ret_doubt, struct sg_err *err) SG_MUST_CHECK;

#endif
