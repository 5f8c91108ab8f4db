/*
 * One service on its way into one environment: gather what is so, let the table decide
 * (model/promotion.h), do the one thing. flow/promote turns the wheel.
 */
#ifndef SG_STEP_PROMOTION_H
#define SG_STEP_PROMOTION_H

#include "model/crowd.h"
#include "model/promotion.h"
#include "model/report.h"
#include "step/double_note.h"
#include "step/gather.h"

struct sg_promotion {
	const char *service;
	const struct sg_environment *env;
	bool reads_only;          /* nothing is written anywhere, no refresh is asked for */
	const char *older_reason; /* as in struct sg_guard */
	/* The version to promote; NULL: what the environment before carries. */
	const char *asked;
	/* It is the version of our open request instead, and stays that when the request is over
	 * (then `asked` says it). */
	bool as_open;

	/* As of the last look that came to its end; lives in `found` until the next one does. */
	struct sg_arena *found;
	struct sg_arena *spare;     /* for the next look */
	struct sg_tree_source *tip; /* of the environment's branch */
	const char *target_image;   /* that its files carry; NULL: none */
	const char *target_wish;
	struct sg_before *befores;
	size_t before_count;
	const char *wish;      /* the version to promote */
	const char *older_why; /* with facts.older or facts.head_older, as sg_age_older() says */
	struct sg_request request;
	struct sg_head head; /* with facts.head_known */
	struct sg_requesters requesters;
	int64_t double_notes[SG_DOUBLE_NOTES_MAX]; /* of ours on the open request */
	size_t double_note_count;
	const char *work_tip; /* of our branch; NULL: there is none */
	struct sg_gathered publish_gates;
	struct sg_gathered merge_gates;
	struct sg_promotion_facts facts;
	const struct sg_promotion_step *step;
	const char *blocker; /* the job or the words behind a machine's wait; NULL */

	/* What this run saw and did. */
	char head_oid[SG_OID_SIZE]; /* the head as last seen, and since when; of the loop's clock */
	int64_t head_since_ms;
	struct sg_changes changes; /* of the last plan */
	char landed[SG_OID_SIZE];  /* commit by which it reached the target; "": not known */
	int64_t followed_iid;      /* of our request that was open at a look; 0: none was */
	struct sg_requesters_seen noted;
	int64_t opened_ms; /* when it was opened, of the loop's clock; 0: not by this run */
	int writes;        /* effects so far */
	int refusals;      /* answers in a row that said no without a reason */
	int doubts;        /* effects in a row of which nothing says that they came about */
	char merged_oid[SG_OID_SIZE];   /* the head that GitLab was told to merge now */
	char armed_oid[SG_OID_SIZE];    /* the head that GitLab was told to merge by itself */
	char disarmed_oid[SG_OID_SIZE]; /* the head that was taken back from that */
	struct sg_crowd crowd;          /* of pushes to the environment's branch that lost */
	int64_t started_ms;  /* when a pipeline for the head was started, loop's clock; 0: none was
			      */
	char start_why[512]; /* why GitLab did not; "" */
};

/*
 * A new look at everything, as far as the table asks for it. The branches were looked at before
 * (sg_load_again()). `service`, `env`, `reads_only`, `older_reason`, `asked` and `as_open` are set,
 * all else is zero before the first one. A look that fails, or that the deadline cut short
 * (TIMEOUT), leaves the promotion as the one before had found it. What that one had found is
 * forgotten, so that a run which waits for days does not grow; sg_promotion_keep() hands the last
 * of it to the world's arena.
 */
int sg_promotion_look(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_promotion *promotion, struct sg_err *err) SG_MUST_CHECK;

void sg_promotion_keep(struct sg_world *world, struct sg_promotion *promotion);

/* Decides all gates of PHASE as of the last look, into publish_gates or merge_gates. */
int sg_promotion_gates(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_promotion *promotion, enum sg_gate_phase phase, struct sg_err *err) SG_MUST_CHECK;

/*
 * What COMMIT and PUSH would write now, for dry runs and for doing it; *ret_plan is all zero when
 * nothing differs. *ret_wish is the version in it.
 */
int sg_promotion_plan(struct sg_world *world, struct sg_loaded *loaded,
	struct sg_promotion *promotion, struct sg_plan *ret_plan, const char **ret_wish,
	struct sg_err *err) SG_MUST_CHECK;

/* Does the one thing that the table decided; not for LOOK_AGAIN, AWAIT and STOP. An effect whose
 * outcome is not known is no error: the next look finds out. */
int sg_promotion_act(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_promotion *promotion, struct sg_err *err) SG_MUST_CHECK;

#endif
