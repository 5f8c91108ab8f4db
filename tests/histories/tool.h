/* The one under test and how it is fed. Inside tool.c and watch.c only. */
#ifndef SG_TESTS_HISTORIES_TOOL_H
#define SG_TESTS_HISTORIES_TOOL_H

#include "world.h"

#define QUEUE 512

struct event {
	int64_t at_ms;
	int app;
	struct object object;
};

/* What one follower holds of one application: the facts of now, and room for the next ones. */
struct held {
	struct facts facts[2];
	int current;
	bool known;
	uint64_t version;
};

/* A request for a refresh, which takes its time there and back. */
struct ask {
	bool under_way;
	bool patched;
	enum refresh_word word;
	int64_t patch_ms, answer_ms;
};

struct follower {
	struct tool *tool;
	int root;
	struct sg_app_want want;
	const char *images[1];
	struct sg_app_policy policy;
	struct sg_app_beside beside;
	struct sg_app_fold *fold;
	struct held held[APPS_MAX];
	struct ask asks[APPS_MAX];
	struct event queue[QUEUE];
	size_t first, count;
	int64_t last_ms; /* when the newest event of the queue arrives */
	int64_t poll_ms;
	uint64_t polled;
	bool ended, confirmed;
};

struct tool {
	struct sg_ancestry ancestry; /* first: it is cast back */
	const struct plan *plan;
	const char *broken;
	struct world world;
	struct dice dice;
	struct dice delays; /* of requests */
	struct follower followers[APPS_MAX];
	int count;
	struct outcome *outcome;
};

bool in_family(const struct plan *plan, int root, int app);

/* The world has written: a callback of it. */
void watch_written(void *tool, int app);

/* A list at AT_MS: the newest state of everything, and nothing older behind it. */
void watch_relist(struct follower *follower, int64_t at_ms);

/* The stream starts anew, as soon as it can. */
void watch_restart(struct follower *follower);

#endif
