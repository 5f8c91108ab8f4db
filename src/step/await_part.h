/*
 * What sg_await() drives: the asks of one cluster that are followed in one way, Applications of
 * Argo CD over the watches of one herd (await_herd.c), or what else there is by looks
 * (looks_await.c). Inside step/await* and step/looks_await only.
 */
#ifndef SG_STEP_AWAIT_PART_H
#define SG_STEP_AWAIT_PART_H

#include "step/await.h"

struct sg_await_part;

struct sg_await_part_kind {
	struct sg_await_part *(*make)(void); /* zeroed, on the heap */
	/* The asks are there. */
	void (*begin)(struct sg_await_part *part);
	/* Takes what has arrived and does what is due; keeps the counts. -1: the run ends. */
	int (*step)(struct sg_await_part *part, struct sg_err *err);
	/* When the next step is due, of the loop's clock. */
	int64_t (*due_ms)(const struct sg_await_part *part);
	/* The wait is over, before its time: goes on with what is to be done then; NULL: nothing
	 * is. RET_DUE_MS, SG_NEVER before: when to call it again; left alone when all is done. */
	int (*end)(struct sg_await_part *part, int64_t *ret_due_ms, struct sg_err *err);
	/* How it ended, also what is not over: done->ends by the asks, and what was not possible.
	 */
	void (*finish)(struct sg_await_part *part, struct sg_await_done *done,
		struct sg_await_cluster *ret);
	/* What it waits for, as "NAME: CODE: SENTENCE", in the world's arena; NULL: all are over.
	 */
	const char *(*state)(const struct sg_await_part *part);
	/* Frees all it holds, and itself. */
	void (*free)(struct sg_await_part *part);
};

/* The first member of each. */
struct sg_await_part {
	const struct sg_await_part_kind *kind;
	struct sg_world *world;
	struct sg_cluster_client *client;
	const struct sg_await_ask *first; /* of all asks */
	size_t *numbers;                  /* those of this part among them */
	size_t count;
	const char *where; /* its environments, where the run has several; NULL */
	bool keep_going;
	bool lines;   /* each has a line of its own in the log */
	size_t over;  /* of the asks */
	size_t live;  /* of those that are over */
	bool decided; /* one cannot succeed */
};

extern const struct sg_await_part_kind sg_await_herd_part, sg_await_looks_part;

static inline const struct sg_await_ask *sg_await_part_ask(
	const struct sg_await_part *part, size_t i)
{
	return &part->first[part->numbers[i]];
}

/*
 * ERR is about ASK: -1, the end of the run; or, with keep_going, 0, and *ret_why, which lives as
 * long as the run, is the end of that one only.
 */
int sg_await_part_lose(const struct sg_await_part *part, const struct sg_await_ask *ask,
	const struct sg_err **ret_why, struct sg_err *err) SG_MUST_CHECK;

#endif
