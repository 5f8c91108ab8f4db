/*
 * The start of every command that goes through an environment's gates: the configuration and
 * whether it binds, the environment, the GitLab behind it, and the services as promotions.
 */
#ifndef SG_STEP_STAGE_H
#define SG_STEP_STAGE_H

#include "step/binding.h"
#include "step/promotion.h"

struct sg_stage {
	struct sg_loaded loaded;
	struct sg_forge forge_room;
	struct sg_forge *forge; /* NULL: the environment needs none and there is none */
	const struct sg_environment *env;
	struct sg_promotion *promotions;
	size_t count;
};

/*
 * TO must have an environment before it, and it and those before it an application (what cannot be
 * waited for at the end is not begun). WRITES: the run is going to write, so the gates must bind
 * (ENVIRONMENT_GATED) and the job may write (UNPROTECTED_REF). The stage points into itself: filled
 * in place, released by the caller also after a failure.
 */
int sg_stage_open(struct sg_world *world, const char *to, const char *const *services, size_t count,
	bool writes, struct sg_stage *stage, struct sg_err *err) SG_MUST_CHECK;

/* What the promotions have found lives on in the world's arena, for the report. */
void sg_stage_release(struct sg_world *world, struct sg_stage *stage);

/* The head of the report: repository, configuration, environment, branch. */
void sg_stage_report(const struct sg_stage *stage, struct sg_report *report);

/* The gates, the merge request and the changes of one promotion, as rows of the report. */
void sg_stage_report_one(const struct sg_promotion *promotion, struct sg_report *report);

#endif
