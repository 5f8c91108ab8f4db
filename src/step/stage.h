/*
 * The start of every command that goes through an environment's gates: the configuration and
 * whether it binds, the environment, the GitLab behind it, and the services as promotions.
 */
#ifndef SG_STEP_STAGE_H
#define SG_STEP_STAGE_H

#include "step/binding.h"
#include "step/promotion.h"

struct sg_stage_ask {
	const char *to; /* name of the environment; NULL with `iid`: that of the request */
	const char *const *services;
	const char *const *tags; /* as `asked` of each promotion; NULL: none of them */
	size_t count;
	int64_t iid;     /* of our merge request, in place of services; 0: they are named */
	bool writes;     /* the run is going to write */
	bool by_request; /* it is about merge requests, and nothing is waited for in a cluster */
	bool as_open;    /* as in struct sg_promotion */
};

struct sg_stage {
	struct sg_stage_ask ask; /* what it was opened for; its lists are the caller's */
	struct sg_loaded loaded;
	struct sg_forge forge_room;
	struct sg_forge *forge; /* NULL: the environment needs none and there is none */
	const struct sg_environment *env;
	struct sg_promotion *promotions;
	size_t count;
	unsigned looks;  /* sg_stage_look_again() so far */
	struct sg_mr mr; /* with `iid`: as it was then, and whose it is */
	const char *mr_service;
};

/*
 * TO must have an environment before it, and it and those before it an application (what cannot be
 * waited for at the end is not begun); by_request: it must be changed by merge requests, and may be
 * the first. A run that writes needs gates that bind (ENVIRONMENT_GATED) and a job that may write
 * (UNPROTECTED_REF). The stage points into itself: filled in place, released by the caller also
 * after a failure.
 */
int sg_stage_open(struct sg_world *world, const struct sg_stage_ask *ask, struct sg_stage *stage,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * A new look at the branches, and at the configuration where it has changed: the promotions go on
 * under its gates. Fails as sg_stage_open() where it does not let them; what GitLab was told in our
 * name to merge by itself is taken back then. The project's settings are asked for again at every
 * tenth of these looks.
 */
int sg_stage_look_again(
	struct sg_world *world, struct sg_stage *stage, struct sg_err *err) SG_MUST_CHECK;

/*
 * The same without a look of its own: a fetch since may have looked anew, after another promotion's
 * push or as it broke off. *ret_changed: what was judged by the configuration before is void.
 */
int sg_stage_config_again(struct sg_world *world, struct sg_stage *stage, bool *ret_changed,
	struct sg_err *err) SG_MUST_CHECK;

/* What the promotions have found lives on in the world's arena, for the report. */
void sg_stage_release(struct sg_world *world, struct sg_stage *stage);

/* The promotion whose result is the run's. */
const struct sg_promotion *sg_stage_worst(const struct sg_stage *stage);

/* When the first of the gates that it stops at may be open; 0: nobody says. */
int64_t sg_stage_next_look(const struct sg_stage *stage);

/* Has anything been done? */
bool sg_stage_wrote(const struct sg_stage *stage);

/* The diffs of what would be pushed, for a dry run after a look. */
int sg_stage_plan(struct sg_world *world, struct sg_stage *stage, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

/* The head of the report: repository, configuration, environment, branch. */
void sg_stage_report(const struct sg_stage *stage, struct sg_report *report);

/* The gates, the merge request and the changes of one promotion, as rows of the report. */
void sg_stage_report_one(const struct sg_promotion *promotion, struct sg_report *report);

#endif
