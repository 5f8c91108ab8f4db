/*
 * What Git says about two commits. The decision table asks through this interface, so that a clone,
 * a hosting service or a recorded story can answer.
 *
 * UNKNOWN is an answer of its own (commit not fetched, server silent): whoever asks goes on
 * waiting and never guesses.
 */
#ifndef SG_MODEL_ANCESTRY_H
#define SG_MODEL_ANCESTRY_H

enum sg_answer { SG_ANSWER_NO, SG_ANSWER_YES, SG_ANSWER_UNKNOWN };

struct sg_ancestry {
	/*
	 * Is commit ANCESTOR contained in DESCENDANT (equal commits: YES)? Both are full object
	 * ids, except that DESCENDANT may be the name of a tag ("v1.2.3"); a name that is a branch,
	 * or nothing, is UNKNOWN. Asked again at every event: answers are the implementor's to
	 * keep.
	 */
	enum sg_answer (*contains)(
		struct sg_ancestry *ancestry, const char *descendant, const char *ancestor);
};

/* The same; without an ANCESTRY (NULL) only equal commits are known. */
enum sg_answer sg_ancestry_contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor);

/* Where a revision stands to the wanted one, worst first: of several sources the worst counts. */
enum sg_app_rev {
	SG_REV_NONE,    /* not a commit */
	SG_REV_PAST,    /* contained in the wanted one: not yet there */
	SG_REV_OTHER,   /* Git said no twice: neither contains the other */
	SG_REV_UNKNOWN, /* Git has not answered both */
	SG_REV_OK       /* the wanted one, or it contains it */
};

/* Where SHA (any text) stands to the commit WANTED; argocd.md 0.1, OK() PAST() OTHER(). */
enum sg_app_rev sg_ancestry_place(
	struct sg_ancestry *ancestry, const char *wanted, const char *sha);

#endif
