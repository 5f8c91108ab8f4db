/* One recorded or written story of an application, and how its fold is judged. */
#ifndef SG_TESTS_TIMELINE_H
#define SG_TESTS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "io/json_doc.h"
#include "model/app_verdict.h"

struct timeline_pair {
	const char *ancestor;
	const char *descendant;
	bool contained; /* false: neither contains the other */
};

enum timeline_event_type { EVENT_OBJECT, EVENT_DELETED, EVENT_OTHER };

struct timeline_event {
	int64_t t;
	enum timeline_event_type type;
	const struct sg_json *object;
};

struct timeline {
	struct sg_arena arena;
	struct sg_json *doc;
	struct sg_app_want want;
	const char *application; /* NULL: the one of event 0 */
	struct sg_app_policy policy;
	struct timeline_pair *pairs;
	size_t pair_count;
	const struct sg_json *project, *set, *items;
	struct timeline_event *events;
	size_t event_count;

	const char *result;
	const char *reason; /* NULL: any */
	int64_t at_event;   /* -1: not said */
	int64_t index;      /* -1: not said */
	int64_t silence_ms;
	const struct sg_json *must_not_succeed, *must_not_fail;
};

/* Reads a file; every key that SOURCES.md does not name is an error. */
int timeline_load(const char *file, struct timeline *ret, struct sg_err *err);
void timeline_release(struct timeline *timeline);

/* Replays it. Empty WHY: right. With TRACE every verdict is printed. */
struct timeline_judgement {
	uint64_t rows; /* bit r: row r of the table has answered */
	char why[512];
};
void timeline_judge(const struct timeline *timeline, bool trace, struct timeline_judgement *ret);

#endif
