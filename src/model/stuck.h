/*
 * Since when something has been stuck: reasons are told apart by workload and code, and one counts
 * only while every read shows it (argocd.md 4.3). No failure comes of a single read.
 */
#ifndef SG_MODEL_STUCK_H
#define SG_MODEL_STUCK_H

#include "model/pod.h"

#define SG_STUCK_MAX 32
#define SG_STUCK_LABEL_MAX 340

/* A zeroed one knows of nothing. */
struct sg_stuck_memory {
	struct sg_stuck_since {
		char label[SG_STUCK_LABEL_MAX]; /* of the workload */
		enum sg_app_code code;
		int64_t since_ms;
		int64_t grace_ms;
		unsigned reads;
		unsigned mark; /* of the read that showed it last */
	} items[SG_STUCK_MAX];
	size_t count;
	unsigned mark;
	int64_t grace_ms; /* for every reason, in the place of its own; 0: none */
};

/* Begins a read. */
void sg_stuck_begin(struct sg_stuck_memory *memory);

/*
 * This read, at NOW_MS, shows STUCK of the workload LABEL. True: it is ripe, that is it has been
 * shown by every read for its grace, and by two at least. More than SG_STUCK_MAX are never ripe.
 */
bool sg_stuck_seen(struct sg_stuck_memory *memory, const char *label, const struct sg_stuck *stuck,
	int64_t now_ms);

/* This read cannot tell about the workload LABEL: what is known of it stays so. */
void sg_stuck_keep(struct sg_stuck_memory *memory, const char *label);

/* Ends it: what it has not shown is forgotten. */
void sg_stuck_end(struct sg_stuck_memory *memory);

/*
 * Since when workloads have not moved, whatever the reason: told apart by all that counts as a
 * move. Smaller than the above, as each workload that is rolled out is in it.
 */
#define SG_IDLE_MAX 32

struct sg_idle_memory {
	struct sg_idle_since {
		uint64_t what; /* a digest */
		int64_t since_ms;
		unsigned mark;
	} items[SG_IDLE_MAX];
	size_t count;
	unsigned mark;
};

/* Begins a read: what the one before has not shown is forgotten. */
void sg_idle_begin(struct sg_idle_memory *memory);

/* Since when every read has shown WHAT; NOW_MS: not before this one, or there are too many. */
int64_t sg_idle_since_ms(struct sg_idle_memory *memory, const char *what, int64_t now_ms);

/* When the next read could make one ripe; INT64_MAX: there is none. */
int64_t sg_stuck_due_ms(const struct sg_stuck_memory *memory);

#endif
