/*
 * What to do next about one promotion: facts in, one action out, nothing remembered. Whoever runs
 * it gathers the facts, does the one thing, and asks again; so a run that was killed anywhere goes
 * on from what it finds (design: "Promotion is level-triggered").
 */
#ifndef SG_MODEL_PROMOTION_H
#define SG_MODEL_PROMOTION_H

#include <stdbool.h>

#include "model/mr.h"
#include "model/policy.h"
#include "model/verdict.h"

/* X(NAME, word). Each but the last three changes one thing, and the facts are gathered again. */
#define SG_PROMOTION_ACTIONS(X)                                                                    \
	X(COMMIT, "commit")         /* onto the environment's branch, as a plain commit */         \
	X(PUSH, "push")             /* our branch becomes the plan on the present tip */           \
	X(OPEN, "open")             /* our branch stands: open the merge request */                \
	X(RECORD, "record")         /* write down who asks: nobody has approved it yet */          \
	X(RENEW, "renew")           /* close ours and open it anew: nobody knows who asked */      \
	X(CLOSE, "close")           /* ours is void: the target carries its version already */     \
	X(RECHECK, "recheck")       /* ask GitLab to test whether it can be merged */              \
	X(START, "start")           /* a pipeline for the head, which has none */                  \
	X(ARM, "hand over")         /* GitLab is to merge the head that was judged by itself */    \
	X(DISARM, "take back")      /* GitLab is not to merge it by itself any more */             \
	X(MERGE, "merge")           /* merge the head that was judged */                           \
	X(LOOK_AGAIN, "look again") /* a machine is at work */                                     \
	X(AWAIT, "await")           /* it is published: wait until the cluster runs it */          \
	X(STOP, "stop")             /* say why, with the result of the row */

enum sg_promotion_action {
#define SG_X(name, word) SG_DO_##name,
	SG_PROMOTION_ACTIONS(SG_X)
#undef SG_X
};

const char *sg_promotion_action_name(enum sg_promotion_action action);

struct sg_promotion_facts {
	enum sg_publish_mode publish;
	enum sg_merge_mode merge;

	/* The version to promote is that of the open request, wherever the environment before is by
	 * now: nobody asks the gates before publishing again. */
	bool as_open;
	bool published; /* the target's files carry the version that is to be promoted */
	/* That version is older than the one that they carry, and this run may not go back. */
	bool older;
	bool past_gate;   /* it came there by a merge that a gate did not allow */
	bool gated;       /* the environment has gates that are decided right before the merge */
	bool early_gated; /* and such as are decided before publishing only */
	bool trains;      /* the project merges by merge trains */

	/* Our branch, and our merge request while it is open. Of a head: it carries the version to
	 * promote; its tree is our plan on its merge base; merging it gives our plan on the tip. */
	bool has_branch;
	bool has_mr;
	bool locked;     /* GitLab is merging it, or has, and does not show it yet */
	bool recorded;   /* who asked for it is written down */
	bool approved;   /* somebody has approved it; said only while nothing is recorded */
	bool head_asked; /* a note says who asked for the change that the head carries */
	bool head_known;
	bool head_wanted;
	bool head_done;  /* the target carries the head's version already */
	bool head_older; /* as `older`, of the head's version */
	bool head_ours;
	bool head_fits;
	bool head_on_tip; /* its merge base is the tip */
	bool rejected;    /* none is open, and a person closed the last one of this version */
	bool armed;       /* GitLab merges it by itself: by auto-merge, or on a merge train */
	bool armed_by_us; /* with `armed`: GitLab was told so in our name */
	bool withdrawn;   /* a person took the present head back from that */

	enum sg_mr_class status;
	enum sg_pipeline_class pipeline; /* of the head; NONE also when another's is reported */
	bool pipeline_wanted;            /* the project has CI: one has to appear */
	/* All jobs of the pipeline have ended well, and it runs on only because our own status of
	 * the head says "pending": it ends when that says that the gates are open. */
	bool pipeline_waits_for_us;
	bool pipeline_overdue; /* none came in the time that one is given */
	bool may_start;        /* the configuration lets us start one */
	bool started;          /* somebody has, for this head */
	bool prepared;

	/* Worst of the gates; asked for only where the table looks at them. */
	enum sg_gate_state publish_gates; /* for the version that is to be promoted */
	enum sg_gate_state merge_gates;   /* for the head */
};

/* What a STOP is for whoever reports it. */
#define SG_PROMOTION_ENDS(X)                                                                       \
	X(NONE)     /* no STOP */                                                                  \
	X(PENDING)  /* a person or time can make it yes: 75 */                                     \
	X(FAILED)   /* no, until somebody changes something: 1 */                                  \
	X(CONFLICT) /* somebody else's change stands, or ours is older: 6 */

enum sg_promotion_end {
#define SG_X(name) SG_END_##name,
	SG_PROMOTION_ENDS(SG_X)
#undef SG_X
};

struct sg_promotion_step {
	enum sg_promotion_action action;
	enum sg_promotion_end end;
	const char *code;     /* stable: "BRANCH_BUSY", "GATES_CLOSED" */
	const char *sentence; /* why this, in words */
};

/* Which of the costly facts the table looks at, given the others: gather them and decide again. */
bool sg_promotion_asks_publish_gates(const struct sg_promotion_facts *facts);
bool sg_promotion_asks_merge_gates(const struct sg_promotion_facts *facts);

/* Never NULL. The first row of the table that fits. */
const struct sg_promotion_step *sg_promotion_decide(const struct sg_promotion_facts *facts);

/* The exit code of a run that ends at this step; a machine's is taken to have reached the deadline.
 * 0 for steps that end nothing. */
int sg_promotion_step_exit(const struct sg_promotion_step *step);

/* All rows, in their order, for tests and documentation. */
const struct sg_promotion_step *sg_promotion_row(int index); /* NULL behind the last */

#endif
