/*
 * A pass: questions to the API server that are asked one after the other, each with what came of
 * the ones before, and none of which blocks. Whoever asks runs from its start each time an answer
 * has come: what was answered is not asked again, and the first question that has no answer yet
 * ends the turn. So what it is to do must follow from the answers alone, and what it changes it
 * changes in a copy.
 */
#ifndef SG_CLUSTER_PASS_H
#define SG_CLUSTER_PASS_H

#include "cluster/read.h"

struct sg_pass_entry;

/* A zeroed one begins. */
struct sg_cluster_pass {
	struct sg_arena arena; /* of the answers; may be adopted when the pass is over */
	struct sg_pass_entry **entries;
	size_t count;
	size_t at;
	struct sg_cluster_read *read; /* the question that is under way; NULL: none */
	bool waiting;                 /* the turn ended because there is no answer yet */
	bool answered;                /* there is what the members below say */
	int rc;
	struct sg_json *doc;
	struct sg_fault fault;
	struct sg_err why;
};

void sg_cluster_pass_release(struct sg_cluster_pass *pass);

/* Takes what has arrived. True: a turn is worth while, the first one too. */
bool sg_cluster_pass_poll(struct sg_cluster_pass *pass);

/* Begins a turn. */
void sg_cluster_pass_turn(struct sg_cluster_pass *pass);

/* When to poll even if nobody else has a reason to; of the loop's clock. SG_NEVER: no need. */
int64_t sg_cluster_pass_due_ms(const struct sg_cluster_pass *pass);

/* What finds out VALUE, which lives in ARENA as all that it points to. Called again, with the
 * VALUE as it was left, where it came as far as a question without an answer. */
typedef int sg_pass_fn(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err);

/* How a thing is found out, once in a pass. */
struct sg_pass_step {
	struct sg_cluster_pass *pass; /* NULL: none, FIND blocks */
	const char *key;              /* tells it from others; copied */
	int64_t deadline_ms;          /* that of the turn in which it was wanted first counts */
	sg_pass_fn *find;
	void *arg;
	size_t size; /* of VALUE */
	bool shared; /* it may have been found out earlier in the turn, for somebody else */
};

/*
 * The next thing of the turn, into VALUE, which is zeroed; without a pass it lives in ARENA. 0, or
 * -1 as FIND says.
 */
int sg_cluster_pass_once(const struct sg_pass_step *step, struct sg_arena *arena, void *value,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * As sg_cluster_ask(), in a pass; of what has a body there is no JSON; without it where `ret_doc`
 * is NULL: RET_TEXT is the answer then, in ARENA. -1 with pass->waiting: not yet; the reason is
 * CANCELLED then, so that nobody makes anything of it.
 */
int sg_cluster_pass_ask(struct sg_cluster_pass *pass, struct sg_cluster_client *client,
	const struct sg_cluster_req *req, int64_t deadline_ms, struct sg_json **ret_doc,
	struct sg_arena *arena, const char **ret_text, struct sg_fault *ret_fault,
	struct sg_err *err) SG_MUST_CHECK;

#endif
