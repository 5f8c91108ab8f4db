/*
 * mr: the merge requests of promotions on their own. Each command looks at what is there, does what
 * is missing, and ends; run again at any moment it ends in the same state. Only our own requests
 * are touched, and only through the gates of their environment.
 */
#ifndef SG_FLOW_MR_H
#define SG_FLOW_MR_H

#include "model/report.h"
#include "step/world.h"

struct sg_mr_ask {
	const char *const *services;
	const char *const *tags; /* one for each: the version to open for; NULL: as promote takes */
	size_t count;
	int64_t iid;              /* of one request, in place of services; 0: services are named */
	const char *to;           /* NULL with `iid` */
	const char *older_reason; /* as in struct sg_guard, as it was typed */
	bool dry_run;
	int64_t look_every_ms;
};

/* Makes or adopts the request of each service, and does not wait for it to be merged. */
int sg_flow_mr_open(struct sg_world *world, const struct sg_mr_ask *ask, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

/* Where it stands, by reading: done when it is merged, else as a promotion that ends there. */
int sg_flow_mr_status(struct sg_world *world, const struct sg_mr_ask *ask, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

/* Merges the version that is open when its gates let it; waits for machines, never for people. */
int sg_flow_mr_merge(struct sg_world *world, const struct sg_mr_ask *ask, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

/* Closes it with a note and deletes our branch. */
int sg_flow_mr_close(struct sg_world *world, const struct sg_mr_ask *ask, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

#endif
