/*
 * What may be done to an Argo Rollout, where the configuration says so (argocd.md 4.2): to let it
 * go on from a pause that only somebody ends, and to stop one that does not come up. Pure.
 */
#ifndef SG_MODEL_ROLLOUT_ACT_H
#define SG_MODEL_ROLLOUT_ACT_H

#include "model/app_verdict.h"
#include "model/workload.h"

enum sg_rollout_act { SG_ROLLOUT_RESUME, SG_ROLLOUT_ABORT };

/* A Rollout as it was judged: it, its template, and the pause that it stands at. */
struct sg_rollout_mark {
	const char *namespace;
	const char *name;
	const char *uid;
	const char *hash; /* of the pods of its newest template */
	const char *since;
	int64_t generation;
	int64_t step;
	struct sg_app_strings images; /* of its template; none where another object has that */
};

/*
 * RESUME: it stands at a pause step without a duration, or before the switch of a blue-green one,
 * and nothing else holds it: neither a person (spec.paused) nor an analysis. ABORT: it brings
 * another template than the stable one, nobody has stopped it yet, and nothing holds it.
 */
bool sg_rollout_may(const struct sg_workload *rollout, enum sg_rollout_act act);

struct sg_rollout_mark sg_rollout_mark_of(const struct sg_workload *rollout);

/* MARK in ARENA, without the images. */
struct sg_rollout_mark sg_rollout_mark_keep(
	const struct sg_rollout_mark *mark, struct sg_arena *arena);

/* Is it still what was judged? For ABORT the same template is enough. */
bool sg_rollout_is(const struct sg_workload *rollout, const struct sg_rollout_mark *mark,
	enum sg_rollout_act act);

/*
 * Does its template name an image that is wanted? NO: another one of such a repository. UNKNOWN: it
 * names no such repository, or another object has the template.
 */
enum sg_answer sg_rollout_carries(
	const struct sg_workload *rollout, const struct sg_app_want *want);

/* The same of what was judged. */
enum sg_answer sg_rollout_mark_carries(
	const struct sg_rollout_mark *mark, const struct sg_app_want *want);

#endif
