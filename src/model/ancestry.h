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

#endif
